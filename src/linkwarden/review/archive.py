"""The Wayback Machine for what is lost: the copy from before a link entered the list, or else the newest good one."""

from __future__ import annotations

import asyncio
import ipaddress
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from linkwarden.model import Evidence, Fact, Result, Suggestion
from linkwarden.providers import _signed, signed_url
from linkwarden.providers._signed import advice
from linkwarden.review._asking import FAILING
from linkwarden.review._base import Review
from linkwarden.review._cdx import Capture, best, captures, question
from linkwarden.review._git_dates import lines_added
from linkwarden.text import host_of, mask_secrets
from linkwarden.wire import Ask, NetError, NetErrorKind

if TYPE_CHECKING:
    from linkwarden.net import Net

#: Questions in one run: at the archive's 24 a minute, two minutes of waiting.
MAX_LOOKUPS = 50
#: Seconds for all questions of a run, however slowly they are answered …
MAX_SECONDS = 180.0
#: … and how much of ``--max-time``, if there is one.
SHARE_OF_MAX_TIME = 0.25
#: After so many questions in a row without an answer the archive is taken to be down.
_MAX_SILENCES = 2
_ANSWER_BYTES = 65_536

#: What the index says of a site whose owner keeps it out of the archive [O].
_EXCLUDED = re.compile(rb"Blocked Site|AccessControlException", re.IGNORECASE)
#: Failures that the next question would meet as well.
_HOPELESS = frozenset(
    {NetErrorKind.COOLDOWN, NetErrorKind.GIVEN_UP, NetErrorKind.BUDGET, NetErrorKind.NXDOMAIN, NetErrorKind.BLOCKED}
)
#: Who checked what never was anywhere: misspelt addresses, and identifiers of registries that never forget one.
_NEVER_WAS = frozenset({"malformed", "arxiv-id", "arxiv", "doi"})
#: Findings about a page that is there: for members only (LW205), or of another paper (LW801, ``papers``).
_STILL_THERE = frozenset({signed_url.PRIVATE.code, "LW801"})
#: Archives do not archive each other.
_ARCHIVES = ("archive.org", "archive.today", "archive.ph", "archive.is", "archive.li", "archive.vn", "archive.md")
#: Names that mean something inside a network only (RFC 6761, RFC 6762, RFC 9476 and common practice).
_INSIDE = frozenset({"local", "localhost", "internal", "intranet", "lan", "home", "corp", "private", "arpa", "onion"})


@dataclass(slots=True)
class _Lookup:
    """One question to the archive, and the links that wait for its answer."""

    url: str
    image: bool
    results: list[Result] = field(default_factory=list)

    @property
    def urgent(self) -> bool:
        """True if one of the links has no suggestion at all."""
        return any(result.judgement.suggestion is None for result in self.results)


class ArchiveReview(Review):
    """Offers archived copies of what is broken, expired or suspect and has no safe suggestion."""

    name: ClassVar[str] = "archive"
    rank: ClassVar[int] = 90
    doing: ClassVar[str] = "looking for archived copies"

    async def look(self, results: Sequence[Result], net: Net, now: datetime) -> AsyncIterator[Evidence]:
        """Look up one address after the other, those without any suggestion first; a failed lookup says nothing."""
        del now
        # A list that needs private networks holds addresses that nobody outside should hear of.
        if not self.ctx.archive or self.ctx.allow_networks:
            return
        lookups = sorted(_lookups(results), key=lambda lookup: not lookup.urgent)
        chosen = lookups[:MAX_LOOKUPS]
        added = await self._dates(chosen)
        archive = _Archive(net)
        for at, lookup in enumerate(chosen):
            if archive.closed:
                break
            found = best(await archive.captures(lookup, added[at]), added[at])
            if found is not None:
                for result in lookup.results:
                    yield _with_copy(result, lookup, *found)
        self._say_what_is_left(len(lookups) - archive.answered, archive)

    async def _dates(self, lookups: Sequence[_Lookup]) -> list[datetime | None]:
        """Give for each lookup when the first of its links entered the list, as far as git tells."""
        lines: dict[str, set[int]] = defaultdict(set)
        for lookup in lookups:
            for path, line in _places(lookup):
                lines[path].add(line)
        if not lines:
            return []
        known = await asyncio.to_thread(lines_added, self.ctx.root, lines)
        return [min((known[p] for p in _places(lookup) if p in known), default=None) for lookup in lookups]

    def _say_what_is_left(self, count: int, archive: _Archive) -> None:
        if count <= 0:
            return
        why = archive.closed or "it did not answer"
        if not archive.closed and archive.answered == MAX_LOOKUPS:
            why = f"one run asks at most {MAX_LOOKUPS} times, because it wants few questions a minute"
        things = "1 lost address was" if count == 1 else f"{count} lost addresses were"
        self.ctx.hint(f"{things} not looked up in the Internet Archive: {why}. `--no-archive` looks nothing up.")


