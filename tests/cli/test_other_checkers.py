"""What ``linkwarden init`` takes over from other checkers: what maps holds, the rest is said, nothing is changed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from linkwarden.cli import cli
from linkwarden.cli.guard import run_guarded
from linkwarden.config import Host, load_file
from tests.repository import Repository

LISTS = {"README.md": "[x](https://a.site/) [y](https://b.site/)\n"}


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A repository with a list, at a place that is not GitHub."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    made = Repository(tmp_path / "repository")
    made.write(LISTS)
    made.git("remote", "add", "origin", "https://gitlab.com/a/b.git")
    monkeypatch.chdir(made.folder)
    return made


def init(capfd: pytest.CaptureFixture[str]) -> str:
    """Run ``linkwarden init`` and return what it says."""
    assert run_guarded(cli, ["init"]) == 0
    return "".join(capfd.readouterr())


def test_a_lycheeignore_becomes_exclusions(repository: Repository, capfd: pytest.CaptureFixture[str]) -> None:
    """Each line is a pattern; comments and blank lines are none; the file stays."""
    text = '# why\n\n^https://b\\.site/\nit\'s "quoted"\\.\nhttps://c.site/?q=1\n'
    repository.write({".lycheeignore": text})

    said = init(capfd)

    assert load_file(Path("linkwarden.toml"))["exclude"] == (
        "^https://b\\.site/",
        'it\'s "quoted"\\.',
        "https://c.site/?q=1",
    )
    assert "From .lycheeignore, which stays as it is:\n  line 3: exclude ^https://b\\.site/\n" in said
    assert Path(".lycheeignore").read_text("utf-8") == text
    assert run_guarded(cli, ["check", "--offline", "--no-report", "--format", "json"]) == 0
    verdicts = {r["url"]: r["verdict"] for r in json.loads(capfd.readouterr().out)["links"]}
    assert verdicts == {"https://a.site/": "unverified", "https://b.site/": "ignored"}


@pytest.mark.parametrize(
    ("name", "text", "settings", "told"),
    [
        ("lychee.toml", 'exclude = ["a", "a"]\ntimeout = 5\nmax_concurrency = 7\nhost_concurrency = 2\n',
         {"exclude": ("a",), "timeout": 5.0, "concurrency": 7, "per_host": 2}, 'timeout: timeout = "5s"'),
        ("lychee.toml", 'cache = true\nmax_cache_age = "2d"\n', {"fresh_for"}, 'max_cache_age: fresh-for = "2d"'),
        ("lychee.toml", 'max_cache_age = "2d"\n', set(), "max_cache_age: not taken over"),
        ("lychee.toml", "max_concurrency = 100000\n", set(), "max_concurrency: not taken over"),
        ("lychee.toml", "timeout = true\n", set(), "timeout: not taken over"),
        ("lychee.toml", 'accept = ["200..=299", 403]\n', set(), "accept: not needed"),
        ("lychee.toml", 'exclude = ["(", "", 7]\n', set(), "exclude: not taken over"),
        ("lychee.toml", "exclude = [\n", set(), "cannot be read"),
        ("lychee.toml", "", set(), "From lychee.toml"),
        ("lychee.toml", "hidden = true\nno_ignore = true\nexclude_path = ['a']\n", {"hidden": True, "gitignore": False},
         "exclude_path: not taken over: exclude-paths"),
        ("lychee.toml", '[hosts."A.site"]\nconcurrency = 2\nrequest_interval = "1s"\n[hosts."a b"]\nconcurrency = 2\n',
         {"hosts": (Host(name="a.site", per_host=2, interval=1.0),)},
         "hosts, A.site: concurrency: per-host = 2 in [[host]]"),
        ("lychee.toml", '[hosts."a.site"]\nconcurrency = 200\n', set(), "concurrency: not taken over: per-host"),
        ("lychee.toml", "hosts = 3\n", set(), "hosts: not taken over: it is no table"),
        (".markdown-link-check.json", '{"ignorePatterns": [{"pattern": "^http://a"}], "timeout": "20s"}',
         {"exclude": ("^http://a",), "timeout": 20.0}, "ignorePatterns: exclude ^http://a"),
        (".markdown-link-check.json", '{"ignorePatterns": [{"pattern": "(?<n>x)"}, {}, 3]}', set(),
         "ignorePatterns: not taken over, as Python reads it otherwise: (?<n>x)"),
        (".markdown-link-check.json", '{"timeout": "soon", "retryOn429": true}', set(), "retryOn429: not needed"),
        (".markdown-link-check.json", "[1", set(), "cannot be read"),
        (".linkspector.yml", "dirs:\n- .\nignorePatterns:\n- pattern: '^https://a'\nuseGitIgnore: true\n",
         {"exclude": ("^https://a",), "gitignore": True}, "dirs: not taken over"),
        (".linkspector.yml",
         "excludedFiles: [./a.md, '*.tmp.md', a.md, '', 7, '!x', \"a\\nb\"]\nexcludedDirs: [./old/, vendor/x]\n",
         {"exclude_paths": ("a.md", "*.tmp.md", "old/**", "vendor/x/**")}, "excludedDirs: exclude-paths old/**"),
        (".linkspector.yml", "excludedFiles: 7\nexcludedDirs: a\n", set(), "From .linkspector.yml"),
        (".linkspector.yml", "a: [", set(), "cannot be read"),
        (".linkspector.yml", "!!python/object/apply:os.system ['true']", set(), "cannot be read"),
        (".linkspector.yml", "[" * 5000, set(), "cannot be read"),
        (".lycheeignore", "a\n" * 40_000, set(), "cannot be read"),
    ],
)  # fmt: skip
def test_what_maps_is_taken_over_and_all_is_told(
    repository: Repository, capfd: pytest.CaptureFixture[str], name: str, text: str, settings: object, told: str
) -> None:
    """The configuration that is written is valid, whatever stood in the other one."""
    repository.write({name: text})

    said = init(capfd)

    loaded = {
        key: value
        for key, value in load_file(Path("linkwarden.toml")).items()
        if key not in ("inputs", "contact", "anchors")
    }
    assert (loaded if isinstance(settings, dict) else set(loaded)) == settings
    assert told in said


def test_what_the_other_checker_left_out_is_no_list(repository: Repository, capfd: pytest.CaptureFixture[str]) -> None:
    """Neither a file nor a folder that it excludes becomes an input; the first check leaves them out as well."""
    repository.write(
        {
            ".linkspector.yml": "excludedDirs: [old]\nexcludedFiles: [b.md]\n",
            **dict.fromkeys(("old/a.md", "docs/a.md", "docs/b.md", "b.md"), "[x](gone.md)\n"),
        }
    )

    said = init(capfd)

    assert load_file(Path("linkwarden.toml"))["inputs"] == ("README.md", "docs")
    assert "A first check, without any request: 3 URLs, 1 broken." in said


def test_values_that_may_be_secret_are_not_shown(repository: Repository, capfd: pytest.CaptureFixture[str]) -> None:
    """Headers and passwords are named and neither printed nor written."""
    repository.write(
        {
            "lychee.toml": 'basic_auth = ["a.site me:hunter2"]\n[hosts."a.site"]\nheaders = {a = "hunter2"}\n',
            ".markdown-link-check.json": '{"httpHeaders": [{"urls": ["https://a"], "headers": {"A": "hunter2"}}]}',
        }
    )

    said = init(capfd)

    assert "  basic_auth: an option of the command line only: --basic-auth, for one host\n" in said
    assert "  hosts, a.site: headers: an option of the command line only: --header, for one host\n" in said
    assert "hunter2" not in said + Path("linkwarden.toml").read_text("utf-8")


def test_a_link_out_of_the_repository_is_not_followed(
    repository: Repository, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Whoever wrote the repository does not get files of others read."""
    (tmp_path / "secret").write_text("secret\n", "utf-8")
    (repository.folder / ".lycheeignore").symlink_to(tmp_path / "secret")

    assert "secret" not in init(capfd)


def test_a_workflow_that_runs_another_checker_is_named(
    repository: Repository, capfd: pytest.CaptureFixture[str]
) -> None:
    """It goes on running, which is said."""
    repository.write({".github/workflows/links.yml": "uses: lycheeverse/lychee-action@v2\n"})

    assert ".github/workflows/links.yml still runs lychee; remove it when you no longer need it." in init(capfd)


def test_a_configuration_that_exists_takes_nothing_over(
    repository: Repository, capfd: pytest.CaptureFixture[str]
) -> None:
    """It is the maintainer's; nothing is written into it."""
    repository.write({".lycheeignore": "a\n", "linkwarden.toml": 'inputs = ["README.md"]\n'})

    assert ".lycheeignore" not in init(capfd)
