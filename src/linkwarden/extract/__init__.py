"""From the text of a document to its links. Each public module is one extractor; ``_base`` says what that is."""

from linkwarden.extract._base import Extractor

__all__ = ["Extractor"]
