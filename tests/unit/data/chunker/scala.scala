package demo
import scala.util.Try
/** Doc of A. */
case class A(x: Int) extends B {
  def plus(o: A): A = A(x + o.x)
  val y = 3
}
object A { def apply(): A = A(1) }
trait B { def plus(o: A): A }
enum Color { case Red, Green }
type Names = List[String]
given Ordering[A] = ???
def top(x: Int): Int =
  x + 1
val MAX_X = 3
