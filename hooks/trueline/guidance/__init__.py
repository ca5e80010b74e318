"""Helps a person onward: explains a statement, names the next step, begins a document, signs."""
