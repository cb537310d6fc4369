#import "Store.h"

@protocol Shape <NSObject>
- (double)area;
@end

/// Keeps things.
@interface Store : NSObject <Shape>
@property (nonatomic, strong) NSString *name;
- (instancetype)initWithName:(NSString *)name size:(int)size;
@end

@implementation Store
/// Makes one.
- (instancetype)initWithName:(NSString *)name size:(int)size {
  return self;
}

- (void)setCount:(int)count {
}

+ (Store *)shared {
  return nil;
}
@end

static int helper(int a) {
  return a;
}
