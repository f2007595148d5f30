"""The documents that are open in an editor, and how they are checked: one after the other, in a thread of their own."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import field
from datetime import datetime
from pathlib import Path

from linkwarden.extract import Extractor
from linkwarden.extract._again import MarkdownAgain
from linkwarden.extract._reading import Reader, WholeReader
from linkwarden.extract.markdown import Markdown
from linkwarden.lsp.checker import Checked, Checker
from linkwarden.lsp.positions import Lines, Units
from linkwarden.lsp.settings import Settings, settings_for
from linkwarden.model import Anchor
from linkwarden.records import dataclass
from linkwarden.report._words import is_health_report

#: A longer document is a data dump, which takes too long to be read while one types.
MOST_CHARACTERS = 2 * 1024 * 1024
TOO_LONG = (
    f"This document is longer than {MOST_CHARACTERS >> 20} MiB, so linkwarden does not check it while you type. "
    "`linkwarden check` reads it."
)


@dataclass(slots=True)
class Open:
    """One document that is open.

    Attributes:
        uri: what the editor calls it.
        path: where it is, or would be if it were saved.
        language: what the editor calls its kind.
        text: its text.
        version: the editor's number of that text.
        saved: it is a file; of others it is not known what lies beside them.
        stale: the text has changed since it was last checked.
        found: what the last check found, or None.
        cost: seconds that the last check took.
    """

    uri: str
    path: Path
    language: str
    text: str
    version: int | None
    saved: bool = True
    stale: bool = True
    found: Found | None = None
    cost: float = 0.0


@dataclass(frozen=True, slots=True)
class Found:
    """What a check found in one version of a document.

    Attributes:
        version: the editor's number of it.
        lines: of the document.
        settings: what holds for it.
        checked: what was found; None where the document is not checked.
        instead: what to say where it is not checked, or "".
    """

    version: int | None
    lines: Lines
    settings: Settings
    checked: Checked | None = None
    instead: str = ""


@dataclass(slots=True)
class Desk:
    """Checks documents. Everything here runs in one thread.

    Attributes:
        units: what the columns of the editor count.
        now: the wall clock, UTC.
    """

    units: Units
    now: Callable[[], datetime]
    _settings: dict[Path, Settings] = field(default_factory=dict)
    _checkers: dict[str, tuple[Extractor, Checker]] = field(default_factory=dict)
    _anchors: dict[Path, Sequence[Anchor]] = field(default_factory=dict)

    def check(self, document: Open, text: str, version: int | None) -> Found:
        """Return what is found in a version of a document."""
        began = time.process_time()
        settings = self.settings(document.path)
        lines = Lines(text, self.units)
        extractor = settings.extractor(document.path, document.language)
        if extractor is None or is_health_report(text):
            return Found(version, lines, settings)
        if len(text) > MOST_CHARACTERS:
            return Found(version, lines, settings, instead=TOO_LONG)
        checker = self._checker(document, extractor)
        checked = checker.check(text, settings, self.now(), self._anchors)
        if extractor.knows_anchors(text):
            self._anchors[document.path] = checked.reading.anchors
        document.cost = time.process_time() - began
        return Found(version, lines, settings, checked)

    def checker(self, document: Open) -> Checker | None:
        """Return what checks a document, or None if it was not checked yet."""
        known = self._checkers.get(document.uri)
        return known[1] if known is not None else None

    def settings(self, path: Path) -> Settings:
        """Return what holds for a document; read again where a file that says so has changed."""
        known = self._settings.get(path.parent)
        if known is None or not known.are_current():
            known = self._settings[path.parent] = settings_for(path)
        return known

    def other_files_changed(self) -> None:
        """Forget what rests on other files than the documents themselves."""
        for _, checker in self._checkers.values():
            checker.forget_local()

    def close(self, document: Open) -> None:
        """Forget a document."""
        self._checkers.pop(document.uri, None)
        self._anchors.pop(document.path, None)

    def _checker(self, document: Open, extractor: Extractor) -> Checker:
        known = self._checkers.get(document.uri)
        if known is None or known[0] is not extractor:
            checker = Checker(document.path, extractor, _reader(extractor, document.path), saved=document.saved)
            known = self._checkers[document.uri] = (extractor, checker)
        return known[1]


def _reader(extractor: Extractor, path: Path) -> Reader:
    """Return what reads a document; of Markdown only what has changed is read again."""
    name = path.as_posix()
    if extractor.name == Markdown.name:
        return MarkdownAgain(Markdown(), name)
    return WholeReader(extractor, name)
