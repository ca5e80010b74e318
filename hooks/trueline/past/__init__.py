"""Scores other commits than the one at hand: what a change wins or loses, and the way so far."""
