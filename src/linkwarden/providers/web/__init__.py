"""Providers of last resort: any page, any image."""
