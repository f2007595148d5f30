"""``linkwarden check --diff`` as a maintainer and a pull request's workflow meet it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from linkwarden import api
from linkwarden.cli import cli
from linkwarden.cli.guard import run_guarded
from tests.deps import on_fake_internet
from tests.internet import FakeInternet
from tests.internet.log import Exchange
from tests.repository import Forge, Repository

LIST = "# List\n\n## Papers\n\n* [a](https://a.example/)\n* [b](https://b.example/gone)\n\n## More\n\n* [c](#papers)\n"
MOVED = "# List\n\n## More\n\n* [c](#papers)\n\n## Papers\n\n* [b](https://b.example/gone)\n* [a](https://a.example/)\n"


def living(internet: FakeInternet) -> None:
    """Two pages, and one that is gone."""
    internet.site("a.example").page("/", "<title>A</title> hello")
    internet.site("b.example").page("/gone", "no", status=404)
    internet.site("n.example").page("/", "<title>N</title> hello")


class Desk:
    """Runs a command line on a fake internet, and keeps which addresses were asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, *arguments: str) -> int:
        """Run ``linkwarden check …`` without report files and give the exit code."""
        seen: list[Exchange] = []
        code = run_guarded(cli, ["check", "--no-report", "--no-archive", *arguments], on_fake_internet(living, seen))
        self.asked = [entry.url for entry in seen]
        return code


