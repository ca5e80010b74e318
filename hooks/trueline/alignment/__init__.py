"""Keeps projects true to the template: makes, compares and updates them. Scores nothing."""
