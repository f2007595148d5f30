"""Crates: the index settles what exists without limits; only the interface's own word accuses."""

from __future__ import annotations

from itertools import pairwise

import pytest
from aiohttp import web

from linkwarden.net import Net
from linkwarden.providers.code.crates import Crates
from tests.internet import FakeInternet
from tests.internet.crates import FakeCrates
from tests.links import answers_of, evidence_of, load, slug, target

CRATES = "https://crates.io/crates/"


@pytest.fixture
def crates(internet: FakeInternet) -> FakeCrates:
    """A registry with a few crates, names of every length that the index treats in its own way."""
    crates = FakeCrates(internet)
    crates.crates |= {
        "serde": {"1.0.0": False, "1.0.1": True, "1.0.2+build.5": False},
        "a": {"0.1.0": False},
        "hy": {"0.1.0": False},
        "Inf": {"0.1.0": False},
        "rand_core": {"0.1.0": False},
        "dead": {"0.1.0": True, "0.2.0": True},
    }
    return crates


async def ask(net: Net, url: str) -> str:
    """Settle one address and name the answer."""
    return slug((await answers_of(Crates, net, url))[url])


async def test_what_exists_is_settled_by_the_index(net: Net, crates: FakeCrates) -> None:
    """One index file for a crate and all links to it; neither the interface nor a page is asked."""
    urls = [
        f"{CRATES}serde",
        f"{CRATES}serde/1.0.0",
        f"{CRATES}serde/1.0.2",
        f"{CRATES}Serde/versions",
        f"{CRATES}a",
        f"{CRATES}hy/",
        f"{CRATES}inf",
        f"{CRATES}rand_core?x=1#readme",
    ]

    found = await answers_of(Crates, net, *urls)

    assert {slug(item) for item in found.values()} == {"ok"}
    assert crates.internet.hosts == {"index.crates.io"}
    assert sorted(e.path for e in crates.internet.log) == [
        "/1/a",
        "/2/hy",
        "/3/i/inf",
        "/ra/nd/rand_core",
        "/se/rd/serde",
    ]


async def test_missing_needs_both_words(net: Net, crates: FakeCrates) -> None:
    """The index and the interface must both lack a crate before it is broken."""
    crates.crates["fresh"] = {"0.1.0": False}
    crates.not_indexed.add("fresh")

    gone = await evidence_of(Crates, net, f"{CRATES}no-such-crate")

    assert slug(gone) == "crate-missing"
    assert gone.reason == "crates.io has no crate called no-such-crate."
    assert [f.url for f in gone.facts] == [
        "https://index.crates.io/no/-s/no-such-crate",
        "https://crates.io/api/v1/crates/no-such-crate",
    ]
    assert await ask(net, f"{CRATES}fresh") == "ok"


async def test_dashes_and_underscores_are_one_to_the_interface(net: Net, crates: FakeCrates) -> None:
    """The index knows one spelling only, the interface both, and readers find the crate under both."""
    del crates

    assert await ask(net, f"{CRATES}rand-core") == "ok"
    assert await ask(net, f"{CRATES}rand-core/0.1.0") == "ok"


async def test_versions(net: Net, crates: FakeCrates) -> None:
    """A version may be missing or yanked; both come with the crate itself as an offer."""
    del crates
    missing = await evidence_of(Crates, net, f"{CRATES}serde/9.9.9")
    yanked = await evidence_of(Crates, net, f"{CRATES}serde/1.0.1")

    assert (slug(missing), slug(yanked)) == ("crate-version-missing", "crate-yanked")
    for found in (missing, yanked):
        assert found.suggestion is not None
        assert found.suggestion.url == f"{CRATES}serde"
        assert not found.suggestion.safe


async def test_a_version_is_looked_for_in_the_whole_index_file(net: Net, crates: FakeCrates) -> None:
    """A file of a hundred kilobytes is read to its end where a version is named, so that nobody else is asked."""
    crates.crates["long"] = {f"0.{n}.0": False for n in range(40)}
    crates.padding = 4_000

    assert await ask(net, f"{CRATES}long/0.39.0") == "ok"
    assert crates.internet.hosts == {"index.crates.io"}


