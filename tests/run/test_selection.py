"""What ``include``, ``exclude`` and ``exclude-urls`` leave out, and what is said of those that match nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import linkwarden
from linkwarden.cli import cli
from linkwarden.cli.guard import run_guarded
from linkwarden.config import UrlPattern
from linkwarden.model import Run

LIST = "# T\n\n[a](https://a.site/p?b=c) [b](https://a.site/pdf(1).pdf#x) [c](https://a.site/c++?[x) [t](#t)\n"
ALL = ["https://a.site/p?b=c", "https://a.site/pdf(1).pdf#x", "https://a.site/c++?[x", "#t"]


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("README.md").write_text(LIST, "utf-8")


def check(**options: Any) -> Run:
    """Check the list offline."""
    return linkwarden.check("README.md", offline=True, **options)


def left_out(run: Run) -> list[str]:
    """Return the URLs that were left out."""
    return [r.target.url for r in run.results if r.judgement.rule is not None and r.judgement.rule.code == "LW010"]


@pytest.mark.parametrize("url", ALL)
@pytest.mark.parametrize("option", ["exclude", "exclude_urls"])
def test_a_url_as_copied_leaves_itself_out(option: str, url: str) -> None:
    """Whatever signs of regular expressions stand in it."""
    run = check(**{option: url})

    assert left_out(run) == [url]
    assert not [hint for hint in run.hints if "exclude" in hint]


@pytest.mark.parametrize("url", ALL)
def test_a_url_as_copied_is_the_only_one_included(url: str) -> None:
    """The same for include."""
    assert left_out(check(include=url)) == [other for other in ALL if other != url]


def test_patterns_still_are_patterns() -> None:
    """The text of a pattern counts beside what it means, not in its place."""
    assert left_out(check(exclude=(r"^https://a\.site/p\?", r"\[x$"))) == [ALL[0], ALL[2]]
    assert left_out(check(include="^#")) == ALL[:3]
    assert left_out(check(include="site", exclude="pdf")) == [ALL[1], ALL[3]]


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("https://a.site/pdf(1).pdf", [ALL[1]]),
        ("https://a.site/pdf(1).pdf#y", []),
        ("HTTPS://A.site:443/p?b=c", [ALL[0]]),
        ("https://a.site/", []),
        ("https://a.site/p", []),
    ],
)
def test_an_excluded_url_is_that_url_alone(given: str, found: list[str]) -> None:
    """In any spelling of scheme, host and port, with all its sections where it names none; no part of another."""
    assert left_out(check(exclude_urls=[given])) == found


def test_what_matches_nothing_is_said() -> None:
    """Else the user believes that it is left out; what matches is not named, whichever else matches the same."""
    run = check(
        exclude=(r"a\.site", r"/p\?b", "http://a.site/p?b=d"),
        include=("site", "nowhere"),
        exclude_urls="https://b.site/",
    )

    told = [hint for hint in run.hints if hint.startswith(("exclude", "include"))]
    assert [hint.split("; ")[0] for hint in told] == [
        "exclude-urls: 'https://b.site/' is not in the lists",
        "exclude: the pattern 'http://a.site/p?b=d' matches no URL",
        "include: the pattern 'nowhere' matches no URL",
    ]


def test_patterns_of_the_file_are_not_blamed_for_other_inputs(capsys: pytest.CaptureFixture[str]) -> None:
    """They may be about the file's own inputs; they are, where these are checked."""
    Path("other.md").write_text("# O\n\n[o](#o)\n", "utf-8")
    Path("linkwarden.toml").write_text('inputs = ["README.md"]\nexclude = ["nowhere"]\n', "utf-8")
    command = ["check", "--offline", "--no-report", "--no-state"]

    run_guarded(cli, [*command, "other.md"])
    assert "nowhere" not in capsys.readouterr().out
    for inputs in ([], ["README.md"]):
        run_guarded(cli, [*command, *inputs])
        assert "exclude: the pattern 'nowhere' matches no URL" in " ".join(capsys.readouterr().out.split())


def test_an_ignore_entry_takes_a_url_as_copied_too() -> None:
    """The same slip, the same help."""
    Path("README.md").write_text("[c](docs/c?d.md)\n", "utf-8")
    Path("linkwarden.toml").write_text("[[ignore]]\nurl = 'docs/c?d.md'\n", "utf-8")

    assert run_guarded(cli, ["check", "--offline", "--no-report", "--no-state"]) == 0


def test_a_pattern_sees_the_first_part_of_a_url() -> None:
    """A long URL and a hostile pattern are kept short, the pattern's own text included."""
    assert UrlPattern("x").search("a" * 2047 + "x")
    assert not UrlPattern("x").search("a" * 2048 + "x")
    assert not UrlPattern("x?y").search("a" * 2048 + "x?y")


def test_nothing_is_blamed_where_an_input_could_not_be_read() -> None:
    """It may hold what the pattern is about."""
    run = linkwarden.check(["README.md", "nowhere.md"], offline=True, exclude="nothing")

    assert run.unreadable
    assert not [hint for hint in run.hints if "exclude" in hint]
