"""What stands as a picture is a picture that readers and GitHub's proxy get, or it is a finding."""

from __future__ import annotations

import pytest
from aiohttp import web

from linkwarden.model import Verdict
from linkwarden.net import Net
from linkwarden.providers.web.image.provider import HEAD_BYTES, ImageProvider, image_evidence
from linkwarden.wire import Response
from tests.internet import FakeInternet, misbehave, pictures
from tests.internet.images import FakeImageHosts
from tests.internet.stores import S3_ERRORS, FakeStores
from tests.links import answers_of, claim, evidence_of, slug, target, verdict_of

SITE = "https://pictures.example.org"


@pytest.fixture
def hosts(internet: FakeInternet) -> FakeImageHosts:
    """The picture hosts."""
    return FakeImageHosts(internet)


@pytest.fixture
def stores(internet: FakeInternet) -> FakeStores:
    """The object stores."""
    return FakeStores(internet)


async def look(net: Net, url: str) -> str:
    """Name what is found at a picture's address."""
    return slug(await evidence_of(ImageProvider, net, url, image=True))


def answer(body: bytes, media_type: str = "image/png", *, complete: bool = True, elapsed: float = 0.1) -> Response:
    """Make an answer with a picture."""
    headers = {"content-type": media_type} if media_type else {}
    return Response(url=SITE + "/a.png", status=200, headers=headers, body=body, complete=complete, elapsed=elapsed)


def seen(response: Response, url: str = SITE + "/a.png") -> str:
    """Name what is found in an answer."""
    return slug(image_evidence(claim(url, image=True), response))


def test_only_pictures_are_claimed() -> None:
    """A link to a PNG is a page's business; the fragment does not make another picture."""
    provider = ImageProvider.load(None)  # type: ignore[arg-type] # it looks at nothing of the context
    assert isinstance(provider, ImageProvider)
    assert provider.claim(target(SITE + "/a.png")) is None
    assert provider.claim(target(SITE + "/a.svg#gh-dark-mode-only", image=True)) == SITE + "/a.svg"


@pytest.mark.parametrize("suffix", sorted(pictures.BY_SUFFIX))
async def test_a_healthy_picture_is_fine(net: Net, hosts: FakeImageHosts, suffix: str) -> None:
    """Every usual format at its usual type is ok; most browsers do not show TIFF."""
    media_type, body = pictures.BY_SUFFIX[suffix]
    if suffix == "gif":
        body = body[:6] + b"\x09\x00\x09\x00" + body[10:]  # nine pixels square: a single one is judged apart
    hosts.site.page(f"/a.{suffix}", body, media_type=media_type)
    assert await look(net, f"{SITE}/a.{suffix}") == ("format-not-shown" if suffix == "tiff" else "ok")


async def test_a_picture_costs_one_small_request(internet: FakeInternet, net: Net, hosts: FakeImageHosts) -> None:
    """Two fragments of one picture are one GET without a word about pages, and 40 MB are not read."""
    hosts.site.handle("/big.png", misbehave.big_image(40))
    found = await answers_of(ImageProvider, net, SITE + "/big.png#a", SITE + "/big.png#b", image=True)
    assert [slug(e) for e in found.values()] == ["picture-too-large"] * 2
    (request,) = internet.requests_to("pictures.example.org")
    assert request.method == "GET"
    assert "image/" in request.headers["Accept"]
    assert "text/html" not in request.headers["Accept"]


@pytest.mark.parametrize(
    ("body", "media_type", "expected"),
    [
        (b"<!DOCTYPE html><title>Log in</title>", "text/html", "not-a-picture"),
        (b"<!DOCTYPE html><title>Log in</title>", "image/png", "not-a-picture"),
        (S3_ERRORS["/new-code.png"][1], "application/xml", "not-a-picture"),
        (b'{"error": 1}', "application/json", "not-a-picture"),
        (pictures.MP4, "video/mp4", "not-a-picture"),
        (pictures.PDF, "application/pdf", "not-a-picture"),
        (b"", "image/png", "empty-picture"),
        (b" \n", "text/plain", "empty-picture"),
        (bytes(100), "image/png", "unreadable-picture"),
        (bytes(100), "application/octet-stream", "unreadable-picture"),
        (b"\x01\x02\x03\x04 old", "image/x-pict", "ok"),
        (b"\x01\x02\x03\x04 new", "image/vnd.future", "type-not-shown"),
        (pictures.png(1, 1), "image/png", "stand-in-picture"),
        (pictures.png(50, 50)[:-15], "image/png", "picture-cut-short"),
        (pictures.png(50, 50), "application/octet-stream", "type-not-shown"),
        (pictures.png(50, 50), "text/html", "type-not-shown"),
        (pictures.png(50, 50), "", "picture-without-type"),
        (pictures.png(50, 50), "IMAGE/PNG; charset=binary", "ok"),
        (pictures.AVIF, "image/avif", "ok"),
        (b"\xff\x0a" + bytes(50), "image/jxl", "type-not-shown"),
        (pictures.SVG, "text/plain", "type-not-shown"),
    ],
)
def test_what_stands_there_is_named(body: bytes, media_type: str, expected: str) -> None:
    """First bytes and type decide together (docs/facts/http-answers.md#images)."""
    assert seen(answer(body, media_type)) == expected


