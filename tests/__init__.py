"""linkwarden's tests."""
