"""An editor that speaks with the real process: pygls' own client over standard input and output."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from lsprotocol import types
from pygls.lsp.client import LanguageClient

import linkwarden

SOURCES = str(Path(linkwarden.__file__).parents[1])

F = TypeVar("F", bound=Callable[..., Any])


class Editor:
    """Opens documents and waits for what the server says of them."""

    def __init__(self, client: LanguageClient) -> None:
        self.client = client
        self.log: list[str] = []
        self.registered: list[str] = []
        self.encoding = ""
        self._published: dict[str, types.PublishDiagnosticsParams] = {}
        self._news = asyncio.Condition()
        self._listen()

    def _listen(self) -> None:
        on: Callable[[str], Callable[[F], F]] = self.client.feature

        @on(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        async def published(params: types.PublishDiagnosticsParams) -> None:
            async with self._news:
                self._published[params.uri] = params
                self._news.notify_all()

        @on(types.WINDOW_LOG_MESSAGE)
        def logged(params: types.LogMessageParams) -> None:
            self.log.append(params.message)

        @on(types.CLIENT_REGISTER_CAPABILITY)
        def registered(params: types.RegistrationParams) -> None:
            self.registered += [registration.method for registration in params.registrations]

    def open(self, path: Path | str, text: str, version: int = 1, language: str = "markdown") -> str:
        """Open a document with a text that need not be saved; return its URI."""
        uri = path if isinstance(path, str) else path.as_uri()
        item = types.TextDocumentItem(uri, language, version, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        return uri

    def change(self, uri: str, version: int, *changes: tuple[tuple[int, int], tuple[int, int], str] | str) -> None:
        """Change a document: its whole text, or what stands between two places."""
        made: list[types.TextDocumentContentChangeEvent] = [
            types.TextDocumentContentChangeWholeDocument(change)
            if isinstance(change, str)
            else types.TextDocumentContentChangePartial(
                types.Range(types.Position(*change[0]), types.Position(*change[1])), change[2]
            )
            for change in changes
        ]
        which = types.VersionedTextDocumentIdentifier(version, uri)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(which, made))

    def save(self, uri: str) -> None:
        """Tell the server that a document was saved."""
        which = types.TextDocumentIdentifier(uri)
        self.client.text_document_did_save(types.DidSaveTextDocumentParams(which))

    async def diagnostics(self, uri: str, version: int | None = 1) -> list[types.Diagnostic]:
        """Wait for what the server says of a version of a document."""
        async with self._news:
            await self._news.wait_for(lambda: uri in self._published and self._published[uri].version == version)
            return list(self._published.pop(uri).diagnostics)

    async def hover(self, uri: str, line: int, column: int) -> str:
        """Return what is shown where the pointer rests, or ""."""
        params = types.HoverParams(types.TextDocumentIdentifier(uri), types.Position(line, column))
        shown = await self.client.text_document_hover_async(params)
        return shown.contents.value if shown and isinstance(shown.contents, types.MarkupContent) else ""

    async def actions(self, uri: str, line: int, only: list[str] | None = None) -> list[types.CodeAction]:
        """Return what the editor offers on a line."""
        there = types.Range(types.Position(line, 0), types.Position(line, 10_000))
        context = types.CodeActionContext([], only=only)
        params = types.CodeActionParams(types.TextDocumentIdentifier(uri), there, context)
        found = await self.client.text_document_code_action_async(params)
        return [action for action in found or [] if isinstance(action, types.CodeAction)]


def capabilities(encodings: list[str] | None = None, *, resolves: bool = True) -> types.ClientCapabilities:
    """Return what a usual editor can do."""
    encoded = [types.PositionEncodingKind(name) for name in encodings] if encodings is not None else None
    resolve = types.ClientCodeActionResolveOptions(["edit"]) if resolves else None
    return types.ClientCapabilities(
        general=types.GeneralClientCapabilities(position_encodings=encoded),
        workspace=types.WorkspaceClientCapabilities(
            workspace_edit=types.WorkspaceEditClientCapabilities(document_changes=resolves),
            did_change_watched_files=types.DidChangeWatchedFilesClientCapabilities(dynamic_registration=True),
        ),
        text_document=types.TextDocumentClientCapabilities(
            hover=types.HoverClientCapabilities(content_format=[types.MarkupKind.Markdown]),
            code_action=types.CodeActionClientCapabilities(resolve_support=resolve),
        ),
    )


@asynccontextmanager
async def editor(
    *folders: Path, can: types.ClientCapabilities | None = None, env: Mapping[str, str] | None = None
) -> AsyncIterator[Editor]:
    """Start ``linkwarden lsp --stdio`` and speak with it; it has to end by itself, with exit code 0."""
    client = LanguageClient("test-editor", "1")
    shown = Editor(client)
    environment = {**os.environ, "PYTHONPATH": SOURCES, **(env or {})}
    start: Any = client.start_io
    await start(sys.executable, "-m", "linkwarden", "lsp", "--stdio", env=environment)
    begun = await client.initialize_async(
        types.InitializeParams(
            can or capabilities(),
            process_id=os.getpid(),
            workspace_folders=[types.WorkspaceFolder(folder.as_uri(), folder.name) for folder in folders],
        )
    )
    shown.encoding = str(begun.capabilities.position_encoding)
    client.initialized(types.InitializedParams())
    try:
        yield shown
    finally:
        await client.shutdown_async(None)
        client.exit(None)
        process = client._server
        assert process is not None
        assert await process.wait() == 0
        stop: Any = client.stop
        await stop()


def at(found: list[types.Diagnostic]) -> list[tuple[int, str | int | None]]:
    """Return the lines, from 0, and the codes of diagnostics."""
    return [(d.range.start.line, d.code) for d in found]


def applied(text: str, action: types.CodeAction) -> str:
    """Return a text of ASCII with the edits of an action."""
    assert action.edit is not None
    edits: list[types.TextEdit] = []
    for change in action.edit.document_changes or []:
        assert isinstance(change, types.TextDocumentEdit)
        edits += [edit for edit in change.edits if isinstance(edit, types.TextEdit)]
    for found in (action.edit.changes or {}).values():
        edits += found
    lines = text.splitlines(keepends=True)
    for edit in sorted(edits, key=lambda e: (e.range.start.line, e.range.start.character), reverse=True):
        start, end = edit.range.start, edit.range.end
        assert start.line == end.line
        line = lines[start.line]
        lines[start.line] = line[: start.character] + edit.new_text + line[end.character :]
    return "".join(lines)
