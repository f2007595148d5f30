"""What the providers of local links share

(being written by helper-10)."""
