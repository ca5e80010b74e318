"""Shows a Result: rich, JSON, badge. Decides nothing."""
