"""``linkwarden history``: what the memory of earlier runs holds."""

from __future__ import annotations

import re
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from linkwarden.cli.speech import say
from linkwarden.config import DEFAULT_STATE, parse_duration
from linkwarden.model import NothingToCheckError, UsageError
from linkwarden.sinks import json_line, shown_address, visible

if TYPE_CHECKING:
    from linkwarden.store.lookup import Address, Mended, Stretch

_WIDEST = 120  # characters of an address in a table
_YEARS = re.compile(r"(\d{1,4})\s*y", re.ASCII)
_NOT_THERE = "Give it as it stands in the list, in quotes. `linkwarden history` lists what fails."


def _where(context: click.Context, _option: click.Parameter, given: Path | None) -> Path:
    """Give the file: ``--state`` may stand before or after the name of a command here."""
    outer = context.parent.params.get("state") if context.parent is not None else None
    return given or outer or _default_state()


_state = click.option(
    "--state",
    type=click.Path(path_type=Path),
    metavar="PATH",
    callback=_where,
    help=f"Where the memory is. [default: {DEFAULT_STATE}]",
)


@click.group(invoke_without_command=True, short_help="What earlier runs found: since when a link fails, how it fared.")
@click.pass_context
@_state
def history(context: click.Context, /, *, state: Path) -> None:
    """Say what fails and since when, and what was fixed lately, as the memory of earlier runs has it."""
    if context.invoked_subcommand is not None:
        return
    from linkwarden.store import lookup  # noqa: PLC0415 - SQLite is for those who ask

    with _reading(state) as connection:
        totals = lookup.totals(connection)
        failing, mended = lookup.failing(connection), lookup.mended(connection)
    if totals.last_run is None:
        raise NothingToCheckError(f"the memory {state} holds no run yet", "`linkwarden check` adds to it.")
    runs = "1 run" if totals.runs == 1 else f"{totals.runs} runs"
    addresses = "1 address" if totals.addresses == 1 else f"{totals.addresses} addresses"
    say(f"{addresses}, {runs}, the last on {totals.last_run:%Y-%m-%d %H:%M} UTC.")
    say()
    say(f"Findings now: {len(failing)}")
    for address in failing:
        say(_failing_line(address))
    say()
    say(f"Fixed in the last {lookup.LATELY.days} days: {len(mended)}")
    for one in mended:
        say(_mended_line(one))


@history.command(short_help="Show how an address has fared.")
@click.argument("url")
@_state
def show(*, url: str, state: Path) -> None:
    """Show the verdicts that URL has had, with their dates. URL is given as it stands in the list."""
    from linkwarden.store import lookup  # noqa: PLC0415 - as above

    url = url.encode("utf-8", "replace").decode()  # an argument need not be UTF-8; what the memory holds is
    with _reading(state) as connection:
        lives = [(address, lookup.life(connection, address)) for address in lookup.find(connection, url)]
        near = [] if lives else lookup.alike(connection, url)
    if not lives:
        meant = f"Did you mean {' or '.join(_shown(other) for other in near)}?" if near else _NOT_THERE
        raise UsageError(f"the memory knows no address {_shown(url)}", meant)
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

    The order of the lines stays, and where nothing happened to a link its line stays the same.
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


@history.command("import", short_help="Take in what was exported.")
@click.argument("file")
@click.pass_obj
@_state
def import_(obj: Any, /, *, file: str, state: Path) -> None:
    """Add what FILE (or standard input, "-") holds to the memory; it is made if there is none.

    All of the file is taken in or, if a line is wrong, nothing. What the memory knows better stays, so importing twice
    does no harm.
    """
    from linkwarden.store.exchange import merge, read_lines  # noqa: PLC0415 - as above

    read = read_lines(_lines_of(file), file, _now(obj))
    with _writing(state, make=True) as connection:
        added = merge(connection, read)
    runs = "1 run" if added.runs == 1 else f"{added.runs} runs"
    addresses = "1 address" if added.addresses == 1 else f"{added.addresses} addresses"
    say(f"Added {runs} and {addresses}.")


@history.command(short_help="Forget what is old.")
@click.option(
    "--older-than", required=True, metavar="TIME", help="What is older than this, such as 1y, 90d or 12w, goes."
)
@click.pass_obj
@_state
def prune(obj: Any, /, *, older_than: str, state: Path) -> None:
    """Forget runs and verdicts that are older, and addresses that no list has held since."""
    from linkwarden.store import schema as upkeep  # noqa: PLC0415 - as above

    try:
        before = _now(obj) - _age(older_than)
    except OverflowError:
        raise UsageError(f"--older-than: {older_than!r} is longer than the calendar") from None
    with _writing(state) as connection:
        gone = upkeep.prune(connection, before)
        upkeep.compact(connection)
    addresses = "1 address" if gone == 1 else f"{gone} addresses"
    say(f"Forgot what is older than {before:%Y-%m-%d}, {addresses} among it.")


# --- the file -------------------------------------------------------------------------------------------------------


@contextmanager
def _reading(state: Path) -> Iterator[sqlite3.Connection]:
    """Open a memory for questions, where it is or, if nothing can be written there, as a copy."""
    from linkwarden.store import schema  # noqa: PLC0415 - as above

    with _said(state), tempfile.TemporaryDirectory(prefix="linkwarden-") as folder:
        try:
            connection = schema.open_file(_existing(state))
        except (schema.BusyError, schema.CorruptError, schema.ElsewhereError):
            raise
        except schema.UnusableError:
            connection = schema.copy_of(state, Path(folder))
        try:
            yield connection
        finally:
            connection.close()


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
    """Turn what is wrong with a memory into an error that the user can mend."""
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
            "`linkwarden check` makes it with its first run. If it is elsewhere, name it with --state.",
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
    """Read a duration, in years too, which are nothing that a run takes."""
    years = _YEARS.fullmatch(text.strip())
    return timedelta(days=365 * int(years[1])) if years else parse_duration(text, what="--older-than")


# --- what is printed ------------------------------------------------------------------------------------------------


def _failing_line(address: Address) -> str:
    how_long = ""
    if address.failing_since is not None:
        times = "1 run" if address.failures == 1 else f"{address.failures} runs"
        days = "1 day" if address.days == 1 else f"{address.days} days"
        how_long = f"since {address.failing_since:%Y-%m-%d}, {times} on {days}"
    return f"  {address.verdict.value:<10}  {address.code:<5}  {how_long:<34}  {_named_address(address)}"


def _named_address(one: Address | Mended) -> str:
    """Give an address; a local one, such as ``#tools``, with the list that it stands in."""
    return _shown(one.url) + (f"  in {_shown(one.path)}" if one.path else "")


def _mended_line(one: Mended) -> str:
    how = "answers again" if one.listed else "taken out"
    what = f"{one.stretch.verdict.value:<10}  {one.stretch.code:<5}"
    return f"  {what}  {_dates(one.stretch):<24}  {how:<13}  {_named_address(one)}"


def _life_lines(address: Address, stretches: list[Stretch]) -> Iterator[str]:
    yield _named_address(address)
    yield f"  first checked {address.first_seen:%Y-%m-%d}, last stood in a list {address.last_seen:%Y-%m-%d}"
    if address.failing_since is not None:
        times = "1 run" if address.failures == 1 else f"{address.failures} runs"
        worked = f"last worked on {address.last_ok:%Y-%m-%d}" if address.last_ok is not None else "never seen working"
        yield f"  failing since {address.failing_since:%Y-%m-%d} ({times}), {worked}"
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
