"""Where linkwarden comes from: found out, never taken from another project."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest

from linkwarden import _home, gha
from linkwarden._home import Home, home, page_of
from linkwarden._version import REPOSITORY as CONSTANT
from linkwarden._version import __version__
from linkwarden.api import user_agent
from linkwarden.cli.explain import describe
from linkwarden.git import Git, GitError
from linkwarden.report import ReportOptions
from linkwarden.report._words import rule_url
from linkwarden.report.html import HtmlReport
from linkwarden.report.sarif import SarifReport
from linkwarden.rules import all_rules
from tests.report.sample import RUN
from tests.repository import Repository

ROOT = Path(__file__).parents[1]
COMMIT = "0123456789" * 4


@pytest.fixture(autouse=True)
def _unsaid(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Nothing is said, no constant is set, and the code that runs lies in no clone."""
    monkeypatch.setattr(_home, "_said", [])
    monkeypatch.setattr(_home, "REPOSITORY", "")
    monkeypatch.setattr(_home, "__file__", str(tmp_path / "lib" / "linkwarden" / "_home.py"))
    monkeypatch.setattr(metadata, "distribution", nothing)
    home.cache_clear()
    yield
    home.cache_clear()


def nothing(_name: str) -> metadata.Distribution:
    """Know no installed package."""
    raise metadata.PackageNotFoundError


def installed(written: object) -> object:
    """Return what ``metadata.distribution`` is if an installer wrote that down (PEP 610)."""

    class Written:
        @staticmethod
        def read_text(name: str) -> str | None:
            assert name == "direct_url.json"
            return written if isinstance(written, str | None) else json.dumps(written)

    return lambda _name: Written()


