"""What can be done about findings in an editor: the fixes of ``linkwarden fix``, or to accept one with a comment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from lsprotocol import types

from linkwarden.extract._reading import Reading
from linkwarden.fix import Wanted, plan
from linkwarden.lsp.accepting import Change, accepting
from linkwarden.lsp.checker import Checked
from linkwarden.lsp.diagnostics import SOURCE, range_of
from linkwarden.lsp.documents import Desk, Found, Open
from linkwarden.lsp.positions import Place
from linkwarden.model import Extracted, Result
from linkwarden.sinks import shown_address

#: "Fix all safe": an editor may be told to run it when a file is saved.
FIX_ALL = "source.fixAll.linkwarden"
_QUICK_FIX = types.CodeActionKind.QuickFix.value
_LONGEST_TITLE = 100


class Actions:
    """What can be done about the findings of one version of a document.

    Args:
        document: the document.
        found: what was found in it.
        desk: reads it.
        client: what the editor can do.
    """

    def __init__(self, document: Open, found: Found, desk: Desk, client: types.ClientCapabilities) -> None:
        self._document = document
        self._found = found
        self._desk = desk
        workspace, text = client.workspace, client.text_document
        edit = workspace.workspace_edit if workspace is not None else None
        self._versions = edit is not None and bool(edit.document_changes)
        asked = text.code_action.resolve_support if text is not None and text.code_action is not None else None
        self._later = asked is not None and "edit" in asked.properties

    def offered(self, params: types.CodeActionParams) -> list[types.CodeAction]:
        """Return the actions for a range."""
        checked = self._found.checked
        if checked is None:
            return []
        only = params.context.only
        actions: list[types.CodeAction] = []
        if only is None or _wants(only, _QUICK_FIX):
            start, end = (
                self._found.lines.offset(Place(at.line, at.character)) for at in (params.range.start, params.range.end)
            )
            for result in checked.between(start, end):
                if result.judgement.suggestion is not None:
                    actions.append(self._quick_fix(result, params.context.diagnostics))
                actions += self._acceptances(result, start, end)
        if only is None or _wants(only, FIX_ALL):
            actions += self._fix_all(checked)
        if self._later:
            return actions
        return [done for action in actions if (done := self.resolved(action)).edit is not None]

    def resolved(self, action: types.CodeAction) -> types.CodeAction:
        """Return an action with its edits, as far as they can be made in this version of the document."""
        checked, data = self._found.checked, action.data
        if checked is None or not isinstance(data, dict) or data.get("version") != self._found.version:
            return action
        if "accept" in data:
            change = accepting(checked.reading, str(data["accept"]), int(data["line"]), self._read)
            action.edit = self._as_edit([change]) if change is not None else None
            return action
        if action.kind == FIX_ALL:
            wishes = _wanted(checked.results, safe_only=True)
        else:
            wishes = _wanted((r for r in checked.results if r.target.key == data.get("key")), safe_only=False)
        edits = self._edits(checked, wishes)
        action.edit = self._as_edit(edits) if edits else None
        return action

    def _quick_fix(self, result: Result, diagnostics: Iterable[types.Diagnostic]) -> types.CodeAction:
        suggestion = result.judgement.suggestion
        url = suggestion.url if suggestion is not None else ""
        places = {place.span.start for place in result.target.occurrences}
        where = f" in {len(places)} places" if len(places) > 1 else ""
        here = [range_of(place.span, self._found.lines) for place in result.target.occurrences]
        return types.CodeAction(
            f"Replace with {shown_address(url, _LONGEST_TITLE)}{where}",
            kind=_QUICK_FIX,
            diagnostics=[d for d in diagnostics if d.source == SOURCE and d.range in here],
            is_preferred=suggestion is not None and suggestion.safe,
            data={**self._data(), "key": result.target.key},
        )

    def _acceptances(self, result: Result, start: int, end: int) -> Iterator[types.CodeAction]:
        """Yield what accepts a finding with a comment, on each of its lines that a range touches."""
        rule = result.judgement.rule
        places = [
            place.span for place in result.target.occurrences if place.span.start <= end and start <= place.span.end
        ]
        for line in dict.fromkeys(span.line for span in places if rule is not None):
            code = rule.code if rule is not None else ""
            title = f"Accept {code} on this line, with a comment"
            yield types.CodeAction(title, kind=_QUICK_FIX, data={**self._data(), "accept": code, "line": line})

    def _fix_all(self, checked: Checked) -> Iterator[types.CodeAction]:
        if _wanted(checked.results, safe_only=True):
            yield types.CodeAction("Fix all links that are safe to replace", kind=FIX_ALL, data=self._data())

    def _data(self) -> dict[str, Any]:
        return {"uri": self._document.uri, "version": self._found.version}

    def _read(self, text: str) -> Reading:
        """Return what another version of the document would hold."""
        checked, checker = self._found.checked, self._desk.checker(self._document)
        if checked is not None and (checker is None or text == checked.reading.text):
            return checked.reading
        return checker.read(text) if checker is not None else Reading(text, ())

    def _edits(self, checked: Checked, wishes: Mapping[int, Wanted]) -> list[Change]:
        """Return the edits that put the wanted URLs in place, each proved by reading the changed document."""

        def read(text: str) -> Iterator[Extracted]:
            reading = self._read(text)
            yield from reading.links()
            yield from reading.anchors
            yield from reading.suppressions
            yield from reading.notices

        edits = plan(checked.reading.text, lambda place: wishes.get(place.span.start), read).edits
        return [Change(edit.start, edit.end, edit.new) for edit in edits]

    def _as_edit(self, edits: Iterable[Change]) -> types.WorkspaceEdit:
        lines = self._found.lines
        changes = [
            types.TextEdit(
                types.Range(types.Position(*lines.place(edit.start)), types.Position(*lines.place(edit.end))), edit.new
            )
            for edit in edits
        ]
        if not self._versions:
            return types.WorkspaceEdit(changes={self._document.uri: changes})
        which = types.OptionalVersionedTextDocumentIdentifier(self._document.uri, self._found.version)
        return types.WorkspaceEdit(document_changes=[types.TextDocumentEdit(which, changes)])


def _wants(only: Iterable[str], kind: str) -> bool:
    """Return whether an editor that asks for some kinds of actions wants this one; kinds are trees, parted by dots."""
    return any(kind == wanted or kind.startswith(f"{wanted}.") for wanted in only)


def _wanted(results: Iterable[Result], *, safe_only: bool) -> dict[int, Wanted]:
    """Return what shall stand in place of URLs, by where they begin; places whose finding is accepted stay."""
    found: dict[int, Wanted] = {}
    for result in results:
        suggestion, rule = result.judgement.suggestion, result.judgement.rule
        if suggestion is None or rule is None or (safe_only and not suggestion.safe):
            continue
        wanted = Wanted(suggestion.url, suggestion.why, suggestion.basis, rule.code, rule.slug)
        found |= dict.fromkeys((place.span.start for place in result.target.occurrences), wanted)
    return found
