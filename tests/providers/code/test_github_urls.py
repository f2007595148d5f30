"""What GitHub addresses name, read without asking anybody."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkwarden.providers.code.github.urls import GithubRef, What, canonical, parse, with_branch, with_repository

_GIST = "aa5a315d61ae9438b18d"
_SHAPES: list[tuple[str, What, str, str]] = [
    # address, what, ident, detail (name, number or branch:path)
    ("https://github.com/NVIDIA/vid2vid", What.REPO, "nvidia/vid2vid", ""),
    ("https://github.com/NVIDIA/vid2vid/", What.REPO, "nvidia/vid2vid", ""),
    ("http://www.github.com/o/r.git", What.REPO, "o/r", ""),
    ("HTTPS://GitHub.COM/o/r", What.REPO, "o/r", ""),
    ("https://github.com/o/r?tab=readme-ov-file#use", What.REPO, "o/r", "readme-ov-file"),
    ("https://github.com/octocat", What.OWNER, "@octocat", ""),
    ("https://github.com/octocat?tab=repositories", What.OWNER, "@octocat", ""),
    ("https://github.com/orgs/pytorch", What.OWNER, "@pytorch", ""),
    ("https://github.com/orgs/pytorch/repositories", What.OWNER, "@pytorch", ""),
    ("https://github.com/users/octocat", What.OWNER, "@octocat", ""),
    ("https://github.com/o/r/tree/master/python/ray/tune", What.TREE, "o/r", "master:python/ray/tune"),
    ("https://github.com/o/r/tree/main", What.TREE, "o/r", "main:"),
    ("https://github.com/o/r/blob/main/a%20b/c.md#L10-L20", What.FILE, "o/r", "main:a b/c.md"),
    ("https://github.com/o/r/blame/main/x.py", What.FILE, "o/r", "main:x.py"),
    ("https://github.com/o/r/edit/main/x.py", What.FILE, "o/r", "main:x.py"),
    ("https://github.com/o/r/blob/main/x.png?raw=true", What.RAW, "o/r", "main:x.png"),
    ("https://github.com/o/r/blob/main/x.md?plain=1", What.FILE, "o/r", "main:x.md"),
    ("https://github.com/o/r/raw/master/x.png", What.RAW, "o/r", "master:x.png"),
    ("https://github.com/o/r/raw/refs/heads/main/x.png", What.RAW, "o/r", "refs/heads/main:x.png"),
    ("https://raw.githubusercontent.com/o/r/master/d/x.png", What.RAW, "o/r", "master:d/x.png"),
    ("https://raw.githubusercontent.com/o/r/refs/tags/v1/x.png", What.RAW, "o/r", "refs/tags/v1:x.png"),
    ("https://github.com/o/r/archive/refs/heads/main.zip", What.ARCHIVE, "o/r", "refs/heads/main:"),
    ("https://github.com/o/r/archive/v1.2.tar.gz", What.ARCHIVE, "o/r", "v1.2:"),
    ("https://github.com/o/r/commit/abcdef1", What.COMMIT, "o/r", "abcdef1"),
    ("https://github.com/o/r/commit/abcdef1.patch", What.COMMIT, "o/r", "abcdef1"),
    ("https://github.com/o/r/compare/a...b", What.SECTION, "o/r", "compare"),
    ("https://github.com/o/r/releases", What.SECTION, "o/r", "releases"),
    ("https://github.com/o/r/releases/latest", What.SECTION, "o/r", "releases"),
    ("https://github.com/o/r/releases/tag/v1.0", What.TAG, "o/r", "v1.0"),
    ("https://github.com/o/r/releases/tag/pkg/v1.0", What.TAG, "o/r", "pkg/v1.0"),
    ("https://github.com/o/r/tags", What.SECTION, "o/r", "tags"),
    ("https://github.com/o/r/issues?q=is%3Aopen", What.SECTION, "o/r", "issues"),
    ("https://github.com/o/r/issues/12#issuecomment-1", What.ISSUE, "o/r", "12"),
    ("https://github.com/o/r/issues/new/choose", What.SECTION, "o/r", "issues"),
    ("https://github.com/o/r/pull/7/files", What.ISSUE, "o/r", "7"),
    ("https://github.com/o/r/pulls", What.SECTION, "o/r", "pulls"),
    ("https://github.com/o/r/discussions/3", What.DISCUSSION, "o/r", "3"),
    ("https://github.com/o/r/discussions/categories/q-a", What.SECTION, "o/r", "discussions"),
    ("https://github.com/o/r/milestone/2", What.MILESTONE, "o/r", "2"),
    ("https://github.com/o/r/labels/good%20first%20issue", What.SECTION, "o/r", "labels"),
    ("https://github.com/o/r/wiki", What.SECTION, "o/r", "wiki"),
    ("https://github.com/o/r/actions", What.SECTION, "o/r", "actions"),
    ("https://github.com/o/r/graphs/contributors", What.SECTION, "o/r", "graphs"),
    ("https://github.com/o/r/stargazers", What.SECTION, "o/r", "stargazers"),
    ("https://gist.github.com/octocat/aa5a315d61ae9438b18d", What.GIST, "gist:aa5a315d61ae9438b18d", _GIST),
    ("https://gist.github.com/AA5A315D61AE9438B18D.git", What.GIST, "gist:aa5a315d61ae9438b18d", _GIST.upper()),
    ("https://gist.github.com/octocat", What.OWNER, "@octocat", ""),
]  # fmt: skip


def _detail(ref: GithubRef) -> str:
    if ref.rest:
        return ":".join(ref.splits[0])
    return str(ref.number) if ref.number else ref.name


@pytest.mark.parametrize(("url", "what", "ident", "detail"), _SHAPES, ids=[s[0] for s in _SHAPES])
def test_shape(url: str, what: What, ident: str, detail: str) -> None:
    """Every shape of address is read for what it names, and names are one question whatever their case."""
    ref = parse(url)

    assert ref is not None
    assert (what, ident, detail) == (ref.what, ref.ident, _detail(ref))


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com",
        "https://github.com/",
        "https://github.com/features/actions",
        "https://github.com/topics/machine-learning",
        "https://github.com/marketplace/actions/x",
        "https://github.com/sponsors/octocat",
        "https://github.com/collections/learn-to-code",
        "https://github.com/apps/dependabot",
        "https://github.com/orgs/x/projects/1",
        "https://github.com/user-attachments/assets/0f6b2a9e-0000-4000-8000-000000000000",
        "https://github.com/octocat.png",
        "https://github.com/-bad/name",
        "https://github.com/o/r/wiki/Home",
        "https://github.com/o/r.wiki.git",
        "https://github.com/o/r/workflows/CI/badge.svg",
        "https://github.com/o/r/actions/workflows/x.yml/badge.svg",
        "https://github.com/o/r/actions/runs/1",
        "https://github.com/o/r/releases/download/v1/x.zip",
        "https://github.com/o/r/blob/main",
        "https://github.com/o/r/issues/99999999999",
        "https://github.com/o/r/blob/main/../x",
        "https://github.com/o/r/blob/main/%FF",
        "https://github.com/o/r/blob/main/a%00b",
        "https://github.com:8443/o/r",
        "https://me:secret@github.com/o/r",
        "https://raw.githubusercontent.com/o/r/main/x?token=ABC",
        "https://raw.githubusercontent.com/wiki/o/r/x.png",
        "https://gist.github.com/discover",
        "https://gist.github.com/octocat/aa5a315d61ae9438b18d/raw/x.py",
        "https://octocat.github.io/x",
        "https://api.github.com/repos/o/r",
        "https://avatars.githubusercontent.com/u/1",
        "https://github.com.evil.example/o/r",
        "https://[::1",
        "ftp://github.com/o/r",
    ],
)
def test_left_alone(url: str) -> None:
    """What no interface of GitHub can tell is left to another provider."""
    assert parse(url) is None


def test_branches_with_slashes_are_read_every_way() -> None:
    """Where the branch ends only GitHub knows, so every reading is kept, the shortest branch first."""
    ref = parse("https://github.com/o/r/blob/feature/x/README.md")

    assert ref is not None
    assert ref.splits == (("feature", "x/README.md"), ("feature/x", "README.md"))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://github.com/Old/name", "https://github.com/new/Name"),
        ("https://github.com/Old/name.git", "https://github.com/new/Name.git"),
        ("https://github.com//Old/name/blob/main/a%20b.md?x=1#L3", "https://github.com/new/Name/blob/main/a%20b.md?x=1#L3"),
        ("https://raw.githubusercontent.com/Old/name/m/x", "https://raw.githubusercontent.com/new/Name/m/x"),
    ],
)  # fmt: skip
def test_a_new_name_leaves_the_rest_as_written(url: str, expected: str) -> None:
    """A renamed repository's suggestion is the author's own address with only the names replaced."""
    assert expected == with_repository(url, "new/Name")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://github.com/o/r/blob/master/a%20b.md#L3", "https://github.com/o/r/blob/main/a%20b.md#L3"),
        ("https://github.com/o/r/tree/master", "https://github.com/o/r/tree/main"),
        ("https://github.com/o/r/raw/refs/heads/master/x", "https://github.com/o/r/raw/refs/heads/main/x"),
        ("https://raw.githubusercontent.com/o/r/master/master/x", "https://raw.githubusercontent.com/o/r/main/master/x"),
        ("https://github.com/o/r/archive/master.zip", "https://github.com/o/r/archive/main.zip"),
    ],
)  # fmt: skip
def test_a_new_branch_leaves_the_rest_as_written(url: str, expected: str) -> None:
    """A renamed branch's suggestion replaces the branch and nothing else."""
    ref = parse(url)

    assert ref is not None
    assert expected == with_branch(url, ref, "main")


