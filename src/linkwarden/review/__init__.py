"""Second looks at what was found. Each public module is one review; ``_base`` says what that is."""

from linkwarden.review._base import Needs, Once, Review

__all__ = ["Needs", "Once", "Review"]
