"""How reviews ask the Wayback Machine: for what may be told to others, few times, and no longer than it answers."""

from __future__ import annotations

import asyncio
import ipaddress
import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from linkwarden.model import Result
from linkwarden.providers import LoadContext, _signed, signed_url
from linkwarden.providers._signed import advice
from linkwarden.review._cdx import Capture, captures, question
from linkwarden.review._git_dates import lines_added
from linkwarden.text import host_of, mask_secrets
from linkwarden.wire import Ask, NetError, NetErrorKind

if TYPE_CHECKING:
    from linkwarden.net import Net

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
#: Archives do not archive each other.
_ARCHIVES = ("archive.org", "archive.today", "archive.ph", "archive.is", "archive.li", "archive.vn", "archive.md")
#: Names that mean something inside a network only (RFC 6761, RFC 6762, RFC 9476 and common practice).
_INSIDE = frozenset({"local", "localhost", "internal", "intranet", "lan", "home", "corp", "private", "arpa", "onion"})


def may_be_asked(ctx: LoadContext) -> bool:
    """Tell whether a run may ask the archive: a list that needs private networks holds what nobody is to hear of."""
    return ctx.archive and not ctx.allow_networks


async def added_on(root: Path, groups: Sequence[Sequence[Result]]) -> list[datetime | None]:
    """Give for each group of links when the first of them entered its list, as far as git tells."""
    places = [[(o.span.path, o.span.line) for result in group for o in result.target.occurrences] for group in groups]
    lines: dict[str, set[int]] = defaultdict(set)
    for path, line in (place for group in places for place in group):
        lines[path].add(line)
    known = await asyncio.to_thread(lines_added, root, lines) if lines else {}
    return [min((known[place] for place in group if place in known), default=None) for group in places]


class Archive:
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

    async def captures(
        self, url: str, added: datetime | None, *, image: bool = False, oldest: bool = False
    ) -> list[Capture]:
        """Give the captures that come into question (see ``question``); none where the archive did not say."""
        ask = Ask(
            url=question(url, image=image, added=added, oldest=oldest),
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
