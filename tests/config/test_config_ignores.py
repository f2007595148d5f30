"""``[[ignore]]`` and ``baseline`` in the configuration file: what they may say, and what a mistake in them is told."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from linkwarden.config import Ignore, load_file
from linkwarden.model import UsageError
from linkwarden.suppress import rule_names


@pytest.fixture(autouse=True)
def _in_a_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "repo" / ".git").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "repo")


def ignores(text: str, name: str = "linkwarden.toml") -> tuple[Ignore, ...]:
    """Read the entries of a configuration file in the working directory."""
    path = Path.cwd() / name
    path.write_text(text, "utf-8")
    entries: tuple[Ignore, ...] = load_file(path, rule_names)["ignores"]
    return entries


def test_entries_say_address_rules_reason_and_date() -> None:
    """Codes and names, one or several; each entry knows its line."""
    text = """timeout = 5

[[ignore]]
url = '^https://example\\.org/'
code = "not-found"
reason = "moved   to print"
until = 2026-12-31

  [[ ignore ]] # another
url = 'b'
code = ["lw302", "LW301", "LW302"]

[[ignore]]
url = "c"
"""

    assert ignores(text) == (
        Ignore(
            url=r"^https://example\.org/",
            place="linkwarden.toml:3",
            codes=("LW301",),
            reason="moved to print",
            until=date(2026, 12, 31),
        ),
        Ignore(url="b", place="linkwarden.toml:9", codes=("LW302", "LW301")),
        Ignore(url="c", place="linkwarden.toml:13"),
    )


def test_pyproject_says_the_same() -> None:
    """There the tables are called ``[[tool.linkwarden.ignore]]``."""
    text = '[project]\nname = "x"\n\n[[tool.linkwarden.ignore]]\nurl = "a"\n\n[tool.other]\nurl = 3\n'

    assert ignores(text, "pyproject.toml") == (Ignore(url="a", place="pyproject.toml:4"),)


def test_entries_may_be_written_as_a_list() -> None:
    """TOML's other way to write the same; all stand at the key then."""
    assert ignores('timeout = 3\nignore = [{url = "a"}, {url = "b"}]\n') == (
        Ignore(url="a", place="linkwarden.toml:2"),
        Ignore(url="b", place="linkwarden.toml:2"),
    )


@pytest.mark.parametrize(
    ("text", "message", "advice"),
    [
        ('ignore = "x"', ":1:1: ignore: must be tables", "[[ignore]]"),
        ('[ignore]\nurl = "x"', ":1:1: [ignore] is one table", "[[ignore]]"),
        ("[[ignore]]", ":1:1: an [[ignore]] without url", "url = "),
        ('[[ignore]]\nurl = "a"\n[[ignore]]\nurls = "b"', ":4:1: unknown key 'urls'", "Did you mean 'url'?"),
        ("[[ignore]]\n  url = 3", ":2:3: url: must be a text in quotes", "url = "),
        ("[[ignore]]\nurl = '('", ":2:1: url: '(' is not a regular expression", "backslash"),
        ("[[ignore]]\nurl = ''", ":2:1: url: an empty pattern matches every URL", "Write a pattern"),
        (f"[[ignore]]\nurl = '{'a' * 201}'", ":2:1: url: a pattern of 201 characters", "200"),
        ('[[ignore]]\nurl = "a"\ncode = "LW3O1"', ":3:1: code: 'LW3O1' is no rule", "Did you mean LW301?"),
        ('[[ignore]]\nurl = "a"\ncode = ["404"]', ":3:1: code: '404' is no rule", "Did you mean LW404?"),
        ('[[ignore]]\nurl = "a"\ncode = ["not-fuond"]', ":3:1: code: 'not-fuond' is no rule", "mean not-found?"),
        ('[[ignore]]\nurl = "a"\ncode = "xyz"', ":3:1: code: 'xyz' is no rule", "`linkwarden explain`"),
        ('[[ignore]]\nurl = "a"\n' * 1001, ":1:1: 1,001 [[ignore]] entries", "--baseline"),
        ('[[ignore]]\nurl = "a"\ncode = []', ":3:1: code: must be a rule", '"LW301"'),
        ('[[ignore]]\nurl = "a"\ncode = [301]', ":3:1: code: must be a rule", '"LW301"'),
        ('[[ignore]]\nurl = "a"\nreason = ["b"]', ":3:1: reason: must be a text in quotes", "[[ignore]]"),
        ('[[ignore]]\nurl = "a"\nuntil = "2026-12-31"', ":3:1: until: must be a date", "without quotes"),
        ('[[ignore]]\nurl = "a"\nuntil = 2026-12-31T00:00:00Z', ":3:1: until: must be a date", "2026-12-31"),
        ("baseline = 3", ":1:1: baseline: must be a text in quotes", 'baseline = "linkwarden-baseline.json"'),
        ('\nbaseline = ""', ":2:1: baseline: '' is no file", "linkwarden-baseline.json"),
        ('baseline = "."', ":1:1: baseline: '.' is no file", "linkwarden-baseline.json"),
    ],
)
def test_mistakes_are_named_with_place_and_advice(text: str, message: str, advice: str) -> None:
    """Each mistake says what, where, and what to do."""
    with pytest.raises(UsageError) as caught:
        ignores(text)

    assert f"linkwarden.toml{message}" in str(caught.value)
    assert advice in caught.value.advice


