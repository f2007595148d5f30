"""Speaks the Language Server Protocol (3.17) with an editor, by pygls."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import sys
import traceback
from collections.abc import Callable, Coroutine, Generator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol, lsp_method
from pygls.uris import from_fs_path, to_fs_path

from linkwarden._version import __version__
from linkwarden.lsp import diagnostics, words
from linkwarden.lsp.actions import FIX_ALL, Actions
from linkwarden.lsp.documents import Desk, Found, Open
from linkwarden.lsp.positions import Place, Units, replaced
from linkwarden.sinks import one_line

T = TypeVar("T")
#: A document whose check takes longer than this is checked when the author pauses.
_SLOW = 0.5
_LONGEST_PAUSE = 5.0
#: Files on which findings rest, beside the documents themselves.
_WATCHED = (
    "**/{linkwarden.toml,pyproject.toml}",
    "**/.linkwarden/state.sqlite3",
    "**/*.{md,markdown,rst,adoc,org,html,ipynb,png,jpg,jpeg,gif,svg,webp,pdf}",
)


class _Protocol(LanguageServerProtocol):
    """pygls' protocol, but for the texts of documents.

    pygls 2.1 ends lines also where the protocol does not (form feed, U+2028), and changes the positions that a client
    sends where they lie behind the end of a line; so it is kept from the changes.
    """

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: types.DidChangeTextDocumentParams) -> Generator[Any, Any, None]:
        handler = self.fm.features.get(types.TEXT_DOCUMENT_DID_CHANGE)
        if handler is not None:
            yield handler, (params,), None


class Server(LanguageServer):
    """Keeps the documents that are open, and says what is found in them.

    Args:
        now: the wall clock, UTC.
    """

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        super().__init__("linkwarden", __version__, protocol_cls=_Protocol)
        self._now = now
        self._documents: dict[str, Open] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="linkwarden-lsp")
        self._desk = Desk(Units.UTF16, now)
        self._problems: dict[Path, set[str]] = {}
        _add_features(self)

    # --- what the client says ---------------------------------------------------------------------------------------

    def initialized(self) -> None:
        """Take the units of columns that were agreed on, and ask to be told of changed files."""
        self._desk.units = Units(self.server_capabilities.position_encoding or "utf-16")
        workspace = self.client_capabilities.workspace
        watching = workspace.did_change_watched_files if workspace is not None else None
        if watching is not None and watching.dynamic_registration:
            watchers = [types.FileSystemWatcher(pattern) for pattern in _WATCHED]
            options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
            wish = types.Registration("linkwarden-files", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
            self.client_register_capability(types.RegistrationParams([wish]))

    def opened(self, item: types.TextDocumentItem) -> None:
        """Begin to check a document."""
        path, saved = _path_of(item.uri, item.language_id)
        if path is not None:
            document = Open(item.uri, path, item.language_id, item.text, item.version, saved)
            self._documents[item.uri] = document
            self._refresh(document)

    def changed(self, params: types.DidChangeTextDocumentParams) -> None:
        """Take the changes of a document."""
        document = self._documents.get(params.text_document.uri)
        if document is None:
            return
        for change in params.content_changes:
            if isinstance(change, types.TextDocumentContentChangePartial):
                start, end = (Place(at.line, at.character) for at in (change.range.start, change.range.end))
                document.text = replaced(document.text, start, end, change.text, self._desk.units)
            else:
                document.text = change.text
        document.version = params.text_document.version
        self._refresh(document)

    def closed(self, uri: str) -> None:
        """Forget a document."""
        document = self._documents.pop(uri, None)
        if document is not None:
            self._worker.submit(self._desk.close, document)
            self._publish(uri, None, [])

    def files_changed(self) -> None:
        """Check all documents again, since a file on which findings rest may have changed."""
        self._worker.submit(self._desk.other_files_changed)
        for document in self._documents.values():
            self._refresh(document)

    async def hover(self, params: types.HoverParams) -> types.Hover | None:
        """Return the evidence for the link at a place."""
        document, found = await self._current(params.text_document.uri)
        if document is None or found is None or found.checked is None:
            return None
        offset = found.lines.offset(Place(params.position.line, params.position.character))
        result = next(found.checked.between(offset, offset), None)
        if result is None:
            checker = self._desk.checker(document)
            result = await self._work(checker.known_at, found.checked.reading, offset) if checker else None
            if result is None or result.history is None:
                return None
        spans = (span for place in result.target.occurrences for span in (place.span, place.used) if span is not None)
        here = next(span for span in spans if span.start <= offset <= span.end)
        text = self.client_capabilities.text_document
        formats = text.hover.content_format if text is not None and text.hover is not None else None
        markdown = formats is None or types.MarkupKind.Markdown in formats
        kind = types.MarkupKind.Markdown if markdown else types.MarkupKind.PlainText
        content = types.MarkupContent(kind, words.hover(result, markdown=markdown))
        return types.Hover(content, diagnostics.range_of(here, found.lines))

    async def actions(self, params: types.CodeActionParams) -> list[types.CodeAction]:
        """Return what can be done about the findings in a range."""
        document, found = await self._current(params.text_document.uri)
        checker = self._desk.checker(document) if document is not None else None
        if document is None or found is None or checker is None:
            return []
        return await self._work(self._actions(document, found).offered, params)

    async def resolved(self, action: types.CodeAction) -> types.CodeAction:
        """Return an action with its edits."""
        uri = action.data.get("uri") if isinstance(action.data, dict) else None
        document, found = await self._current(str(uri))
        if document is None or found is None or found.checked is None:
            return action
        return await self._work(self._actions(document, found).resolved, action)

    def _actions(self, document: Open, found: Found) -> Actions:
        return Actions(document, found, self._desk, self.client_capabilities)

    # --- checking ---------------------------------------------------------------------------------------------------

    def _refresh(self, document: Open) -> None:
        document.stale = True
        running = self._tasks.get(document.uri)
        if running is None or running.done():
            self._tasks[document.uri] = asyncio.get_running_loop().create_task(self._check(document))

    async def _check(self, document: Open) -> None:
        """Check a document until its last version is checked."""
        while document.stale and self._documents.get(document.uri) is document:
            if document.cost > _SLOW:
                await asyncio.sleep(min(document.cost, _LONGEST_PAUSE))
            document.stale = False
            text, version = document.text, document.version
            try:
                found = await self._work(self._desk.check, document, text, version)
                if self._documents.get(document.uri) is document:
                    document.found = found
                    self._show(document, found)
            except Exception:  # noqa: BLE001 - a defect on one document must not end the server
                self.say(traceback.format_exc())

    def _show(self, document: Open, found: Found) -> None:
        self._show_problems(document, found)
        if document.version != found.version:
            return
        shown: list[types.Diagnostic] = []
        if found.checked is not None:
            shown = diagnostics.diagnostics(found.checked, found.lines, found.settings.config, document.uri)
            for failure in found.checked.failures:
                self.say(f"{failure.where}: {failure.message}\n{failure.traceback}")
        elif found.instead:
            shown = diagnostics.alone(found.instead)
        self._publish(document.uri, found.version, shown)

    def _show_problems(self, document: Open, found: Found) -> None:
        """Say what is wrong with configuration and baseline, beside the places in these files."""
        broken = {problem.path for problem in found.settings.problems}
        for path in broken | self._problems.keys():
            for_whom = self._problems.setdefault(path, set())
            if path in broken:
                for_whom.add(document.uri)
                mine = [problem for problem in found.settings.problems if problem.path == path]
                self._publish(_uri_of(path), None, diagnostics.of_problems(mine))
            elif document.uri in for_whom:
                for_whom.discard(document.uri)
                if not for_whom:
                    self._publish(_uri_of(path), None, [])

    def _publish(self, uri: str, version: int | None, found: list[types.Diagnostic]) -> None:
        self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, found, version))

    async def _current(self, uri: str) -> tuple[Open | None, Found | None]:
        """Return a document and what was found in its last version, once that is known."""
        document, running = self._documents.get(uri), self._tasks.get(uri)
        if running is not None:
            await asyncio.wait([running])
        return document, document.found if document is not None else None

    async def _work(self, work: Callable[..., T], *given: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._worker, work, *given)

    # --- the end ----------------------------------------------------------------------------------------------------

    def say(self, text: str) -> None:
        """Write to the editor's log."""
        lines = "\n".join(one_line(line) for line in text.splitlines())
        self.window_log_message(types.LogMessageParams(types.MessageType.Error, lines))

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Write a failure to the editor's log, and go on."""
        del source
        self.say(f"{type(error).__name__}: {error}")


