"""Settles links to places in the same document

(being written by helper-10)."""
