"""The table of hosts with rate limits of their own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest

from linkwarden.datafile import DataFileError
from linkwarden.net.policy import FIRST_PAUSE, HostLimit, counted_with, host_limits

HEADER = "host\tat_once\tinterval\tpause\treason\n"


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Give a function that puts other rows into the table."""

    def write(rows: str) -> None:
        host_limits.cache_clear()
        monkeypatch.setattr("linkwarden.datafile.pkgutil.get_data", lambda _package, _name: (HEADER + rows).encode())

    yield write
    host_limits.cache_clear()


def test_the_real_table() -> None:
    """Every entry has a reason, and hosts that are known for their limits have theirs."""
    limits = host_limits()
    assert all(len(limit.reason) > 15 for limit in limits.values())
    assert (limits["export.arxiv.org"].per_host, limits["export.arxiv.org"].interval) == (1, 4.0)
    assert limits["crates.io"].pause == FIRST_PAUSE
    assert limits["web.archive.org/cdx"].interval == 2.5


def test_a_row(written: Callable[[str], None]) -> None:
    """Numbers are read as such; an empty pause is that of every host."""
    written("a.org\t2\t0.25\t\twho says so\nb.org/api\t10\t3\t60.5\twho\n")
    assert host_limits() == {
        "a.org": HostLimit(2, 0.25, FIRST_PAUSE, "who says so"),
        "b.org/api": HostLimit(10, 3.0, 60.5, "who"),
    }


@pytest.mark.parametrize(
    ("row", "error"),
    [
        ("A.org\t2\t1\t\twho", "host: neither a host"),
        ("https://a.org\t2\t1\t\twho", "host: neither a host"),
        ("a.org/b/c\t2\t1\t\twho", "host: neither a host"),
        ("a.org/\t2\t1\t\twho", "host: neither a host"),
        ("a.org\t0\t1\t\twho", "at_once: not a number from 1 to 999"),
        ("a.org\t-1\t1\t\twho", "at_once: not a number"),
        ("a.org\t1000\t1\t\twho", "at_once: not a number"),
        ("a.org\t\u0663\t1\t\twho", "at_once: not a number"),
        ("a.org\t2\t-1\t\twho", "interval: not a number of seconds"),
        ("a.org\t2\t\t\twho", "interval: not a number of seconds"),
        ("a.org\t2\t1e3\t\twho", "interval: not a number of seconds"),
        ("a.org\t2\t1\tnan\twho", "pause: not a number of seconds"),
        ("a.org\t2\t1\t10000\twho", "pause: not a number of seconds"),
        ("a.org\t2\t1\t\t", "reason: is empty"),
        ("b.org\t2\t1\t\twho", "host: comes twice"),
        ("a.org\t2\t1\twho", "4 cells instead of 5"),
    ],
)
def test_bad_rows(written: Callable[[str], None], row: str, error: str) -> None:
    """A row that cannot be meant is named by file and line."""
    written(f"# comment\nb.org\t2\t1\t\twho\n{row}\n")
    with pytest.raises(DataFileError, match=rf"^hosts\.tsv:4: {re.escape(error)}"):
        host_limits()


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/cdx/search", "web.archive.org/cdx"),
        ("/cdx/", "web.archive.org/cdx"),
        ("/cdx", "web.archive.org/cdx"),
        ("/save", "web.archive.org/save"),
        ("/web/2020/cdx/", "web.archive.org"),
        ("/cdxx/", "web.archive.org"),
        ("/", "web.archive.org"),
        ("", "web.archive.org"),
    ],
)
def test_what_is_counted_apart(path: str, name: str) -> None:
    """A part of a host with an entry of its own has its own limit."""
    assert counted_with("web.archive.org", path) == name
    assert counted_with("a.org", path) == "a.org"
