"""The real list, fixed: the safe edits are made, nothing else changes, and nothing safe is left."""

from __future__ import annotations

import asyncio
from pathlib import Path

from linkwarden.config import Config
from linkwarden.deps import Deps
from linkwarden.fix import Fixes, chooser, fixes_of, wishes_of_run
from linkwarden.inputs import Reading
from linkwarden.model import Result, Run
from linkwarden.run import engine
from tests.internet import FakeInternet
from tests.internet.world import World
from tests.repository import Repository
from tests.shared import needs_shared

pytestmark = needs_shared


async def check(internet: FakeInternet, path: Path) -> Run:
    """Check a copy of the list in the world of the original."""
    deps = Deps(
        make_net=lambda c, _: internet.net(concurrency=c.concurrency, per_host=c.per_host),
        now=internet.time.now,
        clock=internet.time.clock,
    )
    return await engine.run(Config(inputs=(str(path),), root=path.parent, github_token="good-token"), deps)


def edits_of(run: Run) -> Fixes:
    """Return the safe edits of a run."""
    return fixes_of(wishes_of_run(run, chooser(())), Reading())


def is_safe(result: Result) -> bool:
    """Return whether ``fix --write`` would mend a finding."""
    return result.judgement.suggestion is not None and result.judgement.suggestion.safe


def written(repository: Repository, run: Run) -> None:
    """Make the safe edits of a run, and hold that they are all that changes."""
    path = repository.folder / "README.md"
    before = path.read_bytes()
    fixes = edits_of(run)
    safe = [result for result in run.results if is_safe(result)]
    assert len(safe) > 5
    assert {edit.before for edit in fixes.edits} == {result.target.url for result in safe}
    assert fixes.documents[0].dropped == ()
    (repository.folder / "fixes.diff").write_bytes(fixes.patch())
    repository.git("apply", "--check", "fixes.diff")
    assert fixes.write() == (path.as_posix(),)
    changed = {edit.line for edit in fixes.edits}
    old, new = before.split(b"\n"), path.read_bytes().split(b"\n")
    assert len(old) == len(new)
    assert {number for number, (a, b) in enumerate(zip(old, new, strict=True), 1) if a != b} == changed
    assert repository.git("diff", "--numstat").split()[:2] == [str(len(changed))] * 2


async def test_what_is_safe_is_fixed_and_stays_so(internet: FakeInternet, tmp_path: Path) -> None:
    """Every safe finding is one edit a place; the diff has their lines only; a second run changes nothing."""
    world = await asyncio.to_thread(World, internet)
    repository = await asyncio.to_thread(Repository, tmp_path / "repo")
    text = await asyncio.to_thread(world.list.read_text, "utf-8")
    await asyncio.to_thread(repository.commit, {"README.md": text})
    path = repository.folder / "README.md"
    await asyncio.to_thread(written, repository, await check(internet, path))
    second = await check(internet, path)
    assert [result.target.url for result in second.results if is_safe(result)] == []
    assert (await asyncio.to_thread(edits_of, second)).edits == ()
