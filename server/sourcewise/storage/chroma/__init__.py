"""Everything that knows Chroma: collections, files, servers. It runs in a process of its own; see vector_store.py."""
