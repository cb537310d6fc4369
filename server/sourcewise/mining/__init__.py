"""Finds the files of a folder: which are indexed, which are skipped and why, and how their bytes are decoded."""
