"""Badges that have nothing to show are read by their service's own words; the author's words accuse nobody."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkwarden.answers.badges import BadgeFault, Fault, badge_fault

SHIELDS = "https://img.shields.io"


def badge(words: str) -> str:
    """Draw a badge as shields.io does."""
    return f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{words}"><title>{words}</title></svg>'


@pytest.mark.parametrize(
    ("url", "words", "fault"),
    [
        (f"{SHIELDS}/codeship/x", "build: retired badge", Fault.RETIRED),
        (f"{SHIELDS}/gemnasium/x", "dependencies: no longer available", Fault.RETIRED),
        (f"{SHIELDS}/x/y", "x: deprecated", Fault.RETIRED),
        (f"{SHIELDS}/github/workflow/status/o/r/x", "https://github.com/badges/shields/issues/8671", Fault.RETIRED),
        (f"{SHIELDS}/npm/v/nothing", "npm: package not found", Fault.MISSING),
        (f"{SHIELDS}/readthedocs/x", "docs: project or version not found", Fault.MISSING),
        (f"{SHIELDS}/npm/v/x", "404: badge not found", Fault.MISSING),
        (f"{SHIELDS}/npm/v/x", "NPM: NOT FOUND", Fault.MISSING),
        (f"{SHIELDS}/npm/v/x", "npm: invalid response data", Fault.WRONG),
        (f"{SHIELDS}/discord/x", "chat: invalid", Fault.WRONG),
        (f"{SHIELDS}/npm/v/x", "npm: inaccessible", Fault.TROUBLE),
        (f"{SHIELDS}/npm/v/x?label=a%3A%20b", "a: b: not found", Fault.MISSING),
        (f"{SHIELDS}/npm/v/x", "it&#39;s: not found", Fault.MISSING),
        ("https://badgen.net/npm/v/nothing", "npm: 404", Fault.MISSING),
        ("https://flat.badgen.net/npm/v/nothing", "npm: not found", Fault.MISSING),
        ("https://badge.fury.io/py/nothing.svg", "pypi package: not found", Fault.MISSING),
    ],
)
def test_a_service_says_that_it_has_nothing(url: str, words: str, fault: Fault) -> None:
    """Each service's words for it are known, whatever the label before them."""
    found = badge_fault(url, badge(words))

    assert found is not None
    assert found.fault is fault


@pytest.mark.parametrize(
    ("url", "words"),
    [
        (f"{SHIELDS}/badge/status-not%20found-red", "status: not found"),
        (f"{SHIELDS}/badge/project-deprecated-red.svg", "project: deprecated"),
        (f"{SHIELDS}/badge/dynamic/json?url=x", "value: invalid"),
        (f"{SHIELDS}/static/v1?label=a&message=inaccessible", "a: inaccessible"),
        (f"{SHIELDS}/static.svg?message=404", "404"),
        (f"{SHIELDS}/endpoint?url=https://x.example/b.json", "service: not found"),
        (f"{SHIELDS}/swagger/valid/3.0?specUrl=x", "swagger: invalid"),
        (f"{SHIELDS}/npm/v/x?label=not%20found", "not found: v1.0"),
        (f"{SHIELDS}/npm/v/404", "404: v1.0"),
        (f"{SHIELDS}/github/stars/o/r", "stars: 404k"),
        (f"{SHIELDS}/npm/l/x", "license: not foundational"),
        ("https://badgen.net/badge/a/not%20found", "a: not found"),
        ("https://badges.example.org/x", "build: not found"),
        (f"{SHIELDS}/npm/v/x", ""),
    ],
)
def test_words_of_an_author_and_of_a_healthy_thing_accuse_nobody(url: str, words: str) -> None:
    """What stands in the URL, in a label or in a value is no word of the service."""
    assert badge_fault(url, badge(words)) is None


def test_the_words_are_those_that_readers_see() -> None:
    """Label and message, with character references resolved."""
    found = badge_fault(f"{SHIELDS}/npm/v/x", badge("a &amp; b:  not found"))

    assert found == BadgeFault("a & b: not found", Fault.MISSING)


@given(url=st.text(max_size=50), svg=st.text(max_size=200))
def test_nothing_crashes_it(url: str, svg: str) -> None:
    """Whatever a server sends is read."""
    assert badge_fault(f"{SHIELDS}/{url}", svg) is None or "<title>" in svg or "aria-label" in svg


def test_an_image_without_a_name_says_nothing() -> None:
    """An icon, or a badge of another kind."""
    assert badge_fault(f"{SHIELDS}/npm/v/x", "<svg><text>not found</text></svg>") is None
