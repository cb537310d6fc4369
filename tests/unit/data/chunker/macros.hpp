UCLASS(BlueprintType)
class GAME_API AThing : public AActor
{
  GENERATED_BODY()
  Q_OBJECT

public:
  AThing() = default;
  explicit AThing(int size);
  ~AThing() {}

  UFUNCTION(BlueprintCallable)
  void Go() {}

  bool operator==(const AThing& other) const { return true; }
  explicit operator bool() const { return true; }
  virtual int area() const = 0;

  void lock() ABSL_EXCLUSIVE_LOCK_FUNCTION() {
    held = true;
  }
};

class LIB_API Forward;

struct LIB_API Style {
  int radius = 4;
};

template <typename C>
LIB_CONSTEXPR
    lib::Range<C>
    begin(C& c) {
  return c;
}

LIB_FLAG(std::string, name, "default",
         "help");

TEST_F(ThingTest, Moves) {
  check();
}

BOOST_AUTO_TEST_CASE(stops) {
  check();
}

SYSCALL_DEFINE3(read, unsigned int, fd) {
  return 1;
}

std::ostream& operator<<(std::ostream& out, const AThing& thing) { return out; }
