"""``linkwarden init``: what it finds out, what it writes, what it leaves alone, and what it says to do next."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from linkwarden.cli import cli
from linkwarden.cli import init as init_module
from linkwarden.cli.guard import run_guarded
from linkwarden.config import load_file
from tests.repository import Repository

COMMIT = "1234567890" * 4
CONFIG = "linkwarden.toml"
NIGHTLY = ".github/workflows/linkwarden-nightly.yml"
PR_CHECK = ".github/workflows/linkwarden-pr-check.yml"
Run = Callable[..., tuple[int, str]]
MANY = "".join(f"* https://{n}.example/\n" for n in range(20))


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A fresh repository with a README, which is the working directory; git knows no configuration."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    made = Repository(tmp_path / "repository")
    made.write({"README.md": "# List\n"})
    monkeypatch.chdir(made.folder)
    return made


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run ``linkwarden init`` and give the exit code and what it says; the Action's tags are in a local repository."""
    monkeypatch.setattr(init_module, "HOME", (tmp_path / "nowhere").as_uri())

    def init(*arguments: str) -> tuple[int, str]:
        code = run_guarded(cli, ["init", *arguments])
        out, err = capfd.readouterr()
        return code, out + err

    return init


def test_a_fresh_repository_gets_configuration_and_workflows(repository: Repository, run: Run) -> None:
    """All three files are written, valid, and pinned to the commit; the next steps are few and name them."""
    code, said = run("--ref", COMMIT)

    assert code == 0
    assert load_file(Path(CONFIG))["inputs"] == ("README.md",)
    for name in (NIGHTLY, PR_CHECK):
        assert yaml.safe_load((repository.folder / name).read_text("utf-8"))["permissions"] == {}
        assert f"uses: linkwarden/linkwarden@{COMMIT}\n" in (repository.folder / name).read_text("utf-8")
    assert [line for line in said.splitlines() if line.startswith("wrote")] == [
        f"wrote   {name}" for name in (CONFIG, NIGHTLY, PR_CHECK)
    ]
    assert f"git add {CONFIG} {NIGHTLY} {PR_CHECK}" in said
    assert len(said.splitlines()) < 12
    assert "commit:" not in (repository.folder / NIGHTLY).read_text("utf-8")


def test_every_setting_that_is_offered_is_one(repository: Repository, run: Run) -> None:
    """What stands in the configuration behind a # works as it stands, once the # is taken away."""
    del repository
    run("--ref", COMMIT)
    text = Path(CONFIG).read_text("utf-8")
    offered = re.sub(r"(?m)^# (?=[\w-]+ = |\[\[)", "", text)

    Path(CONFIG).write_text(offered, "utf-8")

    assert set(load_file(Path(CONFIG))) >= {"inputs", "contact", "fail_on", "expiring_within", "exclude", "ignores"}


def test_nothing_is_written_over(repository: Repository, run: Run) -> None:
    """What is there stays as it is and is named, the rest is written; --force writes over it."""
    mine = "inputs = ['mine.md']\n"
    repository.write({CONFIG: mine})

    code, said = run("--ref", COMMIT)
    assert code == 0
    assert Path(CONFIG).read_text("utf-8") == mine
    assert f"kept    {CONFIG} (it exists; --force overwrites it)" in said
    assert f"wrote   {NIGHTLY}" in said

    _, said = run("--ref", COMMIT)
    assert f"kept    {NIGHTLY} (it says the same)" in said
    assert "git add" not in said

    _, said = run("--ref", COMMIT, "--force")
    assert Path(CONFIG).read_text("utf-8") != mine
    assert f"wrote   {CONFIG}" in said


@pytest.mark.parametrize(
    ("files", "inputs"),
    [
        ({"README.md": ""}, ["README.md"]),
        ({"readme.markdown": "", "docs/a.md": "x"}, ["readme.markdown", "docs"]),
        ({"README.md": "", "docs/picture.png": "x"}, ["README.md"]),
        ({"README.md": "", "papers.md": MANY, "notes.md": "one https://a.example/"}, ["README.md", "papers.md"]),
        ({"README.md": "", "CHANGELOG.md": MANY, "CONTRIBUTING.md": MANY}, ["README.md"]),
        ({"README.md": "", "README.zh.md": MANY}, ["README.md", "README.zh.md"]),
        ({"README": "x"}, ["README"]),
        ({"list.md": MANY}, ["list.md"]),
        ({".github/README.md": "x"}, [".github/README.md"]),
        ({"README.md": "", 'quote"d \\ list.md': MANY}, ["README.md", 'quote"d \\ list.md']),
    ],
)
def test_it_finds_out_what_to_check(repository: Repository, run: Run, files: dict[str, str], inputs: list[str]) -> None:
    """README, lists beside it with many links, documents in docs/; not what has another purpose."""
    repository.remove("README.md")
    repository.write(files)

    assert run("--ref", COMMIT)[0] == 0

    assert tomllib.loads(Path(CONFIG).read_text("utf-8"))["inputs"] == inputs
    load_file(Path(CONFIG))


@pytest.mark.parametrize(
    ("origin", "contact"),
    [
        ("git@github.com:me/awesome.git", "https://github.com/me/awesome"),
        ("https://github.com/me/awesome", "https://github.com/me/awesome"),
        ("https://me:ghp_secret@github.com/me/awesome.git/", "https://github.com/me/awesome"),
        ("ssh://git@github.com:22/me/awesome.git", "https://github.com/me/awesome"),
        ("/srv/git/awesome.git", None),
        ('https://x.example/"\ncontact = "y', None),
        ("", None),
    ],
)
def test_it_finds_out_whom_sites_can_reach(repository: Repository, run: Run, origin: str, contact: str | None) -> None:
    """The contact is the repository's own page; what is secret in the address of its origin stays there."""
    if origin:
        repository.git("config", "remote.origin.url", origin)

    assert run("--ref", COMMIT)[0] == 0

    assert load_file(Path(CONFIG)).get("contact") == contact
    assert "ghp_secret" not in Path(CONFIG).read_text("utf-8")


