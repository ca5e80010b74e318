"""Features: what is derived from a row (derive), the one pipeline that all use, and the split.

Nothing here knows how a model is trained, registered or served.
"""
