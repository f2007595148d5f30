"""The memory: what earlier runs found, in SQLite (``sqlite3`` of the standard library)."""
