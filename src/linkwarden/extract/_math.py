"""Formulas in Markdown: what stands between dollar signs, and whether a link in it is a part of the formula.

Pandoc takes everything between dollar signs for a formula, before it looks for links. GitHub looks for links first, and
shows no formula that holds one (docs/facts/github-rendering.md#formulas).
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from linkwarden.extract._document import Block
from linkwarden.patterns import pattern

#: What may begin a formula, or keep what follows it from beginning one.
_TOKEN = pattern(r"\\begin\{(?P<name>[A-Za-z]+\*?)\}|(?P<open>\\{1,2}[(\[])|\\(?s:.)|(?P<ticks>`+)|(?P<dollars>\$\$?)")
#: Only what begins a formula on lines of its own.
_DISPLAY = pattern(
    r"\\begin\{(?P<name>[A-Za-z]+\*?)\}|(?P<open>\\{1,2}\[)|\\(?s:.)|(?P<ticks>`+)"
    r"|(?:^|(?<=\n))[ \t>]*+(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?(?P<dollars>\$\$)"
)
_MAY_HOLD_ONE = pattern(r"\$|\\begin\{|\\[(\[]")
_MAY_DISPLAY_ONE = pattern(r"\$\$|\\begin\{|\\\[")
_DOLLAR = pattern(r"\\(?s:.)|(\$)")
_TICKS = pattern(r"`+")
_CLOSING = {"(": ")", "[": "]"}
_BLANK_LINE = pattern(r"\n[ \t>]*+(?=\n|\Z)")

_COMMAND = pattern(r"\\[A-Za-z]+")
#: Text in a formula: `\text{for all}`.
_TEXT_GROUP = pattern(r"\\(?:text|mbox|textrm|mathrm|operatorname\*?)\s*\{[^{}]*\}")
_LINK = pattern(r"!?\[[^\[\]\n]*\]\([^()\n]*\)")
#: An amount of money, and no factor.
_PRICE = pattern(r"\$\d[\d.,]*[kKMB]?(?=[\s.,;:)\]/–-])")
#: Two words with a space between them are no formula.
_PROSE = pattern(r"[^\W\d_]{2,}[,.;:!?]? +[^\W\d_]{2,}")
_SIGN = pattern(r"\\[A-Za-z]|[\^{}=+]|\b[A-Za-z]_")
_ONLY_MATH = pattern(r"\\[A-Za-z]{2}|\^|_\{")
_REAL_TARGET = pattern(
    r"(?i:\A(?:[a-z][a-z0-9+.-]*:|//|#|\.{0,2}/|www\.)|\w\.[a-z][a-z0-9]{1,4}(?:[#?].*)?\Z|[a-z]{3,}/[a-z]{3,})"
)
_SHORT = 3
_MOST_READ = 2000


class Formula(NamedTuple):
    """A stretch of text that is a formula.

    Attributes:
        start: where it begins, its sign included.
        end: where it ends.
        sure: readers get no link in it, whatever it looks like.
        text: the stretch.
    """

    start: int
    end: int
    sure: bool
    text: str


class Formulas:
    """Finds the formula around a place. Each block is read once, and each group of lines without a blank line.

    Args:
        body: the document's body.
        pandoc: the document is read by Pandoc (Quarto, R Markdown).

    Attributes:
        any: the document may hold formulas.
    """

    def __init__(self, body: str, *, pandoc: bool) -> None:
        self._body = body
        self._pandoc = pandoc
        self.any = ("$" in body or "\\" in body) and _MAY_HOLD_ONE.search(body) is not None
        self._any_displayed = self.any and _MAY_DISPLAY_ONE.search(body) is not None
        self._block: Block | None = None
        self._in_block: list[Formula] = []
        self._end = 0
        self._displayed: list[Formula] = []
        self._judged: tuple[str, bool, bool] = "", False, False

    def around(self, block: Block, at: int) -> Formula | None:
        """Return the formula that the character at an offset of a block's content is in, or None."""
        if block is not self._block:
            self._block = block
            content = block.content
            may = ("$" in content or "\\" in content) and _MAY_HOLD_ONE.search(content) is not None
            self._in_block = list(_formulas(content, _TOKEN, pandoc=self._pandoc)) if may else []
        found = _covering(self._in_block, at)
        if found is None and self._any_displayed:
            # GitHub may cut a formula on lines of its own into several blocks: a list, where a line begins with "- ".
            place = block.pieces.source(at)
            if place >= self._end:
                begin, self._end = _lines_around(self._body, place)
                lines = _formulas(self._body[begin : self._end], _DISPLAY, pandoc=self._pandoc)
                self._displayed = [f._replace(start=begin + f.start, end=begin + f.end) for f in lines]
            found = _covering(self._displayed, place)
        return found

    def is_part(self, formula: Formula, label: str, target: str) -> bool:
        """Return whether what looks like a link with this label and this target is a part of a formula."""
        if _REAL_TARGET.search(target):
            return False
        if _ONLY_MATH.search(target):
            return True
        if self._judged[0] is not formula.text:
            inside = _LINK.sub(" ", _TEXT_GROUP.sub("", formula.text[:_MOST_READ]))
            prose = _PROSE.search(_COMMAND.sub("", inside)) is not None or _PRICE.match(inside) is not None
            self._judged = formula.text, prose, _SIGN.search(inside) is not None
        _, prose, signs = self._judged
        # `\[[a](b)\]` are brackets that are meant as such.
        short = len(label) <= _SHORT and len(target) <= _SHORT and formula.text.lstrip().startswith("$")
        return not prose and (signs or short or _SIGN.search(label + target) is not None)