@pytest.mark.parametrize(
    "url", ["https://raw.githubusercontent.com/o/r/main/a.png", "https://github.com/o/r/raw/m/a.png"]
)
def test_githubs_own_hosts_are_not_proxied(url: str) -> None:
    """GitHub serves its own files directly, so the proxy's type rule does not touch them."""
    assert seen(answer(pictures.SVG, "text/plain"), url) == "ok"
    assert (
        seen(answer(pictures.SVG, "text/plain"), "https://githubusercontent.com.example.org/a.svg") == "type-not-shown"
    )


def test_a_picture_that_was_read_in_part_is_not_called_cut_short() -> None:
    """Only a file that was read whole can be; a large file's end is not seen."""
    head = pictures.png(50, 50)[:60]
    assert seen(answer(head, complete=False)) == "ok"
    assert seen(answer(head.ljust(HEAD_BYTES, b"x"))) == "ok"


def test_an_svg_with_a_long_licence_at_its_top_is_fine() -> None:
    """4 KiB of comment hide the root element; the type decides then."""
    head = b"<?xml version='1.0'?><!-- " + b"licence " * 509
    assert seen(answer(head, "image/svg+xml", complete=False)) == "ok"
    assert seen(answer(head, "text/xml", complete=False)) == "type-not-shown"
    assert seen(answer(head, "text/html", complete=False)) == "not-a-picture"


def test_a_transfer_that_broke_off_accuses_nobody() -> None:
    """No bytes of an answer that was not complete are no empty file."""
    assert seen(answer(b"", complete=False)) == "connection-broken"


def test_a_clearly_slow_picture_is_told() -> None:
    """Ten seconds are the proxy's limit; a little more may be our own slowness."""
    assert seen(answer(pictures.PNG, elapsed=12.0)) == "ok"
    assert seen(answer(pictures.PNG, elapsed=21.0)) == "slow-picture"


@pytest.mark.parametrize("url", ["https://static.scarf.sh/a.png?x-pxid=1", "https://ga-beacon.appspot.com/UA-1/x"])
def test_a_visit_counter_may_be_one_pixel(url: str) -> None:
    """Authors put counters into their lists on purpose."""
    response = Response(url=url, status=200, headers={"content-type": "image/png"}, body=pictures.png(1, 1))
    assert seen(response, url) == "ok"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/hops/4.png", "ok"),
        ("/hops/5.png", "too-many-picture-redirects"),
        ("/308.png", "picture-redirect-308"),
        ("/moved.png", "moved-permanently"),
        ("/nothing.png", "not-found"),
    ],
)
@pytest.mark.usefixtures("hosts")
async def test_redirects_are_counted_as_github_does(net: Net, path: str, expected: str) -> None:
    """Four redirects are followed, five are not, 308 never; a permanent move is offered as a fix."""
    assert await look(net, SITE + path) == expected


@pytest.mark.usefixtures("hosts")
async def test_a_moved_picture_is_offered_at_its_new_address(net: Net) -> None:
    """The suggestion is the final address."""
    evidence = await evidence_of(ImageProvider, net, SITE + "/moved.png", image=True)
    assert evidence.suggestion is not None
    assert evidence.suggestion.url == SITE + "/hops/0.png"


@pytest.mark.usefixtures("hosts")
async def test_imgurs_removed_sign_is_known(net: Net) -> None:
    """A removed picture answers 200 with a picture, which is not the author's."""
    assert await look(net, "https://i.imgur.com/alive.png") == "ok"
    assert await look(net, "https://i.imgur.com/dead1.png") == "removed-picture"


async def test_a_redirect_to_a_stand_in_is_suspect(net: Net, hosts: FakeImageHosts) -> None:
    """A file called like a sign for missing pictures, reached by redirect, is no accusation but a doubt."""
    hosts.site.redirect("/a.png", "/static/no-image.png", 302).page(
        "/static/no-image.png", pictures.PNG, media_type="image/png"
    )
    assert await look(net, SITE + "/a.png") == "stand-in-picture"
    assert await look(net, SITE + "/static/no-image.png") == "ok"


