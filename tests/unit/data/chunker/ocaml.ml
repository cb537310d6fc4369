open List
(** A shape. *)
type shape = Circle of float | Square
module M = struct
  let f x = x
end
module type S = sig val x : int end
let rec fact n = if n = 0 then 1 else n * fact (n - 1)
and other x = x
let pi = 3.14
class c = object method m = 1 end
exception E of string
