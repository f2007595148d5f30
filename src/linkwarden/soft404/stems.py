"""Tells in one pass which of many expressions may match a text: those of which the text holds some letters they need.

Nearly every title is none of the hundreds of things that are looked for. A pass costs a thousandth of a millisecond;
the expressions, one after the other, a tenth of one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property

# What an expression consists of is told nowhere else.
from re import _parser  # type: ignore[attr-defined] # typeshed knows the module's own interface only
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ahocorasick_rs import AhoCorasick


def stems_of(expression: str) -> frozenset[str]:
    """Return texts of which each match of an expression holds at least one; none if there are no such texts."""
    return _best(_parser.parse(expression))


def _best(parsed: Iterable[tuple[Any, Any]]) -> frozenset[str]:
    """Return of the texts that the parts of a sequence need those that are the longest."""
    needed = [stems for stems in _needs(parsed) if stems]
    return max(needed, key=lambda stems: (min(map(len, stems)), -len(stems)), default=frozenset())


def _needs(parsed: Iterable[tuple[Any, Any]]) -> Iterator[frozenset[str]]:
    """Yield, part by part of a sequence, texts of which one must be there."""
    run = ""
    for kind, what in parsed:
        name = str(kind)
        if name == "LITERAL":
            run += chr(what)
            continue
        yield frozenset({run} - {""})
        run = ""
        if name == "SUBPATTERN":
            yield _best(what[-1])
        elif name == "BRANCH":
            choices = [_best(choice) for choice in what[1]]
            yield frozenset().union(*choices) if all(choices) else frozenset()
        elif name in ("MAX_REPEAT", "MIN_REPEAT") and what[0]:
            yield _best(what[2])
    yield frozenset({run} - {""})


class Stems:
    """Several expressions by name, and what they need.

    Args:
        read: returns the expressions; called when they are first needed.
    """

    def __init__(self, read: Callable[[], Mapping[str, Iterable[str]]]) -> None:
        self._read = read

    @cached_property
    def _automaton(self) -> tuple[AhoCorasick, tuple[frozenset[str], ...], frozenset[str]]:
        from ahocorasick_rs import AhoCorasick, Implementation  # noqa: PLC0415 - an offline run reads no titles

        owners: dict[str, set[str]] = {}
        always = set()
        for name, expressions in self._read().items():
            for expression in expressions:
                stems = stems_of(expression)
                if not stems:
                    always.add(name)
                for stem in stems:
                    owners.setdefault(_folded(stem), set()).add(name)
        automaton = AhoCorasick(list(owners), implementation=Implementation.DFA)
        return automaton, tuple(map(frozenset, owners.values())), frozenset(always)

    def in_text(self, text: str) -> frozenset[str]:
        """Return the names of the expressions that may match somewhere in a text.

        Args:
            text: in lower case.
        """
        automaton, owners, always = self._automaton
        found = automaton.find_matches_as_indexes(_folded(text), overlapping=True)
        return always.union(*(owners[at] for at, _, _ in found)) if found else always


def _folded(text: str) -> str:
    """Return a text with one letter for all that Python's expressions take for an "i" where case does not matter."""
    return text.replace("ı", "i")