@pytest.mark.usefixtures("hosts")
async def test_badges_that_draw_errors_are_read(net: Net) -> None:
    """shields.io says "not found" with status 200."""
    assert await look(net, "https://img.shields.io/good") == "ok"
    evidence = await evidence_of(ImageProvider, net, "https://img.shields.io/bad", image=True)
    assert (slug(evidence), evidence.reason) == ("badge-error", 'The badge reads "build: repo not found".')


@pytest.mark.usefixtures("hosts")
async def test_an_lfs_note_is_explained(net: Net) -> None:
    """Raw addresses of files in Git LFS give a note; an SVG served as text there is fine."""
    assert await look(net, "https://raw.githubusercontent.com/o/r/main/lfs.png") == "lfs-pointer"
    assert await look(net, "https://raw.githubusercontent.com/o/r/main/a.svg") == "ok"


async def test_a_files_page_on_github_is_asked_for_the_file(internet: FakeInternet, net: Net) -> None:
    """GitHub shows the file where a README has the address of its page; the page itself is never fetched."""
    github = internet.site("github.com")
    github.redirect("/o/r/raw/main/a.png", "https://raw.githubusercontent.com/o/r/main/a.png", 302)
    internet.site("raw.githubusercontent.com").page("/o/r/main/a.png", pictures.PNG, media_type="image/png")
    assert await look(net, "https://github.com/o/r/blob/main/a.png?raw=true") == "ok"
    assert await look(net, "https://github.com/o/r/blob/main/a.png") == "ok"
    assert await look(net, "https://github.com/o/r/blob/main/b.png") == "not-found"
    assert not [entry.path for entry in internet.log if "/blob/" in entry.path]


@pytest.mark.parametrize("kind", ["cloudflare", "cloudflare-200", "datadome", "anubis", "ieee"])
async def test_a_wall_before_a_picture_accuses_nobody(
    net: Net, hosts: FakeImageHosts, kind: misbehave.WallKind
) -> None:
    """A challenge page in place of a picture says nothing about the picture."""
    hosts.site.handle("/a.png", misbehave.bot_wall(kind))
    evidence = await evidence_of(ImageProvider, net, SITE + "/a.png", image=True)
    assert verdict_of(evidence) is Verdict.UNVERIFIED


@pytest.mark.parametrize("status", [401, 403, 429, 503])
async def test_a_refusal_of_a_picture_accuses_nobody(net: Net, hosts: FakeImageHosts, status: int) -> None:
    """A plain refusal may be for programs only."""
    hosts.site.page("/a.png", b"no", status)
    evidence = await evidence_of(ImageProvider, net, SITE + "/a.png", image=True)
    assert verdict_of(evidence) is Verdict.UNVERIFIED


async def test_no_content_is_no_picture(net: Net, hosts: FakeImageHosts) -> None:
    """204 leaves a hole in the page."""

    async def nothing(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=204)

    hosts.site.handle("/a.png", nothing)
    assert await look(net, SITE + "/a.png") == "empty-picture"


async def test_a_dead_host_or_certificate_breaks_a_picture(internet: FakeInternet, net: Net) -> None:
    """What stops readers and the proxy alike is broken."""
    internet.tls("old.example.org", "expired")
    assert await look(net, "https://old.example.org/a.png") == "certificate-expired"
    assert await look(net, "https://nowhere.example.org/a.png") == "no-such-host"


# --- object stores -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://bucket.s3.amazonaws.com/missing.png", "object-missing"),
        ("https://bucket.s3.amazonaws.com/denied.png", "picture-refused"),
        ("https://bucket.s3.amazonaws.com/expired.png", "object-link-expired"),
        ("https://bucket.s3.amazonaws.com/bad-signature.png", "signature-refused"),
        ("https://storage.googleapis.com/gone/a.png", "object-missing"),
        ("https://storage.googleapis.com/shut/a.png", "picture-refused"),
        ("https://account.blob.core.windows.net/c/gone.png", "object-missing"),
        ("https://account.blob.core.windows.net/c/late.png", "object-link-expired"),
    ],
)
@pytest.mark.usefixtures("stores")
async def test_a_bucket_tells_why_there_is_no_picture(net: Net, url: str, expected: str) -> None:
    """Readers see nothing of a private file either, so AccessDenied breaks a picture, though not a page."""
    assert await look(net, url) == expected


