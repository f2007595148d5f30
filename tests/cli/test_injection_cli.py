"""No hostile name, list, page, header or configuration acts through what the commands print."""

from __future__ import annotations

import ast
import json
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from aiohttp import web

import linkwarden as linkwarden_package
from linkwarden import api
from linkwarden.cli import cli
from linkwarden.cli.guard import run_guarded
from linkwarden.cli.progress import PlainProgress, busiest
from linkwarden.cli.speech import say_error, say_failure
from linkwarden.model import Failure, UsageError
from linkwarden.report import formats
from tests.deps import on_fake_internet
from tests.internet import FakeInternet
from tests.report.harm import LITERALS, assert_harmless
from tests.report.test_injection import only_our_commands

_PRINTS = frozenset({
    "print", "click.echo", "click.secho", "echo", "secho", "sys.stdout.write", "sys.stderr.write",
    "self._inner.write", "rich.print",
})  # fmt: skip
Command = Callable[..., tuple[str, str]]

#: As arguments: bytes that are not UTF-8 arrive as surrogates (PEP 383), and a null byte cannot arrive at all.
SHORT = tuple(text.replace("\ud800", "\udcff").replace("\x00", "") for text in LITERALS if len(text) < 100)
#: What a file can be called; a path has no slash.
NAMES = tuple(text.replace("/", "_") for text in SHORT)
EVERY = pytest.mark.parametrize("text", SHORT, ids=[f"text{n}" for n in range(len(SHORT))])
EVERY_NAME = pytest.mark.parametrize("name", NAMES, ids=[f"name{n}" for n in range(len(NAMES))])


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(api, "_loop_factory", lambda: None)  # virtual time needs asyncio's own loop
    yield
    for path in tmp_path.iterdir():  # pytest's own clearing up stumbles over names that are not UTF-8
        if path.is_file():
            path.unlink()


def hostile_site(internet: FakeInternet) -> None:
    """A site that puts attacks into titles, bodies, redirects and headers."""

    async def answer(request: web.Request) -> web.StreamResponse:
        number = int(request.path.rpartition("/")[2])
        text = LITERALS[number % len(LITERALS)]
        title = f"<title>{text}</title><h1>{text}</h1>".encode(errors="replace")
        if request.path.startswith("/moved/"):
            raw = (
                text.encode("utf-8", "replace").decode("latin-1").replace("\r", "").replace("\n", "").replace("\0", "")
            )
            return web.Response(status=301, headers={"Location": f"https://evil.example/page/{number}?{raw}"})
        if request.path.startswith("/gone/"):
            return web.Response(status=404, body=title, content_type="text/html")
        return web.Response(body=title, content_type="text/html")

    internet.site("evil.example").default(answer)


@pytest.fixture
def linkwarden(capsys: pytest.CaptureFixture[str]) -> Command:
    """Run a command line on a hostile internet and give what it prints on standard output and standard error."""

    def run(*arguments: str) -> tuple[str, str]:
        run_guarded(cli, list(arguments), on_fake_internet(hostile_site))
        printed = capsys.readouterr()
        assert "This is a defect of linkwarden" not in printed.err, printed.err
        return printed.out, printed.err

    return run


def hostile_list() -> str:
    """Return a list with every attack as link text, address, title, alternative text, heading and anchor."""
    lines = []
    for number, text in enumerate(LITERALS):
        # What would end the line, or make the file a binary one, stays out of it.
        line = text.encode("utf-8", "replace").decode().translate(dict.fromkeys(map(ord, "\r\n\x00"), " "))
        lines += [
            f"## {line}",
            f"* [{line}](https://evil.example/gone/{number} '{line}')",
            f"* [{line}](<https://evil.example/moved/{number}?{line}>)",
            f"* ![{line}](https://evil.example/page/{number})",
            f'* [{line}](#{line}) <{line}> <a href="{line}">x</a> [x](<{line}>)',
            f"<!-- linkwarden-ignore LW301 {line} -->",
        ]
    return "\n\n".join(lines) + "\n"


