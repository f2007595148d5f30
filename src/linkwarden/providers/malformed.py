"""Settles addresses that no browser could follow as they stand

(being written by helper-10)."""
