"""URLs of GitHub's image proxy are requested as readers do; the image's own URL is read from them and offered."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkwarden.config import Config
from linkwarden.deps import Deps
from linkwarden.model import Evidence, Pass
from linkwarden.net import Net
from linkwarden.providers import LoadContext
from linkwarden.providers.offline.camo import CamoProvider, unwrap
from linkwarden.run import engine
from tests.internet import FakeInternet, misbehave, pictures
from tests.links import answers_of, target
from tests.signatures.samples import sigv4

PICTURE = "http://lab.example/figures/teaser.jpg"


def wrap(inner: str, digest: str = "0a" * 32) -> str:
    """Return the proxy's URL of an image."""
    return f"https://camo.githubusercontent.com/{digest}/{inner.encode().hex()}"


@pytest.mark.parametrize("digest", ["0a" * 32, "0a" * 20])
async def test_offers_the_images_own_url(net: Net, digest: str) -> None:
    """Old and new checksums are known; the image's own URL is offered, and the proxy is left to be requested."""
    url = wrap(PICTURE, digest)
    found = (await answers_of(CamoProvider, net, url, image=True))[url]
    assert isinstance(found, Pass)
    assert found.instead is None
    assert found.note is not None
    assert found.note.rule is not None
    assert found.note.rule.code == "LW230"
    assert found.note.suggestion is not None
    assert found.note.suggestion.url == PICTURE
    assert "https" in found.note.suggestion.why
    assert not found.note.suggestion.safe


@pytest.mark.parametrize(
    "url",
    [
        wrap("ftp://lab.example/a.png"),
        wrap("lab.example/a.png"),
        wrap("https://lab.example/a b.png"),
        wrap("https://lab.example/a.png\n"),
        wrap(PICTURE)[:-1],
        wrap(PICTURE, "0a" * 10),
        wrap(PICTURE, "zz" * 32),
        "https://camo.githubusercontent.com/" + "0a" * 32 + "/fffe",
        "https://camo.githubusercontent.com/" + "0a" * 32,
        wrap(PICTURE) + "/more",
        "https://camo.githubusercontent.com/",
    ],
)
async def test_an_unreadable_proxy_address_is_broken(net: Net, url: str) -> None:
    """A cut or changed proxy URL shows nothing, and says why."""
    found = (await answers_of(CamoProvider, net, url, image=True))[url]
    assert isinstance(found, Evidence)
    assert found.rule is not None
    assert found.rule.code == "LW231"


def test_other_hosts_are_not_the_proxy() -> None:
    """Only GitHub's own proxy is taken apart."""
    provider = CamoProvider.load(LoadContext(root=Path()))
    assert isinstance(provider, CamoProvider)
    for url in (
        "https://camo.example/" + "0a" * 32 + "/68",
        "https://xcamo.githubusercontent.com/a/b",
        "camo",
        "#camo",
        "https://web.archive.org/web/2020/" + wrap(PICTURE),
    ):
        assert provider.claim(target(url)) is None


async def test_a_signed_image_is_not_offered(net: Net) -> None:
    """An image whose own URL ends is no better in its place, and its signature is not printed."""
    inner = sigv4(datetime(2021, 1, 1, tzinfo=UTC))
    found = (await answers_of(CamoProvider, net, wrap(inner), image=True))[wrap(inner)]
    assert isinstance(found, Pass)
    assert found.note is not None
    assert found.note.suggestion is None
    assert "c0ffee" not in found.note.reason


@pytest.mark.parametrize(
    "inner",
    ["https://www.groundai.com/media/x.png", "https://assets-cdn.github.com/a.png", wrap(PICTURE)],
)
async def test_what_is_gone_is_not_offered(net: Net, inner: str) -> None:
    """Neither a closed service nor the proxy again is a repair."""
    found = (await answers_of(CamoProvider, net, wrap(inner), image=True))[wrap(inner)]
    assert isinstance(found, Pass)
    assert found.note is not None
    assert found.note.suggestion is None


@pytest.mark.parametrize(
    ("proxy", "origin", "verdict", "code"),
    [(200, 200, "degraded", "LW230"), (200, 404, "degraded", "LW230"), (404, 200, "broken", "LW301")],
)
async def test_readers_get_what_the_proxy_answers(
    internet: FakeInternet, tmp_path: Path, proxy: int, origin: int, verdict: str, code: str
) -> None:
    """The proxy may go on when the origin is gone, and may have forgotten what the origin still has."""
    url = wrap(PICTURE)
    for host, path, status in (
        ("camo.githubusercontent.com", url.partition(".com")[2], proxy),
        ("lab.example", "/figures/teaser.jpg", origin),
    ):
        answer = misbehave.answer(pictures.PNG if status == 200 else b"", status, "image/png")
        internet.site(host).handle(path, answer)
    (tmp_path / "list.md").write_text(f"![x]({url})\n", "utf-8")
    deps = Deps(
        make_net=lambda c, _: internet.net(per_host=c.per_host), now=internet.time.now, clock=internet.time.clock
    )
    run = await engine.run(Config(inputs=(str(tmp_path / "list.md"),), archive=False), deps)
    found = run.results[0].judgement
    assert (found.verdict, found.rule and found.rule.code) == (verdict, code)
    assert found.suggestion is not None
    assert (found.suggestion.url, found.suggestion.safe) == (PICTURE, origin == 200)
    assert internet.requests_to("camo.githubusercontent.com")


@given(st.text(min_size=1))
def test_unwrapping_undoes_wrapping_or_declines(path: str) -> None:
    """What comes out is what went in, or nothing where that is no URL."""
    inner = f"https://lab.example/{path}"
    try:
        url = wrap(inner)
    except UnicodeEncodeError:
        return
    assert unwrap(url) in (inner, None)
    assert unwrap(wrap("https://lab.example/ü")) == "https://lab.example/ü"
