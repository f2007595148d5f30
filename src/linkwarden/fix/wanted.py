"""What is wanted of a document, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable

from linkwarden.model import Basis, Occurrence
from linkwarden.records import dataclass

#: Returns what shall stand in place of a URL, or None if it shall stay.
Wish = Callable[[Occurrence], "Wanted | None"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What shall stand in place of a URL.

    Attributes:
        url: the replacement; "" if the URL's entry shall go.
        why: one clause with the reason.
        basis: what it rests on.
        code: the rule that found the old URL wanting.
        slug: that rule's name.
    """

    url: str
    why: str
    basis: Basis
    code: str
    slug: str

    @property
    def safe(self) -> bool:
        """True where it is right without somebody looking at it."""
        return self.basis.is_safe


@dataclass(frozen=True, slots=True)
class Edit:
    """One replacement in a document.

    Attributes:
        start: offset of the first character that is replaced.
        end: offset behind the last one.
        line: the line, from 1, on which it begins.
        old: what stands there.
        new: what shall stand there.
        before: the URL that readers get today.
        wanted: the URL that they get then, and why.
    """

    start: int
    end: int
    line: int
    old: str
    new: str
    before: str
    wanted: Wanted

    @property
    def removed(self) -> bool:
        """True if a whole entry goes."""
        return not self.wanted.url


@dataclass(frozen=True, slots=True)
class Dropped:
    """A replacement that is not made, with the line and the reason."""

    line: int
    before: str
    wanted: Wanted
    reason: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What is done with a document.

    Attributes:
        edits: in the order of the text.
        dropped: the replacements that cannot be made.
        waiting: how many more would be tried if those were made that are not safe.
    """

    edits: tuple[Edit, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    waiting: int = 0
