"""Providers of sites with an API of their own."""
