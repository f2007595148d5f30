"""The configuration file: what it may say, and what it is told when it says it wrongly."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from linkwarden.config import Config, find_file, load_file, parse_duration, with_overrides
from linkwarden.model import Kind, UsageError, Verdict


def write(folder: Path, text: str, name: str = "linkwarden.toml") -> Path:
    """Write a configuration file."""
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_every_key_is_read(tmp_path: Path) -> None:
    """The file's words become the run's settings."""
    path = write(
        tmp_path,
        """
inputs = ["a.md", "b.md"]
kind = ["paper", "image"]
include = ["arxiv"]
exclude = ['^https://example\\.org/']
fail-on = ["broken", "expired", "suspect"]
exit-zero = true
timeout = "10s"
max-time = 600
concurrency = 8
per-host = 2
expiring-within = "7d"
contact = "me@example.org"
""",
    )

    config = with_overrides(Config(), load_file(path))

    assert config == Config(
        inputs=("a.md", "b.md"),
        kinds=frozenset({Kind.PAPER, Kind.IMAGE}),
        include=("arxiv",),
        exclude=(r"^https://example\.org/",),
        fail_on=frozenset({Verdict.BROKEN, Verdict.EXPIRED, Verdict.SUSPECT}),
        exit_zero=True,
        timeout=10.0,
        max_time=600.0,
        concurrency=8,
        per_host=2,
        expiring_within=timedelta(days=7),
        contact="me@example.org",
    )


def test_pyproject_is_read_too(tmp_path: Path) -> None:
    """``[tool.linkwarden]`` in ``pyproject.toml`` says the same."""
    path = write(tmp_path, '[project]\nname = "x"\n[tool.linkwarden]\ntimeout = 5\n', "pyproject.toml")

    assert find_file(tmp_path) == path
    assert load_file(path) == {"timeout": 5.0}


def test_own_file_wins_and_the_search_ends_at_the_repository(tmp_path: Path) -> None:
    """The nearest own file counts; a file above the repository root does not."""
    write(tmp_path, "timeout = 1")
    repository = tmp_path / "repo"
    (repository / ".git").mkdir(parents=True)
    (repository / "docs").mkdir()
    assert find_file(repository / "docs") is None

    write(repository, "[tool.linkwarden]\n", "pyproject.toml")
    own = write(repository, "timeout = 2")

    assert find_file(repository / "docs") == own


@pytest.mark.parametrize(
    ("text", "message", "advice"),
    [
        ("timeuot = 3", "linkwarden.toml:1:1: unknown key 'timeuot'", "Did you mean 'timeout'?"),
        (
            "\n  timeout = []",
            "linkwarden.toml:2:3: timeout: must be a number or a text in quotes, and this is a list",
            'timeout = "20s"',
        ),
        ("timeout = ", "linkwarden.toml:1:11: Invalid value", "Fix the TOML"),
        ("timeout = " + "[" * 5000, "linkwarden.toml: a value is too long or too deep", "Fix the TOML"),
        ("timeout = " + "9" * 5000, "linkwarden.toml: a value is too long or too deep", "Fix the TOML"),
        ('timeout = "soon"', "linkwarden.toml:1:1: timeout: 'soon' is not a duration", "30d, 12h or 90s"),
        ('fail-on = ["borken"]', "linkwarden.toml:1:1: fail-on: unknown word 'borken'", "Did you mean broken?"),
        ('exclude = ["("]', "linkwarden.toml:1:1: exclude: '(' is not a regular expression", "backslash"),
        (
            'allow-network = ["10.0.0.0/8"]',
            "linkwarden.toml:1:1: the key 'allow-network' is not allowed in a file of the repository",
            "--allow-network",
        ),
        ('github-token = "x"', "linkwarden.toml:1:1: the key 'github-token' is not allowed", "GITHUB_TOKEN"),
    ],
)
def test_mistakes_are_named_with_place_and_advice(tmp_path: Path, text: str, message: str, advice: str) -> None:
    """Each mistake says what, where, and what to do."""
    path = write(tmp_path, text)

    with pytest.raises(UsageError) as caught:
        load_file(path)

    assert message in str(caught.value)
    assert advice in caught.value.advice
    assert caught.value.exit_code == 2


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    """A file that was named must be there."""
    with pytest.raises(UsageError, match="cannot be read"):
        load_file(tmp_path / "nowhere.toml")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30d", 2_592_000), ("12h", 43_200), ("90", 90), ("1.5m", 90), ("250ms", 0.25), ("2w", 1_209_600)],
)
def test_durations(text: str, seconds: float) -> None:
    """A number and a unit; without a unit it is seconds."""
    assert parse_duration(text, what="x") == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "d", "-1d", "1 year", "1e9d", "٣d", "9" * 12 + "d"])
def test_what_is_no_duration(text: str) -> None:
    """Anything else is refused, and nothing overflows."""
    with pytest.raises(UsageError):
        parse_duration(text, what="x")
