"""What the Action leaves for the jobs that may write: a patch with the safe fixes, or suggestions for a pull request.

Those jobs run no code of linkwarden and read no page; they apply the patch and post what stands here. So everything is
escaped here, and what could show a secret or cannot be shown exactly is left out.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from linkwarden.fix import Edit, Planned, apply, plan_run, refuse_unsafe
from linkwarden.git import Git, GitError
from linkwarden.inputs import MAX_BYTES, Reading, find_root
from linkwarden.model import LinkwardenError, Run
from linkwarden.records import dataclass
from linkwarden.report._document import Document as Page
from linkwarden.report._words import plural
from linkwarden.sinks import json_text, md_code, md_text, shown_address
from linkwarden.text import mask_secrets

PATCH, BODY, SUGGESTIONS = "fixes.patch", "fixes.md", "suggestions.json"
#: GitHub takes 65,536 characters for the text of a pull request; the job adds a line.
_BUDGET = 60_000
_LONGEST_SHOWN = 300
_LONGEST_LINE = 4_000
#: More at once would bury a pull request; its annotations name the others.
_MOST_SUGGESTIONS = 20
_GIT_SECONDS = 20.0
#: What a person who looks at a suggestion could not see, and bytes that are no UTF-8.
_UNSEEN = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


def write_fixes(run: Run, reading: Reading, folder: Path) -> int:
    """Write what can be fixed safely, and return how many places that are.

    Of a whole run these are a patch for ``git apply`` and the text of the pull request; of a change they are
    suggestions for its lines. Nothing is written where there is nothing to fix.

    Args:
        run: the run; the working directory is the repository.
        reading: how its inputs were read.
        folder: where to write.
    """
    planned = [part for part in (each.with_some(_can_be_given) for each in plan_run(run, reading)) if part.edits]
    if run.compared is not None:
        suggestions = list(_suggestions(run, planned))[:_MOST_SUGGESTIONS]
        if suggestions:
            (folder / SUGGESTIONS).write_text(json_text([each.fields() for each in suggestions]), "utf-8")
        return sum(each.places for each in suggestions)
    planned = [part for part in planned if _is_committed(part)]
    if planned:
        patch = b"".join(part.document.patch(part.edits) for part in planned)
        (folder / PATCH).write_bytes(patch)
        (folder / BODY).write_text(_body(planned, hashlib.sha256(patch).hexdigest()), "utf-8", newline="\n")
    return sum(len(part.edits) for part in planned)


def _can_be_given(edit: Edit) -> bool:
    """Return whether an edit shows no secret and changes a line for a line."""
    return not re.search(r"[\r\n]", edit.old) and mask_secrets(edit.new) == edit.new


def _is_committed(part: Planned) -> bool:
    try:
        refuse_unsafe(part.document)
    except LinkwardenError:
        return False
    return True


# --- the pull request of the night -----------------------------------------------------------------------------------


def _body(parts: Sequence[Planned], digest: str) -> str:
    """Return the text of the pull request: a mark by which the next night knows it, and a reason for every edit."""
    items: dict[str, list[str]] = {}
    for part in parts:
        for edit in part.edits:
            rule = f"{edit.wanted.code} {edit.wanted.slug}"
            items.setdefault(rule, []).append(_item(part.document.place, edit))
    count, files = sum(map(len, items.values())), len(parts)
    page = Page(_BUDGET, "The changed files show all of them.")
    page.add(
        f"{plural(count, 'URL')} in {plural(files, 'file')} can be replaced safely. The reason stands behind each; "
        "nothing else is changed."
    )
    page.section("Edits", [(rule, items[rule]) for rule in sorted(items)])
    page.end("The nightly check keeps this text and the branch up to date, until somebody else commits to the branch.")
    return f"<!-- linkwarden:fixes sha256={digest} -->\n{page.text()}"


def _item(place: str, edit: Edit) -> str:
    old, new = (md_code(shown_address(url, _LONGEST_SHOWN)) for url in (edit.before, edit.wanted.url))
    return f"- {md_code(f'{place}:{edit.line}')} {old} → {new}: {md_text(edit.wanted.why)}"


# --- suggestions for a pull request ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Suggestion:
    """A review comment that offers a line.

    Attributes:
        path: the file.
        line: the line, from 1, at the head of the pull request.
        old: what it says there.
        new: what it shall say.
        edits: the replacements that make the difference.
    """

    path: str
    line: int
    old: str
    new: str
    edits: tuple[Edit, ...]

    @property
    def places(self) -> int:
        """How many URLs it replaces."""
        return len(self.edits)

    def fields(self) -> dict[str, object]:
        """Return what GitHub's API takes ("Create a review comment for a pull request")."""
        return {"path": self.path, "line": self.line, "side": "RIGHT", "body": self._body()}

    def _body(self) -> str:
        known = f"{self.path}\x00{self.old}\x00{self.new}".encode("utf-8", "surrogatepass")
        reasons = dict.fromkeys(
            f"{edit.wanted.code} {edit.wanted.slug}: {md_text(edit.wanted.why)}" for edit in self.edits
        )
        fence = "`" * max(3, 1 + max(map(len, re.findall("`+", self.new)), default=0))
        mark = f"<!-- linkwarden:suggestion sha256={hashlib.sha256(known).hexdigest()} -->"
        return "\n".join((mark, *reasons, "", f"{fence}suggestion", self.new, fence, ""))


