"""What the Action leaves for the jobs that may write: a patch with its reasons, and suggestions."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from linkwarden import api, gha
from tests.action.workflow import parsed_outputs
from tests.deps import on_fake_internet
from tests.internet import FakeInternet
from tests.repository import Repository

TYPO, RIGHT = "htps://there.example/", "https://there.example/"
LIST = "# List\n\n* [There](https://there.example/)\n"
Ran = tuple[dict[str, str], Path]


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A repository with a list without faults, which is the workspace."""
    monkeypatch.setattr(api, "_loop_factory", lambda: None)  # virtual time needs asyncio's own loop
    made = Repository(tmp_path / "workspace")
    made.commit({"README.md": LIST})
    monkeypatch.chdir(made.folder)
    return made


@pytest.fixture
def run(repository: Repository, tmp_path: Path) -> Callable[..., Ran]:
    """Run the Action without a request; return its outputs and the folder of reports."""
    del repository

    def action(diff: str = "", internet: Callable[[FakeInternet], None] = lambda _: None) -> Ran:
        output = tmp_path / "output"
        output.unlink(missing_ok=True)
        given = {"RUNNER_TEMP": str(tmp_path), "GITHUB_OUTPUT": str(output), "LINKWARDEN_DIFF": diff}
        given["LINKWARDEN_ARGS"] = "--offline\n--no-state"
        gha.main(given, on_fake_internet(internet))
        outputs = parsed_outputs(output.read_text("utf-8"))
        return outputs, Path(outputs["report-dir"])

    return action


def suggestions(run: Callable[..., Ran], base: str = "main") -> list[dict[str, Any]]:
    """Return the suggestions for a change."""
    outputs, folder = run(base)
    file = folder / "suggestions.json"
    found: list[dict[str, Any]] = json.loads(file.read_text("utf-8")) if file.exists() else []
    assert (outputs["fixes"] != "0") is bool(found)
    return found


def suggested(comment: dict[str, Any]) -> str:
    """Return what a reader of a comment is offered, as GitHub reads it."""
    [fence] = [token for token in MarkdownIt("commonmark").parse(comment["body"]) if token.type == "fence"]
    assert fence.info == "suggestion"
    return fence.content


# --- the patch -------------------------------------------------------------------------------------------------------


def test_the_patch_is_one_that_git_takes(repository: Repository, run: Callable[..., Ran]) -> None:
    """Applied, it makes the safe edits and no other change; the reasons stand beside it, with the patch's hash."""
    text = f"# A List\n\n* [x]({TYPO}) [y](#alist)\n* ![z]({TYPO}z.png)\n"
    repository.commit({"README.md": text})

    outputs, folder = run()

    assert outputs["fixes"] == "2"
    subprocess.run(["git", "apply", "--index", str(folder / "fixes.patch")], check=True)  # noqa: S607
    assert (repository.folder / "README.md").read_text("utf-8") == text.replace("htps", "https")
    body = (folder / "fixes.md").read_text("utf-8")
    assert body.startswith("<!-- linkwarden:fixes sha256=")
    assert "2 URLs in 1 file can be replaced safely" in body
    assert f"- `README.md:3` `{TYPO}` → `{RIGHT}`: " in body


def test_nothing_to_fix_leaves_nothing(run: Callable[..., Ran]) -> None:
    """The job that writes sees by that that it has to close its pull request."""
    outputs, folder = run()

    assert outputs["fixes"] == "0"
    assert {path.name for path in folder.iterdir()} == set(gha.REPORTS)


@pytest.mark.parametrize(
    "text",
    [
        f"# A\n\n[x]({TYPO}?X-Amz-Signature=0123456789abcdef0123456789abcdef)\n",  # a pull request would show it
        f'# A\n\n<a href="{TYPO}\n  b">x</a>\n',  # lines would no longer be changed one for one
    ],
)
def test_what_should_not_be_shown_or_changes_lines_is_left_out(
    repository: Repository, run: Callable[..., Ran], text: str
) -> None:
    """The report has the finding; the patch has not."""
    repository.commit({"README.md": text})

    outputs, folder = run()

    assert outputs["errors"] == "1"
    assert outputs["fixes"] == "0"
    assert not (folder / "fixes.patch").exists()


def test_what_is_not_committed_is_not_patched(repository: Repository, run: Callable[..., Ran]) -> None:
    """The patch is for a fresh checkout of the commit."""
    (repository.folder / "README.md").write_text(f"# A\n\n[x]({TYPO})\n", "utf-8")

    outputs, folder = run()

    assert outputs["fixes"] == "0"
    assert not (folder / "fixes.patch").exists()


