"""What an extractor is: somebody who finds the links of one kind of document."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import ClassVar

from linkwarden.model import Extracted


class Extractor(ABC):
    """Finds links and anchors in the text of one kind of document.

    Class attributes:
        name: unique, kebab-case.
        suffixes: file suffixes it reads, lower case, with the dot.
    """

    name: ClassVar[str]
    suffixes: ClassVar[tuple[str, ...]]

    @abstractmethod
    def extract(self, text: str, path: str) -> Iterator[Extracted]:
        r"""Give occurrences in source order as they are found, and anchors, notices and suppressions among them.

        Lazy: the caller may start on the first links while the rest is still being read. Never raises, whatever
        the text.

        Args:
            text: the document, decoded; line ends as they stand (``\n``, ``\r\n`` or ``\r``).
            path: name for spans; nothing is read from it.
        """
