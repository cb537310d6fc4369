<?php
namespace App\Models;

use Foo\Bar;
const MAX = 3;

/**
 * A user.
 */
#[Entity]
final class User extends Model implements HasName
{
    const LIMIT = 2;
    private string $name;
    public function __construct(private int $id) {}
    /** Its name. */
    public function name(): string { return $this->name; }
    public static function make(): static { return new static(1); }
}
interface HasName { public function name(): string; }
trait T { function t() {} }
enum Suit: string { case A = 'a'; }
function helper(int $x): int { return $x; }
$f = function () {};