def clone(folder: Path, origin: str) -> Repository:
    """Return a clone of linkwarden with an origin."""
    made = Repository(folder)
    made.commit({"src/linkwarden/_home.py": "x"})
    made.git("config", "remote.origin.url", origin)
    return made


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ({"url": "https://github.com/o/r.git", "vcs_info": {"vcs": "git", "commit_id": COMMIT}}, Home("o/r", COMMIT)),
        ({"url": "ssh://git@github.com/o/r", "vcs_info": {"vcs": "git", "commit_id": COMMIT}}, Home("o/r", COMMIT)),
        ({"url": "https://me:secret@github.com/o/r", "vcs_info": {}}, Home("o/r")),
        ({"url": "https://github.com/o/r", "vcs_info": {"commit_id": "main\nx"}}, Home("o/r")),
        ({"url": "https://gitlab.com/o/r", "vcs_info": {"commit_id": COMMIT}}, Home("", COMMIT)),
        ({"url": "https://files.example/linkwarden-0.1.0-py3-none-any.whl", "archive_info": {}}, Home()),
        ({"url": "https://github.com/o/r/archive/main.zip", "archive_info": {}}, Home()),
        ({"url": "file:///nowhere", "dir_info": {}}, Home()),
        ({}, Home()),
        ("no JSON", Home()),
        ("[]", Home()),
        (None, Home()),
    ],
)
def test_what_an_installer_wrote_down(written: object, found: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """``pipx install git+https://…`` writes repository and commit; nothing else is taken for a repository."""
    monkeypatch.setattr(metadata, "distribution", installed(written))

    assert home().repository == found.repository
    assert home().commit == (found.commit if found.repository else home().commit)


def test_a_clone_knows_its_remote_and_a_commit_that_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commit counts only if a branch of the remote holds it; a package in somebody's repository is no clone."""
    made = clone(tmp_path / "clone of mine", "git@github.com:o/r.git")
    monkeypatch.setattr(_home, "__file__", str(made.folder / "src" / "linkwarden" / "_home.py"))
    assert home() == Home("o/r")

    made.git("update-ref", "refs/remotes/origin/main", "HEAD")
    home.cache_clear()
    assert home() == Home("o/r", made.git("rev-parse", "HEAD"))

    monkeypatch.setattr(_home, "__file__", str(made.folder / "vendor" / "linkwarden" / "_home.py"))
    home.cache_clear()
    assert home() == Home()


def test_an_installation_from_a_clone_knows_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``pipx install .`` writes down the folder."""
    made = clone(tmp_path / "my clone", "https://github.com/o/r")
    monkeypatch.setattr(metadata, "distribution", installed({"url": made.folder.as_uri(), "dir_info": {}}))

    assert home() == Home("o/r")


def test_the_constant_and_the_runner_count_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once it has a place, that is said in one constant; on a runner, GitHub says where the Action comes from."""
    monkeypatch.setattr(metadata, "distribution", installed({"url": "https://github.com/fork/r", "vcs_info": {}}))
    assert home() == Home("fork/r")

    _home.is_said_to_be("o/action")
    assert home() == Home("o/action")
    _home.is_said_to_be("o/r\n::error::x")
    assert home() == Home("o/action")

    monkeypatch.setattr(_home, "REPOSITORY", "o/constant")
    home.cache_clear()
    assert home() == Home("o/constant")


def test_the_action_takes_what_github_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable is GitHub's own."""
    monkeypatch.chdir(tmp_path)
    gha.main({"RUNNER_TEMP": str(tmp_path), "GITHUB_ACTION_REPOSITORY": "o/action"})

    assert home() == Home("o/action")


@pytest.mark.parametrize(
    ("remote", "page"),
    [
        ("git@github.com:o/r.git", "https://github.com/o/r"),
        ("https://user:secret@github.com/o/r.git/", "https://github.com/o/r"),
        ("ssh://git@git.site:2222/a/b/c", "https://git.site/a/b/c"),
        ("/srv/git/r.git", None),
        ("file:///srv/git/r.git", None),
        ("https://x.site/a\nb", None),
        ("", None),
    ],
)
def test_the_page_of_a_remote(remote: str, page: str | None) -> None:
    """Without what is secret in it; a folder has none."""
    assert page_of(remote) == page


def test_what_names_the_repository_does_without_it() -> None:
    """User-Agent, links to the rules and SARIF stay right where nobody knows it."""
    rule = next(iter(all_rules().values()))
    assert user_agent(None) == f"linkwarden/{__version__}"
    assert user_agent("me@example.org") == f"linkwarden/{__version__} (+mailto:me@example.org)"
    assert rule_url("LW301") == ""
    assert "://" not in describe(rule)
    driver = json.loads(SarifReport().render(RUN, ReportOptions()))["runs"][0]["tool"]["driver"]
    assert "informationUri" not in driver
    assert all("helpUri" not in one and "]()" not in one["help"]["markdown"] for one in driver["rules"])
    assert 'href=""' not in HtmlReport().render(RUN, ReportOptions())

    _home.is_said_to_be("o/r")

    assert user_agent(None) == f"linkwarden/{__version__} (+https://github.com/o/r)"
    assert rule_url("LW301") == "https://github.com/o/r/blob/HEAD/docs/rules.md#lw301"


def test_no_other_repository_is_named() -> None:
    """In no file that git tracks: another project has that name at GitHub, and nobody is to be sent there."""
    try:
        names = Git(ROOT, 60).run("ls-files", "-z").split(b"\0")
    except GitError:
        pytest.skip("this is no clone")
    taken = re.compile(r"(?:github\.com[/:]|uses: |repos/)(?P<name>[\w.-]+/linkwarden)\b(?![/.]\w)")
    allowed = {CONSTANT, "maker/linkwarden"}
    for name in names:
        path = ROOT / name.decode()
        if path.is_file() and path != Path(__file__) and path.suffix not in (".webp", ".png"):
            text = path.read_text("utf-8", errors="replace")
            found = {match["name"] for match in taken.finditer(text)} - allowed
            assert not found, f"{path} names {found}"
