"""Experiments on users."""