def _covering(formulas: list[Formula], at: int) -> Formula | None:
    if not formulas:
        return None
    i = bisect_right(formulas, at, key=lambda formula: formula.start) - 1
    return formulas[i] if i >= 0 and at < formulas[i].end else None


def displayed(body: str) -> list[tuple[int, int]]:
    """Return the groups of lines without a blank line that may hold a formula on lines of its own, in order."""
    groups: list[tuple[int, int]] = []
    if not any(sign in body for sign in ("$$", "\\begin{", "\\[")):
        return groups
    for found in _MAY_DISPLAY_ONE.finditer(body):
        if not groups or found.start() >= groups[-1][1]:
            groups.append(_lines_around(body, found.start()))
    return groups


def _lines_around(body: str, at: int) -> tuple[int, int]:
    """Return where the lines around an offset begin and end that no blank line parts."""
    following = _BLANK_LINE.search(body, at)
    end = following.start() if following else len(body)
    begin = body.rfind("\n", 0, at) + 1
    while begin > 0:
        before = body.rfind("\n", 0, begin - 1) + 1
        if not body[before : begin - 1].strip(" \t>"):
            break
        begin = before
    return begin, max(end, at + 1)


def _formulas(text: str, tokens: re.Pattern[str], *, pandoc: bool) -> Iterator[Formula]:
    """Yield the formulas of one paragraph, by Pandoc's rules (User's Guide 3.9, "Math")."""
    dollars = [found.start(1) for found in _DOLLAR.finditer(text) if found[1]]
    pairs = [at for at, after in pairwise(dollars) if after == at + 1]
    ticks: dict[int, list[int]] = {}
    for run in _TICKS.finditer(text):
        ticks.setdefault(len(run[0]), []).append(run.start())
    missing: set[str] = set()
    pos = 0
    while (token := tokens.search(text, pos)) is not None:
        pos = token.end()
        if token["ticks"]:
            same = ticks.get(len(token["ticks"]), [])  # a backslash may have taken one of the run
            i = bisect_left(same, pos)
            pos = same[i] + len(token["ticks"]) if i < len(same) else pos
            continue
        if token["dollars"]:
            end = _behind_dollars(text, token, dollars, pairs)
            sure = pandoc
        else:
            end, sure = _behind_closing(text, token, missing), pandoc and token["name"] is not None
        if end:
            yield Formula(token.start(), end, sure, text[token.start() : end])
            pos = end
        elif token["dollars"] == "$$":
            pos -= 1


def _behind_dollars(text: str, token: re.Match[str], dollars: list[int], pairs: list[int]) -> int:
    """Return the position behind the dollar signs that close those of a token, or 0."""
    start = token.end()
    if token["dollars"] == "$$":
        i = bisect_left(pairs, start)
        return pairs[i] + 2 if i < len(pairs) else 0
    i = bisect_left(dollars, start)
    if i == len(dollars) or text[start].isspace():
        return 0
    close = dollars[i]
    closes = close > start and not text[close - 1].isspace() and not text[close + 1 : close + 2].isdecimal()
    return close + 1 if closes else 0


def _behind_closing(text: str, token: re.Match[str], missing: set[str]) -> int:
    r"""Return the position behind what closes ``\begin{…}``, ``\(`` or ``\[``, or 0 for another token."""
    if token["name"]:
        closing = f"\\end{{{token['name']}}}"
    elif token["open"]:
        closing = token[0][:-1] + _CLOSING[token[0][-1]]
    else:
        return 0
    end = -1 if closing in missing else text.find(closing, token.end())
    if end < 0:
        missing.add(closing)
        return 0
    return end + len(closing)
