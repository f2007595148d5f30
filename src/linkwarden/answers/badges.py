"""Reads badges that say that they have nothing to show (docs/facts/services.md#image-hosts)."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import NamedTuple
from urllib.parse import urlsplit

from linkwarden.datafile import read_table
from linkwarden.patterns import pattern
from linkwarden.text import host_of

_NAME = pattern(r"aria-label=\"([^\"]{0,300})\"|<title>([^<]{0,300})</title>")


class Fault(StrEnum):
    """What a badge says is wrong."""

    RETIRED = "retired"
    MISSING = "missing"
    WRONG = "wrong"
    TROUBLE = "trouble"


class BadgeFault(NamedTuple):
    """A badge that has nothing to show.

    Attributes:
        words: label and message, as readers see them.
        fault: what the message means.
    """

    words: str
    fault: Fault


class _Service(NamedTuple):
    """What a badge service says: which paths show an author's own words, and what messages mean."""

    own: re.Pattern[str]
    faults: Mapping[Fault, re.Pattern[str]]


def badge_fault(url: str, svg: str) -> BadgeFault | None:
    """Return what a badge says is wrong, or None.

    Args:
        url: where the badge came from.
        svg: its beginning, with its title.
    """
    service = _services().get(host_of(url))
    found = _NAME.search(svg) if service is not None else None
    if service is None or found is None or service.own.match(urlsplit(url).path):
        return None
    words = " ".join(html.unescape(found[1] or found[2] or "").split())
    message = words.rpartition(": ")[2]
    fault = next((fault for fault, pattern in service.faults.items() if pattern.fullmatch(message)), None)
    return BadgeFault(words, fault) if fault is not None else None


@cache
def _services() -> Mapping[str, _Service]:
    """Return the table of services, by host.

    Raises:
        DataFileError: a row is bad.
    """
    patterns: dict[str, dict[str, list[str]]] = {}
    for row in read_table(__package__, "badges.tsv", ("host", "meaning", "pattern")):
        meaning = "own" if row["meaning"] == "own" else row.read("meaning", Fault).value
        row.read("pattern", re.compile)
        patterns.setdefault(row["host"], {}).setdefault(meaning, []).append(row["pattern"])
    return {
        host: _Service(
            re.compile("|".join(known.get("own", [r"(?!)"]))),
            {fault: _any(known[fault.value]) for fault in Fault if fault.value in known},
        )
        for host, known in patterns.items()
    }


def _any(patterns: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)
