"""From a question to passages: search, ranking, scope and symbols."""
