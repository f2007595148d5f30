"""Videos: oEmbed and the preview picture tell what the pages do not; one word alone accuses nobody."""

from __future__ import annotations

import pytest
from aiohttp import web

from linkwarden.model import Verdict
from linkwarden.net import Net
from linkwarden.providers.sites.video import Video
from tests.internet import FakeInternet
from tests.internet.video import FakeVideos
from tests.links import answers_of, evidence_of, load, slug, target

WATCH = "https://www.youtube.com/watch?v="
HERE = "dQw4w9WgXcQ"


@pytest.fixture
def videos(internet: FakeInternet) -> FakeVideos:
    """YouTube and Vimeo with a few videos."""
    videos = FakeVideos(internet)
    videos.videos |= {HERE: 200, "no-embed-01": 401, "private-001": 403}
    videos.playlists |= {"PLhere": 200}
    videos.vimeo |= {"76979871": 200, "1/abcdef0123": 200, "22": 403}
    return videos


async def ask(net: Net, url: str) -> str:
    """Settle one address and name the answer."""
    return slug((await answers_of(Video, net, url))[url])


async def test_all_addresses_of_a_video_are_one_question(net: Net, videos: FakeVideos) -> None:
    """Every form of address is settled by one oEmbed question, which also gives the title; no page is asked."""
    urls = [
        f"{WATCH}{HERE}",
        f"https://youtube.com/watch?list=PLx&v={HERE}&t=9",
        f"https://youtu.be/{HERE}?t=9#x",
        f"https://www.youtube.com/embed/{HERE}?rel=0",
        f"https://www.youtube.com/shorts/{HERE}",
        f"https://www.youtube.com/live/{HERE}?feature=share",
        f"http://www.youtube.com/v/{HERE}&hl=en_US",
        f"https://music.youtube.com/watch?v={HERE}",
    ]

    found = await answers_of(Video, net, *urls)

    assert {slug(item) for item in found.values()} == {"ok"}
    assert [(e.host, e.path) for e in videos.internet.log] == [("www.youtube.com", "/oembed")]
    assert (await evidence_of(Video, net, urls[0])).title == f"Talk {HERE}"


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        (f"{WATCH}no-embed-01", "ok"),
        (f"{WATCH}private-001", "video-hidden"),
        (f"{WATCH}gone0000000", "video-missing"),
        ("https://youtu.be/gone0000000", "video-missing"),
        ("https://www.youtube.com/playlist?list=PLhere", "ok"),
        ("https://www.youtube.com/embed/videoseries?list=PLgone", "video-hidden"),
        ("https://vimeo.com/76979871", "ok"),
        ("https://vimeo.com/1/abcdef0123", "ok"),
        ("https://player.vimeo.com/video/1?h=abcdef0123", "ok"),
        ("https://vimeo.com/22", "ok"),
        ("https://vimeo.com/404", "video-hidden"),
    ],
)
async def test_what_each_answer_means(net: Net, videos: FakeVideos, url: str, wanted: str) -> None:
    """401 and Vimeo's 403 mean "there", YouTube's 403 "private", 404 "gone" or, where that is not sure, "hidden"."""
    del videos

    assert await ask(net, url) == wanted


async def test_a_hidden_video_is_no_failure_of_the_run(net: Net, videos: FakeVideos) -> None:
    """Private is suspect, gone is broken: only what is proved fails a run."""
    del videos
    hidden = await evidence_of(Video, net, f"{WATCH}private-001")
    gone = await evidence_of(Video, net, f"{WATCH}gone0000000")

    assert hidden.rule is not None
    assert gone.rule is not None
    assert (hidden.rule.verdict, gone.rule.verdict) == (Verdict.SUSPECT, Verdict.BROKEN)
    assert [(f.what, f.status) for f in gone.facts] == [
        ("oEmbed knows no such video", 404),
        ("its preview image", 404),
    ]


async def test_a_preview_picture_keeps_the_accusation_back(net: Net, videos: FakeVideos) -> None:
    """The interface says no and the picture is there: YouTube contradicts itself, so nobody knows."""
    videos.pictures.add("gone0000000")

    assert await ask(net, f"{WATCH}gone0000000") == "registry-silent"


