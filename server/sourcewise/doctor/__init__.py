"""Checks what is installed and reachable, and reports it without names or code."""
