"""What is sent with 200 and cannot be shown: empty files, other files than the type says, XML that is none."""

from __future__ import annotations

import pytest

from linkwarden.model import Verdict
from linkwarden.net import Net
from linkwarden.providers.web.page import WebProvider
from tests.internet import FakeInternet, Site, pictures
from tests.links import evidence_of, slug, verdict_of

SITE = "https://a.example.org"
HTML = b"<!doctype html><title>Oops</title><p>We are sorry."
PDF = b"%PDF-1.4\n%\xe2\xe3\n1 0 obj"
ZIP = b"PK\x03\x04\x14\x00\x00\x00"
WORDS = "<p>" + "There is much to read on this page. " * 20


@pytest.fixture
def site(internet: FakeInternet) -> Site:
    """An ordinary site."""
    return internet.site("a.example.org")


async def look(net: Net, site: Site, body: bytes, media_type: str, path: str = "/x") -> str:
    """Name what is found where these bytes are sent as this type; "" for no type."""
    site.page(path, body, headers={} if media_type else {"Content-Type": ""}, media_type=media_type)
    return slug(await evidence_of(WebProvider, net, SITE + path))


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (b"", "application/pdf"),
        (b"", "application/zip"),
        (b"", "video/mp4"),
        (HTML, "application/pdf"),
        (HTML, "application/zip"),
        (HTML, "image/png"),
        (HTML, "video/mp4"),
        (b"not here", "application/pdf"),
        (b'{"error": 1}', "image/jpeg"),
        (PDF, "text/html"),
        (ZIP, "text/html; charset=utf-8"),
        (pictures.BY_SUFFIX["png"][1], "text/html"),
        (PDF, "text/plain"),
    ],
)
async def test_a_file_that_is_not_what_its_type_says(net: Net, site: Site, body: bytes, media_type: str) -> None:
    """Browsers show an error or letters without sense."""
    assert await look(net, site, body, media_type) == "not-what-its-type-says"


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (PDF, "application/pdf"),
        (b"\n\n junk " + PDF, "application/pdf"),
        (ZIP, "application/zip"),
        (pictures.BY_SUFFIX["png"][1], "image/png"),
        (pictures.BY_SUFFIX["png"][1], "image/jpeg"),
        (b"\x00\x00\x00\x18ftypmp42" + bytes(12), "video/mp4"),
        (b"\x01\x02\x03\x04" * 9, "video/webm"),
        (b"a,b\n1,2\n", "application/gzip"),
        (HTML, "application/octet-stream"),
        (b"", "text/plain"),
        (b"", "text/css"),
        (b"hello", "text/plain"),
        (b"<?xml version='1.0'?><rss><channel/></rss>", "application/rss+xml"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
        (b"#EXTM3U\n", "application/vnd.apple.mpegurl"),
    ],
)
async def test_a_file_that_is_is_fine(net: Net, site: Site, body: bytes, media_type: str) -> None:
    """What may be text is not judged by its bytes, and an empty text is a text."""
    assert await look(net, site, body, media_type) == "ok"


@pytest.mark.parametrize("media_type", ["", "text/html", "application/octet-stream", "application/json"])
async def test_an_empty_response_is_unverified(net: Net, site: Site, media_type: str) -> None:
    """Readers see a white page, with a type and without."""
    assert await look(net, site, b"", media_type) == "odd-answer"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<html><head></head><body></body></html>", "odd-answer"),
        ("<title>Acme</title><body><!-- here --><div> &nbsp; </div>", "odd-answer"),
        ("<title>Acme</title><body><script src=a.js></script>", "ok"),
        ("<title>Acme</title><body><img src=a.png>", "ok"),
        ("<title>Acme</title><frameset><frame src=a></frameset>", "ok"),
        ("<title>Acme</title><body>.", "ok"),
    ],
)
async def test_html_with_nothing_to_see_is_unverified(net: Net, site: Site, body: str, expected: str) -> None:
    """Not where something is shown, or may be made by scripts."""
    assert await look(net, site, body.encode(), "text/html") == expected