async def test_a_crate_with_every_version_yanked_is_degraded(net: Net, crates: FakeCrates) -> None:
    """Nobody can use any version of it, which readers should know."""
    del crates

    assert await ask(net, f"{CRATES}dead") == "crate-yanked"


async def test_a_crate_with_a_long_index_file_is_not_called_yanked(net: Net, crates: FakeCrates) -> None:
    """Where the versions at the end of the file were not read, the ones at its beginning do not speak for all."""
    crates.crates["long"] = {f"0.{n}.0": True for n in range(40)} | {"1.0.0": False}
    crates.padding = 4_000

    assert await ask(net, f"{CRATES}long") == "ok"


async def test_a_long_index_file_still_proves_its_crate(net: Net, crates: FakeCrates) -> None:
    """Of a file longer than what is read nothing is concluded but that the crate exists."""
    crates.crates["huge"] = {f"0.{n}.0": True for n in range(4)} | {"1.0.0": False}
    crates.padding = 700_000

    assert await ask(net, f"{CRATES}huge/0.1.0") == "crate-yanked"
    assert await ask(net, f"{CRATES}huge/1.0.0") == "ok"
    assert await ask(net, f"{CRATES}huge/2.0.0") == "crate-version-missing"


@pytest.mark.parametrize(
    "handler",
    [
        lambda: web.Response(text="<html></html>", content_type="text/html"),
        lambda: web.Response(text='[1]\n"a"\n{"vers": 1, "name": "x"}\n'),
        lambda: web.Response(status=500),
        lambda: web.Response(status=403),
    ],
)
async def test_without_the_index_the_interface_is_asked(net: Net, crates: FakeCrates, handler: object) -> None:
    """An index that gives no index file is no word at all."""
    crates.index = handler  # type: ignore[assignment]

    assert await ask(net, f"{CRATES}serde") == "ok"
    assert await ask(net, f"{CRATES}serde/1.0.1") == "crate-yanked"


@pytest.mark.parametrize(
    "handler",
    [
        lambda: web.Response(text="<html></html>", content_type="text/html"),
        lambda: web.Response(status=404, text="<html></html>", content_type="text/html"),
        lambda: web.json_response({"oops": 1}, status=404),
        lambda: web.Response(status=403, text="no agent"),
        lambda: web.Response(status=429, headers={"Retry-After": "86400"}),
        lambda: web.Response(status=502),
    ],
)
async def test_odd_answers_are_unverified(net: Net, crates: FakeCrates, handler: object) -> None:
    """The site's 404 page, limits and trouble are no word of the interface."""
    crates.api = handler  # type: ignore[assignment]

    assert await ask(net, f"{CRATES}no-such-crate") == "registry-silent"
    assert await ask(net, f"{CRATES}serde/9.9.9") == "registry-silent"


async def test_the_interface_is_asked_once_a_second(net: Net, internet: FakeInternet, crates: FakeCrates) -> None:
    """However many crates are missing, crates.io gets one request a second."""
    del crates

    await answers_of(Crates, net, *(f"{CRATES}gone-{n}" for n in range(5)))

    starts = internet.starts("crates.io")
    assert len(starts) == 5
    assert all(b - a >= 1.0 for a, b in pairwise(starts))


@pytest.mark.parametrize(
    "url",
    [
        "https://crates.io/",
        "https://crates.io/crates",
        "https://crates.io/crates?q=parser",
        "https://crates.io/crates/1abc",
        "https://crates.io/crates/a b",
        "https://crates.io/users/somebody",
        "https://crates.io/api/v1/crates/serde/1.0.0/download",
        "https://lib.rs/crates/serde",
        "https://docs.rs/serde/latest/serde/",
    ],
)
def test_what_is_no_crate_is_not_claimed(url: str) -> None:
    """Lists, accounts, downloads and other sites are left to the web."""
    assert load(Crates).claim(target(url)) is None
