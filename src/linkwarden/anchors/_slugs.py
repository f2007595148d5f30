"""How text becomes a name. Each function returns the name without a number; "" where nothing is left."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cache

from linkwarden.patterns import pattern
from linkwarden.records import dataclass

_CIRCLED = (range(0x24B6, 0x24EA), range(0x1F130, 0x1F14A), range(0x1F150, 0x1F16A), range(0x1F170, 0x1F18A))
#: Marks of Hebrew and Arabic that count as letters (Unicode's Other_Alphabetic) although they combine.
_LETTER_MARKS = tuple(
    range(first, last + 1)
    for first, last in (
        (0x345, 0x345), (0x5B0, 0x5BD), (0x5BF, 0x5BF), (0x5C1, 0x5C2), (0x5C4, 0x5C5), (0x5C7, 0x5C7), (0x610, 0x61A),
        (0x64B, 0x657), (0x659, 0x65F), (0x670, 0x670), (0x6D6, 0x6DC), (0x6E1, 0x6E4), (0x6E7, 0x6E8), (0x6ED, 0x6ED),
    )
)  # fmt: skip
#: Zero-width non-joiner and joiner: in emoji sequences, Persian and Indic scripts. GitHub keeps them now and dropped
#: them before (docs/facts/github-rendering.md#heading-anchors).
_JOINERS = frozenset("\u200c\u200d")
_GITHUB = frozenset({"Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "Pc", "Cs"})


def kept_by_github(char: str) -> bool:
    """Return whether GitHub's names keep a character (docs/facts/github-rendering.md#heading-anchors)."""
    code = ord(char)
    if code < 0x80:
        return char in " -_" or char.isalnum()
    return char in _JOINERS or _is_circled(code) or unicodedata.category(char) in _GITHUB


def github(text: str) -> str:
    """Return GitHub's name for a heading's text."""
    return "".join(filter(kept_by_github, text.lower())).replace(" ", "-")


def github_slugger(text: str) -> str:
    """Return the name by the package ``github-slugger``, which drops joiners."""
    return github("".join(char for char in text if char not in _JOINERS))


def _is_circled(code: int) -> bool:
    """Return whether it is a circled or squared letter, which is a symbol to Unicode."""
    return any(code in each for each in _CIRCLED)


def by_letter(text: str) -> str:
    """Return text in lower case, letter by letter: no final sigma, and one letter for each."""
    return "".join(char.lower()[0] for char in text)


def each_lower(text: str) -> str:
    """Return text in lower case, without the final sigma, as Ruby and Haskell make it."""
    return "".join(map(str.lower, text))


def ascii_lower(text: str) -> str:
    """Return text with ASCII letters in lower case."""
    return re.sub(r"[A-Z]+", lambda found: found[0].lower(), text)


@cache
def _category(char: str) -> str:
    return unicodedata.category(char)


def is_word(char: str) -> bool:
    """Return whether it is a letter, a mark, a decimal or letter number, or a connector."""
    category = _category(char)
    return category[0] in "LM" or category in ("Nd", "Nl", "Pc")


def is_word_or_number(char: str) -> bool:
    """Return whether it is a letter, a mark, any number, or a connector."""
    category = _category(char)
    return category[0] in "LMN" or category == "Pc"


def is_letter_or_number(char: str) -> bool:
    """Return whether it is a letter or any number, as GHC and Python see it."""
    return _category(char)[0] in "LN"


def is_letter_or_digit(char: str) -> bool:
    """Return whether it is a letter or a decimal digit."""
    category = _category(char)
    return category[0] == "L" or category == "Nd"


@cache
def is_alphanumeric(char: str) -> bool:
    """Return whether it is alphabetic or a number by Unicode's properties, as Rust sees it."""
    category = _category(char)
    if category[0] == "M":
        code = ord(char)
        no_letter = category == "Me" or 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF
        is_vowel_sign = unicodedata.combining(char) == 0 and not no_letter
        return is_vowel_sign or any(code in each for each in _LETTER_MARKS)
    return category[0] in "LN" or _is_circled(ord(char))


@dataclass(frozen=True, slots=True, kw_only=True)
class Letters:
    """The rule that many share: lower case, some characters stay, blanks become dashes, the rest goes.

    Attributes:
        keep: whether a character stays; ``_`` and ``-`` always do.
        lower: makes lower case.
        blanks: the characters that become a dash; "" for all white space.
        collapse: a run of blanks becomes one dash.
        composed: letters are composed with their accents first.
    """

    keep: Callable[[str], bool]
    lower: Callable[[str], str] = str.lower
    blanks: str = " "
    collapse: bool = False
    composed: bool = False

    def __call__(self, text: str) -> str:
        """Return the name."""
        if self.composed:
            text = unicodedata.normalize("NFC", text)
        text = "".join(" " if self._is_blank(char) else char for char in self.lower(text))
        if self.collapse:
            text = re.sub(" {2,}", " ", text)
        return "".join(char for char in text if char in " -_" or self.keep(char)).replace(" ", "-")

    def _is_blank(self, char: str) -> bool:
        return char in self.blanks if self.blanks else char.isspace()


