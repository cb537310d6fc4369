"""The open folders, kept up to date in the background."""
