/// Keeps things.
@immutable
abstract class Store<T> extends Base with Mixed {
  static const kMax = 3;

  Store(this.x);
  Store.named(int a) : x = a;
  factory Store.make() => Store(1);

  int get size => x;
  set size(int value) {}

  // Loads.
  Future<void> load(String key) async {
    run(() {
      return 1;
    });
  }

  bool operator ==(Object other) => true;
  void close();
}

mixin Mixed on Base {
  void mix() {}
}

enum Color { red, green }

extension Words on String {
  int count() => 1;
}

typedef Callback = void Function(int);

const kTop = 3;

int top(int a) => a;

void main() {
  int inner(int b) {
    return b;
  }
}
