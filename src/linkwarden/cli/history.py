"""``linkwarden history``: shows, exports, imports and prunes the memory of earlier runs."""

from __future__ import annotations

import re
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from linkwarden.cli.speech import say
from linkwarden.config import DEFAULT_STATE, OPTIONS, parse_duration
from linkwarden.model import NothingToCheckError, UsageError
from linkwarden.report._words import plural
from linkwarden.sinks import json_line, shown_address, visible

if TYPE_CHECKING:
    from linkwarden.store.lookup import Address, Ended, Stretch

STATE = OPTIONS["state"]
_WIDEST = 120  # characters of a URL in a table
_YEARS = re.compile(r"(\d{1,4})\s*y", re.ASCII)
_NOT_THERE = "Give it as it stands in the list, in quotes. `linkwarden history` lists what fails."


def _where(context: click.Context, _option: click.Parameter, given: Path | None) -> Path:
    """Return the file; ``--state`` may stand before or after the name of a command here."""
    outer = context.parent.params.get("state") if context.parent is not None else None
    return given or outer or _default_state()


_state = click.option(
    "--state",
    type=click.Path(path_type=Path),
    metavar="PATH",
    callback=_where,
    help=f"{STATE.help} [default: {STATE.shown_default}]",
)


@click.group(invoke_without_command=True)
@click.pass_context
@_state
def history(context: click.Context, /, *, state: Path) -> None:
    """Show what fails and since when, and what was fixed lately, from the memory of earlier runs."""
    if context.invoked_subcommand is not None:
        return
    from linkwarden.store import lookup  # noqa: PLC0415 - SQLite is for those who ask

    with _reading(state) as connection:
        totals = lookup.totals(connection)
        failing, ended = lookup.failing(connection), lookup.ended(connection)
    if totals.last_run is None:
        raise NothingToCheckError(f"the memory {state} holds no run yet", "`linkwarden check` adds to it.")
    known = f"{plural(totals.addresses, 'URL')}, {plural(totals.runs, 'run')}"
    say(f"{known}, the last on {totals.last_run:%Y-%m-%d %H:%M} UTC.")
    say()
    say(f"Findings now: {len(failing)}")
    for address in failing:
        say(_failing_line(address))
    say()
    say(f"Fixed in the last {lookup.LATELY.days} days: {len(ended)}")
    for one in ended:
        say(_ended_line(one))


@history.command(short_help="Show the verdicts of one URL over time.")
@click.argument("url")
@_state
def show(*, url: str, state: Path) -> None:
    """Show the verdicts that URL has had, with their dates. Give URL as it stands in the list."""
    from linkwarden.store import lookup  # noqa: PLC0415 - as above

    url = url.encode("utf-8", "replace").decode()  # an argument need not be UTF-8; what the memory holds is
    with _reading(state) as connection:
        lives = [(address, lookup.life(connection, address)) for address in lookup.find(connection, url)]
        near = [] if lives else lookup.alike(connection, url)
    if not lives:
        meant = f"Did you mean {' or '.join(_shown(other) for other in near)}?" if near else _NOT_THERE
        raise UsageError(f"the memory does not know the URL {_shown(url)}", meant)
    for number, (address, stretches) in enumerate(lives):
        if number:
            say()
        for line in _life_lines(address, stretches):
            say(line)


@history.command(short_help="Write the memory as JSON Lines.")
@click.argument("file", required=False, default="-")
@_state
def export(*, file: str, state: Path) -> None:
    """Write the memory to FILE (or standard output) as JSON Lines, for keeping it in git.

    The order of the lines does not change, and the line of a link changes only when something happened to it.
    """
    from linkwarden.cli.output import write_atomically  # noqa: PLC0415 - the reports are slow to import
    from linkwarden.store.exchange import export_lines  # noqa: PLC0415 - as above

    with _reading(state) as connection:
        lines = map(json_line, export_lines(connection))
        if file == "-":
            say(*lines)
            return
        text = "".join(f"{line}\n" for line in lines)
    try:
        write_atomically(Path(file), text)
    except OSError as error:
        raise UsageError(
            f"{file}: cannot be written: {error.strerror}", "Name a file in a folder that is there."
        ) from None


@history.command("import", short_help="Add what was exported to the memory.")
@click.argument("file")
@click.pass_obj
@_state
def import_(obj: Any, /, *, file: str, state: Path) -> None:
    """Add what FILE (or standard input, "-") holds to the memory, which is created if there is none.

    If a line is wrong, nothing is added. What the memory knows better stays, so importing twice does no harm.
    """
    from linkwarden.store.exchange import merge, read_lines  # noqa: PLC0415 - as above

    read = read_lines(_lines_of(file), file, _now(obj))
    with _writing(state, make=True) as connection:
        added = merge(connection, read)
    say(f"Added {plural(added.runs, 'run')} and {plural(added.addresses, 'URL')}.")


@history.command(short_help="Remove what is old.")
@click.option(
    "--older-than", required=True, metavar="TIME", help="Remove what is older than this, such as 1y, 90d or 12w."
)
@click.pass_obj
@_state
def prune(obj: Any, /, *, older_than: str, state: Path) -> None:
    """Remove runs and verdicts that are older, and URLs that no list has held since."""
    from linkwarden.store import schema as upkeep  # noqa: PLC0415 - as above

    try:
        before = _now(obj) - _age(older_than)
    except OverflowError:
        raise UsageError(f"--older-than: {older_than!r} is longer than the calendar") from None
    with _writing(state) as connection:
        gone = upkeep.prune(connection, before)
        upkeep.compact(connection)
    say(f"Removed what is older than {before:%Y-%m-%d}, {plural(gone, 'URL')} among it.")


