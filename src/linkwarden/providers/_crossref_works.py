"""How Crossref is asked for works by what stands in a publisher's address instead of a DOI.

Source: Crossref REST API, ``/works`` with the filters ``alternative-id``, ``member`` and ``prefix`` and the query
``query.bibliographic``; ``mailto`` puts a question into the polite pool.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

from linkwarden.providers._registry import title_of
from linkwarden.providers._scholarly import ask_json, mail_address, odd_answer
from linkwarden.text import host_of
from linkwarden.wire import Ask

if TYPE_CHECKING:
    from linkwarden.net import Net

ENDPOINT = "https://api.crossref.org/works"
#: Filters that leave the works of one publisher: IEEE by its number as a member of Crossref, ACM by its DOI prefix.
IEEE = "member:263"
ACM = "prefix:10.1145"
#: PIIs in one question: longer addresses are cut on the way (the list of works can only be asked for by GET).
PIIS_PER_QUESTION = 50
#: Works that are looked at for one title.
_CANDIDATES = 5
_MAX_BYTES = 1024 * 1024
_WHO = "Crossref"
_DOCUMENT = re.compile(r"/document/0*(\d+)(?:/|\Z)", re.ASCII)
_ACM_DOI = re.compile(r"10\.1145/(?:\d+\.)?(\d+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Work:
    """A work that is registered with Crossref.

    Attributes:
        doi: its DOI.
        title: its title, perhaps with markup, or None.
        numbers: the publisher's own numbers of it, in upper case (at Elsevier its PII).
        address: where its DOI leads, or "".
    """

    doi: str
    title: str | None
    numbers: frozenset[str]
    address: str


async def by_pii(net: Net, piis: Sequence[str], contact: str | None) -> dict[str, Work]:
    """Find the works with these PIIs, in one question.

    A PII that is not among them may exist all the same: not every work was registered with its PII.

    Args:
        net: the network.
        piis: at most ``PIIS_PER_QUESTION``, in upper case.
        contact: the user's contact; Crossref wants a mail address.

    Raises:
        NoAnswerError: Crossref gave no usable answer.
    """
    fields = {
        "filter": ",".join(f"alternative-id:{pii}" for pii in piis),
        "select": "DOI,title,alternative-id,resource",
        "rows": str(4 * len(piis)),  # the default is 20; errata and parts may carry the same number
    }
    works = await _ask(net, fields, contact)
    wanted = frozenset(piis)
    return {number: work for work in reversed(works) for number in work.numbers & wanted}


async def by_title(net: Net, title: str, publisher: str, contact: str | None) -> list[Work]:
    """Find the works that are likeliest to have this title; a search engine's answer, so there is always some.

    Crossref does not know a publisher's own numbers, but what a work was registered with holds them
    (``document_number``, ``article_number``), and that is the proof.

    Args:
        net: the network.
        title: a title, perhaps with other words around it.
        publisher: ``IEEE`` or ``ACM``.
        contact: the user's contact.

    Raises:
        NoAnswerError: Crossref gave no usable answer.
    """
    fields = {
        "query.bibliographic": title,
        "filter": publisher,
        "select": "DOI,title,resource",
        "rows": str(_CANDIDATES),
    }
    return await _ask(net, fields, contact)


def document_number(url: str) -> str | None:
    """Give the document number in an address at IEEE Xplore, without leading zeros; None if it has none."""
    if host_of(url) not in ("ieeexplore.ieee.org", "www.ieeexplore.ieee.org"):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    found = _DOCUMENT.search(parts.path)
    if found is not None:
        return found[1] if found[1] != "0" else None
    if not parts.path.endswith(".jsp"):
        return None
    try:
        number = parse_qs(parts.query).get("arnumber", [""])[0].lstrip("0")
    except ValueError:  # more fields than the standard library takes
        return None
    return number if number.isascii() and number.isdecimal() else None


def article_number(doi: str) -> str | None:
    """Give the number that ACM's library has for the work of a DOI, or None if it is not ACM's.

    It is the last part of the DOI: alone for a journal's article, behind the volume's number for a paper of a
    conference [U: seen in the DOIs of either, stated nowhere].
    """
    found = _ACM_DOI.fullmatch(doi)
    return found[1] if found is not None else None


async def _ask(net: Net, fields: dict[str, str], contact: str | None) -> list[Work]:
    mail = mail_address(contact)
    query = urlencode(fields | ({"mailto": mail} if mail else {}), safe=":,@", errors="replace")
    ask = Ask(url=f"{ENDPOINT}?{query}", purpose="crossref-api", accept="application/json", max_bytes=_MAX_BYTES)
    status, answer = await ask_json(net, ask, _WHO)
    message = answer.get("message") if isinstance(answer, dict) else None
    items = message.get("items") if isinstance(message, dict) else None
    if not isinstance(items, list):
        raise odd_answer(_WHO, status)
    return list(_works(items))


def _works(items: list[Any]) -> Iterator[Work]:
    for item in items:
        if not isinstance(item, dict) or not isinstance(item.get("DOI"), str):
            continue
        titles, numbers = item.get("title"), item.get("alternative-id")
        resource = item.get("resource")
        primary = resource.get("primary") if isinstance(resource, dict) else None
        address = primary.get("URL") if isinstance(primary, dict) else None
        yield Work(
            doi=item["DOI"],
            title=title_of(titles[0]) if isinstance(titles, list) and titles else None,
            numbers=frozenset(n.upper() for n in numbers if isinstance(n, str))
            if isinstance(numbers, list)
            else frozenset(),
            address=address if isinstance(address, str) else "",
        )
