"""URLs that no browser can open as written."""
