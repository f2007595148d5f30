"""YouTube's channels: the feed proves, the page denies."""

from __future__ import annotations

import pytest

from linkwarden.net import Net
from linkwarden.providers.sites.youtube_channels import YoutubeChannels
from tests.internet import FakeInternet, misbehave
from tests.links import evidence_of, slug

SITE = "https://www.youtube.com"
CHANNEL = "/channel/UCBR8-60-B28hp2BmDPdntcQ"
FEED = b'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>A Channel</title></feed>'
ALERT = b'{"alerts":[{"alertRenderer":{"type":"ERROR","text":{"simpleText":"This channel does not exist."}}}]}'


async def test_the_feed_is_enough(internet: FakeInternet, net: Net) -> None:
    """Twenty kilobytes instead of a page of a megabyte."""
    internet.site("www.youtube.com").handle("/feeds", misbehave.answer(FEED, media_type="text/xml"))

    found = await evidence_of(YoutubeChannels, net, SITE + CHANNEL)

    assert (slug(found), found.title) == ("ok", "A Channel")
    assert [entry.path for entry in internet.log] == ["/feeds/videos.xml"]


@pytest.mark.parametrize(
    ("path", "body", "status", "expected"),
    [
        (CHANNEL, b"<title>A Channel - YouTube</title>", 200, "ok"),  # a live channel whose feed is 404
        (CHANNEL, b"<title>YouTube</title><script>" + ALERT + b"</script>", 200, "youtube-channel-closed"),
        ("/@nobody", b"<title>404 Not Found</title>", 404, "youtube-channel-missing"),
        ("/user/nobody", b"<title>404 Not Found</title>", 404, "youtube-channel-missing"),
        ("/@somebody", b"<title>Somebody - YouTube</title>", 200, "ok"),
        ("/@somebody", b"", 503, "registry-silent"),
        ("/c/somebody", b"", 429, "registry-silent"),
    ],
)
async def test_what_the_page_says(
    internet: FakeInternet, net: Net, path: str, body: bytes, status: int, expected: str
) -> None:
    """Feeds answer 404 for live channels too, so that the page has the last word."""
    internet.site("www.youtube.com").handle(path, misbehave.answer(body, status, media_type="text/html"))

    assert slug(await evidence_of(YoutubeChannels, net, SITE + path)) == expected


async def test_a_channel_that_leads_home_is_gone(internet: FakeInternet, net: Net) -> None:
    """So YouTube treats some that were terminated."""
    internet.site("www.youtube.com").redirect(CHANNEL, "/").page("/", "<title>YouTube</title>")

    assert slug(await evidence_of(YoutubeChannels, net, SITE + CHANNEL)) == "youtube-channel-missing"


async def test_a_consent_page_is_no_verdict(internet: FakeInternet, net: Net) -> None:
    """Readers in Europe are asked first, and so are programs there."""
    internet.site("www.youtube.com").redirect("/@somebody", "https://consent.youtube.com/m?continue=x")
    internet.site("consent.youtube.com").page("/m", "<title>Before you continue</title>")

    assert slug(await evidence_of(YoutubeChannels, net, f"{SITE}/@somebody")) == "registry-silent"


async def test_another_site_is_not_the_home_page(internet: FakeInternet, net: Net) -> None:
    """Whoever leads programs elsewhere says nothing of the channel."""
    internet.site("www.youtube.com").redirect("/@somebody", "https://accounts.site.org/")
    internet.site("accounts.site.org").page("/", "<title>Sign in</title>")

    assert slug(await evidence_of(YoutubeChannels, net, f"{SITE}/@somebody")) == "registry-silent"