# --- the file -------------------------------------------------------------------------------------------------------


@contextmanager
def _reading(state: Path) -> Iterator[sqlite3.Connection]:
    """Open a memory for reading, where it is or, if nothing can be written there, as a copy."""
    from linkwarden.store import schema  # noqa: PLC0415 - as above

    with _said(state), ExitStack() as stack:
        try:
            connection = stack.enter_context(closing(schema.open_file(_existing(state))))
        except (schema.BusyError, schema.CorruptError, schema.ElsewhereError):
            raise
        except schema.UnusableError:
            connection = stack.enter_context(schema.copied(state))
        yield connection


@contextmanager
def _writing(state: Path, *, make: bool = False) -> Iterator[sqlite3.Connection]:
    """Open a memory for a change."""
    from linkwarden.store import schema  # noqa: PLC0415 - as above
    from linkwarden.store.memory import make_folder  # noqa: PLC0415 - as above

    with _said(state):
        if make:
            make_folder(state)
        connection = schema.open_file(state if make else _existing(state))
        try:
            yield connection
        finally:
            connection.close()


@contextmanager
def _said(state: Path) -> Iterator[None]:
    """Turn what is wrong with a memory into an error that the user can act upon."""
    from linkwarden.store import schema  # noqa: PLC0415 - as above

    try:
        yield
    except (schema.UnusableError, sqlite3.Error) as error:
        trouble = schema.as_unusable(error) if isinstance(error, sqlite3.Error) else error
        advice = ""
        if isinstance(trouble, schema.BusyError):
            advice = "Try again when that run has ended."
        elif isinstance(trouble, schema.CorruptError):
            advice = "The next `linkwarden check` sets it aside and begins a new one."
        raise UsageError(f"the memory {state} cannot be used: {trouble}", advice) from None


def _existing(state: Path) -> Path:
    from linkwarden.store import schema  # noqa: PLC0415 - as above

    schema.refuse_links(state)
    if not state.exists():
        raise NothingToCheckError(
            f"there is no memory yet: {state} does not exist",
            "The first `linkwarden check` creates it. If it is elsewhere, name it with --state.",
        )
    return state


def _default_state() -> Path:
    from linkwarden.inputs import find_root  # noqa: PLC0415 - reads documents, so it is slow to import

    return find_root(Path.cwd()) / DEFAULT_STATE


def _lines_of(file: str) -> list[bytes]:
    try:
        data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}", 'Name a file, or "-".') from None
    return data.splitlines()


def _now(obj: Any) -> datetime:
    now: datetime = obj.now() if obj is not None else datetime.now(UTC)
    return now


def _age(text: str) -> timedelta:
    """Return a duration, which may be in years here."""
    years = _YEARS.fullmatch(text.strip())
    return timedelta(days=365 * int(years[1])) if years else parse_duration(text, what="--older-than")


# --- what is printed ------------------------------------------------------------------------------------------------


def _failing_line(address: Address) -> str:
    how_long = ""
    if address.failing_since is not None:
        how_often = f"{plural(address.failures, 'run')} on {plural(address.days, 'day')}"
        how_long = f"since {address.failing_since:%Y-%m-%d}, {how_often}"
    return f"  {address.verdict.value:<10}  {address.code:<5}  {how_long:<34}  {_named_address(address)}"


def _named_address(one: Address | Ended) -> str:
    """Return a URL; a local one, such as ``#tools``, with the list that it stands in."""
    return _shown(one.url) + (f"  in {_shown(one.path)}" if one.path else "")


def _ended_line(one: Ended) -> str:
    how = "works again" if one.listed else "removed"
    what = f"{one.stretch.verdict.value:<10}  {one.stretch.code:<5}"
    return f"  {what}  {_dates(one.stretch):<24}  {how:<13}  {_named_address(one)}"


def _life_lines(address: Address, stretches: list[Stretch]) -> Iterator[str]:
    yield _named_address(address)
    yield f"  first checked {address.first_seen:%Y-%m-%d}, last seen in a list {address.last_seen:%Y-%m-%d}"
    if address.failing_since is not None:
        worked = f"last worked on {address.last_ok:%Y-%m-%d}" if address.last_ok is not None else "never seen working"
        since = f"{address.failing_since:%Y-%m-%d} ({plural(address.failures, 'run')})"
        yield f"  failing since {since}, {worked}"
    yield ""
    for stretch in stretches:
        yield f"  {_dates(stretch):<24}  {stretch.verdict.value:<10}  {_named(stretch.code)}".rstrip()


def _dates(stretch: Stretch) -> str:
    first, last = f"{stretch.first:%Y-%m-%d}", f"{stretch.last:%Y-%m-%d}"
    return first if first == last else f"{first} to {last}"


def _named(code: str) -> str:
    from linkwarden.rules import find_rule  # noqa: PLC0415 - imports every provider

    rule = find_rule(code) if code else None
    return f"{code} {rule.slug}" if rule is not None else visible(code)


def _shown(url: str) -> str:
    return shown_address(url, _WIDEST)
