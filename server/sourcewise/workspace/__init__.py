"""The open folders, whose indexes are updated in the background."""
