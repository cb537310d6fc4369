"""Frozen values that the packages pass to each other, without behaviour that needs a library."""
