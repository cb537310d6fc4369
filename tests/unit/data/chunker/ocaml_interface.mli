(** A stack. *)
type 'a t
val push : 'a -> 'a t -> 'a t
(** Pops. *)
val pop : 'a t -> 'a option
