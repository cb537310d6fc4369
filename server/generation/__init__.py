"""Writes what is said elsewhere for a second reader: the editor's types, the page on the protocol, the settings.

The declarations in `sourcewise.protocol` and `sourcewise.settings` are the truth. A test and a check hold that the
files made from them are fresh. Nothing of this travels in the wheel.
"""
