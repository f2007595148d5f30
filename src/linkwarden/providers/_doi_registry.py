"""How the DOI system is asked whether it knows a DOI: ``doiRA`` for many at once, the handle API for a second opinion.

Source: DOI Handbook, "Resolution" (``doi.org/doiRA``, ``doi.org/api/handles``). Both answer for every registration
agency alike. What an answer does not say plainly counts as unknown.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from linkwarden.providers._doi_urls import encoded, fold
from linkwarden.wire import Ask, NetError, Response

if TYPE_CHECKING:
    from linkwarden.net import Net

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
        ask = Ask(url=url, purpose="doi-ra", accept="application/json", max_bytes=_MAX_BYTES)
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
        response = await net.fetch(Ask(url=url, purpose="doi-handle", accept="application/json", max_bytes=_MAX_BYTES))
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
