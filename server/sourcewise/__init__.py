"""Sourcewise: ask a codebase a question and get an answer that cites its sources, all on this machine."""

# GENERATED from package.json by `npm run generate`.
__version__ = "0.1.0"
