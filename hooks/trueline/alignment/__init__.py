"""Keeps a project true to its template: makes it, compares it, brings updates to it.

Here live the three commands `new`, `align` and `update`, what they share (the template as a
repository, one render of it, who owns which path), and the merge. Nothing here runs code of a
template or of a project, and nothing here knows of statements or scores.
"""
