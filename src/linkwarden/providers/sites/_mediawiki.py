"""What wikis that run MediaWiki share: the names of pages in URLs, and questions about many pages at once.

Source: MediaWiki "API:Query" (titles, redirects, converttitles, formatversion 2), "API:Etiquette" (one request at a
time, ``maxlag``) and "Page title".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from typing import Protocol, TypeVar
from urllib.parse import unquote_to_bytes, urlencode

from linkwarden.foreign import objects_at, text_at
from linkwarden.patterns import pattern
from linkwarden.providers.registry import Case, Named, Reply, encoded
from linkwarden.records import dataclass

#: The wikis that Wikimedia runs lie below these.
WIKIMEDIA = frozenset(
    {"wikipedia.org", "wiktionary.org", "wikibooks.org", "wikiquote.org", "wikisource.org", "wikiversity.org"}
    | {"wikivoyage.org", "wikinews.org", "wikimedia.org", "mediawiki.org", "wikidata.org"}
)
#: MediaWiki takes this many titles at once from anybody …
PER_QUERY = 50
#: … and a URL that is no longer than this passes everywhere; longer lists travel in several requests.
_MAX_QUERY = 6_000
#: Seconds of lag of its copies from which on the API sends automatic askers away (API:Etiquette).
_MAX_LAG = "5"
#: Characters that no title may have; ``#`` begins a place on the page ("Page title", MediaWiki).
IMPOSSIBLE_IN_TITLE = pattern(r"[<>\[\]{}|\x00-\x1f\x7f\ufffd]")
_SPACES = pattern(r"[ _\u00a0\u1680\u180e\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
#: A query that asks for more than the page as it is now; the page itself must tell then.
OTHER_VIEWS = frozenset({"action", "oldid", "diff", "curid", "search", "veaction"})
_SPECIAL = pattern(r":?special:", re.IGNORECASE)


class Page(Named, Protocol):
    """A page that a URL names."""

    @property
    def title(self) -> str:
        """Its name, as one would write it."""


P = TypeVar("P", bound=Page)


@dataclass(slots=True)
class Pages:
    """What one wiki said about titles: where each leads, and what is known of the pages."""

    leads: dict[str, str] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)
    elsewhere: set[str] = field(default_factory=set)
    pages: dict[str, dict[str, object]] = field(default_factory=dict)

    @classmethod
    def read(cls, reply: Reply) -> Pages | None:
        """Read a response; None if it is none (an error, HTML, a form that we do not know)."""
        query = reply.table.get("query")
        if reply.status != 200 or not isinstance(query, dict):
            return None
        found = cls()
        for step in ("normalized", "converted"):
            found.leads |= _pairs(query, step)
        found.redirects = _pairs(query, "redirects")
        found.elsewhere = {text_at(item, "title") for item in objects_at(query, "interwiki")}
        found.pages = {text_at(page, "title"): page for page in objects_at(query, "pages")}
        return found

    def final(self, title: str) -> tuple[str, bool]:
        """Follow a title to the page that it leads to, and return whether a redirect was on the way."""
        redirected = False
        for _ in range(10):  # no chain is longer; a circle ends here
            if title in self.leads:
                title = self.leads[title]
            elif title in self.redirects:
                title, redirected = self.redirects[title], True
            else:
                break
        return title, redirected


def title_of_page(raw: str) -> str:
    """Return the name of a page as MediaWiki reads it, from the decoded text of a URL; "" if that names none."""
    title = _SPACES.sub(" ", raw.partition("#")[0]).strip()
    title = unicodedata.normalize("NFC", title)  # as MediaWiki does, which else answers about another spelling
    return "" if _SPECIAL.match(title) else title


def decoded(path: str) -> str:
    """Return a path decoded; old links are in Windows-1252, which MediaWiki still reads."""
    raw = unquote_to_bytes(path.encode(errors="replace"))
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def chunks(cases: Sequence[Case[P]]) -> Iterator[list[Case[P]]]:
    """Yield links in lists that fit into one request each."""
    chunk: list[Case[P]] = []
    titles: set[str] = set()
    length = 0
    for case in cases:
        title = case.ref.title
        size = 0 if title in titles else len(encoded(title)) + 3
        if chunk and (length + size > _MAX_QUERY or len(titles) + bool(size) > PER_QUERY):
            yield chunk
            chunk, titles, length = [], set(), 0
            size = len(encoded(title)) + 3
        chunk.append(case)
        titles.add(title)
        length += size
    if chunk:
        yield chunk


def query_for(cases: Sequence[Case[P]]) -> dict[str, str]:
    """Return the question about the pages of some links."""
    titles = "|".join(dict.fromkeys(case.ref.title for case in cases))
    return {"action": "query", "titles": titles, "redirects": "1", "converttitles": "1"}


def request_of(api: str, query: Mapping[str, str]) -> str:
    """Return the URL of a question to a wiki's API."""
    options = {**query, "format": "json", "formatversion": "2", "maxlag": _MAX_LAG}
    return f"{api}?{urlencode(options, errors='replace')}"


def is_absent(page: Mapping[str, object]) -> bool:
    """Return whether a wiki says that a page is missing.

    A file that Wikimedia Commons has, and a message of the software, are missing and known at the same time.
    """
    return page.get("missing") is True and page.get("known") is not True


def _pairs(value: object, name: str) -> dict[str, str]:
    """Return a list of ``from`` and ``to``."""
    pairs = ((item.get("from"), item.get("to")) for item in objects_at(value, name))
    return {a: b for a, b in pairs if isinstance(a, str) and isinstance(b, str)}
