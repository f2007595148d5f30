"""Extensions in the Chrome Web Store: asked for together, as a browser asks for updates.

Source: docs/facts/services.md#chrome-web-store. The interface is meant for browsers, so that its "no" counts only
while it knows an extension that is certainly there, and if the store's page says so, too.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from linkwarden.model import Claim, Rule, Verdict
from linkwarden.patterns import pattern
from linkwarden.providers.base import Example
from linkwarden.providers.registry import Case, Outcome, Place, Registry, Reply, Thing, answered, ask, by_ident

if TYPE_CHECKING:
    from linkwarden.net import Net

_UPDATES = "https://clients2.google.com/service/update2/crx"
_PAGE = "https://chromewebstore.google.com/detail/"
#: With some more the interface answers 400; ten it takes.
_PER_REQUEST = 10
#: Google Docs Offline, which every Chrome brings along [K].
CANARY = "ghbmnnjooekpmoecnnnilnnbdlolhkhi"
_IDENT = pattern(r"[a-p]{32}")
_APP = pattern(rb"<app\b([^<>]{0,1000})>(?:\s{0,99}<updatecheck\b([^<>]{0,4000})>)?")
_APPID = pattern(rb"\bappid=\"([a-p]{32})\"")
_STATUS = pattern(rb"\bstatus=\"([\w-]{1,60})\"")
#: The page of an extension that is not there leads to this name.
_NO_NAME = "/empty-title/"

MISSING = Rule(
    "LW681",
    "chrome-extension-missing",
    Verdict.BROKEN,
    "the Chrome Web Store has no such extension",
    "The store was asked as browsers ask it for updates, and does not know the extension, while it knows another one. "
    "Its page is not there either.",
    "Look for the extension's new home, or remove the entry.",
)


class ChromeWebStore(Registry[Thing]):
    """Settles extensions that the store still offers, and those that it does not know any more."""

    name = "chrome-web-store"
    title = "the Chrome Web Store"
    rank = 266
    gathers = True
    per_question = _PER_REQUEST - 1
    domains = frozenset({"chromewebstore.google.com", "chrome.google.com"})
    rules = (MISSING,)
    examples = (
        Example(
            "https://chromewebstore.google.com/detail/some-name/abcdefghijklmnopabcdefghijklmnop?hl=de",
            "abcdefghijklmnopabcdefghijklmnop",
        ),
        Example(
            "https://chrome.google.com/webstore/detail/abcdefghijklmnopabcdefghijklmnop",
            "abcdefghijklmnopabcdefghijklmnop",
        ),
        Example("https://chromewebstore.google.com/category/extensions", None),
        Example("https://chromewebstore.google.com/detail/x/abcdefghijklmnopabcdefghijklmnop", None, image=True),
    )

    def read(self, place: Place) -> Thing | None:
        parts = place.segments[1:] if place.host == "chrome.google.com" else place.segments
        if len(parts) not in (2, 3) or parts[0] != "detail" or not _IDENT.fullmatch(parts[-1]):
            return None
        return Thing(parts[-1])

    async def check(self, claims: Sequence[Claim], net: Net, now: datetime) -> AsyncIterator[Outcome]:
        """Ask for all at once, and for the page of each that is unknown."""
        del now
        groups = by_ident(self.cases(claims))
        query = [("response", "updatecheck"), ("acceptformat", "crx3"), ("prodversion", "999.0")]
        query += [("x", f"id={ident}&uc") for ident in dict.fromkeys([*groups, CANARY])]
        reply = await ask(net, f"{_UPDATES}?{urlencode(query)}", "chrome-updates", accept="application/xml, text/xml")
        states = _read(reply)
        for ident, cases in groups.items():
            for item in await _judge(
                net, cases, reply, states.get(ident, ""), sure=states.get(CANARY) in ("ok", "noupdate")
            ):
                yield item


async def _judge(net: Net, cases: Sequence[Case[Thing]], reply: Reply, state: str, *, sure: bool) -> Sequence[Outcome]:
    if state == "ok":
        return answered(cases, reply, "the store offers it to browsers")
    if state == "error-unknownApplication" and sure:
        page = await ask(net, f"{_PAGE}{cases[0].ref.ident}", "page", accept="text/html", attempts=1)
        there = page.response
        if there is not None and page.wall is None and (page.status == 404 or _NO_NAME in there.url):
            reason = "The Chrome Web Store has no such extension."
            return answered(cases, page, "neither browsers nor readers get it", MISSING, reason)
    return [case.passed() for case in cases]


def _read(reply: Reply) -> dict[str, str]:
    """Return what is said of each extension: the state of its update, or of itself where it has none."""
    if reply.response is None or reply.status != 200:
        return {}
    states: dict[str, str] = {}
    for app, update in _APP.findall(reply.response.body):
        ident, own, inner = _APPID.search(app), _STATUS.search(app), _STATUS.search(update)
        if ident is not None and own is not None:
            state = inner if own[1] == b"ok" and inner is not None else own
            states[ident[1].decode()] = state[1].decode()
    return states
