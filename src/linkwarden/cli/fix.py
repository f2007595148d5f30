"""``linkwarden fix``: replaces URLs in lists by what a check suggests, and shows every edit with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from linkwarden.cli.check import OF_REPORTS, run_for
from linkwarden.cli.guard import INTERNAL_ERROR
from linkwarden.cli.options import TableCommand, make_config, table_options
from linkwarden.cli.output import ensure_writable, same_file, use_color
from linkwarden.cli.speech import say, say_diff, say_error
from linkwarden.config import Config
from linkwarden.fix import (
    Edit,
    Fixes,
    Planned,
    Wishes,
    chooser,
    emptied,
    fixes_of,
    wishes_in,
    wishes_of_run,
)
from linkwarden.inputs import reading_of
from linkwarden.model import UsageError
from linkwarden.report._words import plural
from linkwarden.text import mask_secrets
from linkwarden.tree import write_file


@click.command(cls=TableCommand)
@click.argument("inputs", nargs=-1, metavar="[INPUTS]...")
@click.option("--write", is_flag=True, help="Change the files; without it, the edits are only shown.")
@click.option("--unsafe", is_flag=True, help="Also make edits that somebody should look at.")
@click.option("--only", multiple=True, metavar="CODE|KIND", help="Fix only findings of this rule or kind; repeatable.")
@click.option("--patch", type=click.Path(path_type=Path), help="Write the edits to this file, for `git apply`.")
@click.option(
    "--from", "report", type=click.Path(path_type=Path), help="Take the findings from this JSON report; check nothing."
)
@click.option(
    "--interactive", "-i", is_flag=True, help="Ask about each edit, also the unsafe, and make those you take."
)
@click.option("--ask-again", is_flag=True, help="With --interactive: also ask what was answered earlier.")
@click.option("--remove-dead", is_flag=True, help="Take out entries of which every link is broken.")
@click.option("--allow-dirty", is_flag=True, help="Also change files that are not in git, or not committed.")
@click.option("--exit-nonzero-on-fix", is_flag=True, help="Exit with 1 if there is anything to fix.")
@table_options("check", without=OF_REPORTS)
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
    asks = options["interactive"]
    if asks and "-" in config.inputs:
        raise UsageError("--interactive reads answers from standard input, so no list can", "Name the list's file.")
    wishes, code = _wishes(obj, inputs, config, options)
    fixes = fixes_of(wishes, reading_of(config), unsafe=options["unsafe"] or asks, remove_dead=options["remove_dead"])
    if patch_file is not None and any(same_file(patch_file, one.document.path) for one in fixes.documents):
        raise UsageError(f"--patch {patch_file}: this is a list; the patch would replace it", "Choose another name.")
    for name in fixes.elsewhere:
        say(f"{name}: not a file of this machine, so it is not changed.", err=True)
    fixes, refused = _decided(fixes, obj, config, options)
    for one in fixes.documents:
        _show(one, options["color"])
    if patch_file is not None:
        write_file(patch_file, fixes.patch())
    writes = options["write"] or (asks and patch_file is None)
    written, problems = fixes.write_each(allow_dirty=options["allow_dirty"]) if writes else ((), ())
    for problem in problems:
        say_error(problem)
    _sum_up(fixes, len(written) if writes else None, refused, unsafe=options["unsafe"] or asks)
    if problems:
        return problems[0].exit_code
    if code:
        return code
    return int(bool(fixes.edits) and options["exit_nonzero_on_fix"])


def _decided(fixes: Fixes, deps: Any, config: Config, options: Mapping[str, Any]) -> tuple[Fixes, int]:
    """Return the edits that the user wants, as far as that is known, and how many replacements were refused earlier."""
    from linkwarden.cli.interview import interview, without_refused  # noqa: PLC0415 - rarely needed
    from linkwarden.store.decisions import Decisions, UnusableError, open_decisions  # noqa: PLC0415 - reads SQLite

    if not fixes.edits:
        return fixes, 0
    asks = options["interactive"]
    if asks and options["patch"] is None and not options["allow_dirty"]:
        fixes.refuse_unsafe()  # rather than after all the questions
    now = deps.now if deps is not None else lambda: datetime.now(UTC)
    with ExitStack() as stack:
        try:
            answers = stack.enter_context(open_decisions(config.state, make=asks))
        except UnusableError as trouble:
            say(f"Earlier answers are not known, and new ones are not kept: {trouble}.", err=True)
            answers = Decisions()
        if not asks:
            return without_refused(fixes, answers)
        try:
            return interview(fixes, answers, again=options["ask_again"], now=now)
        except (click.Abort, KeyboardInterrupt):
            say("", "Nothing was written. Your answers are kept: the same command goes on from here.", err=True)
            raise


def _wishes(deps: Any, inputs: tuple[str, ...], config: Config, options: Mapping[str, Any]) -> tuple[Wishes, int]:
    """Return what shall be replaced, and the exit code of a check that was not whole."""
    chosen = chooser(options["only"])
    if options["report"] is not None:
        if inputs:
            raise UsageError("--from names the lists by itself", "Leave the inputs out.")
        return wishes_in(options["report"], chosen), 0
    run = run_for(deps, config, options, "nothing is fixed")
    return wishes_of_run(run, chosen), INTERNAL_ERROR if run.failures else 0


def _show(item: Planned, color: str) -> None:
    """Print the edits of a document by rule, each with its reason, then the diff."""
    name = item.document.source.name
    by_rule: dict[tuple[str, str], list[Edit]] = {}
    for edit in item.edits:
        by_rule.setdefault((edit.wanted.code, edit.wanted.slug), []).append(edit)
    for (code, slug), edits in sorted(by_rule.items()):
        say(f"{code} {slug}:")
        for edit in edits:
            mark = "" if edit.wanted.safe else " (unsafe)"
            new = f"entry of {mask_secrets(edit.before)}" if edit.removed else mask_secrets(edit.wanted.url)
            say(f"  {name}:{edit.line}: {new}: {mask_secrets(edit.wanted.why)}{mark}")
    for dropped in item.dropped:
        say(f"  {name}:{dropped.line}: left as is: {dropped.reason}")
    for line, heading in emptied(item.document.source.text, [(e.start, e.end) for e in item.edits if e.removed]):
        say(f"  {name}:{line}: nothing is left below the heading {heading!r}")
    say_diff(item.document.patch(item.edits), colored=use_color(color))


def _sum_up(fixes: Fixes, written: int | None, refused: int, *, unsafe: bool) -> None:
    """Say how many edits there are; ``written`` is the number of files, or None if none was to be written."""
    replaced = sum(not edit.removed for edit in fixes.edits)
    removed = len(fixes.edits) - replaced
    waiting = sum(one.plan.waiting for one in fixes.documents)
    parts = [plural(replaced, "URL")] if replaced else []
    parts += [plural(removed, "entry", "entries")] if removed else []
    what = " and ".join(parts)
    how = "replaced" if not removed else "replaced or taken out" if replaced else "taken out"
    if not parts:
        say("Nothing to fix.", err=True)
    elif written is not None:
        say(f"{what} {how} in {plural(written, 'file')}; `git diff` shows it.", err=True)
    else:
        say(f"{what} can be {how}; --write does it.", err=True)
    if waiting and not unsafe:
        say(
            f"{waiting} more can be replaced after a look: see them with --unsafe, or one by one with --interactive.",
            err=True,
        )
    if refused:
        was = "was" if refused == 1 else "were"
        say(f"{plural(refused, 'edit')} {was} refused earlier; --interactive --ask-again asks again.", err=True)
