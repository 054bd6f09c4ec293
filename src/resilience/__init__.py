"""Living with dependencies that fail: when to stop asking one, and when to ask again."""
