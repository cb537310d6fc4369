"""Splits a file into chunks: parses it, finds definitions and headings, and chooses where to cut."""
