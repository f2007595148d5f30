"""Any other page: requested once with GET, judged by its status, where it leads, what it is, and the place named."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache, partial
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import unquote

from linkwarden.answers import rules as http
from linkwarden.answers.conditional import answer_for, fetch_if_changed, with_validators
from linkwarden.answers.copies import copied_instead, shown_in_frame
from linkwarden.answers.image_bytes import sniff, what_else
from linkwarden.answers.pdf import title_of_pdf
from linkwarden.answers.read import RULES, from_response, status_evidence
from linkwarden.answers.redirects import compared, landing_evidence, move_of
from linkwarden.answers.unknowable import site_of
from linkwarden.answers.wellformed import read_xml
from linkwarden.foreign import charset_of
from linkwarden.model import Basis, Claim, Evidence, Fact, Kind, Pass, Rule, Suggestion, Target, Verdict
from linkwarden.patterns import pattern
from linkwarden.providers.base import Example, Provider, by_ident
from linkwarden.records import maker
from linkwarden.soft404.onward import PAGE_BYTES
from linkwarden.soft404.weigh import RULES as SOFT_RULES
from linkwarden.wire import NO_HEADERS, Hop, Request, Response

if TYPE_CHECKING:
    from linkwarden.net import Net
    from linkwarden.soft404.page import Page

ANCHOR_MISSING = Rule(
    "LW530",
    "place-missing-on-page",
    Verdict.DEGRADED,
    "the page is there, but not the place on it that the link names",
    "The part of the URL after `#` names a place on the page. The page was read whole, and no element has that "
    "id. Readers land at the top of the page. Pages that are made by scripts are not judged.",
    "Look for the place on the page and correct the part after `#`, or take it out.",
)

NOT_WHAT_IT_SAYS = Rule(
    "LW531",
    "not-what-its-type-says",
    Verdict.SUSPECT,
    "the file is not what its type says, so browsers cannot show it",
    "The server says 200 OK and calls the response a PDF, an archive, an image or a film, but what it sends "
    "is empty, an HTML page or text, as error pages are. Or it calls a file of that kind an HTML page, and readers see "
    "its bytes as letters.",
    "Open the URL in a browser. If the file is gone, find its new URL or an archived copy.",
)
BAD_XML = Rule(
    "LW532",
    "xml-not-well-formed",
    Verdict.DEGRADED,
    "browsers show an error message, because the XML is not well-formed",
    "The document was read whole, and it breaks the rules of XML. Browsers show an error message in its place, or its "
    "beginning only.",
    "Tell the site's owner, or link to another form of the document.",
)
ANOTHER_COPY = Rule(
    "LW533",
    "copy-of-another-page",
    Verdict.UNVERIFIED,
    "the archive shows a copy of another page in its place",
    "The web archive has no copy of this very URL. It shows that of one with the same path and another query, which "
    "may be the same file, or another. The archive itself says so, in its header `Link`.",
    "Look whether the copy is the page that you mean.",
)

#: Larger pages are judged in a thread, beside which the run goes on.
_LARGE = 16_384
#: Pages are read this far for their title and for bot protection …
_BYTES = 65_536
#: … and this far where a place on the page is looked for.
_BYTES_FOR_PLACES = 1_048_576
#: Pages that send their readers on (``<meta http-equiv="refresh">``) are followed this far; browsers go on for ever.
_MOST_REFRESHES = 5

_COLAB = pattern(r"https?://colab\.research\.google\.com/(github|gist)/([^?#]+)", re.IGNORECASE)

#: Fragments that name no place in the page's source: routes, key=value pairs, text fragments, lines and ranges of
#: lines, comments (often loaded later), and the two that always work (HTML standard, "scroll to the fragment").
_NO_PLACE = pattern(
    r"\A(?:[/!]|:~:|L\d|top\Z|\d+(?:-\d+)?\Z|(?:comment|disqus|reply|answer|respond|post|p)[-_]?\d*\Z)|[=&/?]",
    re.IGNORECASE,
)
#: GitHub and those who render as it does put this before the ids of a document (docs/facts/http-answers.md#fragments).
_PREFIX = "user-content-"
#: Types whose files have signatures, so that text under such a type is none of them.
_FILE_TYPES = pattern(
    r"application/(?:(?:x-)?pdf|(?:x-)?zip(?:-compressed)?|epub\+zip|java-archive|(?:x-)?7z-compressed|x-rar-compressed"
    r"|vnd\.rar|vnd\.openxmlformats-.*)|image/(?:png|jpe?g|gif|webp|avif|bmp)|video/(?:mp4|webm|ogg|quicktime|x-matroska)"
    r"|audio/(?:mpeg|mp4|ogg|flac|wav|x-wav|webm)"
)
#: Files that are sent as text by mistake, by how they begin.
_FILE_BEGINS = (
    *((b"%PDF-", "a PDF"), (b"PK\x03\x04", "a ZIP file"), (b"\x1f\x8b\x08", "a gzip file"), (b"\x89PNG", "a PNG")),
    *((b"\xff\xd8\xff", "a JPEG"), (b"GIF89a", "a GIF"), (b"7z\xbc\xaf\x27\x1c", "a 7z file")),
)
_NOTHING_TO_SEE = "The server sends a page with nothing to see."
_XML_TYPES = pattern(r"(?:application|text)/xml|application/(?:[\w.-]+\+)xml")
#: A PDF's mark may stand behind some other bytes (ISO 32000-1, annex H, note 13).
_PDF_WITHIN = 1024

_new_request = maker(Request)


class WebProvider(Provider):
    """Takes every http(s) URL that nobody else has taken."""

    name: ClassVar[str] = "web"
    rank: ClassVar[int] = 1000
    kind: ClassVar[Kind] = Kind.PAGE
    rules: ClassVar[tuple[Rule, ...]] = (*RULES, ANCHOR_MISSING, NOT_WHAT_IT_SAYS, BAD_XML, ANOTHER_COPY, *SOFT_RULES)
    examples: ClassVar[tuple[Example, ...]] = (
        Example("https://example.org/a?b=c", "https://example.org/a?b=c"),
        Example("http://example.org/guide#install", "http://example.org/guide"),
    )

    def looks_at(self, host: str) -> bool:
        return bool(host)

    def claim(self, target: Target) -> str | None:
        """Take any http(s) URL; the ident is the URL without its fragment, so that a page is requested once."""
        return None if target.address is None else target.address.partition("#")[0]

    async def check(self, claims: Sequence[Claim], net: Net, now: datetime) -> AsyncIterator[Evidence | Pass]:
        """Request each page once and judge every link to it."""
        del now
        for url, group in by_ident(claims).items():
            settled = _without_request(url, group)
            if settled is not None:
                for item in settled:
                    yield item
                continue
            answer = await answer_for(self.name, url, group, net, partial(_read, url, group, net))
            if isinstance(answer, list):
                judged = answer
            elif len(answer.body) > _LARGE:
                judged = await asyncio.to_thread(_judge, group, answer)
            else:
                judged = _judge(group, answer)
            for evidence in judged:
                yield evidence


def _judge(group: Sequence[Claim], response: Response) -> list[Evidence]:
    """Return the evidence for each link to a page; the page is read once."""
    from linkwarden.soft404.judge import judge_page, judge_text  # noqa: PLC0415 - an offline run reads no pages

    page = _page_of(response)
    found = []
    for claim in group:
        evidence = page_evidence(claim, response, page)
        if _was_seen(evidence) or (page is not None and evidence.reason == _NOTHING_TO_SEE):
            evidence = judge_page(claim, page, evidence) if page is not None else judge_text(claim, response, evidence)
        if page is not None and page.paper is not None and _was_seen(evidence):
            evidence = replace(evidence, paper=page.paper)
        found.append(with_validators(evidence, response))
    return found


def _was_seen(evidence: Evidence) -> bool:
    """Return whether the page was seen, so that what it says is left to look at."""
    return evidence.rule is None or evidence.rule.verdict in (Verdict.MOVED, Verdict.DEGRADED)


def _without_request(url: str, group: Sequence[Claim]) -> list[Evidence | Pass] | None:
    """Return what needs no request: notebooks that are shown from elsewhere, and sites that never tell."""
    notebook = _COLAB.match(url)
    if notebook is not None:
        host = {"github": "github.com", "gist": "gist.github.com"}[notebook.group(1).lower()]
        return [Pass(claim.target.key, instead=f"https://{host}/{notebook.group(2)}") for claim in group]
    site = site_of(url)
    return None if site is None or site.asked else [site.evidence(claim) for claim in group]


async def _read(url: str, group: Sequence[Claim], net: Net) -> Response:
    """Fetch a page as far as its links need it read.

    Raises:
        NetError: there was no answer.
    """
    names_place = any(_place_named(claim) for claim in group)
    max_bytes = _BYTES_FOR_PLACES if names_place else _BYTES
    request = _new_request(url=url, purpose="page", max_bytes=max_bytes)
    return await fetch_if_changed(request, group, lambda sent: follow(sent, net))


async def follow(request: Request, net: Net) -> Response:
    """Fetch a page, and those that it sends its readers on to at once, whatever its status.

    Raises:
        NetError: there was no answer.
    """
    response = await net.fetch(request)
    for _ in range(_MOST_REFRESHES):
        onward = shown_in_frame(response)
        if onward is None and not _stays(response):
            large = len(response.body) > _LARGE
            onward = await asyncio.to_thread(_sends_on_to, response) if large else _sends_on_to(response)
        if onward is None or onward in (hop.url for hop in response.hops):
            break
        hop = Hop(response.url, response.status, onward)
        following = await net.fetch(replace(request, url=onward, headers=NO_HEADERS))  # conditions: the first page's
        response = replace(following, hops=(*response.hops, hop, *following.hops))
    return response


#: Charsets in which the letters of ASCII are those bytes, as those of nearly all pages that name one.
_LIKE_ASCII = pattern(r"charset\s*=\s*[\"']?(?:utf-?8|iso-8859-\d+|windows-125\d|us-ascii)", re.IGNORECASE)
#: What is longer is no usual Content-Type, and is not kept.
_LONGEST_TYPE = 100


def _sends_on_to(response: Response) -> str | None:
    page = _page_of(response)
    return page.sends_on_to if page else None


def _stays(response: Response) -> bool:
    """Return whether a page cannot send its readers on, by its bytes: nearly none can, and this spares decoding it."""
    said = response.headers.get("content-type", "")
    if "refresh" in response.headers or len(said) > _LONGEST_TYPE or not _is_like_ascii(said):
        return False
    low = response.body.lower()
    by_script = len(low) <= PAGE_BYTES and b"location" in low
    return not by_script and b"\0" not in low and b"refresh" not in low  # UTF-16 is full of NULs


@lru_cache(maxsize=256)  # servers use few
def _is_like_ascii(said: str) -> bool:
    return "charset" not in said.lower() or _LIKE_ASCII.search(said) is not None


def _page_of(response: Response) -> Page | None:
    from linkwarden.soft404.page import Page, is_html  # noqa: PLC0415 - an offline run reads no pages

    return Page(response) if is_html(response) else None


def page_evidence(claim: Claim, response: Response, page: Page | None) -> Evidence:
    """Return the evidence for one link that the response for its page gives.

    Args:
        claim: the link.
        response: the response.
        page: the response as HTML, or None if it is something else (a PDF, say).
    """
    bad = status_evidence(claim, response) or landing_evidence(claim, response) or _another_copy(claim, response)
    if bad is not None:
        return bad
    from linkwarden.soft404.log_in import asks_to_log_in  # noqa: PLC0415 - with it

    title = page.title if page else title_of_pdf(response)
    if response.status < 300:  # 300 needs no body
        flaw = _page_flaw(claim, response, page) if page else _file_flaw(claim, response)
        if flaw is not None:
            return flaw
    if page and asks_to_log_in(claim.target, page):
        return from_response(claim, response, http.LOG_IN_REQUIRED, "The page asks readers to log in.", title=title)
    missing = _missing_place(claim, response, page) if page else None
    if missing is not None:
        return replace(missing, title=title)
    better = move_of(claim.target.address or "", response)
    if better is not None:
        better = compared(better, claim.target, title, page.canonical if page else None)
        reason = "The page has a new permanent URL."
        return from_response(claim, response, http.MOVED_PERMANENTLY, reason, suggestion=better, title=title)
    return from_response(claim, response, title=title)


def _another_copy(claim: Claim, response: Response) -> Evidence | None:
    """Return the evidence for a web archive's copy of another page than the one that the link names, or None."""
    original = copied_instead(response)
    if original is None:
        return None
    reason = "The web archive shows a copy of another page in its place."
    return from_response(claim, response, ANOTHER_COPY, reason, facts=(Fact("a copy of this page", url=original),))