async def test_pinterest_has_the_picture_in_another_size(net: Net, stores: FakeStores) -> None:
    """A forbidden size of a live picture is told apart from a dead one, and the other size is offered."""
    stores.pinned.add("/564x/ab/cd.jpg")
    evidence = await evidence_of(ImageProvider, net, "https://i.pinimg.com/originals/ab/cd.jpg", image=True)
    assert slug(evidence) == "picture-refused"
    assert evidence.suggestion is not None
    assert evidence.suggestion.url == "https://i.pinimg.com/564x/ab/cd.jpg"


@pytest.mark.usefixtures("stores")
async def test_pinterest_has_the_picture_in_no_size(internet: FakeInternet, net: Net) -> None:
    """All sizes refused: the picture will not render (docs/facts/services.md#image-hosts), for three requests."""
    evidence = await evidence_of(ImageProvider, net, "https://i.pinimg.com/564x/ab/cd.jpg", image=True)
    assert (slug(evidence), evidence.suggestion) == ("picture-refused", None)
    assert len(internet.requests_to("i.pinimg.com")) == 3


@pytest.mark.parametrize("size", ["564x", "736x"])
async def test_pinterest_that_turns_programs_away_accuses_nobody(net: Net, stores: FakeStores, size: str) -> None:
    """A refusal without a storage error is one like any other, of the size that was asked for or of another."""
    stores.pinterest_says[f"/{size}/ab/cd.jpg"] = 403
    evidence = await evidence_of(ImageProvider, net, "https://i.pinimg.com/564x/ab/cd.jpg", image=True)
    assert verdict_of(evidence) is Verdict.UNVERIFIED


# --- what browsers show (docs/facts/http-answers.md#images) ----------------------------------------------------------

NS = b'xmlns="http://www.w3.org/2000/svg" width="9" height="9"'
GOOD_SVG = b"<svg " + NS + b"><rect/></svg>"


@pytest.mark.parametrize(
    ("body", "media_type", "expected"),
    [
        (GOOD_SVG, "image/svg+xml", "ok"),
        (b"<!-- " + b"x" * 9000 + b" -->" + GOOD_SVG, "image/svg+xml", "ok"),
        (b'<!DOCTYPE svg [<!ENTITY c "green">]><svg ' + NS + b' fill="&c;"/>', "image/svg+xml", "ok"),
        (b"<svg " + NS + b">caf\xe9</svg>", "image/svg+xml; charset=iso-8859-1", "ok"),
        (b"<svg " + NS + b">caf\xe9</svg>", "image/svg+xml", "svg-not-shown"),
        (b"<svg><rect/></svg>", "image/svg+xml", "svg-not-shown"),
        (b"<svg " + NS + b"><rect>", "image/svg+xml; charset=utf-8", "svg-not-shown"),
        (b"<svg " + NS + b">a & b</svg>", "image/svg+xml", "svg-not-shown"),
        (GOOD_SVG, "image/png", "image-under-another-type"),
        (GOOD_SVG, "application/octet-stream", "type-not-shown"),
        (pictures.BY_SUFFIX["png"][1], "image/svg+xml", "image-under-another-type"),
        (pictures.BY_SUFFIX["png"][1], "image/jpeg", "ok"),
        (b"8BPS\x00\x01" + bytes(40), "image/vnd.adobe.photoshop", "format-not-shown"),
        (b"\x00\x00\x00\x0cjP  \r\n\x87\n" + bytes(20), "image/jp2", "format-not-shown"),
        (b"P6 3 3 255\n" + bytes(27), "image/x-portable-pixmap", "format-not-shown"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(20), "image/heic", "format-not-shown"),
        (b"\x00\x00\x00\x1cftypmif1\x00\x00\x00\x00mif1avifmiaf" + bytes(20), "image/avif", "ok"),
        (b"\x00\x00\x00\x0cJXL \r\n\x87\n" + bytes(20), "image/jxl", "type-not-shown"),
    ],
)
def test_what_browsers_do_not_show_is_told(body: bytes, media_type: str, expected: str) -> None:
    """An SVG is XML and has a type of its own; some types of images are no browser's."""
    assert seen(answer(body, media_type)) == expected


def test_an_svg_of_which_a_part_is_known_is_not_judged() -> None:
    """Only the whole file can be well-formed."""
    assert seen(answer(b"<svg " + NS + b"><rect>", "image/svg+xml", complete=False)) == "ok"


async def test_an_svg_is_read_whole(internet: FakeInternet, net: Net, hosts: FakeImageHosts) -> None:
    """Its last byte may spoil it; that costs no second request."""
    hosts.site.page("/long.svg", GOOD_SVG.replace(b"<rect/>", b"<rect/>" * 2000) + b"<", media_type="image/svg+xml")
    assert await look(net, SITE + "/long.svg") == "svg-not-shown"
    assert len(internet.requests_to("pictures.example.org")) == 1
