"""What is installed and reachable, and a report about it without names or code."""
