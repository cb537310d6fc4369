import Foundation

/// A stack.
@available(iOS 13, *)
public class Stack<T>: Sequence {
    private var items: [T] = []
    init(items: [T]) { self.items = items }
    deinit { }
    /// Push it.
    func push(_ item: T) {
        items.append(item)
    }
    var count: Int { return items.count }
}
struct Point { var x: Int }
enum Color { case red }
protocol Named { var name: String { get }
  func rename(to: String) }
extension Point: Named {
    func norm() -> Double { return 0 }
}
typealias Points = [Point]
let MAX_SIZE = 3
func free(a: Int) -> Int { return a }
