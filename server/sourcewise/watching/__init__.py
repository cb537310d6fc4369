"""Watches a folder for changes: turns events of the operating system into paths."""
