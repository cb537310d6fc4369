package Demo::Thing;
use strict;
# Makes one.
sub new {
    my ($class) = @_;
    return bless {}, $class;
}
sub other { 1 }
package Two { sub x { 2 } }
1;
