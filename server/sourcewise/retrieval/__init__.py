"""Retrieves the passages for a question: search, ranking, scope and symbols."""
