"""Our processes: workers, locks, calls between them, and what they take from the shell."""
