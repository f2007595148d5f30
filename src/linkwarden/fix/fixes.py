"""The edits of all documents of a run: planned, shown as a patch, written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from linkwarden.fix.edits import plan
from linkwarden.fix.files import Document, open_document, refuse_unsafe, write_document
from linkwarden.fix.parts import LONG
from linkwarden.fix.removal import Dead
from linkwarden.fix.wanted import Dropped, Edit, Plan, Wanted, Wish
from linkwarden.fix.wishes import Wishes
from linkwarden.inputs import Reading
from linkwarden.model import Extracted, Occurrence, UsageError
from linkwarden.records import dataclass


@dataclass(frozen=True, slots=True)
class Planned:
    """A document and what is done with it."""

    document: Document
    plan: Plan

    @property
    def edits(self) -> tuple[Edit, ...]:
        """In the order of the text."""
        return self.plan.edits

    @property
    def dropped(self) -> tuple[Dropped, ...]:
        """The replacements that cannot be made, each with the reason."""
        return self.plan.dropped

    def with_some(self, keep: Callable[[Edit], bool]) -> Planned:
        """Return the document with some of its edits only, proved again."""
        kept = [edit for edit in self.edits if keep(edit)]
        if len(kept) == len(self.edits):
            return self
        urls = {edit.start: edit.wanted for edit in kept if not edit.removed}

        def wish(item: Occurrence) -> Wanted | None:
            return urls.get(item.span.start)

        def dead(item: Occurrence) -> Wanted | None:
            place = (item.used or item.span).start
            return next((edit.wanted for edit in kept if edit.removed and edit.start <= place < edit.end), None)

        again = planned(self.document, wish, unsafe=True, dead=dead)
        dropped = (*self.dropped, *again.dropped)
        return Planned(self.document, replace(again.plan, dropped=dropped, waiting=self.plan.waiting))


@dataclass(frozen=True, slots=True)
class Fixes:
    """What is done with the documents of a run. Nothing is written before ``write``.

    Attributes:
        documents: those that are files of this machine, with their edits.
        elsewhere: names of the others; they are not changed.
    """

    documents: tuple[Planned, ...] = ()
    elsewhere: tuple[str, ...] = ()

    @property
    def edits(self) -> tuple[Edit, ...]:
        """All edits, document by document."""
        return tuple(edit for one in self.documents for edit in one.edits)

    @property
    def edited(self) -> tuple[Planned, ...]:
        """The documents that change."""
        return tuple(one for one in self.documents if one.edits)

    def patch(self) -> bytes:
        """Return the edits as a unified diff that ``git apply`` takes; b"" if there are none."""
        return b"".join(one.document.patch(one.edits) for one in self.edited)

    def diff(self) -> str:
        """Return the edits as a unified diff; a byte that is no UTF-8 is a lone surrogate (PEP 383)."""
        return self.patch().decode("utf-8", "surrogateescape")

    def with_some(self, keep: Callable[[str, Edit], bool]) -> Fixes:
        """Return what is done if only some of the edits are made; ``keep`` is given the document's name as well."""
        documents = (one.with_some(partial(keep, one.document.source.name)) for one in self.documents)
        return replace(self, documents=tuple(documents))

    def refuse_unsafe(self) -> None:
        """Raise UsageError if a document that changes is not in git, or not committed, so that edits could be lost."""
        for one in self.edited:
            refuse_unsafe(one.document)

    def write(self, *, allow_dirty: bool = False) -> tuple[str, ...]:
        """Write the documents, each whole or not at all, and return the names of those that have changed.

        Args:
            allow_dirty: also write files that are not in git, or have changes that are not committed.

        Raises:
            UsageError: a file is not in git or not committed, so nothing was written; or one could not be written.
        """
        written, problems = self.write_each(allow_dirty=allow_dirty)
        if problems:
            raise problems[0]
        return written

    def write_each(self, *, allow_dirty: bool = False) -> tuple[tuple[str, ...], tuple[UsageError, ...]]:
        """Write the documents that can be written; return their names, and what is wrong with the others.

        Raises:
            UsageError: a file is not in git, or not committed; all are looked at before the first is written.
        """
        if not allow_dirty:
            self.refuse_unsafe()
        written: list[str] = []
        problems: list[UsageError] = []
        for one in self.edited:
            try:
                write_document(one.document, one.document.with_edits(one.edits))
                written.append(one.document.source.name)
            except UsageError as error:
                problems.append(error)
        return tuple(written), tuple(problems)


def fixes_of(wishes: Wishes, reading: Reading, *, unsafe: bool = False, remove_dead: bool = False) -> Fixes:
    """Return what is done with the documents of a run, or of the report of one.

    Args:
        wishes: what shall be replaced.
        reading: how the documents were read.
        unsafe: also make the edits that somebody should look at.
        remove_dead: take out entries of which every link is broken.

    Raises:
        UsageError: a document has changed since it was checked, or cannot be read.
    """
    documents: list[Planned] = []
    elsewhere: list[str] = []
    for name in dict.fromkeys(wishes.names):
        document = open_document(name, reading)
        if document is None:
            elsewhere.append(name)
        elif not wishes.are_about(name, document.data):
            raise UsageError(f"{name}: has changed since it was checked", "Check it again.")
        else:
            dead = wishes.dead_of(document.source) if remove_dead else None
            documents.append(planned(document, wishes.of(document.source), unsafe=unsafe, dead=dead))
    return Fixes(tuple(documents), tuple(elsewhere))


def planned(document: Document, wish: Wish, *, unsafe: bool = False, dead: Dead | None = None) -> Planned:
    """Return a document with its edits; see ``linkwarden.fix.plan``."""
    source = document.source

    def read(text: str) -> Iterator[Extracted]:
        return source.extractor.extract(text, source.name)

    in_parts = source.extractor.name == "markdown" and len(source.text) > LONG
    return Planned(document, plan(source.text, wish, read, unsafe=unsafe, dead=dead, in_parts=in_parts))
