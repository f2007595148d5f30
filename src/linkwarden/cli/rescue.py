"""``linkwarden rescue``: copies images into the repository before they are gone, and lets the lists show the copies."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from linkwarden import rules
from linkwarden.cli.check import OF_REPORTS, code_after, deps_for, run_for
from linkwarden.cli.options import TableCommand, make_config, table_options
from linkwarden.cli.output import use_color
from linkwarden.cli.speech import say, say_diff, say_error
from linkwarden.config import Config
from linkwarden.fix import Document, open_document, refuse_unsafe
from linkwarden.inputs import find_root, first_folder, reading_of
from linkwarden.model import Kind, Result, Run, UsageError
from linkwarden.report._words import plural
from linkwarden.rescue import (
    NAME,
    Candidate,
    Left,
    Rewritten,
    Saved,
    Wanted,
    check_folder,
    choose,
    download,
    look_up,
    rewrite,
)
from linkwarden.sinks import mask_text, shown_address
from linkwarden.store import lookup, schema

#: What belongs to reports, or narrows a check to other things than images.
_NOT_HERE = OF_REPORTS | {"kinds", "offline"}
#: Characters of a URL that are shown.
_LONGEST = 120


@click.command(cls=TableCommand)
@click.argument("inputs", nargs=-1, metavar="[INPUTS]...")
@click.option(
    "--to",
    "folder",
    type=click.Path(path_type=Path),
    default="images",
    show_default=True,
    help="The folder for the images, in the repository of the lists.",
)
@click.option("--write", is_flag=True, help="Download the images and change the lists; without it, nothing is saved.")
@click.option("--allow-dirty", is_flag=True, help="Also change lists that are not in git, or not committed.")
@table_options("check", without=_NOT_HERE)
@click.pass_obj
def rescue(obj: Any, /, inputs: tuple[str, ...], **options: Any) -> int:
    """Save images of lists before they are gone.

    Images whose URL will end, whose host closes, is known to lose images, or has failed in earlier runs, are
    downloaded into a folder of the repository, and the lists show the copies. Of images that are lost already, the
    Internet Archive's copy from before the link entered the list is taken. Without --write, it is only said which
    images these are, and why.
    """
    folder: Path = options["folder"]
    config = make_config(inputs, options)
    check_folder(folder, [Path(name) for name in config.inputs if os.path.exists(name)])  # noqa: PTH110 - never raises
    run = _run(obj, config, options)
    documents = {document.source.name: document for document in _documents(run, config)}
    check_folder(folder, [document.path for document in documents.values()])
    chosen = choose(_within(run.results, documents), run.started, _failed_hosts(config.state), config.is_private)
    lost = sum(isinstance(one, Candidate) and bool(one.archived) for one in chosen)
    if lost and config.archive and not options.get("no_progress"):
        say(f"Looking up {plural(lost, 'lost image')} in the Internet Archive, 24 a minute.", err=True)
    if options["write"] and not options["allow_dirty"]:
        for name in _names(chosen):
            refuse_unsafe(documents[name])
    with tempfile.TemporaryDirectory(prefix="linkwarden-") as staging:
        found = _fetch(obj, config, chosen, Path(staging) if options["write"] else None)
        if options["write"]:
            code = _save(found, documents, folder, run.started, options["color"])
        else:
            _show(found, folder)
            code = 0
    return code or code_after(run)


def _run(deps: Any, config: Config, options: Mapping[str, Any]) -> Run:
    """Return a check of the images; the archive is asked later, and for images only."""
    only_images = replace(config, kinds=frozenset({Kind.IMAGE}), archive=False, baseline=None)
    return run_for(deps, only_images, options, "nothing is saved")


def _documents(run: Run, config: Config) -> Iterator[Document]:
    reading = reading_of(config)
    for name in dict.fromkeys(run.inputs):
        document = open_document(name, reading)
        if document is None:
            say(f"{name}: not a file of this machine, so it is left as it is.", err=True)
        elif document.path.is_symlink():
            say(f"{name}: a symbolic link, so relative URLs may start elsewhere. Name the file itself.", err=True)
        else:
            yield document


def _within(results: Iterable[Result], documents: Mapping[str, Document]) -> Iterator[Result]:
    """Yield the results that stand in one of the documents, with these places only."""
    for result in results:
        places = tuple(o for o in result.target.occurrences if o.span.path in documents)
        if places:
            yield replace(result, target=replace(result.target, occurrences=places))


def _names(chosen: Iterable[Candidate | Left]) -> list[str]:
    """Return the names of the documents that may change."""
    candidates = (one for one in chosen if isinstance(one, Candidate))
    return list(dict.fromkeys(o.span.path for one in candidates for o in one.result.target.occurrences))


def _failed_hosts(state: Path | None) -> Mapping[str, datetime]:
    """Return the hosts that the memory has seen failing; none if it cannot be read, as the run has said."""
    codes = [rule.code for rule in rules.all_rules().values() if rule.repeatable]
    if state is None or not state.exists():
        return {}
    try:
        schema.refuse_links(state)
        with schema.copied(state) as memory:
            return lookup.hosts_that_failed(memory, codes)
    except (schema.UnusableError, UsageError):
        return {}


def _fetch(
    deps: Any, config: Config, chosen: Sequence[Candidate | Left], staging: Path | None
) -> Sequence[Wanted | Saved | Left]:
    """Return what there is to download, or, with a folder for it, what was downloaded; the rest with the reason."""
    from linkwarden import api  # noqa: PLC0415 - the network stack is slow to import

    wired = deps_for(deps)
    ask = config.archive and not config.allow_networks  # as in a check: whoever needs private networks has secrets
    root = config.root or find_root(first_folder(config.inputs))

    async def work() -> Sequence[Wanted | Saved | Left]:
        async with wired.make_net(config, wired.observer) as net:
            wanted = await look_up(chosen, net, root, ask=ask)
            return wanted if staging is None else await download(wanted, net, staging)

    return api.run_loop(work()) if chosen else ()


def _show(found: Sequence[Wanted | Saved | Left], folder: Path) -> None:
    """Print what would be saved, and what not."""
    wanted = [one for one in found if isinstance(one, Wanted)]
    if wanted:
        say(f"Can be saved in {folder.as_posix()}/:")
    for one in wanted:
        copy = f", from the Internet Archive's copy of {one.capture.day}" if one.capture is not None else ""
        _say_of(one.candidate.result, f"{one.candidate.why}{copy}")
    _show_left([one for one in found if isinstance(one, Left)])
    count = plural(len(wanted), "image")
    say(f"{count} can be saved; --write does it." if wanted else "Nothing to save.", err=True)


def _show_left(left: Sequence[Left]) -> None:
    if left:
        say("Left as they are:")
    for one in left:
        _say_of(one.result, one.why)


def _say_of(result: Result, what: str) -> None:
    first, *more = result.target.occurrences
    others = f" (and {plural(len(more), 'other place')})" if more else ""
    say(f"  {first.span.path}:{first.span.line}: {shown_address(result.target.url, _LONGEST)}{others}")
    say(f"      {mask_text(what)}")


def _save(
    found: Sequence[Wanted | Saved | Left], documents: Mapping[str, Document], folder: Path, now: datetime, color: str
) -> int:
    """Save what was downloaded, print what was done, and return the exit code."""
    saved = [one for one in found if isinstance(one, Saved)]
    done = rewrite(saved, documents, folder, now) if saved else Rewritten((), {})
    if done.names:
        say("Saved:")
    for one in saved:
        if one.digest in done.names:
            name = (folder / done.names[one.digest]).as_posix()
            _say_of(one.wanted.candidate.result, f"as {name}: {one.wanted.candidate.why}")
    _show_left([*(one for one in found if isinstance(one, Left)), *done.left])
    edits = 0
    for plan in done.plans:
        for dropped in plan.dropped:
            say(f"{plan.document.source.name}:{dropped.line}: left as is: {dropped.reason}")
        say_diff(plan.document.patch(plan.edits), colored=use_color(color))
        edits += len(plan.edits)
    for problem in done.problems:
        say_error(problem)
    if edits and not done.problems:
        notes = (folder / NAME).as_posix()
        say(f"{plural(edits, 'URL')} replaced. Fill in the licences in {notes}, then commit both.", err=True)
    elif not done.problems:
        say("Nothing was saved.", err=True)
    return done.problems[0].exit_code if done.problems else 0
