"""From a file to its chunks: parse, find definitions and headings, weigh, cut."""
