"""Wikipedia's interface in several languages, with its redirects, normalised titles and odd answers."""

from __future__ import annotations

import re
from collections.abc import Callable

from aiohttp import web

from tests.internet.core import FakeInternet

_ILLEGAL = re.compile(r"[<>\[\]{}|]")


class FakeWikipedia:
    """Installs the wikis of some languages. There are no pages but those that were added.

    Attributes:
        pages: names of pages by language.
        redirects: (language, from) to another name.
        converted: (language, asked) to the spelling in another script.
        sections: (language, page) to the anchors of its headings.
        shared: files that Wikimedia Commons has.
        always: an answer to give to every question, or None.
        lagging: answer that the copies lag, as the real one does with 200.
    """

    def __init__(self, internet: FakeInternet, *languages: str) -> None:
        self.internet = internet
        self.pages: dict[str, set[str]] = {language: set() for language in languages}
        self.redirects: dict[tuple[str, str], str] = {}
        self.converted: dict[tuple[str, str], str] = {}
        self.sections: dict[tuple[str, str], list[str]] = {}
        self.shared: set[str] = set()
        self.always: Callable[[], web.Response] | None = None
        self.lagging = False
        for language in languages:
            internet.site(f"{language}.wikipedia.org").handle("/w/api.php", self._api)

    @property
    def questions(self) -> list[dict[str, str]]:
        """The parameters of each question, in order, with the language as ``wiki``."""
        return [
            {**dict(e.query), "wiki": e.host.partition(".")[0]} for e in self.internet.log if e.path == "/w/api.php"
        ]

    async def _api(self, request: web.Request) -> web.StreamResponse:
        if self.always is not None:
            return self.always()
        if "linkwarden" not in request.headers.get("User-Agent", ""):
            return web.Response(status=403, text="Please set a user-agent")
        if self.lagging:
            return web.json_response({"error": {"code": "maxlag", "lag": 7}}, headers={"Retry-After": "5"})
        language = request.host.partition(".")[0]
        if request.query["action"] == "parse":
            return web.json_response(self._parsed(language, request.query["page"]))
        return web.json_response(self._queried(language, request.query))

    def _parsed(self, language: str, page: str) -> dict[str, object]:
        if page not in self.pages[language]:
            return {"error": {"code": "missingtitle"}}
        anchors = self.sections.get((language, page), [])
        sections = [{"line": a.replace("_", " "), "anchor": a, "linkAnchor": a} for a in anchors]
        return {"parse": {"title": page, "sections": sections}}

    def _queried(self, language: str, query: object) -> dict[str, object]:
        options: dict[str, str] = dict(query)  # type: ignore[call-overload]  # a multidict
        titles = options["titles"].split("|")
        assert len(titles) <= 50, "toomanyvalues"
        answer: dict[str, list[dict[str, object]]] = {}

        def note(kind: str, before: str, after: str) -> str:
            entry: dict[str, object] = {"from": before, "to": after}
            if entry not in answer.setdefault(kind, []):
                answer[kind].append(entry)
            return after

        pages: dict[str, dict[str, object]] = {}
        for asked in titles:
            title = asked
            if _ILLEGAL.search(title) or "&amp;" in title:
                pages[title] = {"title": title, "invalidreason": "contains invalid characters", "invalid": True}
                continue
            if re.match(r"(?:de|fr|wikt):", title):
                answer.setdefault("interwiki", []).append({"title": title, "iw": title.partition(":")[0]})
                continue
            if title[:1].upper() + title[1:] != title:
                title = note("normalized", title, title[:1].upper() + title[1:])
            if "converttitles" in options and (language, title) in self.converted:
                title = note("converted", title, self.converted[language, title])
            while "redirects" in options and (language, title) in self.redirects:
                title = note("redirects", title, self.redirects[language, title])
            pages[title] = self._page(language, title)
        return {"batchcomplete": True, "query": {**answer, "pages": list(reversed(pages.values()))}}

    def _page(self, language: str, title: str) -> dict[str, object]:
        if title.startswith("Spezial:"):
            return {"ns": -1, "title": title, "special": True}
        if title in self.pages[language]:
            return {"pageid": 1, "ns": 0, "title": title}
        if title in self.shared:
            return {"ns": 6, "title": title, "missing": True, "known": True}
        return {"ns": 0, "title": title, "missing": True}