def _page_flaw(claim: Claim, response: Response, page: Page) -> Evidence | None:
    """Return the evidence for HTML that shows readers nothing, or that is another kind of file."""
    if not response.body.strip():
        return _empty(claim, response)
    other = _begins_as(response.body)
    if other is not None:
        reason = f"The server calls {other} an HTML page, so readers see its bytes as letters."
        return from_response(claim, response, NOT_WHAT_IT_SAYS, reason)
    if page.shows_nothing:
        return from_response(claim, response, http.ODD_ANSWER, _NOTHING_TO_SEE)
    return _xml_flaw(claim, response) if response.media_type == "application/xhtml+xml" else None


def _file_flaw(claim: Claim, response: Response) -> Evidence | None:
    """Return the evidence for a file that is empty, not what its type says, or XML that browsers cannot read."""
    body, said = response.body, response.media_type
    is_file = _FILE_TYPES.fullmatch(said) is not None
    if not body.strip():
        if is_file and response.complete:
            return from_response(claim, response, NOT_WHAT_IT_SAYS, f"The server sends an empty file ({said}).")
        return None if said.startswith("text/") or "javascript" in said else _empty(claim, response)
    if is_file and not (said.endswith("pdf") and b"%PDF-" in body[:_PDF_WITHIN]):
        other = None if sniff(body) else what_else(body, "")
        if other in ("an HTML page", "an XML document", "a JSON document", "text"):
            reason = f"The server calls the file {said} and sends {other}."
            return from_response(claim, response, NOT_WHAT_IT_SAYS, reason)
    if said == "text/plain" and body.startswith(b"%PDF-"):
        reason = "The server calls a PDF plain text, so readers see its bytes as letters."
        return from_response(claim, response, NOT_WHAT_IT_SAYS, reason)
    return _xml_flaw(claim, response) if _XML_TYPES.fullmatch(said) else None