def test_canonical_form() -> None:
    """Http and www are what GitHub redirects for good; everything else stays."""
    assert canonical("http://www.GitHub.com/O/r?x#y") == "https://github.com/O/r?x#y"
    assert canonical("https://github.com/O/r") == "https://github.com/O/r"
    assert canonical("http://github.com.evil.example/O/r") == "http://github.com.evil.example/O/r"


_WORDS = "o|r|blob|tree|raw|refs|heads|tags|main|a b|%20|%ff|..|issues|7|wiki|é"
_PIECES = st.sampled_from(_WORDS.split("|")) | st.text(max_size=6)


@given(
    host=st.sampled_from(["github.com", "www.github.com", "raw.githubusercontent.com", "gist.github.com"]),
    pieces=st.lists(_PIECES, max_size=9),
    tail=st.sampled_from(["", "?raw=true", "#L1", "?tab=x#y"]),
)
def test_reading_never_raises_and_rewriting_keeps_what_it_names(host: str, pieces: list[str], tail: str) -> None:
    """Any address is read or left alone; a renamed one still names the same thing in the new repository."""
    url = f"https://{host}/{'/'.join(pieces)}{tail}"
    ref = parse(url)
    if ref is None or not ref.repo:
        return

    again = parse(with_repository(url, "new-owner/new-name"))

    assert again is not None
    assert ("new-owner/new-name", ref.what, ref.rest) == (again.full_name, again.what, again.rest)
