"""The library's front door: ``linkwarden.check`` and what the command line builds on."""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager, nullcontext
from dataclasses import replace
from datetime import datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar, Unpack

from linkwarden._version import HOME, __version__
from linkwarden.config import Config, Ignore
from linkwarden.model import Kind, Run, Verdict
from linkwarden.run import engine
from linkwarden.run.deps import Deps, Memory

if TYPE_CHECKING:
    from linkwarden.net import Net, NetPolicy, Observer

T = TypeVar("T")


class Options(TypedDict, total=False):
    """What ``check`` may be told; the fields of ``linkwarden.config.Config``, which says what they mean."""

    offline: bool
    kinds: frozenset[Kind]
    include: tuple[str, ...]
    exclude: tuple[str, ...]
    fail_on: frozenset[Verdict]
    exit_zero: bool
    timeout: float
    max_time: float | None
    concurrency: int
    per_host: int
    expiring_within: timedelta
    now: datetime | None
    github_token: str | None
    contact: str | None
    allow_networks: tuple[str, ...]
    proxy: str | None
    root: str | Path | None
    archive: bool
    state: str | Path | None
    fresh_for: timedelta
    confirm_runs: int
    confirm_days: int
    patient: bool
    ignores: tuple[Ignore, ...]
    baseline: str | Path | None
    diff: str | None
    event: Path | None
    file: Path | None


def check(inputs: str | Path | Iterable[str | Path], *, deps: Deps | None = None, **options: Unpack[Options]) -> Run:
    """Check one or more lists and give the run, from which any report can be made.

    Args:
        inputs: files, globs, directories, addresses of raw lists, or ``owner/repo``.
        deps: replaces the network and the clock, for tests.
        options: see ``Options``; for example ``offline=True`` or ``timeout=10``.

    Raises:
        UsageError: an option's value cannot be used.
        NothingToCheckError: nothing could be read, or no link was found.
        TypeError: an option is unknown.

    Example:
        >>> run = linkwarden.check("README.md", offline=True)
        >>> [r.target.url for r in run.failing]
    """
    return run_loop(check_async(inputs, deps=deps, **options))


async def check_async(
    inputs: str | Path | Iterable[str | Path], *, deps: Deps | None = None, **options: Unpack[Options]
) -> Run:
    """Do what ``check`` does, inside a running loop."""
    names = (inputs,) if isinstance(inputs, str | Path) else tuple(inputs)
    config = _config(options, tuple(str(name) for name in names))
    async with _off_the_loop(memory_for(config)) as memory:
        return await engine.run(config, replace(deps or Deps(make_net=make_net), memory=memory))


def _config(options: Options, names: tuple[str, ...]) -> Config:
    """Give the configuration that a caller means; files may be named by strings."""
    given: dict[str, Any] = dict(options)
    files = {key: Path(given[key]) for key in ("root", "state", "baseline") if isinstance(given.get(key), str)}
    return Config(**{**given, **files, "inputs": names})


def memory_for(config: Config) -> AbstractContextManager[Memory | None]:
    """Give the memory of earlier runs, to be entered; None where ``config.state`` names none or it cannot be used.

    A run with ``--diff`` has none: what a change adds has no past, and what a pull request brings must not write what
    the nightly run goes by.

    Raises:
        UsageError: the file was written by a newer linkwarden.
    """
    if config.state is None or config.diff is not None:
        return nullcontext(None)
    from linkwarden.store.memory import open_memory  # noqa: PLC0415 - a run without a memory does without SQLite

    narrowed = (*sorted(config.kinds), *config.include, *config.exclude, *(["offline"] if config.offline else []))
    return open_memory(config.state, filters="\n".join(narrowed), now=config.now)


@asynccontextmanager
async def _off_the_loop(manager: AbstractContextManager[T]) -> AsyncIterator[T]:
    """Enter and leave what reads and writes files in another thread."""
    entered = await asyncio.to_thread(manager.__enter__)
    try:
        yield entered
    finally:
        await asyncio.to_thread(manager.__exit__, None, None, None)


def make_net(config: Config, observer: Observer | None = None) -> Net:
    """Build the network for a run, to be entered with ``async with``."""
    from linkwarden.net import Net  # noqa: PLC0415 - slow to import, and an offline run does without

    return Net(net_policy(config), observer=observer)


def net_policy(config: Config) -> NetPolicy:
    """Give the network layer's numbers for a run."""
    from linkwarden.net import NetPolicy  # noqa: PLC0415 - as above

    return NetPolicy(
        user_agent=user_agent(config.contact),
        timeout=config.timeout,
        max_time=config.max_time,
        concurrency=config.concurrency,
        per_host=config.per_host,
        allow_networks=tuple(ip_network(cidr, strict=False) for cidr in config.allow_networks),
        proxy=config.proxy,
    )


def user_agent(contact: str | None) -> str:
    """Give an honest User-Agent that says who asks and how to reach them (RFC 9110 section 10.1.5)."""
    if contact and "@" in contact and ":" not in contact:
        contact = f"mailto:{contact}"
    return f"linkwarden/{__version__} (+{HOME}{f'; {contact}' if contact else ''})"


def run_loop(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine on uvloop where it is installed, else on asyncio's own loop."""
    results: list[T] = []

    async def keep() -> None:
        # Not returned: on its way out, asyncio.Runner asks for the signal handler twice, which writes out the repr
        # of the task with its whole result, a second's work for 20,000 links.
        results.append(await work)

    with asyncio.Runner(loop_factory=_loop_factory()) as runner, _rare_collections():
        runner.run(keep())
    return results[0]


@contextmanager
def _rare_collections() -> Iterator[None]:
    """Look for garbage in circles less often than every 700 objects.

    What a run makes lives to its end, so each search goes through ever more and finds next to nothing; that was a
    fifth of the time for 10,000 links, and rarer searches cost 4 MB.
    """
    before = gc.get_threshold()
    gc.set_threshold(50_000, 20, 50)
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
