"""The index of one folder: what can be asked of it, how it is written, inspected and pruned."""
