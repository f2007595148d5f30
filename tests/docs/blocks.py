"""The code blocks of our documentation."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt

REPOSITORY = Path(__file__).parents[2]
#: What users read.
PAGES = (REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").rglob("*.md")))
_ANNOUNCED = re.compile(r"<!-- (?P<name>[\w-]+): (?:checked|run) by (?P<test>tests/[\w/.]+) -->\s*")


@dataclass(frozen=True, slots=True)
class Block:
    """A code block.

    Attributes:
        page: the page's path from the root of the repository.
        line: the line, from 1, on which it begins.
        kind: the language that it names, or "".
        text: what is in it.
        name: what a comment before it calls it, or "".
        test: the test that the comment names, or "".
    """

    page: str
    line: int
    kind: str
    text: str
    name: str = ""
    test: str = ""

    def __str__(self) -> str:
        """Return where it stands, which names the test."""
        return f"{self.page}:{self.line}"


def blocks() -> list[Block]:
    """Return every code block of README and docs/."""
    return [block for page in PAGES for block in _of_page(page)]


def named(name: str) -> Block:
    """Return the one block that a comment calls so."""
    [block] = [block for block in blocks() if block.name == name]
    return block


def _of_page(page: Path) -> Iterator[Block]:
    before = ""
    for token in MarkdownIt("commonmark").parse(page.read_text("utf-8")):
        if token.type in ("fence", "code_block"):
            match = _ANNOUNCED.fullmatch(before)
            name, test = (match["name"], match["test"]) if match else ("", "")
            assert token.map is not None
            place = page.relative_to(REPOSITORY).as_posix()
            yield Block(place, token.map[0] + 1, token.info.strip(), token.content, name, test)
        before = token.content if token.type == "html_block" else ""


def typed(session: str) -> list[str]:
    """Return the commands of a console session: what stands behind ``$``, with the lines that go on."""
    found = re.findall(r"(?m)^\$ ((?:.*\\\n)*.*)$", session)
    assert found, "a console session without a command"
    return found


def words(command: str) -> list[list[str]]:
    """Return the words of each simple command of a shell command, as far as its quoting tells."""
    lexer = shlex.shlex(command.replace("\\\n", " "), posix=True, punctuation_chars="|&;()<>")
    lexer.whitespace_split = True
    lexer.commenters = "#"
    found: list[list[str]] = [[]]
    for word in lexer:
        if set(word) <= set("|&;()"):
            found.append([])
        else:
            found[-1].append(word)
    return [simple for simple in found if simple]
