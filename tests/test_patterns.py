"""Patterns that are compiled when they are first used: all that linkwarden has can be, and they are the usual ones."""

from __future__ import annotations

import gc
import importlib
import pkgutil
import re

import pytest

import linkwarden
from linkwarden.patterns import pattern


def test_every_pattern_of_linkwarden_compiles() -> None:
    """What is compiled late is compiled here, so that an error in one is found before a user finds it."""
    for module in pkgutil.walk_packages(linkwarden.__path__, "linkwarden."):
        if module.name != "linkwarden.__main__":
            importlib.import_module(module.name)

    all_of_them = [found for found in gc.get_objects() if type(found) is type(pattern(""))]
    for found in all_of_them:
        assert isinstance(found.groups, int)
    assert len(all_of_them) > 200


def test_a_pattern_is_what_re_compile_returns() -> None:
    """Methods, attributes and flags are those of the compiled pattern."""
    late = pattern(r"(?P<word>[a-z]+)-(\d)", re.IGNORECASE)

    assert late.search("see Ab-1")["word"] == "Ab"  # type: ignore[index]  # it is there
    assert late.search("see Ab-2")[2] == "2"  # type: ignore[index]  # the same
    assert late.fullmatch("ab-") is None
    assert late.sub(r"\2", "ab-1 cd-2") == "1 2"
    assert late.split("1ab-12") == ["1", "ab", "1", "2"]
    assert (late.pattern, late.groups, bool(late.flags & re.IGNORECASE)) == (r"(?P<word>[a-z]+)-(\d)", 2, True)


def test_a_pattern_is_made_when_it_is_used_and_once() -> None:
    """What returns the source is called with the first use; a bad source is an error then."""
    calls: list[int] = []

    def source() -> bytes:
        calls.append(1)
        return rb"a+"

    late = pattern(source)
    assert not calls
    assert late.match(b"aab")
    assert late.search(b"baa")
    assert calls == [1]

    bad = pattern("(")
    with pytest.raises(re.error):
        bad.search("x")
