"""The index of one folder: queries, updates, inspection and pruning."""
