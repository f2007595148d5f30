"""``linkwarden init``: what it finds out, what it writes, what it leaves alone, and what it says to do next."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from linkwarden._home import Home
from linkwarden.cli import cli
from linkwarden.cli import init as init_module
from linkwarden.cli.guard import run_guarded
from linkwarden.config import load_file
from tests.repository import Repository

COMMIT = "1234567890" * 4
CONFIG = "linkwarden.toml"
NIGHTLY = ".github/workflows/linkwarden-nightly.yml"
PR_CHECK = ".github/workflows/linkwarden-pr-check.yml"
ACTION = "maker/linkwarden"
LINK = "[x](https://a.site/)\n"
Run = Callable[..., tuple[int, str]]
MANY = "".join(f"* https://{n}.example/\n" for n in range(20))


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A fresh repository with a README, which is the working directory; git knows no configuration."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    made = Repository(tmp_path / "repository")
    made.write({"README.md": f"# List\n\n{LINK}"})
    monkeypatch.chdir(made.folder)
    return made


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run ``linkwarden init`` and return the exit code and what it says; it is known where linkwarden comes from."""
    monkeypatch.setattr(init_module, "home", lambda: Home(ACTION))
    monkeypatch.setattr(init_module, "_tags", lambda *_: None)  # without a network

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
        assert f"uses: {ACTION}@{COMMIT}\n" in (repository.folder / name).read_text("utf-8")
    assert [line for line in said.splitlines() if line.startswith("wrote")] == [
        f"wrote   {name}" for name in (CONFIG, NIGHTLY, PR_CHECK)
    ]
    assert f"git add {CONFIG} {NIGHTLY} {PR_CHECK}" in said
    assert "  README.md  1 link\n" in said
    assert "A first check, without any request: 1 URL, nothing broken." in said
    assert len(said.splitlines()) < 15
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
        ({"README.md": LINK}, ["README.md"]),
        ({"README.md": "[x](gone.md)"}, ["README.md"]),
        ({"readme.markdown": LINK, "docs/a.md": LINK, "docs/b/c.md": LINK}, ["readme.markdown", "docs"]),
        ({"README.md": LINK, "docs/picture.png": "x", "docs/x.md": "words"}, ["README.md"]),
        ({"README.md": "words", "lists/a/README.md": LINK, "lists/b/README.md": LINK, "docs/x.md": "words"},
         ["lists/a/README.md", "lists/b/README.md"]),
        ({"README.md": "words", "papers/list.md": LINK}, ["papers/list.md"]),
        ({"README.md": LINK, **{f"packages/{n}/README.md": LINK for n in range(4)}}, ["README.md", "packages"]),
        ({"README.md": LINK, "papers.md": MANY, "notes.md": LINK}, ["README.md", "notes.md", "papers.md"]),
        ({"README.md": LINK, "CHANGELOG.md": MANY, "CONTRIBUTING.md": MANY}, ["README.md"]),
        ({"README.md": LINK, "README.zh.md": MANY}, ["README.md", "README.zh.md"]),
        ({"README.md": LINK, "tests/data/list.md": MANY, "node_modules/x/README.md": MANY, ".hidden/list.md": MANY},
         ["README.md"]),
        ({"README.md": LINK, "build/out.md": MANY, ".gitignore": "build/\n"}, ["README.md"]),
        ({"README.md": LINK, "site/index.html": '<a href="https://a.site/">x</a>'}, ["README.md", "site/index.html"]),
        ({"README": LINK}, ["README"]),
        ({"list.md": MANY}, ["list.md"]),
        ({".github/README.md": LINK}, [".github/README.md"]),
        ({".github/README.md": LINK, "README.md": LINK}, ["README.md"]),
        ({"README.md": LINK, "README.rst": "x", "requirements.txt": "https://a.site/"}, ["README.md"]),
        ({"README.rst": "`x <https://a.site/>`_\n"}, ["README.rst"]),
        ({"list.org": "[[https://a.site/][x]]\n", "README.adoc": "https://a.site/[x]\n"}, ["README.adoc", "list.org"]),
        ({"tools.yaml": MANY}, ["tools.yaml"]),
        ({"README.md": "words", "data/list.json": '["https://a.site/"]', "package.json": '["https://a.site/"]'},
         ["data/list.json"]),
        ({"README.md": LINK, "papers.csv": "a,https://a.site/\nb,https://b.site/\n"}, ["README.md", "papers.csv"]),
        ({"README.md": MANY, "papers.csv": "a,https://a.site/\n"}, ["README.md"]),
        ({"README.md": LINK, **{f"software/{n}.yml": LINK for n in range(9)}}, ["README.md", "software/*.yml"]),
        ({"README.md": LINK, **{f"data/{n}/x.yml": LINK for n in range(9)}}, ["README.md", "data/**/*.yml"]),
        ({"refs.bib": "@misc{a, url={https://a.site/}}", "locales/de.json": '["https://a.site/"]'}, ["refs.bib"]),
        ({"tools.yml": LINK, "tests/data.yml": MANY, ".x.yml": MANY, "package-lock.json": '["https://a.site/"]'},
         ["tools.yml"]),
        ({"README.md": LINK, 'quote"d \\ list.md': MANY}, ["README.md", 'quote"d \\ list.md']),
    ],
)  # fmt: skip
def test_it_finds_the_lists_by_their_links(
    repository: Repository, run: Run, files: dict[str, str], inputs: list[str]
) -> None:
    """Files with links, a folder where there are many; not what git ignores or what has another purpose."""
    repository.remove("README.md")
    repository.write(files)

    assert run("--ref", COMMIT)[0] == 0

    assert tomllib.loads(Path(CONFIG).read_text("utf-8"))["inputs"] == inputs
    assert run_guarded(cli, ["check", "--offline", "--no-report", "--no-state"]) in (0, 1)


