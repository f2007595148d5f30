"""Where results go: standard output, report files, and the live line on standard error."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from linkwarden import report
from linkwarden.cli.guard import forget_output
from linkwarden.model import LinkwardenError, Result, Run, UsageError
from linkwarden.report import Report, ReportOptions
from linkwarden.sinks import hyperlink
from linkwarden.tree import root_left, write_file

if TYPE_CHECKING:
    from linkwarden.cli.progress import LiveProgress, PlainProgress
    from linkwarden.report._page import Line


#: So many characters of a report are written to standard output at once.
_AT_ONCE = 1 << 16
#: Finds what reports can offer in place of URLs (``ReportOptions.replacements``).
Replacements = Callable[[], Mapping[tuple[str, int], str]]


class ReportNotWrittenError(LinkwardenError):
    """A report could not be written after the run; the message says where it was saved instead."""

    exit_code = 3


class OutputLostError(LinkwardenError):
    """Standard output could not take the result."""

    exit_code = 3


def reserve(paths: Sequence[Path], inputs: Sequence[str]) -> None:
    """Ensure before the run that every report can be written, so that no result is lost because of a typo.

    Args:
        paths: of the reports.
        inputs: what is checked; none of it may be overwritten.

    Raises:
        UsageError: no format has the suffix, the place cannot be written to, or it is a list that is checked.
    """
    for path in paths:
        if path.is_dir():
            raise UsageError(f"--output {path}: a directory", f"Name a file in it, such as {path / 'health.md'}.")
        _report_for(path)
        if any(same_file(path, Path(name)) for name in inputs):
            raise UsageError(
                f"--output {path}: this is a list to check; the report would replace it",
                "Choose another name, such as health.md.",
            )
        ensure_writable(path, "Choose another place with --output, or write none with --no-report.")


def ensure_writable(path: Path, advice: str) -> None:
    """Create the folder of a file that is to be written.

    Raises:
        UsageError: the file cannot be written there, or symbolic links of a repository lead it elsewhere; with advice.
    """
    import tempfile  # noqa: PLC0415 - slow to import, and few runs need it

    left = root_left(path.parent)
    if left is not None:
        raise UsageError(f"{path}: cannot be written: a symbolic link leads out of {left}", advice)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".linkwarden-"):
            pass
    except OSError as error:
        why = f"{path.parent} is not a directory" if path.parent.is_file() else error.strerror
        raise UsageError(f"{path}: cannot be written: {why}", advice) from None


def write_reports(
    run: Run, paths: Sequence[Path], *, show_secrets: bool, replacements: Replacements
) -> tuple[list[Path], list[LinkwardenError]]:
    """Write the reports, each whole or not at all; return those that are written, and what went wrong with others."""
    written: list[Path] = []
    problems: list[LinkwardenError] = []
    for path in paths:
        wanted = _report_for(path)
        options = ReportOptions(show_secrets=show_secrets)
        write = partial(wanted().pieces, run, _with_replacements(options, wanted, replacements))
        try:
            write_file(path, (piece.encode("utf-8") for piece in write()))
            written.append(path)
        except OSError as error:
            saved = _rescue(path, write())
            problems.append(ReportNotWrittenError(f"{path}: cannot be written: {error.strerror}", saved))
    return written, problems


def _with_replacements(options: ReportOptions, wanted: type[Report], replacements: Replacements) -> ReportOptions:
    return replace(options, replacements=replacements()) if wanted.wants_replacements else options


def _rescue(path: Path, pieces: Iterable[str]) -> str:
    """Save a report that cannot be put in its place, and return a sentence that says where; it may have taken hours."""
    import tempfile  # noqa: PLC0415 - slow to import, and few runs need it

    try:
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", prefix="linkwarden-", suffix=path.suffix, delete=False
        ) as rescue:
            rescue.writelines(pieces)
    except OSError as error:
        return f"It could not be saved in {tempfile.gettempdir()} either: {error.strerror}."
    return f"The report was saved as {rescue.name}."


def write_atomically(path: Path, text: str) -> None:
    """Write a text so that a reader, or a crash, finds the old file or the new one, never half of it."""
    write_file(path, text.encode("utf-8"))


class Terminal:
    """The user's standard output and error.

    Args:
        color: ``auto``, ``always`` or ``never``; ``auto`` follows NO_COLOR, FORCE_COLOR and whether it is a terminal.
        quiet: show only what fails.
        verbose: how often ``-v`` was given.

    Attributes:
        shows_links: standard output is a terminal that shows links (OSC 8).
    """

    def __init__(self, color: str, *, quiet: bool = False, verbose: int = 0) -> None:
        self._colored = use_color(color)
        self.shows_links = self._colored and is_terminal(sys.stdout) and has_hyperlinks(os.environ)
        self._verbosity = -1 if quiet else verbose

    def progress(self) -> AbstractContextManager[LiveProgress | PlainProgress]:
        """Return what shows the progress: a live bar on a terminal, a line every half a minute elsewhere."""
        from linkwarden.cli.progress import LiveProgress, PlainProgress  # noqa: PLC0415 - rich is slow to import

        live = is_terminal(sys.stderr) and not os.environ.get("CI") and os.environ.get("TERM") != "dumb"
        return LiveProgress() if live else PlainProgress()

    @staticmethod
    def put(text: str, out: TextIO) -> None:
        """Write a piece of a report at once, with the styles that it has."""
        click.echo(text, file=out, nl=False, color=True)

    def teller(self, run: Run) -> Callable[[Result], str]:
        """Return what gives a finding as text, or "" for what is shown at the end, while a run goes on."""
        import shutil  # noqa: PLC0415 - only here

        from linkwarden.report.text import WIDTH, one_by_one  # noqa: PLC0415 - only here

        width = shutil.get_terminal_size().columns if self._colored or is_terminal(sys.stdout) else WIDTH
        lines_of = one_by_one(run, ReportOptions(verbose=self._verbosity), width)
        return lambda result: "".join(map(self._row, lines_of(result)))

    def show(
        self,
        run: Run,
        name: str,
        *,
        show_secrets: bool = False,
        replacements: Replacements = dict,
        told: frozenset[str] = frozenset(),
    ) -> None:
        """Print a run to standard output in the format of a name. A reader who goes away early (head) is no error.

        Args:
            run: what to print.
            name: of the format.
            show_secrets: do not mask signatures and tokens.
            replacements: for the formats that want them.
            told: keys of the links that were printed already.

        Raises:
            OutputLostError: it could not be written, as on a full disk.
            LookupError: there is no such format.
        """
        wanted = report.for_name(name)
        if wanted is None:
            raise LookupError(name)
        try:
            options = ReportOptions(show_secrets=show_secrets, verbose=self._verbosity, told=told)
            self._show(run, wanted, _with_replacements(options, wanted, replacements))
        except BrokenPipeError:
            forget_output()
        except OSError as error:
            forget_output()
            raise OutputLostError(f"standard output cannot be written: {error.strerror}") from None

    def _show(self, run: Run, wanted: type[Report], options: ReportOptions) -> None:
        if wanted.name == "text" and (self._colored or is_terminal(sys.stdout)):
            import shutil  # noqa: PLC0415 - only here

            from linkwarden.report.text import lines  # noqa: PLC0415 - only here

            for line in lines(run, options, width=shutil.get_terminal_size().columns):
                click.echo(self._row(line), color=self._colored, nl=False)
            return
        for some in _joined(wanted().pieces(run, options)):
            click.echo(some, nl=False)

    def _row(self, line: Line) -> str:
        """Return a line with its styles and links."""
        style = styled if self._colored else _unstyled
        return "".join(self._with_link(name, text, style(name, text)) for name, text in line).rstrip() + "\n"

    def _with_link(self, style: str, text: str, shown: str) -> str:
        """Return text as a link where it is one; the terminal of an editor opens places by itself, in the editor."""
        from linkwarden.report._page import Linked  # noqa: PLC0415 - only here

        if not self.shows_links or not isinstance(text, Linked):
            return shown
        if style == "place" and os.environ.get("TERM_PROGRAM") in _EDITORS:
            return shown
        return hyperlink(text.url, shown)


def _joined(pieces: Iterable[str]) -> Iterator[str]:
    """Yield pieces of a text as longer ones: each is a call of the system."""
    some: list[str] = []
    length = 0
    for piece in pieces:
        some.append(piece)
        length += len(piece)
        if length >= _AT_ONCE:
            yield "".join(some)
            some, length = [], 0
    yield "".join(some)


_STYLES: dict[str, dict[str, Any]] = {
    "bad": {"fg": "red", "bold": True},
    "warn": {"fg": "yellow"},
    "info": {"fg": "cyan"},
    "good": {"fg": "green"},
    "unknown": {"fg": "magenta"},
    "quiet": {"dim": True},
    "place": {"bold": True},
    "address": {"underline": True},
    "fix": {"fg": "green"},
    "heading": {"bold": True, "underline": True},
}


def styled(style: str, text: str) -> str:
    """Return a text in one of the styles that the text report names."""
    return click.style(text, **_STYLES[style]) if style in _STYLES else text


def _unstyled(_style: str, text: str) -> str:
    return text


def use_color(choice: str) -> bool:
    """Return whether to use color: by the option, by what the environment says, then if it is a terminal.

    NO_COLOR is told at no-color.org, CLICOLOR and CLICOLOR_FORCE at bixense.com/clicolors.
    """
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR") or os.environ.get("CLICOLOR_FORCE", "0") not in ("", "0"):
        return True
    if os.environ.get("CLICOLOR") == "0":
        return False
    return is_terminal(sys.stdout) and os.environ.get("TERM") != "dumb"


#: Terminals that show links (docs/facts/ecosystem.md#links-in-terminals): what they set in TERM_PROGRAM, with their
#: first version that does, and those that are known by another variable or by TERM.
_LINKING_PROGRAMS: Mapping[str, tuple[int, ...]] = {
    "iTerm.app": (3, 1),
    "vscode": (1, 72),
    "tmux": (3, 4),  # it passes them on to the terminal that it runs in, and says nothing about that one
    **dict.fromkeys(("WezTerm", "ghostty", "Hyper", "rio", "mintty", "Tabby", "WarpTerminal", "zed"), ()),
}
_EDITORS = frozenset({"vscode", "zed"})
_LINKING_VARIABLES = ("WT_SESSION", "KITTY_WINDOW_ID", "KONSOLE_VERSION", "DOMTERM", "ALACRITTY_WINDOW_ID")
_LINKING_TERMS = ("xterm-kitty", "xterm-ghostty", "alacritty", "foot", "contour", "wezterm")
_FIRST_LINKING_VTE = 5001


def has_hyperlinks(environ: Mapping[str, str]) -> bool:
    """Return whether a terminal shows links (OSC 8), as far as it tells; others would show nothing, or the sequence.

    FORCE_HYPERLINK is what other programs know as well: 0 switches them off, anything else on.
    """
    if environ.get("FORCE_HYPERLINK"):
        return environ["FORCE_HYPERLINK"] != "0"
    term, program = environ.get("TERM", ""), environ.get("TERM_PROGRAM", "")
    if environ.get("CI") or term == "dumb":
        return False
    if program in _LINKING_PROGRAMS:
        return _version(environ.get("TERM_PROGRAM_VERSION", "")) >= _LINKING_PROGRAMS[program]
    if term.startswith(("screen", "tmux")):
        return False
    vte = environ.get("VTE_VERSION", "")
    if vte.isdecimal() and len(vte) < 10 and int(vte) >= _FIRST_LINKING_VTE:
        return True
    return any(map(environ.get, _LINKING_VARIABLES)) or term.startswith(_LINKING_TERMS)


def _version(text: str) -> tuple[int, ...]:
    """Return the numbers of a version such as "3.4" or "3.5a"; () where it has none."""
    match = re.match(r"(\d{1,4})\.(\d{1,4})", text, re.ASCII)
    return (int(match[1]), int(match[2])) if match else ()


def is_terminal(stream: TextIO | None) -> bool:
    """Return whether a person sees what is written there; a stream that was closed before the start is None."""
    return stream is not None and stream.isatty()


def same_file(one: Path, other: Path) -> bool:
    """Return whether two names mean one file that is there."""
    try:
        return one.samefile(other)
    except (OSError, ValueError):  # one of them is not there, or is no path at all
        return False


def _report_for(path: Path) -> type[Report]:
    cls = report.for_path(path.name)
    if cls is None:
        known = ", ".join(sorted(c.suffix for c in report.formats() if c.suffix))
        what = f"no report format has the suffix {path.suffix!r}" if path.suffix else "the suffix chooses the format"
        raise UsageError(
            f"--output {path}: {what}", f"Use one of {known}. The format of standard output is chosen with --format."
        )
    return cls
