"""Data files of the package: tables and word lists, whose errors name the file and the line.

Both kinds are UTF-8 text. Lines that are empty or begin with ``#`` are skipped. A table is tab-separated, with the
names of its columns in the first line. A word list has one entry a line, below headings such as ``[en]``.
"""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, TypeVar

from linkwarden.patterns import pattern
from linkwarden.records import dataclass

T = TypeVar("T")
_HEADING = pattern(r"\[([\w -]+)\]")


class DataFileError(ValueError):
    """A data file of the package has a bad entry; the text is ``FILE:LINE: what``."""


class Line(NamedTuple):
    """One entry of a word list.

    Attributes:
        text: the entry, without white space at its ends.
        where: file and line, for errors.
    """

    text: str
    where: str

    def error(self, what: str) -> DataFileError:
        """Return the error that something is wrong with this entry."""
        return DataFileError(f"{self.where}: {what}")

    def read(self, convert: Callable[[str], T]) -> T:
        """Return the entry, converted (``re.compile``, say).

        Raises:
            DataFileError: the converter raised ValueError or ``re.error``.
        """
        try:
            return convert(self.text)
        except (ValueError, re.error) as error:
            raise self.error(str(error)) from error


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table: ``row["column"]`` is a cell, ``""`` where it is empty.

    Attributes:
        where: file and line, for errors.
    """

    where: str
    _cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self._cells[column]

    def error(self, what: str) -> DataFileError:
        """Return the error that something is wrong with this row."""
        return DataFileError(f"{self.where}: {what}")

    def read(self, column: str, convert: Callable[[str], T]) -> T:
        """Return a cell, converted (``int``, ``float``, an Enum, ``re.compile``).

        Raises:
            DataFileError: the converter raised ValueError or ``re.error``.
        """
        try:
            return convert(self._cells[column])
        except (ValueError, re.error) as error:
            raise self.error(f"{column}: {error}") from error


def read_table(package: str, name: str, columns: Sequence[str], *, unique: str | None = None) -> tuple[Row, ...]:
    """Return the rows of a table.

    Args:
        package: the package that holds the file (``__package__``).
        name: the name of the file.
        columns: the columns that it must have, in this order.
        unique: a column whose cells must be filled and differ from each other.

    Raises:
        DataFileError: the first line names other columns, a row has another number of cells, or a key comes twice.
    """
    lines = _lines(package, name)
    header = next(lines, Line("", f"{name}:1"))
    if header.text.split("\t") != list(columns):
        raise header.error(f"the columns must be {', '.join(columns)}")
    rows: list[Row] = []
    keys: set[str] = set()
    for line in lines:
        cells = [cell.strip() for cell in line.text.split("\t")]
        if len(cells) != len(columns):
            raise line.error(f"{len(cells)} cells instead of {len(columns)}")
        row = Row(line.where, dict(zip(columns, cells, strict=True)))
        if unique is not None:
            if not row[unique] or row[unique] in keys:
                raise row.error(f"{unique}: {'comes twice' if row[unique] else 'is empty'}")
            keys.add(row[unique])
        rows.append(row)
    return tuple(rows)


def read_groups(
    package: str, name: str, columns: Sequence[str], by: str, convert: Callable[[Row], T]
) -> dict[str, tuple[T, ...]]:
    """Return the rows of a table, converted, by the cell of one column; those of a cell in their order.

    Raises:
        DataFileError: as ``read_table``, or what the converter raises.
    """
    groups: dict[str, list[T]] = {}
    for row in read_table(package, name, columns):
        groups.setdefault(row[by], []).append(convert(row))
    return {cell: tuple(rows) for cell, rows in groups.items()}


def read_words(package: str, name: str, *, headings: Sequence[str] | None = None) -> dict[str, tuple[Line, ...]]:
    """Return the entries of a word list by heading, in the order of the file.

    Entries before the first heading stand under ``""``. A heading that comes again goes on with its entries.

    Args:
        package: the package that holds the file (``__package__``).
        name: the name of the file.
        headings: the headings that it may have; None for any.

    Raises:
        DataFileError: there is another heading.
    """
    found: dict[str, list[Line]] = {}
    heading = ""
    for line in _lines(package, name):
        text = line.text.strip()
        match = _HEADING.fullmatch(text)
        if match is None:
            found.setdefault(heading, []).append(Line(text, line.where))
            continue
        heading = match[1]
        if headings is not None and heading not in headings:
            raise line.error(f"unknown heading [{heading}]")
        found.setdefault(heading, [])
    return {name: tuple(lines) for name, lines in found.items()}


def _lines(package: str, name: str) -> Iterator[Line]:
    data = pkgutil.get_data(package, name)
    if data is None:  # the package was loaded by something that cannot read files
        raise DataFileError(f"{name}: cannot be read")
    for number, text in enumerate(data.decode("utf-8").split("\n"), start=1):
        if text.strip() and not text.startswith("#"):
            yield Line(text.rstrip("\r"), f"{name}:{number}")
