"""URLs that carry their own end."""
