"""What is printed and written while a run goes on: findings with ``--stream``, and JSON Lines."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import IO

from linkwarden.cli.check import LINES
from linkwarden.cli.guard import forget_output
from linkwarden.cli.output import OutputLostError, Terminal, is_terminal
from linkwarden.cli.progress import LiveProgress, PlainProgress
from linkwarden.config import CommandLine
from linkwarden.model import LinkwardenError, Result, Run, UsageError
from linkwarden.report import ReportOptions
from linkwarden.tree import mode_for

#: Seconds for which text is collected where a progress bar has to be taken away for it.
_TOGETHER = 0.1


class Sink(ABC):
    """A place that gets results one by one. What cannot be written does not end the run.

    Attributes:
        told: keys of the links that it has got.
    """

    def __init__(self) -> None:
        self.told: set[str] = set()
        self._run: Run | None = None

    def begin(self, run: Run) -> None:
        """Take what there is of the run when the lists are read."""
        self._run = run
        self.write_begin(run)

    def result(self, result: Result) -> None:
        """Take a result that is certain."""
        if self._run is not None and self.write_result(self._run, result):
            self.told.add(result.target.key)

    @abstractmethod
    def write_begin(self, run: Run) -> None:
        """Write what stands before all results."""

    @abstractmethod
    def write_result(self, run: Run, result: Result) -> bool:
        """Write a result; return False for what is to come at the end."""

    @abstractmethod
    def end(self, run: Run) -> None:
        """Write what is left of the run that is over."""


class _Lines(Sink):
    """JSON Lines."""

    def __init__(self, options: ReportOptions) -> None:
        super().__init__()
        self._options = options

    @abstractmethod
    def write(self, lines: Iterator[str]) -> None:
        """Write lines, so that a reader has them at once."""

    def write_begin(self, run: Run) -> None:
        from linkwarden.report.jsonl import first_line  # noqa: PLC0415 - only here

        self.write(iter((first_line(run, self._options),)))

    def write_result(self, run: Run, result: Result) -> bool:
        from linkwarden.report.jsonl import link_line  # noqa: PLC0415 - only here

        self.write(iter((link_line(run, result, self._options),)))
        return True

    def end(self, run: Run) -> None:
        """Write the other results in the order of the lists, and the summary."""
        from linkwarden.report.jsonl import rest_of  # noqa: PLC0415 - only here

        if self._run is None:
            self.write_begin(run)
        self.write(rest_of(run, self.told, self._options))


class PrintedLines(_Lines):
    """JSON Lines on standard output."""

    def __init__(self, options: ReportOptions, printer: Printer) -> None:
        super().__init__(options)
        self._printer = printer

    def write(self, lines: Iterator[str]) -> None:
        self._printer.write(lines)


class WrittenLines(_Lines):
    """JSON Lines in a file, which a reader may follow.

    Args:
        path: of the file; what is there stays until the lists are read.
        options: of the report.

    Attributes:
        is_whole: False once something could not be written; the report is then written again at the end.
    """

    def __init__(self, path: Path, options: ReportOptions) -> None:
        super().__init__(options)
        self.path = path
        self.is_whole = True
        self._file: IO[str] | None = None

    def write_begin(self, run: Run) -> None:
        try:
            self._file = self._opened()
        except OSError:
            self.is_whole = False
        super().write_begin(run)

    def _opened(self) -> IO[str]:
        handle, name = tempfile.mkstemp(dir=self.path.parent, prefix=".linkwarden-")
        file = os.fdopen(handle, "w", encoding="ascii", newline="\n")
        try:
            Path(name).chmod(mode_for(self.path))
            Path(name).replace(self.path)  # a symbolic link is replaced, not followed
        except OSError:
            file.close()
            Path(name).unlink(missing_ok=True)
            raise
        return file

    def write(self, lines: Iterator[str]) -> None:
        if self._file is None or not self.is_whole:
            return
        try:
            self._file.writelines(lines)
            self._file.flush()
        except OSError:
            self.is_whole = False

    def end(self, run: Run) -> None:
        super().end(run)
        if self._file is not None:
            try:
                self._file.close()
            except OSError:
                self.is_whole = False


class PrintedFindings(Sink):
    """Findings on standard output as the text report has them, and the rest of it at the end."""

    def __init__(self, terminal: Terminal, printer: Printer) -> None:
        super().__init__()
        self._terminal = terminal
        self._printer = printer

    def write_begin(self, run: Run) -> None:
        self._teller = self._terminal.teller(run)

    def write_result(self, run: Run, result: Result) -> bool:
        del run
        text = self._teller(result)
        self._printer.write(iter((text,)))
        return bool(text)

    def end(self, run: Run) -> None:
        """Print the findings that were not certain before, the other parts of the report, and the summary."""
        if self._printer.is_closed:
            return
        try:
            self._terminal.show(run, "text", told=frozenset(self.told))
        except OutputLostError as error:
            self._printer.problem = error


class Printer:
    """Standard output, to which text goes at once, past the progress bar.

    Attributes:
        is_closed: its reader has gone (head), so nothing more is written; that is no problem.
        problem: what went wrong, or None.
    """

    def __init__(self) -> None:
        self._out = sys.stdout  # the one from before the progress bar, which puts another in its place
        self._progress: LiveProgress | PlainProgress | None = None
        self._waiting: list[str] = []
        self._timer: asyncio.TimerHandle | None = None
        self.is_closed = self._out is None
        self.problem: LinkwardenError | None = None

    @contextmanager
    def beside(self, progress: LiveProgress | PlainProgress | None) -> Iterator[None]:
        """Make room where progress is shown on the same terminal."""
        self._progress = progress if is_terminal(self._out) else None
        try:
            yield
        finally:
            self._flush()
            self._progress = None

    def write(self, pieces: Iterator[str]) -> None:
        """Write text; where progress has to make room for it, up to a moment later."""
        self._waiting.extend(pieces)
        if self._progress is None:
            self._flush()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_TOGETHER, self._flush)

    def _flush(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        text = "".join(self._waiting)
        self._waiting.clear()
        if self.is_closed or not text:
            return
        with self._progress.aside() if self._progress is not None else nullcontext():
            self._write(text)

    def _write(self, text: str) -> None:
        try:
            Terminal.put(text, self._out)
        except BrokenPipeError:
            self._close()
        except OSError as error:
            self._close()
            self.problem = OutputLostError(f"standard output cannot be written: {error.strerror}")

    def _close(self) -> None:
        self.is_closed = True
        forget_output()


class Streams:
    """All places that get results while a run goes on (``linkwarden.deps.Stream``)."""

    def __init__(self, sinks: Sequence[Sink], printer: Printer) -> None:
        self.sinks = sinks
        self.printer = printer

    def begin(self, run: Run) -> None:
        """Take what there is of the run when the lists are read."""
        for sink in self.sinks:
            sink.begin(run)

    def result(self, result: Result) -> None:
        """Take a result that is certain."""
        for sink in self.sinks:
            sink.result(result)

    @property
    def prints(self) -> bool:
        """True if one of them is standard output."""
        return not all(isinstance(sink, WrittenLines) for sink in self.sinks)

    def end(self, run: Run) -> tuple[list[Path], list[LinkwardenError]]:
        """Write what is left of a run that is over; return the files that are whole, and what went wrong in print."""
        for sink in self.sinks:
            sink.end(run)
        whole = [sink.path for sink in self.sinks if isinstance(sink, WrittenLines) and sink.is_whole]
        return whole, [] if self.printer.problem is None else [self.printer.problem]


def streams_for(line: CommandLine, outputs: Sequence[Path], terminal: Terminal) -> Streams | None:
    """Return what gets results while the run goes on, or None.

    Raises:
        UsageError: ``--stream`` is given with a format that is written when everything is known.
    """
    if line.stream and line.format not in ("text", LINES):
        raise UsageError(
            f"--stream and --format {line.format} contradict each other: it is written when everything is known",
            "Use --format jsonl, or leave --format out.",
        )
    printer = Printer()
    options = ReportOptions(show_secrets=line.show_secrets)
    sinks: list[Sink] = [WrittenLines(path, options) for path in outputs if path.suffix.lower() == f".{LINES}"]
    if line.format == LINES:
        sinks.append(PrintedLines(options, printer))
    elif line.stream:
        sinks.append(PrintedFindings(terminal, printer))
    return Streams(sinks, printer) if sinks else None