def test_it_says_what_it_found_and_what_it_left_out(repository: Repository, run: Run) -> None:
    """With the numbers of links, so that the maintainer sees whether that is right."""
    repository.write(
        {
            "README.md": "[x](#x) [y](#y)",
            "CHANGELOG.md": MANY,
            "README.textile": "x",
            "book.rdoc": "x",
            **{f"docs/{n}.md": MANY for n in range(12)},
            **{f"{n:02}.md": LINK for n in range(12)},
        }
    )

    _, said = run("--ref", COMMIT)

    lines = said.splitlines()
    assert lines[:3] == ["Lists:", "  README.md  2 links", "  00.md  1 link"]
    assert "  … and 4 more" in lines
    assert "  left out: CHANGELOG.md (20 links)" in lines
    assert "  not read: README.textile (Textile), book.rdoc (RDoc)" in lines
    assert "A first check, without any request: 23 URLs, 2 broken." in lines


def test_a_link_out_of_the_repository_is_no_list(repository: Repository, run: Run, tmp_path: Path) -> None:
    """Neither a file nor a folder that is a symbolic link; and a pipe is not opened."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "list.md").write_text(MANY, "utf-8")
    Path("linked.md").symlink_to(outside / "list.md")
    Path("folder").symlink_to(outside)
    os.mkfifo("pipe.md")
    repository.git("add", "linked.md", "folder")

    assert run("--ref", COMMIT)[0] == 0
    assert load_file(Path(CONFIG))["inputs"] == ("README.md",)


def test_without_git_it_looks_itself(repository: Repository, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Git may not be installed where somebody tries linkwarden."""
    repository.write({"lists/a.md": LINK, ".hidden/b.md": LINK, "node_modules/c.md": LINK})
    monkeypatch.setenv("PATH", "")

    assert run("--ref", COMMIT)[0] == 0
    assert load_file(Path(CONFIG))["inputs"] == ("README.md", "lists/a.md")


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
    asked = []

    def tags(root: Path, url: str, tag: str) -> str | None:
        asked.append(url)
        here = ("-c", "protocol.file.allow=always")  # only https is allowed outside of tests
        refs = (f"refs/tags/{tag}", f"refs/tags/{tag}^{{}}")
        return init_module._ask_git(root, *here, "ls-remote", "--quiet", home.folder.as_uri(), *refs)

    monkeypatch.setattr(init_module, "_tags", tags)

    _, said = run()

    assert asked == [f"https://github.com/{ACTION}"]
    assert f"uses: {ACTION}@{commit} # {init_module.TAG}\n" in (repository.folder / NIGHTLY).read_text("utf-8")
    assert "Could not look up" not in said

    code, said = run("--force", "--action", "other/place@v9")

    assert code == 2
    assert "github.com/other/place has no tag v9" in said