RUNS = [(cls.name, "-v") for cls in formats()] + [("text", flag) for flag in ("--exit-zero", "-q", "-vv", "--stream")]


@pytest.mark.parametrize(("name", "flag"), RUNS, ids=[" ".join(run) for run in RUNS])
def test_check(name: str, flag: str, linkwarden: Command) -> None:
    """A list full of attacks on a hostile site, in every format; made-up runs go through all verbosities."""
    Path("README.md").write_text(hostile_list(), "utf-8")

    out, err = linkwarden("check", "--no-state", "--no-report", "--format", name, flag)

    assert "evil.example" in out or name == "badge"
    assert_harmless(err)
    if name == "github":
        only_our_commands(out)
    else:
        assert_harmless(out)


def test_check_in_colour(linkwarden: Command) -> None:
    """Colours are the only control sequences."""
    Path("README.md").write_text(hostile_list(), "utf-8")

    out, err = linkwarden("check", "--no-state", "--no-report", "--color", "always", "-vv")

    assert "\x1b[" in out
    assert_harmless(out, colour=True)
    assert_harmless(err)


@pytest.mark.parametrize("arguments", [("extract", "README.md"), ("extract", "--json", "README.md")])
def test_extract(arguments: tuple[str, ...], linkwarden: Command) -> None:
    """What is read from a hostile list, line by line."""
    Path("README.md").write_text(hostile_list(), "utf-8")

    out, err = linkwarden(*arguments)

    assert "evil.example" in out
    assert_harmless(out)
    assert_harmless(err)


@EVERY
def test_probe(text: str, linkwarden: Command) -> None:
    """Every request for a hostile address, and the reasoning on it."""
    with suppress(ValueError):
        for url in (f"https://evil.example/moved/{SHORT.index(text)}?{text}", text or "x"):
            for printed in linkwarden("probe", url.replace("\x00", "")):
                assert_harmless(printed)


@EVERY
def test_explain(text: str, linkwarden: Command) -> None:
    """A rule that nobody knows."""
    for printed in linkwarden("explain", text):
        assert_harmless(printed)


def test_history(linkwarden: Command) -> None:
    """What the memory tells of a hostile list: its summary, the life of an address, and the export."""
    Path("README.md").write_text(hostile_list(), "utf-8")
    linkwarden("check", "--no-report", "--state", "memory.sqlite3")

    for arguments in ((), ("export",), ("show", "https://evil.example/gone/1"), *(("show", text) for text in SHORT)):
        for printed in linkwarden("history", *arguments, "--state", "memory.sqlite3"):
            assert_harmless(printed)


@EVERY_NAME
def test_file_names(name: str, linkwarden: Command) -> None:
    """Lists and folders may be called whatever they like, found or not."""
    Path(f"{name}.md").write_text("* [a](https://evil.example/gone/1)\n* [b](#b)\n\x00" * 2, "utf-8")
    Path("folder").mkdir()
    Path("folder", f"{name}.md").write_text("* [a](https://evil.example/gone/1)\n* [b](#b)\n", "utf-8")

    for arguments in (
        ("check", "--no-state", "--no-report", "-vv", "--", f"{name}.md", "folder", f"no {name}"),
        ("check", "--no-state", "--offline", "-o", f"{name}.json", "folder"),
        ("check", "--no-state", "--offline", "-o", f"{name}.none", "folder"),
        ("extract", "--", f"{name}.md", "folder", f"no {name}.md"),
        ("extract", "--", f"no {name}.md"),
        ("extract", "--config", f"{name}.md", "folder"),
        ("history", "--state", f"{name}.md"),
        ("history", "import", f"{name}.md"),
        ("calibrate", f"{name}.md"),
        ("init", f"folder/{name}"),
    ):
        for printed in linkwarden(*arguments):
            assert_harmless(printed)


