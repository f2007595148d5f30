"""What the process of the language server does beside speaking: no requests, nothing else on standard output."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

from linkwarden.cli.lsp import NEEDED
from tests.lsp.client import SOURCES, at, editor

_ROOT = Path(__file__).parents[2]
#: Notes every name that is looked up, every connection and every datagram (sys.audit, Python 3.8).
_AUDIT = """
import atexit, os, sys
seen = set()
def note(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "urllib.Request"):
        seen.add(event)
def report():
    found = sorted(seen | {name for name in ("aiohttp", "linkwarden.net") if name in sys.modules})
    open(os.environ["AUDIT_FILE"], "w").write(",".join(found) or "nothing")
sys.addaudithook(note)
atexit.register(report)
leave = os._exit
def leaves(code):
    report()
    leave(code)
os._exit = leaves
"""
_CRASH = """
import linkwarden.lsp.checker as checker
check = checker.Checker.check
def crash(self, text, *given):
    print("this is no message of the protocol")
    if "CRASH" in text:
        raise RuntimeError("a defect")
    return check(self, text, *given)
checker.Checker.check = crash
"""
_WITHOUT = """
import sys
sys.modules["pygls"] = None
"""
_LIST = "- [a](htps://a.example/x)\n- [b](https://b.example.org/)\n- [c](no.md)\n![d](https://c.example.org/a.png)\n"


def customized(folder: Path, code: str) -> str:
    """Return a value for PYTHONPATH with which Python runs some code as it starts."""
    folder.mkdir(exist_ok=True)
    (folder / "sitecustomize.py").write_text(code)
    return f"{folder}{os.pathsep}{SOURCES}"


async def test_the_server_makes_no_request(tmp_path: Path) -> None:
    """Neither a name is looked up nor a connection made, and what could do so is not even loaded."""
    seen = tmp_path / "seen"
    env = {"PYTHONPATH": customized(tmp_path / "audit", _AUDIT), "AUDIT_FILE": str(seen)}
    async with editor(tmp_path, env=env) as shown:
        uri = shown.open(tmp_path / "README.md", _LIST)
        assert at(await shown.diagnostics(uri)) == [(0, "LW101"), (2, "LW125")]
        assert await shown.hover(uri, 0, 8)
        (action, *_) = await shown.actions(uri, 0)
        assert (await shown.client.code_action_resolve_async(action)).edit is not None
        shown.save(uri)
        assert await shown.diagnostics(uri)
    assert seen.read_text() == "nothing"


async def test_a_defect_costs_one_document(tmp_path: Path) -> None:
    """It is written to the log of the editor; whatever is printed goes elsewhere."""
    async with editor(tmp_path, env={"PYTHONPATH": customized(tmp_path / "crash", _CRASH)}) as shown:
        shown.open(tmp_path / "other.md", "CRASH")
        uri = shown.open(tmp_path / "README.md", _LIST)
        assert at(await shown.diagnostics(uri)) == [(0, "LW101"), (2, "LW125")]
        assert "a defect" in "".join(shown.log)
        shown.change(uri, 2, "CRASH")
        shown.change(uri, 3, _LIST)
        assert at(await shown.diagnostics(uri, 3)) == [(0, "LW101"), (2, "LW125")]


def test_without_pygls_one_sentence_says_what_is_needed(tmp_path: Path) -> None:
    """With exit code 2, and nothing on standard output."""
    env = {**os.environ, "PYTHONPATH": customized(tmp_path / "without", _WITHOUT)}
    command = [sys.executable, "-m", "linkwarden", "lsp", "--stdio"]
    done = subprocess.run(command, env=env, input=b"", capture_output=True, check=False)
    assert done.returncode == 2
    assert done.stdout == b""
    sentence = done.stderr.decode().strip()
    assert sentence == f'Error: the language server needs pygls beside linkwarden: python -m pip install "{NEEDED}"'


def test_what_is_needed_is_the_extra() -> None:
    """The sentence and the project file name the same versions."""
    project = tomllib.loads((_ROOT / "pyproject.toml").read_text())["project"]
    assert project["optional-dependencies"]["lsp"] == [NEEDED]
