"""Where redirects end decides: a fix, a doubt, or nothing worth a word."""

from __future__ import annotations

from itertools import pairwise

import pytest

from linkwarden.answers.redirects import compared, landing_evidence, move_of
from linkwarden.model import Basis, Suggestion
from linkwarden.net import Net
from linkwarden.providers.web.page import WebProvider
from linkwarden.wire import Hop, Response
from tests.internet import FakeInternet
from tests.links import claim, evidence_of, slug
from tests.links import target as link


def chain(asked: str, *ends: str, status: int = 301) -> Response:
    """Make the answer that comes after redirects through ``ends``, the last of which answers 200."""
    stops = [asked.partition("#")[0], *ends]
    hops = tuple(Hop(a, status, b) for a, b in pairwise(stops))
    return Response(url=stops[-1], status=200, headers={}, hops=hops)


def landing(asked: str, final: str) -> str:
    """Name what is said of an address that ends elsewhere, whatever the kind of redirect."""
    found = landing_evidence(claim(asked), chain(asked, final, status=302))
    assert slug(found) == slug(landing_evidence(claim(asked), chain(asked, final)))
    return slug(found)


@pytest.mark.parametrize(
    ("asked", "final"),
    [
        ("https://a.org/papers/x.pdf", "https://a.org/"),
        ("https://a.org/papers/x.pdf", "https://a.org"),
        ("https://a.org/papers/x.pdf", "https://www.a.org/"),
        ("https://a.org/papers/x.pdf", "https://a.org/index.html"),
        ("https://a.org/papers/x.pdf", "https://a.org/en/"),
        ("https://a.org/papers/x.pdf", "https://a.org/en-us/home"),
        ("http://blog.a.org/2014/x", "https://a.org/"),
        ("https://a.org/view?id=3", "https://a.org/"),
    ],
)
def test_a_deep_link_that_ends_at_home_is_suspect(asked: str, final: str) -> None:
    """The page is probably gone; its own site's root is not it."""
    assert landing(asked, final) == "redirected-home"


@pytest.mark.parametrize(
    ("asked", "final"),
    [
        ("https://a.org/", "https://a.org/en/"),
        ("https://a.org/en/", "https://a.org/"),
        ("https://a.org/index.html", "https://a.org/"),
        ("https://a.org/papers/x", "https://a.org/papers/y"),
        ("https://a.org/~jane/tool", "https://tool.dev/"),
        ("https://a.org/tool", "https://tool.a.org/"),
        ("https://a.org/papers/x", "https://a.org/?p=12"),
        ("https://a.edu/~jane/course", "https://a.edu/cs/"),
        ("https://a.org/x", "https://nota.org/"),
        ("https://a.org/errors/list", "https://a.org/lists/errors"),
        ("https://a.org/404", "https://a.org/404.html"),
        ("https://a.org/login", "https://a.org/users/login"),
        ("https://a.org/blog/login-is-hard", "https://b.org/login-is-hard"),
        ("https://accounts.google.com/x", "https://accounts.google.com/y"),
    ],
)
def test_other_landings_are_no_news(asked: str, final: str) -> None:
    """Language roots, projects with a site of their own, and links that name a log-in or error page themselves."""
    assert landing(asked, final) == "ok"


@pytest.mark.parametrize(
    ("asked", "final"),
    [
        ("https://docs.google.com/document/d/1/edit", "https://accounts.google.com/ServiceLogin?continue=x"),
        ("https://gitlab.com/o/r", "https://gitlab.com/users/sign_in"),
        ("https://a.org/p/1", "https://a.org/login?next=/p/1"),
        ("https://a.org/p/1", "https://a.org/Login.aspx"),
        ("https://a.org/p/1", "https://login.b.org/"),
        ("https://www.youtube.com/@a", "https://consent.youtube.com/m?continue=x"),
        ("https://a.org/p/1", "https://a.org/cookieAbsent"),
    ],
)
def test_a_gate_hides_what_is_behind_it(asked: str, final: str) -> None:
    """A log-in or consent page is neither the page nor a proof that it is gone."""
    assert landing(asked, final) == "log-in-required"


