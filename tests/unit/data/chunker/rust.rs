//! Module.
use std::fmt;

/// A point.
#[derive(Debug)]
pub struct Point<T> { x: T }
enum Shape { Circle(f64) }
pub trait Area { fn area(&self) -> f64; fn twice(&self) -> f64 { 2.0 } }
impl<T: fmt::Debug> Area for Point<T> {
    /// The area.
    #[inline]
    pub async fn area(&self) -> f64 { 0.0 }
}
mod tests {
    #[test]
    fn works() { fn nested() {} }
}
type Pair = (i32, i32);
pub const MAX: usize = 3;
macro_rules! my { () => {}; }
