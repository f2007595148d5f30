"""Where a line of a list can be read on the web is said only where that page shows what was checked."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from linkwarden.model import Run
from linkwarden.permalinks import job_of, lines_of, with_pages
from tests.report.sample import EMPTY
from tests.repository import Repository

GITHUB = {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "me/list"}
NOBODY = "0" * 40


def run_of(*paths: Path) -> Run:
    """Give a run that has read some files as they are now."""
    return replace(EMPTY, sha256={str(p): hashlib.sha256(p.read_bytes()).hexdigest() for p in paths})


def pages(*paths: Path, environ: dict[str, str] | None = None) -> list[str]:
    """Give the pages of files, in order; "" for what has none."""
    found = with_pages(run_of(*paths), environ or {}).pages
    return [found.get(str(path), "") for path in paths]


@pytest.fixture
def cloned(tmp_path: Path) -> Repository:
    """Give a clone whose commit the remote has; the remote is said to be at GitHub."""
    Repository(tmp_path / "origin").commit({"README.md": "a\n", "data/list.yml": "b\n", "a b/é#1.md": "c\n"})
    clone = Repository(tmp_path / "clone")
    clone.git("remote", "add", "origin", str(tmp_path / "origin"))
    clone.git("fetch", "-q", "origin")
    clone.git("checkout", "-q", "-B", "main", "origin/main")
    clone.git("remote", "set-url", "origin", "https://user:s3cret@github.com/me/list.git")
    return clone


def test_a_file_of_a_published_commit_has_a_page(cloned: Repository) -> None:
    """Of what is shown as a page, the source: only there do lines have numbers. Names are percent-encoded."""
    top, commit = cloned.folder, cloned.git("rev-parse", "HEAD")

    assert pages(top / "README.md", top / "data/list.yml", top / "a b/é#1.md") == [
        f"https://github.com/me/list/blob/{commit}/README.md?plain=1#L",
        f"https://github.com/me/list/blob/{commit}/data/list.yml#L",
        f"https://github.com/me/list/blob/{commit}/a%20b/%C3%A9%231.md?plain=1#L",
    ]


def test_what_differs_from_the_commit_has_none(cloned: Repository) -> None:
    """A file that is being edited has other lines; one that git does not track has no page at all."""
    cloned.write({"README.md": "new\na\n", "draft.md": "d\n"})

    assert pages(cloned.folder / "README.md", cloned.folder / "draft.md") == ["", ""]
    assert pages(cloned.folder / "data/list.yml") != [""]


def test_a_file_that_changed_while_it_was_checked_has_none(cloned: Repository) -> None:
    """What counts are the bytes that were checked, not those that are there afterwards."""
    path = cloned.folder / "README.md"
    run = replace(run_of(path), sha256={str(path): hashlib.sha256(b"before\n").hexdigest()})

    assert with_pages(run, {}).pages == {}


def test_line_ends_of_windows_are_the_same_lines(cloned: Repository) -> None:
    """Git writes them on checkout."""
    path = cloned.folder / "README.md"
    path.write_bytes(b"a\r\n")

    assert pages(path) != [""]


def test_a_commit_that_nobody_has_has_no_page(cloned: Repository) -> None:
    """A commit that was not pushed is known on this machine only; unless a CI service says that it has it."""
    commit = cloned.commit({"README.md": "mine\n"})
    path = cloned.folder / "README.md"

    assert pages(path) == [""]
    assert pages(path, environ={**GITHUB, "GITHUB_SHA": commit}) == [
        f"https://github.com/me/list/blob/{commit}/README.md?plain=1#L"
    ]
    assert pages(path, environ={**GITHUB, "GITHUB_SHA": NOBODY}) == [""]


@pytest.mark.parametrize(
    ("remote", "page"),
    [
        ("git@github.com:me/list.git", "https://github.com/me/list/blob/{}/README.md?plain=1#L"),
        ("https://gitlab.com/group/sub/list", "https://gitlab.com/group/sub/list/-/blob/{}/README.md?plain=1#L"),
        ("ssh://git@codeberg.org/me/list", "https://codeberg.org/me/list/src/commit/{}/README.md?display=source#L"),
        ("https://bitbucket.org/me/list.git", "https://bitbucket.org/me/list/src/{}/README.md#lines-"),
        ("https://git.intranet.example/me/list", ""),
        ("/srv/git/list", ""),
    ],
)
def test_the_page_is_the_forges_own(cloned: Repository, remote: str, page: str) -> None:
    """Of a server that nobody knows, nobody knows how its pages are called."""
    cloned.git("remote", "set-url", "origin", remote)

    assert pages(cloned.folder / "README.md") == [page.format(cloned.git("rev-parse", "HEAD"))]


@pytest.mark.parametrize(
    ("environ", "page"),
    [
        (GITHUB, "https://github.com/me/list/blob/{}/README.md?plain=1#L"),
        (
            {**GITHUB, "GITHUB_SERVER_URL": "https://git.example.org:8443/"},
            "https://git.example.org:8443/me/list/blob/{}/README.md?plain=1#L",
        ),
        ({**GITHUB, "FORGEJO_ACTIONS": "true"}, "https://github.com/me/list/src/commit/{}/README.md?display=source#L"),
        (
            {"CI_PROJECT_URL": "https://gitlab.example/group/sub/list"},
            "https://gitlab.example/group/sub/list/-/blob/{}/README.md?plain=1#L",
        ),
    ],
)
def test_ci_services_say_where_they_are(tmp_path: Path, environ: dict[str, str], page: str) -> None:
    """Also of a folder without git, as the checkout action leaves it where git is not installed."""
    path = tmp_path / "README.md"
    path.write_text("a\n")
    said = {
        "GITHUB_SHA": NOBODY,
        "GITHUB_WORKSPACE": str(tmp_path),
        "CI_COMMIT_SHA": NOBODY,
        "CI_PROJECT_DIR": str(tmp_path),
    }

    assert pages(path, environ={**said, **environ}) == [page.format(NOBODY)]
    assert pages(path, environ={**said, **environ, "GITHUB_WORKSPACE": "/nowhere", "CI_PROJECT_DIR": "/nowhere"}) == [
        ""
    ]


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {**GITHUB, "GITHUB_SHA": "main"},
        {**GITHUB, "GITHUB_SHA": NOBODY, "GITHUB_REPOSITORY": "me/list)](https://evil.example"},
        {**GITHUB, "GITHUB_SHA": NOBODY, "GITHUB_SERVER_URL": "javascript:alert(1)//"},
        {**GITHUB, "GITHUB_SHA": NOBODY, "GITHUB_SERVER_URL": "https://token@github.com"},
        {"CI_PROJECT_URL": "https://gitlab.example/a b", "CI_COMMIT_SHA": NOBODY},
    ],
)
def test_an_environment_that_makes_no_sense_says_nothing(environ: dict[str, str]) -> None:
    """Whatever sets it: nothing of it gets into a link."""
    assert job_of(environ) is None


def test_lists_from_github_have_pages() -> None:
    """What was fetched from there is to be read there; of other pages nothing is known."""
    assert (
        lines_of("https://github.com/o/r/blob/HEAD/docs/a.md") == "https://github.com/o/r/blob/HEAD/docs/a.md?plain=1#L"
    )
    assert lines_of("https://example.org/o/r/blob/HEAD/docs/a.md") == ""
    assert lines_of("") == ""


def test_a_jobs_folder_without_a_remote_is_what_the_job_says(tmp_path: Path) -> None:
    """But only files that are what was committed; another folder may be anything."""
    repository = Repository(tmp_path / "work")
    repository.commit({"README.md": "a\n", "b.md": "b\n"})
    repository.write({"b.md": "changed\n"})
    said = {**GITHUB, "GITHUB_SHA": NOBODY, "GITHUB_WORKSPACE": str(repository.folder)}
    files = repository.folder / "README.md", repository.folder / "b.md"

    assert pages(*files, environ=said) == [f"https://github.com/me/list/blob/{NOBODY}/README.md?plain=1#L", ""]
    assert pages(*files, environ={**said, "GITHUB_WORKSPACE": str(tmp_path)}) == ["", ""]


def test_files_of_no_repository_and_what_is_no_file_have_none(tmp_path: Path) -> None:
    """Nothing is asked about them, and nothing fails."""
    run = replace(EMPTY, sha256={"<stdin>": "", "https://a.example/x.md": "", "\0": "", str(tmp_path / "gone.md"): ""})

    assert with_pages(run, {}).pages == {}
