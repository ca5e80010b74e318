"""Data: where it comes from (source), what it must look like (schema), ingest and validate.

Nothing here knows about models.
"""
