"""The GitHub Action: from its inputs to one run, and from the run to annotations, summary and outputs.

``action.yml`` passes every input in an environment variable, so that no shell ever reads one;
``action/main.py`` starts this module. What it does is one ``linkwarden check``.
"""

from __future__ import annotations

import io
import os
import secrets
import sys
import tempfile
from collections import Counter, deque
from collections.abc import Mapping, MutableMapping, Sequence
from contextlib import redirect_stderr
from pathlib import Path
from typing import Any, NoReturn, TextIO

import click

from linkwarden.__main__ import leave
from linkwarden._home import is_said_to_be
from linkwarden.cli.check import check, perform
from linkwarden.cli.guard import run_guarded
from linkwarden.cli.options import make_config
from linkwarden.config import OPTIONS
from linkwarden.gha.fixes import write_fixes
from linkwarden.inputs import reading_of
from linkwarden.model import LinkwardenError, Run, UsageError, Verdict
from linkwarden.report._order import Level, is_finding, level_of
from linkwarden.sinks import annotation, log
from linkwarden.tree import root_left

#: What the report folder holds; the ending of each name chooses the format.
REPORTS = ("health.md", "health.json", "health.html", "report.sarif", "issue.md", "badge.json")
#: Exit codes that say something certain about the list.
CONCLUSIVE = frozenset({0, 1})
FINDINGS = 1
#: GitHub takes 1 MiB for the summary of a step, and shows nothing of a larger one (runner, FileCommandManager.cs).
SUMMARY_LIMIT = 1024 * 1024
_TOLD = 4  # lines of the log in the annotation where nothing could be checked


def main(environ: MutableMapping[str, str] = os.environ, deps: object = None) -> int:
    """Run the Action and return its exit code; outputs and summary are written by then.

    Args:
        environ: where the inputs and GitHub's own variables are. Tokens are taken out of it, so that nothing that is
            started later (git) inherits one.
        deps: replaces the network and the clock (``linkwarden.deps.Deps``), for tests.
    """
    token = _take_tokens(environ)
    private = _take_private(environ)
    is_said_to_be(environ.get("GITHUB_ACTION_REPOSITORY", ""))
    folder = Path(tempfile.mkdtemp(prefix="linkwarden-report-", dir=environ.get("RUNNER_TEMP")))
    with SafeLog(sys.stderr) as said, redirect_stderr(said):
        run, code, fixes = _check(environ, token, private, folder, deps)
    if run is None:
        click.echo(annotation("error", said.last, title="linkwarden could not check the links", path=""))
    _append(environ.get("GITHUB_STEP_SUMMARY"), _summary(folder, code, environ.get("GITHUB_STEP_SUMMARY")))
    _append(
        environ.get("GITHUB_OUTPUT"), "".join(output_line(*pair) for pair in outputs(run, code, folder, fixes).items())
    )
    return 0 if code == FINDINGS and not _fails(environ) else code


def entry() -> NoReturn:
    """Run the Action and end the process."""
    leave(main())


def _check(
    environ: Mapping[str, str], token: str, private: list[str], folder: Path, deps: object
) -> tuple[Run | None, int, int]:
    """Return the run, if there was one, the exit code, and how many places can be fixed safely."""
    runs: list[Run] = []
    fixes: list[int] = []

    def body(inputs: tuple[str, ...], **options: Any) -> int:
        _fails(environ)
        _stay_inside(inputs or ("README.md",))
        run, code = perform(deps, inputs, options)
        runs.append(run)
        if code in CONCLUSIVE:
            fixes.append(write_fixes(run, reading_of(make_config(inputs, options)), folder))
        return code

    command = click.Command("check", params=check.params, callback=body)
    code = run_guarded(command, [*private, *arguments(environ, token, folder)])
    return (runs[0] if runs else None), code, sum(fixes)


def arguments(environ: Mapping[str, str], token: str, folder: Path) -> list[str]:
    """Return the arguments of ``linkwarden check`` for the Action's inputs.

    Args:
        environ: holds the inputs.
        token: for GitHub's API, or "".
        folder: where the reports go.
    """
    given = ["--format=github", "--color=never", *(f"--output={folder / name}" for name in REPORTS)]
    base = environ.get("LINKWARDEN_DIFF", "").strip()
    if base:
        given.append(f"--diff={base}")
    if token:
        given.append(f"--github-token={token}")
    return [*given, *_lines(environ.get("LINKWARDEN_ARGS")), "--", *_lines(environ.get("LINKWARDEN_PATHS"))]


