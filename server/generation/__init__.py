"""Generates files from declarations: the editor's types, the reference pages, and the settings in `package.json`.

The source of truth is `sourcewise.protocol` and `sourcewise.settings`. A test and a check ensure that the generated
files are not stale. This package is not part of the wheel.
"""
