"""Telegram: what a page shows tells, its status does not."""

from __future__ import annotations

import pytest

from linkwarden.net import Net
from linkwarden.providers.sites.telegram import Telegram
from tests.internet import FakeInternet, misbehave
from tests.links import evidence_of, load, slug, target

SHOWN = (
    b'<meta property="og:title" content="A Channel"><div class="tgme_page_title"><span>A Channel</span></div>'
    b'<div class="tgme_page_extra">1 000 subscribers</div>'
)
GENERAL = b'<meta name="robots" content="noindex, nofollow"><div class="tgme_page_icon"></div>If you have Telegram, ...'


@pytest.mark.parametrize(
    ("body", "status", "expected"),
    [
        (SHOWN, 200, "ok"),
        (GENERAL, 200, "telegram-name-not-shown"),
        (b"<title>Another site's page</title>", 200, "registry-silent"),
        (SHOWN, 500, "registry-silent"),
        (b"", 403, "registry-silent"),
    ],
)
async def test_what_the_page_shows(internet: FakeInternet, net: Net, body: bytes, status: int, expected: str) -> None:
    """Nothing is called broken: a hidden name looks like one that nobody has."""
    internet.site("t.me").handle("/a_channel", misbehave.answer(body, status, media_type="text/html"))

    found = await evidence_of(Telegram, net, "https://t.me/s/A_Channel/5")

    assert slug(found) == expected
    assert found.title == ("A Channel" if expected == "ok" else None)


@pytest.mark.parametrize(
    ("path", "ident"),
    [
        ("/durov/", "durov"),
        ("/durov/12?single", "durov"),
        ("/durov/12/34", "durov"),
        ("/s/durov?before=12", "durov"),
        ("/durov/s/12", None),
        ("/durov/app", None),
        ("/addlist/AbCdEf", None),
        ("/addlist", None),
        ("/share/url?url=x", None),
        ("/proxy?server=x", None),
        ("/login/12345", None),
        ("/c/1234567/8", None),
        ("/unknown/AbCdEf", None),
    ],
)
def test_what_names_somebody(path: str, ident: str | None) -> None:
    """Folders, proxies, apps and what else the site has below its names are nobody."""
    assert load(Telegram).claim(target(f"https://t.me{path}")) == ident
