"""What an extractor is: it finds the links of one kind of document."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import ClassVar

from linkwarden.model import Extracted


class Extractor(ABC):
    """Finds links and anchors in the text of one kind of document.

    Class attributes:
        name: unique, kebab-case.
        title: what people call this kind of document.
        suffixes: file suffixes it reads, lower case, with the dot.
        of_folders: those of them that are read where only a folder is named. Data is not: lock files and settings
            hold thousands of URLs that no reader sees.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    suffixes: ClassVar[tuple[str, ...]]
    of_folders: ClassVar[tuple[str, ...]] = ()

    def knows_anchors(self, text: str) -> bool:  # noqa: ARG002 - of one kind of document it depends on the text
        """Return whether the anchors that ``extract`` yields for a text are all that it has."""
        return True

    @abstractmethod
    def extract(self, text: str, path: str) -> Iterator[Extracted]:
        r"""Yield occurrences in source order as they are found, with anchors, notices and suppressions among them.

        Lazy: the caller may start on the first links while the rest is still being read. Never raises for any text.

        Args:
            text: the decoded document; line ends as they are (``\n``, ``\r\n`` or ``\r``).
            path: name for spans; nothing is read from it.
        """
