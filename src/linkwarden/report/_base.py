"""What a report format is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from linkwarden.model import Run


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """How to write a report.

    Attributes:
        show_secrets: leave signatures and tokens in URLs (JSON only).
        verbose: 0, or how often ``-v`` was given; -1 for ``-q``.
    """

    show_secrets: bool = False
    verbose: int = 0


class Report(ABC):
    """One format. Pure: the same run gives the same text.

    Class attributes:
        name: the word for ``--format``.
        suffix: the file suffix that chooses it for ``--output``, or "" if it is for standard output only.
    """

    name: ClassVar[str]
    suffix: ClassVar[str] = ""

    @abstractmethod
    def render(self, run: Run, options: ReportOptions) -> str:
        """Return the whole report, ending in a newline."""
