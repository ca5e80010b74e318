"""Shows a Result: card, Markdown, HTML, JSON, SARIF, badge. Decides nothing."""
