"""Data files: what they hold, and that a bad entry is named by file and line."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from linkwarden.datafile import DataFileError, Line, Row, read_table, read_words

PACKAGE = "package_with_data_files"
Write = Callable[[str], None]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Give a function that writes the data file ``data`` of a package of its own."""
    folder = tmp_path / PACKAGE
    folder.mkdir()
    (folder / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, PACKAGE, raising=False)

    def write_data(text: str) -> None:
        (folder / "data").write_bytes(text.encode())

    return write_data


def table(unique: str | None = None) -> tuple[Row, ...]:
    """Read the table."""
    return read_table(PACKAGE, "data", ("host", "limit"), unique=unique)


class TestTables:
    """Tab-separated, first line the columns."""

    def test_rows(self, write: Write) -> None:
        """Comments and empty lines are skipped, cells are stripped, the last may be empty."""
        write("# who\nhost\tlimit\n\n a.org \t 3\r\n#b.org\t4\n  \nc.org\t\n")
        rows = table()
        assert [(row["host"], row["limit"], row.where) for row in rows] == [
            ("a.org", "3", "data:4"),
            ("c.org", "", "data:7"),
        ]
        assert rows[0].read("limit", int) == 3

    @pytest.mark.parametrize(
        ("text", "error"),
        [
            ("", "data:1: the columns must be host, limit"),
            ("# x\nhost\tmax\n", "data:2: the columns must be host, limit"),
            ("host\tlimit\na.org\n", "data:2: 1 cells instead of 2"),
            ("host\tlimit\na.org\t3\tx\n", "data:2: 3 cells instead of 2"),
            ("host\tlimit\na.org\t3\n\na.org\t4\n", "data:4: host: comes twice"),
            ("host\tlimit\n\t3\n", "data:2: host: is empty"),
        ],
    )
    def test_bad_tables(self, write: Write, text: str, error: str) -> None:
        """What is wrong is named by file and line."""
        write(text)
        with pytest.raises(DataFileError, match=f"^{re.escape(error)}$"):
            table("host")

    def test_bad_cells(self, write: Write) -> None:
        """What a converter refuses is named with its column."""
        write("host\tlimit\na.org\tmany\n[\t1\n")
        rows = table()
        with pytest.raises(DataFileError, match=r"^data:2: limit: invalid literal"):
            rows[0].read("limit", int)
        with pytest.raises(DataFileError, match=r"^data:3: host: unterminated character set"):
            rows[1].read("host", re.compile)
        assert str(rows[1].error("no")) == "data:3: no"


class TestWords:
    """One entry a line, below headings."""

    def test_entries(self, write: Write) -> None:
        """A heading may come again; what stands before the first has none."""
        write("any\n[en]\n# no\n  not found \n[de]\nfehlt\n[en]\ngone\n[zh-Hant x]\n")
        assert read_words(PACKAGE, "data") == {
            "": (Line("any", "data:1"),),
            "en": (Line("not found", "data:4"), Line("gone", "data:8")),
            "de": (Line("fehlt", "data:6"),),
            "zh-Hant x": (),
        }

    def test_headings(self, write: Write) -> None:
        """A heading that is not expected is an error."""
        write("[en]\nx\n[ed]\n")
        with pytest.raises(DataFileError, match=r"^data:3: unknown heading \[ed\]$"):
            read_words(PACKAGE, "data", headings=("en", "de"))

    def test_patterns(self, write: Write) -> None:
        """A bad pattern is named by its line."""
        write("a+\n(\n")
        good, bad = read_words(PACKAGE, "data")[""]
        assert good.read(re.compile).fullmatch("aa")
        with pytest.raises(DataFileError, match=r"^data:2: missing \)"):
            bad.read(re.compile)

    def test_no_such_file(self, write: Write) -> None:
        """A file that is not there is no data file."""
        del write
        with pytest.raises(OSError, match="data"):
            read_words(PACKAGE, "data")
