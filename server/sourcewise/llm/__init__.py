"""Language models: one interface, and everything that is known about the runtimes behind it."""
