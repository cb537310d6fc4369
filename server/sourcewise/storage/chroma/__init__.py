"""The only package that uses Chroma: collections, files, servers. Runs in a process of its own; see vector_store.py."""