@pytest.mark.parametrize(
    "final",
    [
        "https://a.org/404.html",
        "https://a.org/error/notfound",
        "https://b.org/404?from=x",
        "https://a.org/error.aspx?x=1",
    ],
)
def test_an_error_page_that_says_200_is_suspect(final: str) -> None:
    """A redirect to /404.html is no page (docs/facts/http-answers.md#redirects)."""
    assert landing("https://a.org/papers/x", final) == "redirected-to-error-page"


@pytest.mark.parametrize(
    ("asked", "final", "expected"),
    [
        ("https://www.coursera.org/learn/retired", "https://www.coursera.org/browse", "redirected-home"),
        ("https://www.udacity.com/course/retired", "https://www.udacity.com/courses/all", "redirected-home"),
        ("https://www.coursera.org/browse/data", "https://www.coursera.org/browse/data-science", "ok"),
        ("https://www.coursera.org/courses", "https://www.coursera.org/browse", "ok"),
        ("https://www.edx.org/course/old-name", "https://www.edx.org/learn/topic/new-name", "ok"),
        ("https://a.org/learn/x", "https://a.org/browse", "ok"),
        ("https://a.org/papers/x", "https://a.org/handbook/error", "ok"),
    ],
)
def test_a_retired_course_leads_to_the_catalogue(asked: str, final: str, expected: str) -> None:
    """Known sites of courses only, and nothing but their catalogues (docs/facts/services.md#courses)."""
    assert landing(asked, final) == expected


def move(asked: str, *ends: str, status: int = 301) -> tuple[str, bool] | None:
    """Give what is offered in an address's place, and whether it is safe if made-up URLs lead to no page."""
    found = move_of(asked, chain(asked, *ends, status=status))
    return (found.url, found.safe or found.basis is Basis.SAME_NAME) if found else None


@pytest.mark.parametrize(
    ("asked", "final", "safe"),
    [
        ("http://a.org/x", "https://a.org/x", True),
        ("http://a.org/x#part", "https://a.org/x#part", True),
        ("http://a.org/x?a=1#part", "https://www.a.org/x?a=1#part", True),
        ("https://a.org/x", "https://a.org/x/", True),
        ("https://docs.a.org/guide.html", "https://a.org/docs/guide", True),
        ("https://a.org/old/paper-one.pdf", "https://a.org/2014/paper-one.pdf", True),
        ("https://a.org/old/paper-one.pdf", "https://a.org/old/", False),
        ("https://a.org/v?id=1", "https://a.org/v", False),
        ("https://a.org/x", "https://b.org/x", False),
        ("https://jane.github.io/x", "https://joe.github.io/x", False),
        ("http://a.org/", "https://a.org/", True),
        ("http://a.org", "https://b.org/", False),
    ],
)
def test_a_permanent_chain_is_a_fix(asked: str, final: str, safe: bool) -> None:  # noqa: FBT001 - a column of the table
    """The final address is offered with the author's fragment; safe only where the same thing is named for sure."""
    assert move(asked, final.partition("#")[0]) == (final, safe)


def test_a_new_fragment_wins_over_the_old() -> None:
    """RFC 9110 section 10.2.2: the fragment of Location replaces the one that was asked for."""
    assert move("https://a.org/x#old", "https://a.org/y/x#new") == ("https://a.org/y/x#new", True)


@pytest.mark.parametrize("status", [302, 303, 307])
def test_a_temporary_redirect_is_never_a_fix(status: int) -> None:
    """Not even where another hop of the chain is permanent."""
    assert move("http://a.org/x", "https://a.org/x", status=status) is None
    hops = (Hop("http://a.org/x", 301, "https://a.org/x"), Hop("https://a.org/x", status, "https://a.org/y"))
    assert move_of("http://a.org/x", Response(url="https://a.org/y", status=200, headers={}, hops=hops)) is None


