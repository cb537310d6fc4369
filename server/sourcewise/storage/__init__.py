"""What is kept on disk: the catalog (the truth), the vectors (a cache of it) and the embeddings of all folders."""