def test_hostile_names_are_text(repository: Repository, run: Callable[..., Ran]) -> None:
    """Whatever a URL says, in the text of the pull request it is code: nobody is mentioned, no mark is ended."""
    hostile = f"{TYPO}@octocat/`/#1/<img"
    written = hostile.replace("<", r"\<")
    repository.commit({"README.md": f"# A\n\n[x](<{written}>)\n"})

    outputs, folder = run()

    assert outputs["fixes"] == "1"
    mark, body = (folder / "fixes.md").read_text("utf-8").split("\n", 1)
    tokens = [child for token in MarkdownIt("commonmark").parse(body) for child in token.children or ()]
    assert mark.endswith(" -->")
    assert hostile in [token.content for token in tokens if token.type == "code_inline"]
    assert not [token for token in tokens if token.type in ("html_inline", "link_open", "image")]
    assert "@octocat" not in "".join(token.content for token in tokens if token.type == "text")


# --- suggestions -----------------------------------------------------------------------------------------------------


def test_a_suggestion_offers_the_line_that_was_added(repository: Repository, run: Callable[..., Ran]) -> None:
    """All edits of a line in one; lines that were there are left alone."""
    repository.commit({"README.md": f"{LIST}* [old]({TYPO}old)\n"})
    repository.branch("proposal")
    repository.commit({"README.md": f"{LIST}* [old]({TYPO}old)\n  * [a]({TYPO}a) `` ` `` [b]({TYPO}b)\n"})

    [comment] = suggestions(run)

    assert (comment["path"], comment["line"], comment["side"]) == ("README.md", 5, "RIGHT")
    assert suggested(comment) == f"  * [a]({RIGHT}a) `` ` `` [b]({RIGHT}b)\n"


@pytest.mark.parametrize("run_of_ticks", ["`", "```", "`" * 40])
def test_no_backticks_end_a_suggestion(repository: Repository, run: Callable[..., Ran], run_of_ticks: str) -> None:
    """The fence is longer than any run of them in the line."""
    line = f"{run_of_ticks}suggestion and {run_of_ticks} [a]({TYPO}a) <!-- @octocat -->"
    repository.branch("proposal")
    repository.commit({"README.md": f"{LIST}\nText {line}\n"})

    [comment] = suggestions(run)

    assert suggested(comment) == f"Text {line.replace('htps', 'https')}\n"


@pytest.mark.parametrize(
    "line",
    [
        f"[a]({TYPO}a)\r",  # what GitHub would make of the line end is not known
        f"\u202e[a]({TYPO}a)",  # a reader would see something else than is written
        f"\u200b[a]({TYPO}a)",
        f"[a]({TYPO}a) \x1b[31m",
        f"[a]({TYPO}a) [b](https://there.example/?X-Amz-Signature=0123456789abcdef0123456789abcdef)",  # a secret
        f"[a]({TYPO}a) {'x' * 5000}",
    ],
)
def test_a_line_that_cannot_be_shown_gets_none(repository: Repository, run: Callable[..., Ran], line: str) -> None:
    """The annotation names the fix there."""
    repository.branch("proposal")
    (repository.folder / "README.md").write_bytes(f"{LIST}\n{line}\n".encode())
    repository.commit()

    assert suggestions(run) == []


def test_the_line_is_counted_at_the_head_of_the_pull_request(repository: Repository, run: Callable[..., Ran]) -> None:
    """Checked is GitHub's merge, in which others may have added lines above."""
    start = repository.commit({"README.md": f"{LIST}\n## End\n"})
    repository.branch("proposal")
    repository.commit({"README.md": f"{LIST}\n## End\n\n[a]({TYPO}a)\n"})
    repository.git("checkout", "-q", "main")
    repository.commit({"README.md": f"# New\n\nMore\n\n{LIST}\n## End\n"})
    repository.git("merge", "-q", "--no-ff", "-m", "merge", "proposal")
    assert start

    [comment] = suggestions(run, "HEAD^1")

    assert comment["line"] == 7
    text = (repository.folder / "README.md").read_text("utf-8")
    assert text.splitlines()[10] == f"[a]({TYPO}a)", "in the merge it is another line"


def test_a_pull_request_is_not_buried(repository: Repository, run: Callable[..., Ran]) -> None:
    """At most twenty suggestions."""
    repository.branch("proposal")
    repository.commit({"README.md": LIST + "".join(f"* [{n}]({TYPO}{n})\n" for n in range(50))})

    assert len(suggestions(run)) == 20
