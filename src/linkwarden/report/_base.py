"""What a report format is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import ClassVar

from linkwarden.model import Run
from linkwarden.records import dataclass


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """How to write a report.

    Attributes:
        show_secrets: leave signatures and tokens in URLs (JSON only).
        verbose: 0, or how often ``-v`` was given; -1 for ``-q``.
        replacements: what can be written in the place of a URL so that exactly the suggested one is read there, by
            file and offset of the URL's first character; for the formats that want them.
        told: keys of the links that were shown while the run went on (text only).
    """

    show_secrets: bool = False
    verbose: int = 0
    replacements: Mapping[tuple[str, int], str] = field(default_factory=dict)
    told: frozenset[str] = frozenset()


class Report(ABC):
    """One format. Pure: the same run gives the same text.

    Class attributes:
        name: the word for ``--format``.
        suffix: the file suffix that chooses it for ``--output``, or "" if it is for standard output only.
        wants_replacements: the options shall have them; finding them reads the lists again.
    """

    name: ClassVar[str]
    suffix: ClassVar[str] = ""
    wants_replacements: ClassVar[bool] = False

    @abstractmethod
    def render(self, run: Run, options: ReportOptions) -> str:
        """Return the whole report, ending in a newline."""

    def pieces(self, run: Run, options: ReportOptions) -> Iterable[str]:
        """Return the same text in pieces, so that a long one need not be in memory as a whole."""
        return (self.render(run, options),)