def test_a_baseline_is_relative_to_the_file() -> None:
    """Whatever folder linkwarden is started in."""
    folder = Path("docs")
    folder.mkdir()
    (folder / "linkwarden.toml").write_text('baseline = "known.json"', "utf-8")

    assert load_file(folder / "linkwarden.toml")["baseline"] == Path("docs/known.json")
    os.chdir(folder)
    assert load_file(Path.cwd() / "linkwarden.toml")["baseline"] == Path("known.json")


@pytest.mark.parametrize(
    "name", ["../known.json", "/etc/passwd", "link.json", "folder/known.json", ".git/config", "a/../.GIT/x"]
)
def test_a_baseline_never_leads_out_of_the_repository(name: str, tmp_path: Path) -> None:
    """Neither by its name nor through symbolic links; what git keeps for itself is outside too."""
    Path("link.json").symlink_to(tmp_path / "known.json")
    Path("folder").symlink_to(tmp_path)

    with pytest.raises(UsageError, match="is outside of"):
        ignores(f'baseline = "{name}"')


DOORS = {
    "networks": ["allow-network", "allow-networks", "allow_networks", "proxy"],
    "headers and tokens": ["headers", "header", "github-token", "token", "cookies", "auth", "show-secrets"],
    "writing": ["output", "outputs", "state", "no-state", "write-baseline", "report"],
    "the run itself": ["now", "diff", "event", "file", "ignores", "offline", "format", "config", "isolated"],
}


@pytest.mark.parametrize("key", [key for keys in DOORS.values() for key in keys])
@pytest.mark.parametrize("value", ['"x"', '["10.0.0.0/8"]', "true", "{a = 1}"])
@pytest.mark.parametrize("table", ["", "[tool.linkwarden]\n"])
def test_a_file_of_the_repository_opens_no_door(key: str, value: str, table: str) -> None:
    """No key of it opens private networks, adds headers or tokens, writes, or turns the check off."""
    path = Path("pyproject.toml" if table else "linkwarden.toml")
    path.write_text(f"{table}{key} = {value}\n", "utf-8")

    with pytest.raises(
        UsageError, match=rf":{2 if table else 1}:1: (the key '{key}' is not allowed|unknown key '{key}')"
    ):
        load_file(path)


@pytest.mark.parametrize(
    ("key", "instead"),
    [
        ("allow-network", "--allow-network"),
        ("github-token", "GITHUB_TOKEN"),
        ("token", "GITHUB_TOKEN"),
        ("proxy", "--proxy"),
        ("headers", "--header"),
        ("show-secrets", "--show-secrets"),
        ("now", "--now"),
        ("state", "--state"),
    ],
)
def test_what_opens_a_door_is_named_with_where_it_belongs(key: str, instead: str) -> None:
    """Somebody who meant well learns which option does it."""
    Path("linkwarden.toml").write_text(f'{key} = "x"', "utf-8")

    with pytest.raises(UsageError, match="not allowed in a file of the repository") as caught:
        load_file(Path("linkwarden.toml"))
    assert instead in caught.value.advice