def test_file_names_in_annotations(linkwarden: Command) -> None:
    """The file of an annotation is a property of it and nothing else."""
    for name in NAMES:
        Path(f"{name}.md").write_text("* [a](https://evil.example/gone/1)\n", "utf-8")

    out, err = linkwarden("check", "--no-state", "--no-report", "--format", "github", ".")

    only_our_commands(out)
    assert_harmless(err)


@EVERY
def test_configuration(text: str, linkwarden: Command) -> None:
    """Keys and values of a configuration file in the repository that is checked."""
    Path("README.md").write_text("* [a](https://evil.example/page/1)\n", "utf-8")
    said = json.dumps(text.encode("utf-8", "replace").decode())
    for toml in (
        f"{said} = 1",
        f"exclude = [{said}]",
        f'exclude = ["(", {said}]',
        f"fail-on = [{said}]",
        f"timeout = {said}",
        f"contact = {said}",
        f"inputs = [{said}]",
        f"[[ignore]]\nurl = {said}\nreason = {said}\nuntil = 2020-01-01",
        f'[[ignore]]\nurl = "("\nreason = {said}',
        f"[[ignore]]\n{said} = {said}",
        f"x = {text.encode('utf-8', 'replace').decode()}",
    ):
        Path("linkwarden.toml").write_text(toml.replace("\\u007f", "x") + "\n", "utf-8")
        for printed in linkwarden("check", "--no-state", "--no-report", "--offline"):
            assert_harmless(printed)


@EVERY
def test_options(text: str, linkwarden: Command) -> None:
    """Values of options, which a workflow may take from a pull request."""
    Path("README.md").write_text("* [a](https://evil.example/page/1)\n", "utf-8")
    check = ("check", "--no-state", "--no-report", "--offline")
    for option in (
        "--format", "--fail-on", "--kind", "--include", "--timeout", "--now", "--allow-network", "--proxy", "--contact",
        "--github-token", "--diff", "--baseline", "--concurrency", "--color", "--config", "--nothing", "--fresh-for",
    ):  # fmt: skip
        for printed in linkwarden(*check, f"{option}={text}"):
            assert_harmless(printed)
    for arguments in ((text,), (text, "README.md"), ("check", f"--{text}"), ("probe", "x", text)):
        for printed in linkwarden(*arguments):
            assert_harmless(printed)


# --- the parts that print ---------------------------------------------------------------------------------------


@EVERY
def test_errors(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Messages that foreign text went into: every line of them is harmless."""
    say_error(UsageError(f"{text}\n{text}", text))
    say_failure(Failure(text, text, f"Traceback:\n{text}\n  {text}\nKeyError: {text}"))

    assert_harmless(capsys.readouterr().err)


@EVERY
def test_progress(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Names of hosts in the lines that say how far the run is."""
    clock = iter(range(0, 1000, 60))
    progress = PlainProgress(clock=lambda: next(clock))
    progress.step(1, 2, 0, lambda: {text: 1})
    progress.phase(text)

    assert_harmless(capsys.readouterr().err)
    assert_harmless("> " + busiest({text: 1}))


def test_everything_that_is_said_goes_through_say() -> None:
    """Nobody else prints: reports escape for their own format, and all the rest is said by ``cli.speech.say``."""
    ours = Path(linkwarden_package.__file__).parent
    printing = {
        path.relative_to(ours).as_posix()
        for path in ours.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in _PRINTS
    }

    assert printing == {
        "cli/speech.py",
        "cli/output.py",  # reports
        "cli/explain.py",  # click's own completion scripts
        "__main__.py",  # the version
        "gha/__init__.py",  # an annotation, and what SafeLog has made harmless
    }


def test_an_output_that_is_not_utf8(linkwarden: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of it depends on the locale."""
    monkeypatch.setitem(os.environ, "PYTHONIOENCODING", "ascii")
    Path("README.md").write_text(hostile_list(), "utf-8")

    out, _ = linkwarden("check", "--no-state", "--no-report", "--offline")

    assert_harmless(out)
