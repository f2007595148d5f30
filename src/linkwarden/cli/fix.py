"""``linkwarden fix``: replaces URLs in lists by what a check suggests, and shows every edit with its reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from linkwarden import rules
from linkwarden.cli.check import make_run
from linkwarden.cli.guard import INTERNAL_ERROR
from linkwarden.cli.options import TableCommand, make_config, read_command_line, table_options
from linkwarden.cli.output import Terminal, ensure_writable, use_color
from linkwarden.cli.speech import say, say_diff, say_error, say_failure
from linkwarden.config import Config
from linkwarden.fix import (
    MAX_REPORT_BYTES,
    Document,
    Edit,
    Plan,
    Wishes,
    open_document,
    plan,
    refuse_unsafe,
    wishes_of_report,
    wishes_of_run,
    write_document,
)
from linkwarden.inputs import reading_of
from linkwarden.model import Extracted, Kind, LinkwardenError, NothingToCheckError, UsageError
from linkwarden.text import mask_secrets

#: What belongs to reports, or chooses what makes a check fail.
_NOT_HERE = frozenset(
    {"diff", "fail_on", "exit_zero", "baseline", "write_baseline", "output", "format", "no_report", "verbose"}
    | {"show_secrets", "quiet"}
)


@dataclass(frozen=True, slots=True)
class _Planned:
    """A document and what is done with it."""

    document: Document
    plan: Plan

    @property
    def edits(self) -> tuple[Edit, ...]:
        return self.plan.edits


@click.command(cls=TableCommand)
@click.argument("inputs", nargs=-1, metavar="[INPUTS]...")
@click.option("--write", is_flag=True, help="Change the files; without it, the edits are only shown.")
@click.option("--unsafe", is_flag=True, help="Also make edits that somebody should look at.")
@click.option("--only", multiple=True, metavar="CODE|KIND", help="Fix only findings of this rule or kind; repeatable.")
@click.option("--patch", type=click.Path(path_type=Path), help="Write the edits to this file, for `git apply`.")
@click.option(
    "--from", "report", type=click.Path(path_type=Path), help="Take the findings from this JSON report; check nothing."
)
@click.option("--allow-dirty", is_flag=True, help="Also change files that are not in git, or not committed.")
@click.option("--exit-nonzero-on-fix", is_flag=True, help="Exit with 1 if there is anything to fix.")
@table_options("check", without=_NOT_HERE)
@click.pass_obj
def fix(obj: Any, /, inputs: tuple[str, ...], **options: Any) -> int:
    """Replace URLs in lists by what a check suggests.

    Shows a unified diff with the reason of each edit. --write makes the safe ones: those that are right without
    somebody looking at them. Nothing outside of the URLs changes.
    """
    patch_file: Path | None = options["patch"]
    if patch_file is not None:
        ensure_writable(patch_file, "Choose another place with --patch.")
    config = make_config(inputs, options)
    wishes, code = _wishes(obj, inputs, config, options)
    planned = [_plan(document, wishes, unsafe=options["unsafe"]) for document in _documents(wishes, config)]
    edited = [item for item in planned if item.edits]
    for item in planned:
        _show(item, options["color"])
    if patch_file is not None:
        patch_file.write_bytes(b"".join(item.document.patch(item.edits) for item in edited))
    problems = _write(edited, allow_dirty=options["allow_dirty"]) if options["write"] else []
    for problem in problems:
        say_error(problem)
    _sum_up(planned, options, len(edited) - len(problems))
    if problems:
        return problems[0].exit_code
    if code:
        return code
    return int(bool(edited) and options["exit_nonzero_on_fix"])


def _wishes(deps: Any, inputs: tuple[str, ...], config: Config, options: Mapping[str, Any]) -> tuple[Wishes, int]:
    """Return what shall be replaced, and the exit code of a check that was not whole."""
    chosen = _chooser(options["only"])
    report: Path | None = options["report"]
    if report is not None:
        if inputs:
            raise UsageError("--from names the lists by itself", "Leave the inputs out.")
        try:
            with report.open("rb") as file:
                data = file.read(MAX_REPORT_BYTES)
        except OSError as error:
            raise UsageError(f"{report}: cannot be read: {error.strerror}") from None
        return wishes_of_report(data, {rule.code: rule.slug for rule in rules.all_rules().values()}, chosen), 0
    line = read_command_line(options)
    run = make_run(deps, config, None if line.no_progress else Terminal(line.color))
    for failure in run.failures:
        say_failure(failure)
    if run.interrupted:
        raise KeyboardInterrupt
    if run.network_down:
        raise NothingToCheckError("no server could be reached from here, so nothing is fixed", "Try again later.")
    for sentence in run.unreadable:
        say(f"Error: {sentence}", err=True)
    return wishes_of_run(run, chosen), INTERNAL_ERROR if run.failures else 0


def _chooser(only: Sequence[str]) -> Any:
    """Return what decides which findings are fixed.

    Raises:
        UsageError: a word is neither a rule nor a kind.
    """
    every = rules.all_rules().values()
    known = {rule.code.lower() for rule in every} | {rule.slug for rule in every} | set(Kind)
    words = {word.strip().lower() for part in only for word in part.split(",")}
    unknown = sorted(words - known)
    if unknown:
        raise UsageError(
            f"--only: {unknown[0]!r} is neither a rule nor a kind", "`linkwarden explain` lists the rules."
        )
    return lambda code, slug, kind: not words or not words.isdisjoint((code.lower(), slug, kind))


def _documents(wishes: Wishes, config: Config) -> Iterable[Document]:
    reading = reading_of(config)
    for name in dict.fromkeys(wishes.names):
        document = open_document(name, reading)
        if document is None:
            say(f"{name}: not a file of this machine, so it is not changed.", err=True)
        elif not wishes.are_about(name, document.data):
            raise UsageError(f"{name}: has changed since the report was written", "Check it again.")
        else:
            yield document


def _plan(document: Document, wishes: Wishes, *, unsafe: bool) -> _Planned:
    source = document.source

    def read(text: str) -> Iterator[Extracted]:
        return source.extractor.extract(text, source.name)

    return _Planned(document, plan(source.text, wishes.of(source), read, unsafe=unsafe))


def _show(item: _Planned, color: str) -> None:
    """Print the edits of a document by rule, each with its reason, then the diff."""
    name = item.document.source.name
    by_rule: dict[tuple[str, str], list[Edit]] = {}
    for edit in item.edits:
        by_rule.setdefault((edit.wanted.code, edit.wanted.slug), []).append(edit)
    for (code, slug), edits in sorted(by_rule.items()):
        say(f"{code} {slug}:")
        for edit in edits:
            mark = "" if edit.wanted.safe else " (unsafe)"
            say(f"  {name}:{edit.line}: {mask_secrets(edit.wanted.url)}: {mask_secrets(edit.wanted.why)}{mark}")
    for dropped in item.plan.dropped:
        say(f"  {name}:{dropped.line}: left as is: {dropped.reason}")
    say_diff(item.document.patch(item.edits), colored=use_color(color))


def _write(planned: Sequence[_Planned], *, allow_dirty: bool) -> list[LinkwardenError]:
    """Write the documents; return what went wrong. All are looked at before the first is written."""
    if not allow_dirty:
        for item in planned:
            refuse_unsafe(item.document)
    problems: list[LinkwardenError] = []
    for item in planned:
        try:
            write_document(item.document, item.document.with_edits(item.edits))
        except UsageError as error:
            problems.append(error)
    return problems


def _sum_up(planned: Sequence[_Planned], options: Mapping[str, Any], written: int) -> None:
    edits = sum(len(item.edits) for item in planned)
    unsafe = sum(item.plan.waiting for item in planned)
    if options["write"]:
        say(f"{edits} URLs replaced in {written} files." if edits else "Nothing to fix.", err=True)
    else:
        say(f"{edits} URLs can be replaced; --write does it." if edits else "Nothing to fix.", err=True)
    if unsafe:
        say(f"{unsafe} more can be replaced after a look: see them with --unsafe.", err=True)
