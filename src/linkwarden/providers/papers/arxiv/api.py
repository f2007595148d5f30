"""How arXiv's query API is asked, and how its response is read without trusting it.

Source: arXiv API User's Manual (``info.arxiv.org/help/api``), arXiv's terms of use for its APIs (one connection,
three seconds between requests: kept by ``net``), and answers recorded in 2026.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import field, replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from linkwarden.patterns import pattern
from linkwarden.providers import registry
from linkwarden.providers.papers._arxiv_ids import Form, read, split_version
from linkwarden.providers.registry import Reply
from linkwarden.records import dataclass

if TYPE_CHECKING:
    from linkwarden.net import Net

ENDPOINT = "https://export.arxiv.org/api/query"
#: A paper that arXiv certainly has: "Attention Is All You Need" is among the most cited of all, is in no current
#: month, and was never withdrawn. It rides along in each query. arXiv sometimes answers 200 with too few entries,
#: or none; a response without this paper proves nothing about the papers that are missing from it.
CANARY = "1706.03762"
#: Identifiers in one query, the canary included; 100 to 200 is customary, and the response stays near 1 MB.
PER_QUERY = 200
#: 200 entries with abstracts and long author lists (collaborations of 3,000 names) stay well below this.
MAX_BYTES = 16 * 1024 * 1024
#: Longest list that travels in the URL; servers cut URLs at 8 kB, the manual advises POST for long ones.
_MAX_GET = 4_000
#: Queries that one call may cost when arXiv refuses identifiers; at three seconds each this is half a minute.
_MAX_QUERIES = 10

_FEED = "application/atom+xml"
_ATOM = "{http://www.w3.org/2005/Atom}"
_SEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"
_ARXIV = "{http://arxiv.org/schemas/atom}"
# Comments are free text: "withdrawn from ICLR" tells about a conference, not about the paper at arXiv.
_COMMENT_WITHDRAWN = pattern(r"\bwithdrawn\b(?!\s+from\s+(?!(?:the\s+)?arxiv))", re.IGNORECASE)
# An abstract that is replaced by a notice begins with it; "withdrawn" further on is the paper's own topic.
_ABSTRACT_WITHDRAWN = pattern(
    r"(?:withdrawn\b|(?:this|the|our)\s+(?:\w+\s+){0,2}?(?:paper|article|submission|manuscript|preprint|letter|note|work)"
    r"\s+(?:is|was|has|had)\b[^.]{0,40}?\bwithdrawn\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Paper:
    """One version of a paper as the API describes it.

    Attributes:
        base: canonical identifier without version.
        version: the version described.
        title: on one line; LaTeX is left as it is.
        withdrawn: its comment or abstract says that it is withdrawn (the API has no flag for it).
    """

    base: str
    version: int
    title: str
    withdrawn: bool


class Papers:
    """What arXiv was seen to have."""

    def __init__(self, papers: Sequence[Paper] = ()) -> None:
        self._by_base: dict[str, dict[int, Paper]] = {}
        self.add(papers)

    def add(self, papers: Sequence[Paper]) -> None:
        """Take more papers in."""
        for paper in papers:
            self._by_base.setdefault(paper.base, {})[paper.version] = paper

    def find(self, ident: str) -> Paper | None:
        """Return the paper of an identifier: that very version, or the newest seen where none is named."""
        base, version = split_version(ident)
        versions = self._by_base.get(base, {})
        return versions.get(max(versions, default=0) if version is None else version)

    def newest(self, ident: str) -> Paper | None:
        """Return the newest version seen of the paper that an identifier names, whatever version it names."""
        return self.find(split_version(ident)[0])


@dataclass(slots=True)
class Answer:
    """What came of asking for some identifiers.

    Attributes:
        papers: what arXiv has.
        absent: identifiers that a complete response, canary included, did not hold.
        unknown: for identifiers about which nothing was learnt, the useless response.
        denied: arXiv has shut us out; it must not be asked again in this run.
    """

    papers: Papers = field(default_factory=Papers)
    absent: list[str] = field(default_factory=list)
    unknown: dict[str, Reply] = field(default_factory=dict)
    denied: bool = False


class _RefusedError(Exception):
    """arXiv answered 400: one of the identifiers is none to it; ``named`` says which, if it does."""

    def __init__(self, named: str | None) -> None:
        super().__init__(named)
        self.named = named


class _UselessError(Exception):
    """There is no response that proves anything."""

    def __init__(self, reply: Reply, because: str = "") -> None:
        super().__init__(because)
        self.reply = replace(reply, because=because)


async def ask(net: Net, idents: Sequence[str]) -> Answer:
    """Ask which of the identifiers arXiv has, in one query for each ``PER_QUERY - 1`` of them.

    An identifier that arXiv refuses to read (400 for the whole query) is left out and the others are asked again.
    """
    answer = Answer()
    step = PER_QUERY - 1
    pending = [list(idents[i : i + step]) for i in range(0, len(idents), step)]
    budget = len(pending) + _MAX_QUERIES
    while pending:
        chunk = pending.pop(0)
        budget -= 1
        if answer.denied or budget < 0:
            refused = Reply(ENDPOINT, because="refused earlier requests of this run")
            answer.unknown |= dict.fromkeys(chunk, refused)
            continue
        try:
            papers, complete, reply = await _query(net, chunk)
        except _RefusedError as refusal:
            pending.extend(_without(chunk, refusal.named, answer))
        except _UselessError as failure:
            answer.denied |= failure.reply.status == 403
            answer.unknown |= dict.fromkeys(chunk, failure.reply)
        else:
            answer.papers.add(papers)
            missing = [ident for ident in chunk if answer.papers.find(ident) is None]
            if complete:
                answer.absent += missing
            else:
                answer.unknown |= dict.fromkeys(missing, replace(reply, because="sent fewer papers than it announced"))
    return answer


async def by_titles(net: Net, titles: Sequence[str]) -> list[Paper]:
    """Search for papers with these titles, in one query; what comes back may have other titles with the same words.

    That a paper is not among them proves nothing: the search has its own idea of words, and gaps.

    Args:
        net: the network.
        titles: as words, without punctuation or TeX; a few.
    """
    terms = " OR ".join(f'ti:"{title}"' for title in titles)
    # Each title's own paper, and some that have it in theirs.
    fields = {"search_query": terms, "start": 0, "max_results": 5 * len(titles)}
    try:
        feed = _feed(await _ask(net, urlencode(fields)))
    except (_UselessError, _RefusedError):
        return []
    return [paper for entry in feed.iter(f"{_ATOM}entry") if (paper := _paper(entry)) is not None]


def _without(chunk: list[str], named: str | None, answer: Answer) -> list[list[str]]:
    """Return what is left to ask after a refusal, with the culprit set aside if it is known, else two halves."""
    culprit = named if named in chunk else None
    if culprit is None and len(chunk) == 1:
        culprit = chunk[0]
    if culprit is None:
        middle = len(chunk) // 2
        return [chunk[:middle], chunk[middle:]]
    answer.unknown[culprit] = Reply(ENDPOINT, because="did not accept this identifier")
    rest = [ident for ident in chunk if ident != culprit]
    return [rest] if rest else []


async def _query(net: Net, idents: Sequence[str]) -> tuple[list[Paper], bool, Reply]:
    """Return the papers in one response, whether they are all that arXiv found, and the response.

    Raises:
        _RefusedError: arXiv cannot read one of the identifiers.
        _UselessError: there is no trustworthy response.
    """
    wanted = list(dict.fromkeys([*idents, CANARY]))
    # Without max_results the API answers with ten entries, however many identifiers it was given.
    query = urlencode({"id_list": ",".join(wanted), "start": 0, "max_results": len(wanted)}, safe=",/")
    reply = await _ask(net, query)
    feed = _feed(reply)
    papers = [paper for entry in feed.iter(f"{_ATOM}entry") if (paper := _paper(entry)) is not None]
    if Papers(papers).find(CANARY) is None:
        raise _UselessError(reply, "did not list a paper that it certainly has")
    total = feed.findtext(f"{_SEARCH}totalResults", "").strip()
    return papers, re.fullmatch(r"[0-9]{1,9}", total) is not None and int(total) <= len(papers), reply


async def _ask(net: Net, query: str) -> Reply:
    if len(query) <= _MAX_GET:
        return await registry.ask(net, f"{ENDPOINT}?{query}", "arxiv-api", accept=_FEED, max_bytes=MAX_BYTES)
    return await registry.ask(
        net,
        ENDPOINT,
        "arxiv-api",
        method="POST",
        accept=_FEED,
        body=query.encode(),
        headers={"content-type": "application/x-www-form-urlencoded"},
        max_bytes=MAX_BYTES,
    )


def _feed(reply: Reply) -> ET.Element:
    """Read a response as an Atom feed; status 400 with an error entry is a refusal."""
    response = reply.response
    if response is None or response.status not in (200, 400):
        raise _UselessError(reply)
    if not response.complete:
        raise _UselessError(reply, "broke off its response")
    try:
        text = response.body.decode("utf-8")
        # Feeds have no document type, so one means that this is a web page, or an attempt at entity expansion.
        if re.search(r"<!(?:DOCTYPE|ENTITY)", text, re.IGNORECASE):
            raise _UselessError(reply, "answered with a web page")
        feed = ET.fromstring(text)  # noqa: S314 - no document type, hence no entities; the size is capped
    except (ET.ParseError, ValueError):
        raise _UselessError(reply) from None
    if feed.tag != f"{_ATOM}feed":
        raise _UselessError(reply)
    error = re.search(r"/api/errors#(\S*)", feed.findtext(f"{_ATOM}entry/{_ATOM}id", ""))
    if error is not None and "incorrect_id_format" in error[1]:
        raise _RefusedError(error[1].partition("_for_")[2] or None)
    if reply.status == 400 or error is not None:
        raise _RefusedError(None)
    return feed


def _paper(entry: ET.Element) -> Paper | None:
    """Read one entry; None if it is not about a paper."""
    _, found, written = entry.findtext(f"{_ATOM}id", "").strip().partition("/abs/")
    ref = read(written, Form.ABS) if found else None
    if ref is None or ref.problem is not None:
        return None
    comment = " ".join(entry.findtext(f"{_ARXIV}comment", "").split())
    abstract = entry.findtext(f"{_ATOM}summary", "").strip()
    return Paper(
        base=ref.base,
        version=ref.version or 1,
        title=" ".join(entry.findtext(f"{_ATOM}title", "").split()),
        withdrawn=bool(_COMMENT_WITHDRAWN.search(comment) or _ABSTRACT_WITHDRAWN.match(abstract)),
    )
