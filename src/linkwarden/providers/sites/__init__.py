"""Providers of sites with an interface of their own."""
