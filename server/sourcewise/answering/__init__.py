"""Turns a question into a checked answer: prompt, model, citations and conversation."""
