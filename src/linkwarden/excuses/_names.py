"""Which rules a comment names. What looks like the name of a rule and is none is told to the maintainer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from linkwarden import rules
from linkwarden.config import RuleNames, nearest_rule
from linkwarden.model import Excuse, Notice, Rule

#: So many different words are looked up; a list with more slips than that is an attack on our time.
_MOST_LOOKUPS = 100
_LONGEST_WORD = 40
_LONGEST_NAMES = 200
_CODE_LIKE = re.compile(r"lw\w*|\d{3}", re.IGNORECASE)
_PARTS = re.compile(r"[\s,;]+")


def rule_names(found: Iterable[Rule] = ()) -> dict[str, str]:
    """Give the code of every rule by its code and by its slug, both in lower case.

    Args:
        found: rules beside those that linkwarden knows.
    """
    every = (*rules.all_rules().values(), *found)
    return {name: rule.code for rule in every for name in (rule.code.lower(), rule.slug)}


def named(comments: Sequence[Excuse], found: Iterable[Rule]) -> tuple[list[Excuse], list[Notice]]:
    """Give the comments with the codes of the rules that they name, and notices on names that are none.

    A word with a hyphen that is like no rule's name begins the reason. A comment that names only rules that do not
    exist is about none, rather than about all.
    """
    if not comments:
        return [], []
    reader = _Reader(rule_names(found))
    read = [kept for comment in comments if (kept := reader.read(comment)) is not None]
    return read, reader.notices


class _Reader:
    def __init__(self, names: RuleNames) -> None:
        self._names = names
        self._nearest: dict[str, str] = {}
        self.notices: list[Notice] = []

    def read(self, comment: Excuse) -> Excuse | None:
        codes: dict[str, None] = {}
        slips = False
        reason = comment.reason
        for at, word in enumerate(comment.codes):
            if word.lower() in self._names:
                codes[self._names[word.lower()]] = None
                continue
            near = self._near(word)
            if not near and not _CODE_LIKE.fullmatch(word):
                reason = " ".join((*comment.codes[at:], reason)).rstrip()
                break
            slips = True
            meant = f" Did you mean {near}?" if near else " `linkwarden explain` knows them all."
            self.notices.append(Notice(comment.path, comment.line, f"{word!r} in this comment is no rule.{meant}"))
        # A rule's name of one word ("gone") is one only where nothing but such names follow.
        parts = [part for part in _PARTS.split(reason.lower()) if part] if len(reason) <= _LONGEST_NAMES else []
        if parts and all(part in self._names for part in parts):
            codes.update(dict.fromkeys(self._names[part] for part in parts))
            reason = ""
        if slips and not codes:
            return None
        return replace(comment, codes=tuple(codes), reason=reason)

    def _near(self, word: str) -> str:
        if len(word) > _LONGEST_WORD:
            return ""
        if word not in self._nearest:
            if len(self._nearest) >= _MOST_LOOKUPS:
                return "" if _CODE_LIKE.fullmatch(word) else "another"
            self._nearest[word] = nearest_rule(word, self._names)
        return self._nearest[word]
