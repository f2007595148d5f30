"""The names that GitHub gives to headings.

The rule is that of the github-slugger fixtures, which were made on GitHub (facts: services.md, section 3.6).
"""

from __future__ import annotations

import unicodedata

_DROPPED = frozenset(
    {"No", "Pe", "Pf", "Pi", "Ps", "Po", "Pd", "Sm", "Sc", "Sk", "So", "Cc", "Co", "Cf", "Cn", "Zs", "Zl", "Zp"}
)
#: Circled and squared letters are symbols to Unicode and letters to GitHub.
_LETTER_SYMBOLS = (
    range(0x24B6, 0x24EA),
    range(0x1F130, 0x1F14A),
    range(0x1F150, 0x1F16A),
    range(0x1F170, 0x1F18A),
)


def _kept(char: str) -> bool:
    code = ord(char)
    if code < 0x80:
        return char in " -_" or char.isalnum()
    return any(code in r for r in _LETTER_SYMBOLS) or unicodedata.category(char) not in _DROPPED


def base_slug(text: str) -> str:
    """Give a heading's slug before duplicates are numbered. ``text`` is the heading as it is shown."""
    return "".join(filter(_kept, text.lower())).replace(" ", "-")


class Slugger:
    """Numbers the headings of one document as GitHub does: a second ``x`` becomes ``x-1``."""

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}

    def slug(self, text: str) -> str:
        """Give the next heading's slug."""
        base = result = base_slug(text)
        while result in self._seen:
            self._seen[base] += 1
            result = f"{base}-{self._seen[base]}"
        self._seen[result] = 0
        return result
