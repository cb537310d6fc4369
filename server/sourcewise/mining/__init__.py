"""From a folder to its files: what belongs to the index, what stays out and why, and how bytes become text."""
