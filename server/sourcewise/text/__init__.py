"""Words, tokens, lines and languages of a text."""
