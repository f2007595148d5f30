"""From the texts to the ledger: every occurrence of a link is taken in, those of one target together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from linkwarden.inputs import InputError, LeftOut, Source
from linkwarden.model import Anchor, NothingToCheckError, Notice, Occurrence, Suppression
from linkwarden.permalinks import lines_of
from linkwarden.run.dispatch import Dispatch
from linkwarden.run.entry import Entry
from linkwarden.run.ledger import Ledger
from linkwarden.text import target_key

if TYPE_CHECKING:
    from linkwarden.diff import Difference
    from linkwarden.run.expansion import Expansion

#: After so many items of a list, requests get a chance to go out while it is still being read …
_BREATH = 64
#: … then after twice as many, and so on up to this: only what is read can be requested, and registries get their
#: questions when all is read.
_LONGEST_BREATH = 512


class Intake:
    """Reads the lists of a run and hands each new target on to be checked.

    Attributes:
        before: with ``--diff``, what was in the lists before the change; those web links are not checked.
        unchanged: the keys of those.
        expansion: with ``--expand``, reads the repositories that the lists link.
    """

    def __init__(self, ledger: Ledger, dispatch: Dispatch) -> None:
        self._ledger = ledger
        self._dispatch = dispatch
        self.before: Difference | None = None
        self.unchanged: set[str] = set()
        self.expansion: Expansion | None = None

    async def read(self, sources: Iterable[Source] | AsyncIterator[Source | InputError | LeftOut]) -> None:
        """Take in every list.

        Raises:
            NothingToCheckError: none could be read.
        """
        if isinstance(sources, AsyncIterator):
            async for source in sources:
                await self._take(source)
        else:
            for source in sources:
                await self._take(source)
        if not self._ledger.names:
            raise NothingToCheckError("\n".join(self._ledger.unreadable) or "no input", "")

    async def expand(self, steps: int) -> None:
        """Take in the repositories that the lists link, and those that these link, so many steps deep."""
        expansion = self.expansion
        if expansion is None:
            return
        for _ in range(steps):
            async for source in expansion.lists():
                if isinstance(source, Notice):
                    self._ledger.notices.append(source)
                else:
                    await self._take(source)
        for text in expansion.rest():
            self._ledger.hint(text)

    async def _take(self, source: Source | InputError | LeftOut) -> None:
        if isinstance(source, InputError):
            self._ledger.unreadable.append(source.sentence)
            return
        if isinstance(source, LeftOut):
            self._ledger.notices.append(Notice(source.name, 0, source.sentence))
            return
        self._ledger.names.append(source.name)
        self._ledger.sha256[source.name] = source.sha256
        if page := lines_of(source.base_url or ""):
            self._ledger.pages[source.name] = page
        try:
            local = await self._collect(source)
            # Local links need all anchors of the document, which are known only now.
            for entry in local:
                self._dispatch.assign(entry)
            await self._dispatch.settle_offline()
        except Exception as error:  # noqa: BLE001 - one list that cannot be read must not cost the others
            self._ledger.fail(f"reading {source.name}", error)

    async def _collect(self, source: Source) -> list[Entry]:
        """Take in what one list holds; return the entries that are new and have no address to request."""
        local: list[Entry] = []
        links = 0
        anchors: list[Anchor] = []
        if source.extractor.knows_anchors(source.text):
            self._ledger.anchors[Path(source.name)] = anchors
        breath = _BREATH
        for count, item in enumerate(source.parse(), 1):
            match item:
                case Notice():
                    self._ledger.notices.append(item)
                case Suppression():
                    self._ledger.suppressions.append(item)
                case Anchor():
                    anchors.append(item)
                case _:
                    links += 1
                    entry = self._add(item, source)
                    if entry is not None and entry.target.address is None:
                        local.append(entry)
            if count == breath:
                await self._dispatch.settle_offline()
                await self._dispatch.room()
                await asyncio.sleep(0)
                breath += min(breath + _BREATH, _LONGEST_BREATH)
        if not links:
            message = "No links found in this file. `linkwarden extract` shows what is read from it."
            self._ledger.notices.append(Notice(source.name, 1, message))
        return local

    def _add(self, occurrence: Occurrence, source: Source) -> Entry | None:
        """Take in one occurrence; return its entry if the target is new."""
        address = source.address_of(occurrence.url)
        key = target_key(address or occurrence.url, source.name)
        if self.expansion is not None and address is not None and not occurrence.markup.is_image:
            self.expansion.note(address, source.name)
        before = self.before
        if before is not None and address is not None and before.had(key, as_image=occurrence.markup.is_image):
            self.unchanged.add(key)
            return None
        is_new = key not in self._ledger.entries
        entry, needs_check = self._ledger.add(occurrence, key, address, source.name)
        if needs_check and entry.target.address is not None:
            self._dispatch.assign(entry)
        return entry if is_new else None
