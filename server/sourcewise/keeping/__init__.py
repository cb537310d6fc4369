"""Open folders kept true in the background: who owns an index, what is done with it, and in which order."""
