"""Settles links to files beside the list

(being written by helper-10)."""
