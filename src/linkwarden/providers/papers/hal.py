"""Papers at HAL, the open archive of France's universities: looked up together by their identifiers.

Source: HAL's API documentation (search, Solr syntax) and docs/facts/services.md#hal. Its pages block programs at times.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from linkwarden.foreign import objects_at, text_at
from linkwarden.model import Claim, Kind
from linkwarden.patterns import pattern
from linkwarden.providers.base import Example
from linkwarden.providers.registry import Case, Outcome, Place, Registry, answered, ask, by_ident
from linkwarden.records import dataclass

if TYPE_CHECKING:
    from linkwarden.net import Net

_SEARCH = "https://api.archives-ouvertes.fr/search/"
_PER_REQUEST = 100
_MAX_BYTES = 1024 * 1024
#: ``hal-01234567``, ``tel-…``, ``inria-…``; a version may follow.
_IDENT = pattern(r"([a-z]{2,12}-\d{6,9})(v\d{1,3})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Record:
    """A record, the version that the URL names or 0, and the path behind it that names its file, or ""."""

    ident: str
    version: int
    file: str


class Hal(Registry[_Record]):
    """Settles records that HAL has, and the file that a record names; the rest is left to the page."""

    name = "hal"
    title = "HAL"
    rank = 182
    gathers = True
    per_question = _PER_REQUEST
    kind = Kind.PAPER
    domains = frozenset({"hal.science", "archives-ouvertes.fr", "hal.archives-ouvertes.fr", "inria.hal.science"})
    subdomains = True
    examples = (
        Example("https://hal.science/hal-01234567", "hal-01234567"),
        Example("https://hal.archives-ouvertes.fr/hal-01234567v2/document", "hal-01234567"),
        Example("https://theses.hal.science/tel-01234567/file/these.pdf", "tel-01234567"),
        Example("https://hal.science/search/index?q=x", None),
        Example("https://hal.science/hal-01234567", None, image=True),
    )

    def read(self, place: Place) -> _Record | None:
        found = _IDENT.fullmatch(place.segments[0]) if place.segments else None
        if found is None or place.query:
            return None
        return _Record(found[1], int((found[2] or "v0")[1:]), "/".join(place.segments[1:]))

    async def check(self, claims: Sequence[Claim], net: Net, now: datetime) -> AsyncIterator[Outcome]:
        """Search for all records at once. What the search does not have may be new, so that its page is asked."""
        del now
        groups = by_ident(self.cases(claims))
        query = {
            "q": f"halId_s:({' OR '.join(groups)})",
            "fl": "halId_s,title_s,fileMain_s,version_i",
            "rows": str(len(groups)),
            "wt": "json",
        }
        reply = await ask(net, f"{_SEARCH}?{urlencode(query)}", "hal", max_bytes=_MAX_BYTES)
        docs = objects_at(reply.value, "response", "docs") if reply.status == 200 else []
        known = {text_at(doc, "halId_s"): doc for doc in docs}
        for ident, cases in groups.items():
            for case in cases:
                doc = known.get(ident)
                if doc is None or not _has(doc, case):
                    yield case.passed()
                    continue
                title = doc.get("title_s")
                first = title[0] if isinstance(title, list) and title else title
                for item in answered([case], reply, f"HAL has the record {ident}", title=first):
                    yield item


def _has(doc: dict[str, object], case: Case[_Record]) -> bool:
    """Return whether a record has what is linked: itself in this version, or its main file."""
    newest = doc.get("version_i")
    if case.ref.version > (newest if isinstance(newest, int) else 1):
        return False
    main = doc.get("fileMain_s")
    file = case.ref.file
    if not file:
        return True
    return isinstance(main, str) and bool(main) and (file == "document" or main.endswith(f"/{file}"))
