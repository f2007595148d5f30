"""``linkwarden archive``: asks the Internet Archive for copies of links that work and have none."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from linkwarden.archive import HOST, KeysRefusedError, Looked, Round, SavePageNow, look_up, worth_a_copy
from linkwarden.cli.check import OF_REPORTS, code_after, deps_for, run_for
from linkwarden.cli.options import TableCommand, make_config, table_options
from linkwarden.cli.speech import say
from linkwarden.config import Config, Destination, PrivateHeader
from linkwarden.model import Result, UsageError
from linkwarden.report._words import plural
from linkwarden.sinks import mask_text, shown_address
from linkwarden.store import schema
from linkwarden.store.copies import Copies

#: What belongs to reports, or contradicts the command.
_NOT_HERE = OF_REPORTS | {"offline", "archive", "allow_networks"}
#: The names that the Archive's own command-line tool has had for the keys, the older ones first.
_KEYS = (("IAS3_ACCESS_KEY", "IAS3_SECRET_KEY"), ("IA_ACCESS_KEY_ID", "IA_SECRET_ACCESS_KEY"))
_WHERE = "https://archive.org/account/s3.php"
_KEY = re.compile(r"[!-9;-~]{4,200}", re.ASCII)  # no blank, no colon
#: Characters of a URL that are shown.
_LONGEST = 120
#: Asking for a copy and looking at what became of it, at the pace of ``net/hosts.tsv``.
_SECONDS_EACH = 12


@click.command(cls=TableCommand)
@click.argument("inputs", nargs=-1, metavar="[INPUTS]...")
@click.option("--yes", is_flag=True, help="Ask for the copies; without it, it is only said of which links.")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=200,
    show_default=True,
    help="Look up at most so many links; the next run goes on with the others.",
)
@table_options("check", without=_NOT_HERE)
@click.pass_obj
def archive(obj: Any, /, inputs: tuple[str, ...], **options: Any) -> int:
    """Ask the Internet Archive for copies of links that work and have none.

    The links are checked, and those that work are looked up in the Archive's index. With --yes, the Archive is asked to
    save those that it does not have, a few a minute. That takes the keys of an account, in IAS3_ACCESS_KEY and
    IAS3_SECRET_KEY (https://archive.org/account/s3.php). What is known of copies is kept in the memory, so that a run
    goes on where the last one stopped.
    """
    keys = _keys(os.environ) if options["yes"] else None
    config = make_config(inputs, options)
    if not config.archive:
        raise UsageError(
            "the configuration keeps the Internet Archive out (archive = false)",
            "Give --isolated if that is not meant for this command.",
        )
    run = run_for(obj, replace(config, archive=False, baseline=None), options, "nothing is asked for")
    links = worth_a_copy(run.results, config.is_private)
    if links and not options.get("no_progress"):
        say(f"Looking up at most {plural(min(len(links), options['limit']), 'link')}, 24 a minute.", err=True)
    with _copies(config.state) as copies:
        looked = _look_up(obj, config, links, copies, options["limit"])
        if keys is None:
            _show(looked, links)
        else:
            _ask(obj, config, keys, looked, links, copies)
    return code_after(run)


def _keys(environ: Mapping[str, str]) -> str:
    """Return the account's two keys as they go into a header.

    Raises:
        UsageError: there are none, or they cannot be any.
    """
    for names in _KEYS:
        access, secret = (environ.get(name, "") for name in names)
        if not access and not secret:
            continue
        if not (_KEY.fullmatch(access) and _KEY.fullmatch(secret)):
            raise UsageError(f"{names[0]} and {names[1]} do not hold a pair of keys", f"Copy both from {_WHERE}.")
        return f"{access}:{secret}"
    raise UsageError(
        f"the keys of an account at the Internet Archive are missing: {' and '.join(_KEYS[0])} are not set",
        f"An account has them at {_WHERE}. Without --yes, no keys are needed.",
    )


@contextmanager
def _copies(state: Path | None) -> Iterator[Copies]:
    """Open what the memory knows of copies; without a memory, it is known for this run only."""
    connection: sqlite3.Connection | None = None
    if state is not None:
        try:
            schema.refuse_links(state)
            connection = schema.open_file(state)
        except schema.UnusableError as error:
            say(f"What is known of copies is not kept, as the memory cannot be used: {error}.", err=True)
    try:
        yield Copies(connection)
    except sqlite3.Error as error:
        raise UsageError(f"the memory {state} cannot be used: {schema.as_unusable(error)}") from None
    finally:
        if connection is not None:
            connection.close()


def _look_up(deps: Any, config: Config, links: Mapping[str, Result], copies: Copies, most: int) -> Looked:
    wired = deps_for(deps)

    async def work() -> Looked:
        async with wired.make_net(config, wired.observer) as net:
            return await look_up(links, copies, net, wired.now(), most)

    from linkwarden import api  # noqa: PLC0415 - the network stack is slow to import

    return api.run_loop(work())


def _show(looked: Looked, links: Mapping[str, Result]) -> None:
    """Print what would be asked for."""
    if looked.missing:
        say("Without a copy in the Internet Archive:")
    for url in looked.missing:
        say(f"  {_place(url, links)}")
    _say_known(looked)
    count = plural(len(looked.missing), "link")
    minutes = plural(1 + len(looked.missing) * _SECONDS_EACH // 60, "minute")
    more = f"--yes asks for copies, which takes about {minutes}." if looked.missing else "There is nothing to ask for."
    say(f"{count} without a copy. {more}", err=True)


def _say_known(looked: Looked) -> None:
    """Print how much is known of the other links."""
    say(f"{plural(looked.there, 'link')} with a copy.", err=True)
    if looked.under_way:
        say(f"{plural(len(looked.under_way), 'copy', 'copies')} asked for in the last hour.", err=True)
    if looked.refused:
        say(f"{plural(len(looked.refused), 'link')} that the archive could not copy lately.", err=True)
    if looked.unknown:
        why = f" ({looked.why})" if looked.why else ""
        say(f"{plural(looked.unknown, 'link')} not looked up{why}; run it again for them.", err=True)


def _ask(deps: Any, config: Config, keys: str, looked: Looked, links: Mapping[str, Result], copies: Copies) -> None:
    """Ask for the copies, and print what becomes of each."""
    from linkwarden import api  # noqa: PLC0415 - the network stack is slow to import

    _say_known(looked)
    wired = deps_for(deps)
    account = PrivateHeader(Destination(HOST), "Authorization", f"LOW {keys}")
    known = replace(config, headers=(*config.headers, account))

    def tell(url: str, what: str) -> None:
        say(f"{_place(url, links)}", f"    {mask_text(what)}")

    async def work() -> tuple[Round, int]:
        async with wired.make_net(known, wired.observer) as net:
            asked = Round(SavePageNow(net), copies, wired.now, tell)
            return asked, await asked.run(looked)

    try:
        asked, left = api.run_loop(work()) if looked.missing or looked.under_way else (None, 0)
    except KeysRefusedError:
        raise UsageError("the Internet Archive does not accept the keys", f"Copy both from {_WHERE}.") from None
    if asked is not None and asked.stopped:
        say(f"The Internet Archive was not asked for more: {mask_text(asked.stopped)}.", err=True)
    rest = f" {plural(left, 'link')} left; run it again for them." if left else ""
    made = plural(asked.saved if asked is not None else 0, "copy", "copies")
    say(f"{made} made.{rest}", err=True)


def _place(url: str, links: Mapping[str, Result]) -> str:
    place = links[url].target.occurrences[0].span
    return f"{place.path}:{place.line}: {shown_address(url, _LONGEST)}"
