"""How names become different from each other on one page, level by level of none: each gets the whole page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from linkwarden.patterns import pattern

#: The name made of the text, and the one that the author gives.
Named = tuple[str, str | None]


class Slugger:
    """Numbers names as GitHub does: a second ``x`` becomes ``x-1``, and what is taken is skipped."""

    def __init__(self, seen: Mapping[str, int] = MappingProxyType({})) -> None:
        self._seen = dict(seen)

    def copy(self) -> Slugger:
        """Return a slugger that has numbered the same headings."""
        return Slugger(self._seen)

    def enter(self, name: str) -> None:
        """Take a name."""
        self._seen.setdefault(name, 0)

    def number(self, base: str) -> str:
        """Return a name that is not taken, and take it."""
        result = base
        while result in self._seen:
            self._seen[base] += 1
            result = f"{base}-{self._seen[base]}"
        self._seen[result] = 0
        return result


def skip_taken(names: Sequence[Named]) -> list[str | None]:
    """Number as GitHub does; given names are not counted."""
    slugger = Slugger()
    return [slugger.number(base) if given is None else given for base, given in names]


def skip_taken_and_given(names: Sequence[Named]) -> list[str | None]:
    """Number as GitHub does; a given name counts for what comes after it."""
    slugger = Slugger()
    found: list[str | None] = []
    for base, given in names:
        if given is not None:
            slugger.enter(given)
        found.append(slugger.number(base) if given is None else given)
    return found


def count(names: Sequence[Named]) -> list[str | None]:
    """Number by a counter for each name, whatever else is taken; what is empty has no name the first time."""
    seen: Counter[str] = Counter()
    found: list[str | None] = []
    for base, given in names:
        if given is not None:
            found.append(given)
            continue
        times = seen[base]
        seen[base] += 1
        found.append(f"{base}-{times}" if times else base or None)
    return found


def count_after_given(names: Sequence[Named]) -> list[str | None]:
    """Number by a counter for each name; the given ones come first, wherever they stand."""
    seen: Counter[str] = Counter(given for _, given in names if given is not None)
    found: list[str | None] = []
    for base, given in names:
        if given is None:
            times = seen[base]
            seen[base] += 1
            found.append(f"{base}-{times}" if times else base or None)
        else:
            found.append(given)
    return found


def skip_own(names: Sequence[Named]) -> list[str | None]:
    """Number as rustdoc does: a name that was made is counted on, and not looked at again."""
    seen: dict[str, int] = {}
    found: list[str | None] = []
    for base, _ in names:
        name = base
        if base in seen:
            name = f"{base}-{seen[base]}"
            seen[base] += 1
        seen[name] = 1
        found.append(name)
    return found


_NUMBERED = pattern(r"(.*)_([0-9]+)", re.DOTALL)


def underscores(names: Sequence[Named]) -> list[str | None]:
    """Number as Python-Markdown does: ``x_1``; given names come first, wherever they stand; no name is empty."""
    taken = {given for _, given in names if given is not None}
    # A name that ends in a number counts on. The last number tried spares a long page trying them all again.
    last: dict[str, int] = {}
    found: list[str | None] = []
    for base, given in names:
        if given is not None:
            found.append(given)
            continue
        name = base
        if not name or name in taken:
            numbered = _NUMBERED.fullmatch(base)
            stem, number = (numbered[1], int(numbered[2][:9])) if numbered is not None else (base, 0)
            number = last.get(base, number)
            while not name or name in taken:
                number += 1
                name = f"{stem}_{number}"
            last[base] = number
        taken.add(name)
        found.append(name)
    return found


def sphinx(names: Sequence[Named]) -> list[str | None]:
    """Give the name once; what is empty or taken becomes ``id1``, ``id2`` and so on."""
    taken: set[str] = set()
    found: list[str | None] = []
    counter = 0
    for base, _ in names:
        name = base
        while not name or name in taken:
            counter += 1
            name = f"id{counter}"
        taken.add(name)
        found.append(name)
    return found
