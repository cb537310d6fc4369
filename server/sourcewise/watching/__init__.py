"""What changes in a folder while somebody looks at it: from the events of an operating system to paths."""
