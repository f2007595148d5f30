"""Services that have closed."""