async def test_a_picture_that_cannot_be_asked_keeps_it_back_as_well(internet: FakeInternet) -> None:
    """Without a second word the first is not believed."""
    FakeVideos(internet)
    internet.dns("img.youtube.com", "timeout")
    async with internet.net() as net:
        assert await ask(net, f"{WATCH}gone0000000") == "registry-silent"


@pytest.mark.parametrize("name", ["VIDEO_ID", "dQw4w9WgXc", "dQw4w9 gXcQ", "<id>", "дQw4w9WgXcQ"])
async def test_impossible_names_cost_no_question(net: Net, videos: FakeVideos, name: str) -> None:
    """Too short, or with characters that YouTube does not use: broken without a request."""
    assert await ask(net, f"{WATCH}{name}") == "malformed-video-id"
    assert videos.internet.log == []


async def test_what_is_stuck_to_a_name_is_youtubes_question(net: Net, videos: FakeVideos) -> None:
    """A longer name is broken if YouTube says so, with the name that was meant; it is fine if YouTube reads it."""
    url = f"{WATCH}{HERE})."
    broken = await evidence_of(Video, net, url)
    videos.lenient = True

    assert slug(broken) == "malformed-video-id"
    assert broken.suggestion is not None
    assert broken.suggestion.url == f"{WATCH}{HERE}"
    assert await ask(net, url) == "ok"


async def test_a_wall_is_no_word_about_a_video(net: Net, videos: FakeVideos) -> None:
    """A challenge with status 404 accuses nobody, not even of a video whose preview picture is missing."""
    videos.always = lambda: web.Response(status=404, headers={"cf-mitigated": "challenge"})

    assert await ask(net, f"{WATCH}gone0000000") == "registry-silent"
    assert await ask(net, "https://vimeo.com/404") == "registry-silent"


@pytest.mark.parametrize("url", [f"{WATCH}{HERE}", "https://vimeo.com/76979871"])
@pytest.mark.parametrize(
    "handler",
    [
        lambda: web.Response(text="Forbidden"),
        lambda: web.Response(text="[]", content_type="application/json"),
        lambda: web.Response(text='"a"', content_type="application/json"),
        lambda: web.Response(status=429, headers={"Retry-After": "86400"}),
        lambda: web.Response(status=500),
        lambda: web.Response(status=403, text="forbidden", headers={"cf-mitigated": "challenge"}),
        lambda: web.Response(status=403, text="<p>Sorry …</p>", content_type="text/html"),
        lambda: web.Response(status=404, headers={"cf-mitigated": "challenge"}),
    ],
)
async def test_odd_answers_are_unverified(net: Net, videos: FakeVideos, url: str, handler: object) -> None:
    """Text where JSON should be, limits, trouble and walls say nothing about a video."""
    videos.always = handler  # type: ignore[assignment]

    assert await ask(net, url) == "registry-silent"


@pytest.mark.parametrize(
    "url",
    [
        "https://www.youtube.com/",
        "https://www.youtube.com/@handle/videos",
        "https://www.youtube.com/user/name",
        "https://www.youtube.com/c/name",
        "https://www.youtube.com/results?search_query=a",
        "https://www.youtube.com/watch",
        "https://www.youtube.com/playlist?list=WL",
        "https://www.youtube.com/watch?list=RDdQw4w9WgXcQ",
        "https://www.youtube.com/embed/live_stream?channel=UCx",
        f"https://i.ytimg.com/vi/{HERE}/hqdefault.jpg",
        f"https://img.youtube.com/vi/{HERE}/0.jpg",
        f"https://youtube.com.example/watch?v={HERE}",
        "https://vimeo.com/",
        "https://vimeo.com/someone",
        "https://vimeo.com/ondemand/film",
        "https://vimeo.com/showcase/123",
        "https://vimeo.com/76979871/settings",
    ],
)
def test_what_is_no_video_is_not_claimed(url: str) -> None:
    """Channels, searches, personal playlists and pictures are left to others."""
    assert load(Video).claim(target(url)) is None
