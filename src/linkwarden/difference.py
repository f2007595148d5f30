"""What a change adds: the links that stand in the lists now and did not before (``--diff``)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from linkwarden.model import Result


@dataclass(frozen=True, slots=True)
class Difference:
    """What stood in the lists before a change.

    Attributes:
        base: what the lists are compared with, in words for people.
    """

    base: str

    def had(self, key: str, *, as_image: bool) -> bool:
        """Tell whether a web address (by its key) stood in the lists before, as a picture if it is one now."""
        raise NotImplementedError

    def caused(self, result: Result) -> bool:
        """Tell whether a result on a local link comes from the change: the link is new, or was not broken before."""
        raise NotImplementedError


def difference(base: str, root: Path) -> Difference:
    """Read what the lists were before a change.

    Args:
        base: a commit, or ``auto``.
        root: the repository.

    Raises:
        UsageError: git is not there, it is no repository, or the base cannot be found; the message says what to do.
    """
    raise NotImplementedError(base, root)
