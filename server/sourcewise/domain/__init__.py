"""Immutable values that the packages exchange. They need no third-party library."""
