"""Posts on X: oEmbed tells what the pages do not, and its word alone accuses nobody."""

from __future__ import annotations

import pytest
from aiohttp import web

from linkwarden.model import Verdict
from linkwarden.net import Net
from linkwarden.providers.sites.x_posts import MISSING, PROTECTED, XPosts
from tests.internet import FakeInternet, misbehave
from tests.internet.x_posts import FakeX
from tests.links import answers_of, evidence_of, slug


@pytest.fixture
def posts(internet: FakeInternet) -> FakeX:
    """X with one public and one protected post."""
    posts = FakeX(internet)
    posts.posts |= {"111": 200, "222": 403}
    return posts


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("https://twitter.com/a/status/111", "ok"),
        ("https://x.com/a/status/222", "post-protected"),
        ("https://x.com/a/status/333", "post-missing"),
        ("http://mobile.twitter.com/a/statuses/333/photo/1?s=20", "post-missing"),
    ],
)
async def test_what_each_answer_means(net: Net, posts: FakeX, url: str, wanted: str) -> None:
    """200 is there, 403 protected, 404 gone."""
    del posts

    assert slug((await answers_of(XPosts, net, url))[url]) == wanted


async def test_all_addresses_of_a_post_are_one_question(net: Net, posts: FakeX) -> None:
    """Whatever the host and the query, a post is asked for once, by the address that oEmbed is documented for."""
    urls = [
        "https://x.com/a/status/111",
        "https://twitter.com/a/status/111?s=20",
        "http://www.twitter.com/a/status/111",
    ]

    found = await answers_of(XPosts, net, *urls)

    assert {slug(item) for item in found.values()} == {"ok"}
    assert posts.questions == ["https://twitter.com/a/status/111"]
    assert [e.host for e in posts.internet.log] == ["publish.twitter.com"]


async def test_only_what_is_proved_fails_a_run(net: Net, posts: FakeX) -> None:
    """A missing post is broken, a protected one suspect; the sign of life is asked for once."""
    gone = ["https://x.com/a/status/333", "https://x.com/a/status/444"]

    found = await answers_of(XPosts, net, *gone)

    assert {slug(item) for item in found.values()} == {"post-missing"}
    assert sorted(posts.questions) == [
        "https://twitter.com/a/status/333",
        "https://twitter.com/a/status/444",
        "https://twitter.com/jack/status/20",
    ]
    assert (MISSING.verdict, PROTECTED.verdict) == (Verdict.BROKEN, Verdict.SUSPECT)


async def test_an_interface_that_knows_nothing_accuses_nobody(net: Net, posts: FakeX) -> None:
    """If even the oldest post is unknown, the interface has changed, and no post is called gone."""
    posts.posts.clear()

    found = await evidence_of(XPosts, net, "https://x.com/a/status/333")

    assert found.rule is not None
    assert found.rule.verdict is Verdict.UNVERIFIED
    assert "certainly there" in found.reason


@pytest.mark.parametrize(
    "answer",
    [
        lambda: web.Response(status=403, text="<title>Forbidden</title>", content_type="text/html"),
        lambda: web.Response(status=200, text="<title>X</title>", content_type="text/html"),
        lambda: web.Response(status=200, text='{"html": 7}', content_type="application/json"),
        lambda: web.Response(status=200, text="[1]", content_type="application/json"),
        lambda: web.Response(status=400, text="{}", content_type="application/json"),
        lambda: web.Response(status=503),
    ],
    ids=["page-403", "page-200", "odd-json", "list", "400", "503"],
)
async def test_answers_that_say_nothing(net: Net, posts: FakeX, answer: object) -> None:
    """Pages in place of JSON, odd JSON and trouble prove nothing."""
    posts.always = answer  # type: ignore[assignment]  # a maker of answers

    found = await evidence_of(XPosts, net, "https://x.com/a/status/111")

    assert found.rule is not None
    assert found.rule.verdict is Verdict.UNVERIFIED


async def test_a_wall_before_the_interface_proves_nothing(net: Net, internet: FakeInternet) -> None:
    """A bot wall in place of oEmbed leaves the post unverified."""
    internet.site("publish.twitter.com").default(misbehave.bot_wall("cloudflare"))

    assert slug((await answers_of(XPosts, net, "https://x.com/a/status/1"))["https://x.com/a/status/1"]) == (
        "registry-silent"
    )