def test_the_commit_of_the_tag_is_found_out(
    repository: Repository, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of an annotated tag it is the commit and not the tag's own name, with the tag beside it."""
    home = Repository(tmp_path / "home-of-linkwarden")
    commit = home.commit({"action.yml": "x"})
    home.git("tag", "--annotate", "--message=x", init_module.TAG)
    monkeypatch.setattr(init_module, "HOME", home.folder.as_uri())
    real = init_module._ask_git

    def ask(root: Path, *arguments: str) -> str | None:
        return real(root, "-c", "protocol.file.allow=always", *arguments)  # only https is allowed outside of tests

    monkeypatch.setattr(init_module, "_ask_git", ask)

    _, said = run()

    assert f"@{commit} # {init_module.TAG}\n" in (repository.folder / NIGHTLY).read_text("utf-8")
    assert "Could not look up" not in said


def test_without_a_network_the_tag_is_written_and_it_says_how_to_pin_it(repository: Repository, run: Run) -> None:
    """A tag works, but can be moved; the command that prints the commit is given."""
    _, said = run()

    assert f"@{init_module.TAG}\n" in (repository.folder / NIGHTLY).read_text("utf-8")
    assert f"Could not look up the commit of {init_module.TAG}" in said
    assert "git ls-remote" in said


@pytest.mark.parametrize("ref", ["v1 # x", "$(id)", "", "a\nb"])
def test_a_ref_that_is_none_is_refused(repository: Repository, run: Run, ref: str) -> None:
    """It goes into a workflow file."""
    code, _ = run(f"--ref={ref}")

    assert code == (0 if not ref else 2)  # an empty one is none
    assert (repository.folder / NIGHTLY).exists() is (not ref)


def test_outside_of_a_repository_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run, repository: Repository
) -> None:
    """Nothing is written, and the message says what to do."""
    del repository
    outside = tmp_path / "outside"
    outside.mkdir()
    monkeypatch.chdir(outside)

    code, said = run()

    assert code == 2
    assert "not in a git repository" in said
    assert "git init" in said
    assert list(outside.iterdir()) == []
    assert run("no-such-folder")[0] == 2


def test_without_any_list_it_says_so(repository: Repository, run: Run) -> None:
    """A repository of code alone has nothing to check, unless a configuration says otherwise."""
    repository.remove("README.md")

    code, said = run()

    assert code == 2
    assert "no README" in said
    assert not (repository.folder / ".github").exists()

    repository.write({CONFIG: "inputs = ['list.txt']\n"})

    assert run("--ref", COMMIT)[0] == 0
    assert (repository.folder / NIGHTLY).exists()


def test_it_sets_up_the_root_of_the_repository(
    repository: Repository, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From a folder within, the files go where GitHub and linkwarden look for them, and it says where that is."""
    inner = repository.folder / "docs"
    inner.mkdir()
    monkeypatch.chdir(inner)

    _, said = run("--ref", COMMIT)

    assert (repository.folder / CONFIG).exists()
    assert list(inner.iterdir()) == []
    assert f"In {repository.folder}:" in said


def test_a_configuration_in_pyproject_stays_the_configuration(repository: Repository, run: Run) -> None:
    """A second file would take its place unasked."""
    repository.write({"pyproject.toml": "[tool.linkwarden]\ninputs = ['x.md']\n"})

    _, said = run("--ref", COMMIT, "--force")

    assert not (repository.folder / CONFIG).exists()
    assert "kept    pyproject.toml" in said
    assert (repository.folder / NIGHTLY).exists()


def test_elsewhere_than_at_github_no_workflow_is_written(repository: Repository, run: Run) -> None:
    """At GitLab there is nobody who would run it; it says where to read on."""
    repository.git("config", "remote.origin.url", "https://gitlab.com/me/github.list.git")

    _, said = run()

    assert (repository.folder / CONFIG).exists()
    assert not (repository.folder / ".github").exists()
    assert "docs/ci.md" in said


def test_what_runs_leave_behind_is_to_be_ignored(repository: Repository, run: Run) -> None:
    """It says so where .gitignore does not name it, and not where the reports are committed."""
    assert "Add reports/ to .gitignore" in run("--ref", COMMIT)[1]
    assert ".gitignore" not in run("--ref", COMMIT, "--commit-reports", "--force")[1]

    repository.write({".gitignore": "/reports/\n"})

    assert ".gitignore" not in run("--ref", COMMIT)[1]


def test_a_folder_that_cannot_be_written_is_told(repository: Repository, run: Run) -> None:
    """A file stands where the workflows' folder would be."""
    repository.write({".github": "a file"})

    code, said = run("--ref", COMMIT)

    assert code == 2
    assert "cannot be written" in said
    assert "Traceback" not in said


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
def test_a_name_that_no_file_can_quote_is_left_out(repository: Repository, run: Run) -> None:
    """Bytes that are no text, and control characters, cannot stand in a configuration file."""
    for name in (b"list\xff.md", b"list\x1b[2J.md"):
        Path(os.fsdecode(os.fsencode(repository.folder) + b"/" + name)).write_text(MANY, "utf-8")

    assert run("--ref", COMMIT)[0] == 0

    assert load_file(Path(CONFIG))["inputs"] == ("README.md",)
