"""What hostile text looks like, and what it must never do to an output."""

from __future__ import annotations

import re
import subprocess
from html.parser import HTMLParser

import pytest

from tests.report.runner import commands

#: One for every sink that was ever attacked: terminals, runners' logs (both syntaxes), Markdown, HTML, XML, tables.
LITERALS = (
    "\x1b]8;;http://evil.example\x1b\\click\x1b]8;;\x1b\\",
    "\x1b]0;pwn\x07",
    "\x1b[2J\x1b[1;31mred",
    "\x9b2J",
    "\u202egpj.exe",
    "zero\u200bwidth\u2060\ufeff",
    "tag\U000e0041\U000e007f",
    "lone \ud800 surrogate",
    "nul\x00 bell\x07 del\x7f",
    "no character \ufffe \uffff",
    "x ##[add-mask]e",
    "##[set-output name=exit-code]0",
    "###[stop-commands]zz",
    "::error::x",
    "::set-output name=exit-code::0",
    "\r::add-mask::a",
    "\n::set-output name=exit-code::0",
    "\u2003::debug::",
    "\u2028::stop-commands::zz",
    "\x85::set-env name=PATH::/tmp",
    "a,line=1::file=b%0A%25",
    "]]>",
    "\"'onmouseover=alert(1) x='",
    "</script><script>alert(1)</script>",
    "</system-out><failure>",
    "<img src=http://evil.example/beacon.png>",
    "![](http://evil.example/beacon.png)",
    "[x](javascript:alert(1))",
    "[x](http://evil.example/)",
    "@torvalds and @org/team",
    "#123 o/r#1 GH-1",
    "<!-- linkwarden:report sha256=0 -->",
    "--> <b>",
    "`|` \\| || `` ``` ~~~",
    "{{ 7*7 }} ${{ github.token }} {% raw %}",
    '=HYPERLINK("http://e")',
    "# heading\n\n- item\n\n    code",
    "x" * 3000,
)

#: Where a message stands in for the secret of an address, and must go on doing so.
SECRETS = ("s3cret",)

_STYLE = re.compile(r"\x1b\[[\d;]*m")
_CONTROL = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]"
)


def assert_harmless(text: str, *, colour: bool = False) -> None:
    """Fail if a text that is printed would do anything to a terminal or a runner.

    Args:
        text: what is printed.
        colour: our own colours may stand in it.
    """
    assert commands(text) == []
    bare = _STYLE.sub("", text) if colour else text
    found = _CONTROL.search(bare)
    assert found is None, (hex(ord(found[0])), bare[max(0, found.start() - 60) : found.end() + 60])
    assert commands(bare) == []
    assert bare.encode().decode() == bare
    for secret in SECRETS:
        assert secret not in bare


def cmark(markdown: str) -> str:
    """Give the HTML that GitHub makes of Markdown, as far as cmark-gfm goes; raw HTML stays."""
    command = ["cmark-gfm", "--unsafe", "-e", "table", "-e", "autolink", "-e", "strikethrough"]
    try:
        done = subprocess.run(command, input=markdown.encode(), capture_output=True, check=True)
    except FileNotFoundError:
        pytest.skip("cmark-gfm is not installed here")
    return done.stdout.decode()


class Rendered(HTMLParser):
    """What a reader of rendered Markdown gets: tags, links with their words, comments, and text outside of code.

    Words of links that are code stand in ``coded`` as well.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[tuple[str, str]] = []
        self.coded: set[str] = set()
        self.comments: list[str] = []
        self.prose = ""
        self._open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element."""
        self.tags.add(tag)
        if tag not in {"hr", "br", "img"}:
            self._open.append(tag)
        if tag == "a":
            self.links.append((dict(attrs).get("href") or "", ""))

    def handle_endtag(self, tag: str) -> None:
        """Close an element."""
        if self._open and self._open[-1] == tag:
            self._open.pop()

    def handle_comment(self, data: str) -> None:
        """Take in a comment."""
        self.comments.append(data)

    def handle_data(self, data: str) -> None:
        """Take in text."""
        if "a" in self._open:
            self.links[-1] = (self.links[-1][0], self.links[-1][1] + data)
            if self._open[-1] == "code":
                self.coded.add(self.links[-1][1])
        elif "code" not in self._open:
            self.prose += data
