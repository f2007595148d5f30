"""Wikis on other hosts: many pages cost one request, and only what a wiki has is believed."""

from __future__ import annotations

import pytest

from linkwarden.net import Net
from linkwarden.providers.sites.wikis import Wikis
from tests.internet import FakeInternet, misbehave
from tests.internet.wikis import FakeWiki
from tests.links import answers_of, load, slug, target

HOST = "wiki.example-project.org"
AT = f"https://{HOST}/wiki/"
NAMES = ("One", "Two words", "Three", "Four")
URLS = [AT + name.replace(" ", "_") for name in NAMES]


@pytest.fixture
def wiki(internet: FakeInternet) -> FakeWiki:
    """A wiki with four pages."""
    wiki = FakeWiki(internet, HOST)
    wiki.pages |= set(NAMES)
    return wiki


async def test_many_pages_are_two_requests(net: Net, wiki: FakeWiki) -> None:
    """One page says where the API is; the API knows the rest."""
    wiki.redirects["Uno"] = "One"

    found = await answers_of(Wikis, net, *URLS, f"{AT}Uno")

    assert [slug(item) for item in found.values()] == ["ok"] * 5
    assert wiki.asked == ["/wiki/One", "/w/api.php"]


async def test_few_pages_are_requested_themselves(net: Net, wiki: FakeWiki) -> None:
    """To find the API costs a request of its own."""
    found = await answers_of(Wikis, net, *URLS[:3])

    assert {slug(item) for item in found.values()} == {"pass"}
    assert wiki.asked == []


async def test_a_known_wiki_needs_no_page(internet: FakeInternet, net: Net) -> None:
    """The table says where its API is, language by language."""
    wiki = FakeWiki(internet, "some.fandom.com", api="/de/api.php", start="/de/wiki/")
    wiki.pages |= {"One", "Two words"}

    found = await answers_of(Wikis, net, *(f"https://some.fandom.com/de/wiki/{name}" for name in ("One", "Two_words")))

    assert {slug(item) for item in found.values()} == {"ok"}
    assert wiki.asked == ["/de/api.php"]


async def test_what_the_api_calls_missing_its_page_must_say(net: Net, wiki: FakeWiki) -> None:
    """A second witness is the page itself; behind a wall there is none."""
    assert slug((await answers_of(Wikis, net, *URLS, f"{AT}Nothing"))[f"{AT}Nothing"]) == "pass"

    known = FakeWiki(wiki.internet, "some.wiki.gg", api="/api.php")
    known.pages.add("One")
    known.walled = True
    one, nothing = "https://some.wiki.gg/wiki/One", "https://some.wiki.gg/wiki/Nothing"
    found = await answers_of(Wikis, net, one, nothing)
    assert (slug(found[one]), slug(found[nothing])) == ("ok", "unknown-to-wiki")


async def test_where_it_knows_nothing_its_no_is_not_believed(internet: FakeInternet, net: Net) -> None:
    """A wiki that has none of the pages may be empty for us alone."""
    wiki = FakeWiki(internet, "some.wiki.gg", api="/api.php")
    wiki.walled = True

    found = await answers_of(Wikis, net, "https://some.wiki.gg/wiki/A", "https://some.wiki.gg/wiki/B")

    assert {slug(item) for item in found.values()} == {"pass"}


async def test_an_interface_that_is_closed_leaves_it_to_the_pages(net: Net, wiki: FakeWiki) -> None:
    """Some farms answer nobody."""
    wiki.closed = True

    assert {slug(item) for item in (await answers_of(Wikis, net, *URLS)).values()} == {"pass"}


@pytest.mark.parametrize(
    "head",
    [
        "",
        '<link rel="EditURI" type="application/rsd+xml" href="https://HOST/xmlrpc.php?rsd">',
        '<link rel="EditURI" href="https://elsewhere.org/w/api.php?action=rsd">',
        '<link rel="EditURI">',
    ],
)
async def test_other_pages_below_wiki_are_requested_themselves(internet: FakeInternet, net: Net, head: str) -> None:
    """Trac, Confluence and WordPress have such paths too; no other host is asked."""
    internet.site(HOST).default(misbehave.answer(f"<html><head>{head}".encode(), media_type="text/html"))

    assert {slug(item) for item in (await answers_of(Wikis, net, *URLS)).values()} == {"pass"}
    assert len(internet.log) == 1


async def test_places_on_pages_are_left_to_the_pages(net: Net, wiki: FakeWiki) -> None:
    """Only the page shows whether it has the place."""
    assert wiki.pages
    found = await answers_of(Wikis, net, *URLS, f"{AT}One#There")

    assert slug(found[f"{AT}One#There"]) == "pass"


@pytest.mark.parametrize(
    "url",
    [
        "https://github.example/wiki",
        f"{AT}A%7CB",
        f"{AT}[x]",
        f"https://{HOST}/w/index.php",
        f"https://{HOST}/index.php?title=A&action=edit",
        "https://de.wikipedia.org/w/index.php?title=A",
    ],
)
def test_what_names_no_page_is_not_claimed(url: str) -> None:
    """A bar would be two names."""
    assert load(Wikis).claim(target(url)) is None


def test_hosts_of_this_user_alone_are_left_out() -> None:
    """Their pages are requested with what opens them, and nothing else of them is."""
    assert load(Wikis, is_private=lambda host: host == HOST).claim(target(f"{AT}One")) is None


@pytest.mark.parametrize(
    "url",
    [
        "https://wiki.haskell.org/Monad",
        "https://en.cppreference.com/w/cpp/container/vector",
        "https://wiki.archlinux.org/index.php/Fonts",
        "https://some.wiki.gg/de/wiki/A",
    ],
)
def test_wikis_of_the_table_are_claimed_in_any_form(url: str) -> None:
    """Also where no path says that it is a wiki."""
    assert load(Wikis).claim(target(url)) is not None


@pytest.mark.parametrize(
    ("url", "ident"),
    [
        ("https://wiki.mozilla.org/index.php?title=A_page", "https://wiki.mozilla.org/index.php?title=A page"),
        ("https://wiki.osdev.org/index.php/A_page", "https://wiki.osdev.org/index.php/A page"),
        ("https://wiki.osdev.org/images/a.png", None),
        ("https://wiki.osdev.org/api.php?action=help", None),
        ("https://wiki.haskell.org/load.php", None),
        ("https://wiki.haskell.org/skins/x/y.css", None),
        ("https://en.cppreference.com/w/", None),
    ],
)
def test_a_wikis_own_files_are_no_pages(url: str, ident: str | None) -> None:
    """Where nothing stands before a page's name, they would look like pages that are missing."""
    assert load(Wikis).claim(target(url)) == ident
