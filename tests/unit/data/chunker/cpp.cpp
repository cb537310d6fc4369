#include <vector>
namespace a::b {
// A box.
template <typename T>
class Box : public Base<T> {
 public:
  explicit Box(T v) : v_(v) {}
  ~Box() = default;
  T get() const { return v_; }
  bool operator==(const Box& o) const { return true; }
 private:
  T v_;
};
template <class T>
T max_of(T a, T b) { return a > b ? a : b; }
}  // namespace a::b
void Box<int>::run(int x) { }
const std::string& Foo::Bar::name() const { return n; }
Foo::~Foo() {}
Foo& Foo::operator=(const Foo& o) { return *this; }
using Names = std::vector<int>;
enum class Color { Red };
struct P { int x; };
auto f = [](int x) { return x; };
int main() { return 0; }
