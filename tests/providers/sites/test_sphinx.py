"""Sphinx: an inventory proves many pages and places at once, and what it lacks is asked itself."""

from __future__ import annotations

import zlib

import pytest

from linkwarden.net import Net
from linkwarden.providers.sites.sphinx import Sphinx
from tests.internet import FakeInternet, misbehave
from tests.links import answers_of, slug

ROOT = "https://docs.python.org/3/"
LINES = b"""re.match py:function 1 library/re.html#$ -
library/re std:doc -1 library/re.html Regular expressions
index std:doc -1 index.html Contents
an option: with a colon 2 std:option 1 library/io.html#$ -
a label with spaces std:label -1 library/os.html#a-label A label
"""
HEADER = b"# Sphinx inventory version 2\n# Project: Python\n# Version: 3.14\n# The remainder is compressed.\n"


def _serve(internet: FakeInternet, body: bytes, status: int = 200) -> None:
    internet.site("docs.python.org").handle("/3/objects.inv", misbehave.answer(body, status))


async def test_an_inventory_settles_pages_and_places(internet: FakeInternet, net: Net) -> None:
    """One request; what it does not list is no finding."""
    _serve(internet, HEADER + zlib.compress(LINES))
    links = {
        f"{ROOT}library/re.html": "ok",
        f"{ROOT}library/re.html#re.match": "ok",
        f"{ROOT}library/os.html#a-label": "ok",
        f"{ROOT}library/re.html#a-section-without-a-label": "pass",
        f"{ROOT}genindex.html": "pass",
    }

    found = await answers_of(Sphinx, net, *links)

    assert {url: slug(item) for url, item in found.items()} == links
    assert [entry.path for entry in internet.log] == ["/3/objects.inv"]


async def test_for_a_few_pages_it_is_not_worth_its_size(internet: FakeInternet, net: Net) -> None:
    """Three pages are three requests; a place is worth one."""
    _serve(internet, HEADER + zlib.compress(LINES))
    links = [f"{ROOT}library/{name}.html" for name in ("re", "os", "io")]

    assert {slug(item) for item in (await answers_of(Sphinx, net, *links)).values()} == {"pass"}
    assert internet.log == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"<html>", 200),
        (b"", 404),
        (HEADER + b"no zlib", 200),
        (HEADER, 200),
        (HEADER + zlib.compress(b"\n\n nothing of the kind\n"), 200),
        (HEADER + zlib.compress(b"a" * 40_000_000), 200),
        (HEADER + zlib.compress(b"a" + b" " * 15_000_000 + b"b"), 200),
        (HEADER + zlib.compress(b"a " + b":" * 15_000_000), 200),
        (HEADER + zlib.compress((b"a" + b" " * 3_000 + b"b\n") * 4_000), 200),
    ],
)
async def test_what_is_no_inventory_proves_nothing(internet: FakeInternet, net: Net, body: bytes, status: int) -> None:
    """Nor does one that unpacks to more than it may."""
    _serve(internet, body, status)
    links = [f"{ROOT}library/re.html#re.match", f"{ROOT}library/re.html"]

    assert {slug(item) for item in (await answers_of(Sphinx, net, *links)).values()} == {"pass"}