def gitlab_before_17(text: str) -> str:
    """Return the name that GitLab made before 17.0: runs of dashes are one."""
    text = "".join(c for c in each_lower(text.strip()) if c in " -\u200c\u200d" or is_word(c)).replace(" ", "-")
    text = re.sub("-{2,}", "-", text)
    return f"anchor-{text}" if re.fullmatch(r"\d+", text) else text


def python_markdown(text: str) -> str:
    """Return the name by Python-Markdown's ``toc.slugify``: ASCII only."""
    return _toc(unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii"))


def python_markdown_unicode(text: str) -> str:
    """Return the name by Python-Markdown's ``toc.slugify_unicode``."""
    return _toc(text)


def _toc(text: str) -> str:
    text = re.sub(r"[^\w\s-]", "", " ".join(text.split())).strip().lower()
    return re.sub(r"[-\s]+", "-", text)


def pymdownx(text: str, case: str = "lower", *, encode: bool = False) -> str:
    """Return the name by ``pymdownx.slugs.slugify``, which drops what stands between ``<`` and ``>``."""
    text = unicodedata.normalize("NFC", " ".join(text.split()))
    text = re.sub(r"</?[^<>]*>", "", text).strip()  # another "<" before it is dropped as well
    text = {"lower": str.lower, "fold": str.casefold, "lower-ascii": ascii_lower}.get(case, str)(text)
    text = re.sub(r"[^\w\- ]", "", text).replace(" ", "-")
    return _encoded(text) if encode else text


def _encoded(text: str) -> str:
    return "".join(
        c if c.isascii() and (c.isalnum() or c in "-_.~") else "".join(f"%{b:02X}" for b in c.encode()) for c in text
    )


_COMBINING = pattern("[\u0300-\u036f]")
_CONTROL = pattern("[\x00-\x1f]")
_SPECIAL = pattern("[\\s\ufeff~`!@#$%^&*()\\-_+=\\[\\]{}|\\\\;:\"'“”‘’<>,.?/]+")


def vitepress(text: str) -> str:
    """Return the name by ``@mdit-vue/shared``: decomposed letters without accents, which are not composed again."""
    text = _CONTROL.sub("", _COMBINING.sub("", unicodedata.normalize("NFKD", text)))
    text = re.sub("-{2,}", "-", _SPECIAL.sub("-", text)).strip("-")
    return re.sub(r"^([0-9])", r"_\1", text).lower()


def myst(text: str) -> str:
    """Return the name that MyST makes for links within a project."""
    return re.sub(r"[^\w\u4e00-\u9fff\- ]", "", text.lower().replace(" ", "-"))


_TO_ASCII = str.maketrans(
    {
        "ø": "o", "đ": "d", "ħ": "h", "ı": "i", "ł": "l", "ŧ": "t", "ƀ": "b", "ƃ": "b", "ƈ": "c", "ƌ": "d", "ƒ": "f",
        "ƙ": "k", "ƚ": "l", "ƞ": "n", "ƥ": "p", "ƫ": "t", "ƭ": "t", "ƴ": "y", "ƶ": "z", "ǥ": "g", "ȥ": "z", "ȷ": "j",
        "ß": "sz", "æ": "ae", "œ": "oe", "ȸ": "db", "ȹ": "qp",
    }
)  # fmt: skip


def docutils(text: str) -> str:
    """Return the id that docutils makes of a name."""
    text = " ".join(text.lower().translate(_TO_ASCII).split())
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"^[-0-9]+|-+$", "", re.sub(r"[^a-z0-9]+", "-", plain))


def sphinx(text: str) -> str:
    """Return the id that docutils makes of a heading in Markdown, whose quotation marks are typographic."""
    return docutils(re.sub("[\"']", "", text))


def pandoc(text: str) -> str:
    """Return the identifier that Pandoc makes by default (``auto_identifiers``)."""
    text = "".join(c for c in each_lower(text) if c in "_-." or c.isspace() or is_letter_or_number(c))
    text = "-".join(text.split())
    at = next((i for i, char in enumerate(text) if char.isalpha()), len(text))
    return text[at:]


def hugo_blackfriday(text: str) -> str:
    """Return the name of Hugo's type ``blackfriday``: letters and numbers, all else one dash."""
    found: list[str] = []
    gap = False
    for char in by_letter(text):
        if is_letter_or_number(char):
            found.extend(["-"] if gap and found else [])
            found.append(char)
            gap = False
        else:
            gap = True
    return "".join(found)


def kramdown(text: str) -> str:
    """Return the name of kramdown's own parser: ASCII only, from the first letter on."""
    text = re.sub(r"^[^a-zA-Z]+", "", text)
    return re.sub(r"[^a-zA-Z0-9 -]", "", text).replace(" ", "-").lower()
