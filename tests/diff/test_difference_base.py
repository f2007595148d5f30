"""Which commit a change is compared with: pull requests in clones of every depth, merge queues, pushes, desks."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from linkwarden.config import Config
from linkwarden.diff import Difference, difference
from linkwarden.model import UsageError
from linkwarden.text import target_key
from tests.repository import Forge, Repository

Event = Callable[[dict[str, Any]], Path]
BEFORE = {"README.md": "[a](https://a.example/)\n\nwords\n\nmore words\n"}
PROPOSED = {"README.md": "[a](https://a.example/) [n](https://n.example/)\n\nwords\n\nmore words\n"}
MEANWHILE = {"README.md": "[a](https://a.example/)\n\nwords\n\nmore words\n\n[m](https://m.example/)\n"}


@pytest.fixture
def forge(tmp_path: Path) -> Forge:
    """A pull request that adds n, while the base got m."""
    return Forge(tmp_path, BEFORE, PROPOSED, MEANWHILE)


@pytest.fixture
def event(tmp_path: Path) -> Event:
    """Write what GitHub says of what started a workflow."""

    def write(payload: Any) -> Path:
        path = tmp_path / "event.json"
        path.write_text(json.dumps(payload))
        return path

    return write


def pull_request(forge: Forge) -> dict[str, Any]:
    """Give the event of the pull request; its ``base.sha`` is, as so often, from before the base moved on."""
    base = {"ref": "main", "sha": forge.fork}
    return {"number": 1, "pull_request": {"number": 1, "head": {"ref": "feature", "sha": forge.tip}, "base": base}}


def compare(repository: Repository, diff: str = "auto", event: Path | None = None) -> Difference:
    """Read what the repository's README was before."""
    config = Config(inputs=(str(repository.folder / "README.md"),), diff=diff, event=event)
    return difference(config, repository.folder)


def added(found: Difference) -> set[str]:
    """Tell which of the letters a, m, n are additions."""
    return {n for n in "amn" if not found.had(target_key(f"https://{n}.example/", ""), as_image=False)}


def advice(repository: Repository, diff: str = "auto", event: Path | None = None) -> str:
    """Give the error that comparing ends with."""
    with pytest.raises(UsageError) as refusal:
        compare(repository, diff, event)
    assert refusal.value.exit_code == 2
    return f"{refusal.value} | {refusal.value.advice}"


@pytest.mark.parametrize("depth", [2, 3, 0])
def test_a_pull_request_is_compared_with_what_it_is_merged_into(forge: Forge, event: Event, depth: int) -> None:
    """At depth 2 and with the whole history: n alone is added, although the base got m meanwhile."""
    found = compare(forge.clone(depth), event=event(pull_request(forge)))

    assert added(found) == {"n"}
    assert forge.base[:9] in found.base


def test_depth_1_is_an_error_that_says_what_to_do(forge: Forge, event: Event) -> None:
    """With ``fetch-depth: 1`` the base is not there: neither nothing nor everything is checked."""
    clone = forge.clone(1)

    for told in (advice(clone, event=event(pull_request(forge))), advice(clone), advice(clone, "HEAD^1")):
        assert "fetch-depth: 2" in told
        assert "only a part of the history" in told


def test_a_pull_requests_own_branch_can_be_checked_out(forge: Forge, event: Event) -> None:
    """Whoever checks out the branch itself, in full, is compared from where it left the base."""
    found = compare(forge.clone(0, "refs/heads/feature"), event=event(pull_request(forge)))

    assert added(found) == {"m", "n"}  # m came later: it is neither in the branch nor where it began
    assert forge.fork[:9] in found.base
    assert "fetch-depth: 0" in advice(forge.clone(1, "refs/heads/feature"), event=event(pull_request(forge)))


def test_a_branch_that_took_in_its_base_is_no_test_merge(forge: Forge, event: Event) -> None:
    """A pull request's branch whose last commit merges the base into it adds n, and not what came with the base."""
    work = forge.work
    work.git("checkout", "-q", "feature")
    work.git("merge", "-q", "--no-ff", "-m", "update", "main")
    forge.tip = work.git("rev-parse", "HEAD")
    work.git("push", "-q", "origin", "feature")

    found = compare(forge.clone(0, "refs/heads/feature"), event=event(pull_request(forge)))

    assert added(found) == {"n"}
    assert added(compare(work)) == {"n"}  # at a desk


def test_without_an_event_a_merge_is_compared_with_its_first_parent(forge: Forge) -> None:
    """Other services' tests of a merge, in a clone that knows no branch."""
    assert added(compare(forge.clone(2))) == {"n"}


