"""How the DOI system is asked whether it knows a DOI: ``doiRA`` for many at once, the handle API for a second opinion.

Source: DOI Handbook, "Resolution" (``doi.org/doiRA``, ``doi.org/api/handles``). Both answer for every registration
agency alike. What a response does not say plainly counts as unknown. Titles come from the agencies.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from linkwarden.foreign import at, objects_at, text_at, title_of
from linkwarden.patterns import pattern
from linkwarden.providers.papers.doi.urls import encoded, fold
from linkwarden.providers.registry import Reply, ask, mail_address
from linkwarden.records import dataclass

if TYPE_CHECKING:
    from linkwarden.net import Net

CROSSREF = "https://api.crossref.org/works"
DATACITE = "https://api.datacite.org/dois"
AGENCIES = "https://doi.org/doiRA/"
HANDLES = "https://doi.org/api/handles/"
#: DOIs in one request to an agency: they go into the URL, and Crossref takes no POST.
PER_QUESTION: Mapping[str, int] = {"Crossref": 50, "DataCite": 100}
#: Characters of DOIs in one URL of an agency; servers cut URLs at 8 kB.
_MAX_LIST_URL = 6_000
_MAX_LIST_BYTES = 2 * 1024 * 1024
#: Length of one ``doiRA`` URL; 2 kB pass every proxy on the way.
_MAX_URL = 2_000
_MAX_BYTES = 256 * 1024
#: Fields of a work at Crossref; the default response has all its references too.
_FIELDS = "DOI,title,update-to"
#: On the side of the retracted work. Not in the documentation's list of fields that can be selected [U], so a refusal
#: is answered by asking without it.
_UPDATED_BY = "updated-by"
#: Kinds of updates that take a work back, as Crossref names them (Crossmark documentation, "update types").
_TAKEN_BACK = {"retraction": "retracted", "withdrawal": "withdrawn", "removal": "removed"}
#: How publishers mark the title of a work that was taken back.
_MARKED = pattern(r"\W*(RETRACTED|WITHDRAWN|REMOVED)(?:\s+(?:ARTICLE|CHAPTER|PAPER))?\W*[:\]]", re.ASCII)


# --- records of the agencies -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Record:
    """What an agency has about one DOI.

    Attributes:
        title: on one line, perhaps with markup, or None.
        taken_back: "retracted", "withdrawn" or "removed"; "" for the others.
    """

    title: str | None
    taken_back: str = ""


async def records(net: Net, agencies: Mapping[str, str], contact: str | None) -> dict[str, Record]:
    """Ask the agencies for their records, many in one request. What is missing from the response is not known.

    Args:
        net: the network.
        agencies: who registered each DOI (in lower case); agencies other than Crossref and DataCite are not asked.
        contact: the user's contact; the agencies want a mail address.
    """
    mail = mail_address(contact)
    found: dict[str, Record] = {}
    for agency, ask_agency in (("Crossref", _crossref), ("DataCite", _datacite)):
        dois = [doi for doi, who in agencies.items() if who == agency and "," not in doi]  # a comma separates DOIs
        for chunk in _chunks(dois, _width, _MAX_LIST_URL, PER_QUESTION[agency]):
            known = await ask_agency(net, chunk, mail)
            if known is None:
                break  # an agency in trouble, or one that turned us away, is not asked for the rest
            found |= known
    return found


async def _crossref(net: Net, dois: Sequence[str], mail: str | None) -> dict[str, Record] | None:
    fields = {
        "filter": ",".join(f"doi:{doi}" for doi in dois),
        "rows": str(len(dois)),  # the default is 20
        "select": f"{_FIELDS},{_UPDATED_BY}",
    }
    reply = await _ask(net, CROSSREF, fields, mail)
    if reply.status == 400:
        reply = await _ask(net, CROSSREF, fields | {"select": _FIELDS}, mail)
    if reply.status != 200 or not isinstance(at(reply.value, "message", "items"), list):
        return None
    found = {}
    for work in objects_at(reply.value, "message", "items"):
        title = title_of(at(work, "title", 0))
        found[fold(text_at(work, "DOI"))] = Record(title, _taken_back(work, title))
    return found


async def _datacite(net: Net, dois: Sequence[str], mail: str | None) -> dict[str, Record] | None:
    fields = {"ids": ",".join(dois), "page[size]": str(PER_QUESTION["DataCite"])}  # the default is 25
    reply = await _ask(net, DATACITE, fields, mail)
    if reply.status != 200 or not isinstance(reply.table.get("data"), list):
        return None
    return {
        fold(text_at(work, "id")): Record(title_of(at(work, "attributes", "titles", 0, "title")))
        for work in objects_at(reply.value, "data")
    }


async def _ask(net: Net, endpoint: str, fields: dict[str, str], mail: str | None) -> Reply:
    query = urlencode(fields | ({"mailto": mail} if mail else {}), safe=":,@/()[]")
    return await ask(net, f"{endpoint}?{query}", "doi-titles", max_bytes=_MAX_LIST_BYTES)


def _taken_back(work: dict[str, Any], title: str | None) -> str:
    """Return how a work was taken back, "" if it was not.

    ``update-to`` is in the notice, ``updated-by`` in the work (docs/facts/services.md#crossref). A work that names
    itself in ``update-to`` was turned into its own notice.
    """
    own = fold(text_at(work, "DOI"))
    notices = [
        *objects_at(work, _UPDATED_BY),
        *(update for update in objects_at(work, "update-to") if fold(text_at(update, "DOI")) == own),
    ]
    kinds = (_TAKEN_BACK.get(text_at(notice, "type").lower()) for notice in notices)
    marked = _MARKED.match(title or "")
    return next((kind for kind in kinds if kind), marked[1].lower() if marked else "")


# --- standing with the DOI system ------------------------------------------------------------------------------------


class Standing(StrEnum):
    """What the registry says about a DOI."""

    REGISTERED = "registered"
    ABSENT = "absent"  # "DOI does not exist", or a handle that is not found
    INVALID = "invalid"  # "Invalid DOI": it cannot be one
    UNKNOWN = "unknown"  # the registry answered and did not say
    SILENT = "silent"  # no usable response


@dataclass(frozen=True, slots=True)
class Word:
    """The registry's word on one DOI.

    Attributes:
        standing: what it says.
        agency: who registered it ("Crossref", "DataCite" …), "" if not said.
        reply: the response that said nothing of use, or None.
    """

    standing: Standing
    agency: str = ""
    reply: Reply | None = None


async def agencies(net: Net, dois: Sequence[str]) -> dict[str, Word]:
    """Ask ``doiRA`` who registered each DOI (lower case), in as few requests as 2 kB URLs allow."""
    words: dict[str, Word] = {}
    for chunk in _chunks(dict.fromkeys(dois), lambda doi: len(encoded(doi)) + 1, _MAX_URL - len(AGENCIES)):
        reply = await ask(net, AGENCIES + ",".join(map(encoded, chunk)), "doi-ra", max_bytes=_MAX_BYTES)
        if reply.status != 200 or not isinstance(reply.value, list):
            words |= dict.fromkeys(chunk, Word(Standing.SILENT, reply=reply))
            continue
        said = {fold(text_at(item, "DOI")): _word(item) for item in objects_at(reply.value)}
        words |= {doi: said.get(doi, Word(Standing.UNKNOWN)) for doi in chunk}
    return words


async def confirm(net: Net, doi: str) -> Word:
    """Ask the handle API about one DOI. ``responseCode`` decides, and only together with the status it comes with."""
    reply = await ask(net, f"{HANDLES}{encoded(doi)}?type=URL", "doi-handle", max_bytes=_MAX_BYTES)
    match reply.table.get("responseCode"), reply.status:
        case 1, 200:
            return Word(Standing.REGISTERED)
        case 100, 404:
            return Word(Standing.ABSENT)
        case 200, 200:  # the DOI exists and has no web address
            return Word(Standing.UNKNOWN)
    return Word(Standing.SILENT, reply=reply)


def _word(item: dict[str, object]) -> Word:
    agency = text_at(item, "RA")
    if agency and agency.lower() != "unknown":
        return Word(Standing.REGISTERED, agency)
    match text_at(item, "status").strip().lower():
        case "doi does not exist":
            return Word(Standing.ABSENT)
        case "invalid doi":
            return Word(Standing.INVALID)
    return Word(Standing.UNKNOWN)


def _width(doi: str) -> int:
    """Return more than the length of a DOI in a URL of an agency."""
    return 3 * len(doi) if not doi.isascii() else len(doi) + 20


def _chunks(dois: Iterable[str], width: Callable[[str], int], most: int, size: int = 10_000) -> Iterator[list[str]]:
    """Cut DOIs into lists that fit into one URL; a DOI that is too long for one travels alone."""
    chunk: list[str] = []
    length = 0
    for doi in dois:
        if chunk and (len(chunk) == size or length + width(doi) > most):
            yield chunk
            chunk, length = [], 0
        chunk.append(doi)
        length += width(doi)
    if chunk:
        yield chunk