def _suggestions(run: Run, parts: Iterable[Planned]) -> Iterator[_Suggestion]:
    """Yield a suggestion for each line that the change adds and that can be shown as it is."""
    added = {(place.span.path, place.span.start) for result in run.results for place in result.target.occurrences}
    for part in parts:
        document = part.document
        text, name = document.source.text, document.source.name
        versions = _Versions(document.path, document.place)
        by_line: dict[tuple[int, int], list[Edit]] = {}
        for edit in part.edits:
            if (name, edit.start) in added:
                begin = text.rfind("\n", 0, edit.start) + 1
                end = text.find("\n", edit.start)
                by_line.setdefault((begin, len(text) if end < 0 else end), []).append(edit)
        for (begin, end), edits in by_line.items():
            old = text[begin:end]
            new = apply(text[:end], edits)[begin:]
            number = versions.number_of(old, text.count("\n", 0, begin) + 1)
            if number and _can_be_shown(old) and _can_be_shown(new):
                yield _Suggestion(document.place, number, old, new, tuple(edits))


def _can_be_shown(line: str) -> bool:
    return len(line) <= _LONGEST_LINE and not _UNSEEN.search(line) and mask_secrets(line) == line


class _Versions:
    """The lines of a file before the change and at its head. What is checked out may be GitHub's merge of the two.

    Args:
        path: the file.
        place: its path from the top of the repository.
    """

    def __init__(self, path: Path, place: str) -> None:
        self._git = Git(find_root(path.parent), _GIT_SECONDS)
        try:
            merged = self._git.commit("HEAD^2")
            self._head = self._lines(merged or self._git.commit("HEAD"), place)
            self._before = frozenset(self._lines(self._git.commit("HEAD^1") if merged else None, place))
        except GitError:
            self._head, self._before = [], frozenset()

    def _lines(self, commit: str | None, place: str) -> list[str]:
        entry = self._git.files(commit).get(place) if commit else None
        if entry is None:
            return []
        data = self._git.contents([entry.oid], MAX_BYTES)[entry.oid] or b""
        return data.decode("utf-8", "surrogateescape").split("\n")

    def number_of(self, line: str, here: int) -> int:
        """Return the number, from 1, that a line of the checkout has at the head; 0 if it is not added or not found."""
        if line in self._before:
            return 0
        if self._head[here - 1 : here] == [line]:
            return here
        found = [number for number, each in enumerate(self._head, 1) if each == line]
        return found[0] if len(found) == 1 else 0