def test_a_merge_queue_names_its_base(forge: Forge, event: Event) -> None:
    """The event ``merge_group`` decides, also against the first parent; a base that is not here is an error."""
    queue = {"merge_group": {"base_sha": forge.fork, "head_sha": forge.merge, "base_ref": "refs/heads/main"}}

    assert added(compare(forge.clone(0), event=event(queue))) == {"m", "n"}
    assert "fetch-depth: 0" in advice(forge.clone(2), event=event(queue))
    hostile = {"merge_group": {"base_sha": "--upload-pack=touch x"}}
    assert "merge queue" in advice(forge.clone(3), event=event(hostile))


def test_a_push_is_compared_with_what_was_there(forge: Forge, event: Event) -> None:
    """A push says what was there before it; a new branch is compared from where it left the default branch."""
    clone = forge.clone(0, "refs/heads/feature")

    assert added(compare(clone, event=event({"before": forge.fork}))) == {"m", "n"}
    found = compare(clone, event=event({"before": "0" * 40}))
    assert added(found) == {"m", "n"}
    assert "origin/main" in found.base


def test_the_default_branch_itself_is_no_base_in_a_workflow(forge: Forge, event: Event) -> None:
    """A nightly run with ``auto`` would find nothing changed, night after night: that is an error."""
    clone = forge.clone(0)
    clone.git("checkout", "-q", "--detach", "origin/main")

    assert "nothing to compare with" in advice(clone, event=event({"schedule": "0 3 * * *"}))
    assert added(compare(clone)) == {"n"}  # at a desk, what is not committed is compared


@pytest.mark.parametrize("payload", [[], "x", {"pull_request": None}, {"pull_request": {"head": 3}}, {"before": 7}])
def test_an_odd_event_is_no_crash(forge: Forge, event: Event, payload: object) -> None:
    """Whatever stands in the event: a base is found, or an error is told."""
    clone = forge.clone(2)
    assert added(compare(clone, event=event(payload))) == {"n"}  # type: ignore[arg-type]


def test_an_event_that_cannot_be_read_is_an_error(forge: Forge, tmp_path: Path) -> None:
    """Without the event nobody knows what was meant."""
    clone = forge.clone(2)
    (tmp_path / "bad.json").write_bytes(b"\xff{")

    assert "GITHUB_EVENT_PATH" in advice(clone, event=tmp_path / "bad.json")
    assert "GITHUB_EVENT_PATH" in advice(clone, event=tmp_path / "none.json")


def test_a_branch_that_went_on_counts_from_where_they_parted(forge: Forge) -> None:
    """``--diff main`` on a branch: n is added; what main got since is none of the branch's affair."""
    work = forge.work
    work.git("checkout", "-q", "feature")

    for name in ("main", "auto", forge.base[:12], "main~0"):
        found = compare(work, name)
        assert added(found) == {"m", "n"}, name
        assert forge.fork[:9] in found.base, name


def test_a_branch_that_only_the_server_has_is_found(forge: Forge) -> None:
    """A clone for a test has ``origin/main`` only; ``--diff main`` means that."""
    assert added(compare(forge.clone(0), "main")) == {"n"}


@pytest.mark.parametrize("name", ["nope", "", "--all", "-n1", "HEAD..main", "a\nb", "f" * 40, "HEAD:README.md", "a\0b"])
def test_an_unknown_base_is_an_error(forge: Forge, name: str) -> None:
    """What is no commit here is named, whatever it looks like."""
    assert "there is no such commit or branch here" in advice(forge.work, name)


def test_histories_without_anything_in_common_are_an_error(forge: Forge) -> None:
    """An orphan branch cannot be compared."""
    forge.work.git("checkout", "-q", "--orphan", "alone")
    forge.work.commit({"README.md": "[x](https://x.example/)\n"})

    assert "in common" in advice(forge.work, "main")


def test_outside_of_a_repository_is_an_error(tmp_path: Path) -> None:
    """No repository, and one without a commit."""
    plain = tmp_path / "plain"
    plain.mkdir()
    (plain / "README.md").write_text("[a](https://a.example/)")
    with pytest.raises(UsageError, match="not a git repository"):
        difference(Config(inputs=(str(plain / "README.md"),), diff="main"), plain)

    empty = Repository(tmp_path / "empty")
    empty.write({"README.md": "[a](https://a.example/)"})
    assert "no commit yet" in advice(empty)


def test_without_git_it_says_so(forge: Forge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where git is not installed, or only a program of that name lies where we are, it is an error."""
    monkeypatch.setenv("PATH", str(tmp_path / "none"))
    assert "git is not installed" in advice(forge.work)

    trap = forge.work.folder / "git"
    trap.write_text("#!/bin/sh\ntouch ran\n")
    trap.chmod(0o755)
    monkeypatch.chdir(forge.work.folder)
    for path in (".", str(forge.work.folder)):
        monkeypatch.setenv("PATH", path)
        assert "git is not installed" in advice(forge.work)
    assert not (forge.work.folder / "ran").exists()