def outputs(run: Run | None, code: int, folder: Path, fixes: int = 0) -> dict[str, str]:
    """Return the Action's outputs: only numbers, our own words and paths that we made.

    Args:
        run: what was found, or None if there was no run.
        code: the exit code of ``linkwarden check``.
        folder: where the reports are.
        fixes: how many places can be fixed safely.
    """
    results = run.results if run is not None else ()
    verdicts = [result.judgement.verdict for result in results]
    levels = Counter(level_of(run, verdict) for verdict in verdicts if is_finding(run, verdict)) if run else Counter()
    sarif = folder / "report.sarif"
    return {
        "exit-code": str(code),
        "inconclusive": "false" if code in CONCLUSIVE else "true",
        "errors": str(levels[Level.ERROR]),
        "warnings": str(levels[Level.WARNING]),
        "notices": str(levels[Level.NOTE]),
        "unverified": str(sum(verdict is Verdict.UNVERIFIED for verdict in verdicts)),
        "new": str(sum(result.is_new for result in results)),
        "fixed": str(len(run.fixed) if run is not None else 0),
        "fixes": str(fixes),
        "report-dir": str(folder),
        "sarif-file": str(sarif) if sarif.exists() else "",
    }


class SafeLog(io.TextIOBase):
    """A stream for an Actions log in which no line is a command, whatever stands in it.

    The report of annotations escapes them itself; everything else that linkwarden prints goes through here, tracebacks
    and messages of libraries included.
    """

    encoding = "utf-8"
    errors = "strict"

    def __init__(self, inner: TextIO) -> None:
        super().__init__()
        self._inner = inner
        self._begun = ""
        self._last: deque[str] = deque(maxlen=_TOLD)

    def writable(self) -> bool:
        """Return True."""
        return True

    def write(self, text: str, /) -> int:
        """Write the whole lines of a text; the rest waits for its end."""
        *whole, self._begun = (self._begun + text).split("\n")
        for line in whole:
            self._inner.write(f"{log(line)}\n")
        self._last.extend(line.strip() for line in whole)
        return len(text)

    @property
    def last(self) -> tuple[str, ...]:
        """The last lines: where something went wrong, they say what."""
        return tuple(self._last)

    def flush(self) -> None:
        """Write the line that has been begun, too.

        Nothing is written where the stream below is closed: the finalizer closes, closing flushes, and since Python
        3.13 what that raises is printed (``io.IOBase.__del__``).
        """
        if self._inner.closed:
            return
        if self._begun:
            self._inner.write(log(self._begun))
            self._begun = ""
        self._inner.flush()


def _take_tokens(environ: MutableMapping[str, str]) -> str:
    """Return the input's token, and remove it and every other token from the environment.

    An empty input means no token, also where the job sets GITHUB_TOKEN.
    """
    token = environ.get("LINKWARDEN_GITHUB_TOKEN", "").strip()
    for name in [name for name in environ if name.endswith("_TOKEN")]:
        del environ[name]
    return token


def _take_private(environ: MutableMapping[str, str]) -> list[str]:
    """Return as options what the environment gives single hosts alone, and remove it from the environment."""
    rows = [row for row in OPTIONS.values() if row.value.several and row.environment]
    return [
        f"{row.flags[-1]}={line}" for row in rows for name in row.environment for line in _lines(environ.pop(name, ""))
    ]


def _lines(text: str | None) -> list[str]:
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def _fails(environ: Mapping[str, str]) -> bool:
    """Return whether findings make the step fail.

    Raises:
        UsageError: the input is neither "true" nor "false".
    """
    word = environ.get("LINKWARDEN_FAIL", "").strip().lower() or "true"
    if word not in ("true", "false"):
        raise UsageError(f"the input fail is {word!r}", 'Write "true" or "false".')
    return word == "true"


def _stay_inside(names: Sequence[str]) -> None:
    """Refuse lists that lead out of the workspace: a pull request may make README.md a symbolic link.

    What patterns and folders find stays inside by itself (``linkwarden.inputs``).

    Raises:
        UsageError: one leads out, as to /proc/self/environ.
    """
    workspace = Path.cwd()
    for name in names:
        if root_left(Path(name), workspace) is not None:
            raise UsageError(f"{name}: a symbolic link that leads out of the workspace", "Commit the list itself.")


def output_line(name: str, value: str) -> str:
    """Return a line of GITHUB_OUTPUT, in the form that no value can break out of (GitHub docs, "Multiline strings")."""
    mark = f"linkwarden_{secrets.token_hex(16)}"
    if mark in value:
        raise LinkwardenError("a value holds its own random delimiter")
    return f"{name}<<{mark}\n{value}\n{mark}\n"


def _summary(folder: Path, code: int, file: str | None) -> str:
    """Return what to add to the summary of the step; nothing where GitHub would not show it for its length."""
    report = folder / "health.md"
    if not report.exists():
        return f"# Link health\n\nThe links could not be checked (exit code {code}). The log of this step says why.\n"
    text = report.read_text("utf-8")
    taken = os.path.getsize(file) if file and os.path.exists(file) else 0  # noqa: PTH110, PTH202 - one file, twice
    return text if taken + len(text.encode()) <= SUMMARY_LIMIT else ""


def _append(file: str | None, text: str) -> None:
    """Add to one of GitHub's files; others may have written to it before."""
    if file and text:
        with Path(file).open("a", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
