"""Sourcewise: ask a codebase a question and get an answer that cites its sources, all on this machine."""

__version__ = "0.1.0"
