"""Expressions that read what servers send take time in proportion to it: no stretch of it can be cut in two ways.

Two repetitions without an end that may take the same characters, with nothing between them that must be there, try each
way to share a stretch: a page of a megabyte would take hours, during which nothing else of the run goes on.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterable, Iterator
from re import _parser  # type: ignore[attr-defined] # typeshed knows the module's own interface only
from typing import Any

import pytest

import linkwarden.answers
import linkwarden.providers.web
import linkwarden.soft404
from linkwarden.soft404 import parked

#: One of each kind that the expressions tell apart.
ALPHABET = [chr(code) for code in range(1, 128)] + ["é", "ж", "字", "\u2003", "–"]
CATEGORIES = {"CATEGORY_SPACE": r"\s", "CATEGORY_DIGIT": r"\d", "CATEGORY_WORD": r"\w"}
REPEATS = ("MAX_REPEAT", "MIN_REPEAT")
Parsed = Iterable[tuple[Any, Any]]


def expressions() -> Iterator[tuple[str, str]]:
    """Yield the names and the sources of what the packages look for."""
    for package in (linkwarden.soft404, linkwarden.answers, linkwarden.providers.web):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            for name, value in vars(importlib.import_module(module.name)).items():
                source = getattr(value, "pattern", None)
                if isinstance(source, str | bytes) and not isinstance(value, type):
                    yield f"{module.name}.{name}", source.decode() if isinstance(source, bytes) else source
    for line in parked._word_lists()["placeholders"]:  # the second half is looked for on whole pages
        yield line.where, line.text.partition("\t")[2]


def characters(kind: str, what: Any) -> frozenset[str] | None:
    """Return which characters one element takes, or None if it takes no single character."""
    if kind == "ANY":
        return frozenset(ALPHABET)
    if kind in ("LITERAL", "NOT_LITERAL"):
        return frozenset(char for char in ALPHABET if (ord(char) == what) == (kind == "LITERAL"))
    if kind != "IN":
        return None
    negated = str(what[0][0]) == "NEGATE"
    return frozenset(char for char in ALPHABET if any(takes(str(k), w, char) for k, w in what) != negated)


def takes(kind: str, what: Any, char: str) -> bool:
    """Return whether an element of a set takes a character."""
    if kind == "LITERAL":
        return char == chr(what)
    if kind == "RANGE":
        return ord(char) in range(what[0], what[1] + 1)
    if kind != "CATEGORY":
        return False
    name = str(what)
    return (re.match(CATEGORIES[name.replace("NOT_", "")], char) is not None) != ("NOT_" in name)


def may_be_empty(kind: str, what: Any) -> bool:
    """Return whether an element may match nothing."""
    if kind in (*REPEATS, "POSSESSIVE_REPEAT"):
        return what[0] == 0 or all(may_be_empty(str(k), w) for k, w in what[2])
    if kind == "SUBPATTERN":
        return all(may_be_empty(str(k), w) for k, w in what[-1])
    if kind == "BRANCH":
        return any(all(may_be_empty(str(k), w) for k, w in choice) for choice in what[1])
    return kind in ("AT", "ASSERT", "ASSERT_NOT")


def ends(parsed: Parsed, *, last: bool) -> Iterator[frozenset[str]]:
    """Yield what the endless repetitions take with which a sequence may begin, or end."""
    items = list(parsed)
    for kind, what in reversed(items) if last else items:
        name = str(kind)
        if name in REPEATS:
            taken = characters(str(what[2][0][0]), what[2][0][1]) if len(what[2]) == 1 else None
            if taken is not None and what[1] is _parser.MAXREPEAT:
                yield taken
            else:
                yield from ends(what[2], last=last)
        elif name == "SUBPATTERN":
            yield from ends(what[-1], last=last)
        elif name == "BRANCH":
            for choice in what[1]:
                yield from ends(choice, last=last)
        if not may_be_empty(name, what):
            return


def rivals(parsed: Parsed) -> Iterator[str]:
    """Yield the characters that two endless repetitions of an expression may both take, one after the other."""
    items = list(parsed)
    for at, (kind, what) in enumerate(items):
        name = str(kind)
        after = list(ends(items[at + 1 :], last=False))
        if name in REPEATS and what[1] is _parser.MAXREPEAT:
            after += ends(what[2], last=False)  # what is repeated comes after itself
        for one in ends([(kind, what)], last=True):
            yield from ("".join(sorted(one & other)) for other in after if one & other)
        inner = what[1] if name == "BRANCH" else [what[-1]] if name in (*REPEATS, "SUBPATTERN") else []
        for sequence in inner:
            yield from rivals(sequence)


@pytest.mark.parametrize(
    ("expression", "has_rivals"),
    [
        (r"if\s*\(\s*!?\s*x", True),
        (r"if\s*\(\s*(?:!\s*)?x", False),
        (r"[-\d]*(?:\S*/)?\Z", True),
        (r"[-\d]*+(?:\S*/)?\Z", False),
        (r"a+(?:b|a*c)", True),
        (r"\s*,\s*", False),
        (r"(?:x\s*|y)\s*z", True),
        (r"\w{0,9}\w*", False),
        (r"(?:\s*x\s*)*y", True),
        (r"(?:\s*x)*y", False),
        (r"(a+)+b", True),
    ],
)
def test_the_look_for_rivals_finds_them(expression: str, *, has_rivals: bool) -> None:
    """The look itself: what is optional lies between them, what is possessive gives nothing back."""
    assert any(rivals(_parser.parse(expression))) is has_rivals


@pytest.mark.parametrize(("name", "source"), [pytest.param(*found, id=found[0]) for found in expressions()])
def test_no_two_repetitions_share_a_stretch(name: str, source: str) -> None:
    """Each expression, however much a server sends."""
    assert not list(rivals(_parser.parse(source))), name


def test_nobody_is_left_out() -> None:
    """The expressions are found where they are."""
    names = {name for name, _ in expressions()}
    assert {"linkwarden.soft404.page._LOOK_UP", "linkwarden.answers.words._MARKUP"} <= names
    assert len(names) > 80