def test_where_linkwarden_comes_from_with_its_commit_needs_no_network(
    repository: Repository, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An installer or a clone knows both; a tag that the user names counts more."""
    monkeypatch.setattr(init_module, "home", lambda: Home(ACTION, COMMIT))

    assert run()[0] == 0
    assert f"uses: {ACTION}@{COMMIT}\n" in (repository.folder / NIGHTLY).read_text("utf-8")
    assert run("--force", "--ref", "v7")[0] == 0
    assert f"uses: {ACTION}@v7\n" in (repository.folder / NIGHTLY).read_text("utf-8")


@pytest.mark.parametrize("ref", [COMMIT, "v3"])
def test_the_user_names_the_action(repository: Repository, run: Run, monkeypatch: pytest.MonkeyPatch, ref: str) -> None:
    """Where it is not known, and where it is."""
    for known in (Home(), Home(ACTION, COMMIT[::-1])):
        monkeypatch.setattr(init_module, "home", lambda known=known: known)
        assert run("--force", "--action", f"me/my.linkwarden@{ref}")[0] == 0
        for name in (NIGHTLY, PR_CHECK):
            assert f"uses: me/my.linkwarden@{ref}\n" in (repository.folder / name).read_text("utf-8")


def test_a_workflow_that_could_not_run_is_not_written(
    repository: Repository, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nobody knows the Action's repository, or its tag: exit code 2, and how to name it. The lists are set up."""
    for known, why in ((Home(), "it is not known which repository"), (Home(ACTION), f"{ACTION} could not be asked")):
        monkeypatch.setattr(init_module, "home", lambda known=known: known)
        Path(CONFIG).unlink(missing_ok=True)

        code, said = run()

        assert code == 2
        assert why in said
        assert "linkwarden init --action OWNER/REPO@REF" in said
        assert load_file(Path(CONFIG))["inputs"] == ("README.md",)
        assert not (repository.folder / ".github").exists()


@pytest.mark.parametrize(
    "action", ["linkwarden", "a/b", "a/b@", "a/b/c@v1", "a/b@v1 # x", "a/b@$(id)", "https://a/b@v1"]
)
def test_an_action_that_is_none_is_refused(repository: Repository, run: Run, action: str) -> None:
    """It goes into a workflow file; nothing is written."""
    assert run("--action", action)[0] == 2
    assert not (repository.folder / CONFIG).exists()


def test_a_tag_that_cannot_be_looked_up_is_said_to_be_one(repository: Repository, run: Run) -> None:
    """A tag works, but can be moved; the command that prints the commit is given."""
    _, said = run("--ref", "v5")

    assert f"uses: {ACTION}@v5\n" in (repository.folder / NIGHTLY).read_text("utf-8")
    assert "Could not look up the commit of v5" in said
    assert f"git ls-remote https://github.com/{ACTION} v5" in said


@pytest.mark.parametrize("ref", ["v1 # x", "$(id)", "a\nb"])
def test_a_ref_that_is_none_is_refused(repository: Repository, run: Run, ref: str) -> None:
    """It goes into a workflow file, too."""
    assert run(f"--ref={ref}")[0] == 2
    assert not (repository.folder / CONFIG).exists()


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
    repository.write({"README.md": "words", "index.textile": "x", "CHANGELOG.md": LINK})

    code, said = run("--ref", COMMIT)

    assert code == 2
    assert "no list with links in it (index.textile is Textile, which linkwarden does not read; " in said
    assert "README.md without links; CHANGELOG.md with another purpose)" in said
    assert not (repository.folder / ".github").exists()
    assert not (repository.folder / CONFIG).exists()

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


@pytest.mark.parametrize(
    ("files", "origin", "told"),
    [
        ({}, "", {}),
        ({"mkdocs.yml": "", "docs/a.md": LINK}, "", {"docs": "mkdocs"}),
        ({"docusaurus.config.js": "", "docs/a.md": LINK}, "", {".": "docusaurus", "README.md": "github"}),
        ({"book.toml": "", "src/a.md": LINK}, "https://gitlab.com/a/b", {".": "gitlab", "src": "mdbook"}),
        ({}, "https://gitlab.com/a/b", {"": "gitlab"}),
        ({"_config.yml": "", "docs/a.md": LINK}, "", {}),
    ],
)
def test_it_writes_down_who_names_the_headings(
    repository: Repository, run: Run, files: dict[str, str], origin: str, told: dict[str, str]
) -> None:
    """What the project's own files tell stands in the configuration, folder by folder, and is said."""
    repository.write(files)
    if origin:
        repository.git("config", "remote.origin.url", origin)

    _, said = run("--ref", COMMIT)

    places = {folder and str((repository.folder / folder).absolute()): rule for folder, rule in told.items()}
    written = dict(load_file(Path(CONFIG)).get("anchors", ()))
    assert {folder and str(Path(folder).absolute()): rule for folder, rule in written.items()} == places
    assert all(f"named by the rule {rule}" in said for rule in told.values())


def test_elsewhere_than_at_github_no_workflow_is_written(repository: Repository, run: Run) -> None:
    """At GitLab there is nobody who would run it; it says where to read on."""
    repository.git("config", "remote.origin.url", "https://gitlab.com/me/github.list.git")

    _, said = run()

    assert (repository.folder / CONFIG).exists()
    assert not (repository.folder / ".github").exists()
    assert "docs/ci.md" in said


def test_the_pull_request_with_fixes_is_a_choice(repository: Repository, run: Run) -> None:
    """Without it no job may write to the repository; with it the setting that it needs is named."""
    del repository
    run("--ref", COMMIT)
    assert "contents: write" not in Path(NIGHTLY).read_text("utf-8")

    code, said = run("--ref", COMMIT, "--fix-pr", "--force")

    assert code == 0
    assert list(yaml.safe_load(Path(NIGHTLY).read_text("utf-8"))["jobs"]) == ["check", "issue", "fix"]
    assert list(yaml.safe_load(Path(PR_CHECK).read_text("utf-8"))["jobs"]) == ["added-links", "suggest"]
    assert "allow GitHub Actions to create pull requests" in said


def test_what_runs_leave_behind_is_to_be_ignored(repository: Repository, run: Run) -> None:
    """It says so where git does not ignore it, and not where the reports are committed or in git already."""
    assert "Add reports/ to .gitignore (--yes does it)" in run("--ref", COMMIT)[1]
    assert not Path(".gitignore").exists()
    assert ".gitignore" not in run("--ref", COMMIT, "--commit-reports", "--force")[1]

    repository.write({".gitignore": "/reports/\n"})
    assert ".gitignore" not in run("--ref", COMMIT)[1]

    repository.remove(".gitignore")
    repository.commit({"reports/health.md": "x"})
    assert ".gitignore" not in run("--ref", COMMIT)[1]


@pytest.mark.parametrize(
    ("before", "after"),
    [(None, "/reports/\n"), ("a\n", "a\n/reports/\n"), ("a", "a\n/reports/\n"), ("a\r\nb", "a\r\nb\r\n/reports/\r\n")],
)
def test_with_yes_it_writes_the_line(repository: Repository, run: Run, before: str | None, after: str) -> None:
    """In the file's own kind of line; a second time there is nothing to add."""
    if before is not None:
        Path(".gitignore").write_bytes(before.encode())

    code, said = run("--ref", COMMIT, "--yes")

    assert code == 0
    assert "added   /reports/ to .gitignore" in said
    assert f"{PR_CHECK} .gitignore && git commit" in said
    assert Path(".gitignore").read_bytes() == after.encode()
    assert "added" not in run("--ref", COMMIT, "--yes")[1]
    assert repository.git("check-ignore", "reports/health.md") == "reports/health.md"


def test_a_gitignore_that_leads_out_of_the_repository_is_not_written(
    repository: Repository, run: Run, tmp_path: Path
) -> None:
    """Whoever made the link does not choose what init writes to."""
    (tmp_path / "mine").write_text("mine\n", "utf-8")
    (repository.folder / ".gitignore").symlink_to(tmp_path / "mine")

    assert run("--ref", COMMIT, "--yes")[0] == 2
    assert (tmp_path / "mine").read_text("utf-8") == "mine\n"


def test_the_first_check_shows_the_worst(repository: Repository, run: Run) -> None:
    """As lines that editors open, a few of them, with the settings that were taken over."""
    repository.write({"README.md": "".join(f"[x](#n{n})\n" for n in range(5)), ".lycheeignore": "n0\n"})

    _, said = run("--ref", COMMIT)

    assert "A first check, without any request: 5 URLs, 4 broken.\n  README.md:2:5: broken #n1: " in said
    assert "  … and 1 more\n" in said


def test_a_wrong_configuration_is_told_before_anything_is_written(repository: Repository, run: Run) -> None:
    """With its place; the workflows would only fail."""
    repository.write({CONFIG: 'inputs = ["README.md"]\ntimeot = "5s"\n'})

    code, said = run("--ref", COMMIT)

    assert code == 2
    assert "linkwarden.toml:2:1: unknown key 'timeot'" in said
    assert not (repository.folder / ".github").exists()


def test_a_configuration_that_finds_nothing_is_told(repository: Repository, run: Run) -> None:
    """The set-up is made; what it lacks is said."""
    repository.write({CONFIG: 'inputs = ["gone.md"]\n'})

    code, said = run("--ref", COMMIT)

    assert code == 0
    assert "A first check found nothing to check: gone.md" in said


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
