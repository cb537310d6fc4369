"""Language models: one interface, and the runtimes behind it."""