@pytest.mark.parametrize(
    ("asked", "final"),
    [
        ("https://a.org/x", "https://a.org/x?utm_source=b&gi=123"),
        ("https://a.org/x", "https://a.org/x;jsessionid=AB12?sid=3"),
        ("https://a.org/", "https://a.org/en/"),
        ("https://a.org/", "https://www.a.org/home"),
        ("https://a.org", "https://a.org/"),
        ("https://a.org/f.zip", "https://cdn.a.org/f.zip?X-Amz-Signature=abc&X-Amz-Expires=60"),
    ],
)
def test_what_names_a_visit_is_no_new_address(asked: str, final: str) -> None:
    """Campaigns, sessions, language roots and signed targets are not offered."""
    assert move(asked, final) is None


def test_a_visit_is_cut_from_the_new_address() -> None:
    """What the author wrote stays, what the redirect added for this visit goes."""
    offered = move("http://a.org/x?utm_source=me", "https://a.org/y/x?utm_source=me&utm_medium=b&page=2")
    assert offered == ("https://a.org/y/x?utm_source=me&page=2", False)


def test_without_redirects_there_is_nothing_to_say() -> None:
    """A page at its own address."""
    assert move("https://a.org/x") is None
    assert landing_evidence(claim("https://a.org/login"), chain("https://a.org/login")) is None


_PAGE = "<title>A page</title><h1 id='new'>New</h1><p>" + "Words of a page that say something. " * 40


@pytest.mark.parametrize(
    ("fragment", "location", "expected"),
    [
        ("#new", "/y", "ok"),
        ("#old", "/y", "place-missing-on-page"),
        ("#old", "/y#new", "ok"),
        ("#new", "/y#gone", "place-missing-on-page"),
        ("", "/y#gone", "ok"),
        ("#old", "/y#L3", "ok"),
    ],
)
async def test_the_fragment_of_a_redirect_takes_the_place_of_the_links(
    internet: FakeInternet, net: Net, fragment: str, location: str, expected: str
) -> None:
    """Readers land where the redirect says; a link without a fragment promises no place."""
    internet.site("a.org").redirect("/x", location, 302).page("/y", _PAGE)
    evidence = await evidence_of(WebProvider, net, f"https://a.org/x{fragment}")
    assert slug(evidence) == expected
    assert evidence.suggestion is None


@pytest.mark.parametrize(
    ("text", "asked", "final", "title", "canonical", "basis"),
    [
        ("x", "/a/guide", "/b/guide", "Guide", None, Basis.SAME_NAME),
        ("x", "/a/guide", "/b/guide", "Guide", "https://a.org/b/guide", Basis.SAME_NAME),
        ("x", "/a/guide", "/b/guide", "Guide", "https://a.org/b/guide/", Basis.SAME_NAME),
        ("x", "/a/guide", "/b/guide", "All", "https://a.org/catalogue", Basis.REDIRECT),
        ("x", "/a/guide", "/b/guide", "All", "https://a.org/", Basis.REDIRECT),
        ("x", "/a/guide", "/b/guide", "Guide", "https://elsewhere.org/y", Basis.SAME_NAME),
        ("The Art of Ferns", "/?p=12", "/2019/the-art", "The Art of Ferns | A blog", None, Basis.SAME_NAME),
        ("The art of ferns!", "/?p=12", "/2019/the-art", "The Art of Ferns", None, Basis.SAME_NAME),
        ("The Art of Ferns", "/?p=12", "/2019/x", "The Art of Mosses", None, Basis.REDIRECT),
        ("Ferns", "/?p=12", "/2019/x", "Ferns", None, Basis.REDIRECT),
        ("The Art of Ferns", "/?p=12", "/", "The Art of Ferns", None, Basis.REDIRECT),
        ("The Art of Ferns", "/?p=12", "/2019/x", None, None, Basis.REDIRECT),
    ],
)
def test_what_a_page_says_of_itself_counts(
    text: str, asked: str, final: str, title: str | None, canonical: str | None, basis: Basis
) -> None:
    """Its canonical URL can speak against a move, and the very title of the link for one."""
    target = link(f"https://a.org{asked}", text=text)
    found = move_of(target.url, chain(target.url, f"https://a.org{final}")) or Suggestion("", "")
    assert compared(found, target, title, canonical).basis is basis
