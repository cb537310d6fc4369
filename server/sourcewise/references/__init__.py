"""Finds where a name occurs in a folder, what each place is, and which definition it refers to."""
