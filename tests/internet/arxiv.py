"""arXiv as it is: the query API at export.arxiv.org with its real habits, and a web site that nobody may scrape."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from aiohttp import web

from tests.internet.core import FakeInternet

_ID_LIKE = re.compile(r"\d{4}\.\d{4,5}(?:v\d*)?|[a-z-]+(?:\.[A-Z]{2})?/\d{2}[01]\d{4}(?:v\d*)?", re.IGNORECASE)
_CLEAN = re.compile(r"(\d{4}\.\d{4,5}|[a-z-]+/\d{7})(?:v(\d+))?")


@dataclass(slots=True)
class FakePaper:
    """A paper of the fake: how many versions, what its newest version says, and titles that earlier ones had."""

    versions: int = 1
    title: str = "A paper"
    earlier: dict[int, str] = field(default_factory=dict)
    comment: str = ""
    summary: str = "We study things."


class FakeArxiv:
    """Installs itself on arXiv's hosts. Every well-formed identifier is a paper unless told otherwise.

    Attributes:
        papers: what is known in detail, by identifier without version.
        missing: identifiers without version that arXiv does not have.
        only: if not None, nothing but these identifiers without version (and ``papers``) exists.
        hidden: identifiers left out of the next n answers although they exist (arXiv's intermittent gaps).
        misbehaviour: answers to give instead, one a query, before it behaves again; see the methods.
        shuffle: answer in another order than asked, as the real one does.
        refused: identifiers that it takes for malformed, so that one of them fails the whole query.
        always: an answer to give to every query, or None.
        wrap_titles: break titles over two lines, as it did for years.

    The web site (arxiv.org) answers too, so that the log shows whoever scrapes it.
    """

    def __init__(self, internet: FakeInternet) -> None:
        self.internet = internet
        self.papers: dict[str, FakePaper] = {}
        self.missing: set[str] = set()
        self.only: set[str] | None = None
        self.hidden: dict[str, int] = {}
        self.refused: set[str] = set()
        self.misbehaviour: list[Callable[[], web.Response]] = []
        self.always: Callable[[], web.Response] | None = None
        self.shuffle = True
        self.wrap_titles = False
        self._random = random.Random(7)  # noqa: S311 - an order that is the same in every run
        internet.site("export.arxiv.org").handle("/api/query", self._query)
        for host in ("arxiv.org", "www.arxiv.org"):
            internet.site(host).default(self._site)

    def paper(self, ident: str, **details: object) -> FakePaper:
        """Say what a paper is like; ``details`` are fields of FakePaper."""
        self.papers[ident] = FakePaper(**details)  # type: ignore[arg-type]  # a test's own words
        return self.papers[ident]

    @property
    def queries(self) -> list[dict[str, str]]:
        """The parameters of each query that was made, from the address or the form."""
        found = []
        for entry in self.internet.requests_to("export.arxiv.org"):
            form = {name: values[0] for name, values in parse_qs(entry.body.decode()).items()}
            found.append({**dict(entry.query), **form})
        return found

    # -- bad days ---------------------------------------------------------------------------------------------------

    @staticmethod
    def rate_limited(retry_after: str | None = None, status: int = 429) -> web.Response:
        """Answer as arXiv does to those who ask too often."""
        headers = {"Retry-After": retry_after} if retry_after else {}
        return web.Response(status=status, text="Rate exceeded.", headers=headers)

    @staticmethod
    def denied() -> web.Response:
        """Answer as arXiv does to offenders."""
        return web.Response(status=403, text="<html><title>Access denied</title></html>", content_type="text/html")

    @staticmethod
    def empty() -> web.Response:
        """Answer 200 with a valid feed that has nothing in it."""
        return _atom(_feed("", 0, 0))

    @staticmethod
    def maintenance() -> web.Response:
        """Answer 200 with a web page."""
        return web.Response(
            text="<!DOCTYPE html><html><body>arXiv is down for maintenance</body></html>", content_type="text/html"
        )

    # -- the API ----------------------------------------------------------------------------------------------------

    async def _query(self, request: web.Request) -> web.StreamResponse:
        if self.always is not None:
            return self.always()
        if self.misbehaviour:
            return self.misbehaviour.pop(0)()
        fields = {**request.query, **{k: str(v) for k, v in (await request.post()).items()}}
        asked = [ident for ident in fields.get("id_list", "").split(",") if ident]
        if "search_query" in fields:
            asked = self._search(fields["search_query"])
        for ident in asked:
            if ident in self.refused or not _ID_LIKE.search(ident):
                return _atom(_error(ident), status=400)
        entries = dict.fromkeys(entry for ident in asked if (entry := self._entry(ident)))
        found = list(entries)
        if self.shuffle:
            self._random.shuffle(found)
        limit = int(fields.get("max_results", "10"))
        return _atom(_feed("".join(found[:limit]), len(found), limit))

    def _search(self, query: str) -> list[str]:
        """Find papers by ``ti:"…" OR ti:"…"``: those whose title has the words in this order, among others."""
        phrases = [_spelt(phrase) for phrase in re.findall(r'ti:"([^"]*)"', query)]
        return [ident for ident, paper in self.papers.items() if any(p in _spelt(paper.title) for p in phrases)]

    def _entry(self, ident: str) -> str | None:
        """Give the entry for one identifier; None if there is no such paper or version."""
        match = _CLEAN.fullmatch(ident)
        if match is None or match[1] in self.missing:
            return None
        if self.only is not None and match[1] not in self.only and match[1] not in self.papers:
            return None
        if self.hidden.get(match[1], 0) > 0:
            self.hidden[match[1]] -= 1
            return None
        paper = self.papers.get(match[1], FakePaper(versions=12, title=f"Paper {match[1]}"))
        version = int(match[2]) if match[2] else paper.versions
        if not 1 <= version <= paper.versions:
            return None
        current = version == paper.versions
        title = paper.earlier.get(version, paper.title)
        title = re.sub(r" (?=\S+$)", "\n      ", title) if self.wrap_titles else title
        comment = f"<arxiv:comment>{escape(paper.comment)}</arxiv:comment>" if paper.comment and current else ""
        return (
            f"<entry><id>http://arxiv.org/abs/{match[1]}v{version}</id><title>{escape(title)}</title>"
            f"<updated>2021-06-30T17:59:51Z</updated><published>2021-06-30T17:59:51Z</published>"
            f"<summary>{escape(paper.summary)}</summary><author><name>A. Author</name></author>{comment}"
            f'<link href="https://arxiv.org/abs/{match[1]}v{version}" rel="alternate" type="text/html"/>'
            '<arxiv:primary_category term="cs.CV"/></entry>\n'
        )

    async def _site(self, _request: web.Request) -> web.StreamResponse:
        return web.Response(text="<html><title>arXiv</title></html>", content_type="text/html")


def _spelt(title: str) -> str:
    return " ".join(re.findall(r"\w+", title.lower()))


def _feed(entries: str, total: int, limit: int) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" '
        'xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom">\n'
        "<id>https://arxiv.org/api/oqaUC9OB2SccftmJHZqrxySXrao</id><title>arXiv Query</title>"
        f"<opensearch:itemsPerPage>{limit}</opensearch:itemsPerPage>"
        f"<opensearch:totalResults>{total}</opensearch:totalResults>"
        f"<opensearch:startIndex>0</opensearch:startIndex>\n{entries}</feed>"
    )


def _error(ident: str) -> str:
    words = f"incorrect id format for {escape(ident)}"
    return _feed(
        f"<entry><id>https://arxiv.org/api/errors#incorrect_id_format_for_{escape(ident)}</id><title>Error</title>"
        f"<summary>{words}</summary><author><name>arXiv api core</name></author></entry>",
        1,
        1,
    )


def _atom(text: str, status: int = 200) -> web.Response:
    return web.Response(status=status, text=text, content_type="application/atom+xml", charset="utf-8")