@pytest.mark.parametrize(
    ("body", "media_type", "expected"),
    [
        (
            "<html xmlns='http://www.w3.org/1999/xhtml'><body><p>a</body></html>",
            "application/xhtml+xml",
            "xml-not-well-formed",
        ),
        (
            "<html xmlns='http://www.w3.org/1999/xhtml'><body><p>a&nbsp;b</p></body></html>",
            "application/xhtml+xml",
            "xml-not-well-formed",
        ),
        ("<html xmlns='http://www.w3.org/1999/xhtml'><body><p>a</p></body></html>", "application/xhtml+xml", "ok"),
        ("<feed><entry></feed>", "application/atom+xml", "xml-not-well-formed"),
        ("<feed><entry/></feed>", "text/xml", "ok"),
        ("<feed><entry>", "application/xml", "xml-not-well-formed"),
        ("<p>a<p>b", "text/html", "ok"),
    ],
)
async def test_xml_that_is_not_well_formed(net: Net, site: Site, body: str, media_type: str, expected: str) -> None:
    """Browsers show an error message in its place; of HTML they take everything."""
    site.page("/x", body, media_type=media_type)
    evidence = await evidence_of(WebProvider, net, SITE + "/x")
    assert (slug(evidence), verdict_of(evidence)) == (expected, Verdict.OK if expected == "ok" else Verdict.DEGRADED)


async def test_a_part_of_an_xml_document_is_not_judged(net: Net, site: Site) -> None:
    """Long documents are not read to their end."""
    assert await look(net, site, b"<feed>" + b"<entry/>" * 20_000, "application/xml") == "ok"


# --- places on pages -----------------------------------------------------------------------------------------------

PAGE = f'<title>Page</title><h1>Page</h1>{WORDS}<h2 id="user-content-usage">Usage</h2><a id=8></a><a name="old">'
LOOK_UPS = (
    'var t=document.querySelector(location.hash||"x")',
    "var target=document.getElementById(location.hash.slice(1));target&&target.name&&(target.checked=true)",
    "if(window.location.hash){document.querySelector(window.location.hash).open=true}",
    "$(location.hash).show()",
    "document.getElementById(decodeURIComponent(window.location.hash.slice(1)))",
    "location.hash && jQuery('#tabs ' + location.hash)",
)
ROUTERS = (
    'window.addEventListener("hashchange",render)',
    "const r=new HashRouter({root:'#view'})",
    "show(location.hash.slice(1))",
    "fetch('/pages/' + location.hash)",
    "var page = location.hash; load(page)",
)


@pytest.mark.parametrize(
    ("fragment", "expected"),
    [
        ("usage", "ok"),
        ("user-content-usage", "ok"),
        ("old", "ok"),
        ("8-9", "ok"),
        ("12-40", "ok"),
        ("content-usage", "place-missing-on-page"),
        ("8-9-things", "place-missing-on-page"),
        ("method.gone", "place-missing-on-page"),
    ],
)
async def test_places_are_found_by_what_pages_and_scripts_call_them(
    net: Net, site: Site, fragment: str, expected: str
) -> None:
    """GitHub's ids have a prefix that links leave out; rustdoc's links name ranges of lines."""
    site.page("/p", PAGE)
    assert slug(await evidence_of(WebProvider, net, f"{SITE}/p#{fragment}")) == expected


@pytest.mark.parametrize("script", LOOK_UPS)
async def test_a_script_that_looks_up_the_place_makes_no_page(net: Net, site: Site, script: str) -> None:
    """As in MkDocs Material: the text and its ids are in the source."""
    site.page("/p", f"{PAGE}<script>{script}</script>")
    assert slug(await evidence_of(WebProvider, net, f"{SITE}/p#gone")) == "place-missing-on-page"


@pytest.mark.parametrize("script", ROUTERS)
async def test_a_page_whose_script_follows_the_fragment_is_not_judged(net: Net, site: Site, script: str) -> None:
    """What stands there for a fragment is not in the source."""
    site.page("/p", f"{PAGE}<script>{script}</script>")
    assert slug(await evidence_of(WebProvider, net, f"{SITE}/p#gone")) == "ok"