@pytest.fixture
def check(monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Return the command, with what it asked for."""
    monkeypatch.setattr(api, "_loop_factory", lambda: None)  # virtual time needs asyncio's own loop
    return Desk()


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A repository with a list on ``main`` and a branch that begins there; we are in it."""
    repository = Repository(tmp_path / "repository")
    repository.commit({"README.md": LIST})
    repository.branch("feature")
    monkeypatch.chdir(repository.folder)
    return repository


def out(capsys: pytest.CaptureFixture[str]) -> str:
    """Return standard output as one line of words."""
    return " ".join(capsys.readouterr().out.split())


def test_a_moved_section_passes(repository: Repository, check: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """A section with a dead link moves: no request, exit code 0, and the words say that nothing was added."""
    repository.commit({"README.md": MOVED})

    assert check("--diff", "auto") == 0

    assert check.asked == []
    told = out(capsys)
    assert "No links were added" in told
    assert "Compared with main" in told


def test_a_pull_request_with_a_dead_and_a_live_link(
    tmp_path: Path, check: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a workflow: GITHUB_EVENT_PATH is heeded, both new links are asked for, the dead one is placed and fails."""
    proposed = LIST.replace("* [a]", "* [n](https://n.example/)\n* [dead](https://b.example/gone?)\n* [a]")
    forge = Forge(tmp_path, {"README.md": LIST}, {"README.md": proposed}, {"other.md": "x"})
    payload = {"pull_request": {"head": {"sha": forge.tip}, "base": {"ref": "main", "sha": forge.fork}}}
    (tmp_path / "event.json").write_text(json.dumps(payload))
    monkeypatch.setenv("GITHUB_EVENT_PATH", str(tmp_path / "event.json"))
    monkeypatch.chdir(forge.clone(2).folder)

    assert check("--diff", "auto", "--format", "json") == 1

    report = json.loads(capsys.readouterr().out)
    assert [(link["url"], link["verdict"]) for link in report["links"]] == [
        ("https://n.example/", "ok"),
        ("https://b.example/gone?", "broken"),
    ]
    assert report["links"][1]["occurrences"][0]["line"] == 6
    assert {url.rstrip("?") for url in check.asked} == {"https://n.example/", "https://b.example/gone"}


def test_too_little_history_ends_with_2(
    tmp_path: Path, check: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """At depth 1 nothing is checked and nothing passes: exit code 2 and what to set."""
    forge = Forge(tmp_path, {"README.md": LIST}, {"README.md": MOVED}, {"other.md": "x"})
    monkeypatch.chdir(forge.clone(1).folder)

    assert check("--diff", "auto") == 2

    assert check.asked == []
    assert 'set "fetch-depth: 2" for pull requests' in capsys.readouterr().err


def test_offline_finds_what_the_change_breaks(
    repository: Repository, check: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """With --offline: the heading that goes breaks a link, which fails; the new link is unverified."""
    repository.write({"README.md": LIST.replace("## Papers", "## Articles\n\n* [n](https://n.site/)")})

    assert check("--offline", "--diff", "main") == 1

    told = out(capsys)
    assert "LW120" in told
    assert "1 broken, 1 not checked (--offline)" in told


def test_no_base_no_run(repository: Repository, check: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """A base that is not there, an empty one (an unset variable), and standard input end with 2."""
    repository.write({"README.md": LIST + "[n](https://n.example/)\n"})

    for arguments in (("--diff", "nope"), ("--diff", ""), ("--diff=--output=x",), ("-", "--diff", "main")):
        assert check(*arguments) == 2, arguments
        assert "Error: --diff" in capsys.readouterr().err
        assert check.asked == []


def test_too_many_links_end_with_2(repository: Repository, check: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """A change that adds more than may be asked for is refused in words, whatever stands in the host's name."""
    repository.write({"README.md": "".join(f"* <https://bad\x1bhost.example/{n}>\n" for n in range(60))})
    repository.write({"more.md": "".join(f"* <https://bad\x1bmore.example/{n}>\n" for n in range(61))})

    assert check("README.md", "more.md", "--diff", "main") == 2

    told = capsys.readouterr().err
    assert "adds 61 URLs on bad\\u{1b}more.example" in told
    assert "Split the change" in told
    assert "\x1b" not in told
    assert check.asked == []


def test_the_memory_is_left_alone(repository: Repository, check: Desk) -> None:
    """What a change adds has no past, and the nightly run's memory is not written by a pull request."""
    repository.write({"README.md": LIST + "\n[n](https://n.example/)\n"})

    assert check("--diff", "main") == 0

    assert check.asked == ["https://n.example/"]
    assert not (repository.folder / ".linkwarden").exists()


# --- what the change says on what is reported ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ({}, {"linkwarden.toml": 'exclude = ["b.example"]\n'}, True),
        ({"linkwarden.toml": "timeout = 9\n"}, {"linkwarden.toml": 'exclude = ["b.example"]\n'}, True),
        ({"linkwarden.toml": "timeout = 9\n"}, {}, False),
        ({"pyproject.toml": "[tool.linkwarden]\ntimeout = 9\n"}, {"pyproject.toml": "[tool.linkwarden]\n"}, True),
        (
            {"pyproject.toml": "[project]\n[tool.linkwarden]\ntimeout = 9\n"},
            {"pyproject.toml": "[project]\nversion = '2'\n[tool.linkwarden]\ntimeout = 9\n"},
            False,
        ),
    ],
)
def test_a_changed_configuration_is_remarked_on(
    repository: Repository,
    check: Desk,
    capsys: pytest.CaptureFixture[str],
    before: dict[str, str],
    after: dict[str, str],
    told: bool,  # noqa: FBT001
) -> None:
    """Who changes the configuration may hide what they add: a reviewer is told, and not for other tables."""
    repository.commit(before)
    repository.commit({**after, "README.md": LIST + "\n[n](https://n.example/)\n"})

    assert check("--diff", "HEAD^") == 0

    assert ("also changes linkwarden's configuration" in out(capsys)) is told


def test_a_new_ignore_comment_is_remarked_on(
    repository: Repository, check: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """A comment that hides a dead link is remarked on where the change adds it, and one that stood there is not."""
    old = LIST.replace("gone)", "gone) <!-- linkwarden-ignore LW301 known -->")
    repository.commit({"README.md": old})
    repository.git("mv", "README.md", "list.md")
    repository.commit({"README.md": "[list](list.md)\n", "list.md": "words\n\n" + old})
    check("README.md", "list.md", "--diff", "HEAD^")
    assert "adds a comment" not in out(capsys)

    hidden = "\n* [n](https://b.example/gone?new) <!-- linkwarden-ignore LW301 trust me -->\n"
    repository.commit({"README.md": old + hidden})
    check("--diff", "HEAD^")

    assert "This change adds a comment that keeps findings from being reported." in out(capsys)


@pytest.mark.parametrize(
    "door", ['allow-network = ["127.0.0.0/8"]', "allow_private = true", 'github-token = "x"', 'proxy = "http://p:1"']
)
def test_a_pull_request_opens_no_doors(repository: Repository, check: Desk, door: str) -> None:
    """A configuration file that the change brings along cannot open networks or name tokens: exit code 2."""
    repository.commit({"linkwarden.toml": door + "\n", "README.md": LIST + "\n[n](http://127.0.0.1/)\n"})

    assert check("--diff", "main") == 2
    assert check.asked == []


def test_a_list_that_the_change_deletes_is_named(
    repository: Repository, check: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """A list that is gone cannot be checked: its name is told, and the run does not pass."""
    repository.write({"other.md": "[n](https://n.example/)\n"})
    repository.remove("README.md")

    assert check("README.md", "other.md", "--diff", "main") == 2
    assert "README.md: no such file" in out(capsys)
