"""Finds the commit that a change is compared with (``--diff``). Where there is none, that is an error with advice.

The base of a pull request is the first parent of the commit in which GitHub merges it for the test, and not the
event's ``base.sha``: with that one, what others have added to the base since would count as added by the pull request.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from linkwarden.git import Git, GitError
from linkwarden.model import UsageError
from linkwarden.patterns import pattern

#: What ``--diff`` takes for "find it yourself"; a branch of this name is ``refs/heads/auto``.
AUTO = "auto"
_DEFAULT_BRANCHES = ("origin/HEAD", "origin/main", "origin/master", "main", "master")
#: GitHub's limit for what it sends to webhooks ("Webhook events and payloads").
_MOST_EVENT_BYTES = 25 * 1024 * 1024
_OID = pattern(r"[0-9a-f]{40,64}\Z")
_DEEPER = 'With actions/checkout, set "fetch-depth: 2" for pull requests, or "fetch-depth: 0" for the whole history.'
_NAME_IT = "Name the commit or branch to compare with, such as --diff main."


class Base(NamedTuple):
    """What a change is compared with.

    Attributes:
        commit: its full name.
        words: what it is called in messages.
    """

    commit: str
    words: str


def find_base(git: Git, wanted: str, event: Path | None) -> Base:
    """Find the commit that a change is compared with.

    Args:
        git: runs git in the repository.
        wanted: a branch, a tag, a commit, or ``auto``. For a branch that went on since, it is the commit where the
            two parted.
        event: the file in which GitHub describes what started the workflow (``GITHUB_EVENT_PATH``), or None.

    Raises:
        UsageError: there is none; the message says what to do.
        GitError: git does not work here.
    """
    git.text("rev-parse", "--git-dir")  # fails with git's own message where this is no repository
    head = git.commit("HEAD")
    if head is None:
        raise UsageError(f"--diff {wanted}: the repository has no commit yet", "Commit the list first.")
    if wanted != AUTO:
        return _named(git, head, wanted)
    base = _of_event(git, head, _read_event(event)) if event is not None else None
    base = base or _of_default_branch(git, head, is_local=event is None) or _of_merge(git)
    if base is None:
        raise _not_found(git, f"--diff {AUTO}: found nothing to compare with")
    return base


def _named(git: Git, head: str, wanted: str) -> Base:
    commit = git.commit(wanted) or git.commit(f"refs/remotes/origin/{wanted}")
    if commit is None:
        raise _not_found(git, f"--diff {wanted}: there is no such commit or branch here")
    base = _parting(git, head, commit, wanted)
    if base is None:
        raise _not_found(git, f"--diff {wanted}: it has no known commit in common with what is checked")
    return base


def _parting(git: Git, head: str, commit: str, name: str) -> Base | None:
    """Return the commit where a branch and the head parted, or None if they have none in common here."""
    try:
        parting = git.text("merge-base", commit, head)
    except GitError:
        return None
    if parting == commit:
        return Base(commit, name if commit.startswith(name) else f"{name} ({commit[:9]})")
    return Base(parting, f"{parting[:9]}, where this branch left {name}")


# --- on GitHub Actions --------------------------------------------------------------------------------------------


def _read_event(path: Path) -> Mapping[str, Any]:
    try:
        with path.open("rb") as file:
            event = json.loads(file.read(_MOST_EVENT_BYTES))
    except (OSError, ValueError, RecursionError):
        raise UsageError(
            f"--diff {AUTO}: the file that GITHUB_EVENT_PATH names cannot be read: {path}", _NAME_IT
        ) from None
    return event if isinstance(event, dict) else {}


def _of_event(git: Git, head: str, event: Mapping[str, Any]) -> Base | None:
    if "merge_group" in event:
        return _of_merge_group(git, event)
    if "pull_request" in event:
        return _of_pull_request(git, head, event)
    before = _oid(event, "before")  # of a push
    if before.strip("0") and git.commit(before) is not None:
        return Base(before, f"{before[:9]}, from before the push")
    return None


def _of_merge_group(git: Git, event: Mapping[str, Any]) -> Base:
    """Return the commit on which the merge queue built the group (webhook event ``merge_group``)."""
    commit = _oid(event, "merge_group", "base_sha")
    if not commit or git.commit(commit) is None:
        raise _not_found(git, f"--diff {AUTO}: the merge queue's base commit {commit[:9]} is not in this clone")
    return Base(commit, f"{commit[:9]}, the base of the merge queue")


def _of_pull_request(git: Git, head: str, event: Mapping[str, Any]) -> Base:
    tip = _oid(event, "pull_request", "head", "sha")
    merged = git.commit("HEAD^2")
    if merged is not None and merged == (tip or merged):
        merge = _of_merge(git)
        if merge is not None:
            return merge
    # The pull request's own branch is checked out, not its merge.
    branch = _word(event, "pull_request", "base", "ref")
    for name in (f"refs/remotes/origin/{branch}", _oid(event, "pull_request", "base", "sha")):
        commit = git.commit(name)
        base = _parting(git, head, commit, branch or name) if commit is not None else None
        if base is not None and base.commit != head:
            return base
    raise _not_found(git, f"--diff {AUTO}: the commit that the pull request is merged into is not in this clone")


def _word(event: Mapping[str, Any], *keys: str) -> str:
    found: Any = event
    for key in keys:
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, str) else ""


def _oid(event: Mapping[str, Any], *keys: str) -> str:
    word = _word(event, *keys)
    return word if _OID.match(word) else ""


# --- elsewhere ----------------------------------------------------------------------------------------------------


def _of_default_branch(git: Git, head: str, *, is_local: bool) -> Base | None:
    """Return the commit where the default branch and the head parted.

    On the default branch itself that is the head. On a developer's machine there may be changes that are not
    committed; in CI nothing would be checked, and nobody would notice, so there it does not count.
    """
    for name in _DEFAULT_BRANCHES:
        commit = git.commit(name)
        called = git.text("rev-parse", "--abbrev-ref", name) if name.endswith("HEAD") and commit is not None else name
        base = _parting(git, head, commit, called) if commit is not None else None
        if base is not None:
            return base if is_local or base.commit != head else None
    return None


def _of_merge(git: Git) -> Base | None:
    """Return what was merged into, if the head is a merge."""
    commit = git.commit("HEAD^1") if git.commit("HEAD^2") is not None else None
    return Base(commit, f"{commit[:9]}, which this was merged into") if commit is not None else None


def _not_found(git: Git, message: str) -> UsageError:
    """Return the error that there is no base; in a shallow clone it may only not have been fetched."""
    if git.text("rev-parse", "--is-shallow-repository") == "true":
        return UsageError(f"{message}; this clone has only a part of the history", _DEEPER)
    return UsageError(message, _NAME_IT)
