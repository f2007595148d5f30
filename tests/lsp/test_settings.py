"""What holds for a document in an editor: its repository's configuration, comments, baseline and memory."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
from lsprotocol import types

import linkwarden
from linkwarden.deps import Deps
from tests.internet import FakeInternet
from tests.internet.time import START
from tests.lsp.client import SOURCES, applied, at, editor
from tests.repository import Repository

BAD = "- [a](htps://a.example/x)\n- [f](no.md)\n"


async def test_each_document_has_the_settings_of_its_own_repository(tmp_path: Path) -> None:
    """Ignores, excluded paths and what makes a check fail come from the nearest configuration."""
    one, other = Repository(tmp_path / "one"), Repository(tmp_path / "other")
    one.write({"linkwarden.toml": 'exclude-paths = ["old/**"]\n[[ignore]]\nurl = "^htps:"\n'})
    other.write({"linkwarden.toml": 'fail-on = ["suspect"]\n'})
    async with editor(one.folder, other.folder) as shown:
        assert at(await shown.diagnostics(shown.open(one.folder / "README.md", BAD))) == [(1, "LW125")]
        assert await shown.diagnostics(shown.open(one.folder / "old" / "a.md", BAD)) == []
        assert await shown.diagnostics(shown.open(one.folder / "node_modules" / "x" / "a.md", BAD)) == []
        found = await shown.diagnostics(shown.open(other.folder / "docs" / "a.md", BAD))
        assert at(found) == [(0, "LW101"), (1, "LW125")]
        assert {d.severity for d in found} == {types.DiagnosticSeverity.Warning}


async def test_changed_settings_hold_at_once(tmp_path: Path) -> None:
    """And what is wrong with them is shown beside the line."""
    repository = Repository(tmp_path / "repo")
    settings = repository.folder / "linkwarden.toml"
    async with editor(repository.folder) as shown:
        uri = shown.open(repository.folder / "README.md", BAD)
        assert at(await shown.diagnostics(uri)) == [(0, "LW101"), (1, "LW125")]
        repository.write({"linkwarden.toml": "\n[[ignore]]\nurl = '^htps:'\ncode = 'LW99'\n"})
        event = types.FileEvent(settings.as_uri(), types.FileChangeType.Changed)
        shown.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([event]))
        problem = await shown.diagnostics(settings.as_uri(), None)
        assert [(d.range.start.line, d.severity) for d in problem] == [(3, types.DiagnosticSeverity.Error)]
        assert "'LW99' is no rule" in problem[0].message
        assert at(await shown.diagnostics(uri)) == [(0, "LW101"), (1, "LW125")]
        repository.write({"linkwarden.toml": "[[ignore]]\nurl = '^htps:'\n"})
        shown.save(uri)
        assert await shown.diagnostics(settings.as_uri(), None) == []
        assert at(await shown.diagnostics(uri)) == [(1, "LW125")]


@pytest.fixture
def with_baseline(tmp_path: Path) -> Repository:
    """A repository with a baseline that knows the findings of one list."""
    repository = Repository(tmp_path / "repo")
    repository.write({"docs/a.md": BAD, "linkwarden.toml": 'baseline = "known.json"\n'})
    command = [sys.executable, "-m", "linkwarden", "check", "docs/a.md", "--offline", "--no-state"]
    command += ["--baseline", "known.json", "--write-baseline"]
    env = {**os.environ, "PYTHONPATH": SOURCES}
    subprocess.run(command, cwd=repository.folder, env=env, check=True, capture_output=True)
    return repository


async def test_comments_and_baseline_accept_findings(with_baseline: Repository) -> None:
    """Lists are named in a baseline as the command line has them."""
    async with editor(with_baseline.folder) as shown:
        uri = shown.open(with_baseline.folder / "docs" / "a.md", BAD + "- [g](gone.md)\n")
        assert at(await shown.diagnostics(uri)) == [(2, "LW125")]
        text = "- [g](gone.md) <!-- linkwarden-ignore LW125 -->\n- [h](x.md)<!-- linkwarden-ignore LW12 -->\n"
        shown.change(uri, 2, text)
        found = await shown.diagnostics(uri, 2)
        assert at(found) == [(1, None), (1, "LW125")]
        assert "LW12" in found[0].message


async def test_what_failed_last_night(tmp_path: Path) -> None:
    """With the day since when; the memory is only read, and a changed URL has no past."""
    text = "# L\n\n- [a](https://pages.garden/here)\n- [b](https://pages.garden/gone)\n"
    repository = Repository(tmp_path / "repo")
    repository.write({"README.md": text})
    readme, state = repository.folder / "README.md", repository.folder / ".linkwarden" / "state.sqlite3"
    async with FakeInternet() as internet:
        internet.site("pages.garden").page("/here", "<title>Here</title> hello")
        deps = Deps(lambda config, observer: internet.net(observer=observer, timeout=config.timeout), now=lambda: START)
        await linkwarden.check_async(readme, deps=deps, state=state, archive=False)
    before = state.read_bytes()
    async with editor(repository.folder) as shown:
        uri = shown.open(readme, text)
        found = await shown.diagnostics(uri)
        assert at(found) == [(3, "LW301")]
        assert f"says the check of {START:%Y-%m-%d}" in found[0].message
        assert f"failed since {START:%Y-%m-%d}, in 1 run" in found[0].message
        assert f"failing since {START:%Y-%m-%d}" in await shown.hover(uri, 3, 10)
        assert f"last seen working on {START:%Y-%m-%d}" in await shown.hover(uri, 2, 10)
        shown.change(uri, 2, text.replace("/gone", "/other"))
        assert await shown.diagnostics(uri, 2) == []
    assert state.read_bytes() == before
    assert sorted(path.name for path in state.parent.iterdir()) == [".gitignore", state.name]


async def test_what_has_moved_is_replaced_as_the_last_report_says(tmp_path: Path) -> None:
    """The memory knows that it has moved, the report where to; a report that says something else is not heard."""
    text = "- [a](https://pages.garden/old/guide)\n"
    repository = Repository(tmp_path / "repo")
    repository.write({"README.md": text})
    readme, state = repository.folder / "README.md", repository.folder / ".linkwarden" / "state.sqlite3"
    async with FakeInternet() as internet:
        site = internet.site("pages.garden").page("/new/guide", "<title>Guide</title> hello")
        site.redirect("/old/guide", "/new/guide")
        deps = Deps(lambda config, observer: internet.net(observer=observer, timeout=config.timeout), now=lambda: START)
        run = await linkwarden.check_async(readme, deps=deps, state=state, archive=False)
    report = await asyncio.to_thread(run.to_json)
    repository.write({"reports/health.json": report})
    async with editor(repository.folder) as shown:
        uri = shown.open(readme, text)
        (found,) = await shown.diagnostics(uri)
        assert found.severity is types.DiagnosticSeverity.Information
        assert list(found.tags or ()) == [types.DiagnosticTag.Deprecated]  # editors strike it through
        action, _ = await shown.actions(uri, 0, ["quickfix"])
        action = await shown.client.code_action_resolve_async(action)
        assert applied(text, action) == text.replace("/old/", "/new/")
        assert [a.kind for a in await shown.actions(uri, 0, ["source"])] == ["source.fixAll.linkwarden"]
        repository.write({"reports/health.json": report.replace(str(found.code), "LW301")})
        shown.save(uri)
        assert at(await shown.diagnostics(uri)) == [(0, found.code)]
        assert "Replace" not in "".join(a.title for a in await shown.actions(uri, 0))


async def test_a_memory_that_cannot_be_used_costs_nothing(tmp_path: Path) -> None:
    """The offline findings are shown all the same."""
    repository = Repository(tmp_path / "repo")
    repository.write({".linkwarden/state.sqlite3": "nonsense"})
    async with editor(repository.folder) as shown:
        uri = shown.open(repository.folder / "README.md", BAD)
        assert at(await shown.diagnostics(uri)) == [(0, "LW101"), (1, "LW125")]
