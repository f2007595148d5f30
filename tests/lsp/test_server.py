"""The language server as an editor sees it: the real process, over standard input and output."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types

from tests.lsp.client import Editor, applied, at, capabilities, editor
from tests.repository import Repository

LIST = "# List\n\n- [a](htps://a.example/x)\n- [t](#lists)\n- [f](docs/no.md)\n- [ok](https://b.example.org/y)\n"
MISSPELT, ANCHOR, FILE = (2, "LW101"), (3, "LW120"), (4, "LW125")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """A repository with a list."""
    made = Repository(tmp_path / "repo")
    made.commit({"README.md": "# List\n"})
    return made


async def test_findings_are_shown_while_one_types(repository: Repository) -> None:
    """Each change of the text counts, also several in one message."""
    readme = repository.folder / "README.md"
    async with editor(repository.folder) as shown:
        uri = shown.open(readme, LIST)
        found = await shown.diagnostics(uri)
        assert at(found) == [MISSPELT, ANCHOR, FILE]
        assert {d.source for d in found} == {"linkwarden"}
        assert {d.severity for d in found} == {types.DiagnosticSeverity.Error}
        assert (found[0].range.start.character, found[0].range.end.character) == (6, 24)
        assert "https://a.example/x" in found[0].message

        shown.change(uri, 2, ((3, 7), (3, 12), "list"))  # the heading is called so
        assert at(await shown.diagnostics(uri, 2)) == [MISSPELT, FILE]
        shown.change(uri, 3, ((0, 2), (0, 6), "Catalogue"), ((2, 6), (2, 10), "https"))
        assert at(await shown.diagnostics(uri, 3)) == [ANCHOR, FILE]
        shown.change(uri, 4, "# Nothing\n")
        assert await shown.diagnostics(uri, 4) == []


@pytest.mark.parametrize(
    ("wanted", "agreed", "column"), [(None, "utf-16", 9), (["utf-8"], "utf-8", 12), (["utf-32"], "utf-32", 8)]
)
async def test_columns_count_what_was_agreed_on(
    repository: Repository, wanted: list[str] | None, agreed: str, column: int
) -> None:
    """UTF-16 where the editor says nothing."""
    async with editor(repository.folder, can=capabilities(wanted)) as shown:
        assert shown.encoding == agreed
        uri = shown.open(repository.folder / "README.md", "- [😀é](htps://a.example/x)\n")
        found = await shown.diagnostics(uri)
        assert found[0].range.start == types.Position(0, column - 1)
        shown.change(uri, 2, ((0, column - 1), (0, column + 3), "https"))
        assert await shown.diagnostics(uri, 2) == []


async def test_lines_end_where_the_protocol_says(repository: Repository) -> None:
    """Python ends lines at a form feed and at U+2028, too; editors do not."""
    async with editor(repository.folder) as shown:
        uri = shown.open(repository.folder / "README.md", "a\u2028b\fc\x85d\r- x\r\n\r\n- [a](htps://a.example/x)")
        assert at(await shown.diagnostics(uri)) == [(3, "LW101")]
        shown.change(uri, 2, ((3, 6), (3, 10), "https"))
        assert await shown.diagnostics(uri, 2) == []
        shown.change(uri, 3, ((3, 99), (3, 99), " htps:"), ((9, 9), (9, 9), "!"))  # behind the ends of line and text
        assert await shown.diagnostics(uri, 3) == []


async def test_a_finding_is_fixed_where_it_stands(repository: Repository) -> None:
    """In all places of its URL; the edits are made when they are wanted."""
    async with editor(repository.folder) as shown:
        text = LIST + "\n[again]: htps://a.example/x\n\n[again]\n"
        uri = shown.open(repository.folder / "README.md", text)
        await shown.diagnostics(uri)
        action = await only_one(shown, uri, 2, "quickfix")
        assert action.title == "Replace with https://a.example/x in 2 places"
        assert action.is_preferred
        assert action.edit is None  # made when it is wanted
        action = await shown.client.code_action_resolve_async(action)
        assert applied(text, action) == text.replace("htps:", "https:")
        assert await shown.actions(uri, 5, ["quickfix"]) == []


async def test_all_safe_fixes_are_one_action(repository: Repository) -> None:
    """As editors run it when a file is saved."""
    async with editor(repository.folder, can=capabilities(resolves=False)) as shown:
        uri = shown.open(repository.folder / "README.md", LIST)
        await shown.diagnostics(uri)
        action = await only_one(shown, uri, 0, "source.fixAll")
        assert action.kind == "source.fixAll.linkwarden"
        assert applied(LIST, action) == LIST.replace("htps:", "https:")
        assert await shown.actions(uri, 2, ["refactor"]) == []
        shown.change(uri, 2, LIST.replace("htps:", "https:"))
        assert await shown.actions(uri, 0, ["source"]) == []


ACCEPTED = " <!-- linkwarden-ignore LW101 -->"


@pytest.mark.parametrize(
    ("text", "line", "accepted"),
    [
        ("- [a](htps://a.example/x)  \n", 0, f"- [a](htps://a.example/x){ACCEPTED}  \n"),
        ("| a |\n|---|\n| [a](htps://a.example/x) |\n", 2, f"| a |\n|---|\n| [a](htps://a.example/x){ACCEPTED} |\n"),
        ("[a]\n\n[a]: htps://a.example/x\n", 2, f"[a]\n\n{ACCEPTED.strip()}\n[a]: htps://a.example/x\n"),
        ("# [a](htps://a.example/x)\n\n[b](#a)\n", 0, f"{ACCEPTED.strip()}\n# [a](htps://a.example/x)\n\n[b](#a)\n"),
    ],
    ids=["item", "table", "definition", "heading"],
)
async def test_a_finding_is_accepted_with_a_comment(
    repository: Repository, text: str, line: int, accepted: str
) -> None:
    """Where it changes nothing else: in a heading it would change its name. Then there is no finding any more."""
    async with editor(repository.folder) as shown:
        uri = shown.open(repository.folder / "README.md", text)
        _, action = await shown.actions(uri, line, ["quickfix"])
        assert action.title == "Accept LW101 on this line, with a comment"
        action = await shown.client.code_action_resolve_async(action)
        assert applied(text, action) == accepted
        shown.change(uri, 2, accepted)
        assert await shown.diagnostics(uri, 2) == []


async def test_where_no_comment_can_stand_none_is_offered(repository: Repository) -> None:
    """The other kinds of documents have no such comments."""
    async with editor(repository.folder, can=capabilities(resolves=False)) as shown:
        uri = shown.open(repository.folder / "a.rst", "`a <htps://a.example/x>`_\n", language="restructuredtext")
        assert [action.title for action in await shown.actions(uri, 0, ["quickfix"])] == [
            "Replace with https://a.example/x"
        ]


async def only_one(shown: Editor, uri: str, line: int, kind: str) -> types.CodeAction:
    """Return the one action of a kind that is offered on a line, beside accepting the finding."""
    found = [action for action in await shown.actions(uri, line, [kind]) if "with a comment" not in action.title]
    assert len(found) == 1
    return found[0]


async def test_a_fix_of_an_older_version_makes_no_edit(repository: Repository) -> None:
    """The text under it has changed."""
    async with editor(repository.folder) as shown:
        uri = shown.open(repository.folder / "README.md", LIST)
        action = await only_one(shown, uri, 2, "quickfix")
        shown.change(uri, 2, "- x\n" + LIST)
        assert (await shown.client.code_action_resolve_async(action)).edit is None


async def test_the_evidence_is_shown_where_the_pointer_rests(repository: Repository) -> None:
    """Markdown with the rule, the replacement and what to do."""
    async with editor(repository.folder) as shown:
        uri = shown.open(repository.folder / "README.md", LIST)
        text = await shown.hover(uri, 2, 10)
        assert "**broken**" in text
        assert "LW101" in text
        assert "**Replace with** `https://a.example/x`" in text
        assert await shown.hover(uri, 5, 10) == ""  # nothing is known of it
        assert await shown.hover(uri, 0, 0) == ""
        shown.change(uri, 2, "[a][r] and [b][r]\n\n[r]: htps://a.example/x\n")
        for line, column in ((0, 1), (0, 12), (2, 8)):  # both uses, and the definition
            assert "LW101" in await shown.hover(uri, line, column)
        assert await shown.hover(uri, 0, 8) == ""


async def test_nothing_of_a_hostile_link_acts_in_the_editor(repository: Repository) -> None:
    """Neither in the list of problems nor where the pointer rests."""
    url = "htps://a.example/`)![x](https://evil.example/p.png)<img/src=https://evil.example/q>"
    async with editor(repository.folder) as shown:
        uri = shown.open(repository.folder / "README.md", f"- [a](<{url}>)\n- [b](#x\u202ey)\n- [c](#<img>)\n")
        messages = [d.message for d in await shown.diagnostics(uri)]
        assert not any("\u202e" in message for message in messages)
        text = await shown.hover(uri, 0, 8) + await shown.hover(uri, 1, 7)
        assert "\u202e" not in text
        outside = "".join(part for nth, part in enumerate(text.replace("``", "\0").split("\0")) if nth % 2 == 0)
        assert "![x](" not in outside
        assert "<img" not in outside


async def test_editors_without_markdown_get_plain_text(repository: Repository) -> None:
    """The same, without marks."""
    can = capabilities()
    assert can.text_document is not None
    can.text_document.hover = types.HoverClientCapabilities(content_format=[types.MarkupKind.PlainText])
    async with editor(repository.folder, can=can) as shown:
        uri = shown.open(repository.folder / "README.md", LIST)
        assert (await shown.hover(uri, 2, 10)).startswith("broken (LW101 ")


async def test_remarks_on_text_that_was_meant_as_a_link(repository: Repository) -> None:
    """They are no findings, so they have no code."""
    async with editor(repository.folder) as shown:
        uri = shown.open(repository.folder / "README.md", "# T\n\n  see [the file](my notes.md) there\n")
        found = await shown.diagnostics(uri)
        assert [(d.range.start.line, d.severity) for d in found] == [(2, types.DiagnosticSeverity.Information)]
        assert "blanks in it" in found[0].message


async def test_other_kinds_of_documents(repository: Repository) -> None:
    """As far as a check of a folder would read them."""
    async with editor(repository.folder) as shown:
        for name, text, *finding in (
            ("a.rst", "Title\n=====\n\n`a <htps://a.example/x>`_\n", 3, "LW101"),
            ("a.adoc", "= Title\n\nlink:htps://a.example/x[a]\n", 2, "LW101"),
            ("a.org", "* Title\n\n[[./no.md][a]]\n", 2, "LW125"),
            ("a.html", '<p>\n<a href="htps://a.example/x">a</a>\n', 1, "LW101"),
        ):
            uri = shown.open(repository.folder / name, text, language="plaintext")
            assert at(await shown.diagnostics(uri)) == [tuple(finding)], name
        uri = shown.open(repository.folder / "a.json", '{"url": "htps://a.example/x"}', language="json")
        assert await shown.diagnostics(uri) == []


async def test_a_document_without_a_file(repository: Repository) -> None:
    """What lies beside it is not known, so nothing is said of local files."""
    async with editor(repository.folder) as shown:
        uri = shown.open("untitled:Untitled-1", LIST)
        assert at(await shown.diagnostics(uri)) == [MISSPELT, ANCHOR]
        shown.open("git:/README.md?x", LIST)  # the other side of a diff is nobody's to fix
        assert at(await shown.diagnostics(shown.open("untitled:Untitled-2", LIST))) == [MISSPELT, ANCHOR]


async def test_files_come_and_go(repository: Repository) -> None:
    """Local links are looked up again when the editor tells of files."""
    async with editor(repository.folder) as shown:
        uri = shown.open(repository.folder / "README.md", LIST)
        assert at(await shown.diagnostics(uri)) == [MISSPELT, ANCHOR, FILE]
        assert shown.registered == ["workspace/didChangeWatchedFiles"]
        repository.write({"docs/no.md": "x"})
        event = types.FileEvent((repository.folder / "docs/no.md").as_uri(), types.FileChangeType.Created)
        shown.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([event]))
        assert at(await shown.diagnostics(uri)) == [MISSPELT, ANCHOR]
        (repository.folder / "docs/no.md").rename(repository.folder / "docs/yes.md")
        gone = types.FileRename(event.uri, event.uri.replace("no.md", "yes.md"))
        shown.client.workspace_did_rename_files(types.RenameFilesParams([gone]))
        assert at(await shown.diagnostics(uri)) == [MISSPELT, ANCHOR, FILE]


async def test_headings_of_other_open_documents_count(repository: Repository) -> None:
    """Also while they are not saved."""
    repository.write({"other.md": "# Old\n"})
    async with editor(repository.folder) as shown:
        other = shown.open(repository.folder / "other.md", "# New\n")
        assert await shown.diagnostics(other) == []
        uri = shown.open(repository.folder / "README.md", "[a](other.md#new) [b](other.md#old)\n")
        assert at(await shown.diagnostics(uri)) == [(0, "LW120")]
        shown.change(other, 2, "# Old\n")
        shown.save(other)
        assert [d.range.start.character for d in await shown.diagnostics(uri)] == [4]


async def test_a_closed_document_has_no_findings(repository: Repository) -> None:
    """The list of problems is emptied."""
    async with editor(repository.folder) as shown:
        uri = shown.open(repository.folder / "README.md", LIST)
        assert await shown.diagnostics(uri)
        which = types.TextDocumentIdentifier(uri)
        shown.client.text_document_did_close(types.DidCloseTextDocumentParams(which))
        assert await shown.diagnostics(uri, None) == []
        assert await shown.hover(uri, 2, 10) == ""


async def test_hostile_documents(repository: Repository) -> None:
    """Ten megabytes, nesting without end, half characters, more findings than anybody reads."""
    async with editor(repository.folder) as shown:
        uri = shown.open(repository.folder / "README.md", "[a](htps://a.example/x)\n" + "x" * (10 * 1024 * 1024))
        found = await shown.diagnostics(uri)
        assert [d.severity for d in found] == [types.DiagnosticSeverity.Information]
        assert "longer than 2 MiB" in found[0].message
        shown.change(uri, 2, "[a](htps://a.example/x)\n\n" + "> " * 3000 + "x\n" + "[" * 3000 + "\n\ud800\0")
        assert (0, "LW101") in at(await shown.diagnostics(uri, 2))
        shown.change(uri, 3, "\n".join(f"- [a](htps://a.example/{n})" for n in range(1500)))
        found = await shown.diagnostics(uri, 3)
        assert len(found) == 1001
        assert "500 more findings" in found[-1].message


async def test_what_makes_no_sense_does_not_end_the_server(repository: Repository) -> None:
    """Broken messages, unknown methods and documents that are no files."""
    async with editor(repository.folder) as shown:
        send: Any = shown.client.protocol
        send.notify(
            "textDocument/didChange", {"textDocument": {"uri": "file:///no.md", "version": 2}, "contentChanges": []}
        )
        for body in (
            b'{"jsonrpc": "2.0", "method": "textDocument/didChange", "params": {"nonsense": 1}}',
            b"{",
            b"[1]",
            b"null",
        ):
            send.writer.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        send.notify("made/up", None)
        with pytest.raises(Exception, match="Not Found"):
            await send.send_request_async("made/upToo", None)
        assert await shown.hover("file:///no.md", 0, 0) == ""
        assert await shown.actions("http://[", 0) == []
        shown.open("file:///%00", "x")
        shown.open("http://[", "x")
        await shown.client.code_action_resolve_async(types.CodeAction("x", data=[1]))
        uri = shown.open(repository.folder / "README.md", LIST)
        assert at(await shown.diagnostics(uri)) == [MISSPELT, ANCHOR, FILE]
