"""The catalogue of statements, one probe each, and the scoring; reads Snapshots only."""
