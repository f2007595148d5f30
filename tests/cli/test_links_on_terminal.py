"""Terminals that show links get them: the line of the list on the web, and the URL. Nothing else gets a sequence."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from linkwarden.cli.output import has_hyperlinks
from tests.cli.offline import check, write
from tests.repository import Repository

LIST = (
    "[Contents](#contents)\n\n[A picture](https://a.s3.amazonaws.com/x.png?Expires=1)\n\n[site](hhttps://a.example/x)\n\n"
    "[here](http://localhost:3000/x)\n"
)
LINK = re.compile("\x1b]8;;([^\x1b]*)\x1b\\\\([^\x1b]*(?:\x1b\\[[0-9;]*m[^\x1b]*)*)\x1b]8;;\x1b\\\\")


def on_a_terminal(*arguments: str, **environ: str) -> str:
    """Run ``linkwarden check --offline`` with a terminal for standard output, and give what it got."""
    leader, follower = os.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "linkwarden", "check", "--offline", "--no-report", "--no-state", *arguments],
        stdout=follower,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "TERM": "xterm-256color", **environ},
    )
    os.close(follower)
    got = b""
    while True:
        try:
            part = os.read(leader, 65_536)
        except OSError:  # Linux says so at the end
            break
        if not part:
            break
        got += part
    process.wait()
    os.close(leader)
    return got.decode()


def test_a_terminal_that_shows_links_gets_them() -> None:
    """Without a known page only URLs are links; the place is there for editors."""
    write(LIST)

    text = on_a_terminal(TERM_PROGRAM="WezTerm")

    assert "README.md:1:12" in text
    assert [url for url, _ in LINK.findall(text)] == [
        "https://a.example/x",
        "http://localhost:3000/x",
    ]  # a fix, and a URL
    assert "\x1b]8;;" not in LINK.sub("", text)


def test_the_line_of_the_list_is_a_link_where_the_commit_is_known() -> None:
    """A CI service is no terminal, but a clone at a desk is one, and knows where its commit is."""
    origin = Repository(Path("origin"))
    commit = origin.commit({"README.md": LIST})
    clone = Repository(Path("clone"))
    clone.git("remote", "add", "origin", "../origin")
    clone.git("fetch", "-q", "origin")
    clone.git("checkout", "-q", "-B", "main", "origin/main")
    clone.git("remote", "set-url", "origin", "https://github.com/me/list")

    text = on_a_terminal("clone/README.md", TERM_PROGRAM="WezTerm")

    shown = {re.sub("\x1b\\[[0-9;]*m", "", words): url for url, words in LINK.findall(text)}
    assert shown["clone/README.md:1:12"] == f"https://github.com/me/list/blob/{commit}/README.md?plain=1#L1"
    assert "\x1b]8;;" not in LINK.sub("", text)
    editor = on_a_terminal("clone/README.md", TERM_PROGRAM="vscode", TERM_PROGRAM_VERSION="1.105.1")
    assert {url for url, _ in LINK.findall(editor)} == set(shown.values()) - {
        url for url in shown.values() if "/blob/" in url
    }


@pytest.mark.parametrize(
    ("environ", "arguments"),
    [
        ({"TERM_PROGRAM": "Apple_Terminal"}, ()),
        ({"TERM_PROGRAM": "WezTerm", "NO_COLOR": "1"}, ()),
        ({"TERM_PROGRAM": "WezTerm", "TERM": "dumb"}, ()),
        ({"TERM_PROGRAM": "WezTerm"}, ("--color", "never")),
        ({"TERM_PROGRAM": "WezTerm"}, ("--format", "concise")),
    ],
)
def test_others_get_none(environ: dict[str, str], arguments: tuple[str, ...]) -> None:
    """No colours, no links; and no link where the terminal might show the sequence."""
    write(LIST)

    assert "\x1b]8" not in on_a_terminal(*arguments, **environ)


def test_a_pipe_gets_none(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Not even with colours forced."""
    write(LIST)
    monkeypatch.setenv("FORCE_HYPERLINK", "1")

    check("--no-report", "--color", "always")

    assert "\x1b[" in (text := capsys.readouterr().out)
    assert "\x1b]8" not in text


@pytest.mark.parametrize(
    ("environ", "shows"),
    [
        ({"TERM": "xterm-kitty"}, True),
        ({"TERM": "xterm-256color", "VTE_VERSION": "7600"}, True),
        ({"TERM": "xterm-256color", "VTE_VERSION": "5000"}, False),
        ({"TERM": "xterm-256color", "VTE_VERSION": "many"}, False),
        ({"TERM": "xterm-256color", "WT_SESSION": "x"}, True),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app", "TERM_PROGRAM_VERSION": "3.5.14"}, True),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app", "TERM_PROGRAM_VERSION": "3.0.15"}, False),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"}, False),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "vscode", "TERM_PROGRAM_VERSION": "1.105.1"}, True),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "WezTerm", "TERM_PROGRAM_VERSION": "20240203-110809"}, True),
        ({"TERM": "tmux-256color", "TERM_PROGRAM": "tmux", "TERM_PROGRAM_VERSION": "3.4"}, True),
        ({"TERM": "tmux-256color", "TERM_PROGRAM": "tmux", "TERM_PROGRAM_VERSION": "3.10b"}, True),
        ({"TERM": "tmux-256color", "TERM_PROGRAM": "tmux", "TERM_PROGRAM_VERSION": "3.3a"}, False),
        ({"TERM": "screen-256color", "VTE_VERSION": "7600"}, False),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "vscode", "CI": "true"}, False),
        ({"TERM": "xterm-256color"}, False),
        ({"TERM": "dumb", "FORCE_HYPERLINK": "1"}, True),
        ({"TERM": "xterm-kitty", "FORCE_HYPERLINK": "0"}, False),
        ({}, False),
    ],
)
def test_which_terminals_show_links(environ: dict[str, str], *, shows: bool) -> None:
    """As far as they say what they are."""
    assert has_hyperlinks(environ) is shows
