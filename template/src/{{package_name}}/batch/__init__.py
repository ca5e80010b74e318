"""Predictions as files: a table of rows comes in, a scored table is delivered and recorded."""
