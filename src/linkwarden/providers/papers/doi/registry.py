"""How the DOI system is asked whether it knows a DOI: ``doiRA`` for many at once, the handle API for a second opinion.

Source: DOI Handbook, "Resolution" (``doi.org/doiRA``, ``doi.org/api/handles``). Both answer for every registration
agency alike. What an answer does not say plainly counts as unknown.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from linkwarden.providers.papers.doi.urls import encoded, fold
from linkwarden.providers.registry import NoAnswerError, ask_json, mail_address, odd_answer, title_of
from linkwarden.wire import NetError, Request, Response

if TYPE_CHECKING:
    from linkwarden.net import Net

CROSSREF = "https://api.crossref.org/works"
DATACITE = "https://api.datacite.org/dois"
#: DOIs in one question: it goes into the address, and Crossref takes no POST.
PER_QUESTION: Mapping[str, int] = {"Crossref": 50, "DataCite": 100}
#: Longest address; servers cut them at 8 kB.
_MAX_LIST_URL = 6_000
_MAX_LIST_BYTES = 2 * 1024 * 1024
#: Fields of a work at Crossref; the default answer has all its references too.
_FIELDS = "DOI,title,update-to"
#: On the side of the retracted work. Not in the documentation's list of fields that can be selected [U], so a refusal
#: is answered by asking without it.
_UPDATED_BY = "updated-by"
#: Kinds of updates that take a work back, as Crossref names them (Crossmark documentation, "update types").
_TAKEN_BACK = {"retraction": "retracted", "withdrawal": "withdrawn", "removal": "removed"}
#: How publishers mark the title of a work that was taken back.
_MARKED = re.compile(r"\W*(RETRACTED|WITHDRAWN|REMOVED)(?:\s+(?:ARTICLE|CHAPTER|PAPER))?\W*[:\]]", re.ASCII)


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
    """Ask the agencies for their records, many in one question. What is missing from the answer is not known.

    Args:
        net: the network.
        agencies: who registered each DOI (in lower case); agencies other than Crossref and DataCite are not asked.
        contact: the user's contact; the agencies want a mail address.
    """
    mail = mail_address(contact)
    found: dict[str, Record] = {}
    for agency, ask in (("Crossref", _crossref), ("DataCite", _datacite)):
        try:
            for chunk in _list_chunks([doi for doi, who in agencies.items() if who == agency], PER_QUESTION[agency]):
                found |= await ask(net, chunk, mail)
        except NoAnswerError:
            continue  # an agency in trouble, or one that turned us away, is not asked for the rest
    return found


async def _crossref(net: Net, dois: Sequence[str], mail: str | None) -> dict[str, Record]:
    fields = {
        "filter": ",".join(f"doi:{doi}" for doi in dois),
        "rows": str(len(dois)),  # the default is 20
        "select": f"{_FIELDS},{_UPDATED_BY}",
    }
    try:
        answer = await _ask(net, CROSSREF, fields, mail, "Crossref")
    except NoAnswerError as failure:
        if failure.status != 400:
            raise
        answer = await _ask(net, CROSSREF, fields | {"select": _FIELDS}, mail, "Crossref")
    message = answer.get("message") if isinstance(answer, dict) else None
    items = message.get("items") if isinstance(message, dict) else None
    if not isinstance(items, list):
        raise odd_answer("Crossref")
    works = [item for item in items if isinstance(item, dict) and isinstance(item.get("DOI"), str)]
    return {fold(work["DOI"]): _crossref_record(work) for work in works}


def _crossref_record(work: dict[str, Any]) -> Record:
    titles = work.get("title")
    title = title_of(titles[0]) if isinstance(titles, list) and titles else None
    return Record(title, _taken_back(work, title))


async def _datacite(net: Net, dois: Sequence[str], mail: str | None) -> dict[str, Record]:
    fields = {"ids": ",".join(dois), "page[size]": str(PER_QUESTION["DataCite"])}  # the default is 25
    answer = await _ask(net, DATACITE, fields, mail, "DataCite")
    items = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(items, list):
        raise odd_answer("DataCite")
    works = [item for item in items if isinstance(item, dict) and isinstance(item.get("id"), str)]
    return {fold(work["id"]): _datacite_record(work) for work in works}


def _datacite_record(work: dict[str, Any]) -> Record:
    attributes = work.get("attributes")
    titles = attributes.get("titles") if isinstance(attributes, dict) else None
    first = titles[0] if isinstance(titles, list) and titles else None
    return Record(title_of(first.get("title")) if isinstance(first, dict) else None)


async def _ask(net: Net, endpoint: str, fields: dict[str, str], mail: str | None, who: str) -> object:
    query = urlencode(fields | ({"mailto": mail} if mail else {}), safe=":,@/()[]")
    ask = Request(url=f"{endpoint}?{query}", purpose="doi-titles", accept="application/json", max_bytes=_MAX_LIST_BYTES)
    answer: object = (await ask_json(net, ask, who))[1]
    return answer


def _taken_back(work: dict[str, Any], title: str | None) -> str:
    """Tell how a work was taken back, "" if it was not.

    ``update-to`` is in the notice, ``updated-by`` in the work (docs/facts/services.md#crossref). A work that names
    itself in ``update-to`` was turned into its own notice.
    """
    own = fold(work["DOI"])
    for update in _updates(work.get(_UPDATED_BY)):
        if update["type"] in _TAKEN_BACK:
            return _TAKEN_BACK[update["type"]]
    for update in _updates(work.get("update-to")):
        if update["type"] in _TAKEN_BACK and isinstance(update.get("DOI"), str) and fold(update["DOI"]) == own:
            return _TAKEN_BACK[update["type"]]
    marked = _MARKED.match(title or "")
    return marked[1].lower() if marked else ""


def _updates(value: object) -> Iterator[dict[str, Any]]:
    for update in value if isinstance(value, list) else ():
        if isinstance(update, dict) and isinstance(update.get("type"), str):
            yield {**update, "type": update["type"].lower()}


def _list_chunks(dois: Sequence[str], size: int) -> Iterator[list[str]]:
    """Cut DOIs into questions. One with a comma cannot be asked for: there it separates."""
    chunk: list[str] = []
    length = 0
    for doi in dois:
        if "," in doi:
            continue
        wide = 3 * len(doi) if not doi.isascii() else len(doi) + 20
        if chunk and (len(chunk) == size or length + wide > _MAX_LIST_URL):
            yield chunk
            chunk, length = [], 0
        chunk.append(doi)
        length += wide
    if chunk:
        yield chunk


AGENCIES = "https://doi.org/doiRA/"
HANDLES = "https://doi.org/api/handles/"
#: Length of one ``doiRA`` address; 2 kB pass every proxy on the way.
_MAX_URL = 2_000
_MAX_BYTES = 256 * 1024


class Standing(StrEnum):
    """What the registry says about a DOI."""

    REGISTERED = "registered"
    ABSENT = "absent"  # "DOI does not exist", or a handle that is not found
    INVALID = "invalid"  # "Invalid DOI": it cannot be one
    UNKNOWN = "unknown"  # the registry answered and did not say
    SILENT = "silent"  # no usable answer; the registry was asked in vain


@dataclass(frozen=True, slots=True)
class Word:
    """The registry's word on one DOI.

    Attributes:
        standing: what it says.
        agency: who registered it ("Crossref", "DataCite" …), "" if not told.
        status: HTTP status of a useless answer, or None.
    """

    standing: Standing
    agency: str = ""
    status: int | None = None


async def agencies(net: Net, dois: Sequence[str]) -> dict[str, Word]:
    """Ask ``doiRA`` who registered each DOI (lower case), in as few questions as 2 kB addresses allow."""
    words: dict[str, Word] = {}
    for chunk in _chunks(dois):
        url = AGENCIES + ",".join(map(encoded, chunk))
        ask = Request(url=url, purpose="doi-ra", accept="application/json", max_bytes=_MAX_BYTES)
        try:
            response = await net.fetch(ask)
        except NetError as error:
            words |= dict.fromkeys(chunk, Word(Standing.SILENT, status=error.status))
            continue
        told = _told(response)
        if told is None:
            words |= dict.fromkeys(chunk, Word(Standing.SILENT, status=response.status))
        else:
            words |= {doi: told.get(doi, Word(Standing.UNKNOWN)) for doi in chunk}
    return words


async def confirm(net: Net, doi: str) -> Word:
    """Ask the handle API about one DOI. ``responseCode`` decides, and only together with the status it comes with."""
    url = f"{HANDLES}{encoded(doi)}?type=URL"
    try:
        response = await net.fetch(
            Request(url=url, purpose="doi-handle", accept="application/json", max_bytes=_MAX_BYTES)
        )
    except NetError as error:
        return Word(Standing.SILENT, status=error.status)
    answer = _json(response)
    code = answer.get("responseCode") if isinstance(answer, dict) else None
    match code, response.status:
        case 1, 200:
            return Word(Standing.REGISTERED)
        case 100, 404:
            return Word(Standing.ABSENT, status=404)
        case 200, 200:  # the DOI exists and has no web address
            return Word(Standing.UNKNOWN, status=200)
    return Word(Standing.SILENT, status=response.status)


def _chunks(dois: Iterable[str]) -> Iterator[list[str]]:
    """Cut DOIs into lists that fit into one address; a DOI that is too long for one travels alone."""
    chunk: list[str] = []
    length = len(AGENCIES)
    for doi in dict.fromkeys(dois):
        size = len(encoded(doi)) + 1
        if chunk and length + size > _MAX_URL:
            yield chunk
            chunk, length = [], len(AGENCIES)
        chunk.append(doi)
        length += size
    if chunk:
        yield chunk


def _told(response: Response) -> dict[str, Word] | None:
    """Read a ``doiRA`` answer; None if it is none."""
    answer = _json(response) if response.status == 200 and response.complete else None
    if not isinstance(answer, list):
        return None
    words = {}
    for item in answer:
        if not isinstance(item, dict) or not isinstance(item.get("DOI"), str):
            continue
        words[fold(item["DOI"])] = _word(item)
    return words


def _word(item: dict[str, object]) -> Word:
    agency, status = item.get("RA"), item.get("status")
    if isinstance(agency, str) and agency and agency.lower() != "unknown":
        return Word(Standing.REGISTERED, agency)
    match status.strip().lower() if isinstance(status, str) else None:
        case "doi does not exist":
            return Word(Standing.ABSENT)
        case "invalid doi":
            return Word(Standing.INVALID)
    return Word(Standing.UNKNOWN)


def _json(response: Response) -> object:
    try:
        answer: object = json.loads(response.body)
    except (ValueError, RecursionError):
        return None
    return answer
