"""From the text of a document to its links. ``base`` says what an extractor is."""

from linkwarden.extract.base import Extractor

__all__ = ["Extractor"]
