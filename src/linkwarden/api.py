"""The call for Python code, ``linkwarden.check``, and what the command line builds on."""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager, nullcontext
from dataclasses import replace
from datetime import datetime, timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar, Unpack

from linkwarden import model
from linkwarden._home import home
from linkwarden._version import COLLECT_AFTER, __version__
from linkwarden.config import RUN_OPTIONS, Config, Host, Ignore, Option, Place, nearest, read_values
from linkwarden.deps import Deps, Memory
from linkwarden.inputs import reading_of
from linkwarden.run import engine

if TYPE_CHECKING:
    from linkwarden.checked import Run
    from linkwarden.fix import Fixes
    from linkwarden.net import Net, NetPolicy, Observer

T = TypeVar("T")
Network = IPv4Network | IPv6Network
_SEE = "docs/options.md lists them all."


class Options(TypedDict, total=False):
    """The options of ``check``: all of docs/options.md that Python code can give.

    Where two names are right, the second is that of the command line. Values may be written as there, too.
    """

    offline: bool
    expand: int
    kinds: str | Iterable[str]
    kind: str | Iterable[str]
    include: str | Iterable[str]
    exclude: str | Iterable[str]
    exclude_urls: str | Iterable[str]
    exclude_url: str | Iterable[str]
    exclude_paths: str | Iterable[str]
    exclude_path: str | Iterable[str]
    gitignore: bool
    no_gitignore: bool
    hidden: bool
    input_kind: str | None
    site_root: str | Path | None
    root_dir: str | Path | None
    anchors: str | Mapping[str, str]
    rewrite: Iterable[tuple[str, str | Path]]
    diff: str | None
    event: str | Path | None
    root: str | Path | None
    fail_on: str | Iterable[str]
    exit_zero: bool
    expiring_within: str | timedelta
    now: str | datetime | None
    timeout: float | str | timedelta
    connect_timeout: float | str | timedelta
    max_time: float | str | timedelta | None
    concurrency: int
    per_host: int
    engine: str
    scheduler: str | None
    hosts: Host | Iterable[Host]
    allow_networks: str | Network | Iterable[str | Network]
    allow_network: str | Network | Iterable[str | Network]
    proxy: str | None
    headers: str | Iterable[str]
    header: str | Iterable[str]
    basic_auth: str | Iterable[str]
    cookies: str | Iterable[str]
    insecure: str | Iterable[str]
    archive: bool
    no_archive: bool
    github_token: str | None
    contact: str | None
    journal: str | Path | None
    shard: str
    state: str | Path | None
    fresh_for: str | timedelta
    confirm_runs: int
    confirm_days: int
    patient: bool
    ignores: Ignore | Iterable[Ignore]
    baseline: str | Path | None


def check(inputs: str | Path | Iterable[str | Path], *, deps: Deps | None = None, **options: Unpack[Options]) -> Run:
    """Check one or more lists and return the run, from which any report can be made.

    Args:
        inputs: files, globs, directories, URLs of raw lists, or ``owner/repo``.
        deps: replaces the network and the clock, for tests.
        options: see ``Options``; for example ``offline=True`` or ``timeout="10s"``.

    Raises:
        UsageError: an option's value cannot be used.
        NothingToCheckError: no input could be read.
        TypeError: an option is unknown.
        RuntimeError: an event loop is running, as in a notebook; there, ``await check_async(...)`` does the same.

    Example:
        >>> run = linkwarden.check("README.md", offline=True)
        >>> [r.target.url for r in run.failing]
    """
    if _in_a_loop():
        raise RuntimeError(
            "linkwarden.check cannot be called while an event loop is running, as in a notebook or an async function. "
            "Use: run = await linkwarden.check_async(...)"
        )
    return run_loop(check_async(inputs, deps=deps, **options), offline=options.get("offline", False))


async def check_async(
    inputs: str | Path | Iterable[str | Path], *, deps: Deps | None = None, **options: Unpack[Options]
) -> Run:
    """Do what ``check`` does, where an event loop is running: ``run = await linkwarden.check_async("README.md")``."""
    from linkwarden.checked import Run  # noqa: PLC0415 - the command line does without

    config = config_for(inputs, options)
    if not config.offline:
        await asyncio.to_thread(home)  # reads files, and is remembered; the User-Agent names it
    async with _off_the_loop(memory_for(config)) as memory:
        return Run.of(await engine.run(config, replace(deps or Deps(make_net=make_net), memory=memory)))


def fix(
    lists: str | Path | Iterable[str | Path] | model.Run = (),
    *,
    report: str | Path | None = None,
    unsafe: bool = False,
    only: str | Iterable[str] = (),
    remove_dead: bool = False,
    deps: Deps | None = None,
    **options: Unpack[Options],
) -> Fixes:
    """Return the edits that a check suggests; nothing is changed before their ``write()``.

    Args:
        lists: what is checked first, as for ``check``; or a run, from which the suggestions are taken.
        report: a JSON report of an earlier check, in place of ``lists``.
        unsafe: also make the edits that somebody should look at.
        only: fix only findings of these rules (codes or names) or kinds.
        remove_dead: take out entries of which every link is broken.
        deps: replaces the network and the clock, for tests.
        options: those of ``check``.

    Raises:
        UsageError: an option's value cannot be used, or a list has changed since it was checked.
        NothingToCheckError: no input could be read, or no server could be reached.
        TypeError: an option is unknown.
        RuntimeError: an event loop is running; there, ``linkwarden.fix(await linkwarden.check_async(...))``.

    Example:
        >>> fixes = linkwarden.fix("README.md")
        >>> print(fixes.diff())
        >>> fixes.write()
    """
    from linkwarden.fix import chooser, fixes_of, wishes_in, wishes_of_run  # noqa: PLC0415 - a check does without

    if (report is None) == (lists == ()):
        raise TypeError("fix takes lists (or a run), or else a report")
    chosen = chooser((only,) if isinstance(only, str) else only)
    if report is not None:
        reading, wishes = reading_of(config_for((), options)), wishes_in(Path(report), chosen)
    else:
        run = lists if isinstance(lists, model.Run) else check(lists, deps=deps, **options)
        if run.network_down:
            raise model.NothingToCheckError("no server could be reached, so nothing is fixed", "Try again later.")
        reading, wishes = reading_of(config_for(run.inputs, options)), wishes_of_run(run, chosen)
    return fixes_of(wishes, reading, unsafe=unsafe, remove_dead=remove_dead)