def _add_features(server: Server) -> None:
    """Tell pygls which messages the server takes."""

    def on(name: str, handler: Callable[[Any], object], options: object = None) -> None:
        async def waits(params: Any) -> Any:
            answer = handler(params)
            return await answer if isinstance(answer, Coroutine) else answer

        def at_once(params: Any) -> Any:
            return handler(params)

        server.feature(name, options)(waits if asyncio.iscoroutinefunction(handler) else at_once)

    everything = types.FileOperationRegistrationOptions(
        [types.FileOperationFilter(types.FileOperationPattern("**"), scheme="file")]
    )
    kinds = [types.CodeActionKind.QuickFix, FIX_ALL]
    on(types.INITIALIZED, lambda _: server.initialized())
    on(types.TEXT_DOCUMENT_DID_OPEN, lambda params: server.opened(params.text_document))
    on(types.TEXT_DOCUMENT_DID_CHANGE, server.changed)
    on(types.TEXT_DOCUMENT_DID_CLOSE, lambda params: server.closed(params.text_document.uri))
    on(types.TEXT_DOCUMENT_DID_SAVE, lambda _: server.files_changed())
    on(types.WORKSPACE_DID_CHANGE_WATCHED_FILES, lambda _: server.files_changed())
    on(types.WORKSPACE_DID_CREATE_FILES, lambda _: server.files_changed(), everything)
    on(types.WORKSPACE_DID_RENAME_FILES, lambda _: server.files_changed(), everything)
    on(types.WORKSPACE_DID_DELETE_FILES, lambda _: server.files_changed(), everything)
    on(types.TEXT_DOCUMENT_HOVER, server.hover)
    on(types.TEXT_DOCUMENT_CODE_ACTION, server.actions, types.CodeActionOptions(kinds, resolve_provider=True))
    on(types.CODE_ACTION_RESOLVE, server.resolved)


def _path_of(uri: str, language: str) -> tuple[Path | None, bool]:
    """Return where a document is, and whether it is a file; None for what no check of a folder would read."""
    scheme = urlsplit(uri).scheme
    if scheme == "file":
        path = to_fs_path(uri)
        return (Path(path), True) if path else (None, False)
    if scheme == "untitled" and language:
        name = PurePosixPath(unquote(urlsplit(uri).path)).name
        return Path.cwd() / (name or "untitled"), False
    return None, False


def _uri_of(path: Path) -> str:
    return from_fs_path(os.path.abspath(path)) or ""  # noqa: PTH100 - a link stands where it stands


def serve() -> None:
    """Speak with the editor over standard input and output until it ends the conversation."""
    logging.getLogger("pygls").setLevel(logging.CRITICAL)  # it logs whole messages, and so the author's text
    # What a document holds lives as long as it is open: looking for garbage among it is in vain, and takes long.
    gc.set_threshold(50_000, 20, 100)
    # What anything else prints must not get between the messages.
    sys.stdout.flush()
    with os.fdopen(os.dup(1), "wb") as out:
        os.dup2(2, 1)
        Server().start_io(stdout=out)
