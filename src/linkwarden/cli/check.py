"""``linkwarden check``: checks lists, and writes and prints what was found."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from linkwarden.cli.guard import INTERNAL_ERROR
from linkwarden.cli.options import TableCommand, make_config, read_command_line, table_options
from linkwarden.cli.output import OutputLostError, Terminal, is_terminal, reserve, write_reports
from linkwarden.cli.speech import say, say_error, say_failure
from linkwarden.config import DEFAULT_REPORTS, CommandLine, Config
from linkwarden.model import LinkwardenError, NothingToCheckError, Run, UsageError

if TYPE_CHECKING:
    from linkwarden.cli.streaming import Streams
    from linkwarden.deps import Deps

#: The format whose lines are written while the run goes on.
LINES = "jsonl"
#: What only ``check`` has of its options: what belongs to reports, or chooses what makes a check fail.
OF_REPORTS = frozenset(
    {"diff", "fail_on", "exit_zero", "baseline", "write_baseline", "output", "format", "no_report", "verbose"}
    | {"show_secrets", "quiet", "stream"}
)


def stdin_for(inputs: Sequence[str]) -> Callable[[], bytes]:
    """Return a function that returns what standard input holds, or raises OSError if it cannot be read.

    If it is among the inputs, it is read at once and not when its turn comes, so that the progress bar is not in the
    way and Ctrl-C ends the waiting.
    """
    if "-" not in inputs:
        return lambda: b""
    try:
        data = _read()
    except OSError as error:
        problem = error

        def refuse() -> bytes:
            raise problem

        return refuse
    return lambda: data


def _read() -> bytes:
    from linkwarden.inputs import MAX_BYTES  # noqa: PLC0415 - only where a list is read

    if sys.stdin is None:
        raise OSError(errno.EBADF, "it is closed")
    if sys.stdin.isatty():
        say("Reading a list from the keyboard; Ctrl-D ends it.", err=True)
    return sys.stdin.buffer.read(MAX_BYTES + 1)


@click.command(cls=TableCommand)
@click.argument("inputs", nargs=-1, metavar="[INPUTS]...")
@table_options("check")
@click.pass_obj
def check(obj: Any, /, inputs: tuple[str, ...], **options: Any) -> int:
    """Check the links of one or more lists.

    INPUTS are files, globs, directories, "-" for standard input, URLs of raw lists, or owner/repo for a README at
    GitHub. Without any, README.md is checked.
    """
    return perform(obj, inputs, options)[1]


def perform(deps: Any, inputs: tuple[str, ...], options: Mapping[str, Any]) -> tuple[Run, int]:
    """Return the run that ``check`` makes, and the exit code; the Action (``linkwarden.gha``) needs both.

    Args:
        deps: replaces the network and the clock (``linkwarden.deps.Deps``), or None.
        inputs: what to check.
        options: what click made of the command's options, by field.

    Raises:
        LinkwardenError: there is no run; see ``linkwarden.cli.guard.run_guarded``.
        KeyboardInterrupt: it was interrupted before any list was read.
    """
    config = make_config(inputs, options)
    line = read_command_line(options)
    baseline = _baseline_to_write(config) if line.write_baseline else None
    config = config if baseline is None else replace(config, baseline=None)
    outputs = _outputs(line)
    fresh = None if line.output or not outputs or outputs[0].parent.exists() else outputs[0].parent
    reserve(outputs, config.inputs)
    if fresh is not None:
        _hide(fresh)
    terminal = Terminal(line.color, quiet=line.quiet, verbose=line.verbose)
    streams = _streams(line, outputs, terminal)
    # With a new baseline, all that is told is in it at the end.
    run = make_run(
        deps,
        config,
        terminal if not (line.no_progress or line.quiet) else None,
        streams if baseline is None else None,
    )
    if run.interrupted and not run.results:
        raise KeyboardInterrupt  # no list was read yet: there is nothing to report, and the last reports stay
    if outputs or line.format != "text" or terminal.shows_links:
        from linkwarden.permalinks import with_pages  # noqa: PLC0415 - only for those

        run = with_pages(run, os.environ)
    run, not_written = (run, []) if baseline is None else _write_baseline(run, baseline)
    written, problems = _report(run, config, line, outputs, terminal, streams)
    problems += not_written
    is_text = line.format == "text"
    if not (is_text and is_terminal(sys.stdout)):  # else the result has just said it
        for unreadable in run.unreadable:
            say(f"Error: {unreadable}", err=True)
    for failure in run.failures:
        say_failure(failure)
    for problem in problems:
        say_error(problem)
    if written and is_text and not line.quiet:
        say(f"Reports: {', '.join(map(str, written))}", err=True)
    return run, INTERNAL_ERROR if problems else run.exit_code


def make_run(deps: Any, config: Config, terminal: Terminal | None, streams: Streams | None = None) -> Run:
    """Return the run of a configuration, with the memory and standard input that it needs.

    Args:
        deps: replaces the network and the clock (``linkwarden.deps.Deps``), or None.
        config: what is checked, and how.
        terminal: shows the progress, or None.
        streams: what gets results while the run goes on, or None.
    """
    from linkwarden import api  # noqa: PLC0415 - the network stack is slow to import
    from linkwarden.run import engine  # noqa: PLC0415 - with it

    stdin = stdin_for(config.inputs)
    progress: AbstractContextManager[Any] = nullcontext() if terminal is None else terminal.progress()
    with (
        api.memory_for(config) as memory,
        progress as shown,
        streams.printer.beside(shown) if streams is not None else nullcontext(),
    ):
        wired = replace(deps_for(deps), progress=shown, stdin=stdin, memory=memory, stream=streams)
        return api.run_loop(engine.run(config, wired), offline=config.offline)


def deps_for(given: Deps | None) -> Deps:
    """Return what a command needs from outside: what is given to it, else the real network."""
    from linkwarden import api  # noqa: PLC0415 - the network stack is slow to import
    from linkwarden.deps import Deps  # noqa: PLC0415 - with it

    return given or Deps(make_net=api.make_net)


def run_for(deps: Any, config: Config, options: Mapping[str, Any], undone: str) -> Run:
    """Return the run from which a command goes on, having said what went wrong in it.

    Args:
        deps: as for ``make_run``.
        config: what is checked, and how.
        options: what click made of the command's options, by field.
        undone: what is not done without a network, as the end of a sentence.

    Raises:
        NothingToCheckError: no server could be reached.
        KeyboardInterrupt: the run was interrupted.
    """
    line = read_command_line(options)
    run = make_run(deps, config, None if line.no_progress else Terminal(line.color))
    for failure in run.failures:
        say_failure(failure)
    if run.interrupted:
        raise KeyboardInterrupt
    if run.network_down:
        raise NothingToCheckError(f"no server could be reached from here, so {undone}", "Try again later.")
    for sentence in run.unreadable:
        say(f"Error: {sentence}", err=True)
    return run


def code_after(run: Run) -> int:
    """Return the exit code of a command that has done its work: 0, unless its run was not whole."""
    return INTERNAL_ERROR if run.failures else UsageError.exit_code if run.unreadable else 0


def _replacements(run: Run, config: Config) -> Mapping[tuple[str, int], str]:
    from linkwarden.fix import replacements  # noqa: PLC0415 - few reports ask for them
    from linkwarden.inputs import reading_of  # noqa: PLC0415 - with it

    return replacements(run, reading_of(config))


def _baseline_to_write(config: Config) -> Path:
    from linkwarden.cli.baseline import baseline_to_write  # noqa: PLC0415 - few runs write one

    return baseline_to_write(config)


def _write_baseline(run: Run, path: Path) -> tuple[Run, list[LinkwardenError]]:
    from linkwarden.cli.baseline import write_baseline  # noqa: PLC0415 - as above

    return write_baseline(run, path)


def _report(
    run: Run, config: Config, line: CommandLine, outputs: Sequence[Path], terminal: Terminal, streams: Streams | None
) -> tuple[list[Path], list[LinkwardenError]]:
    """Write all reports and print one; return the files that are written, and what went wrong."""
    found = cache(partial(_replacements, run, config))
    streamed, problems = streams.end(run) if streams is not None else ([], [])
    left = [path for path in outputs if path not in streamed]
    written, not_written = write_reports(run, left, show_secrets=line.show_secrets, replacements=found)
    problems += not_written
    if streams is None or not streams.prints:
        try:
            terminal.show(run, line.format, show_secrets=line.show_secrets, replacements=found)
        except OutputLostError as error:
            problems.append(error)
    return [path for path in outputs if path in (*streamed, *written)], problems


def _streams(line: CommandLine, outputs: Sequence[Path], terminal: Terminal) -> Streams | None:
    if not line.stream and line.format != LINES and not any(path.suffix.lower() == f".{LINES}" for path in outputs):
        return None
    from linkwarden.cli.streaming import streams_for  # noqa: PLC0415 - few runs need it

    return streams_for(line, outputs, terminal)


def _hide(folder: Path) -> None:
    """Keep git from seeing a folder that linkwarden has made unasked."""
    with suppress(OSError):
        (folder / ".gitignore").write_text("*\n", "utf-8")


def _outputs(line: CommandLine) -> tuple[Path, ...]:
    if line.output and line.no_report:
        raise UsageError("--output and --no-report contradict each other", "Leave one of them out.")
    return () if line.no_report else line.output or tuple(map(Path, DEFAULT_REPORTS))
