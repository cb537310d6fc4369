import { a } from "./a";

/** A user. */
export interface User { name: string; go(): void }
export type Id = string | number;
export const MAX_USERS = 3;
const enum Color { Red }

/**
 * Loads.
 */
export const load = async (id: Id): Promise<User> => {
  return fetch(id);
};
export default async function main(x: number) { return x; }
@Injectable({ a: 1 })
export class Service<T> extends Base {
  private count = 0;
  constructor(private readonly http: Http) { super(); }
  handle = (x: number) => { this.count++; };
  /** Gets. */
  @Input()
  get size(): number { return 1; }
  static async of<T>(x: T): Promise<T> { return x; }
  abstract foo(): void;
}
export const api = {
  get: function (x) { return x; },
  post: (y) => y,
  put(z) { return z; },
};
exports.helper = function (a) { return a; };
Foo.prototype.bar = function () {};
namespace A.B { export function inside(): void {} }
declare module "x" { function f(): void; }
function over(a: string): void;
function over(a: any) {}
describe("x", () => { it("y", () => {}); });