class _Archive:
    """Asks the index, and notices when to stop.

    Attributes:
        answered: questions that were answered.
        closed: why nothing more is asked, one clause, or "".
    """

    def __init__(self, net: Net) -> None:
        self.answered = 0
        self.closed = ""
        self._net = net
        self._silences = 0
        limit = net.policy.max_time
        self._seconds = MAX_SECONDS if limit is None else min(MAX_SECONDS, limit * SHARE_OF_MAX_TIME)
        self._began = asyncio.get_running_loop().time()

    async def captures(self, lookup: _Lookup, added: datetime | None) -> list[Capture]:
        """Give the captures that come into question; none where the archive did not say."""
        ask = Ask(
            url=question(lookup.url, image=lookup.image, added=added),
            purpose="archive",
            accept="application/json",
            max_bytes=_ANSWER_BYTES,
            attempts=2,
        )
        found: list[Capture] | None = None
        try:
            response = await self._net.fetch(ask)
            if response.status == 403 and _EXCLUDED.search(response.body):
                found = []
            elif response.status == 200:
                found = captures(response.body)
        except NetError as error:
            if error.kind in _HOPELESS:
                self.closed = "the time was used up" if error.kind is NetErrorKind.BUDGET else "it did not answer"
        except ValueError:
            pass  # a page of words in place of the table
        self._count(found)
        return found or []

    def _count(self, found: list[Capture] | None) -> None:
        self.answered += found is not None
        self._silences = 0 if found is not None else self._silences + 1
        if self._silences >= _MAX_SILENCES:
            self.closed = self.closed or "it did not answer"
        elif asyncio.get_running_loop().time() - self._began > self._seconds:
            self.closed = self.closed or "it answers too slowly"


def _lookups(results: Sequence[Result]) -> list[_Lookup]:
    """Give the questions that the lost links of a run call for, in source order."""
    found: dict[tuple[str, bool], _Lookup] = {}
    for result in results:
        rule, suggestion = result.judgement.rule, result.judgement.suggestion
        if result.judgement.verdict not in FAILING or (suggestion is not None and suggestion.safe):
            continue
        if rule is not None and rule.code in _STILL_THERE:
            continue
        url = archived_under(result)
        if url is not None:
            key = url, result.target.is_image
            found.setdefault(key, _Lookup(*key)).results.append(result)
    return list(found.values())


def archived_under(result: Result) -> str | None:
    """Give the address under which an archive may have a lost link's target; None where none can have it.

    Addresses that are private or carry secrets are told to nobody. Of signed ones, the same file without the
    signature is most likely to have been archived, unless its site gives nothing out without one.
    """
    url = (result.target.address or "").partition("#")[0]
    if not url or result.evidence.checked_by in _NEVER_WAS or not _is_public_name(host_of(url)):
        return None
    if signed_url.is_signed(url):
        address = _signed.parse(url)
        if address is None or advice.site_of(address) is not None:
            return None
        url = url.partition("?")[0]
    return url if mask_secrets(url) == url else None


def _is_public_name(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        pass
    is_archive = any(host == name or host.endswith(f".{name}") for name in _ARCHIVES)
    return "." in host and host.rpartition(".")[2] not in _INSIDE and not is_archive


def _places(lookup: _Lookup) -> list[tuple[str, int]]:
    return [(o.span.path, o.span.line) for result in lookup.results for o in result.target.occurrences]


def _with_copy(result: Result, lookup: _Lookup, capture: Capture, why: str) -> Evidence:
    """Offer a copy; a link that has a suggestion already keeps it, and the copy is told as a fact."""
    _, mark, fragment = (result.target.address or "").partition("#")
    url = capture.address(lookup.url, image=lookup.image) + ("" if lookup.image else mark + fragment)
    evidence = replace(
        result.evidence, facts=(*result.evidence.facts, Fact(f"copy in the Internet Archive: {why}", url))
    )
    if result.judgement.suggestion is not None:
        return evidence
    return replace(evidence, suggestion=Suggestion(url, why))