def _empty(claim: Claim, response: Response) -> Evidence:
    if response.complete:
        return from_response(claim, response, http.ODD_ANSWER, "The server sends an empty page.")
    return from_response(claim, response, http.CONNECTION_BROKEN, "The transfer of the page broke off.")


def _begins_as(body: bytes) -> str | None:
    """Return the kind of file that a body begins as, if it is one that is never HTML."""
    return next((name for begin, name in _FILE_BEGINS if body.startswith(begin)), None)


def _xml_flaw(claim: Claim, response: Response) -> Evidence | None:
    """Return the evidence for an XML document at which browsers show an error message."""
    charset = charset_of(response.headers.get("content-type", ""))
    reading = read_xml(response.body, charset) if response.complete else None
    if reading is None or not reading.flaw:
        return None
    reason = f"Browsers show an error message: the XML is not well-formed ({reading.flaw})."
    return from_response(claim, response, BAD_XML, reason)


def _place_named(claim: Claim, response: Response | None = None) -> str | None:
    """Return the fragment of a link if it names a place that the page's source must hold, as written, else None.

    The fragment of a redirect takes the place of the link's (RFC 9110 section 10.2.2).
    """
    _, _, fragment = (claim.target.address or "").partition("#")
    if fragment and response is not None:
        fragment = response.url.partition("#")[2] or fragment
    fragment = fragment.partition(":~:")[0]
    return fragment if fragment and not _NO_PLACE.search(unquote(fragment)) else None


def _missing_place(claim: Claim, response: Response, page: Page) -> Evidence | None:
    """Return the evidence for a place that is certainly not on its page, or None."""
    name = _place_named(claim, response)
    if name is None or not response.complete:
        return None
    anchors = page.anchors
    wanted = {name, unquote(name), _PREFIX + name, _PREFIX + unquote(name)}
    if wanted & anchors or not anchors or page.made_by_scripts:
        return None
    near = sorted(a for a in anchors if a.casefold() == unquote(name).casefold())
    better = None
    reason = f'The page is there, but it has no place called "{unquote(name)[:80]}".'
    base, _, own = (claim.target.address or "").partition("#")
    if name != own.partition(":~:")[0]:
        reason = f'The site redirects to a place called "{unquote(name)[:80]}", which its page does not have.'
    elif near:
        better = Suggestion(f"{base}#{near[0]}", "the page has this place, written in another case", Basis.NEAREST)
    facts = (Fact(f"{len(anchors)} places with a name on the page"),)
    return from_response(claim, response, ANCHOR_MISSING, reason, suggestion=better, facts=facts)