def _in_a_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def config_for(inputs: str | Path | Iterable[str | Path], options: Mapping[str, Any]) -> Config:
    """Return the configuration that a caller of ``check`` means.

    Raises:
        UsageError: an option's value cannot be used.
        TypeError: an option is unknown, or was given under both of its names.
    """
    known = {word: row for row in RUN_OPTIONS.values() if Place.PYTHON in row.places for word in row.keywords}
    names: dict[str, str] = {}
    values: dict[str, Any] = {}
    for word, value in options.items():
        if word not in known:
            near = nearest(word, known)
            raise TypeError(f"unknown option {word!r}. {f'Did you mean {near!r}?' if near else _SEE}")
        row = known[word]
        if row.field in names:
            raise TypeError(f"{names[row.field]} and {word} are two names of one option. Leave one of them out.")
        names[row.field] = word
        if value is not None:
            values[row.field] = not value if word != row.field and row.switches_off else value
    read = read_values(values, lambda row: names[row.field], Option.in_python)
    lists = (inputs,) if isinstance(inputs, str | Path) else tuple(inputs)
    return Config(**read, inputs=tuple(map(str, lists)))


def memory_for(config: Config) -> AbstractContextManager[Memory | None]:
    """Return the memory of earlier runs, to be entered; it is None if ``config.state`` is, or cannot be used.

    A run with ``--diff`` has none: added links have no past, and a pull request must not change what the nightly run
    builds on. Nor has one with ``--rewrite``: what a preview answers says nothing about the site; nor a
    shard, for which the merge does it.

    Raises:
        UsageError: the file was written by a newer linkwarden.
    """
    if config.state is None or config.diff is not None or config.rewrite or config.shard is not None:
        return nullcontext(None)
    from linkwarden.store.memory import open_memory  # noqa: PLC0415 - a run without a memory does without SQLite

    narrowed = (
        *sorted(config.kinds),
        *config.include,
        *config.exclude,
        *config.exclude_urls,
        *(["offline"] if config.offline else []),
    )
    return open_memory(config.state, filters="\n".join(narrowed), now=config.now)


@asynccontextmanager
async def _off_the_loop(manager: AbstractContextManager[T]) -> AsyncIterator[T]:
    """Enter and leave, in another thread, what reads and writes files."""
    entered = await asyncio.to_thread(manager.__enter__)
    try:
        yield entered
    finally:
        await asyncio.to_thread(manager.__exit__, None, None, None)


def make_net(config: Config, observer: Observer | None = None) -> Net:
    """Return the network for a run, to be entered with ``async with``. Raises this process's limit of open files."""
    from linkwarden.net import Net, handles  # noqa: PLC0415 - slow to import, and an offline run does without

    handles.raise_limit()
    return Net(net_policy(config), observer=observer)


def net_policy(config: Config) -> NetPolicy:
    """Return the settings of the network layer for a run."""
    from linkwarden.net import NetPolicy  # noqa: PLC0415 - as above

    return NetPolicy(
        user_agent=user_agent(config.contact),
        timeout=config.timeout,
        connect_timeout=config.connect_timeout,
        max_time=config.max_time,
        concurrency=config.concurrency,
        per_host=config.per_host,
        allow_networks=tuple(ip_network(cidr, strict=False) for cidr in config.allow_networks),
        proxy=config.proxy,
        headers=(*config.headers, *config.basic_auth),
        cookies=config.cookies,
        insecure=config.insecure,
        hosts=config.hosts,
    )


def user_agent(contact: str | None) -> str:
    """Return a User-Agent that says who sends the requests and how to reach them (RFC 9110 section 10.1.5)."""
    if contact and "@" in contact and ":" not in contact:
        contact = f"mailto:{contact}"
    about = "; ".join(filter(None, (home().url, contact)))
    return f"linkwarden/{__version__} (+{about})" if about else f"linkwarden/{__version__}"


def run_loop(work: Coroutine[Any, Any, T], *, offline: bool = False) -> T:
    """Run a coroutine on uvloop where it is installed, else on asyncio's own loop, which is ready sooner.

    Args:
        work: what to run.
        offline: it makes no request, for which asyncio's own loop will do.
    """
    results: list[T] = []

    async def keep() -> None:
        # Not returned: on its way out, asyncio.Runner asks for the signal handler twice, which writes out the repr
        # of the task with its whole result, a second's work for 20,000 links.
        results.append(await work)

    with asyncio.Runner(loop_factory=None if offline else _loop_factory()) as runner, _rare_collections():
        runner.run(keep())
    return results[0]


@contextmanager
def _rare_collections() -> Iterator[None]:
    """Collect cyclic garbage less often than every 700 objects.

    What a run creates lives to its end, so collections find next to nothing; they took a fifth of the time for 10,000
    links, and rarer ones cost 4 MB.
    """
    before = gc.get_threshold()
    gc.set_threshold(*COLLECT_AFTER)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    if sys.platform == "win32":
        return None
    try:
        import uvloop  # noqa: PLC0415 - optional, and slow to import
    except ImportError:
        return None
    factory: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return factory
