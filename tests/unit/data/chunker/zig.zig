const std = @import("std");
/// A point.
pub const Point = struct {
    x: i32,
    pub fn init(x: i32) Point { return .{ .x = x }; }
};
const E = enum { a, b };
pub fn add(a: i32, b: i32) i32 {
    return a + b;
}
const MAX = 3;
test "add" { try std.testing.expect(add(1, 2) == 3); }
