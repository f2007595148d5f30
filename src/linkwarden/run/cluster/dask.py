"""Workers of Dask distributed: a local cluster, or one that is there already. The only part that imports it.

Written for distributed 2026.8. What it does differently than one would think, and what is done about it:

* An actor is not made again when its worker dies, and a name given as ``workers=`` is turned into an address at once;
  so addresses are looked up when they are needed, and those of dead workers are not used again.
* The dashboard listens on all interfaces, whatever ``host`` says, unless its own address says otherwise.
* Without TLS, whoever reaches the port of a scheduler or a worker runs code as this user, on loopback too.
* Ctrl-C reaches the workers, as they are in the terminal's process group, while they start as well.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import pickle
import signal
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from importlib import import_module
from importlib.util import find_spec
from multiprocessing import resource_tracker
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar, cast

from linkwarden._version import COLLECT_AFTER
from linkwarden.config import Config, Shard
from linkwarden.model import UsageError
from linkwarden.run.cluster.coordinator import LostError, NoTeamError, Place
from linkwarden.run.cluster.messages import Back, Errand, Job, News
from linkwarden.run.cluster.worker import Worker

if TYPE_CHECKING:
    from linkwarden.net import HostState
    from linkwarden.run.cluster.worker import MakeNet

T = TypeVar("T")
#: Seconds that a worker may take for a word, and for coming (back).
_SILENCE = 60.0
_COMING = 30.0
_LOOK_AGAIN = 0.1
_THREADS = 4
_PROTOCOL = 5
_ALONE = "Without --engine, this process makes all requests."
_UP = "Is it up, does it have workers, and do the certificates fit (docs/scale.md)?"


class DaskTeam:
    """A team of Dask workers.

    Args:
        config: of the run; ``config.scheduler`` says whose workers, None is a cluster of its own on all cores.
        make_net: returns the network for a run, to be entered.
    """

    def __init__(self, config: Config, make_net: MakeNet) -> None:
        self._config = config
        self._make_net = make_net
        self._began = monotonic()
        self._cluster: Any = None
        self._client: Any = None
        self._dead: set[str] = set()
        self._taken: dict[int, str] = {}

    async def open(self, now: datetime) -> int:
        self._now = now
        try:
            dask: Any = await asyncio.to_thread(import_module, "dask")  # slow to import, and optional
            distributed: Any = await asyncio.to_thread(import_module, "distributed")
        except ImportError:
            raise UsageError(
                "--engine dask needs Dask distributed, which is not installed",
                "Install it with linkwarden: pip install 'linkwarden[dask]'",
            ) from None
        _hush()
        dask.config.set(
            {
                "distributed.worker.profile.enabled": False,
                # What nobody looks at need not be measured twenty times a second, in each process.
                "distributed.admin.tick.interval": "1s",
                "distributed.admin.system-monitor.interval": "5s",
                "distributed.scheduler.no-workers-timeout": "30s",
                # As in a single run (``api.run_loop``).
                "distributed.admin.event-loop": "uvloop" if find_spec("uvloop") is not None else "asyncio",
            }
        )
        address = self._config.scheduler
        try:
            if address is None:
                self._cluster = await _local_cluster(distributed)
            self._client = distributed.Client(
                self._cluster or address,
                asynchronous=True,
                direct_to_workers=self._cluster is not None,
                timeout=_COMING,
            )
            await self._client
            await self._client.wait_for_workers(len(self._cluster.workers) if self._cluster else 1, timeout=_COMING)
        except UsageError:
            raise
        except Exception as error:  # whatever Dask raises: without certificates that is a TypeError
            if address is None:
                raise UsageError(f"--engine dask: no workers could be started: {error}", _ALONE) from error
            raise UsageError(f"--scheduler: {address}: {error}", _UP) from error
        self._shares = len(await self._addresses())
        return self._shares

    async def place(self, shard: Shard, hosts: Sequence[HostState] | None) -> Place:
        task = asyncio.get_running_loop().create_task(self._place(shard, hosts), name="linkwarden-place")
        try:
            while not task.done():
                await asyncio.wait({task}, timeout=_LOOK_AGAIN)
                if self._client.status != "running":  # its workers end with it; another one would not know them
                    raise NoTeamError("their scheduler is gone")
        finally:
            task.cancel()
        return task.result()

    async def _place(self, shard: Shard, hosts: Sequence[HostState] | None) -> Place:
        if shard.number in self._taken:
            self._dead.add(self._taken.pop(shard.number))
        address = await _or_lost(self._free_address(), _COMING + 5)
        self._taken[shard.number] = address
        config = self._config
        spent = monotonic() - self._began
        config = replace(
            config,
            concurrency=max(1, config.concurrency // self._shares),
            max_time=max(0.1, config.max_time - spent) if config.max_time is not None else None,
        )

        async def make() -> Any:
            if self._cluster is not None:
                await self._client.run(_settle_in, workers=[address])
            return await self._client.submit(
                _Actor, config, self._make_net, self._now, shard, hosts, actor=True, workers=[address], pure=False
            )

        return _DaskPlace(await _or_lost(make(), _COMING))

    async def close(self) -> None:
        for each in (self._client, self._cluster):
            if each is not None:
                with suppress(Exception):
                    await asyncio.wait_for(each.close(), 10)
        self._client = self._cluster = None

    async def _addresses(self) -> list[str]:
        known = await self._client.scheduler.identity(n_workers=-1)
        return [address for address in known["workers"] if address not in self._dead]

    async def _free_address(self) -> str:
        """Return the address of a worker that has no share; where none comes, of one that has."""
        until = monotonic() + _COMING
        while True:
            there = await self._addresses()
            taken = list(self._taken.values())
            free = [address for address in there if address not in taken]
            if free:
                return free[0]
            if monotonic() > until:
                if there:
                    return min(there, key=taken.count)
                raise LostError("no worker is left")
            await asyncio.sleep(_LOOK_AGAIN)


class _Actor(Worker):
    """A worker as Dask has it. Dask would pack each message alone, which takes ten times as long."""

    async def exchange_packed(self, post: bytes) -> bytes:
        """Do what ``exchange`` does."""
        return pickle.dumps(await self.exchange(pickle.loads(post)), _PROTOCOL)  # noqa: S301 - from the coordinator


class _DaskPlace:
    """An actor in a Dask worker."""

    def __init__(self, actor: Any) -> None:
        self._actor = actor

    async def exchange(self, post: Sequence[Job | Errand | Back]) -> News:
        news = await _or_lost(_result(self._actor.exchange_packed(pickle.dumps(post, _PROTOCOL))), _SILENCE)
        return cast("News", pickle.loads(news))  # noqa: S301 - from a worker of ours, over TLS

    async def close(self) -> None:
        with suppress(LostError):
            await _or_lost(_result(self._actor.close()), 5)


async def _result(future: Awaitable[T]) -> T:
    return await future


async def _or_lost(work: Awaitable[T], seconds: float) -> T:
    """Return what something returns that a worker does.

    Raises:
        LostError: the worker does not, or not in time.
    """
    try:
        async with asyncio.timeout(seconds):
            return await work
    except LostError:
        raise
    except Exception as error:
        raise LostError(str(error) or type(error).__name__) from error


async def _local_cluster(distributed: Any) -> Any:
    try:
        security = await asyncio.to_thread(
            distributed.Security.temporary
        )  # others on this machine must not reach the workers
    except ImportError:
        raise UsageError(
            "--engine dask needs the package cryptography", "Install it with: pip install 'linkwarden[dask]'"
        ) from None
    with _without_ctrl_c():
        return await distributed.LocalCluster(
            n_workers=_cores(),
            threads_per_worker=_THREADS,
            processes=True,
            host="127.0.0.1",
            protocol="tls://",
            security=security,
            dashboard_address="127.0.0.1:0",
            silence_logs=logging.CRITICAL,
            asynchronous=True,
        )


@contextmanager
def _without_ctrl_c() -> Iterator[None]:
    """Have the processes that are started meanwhile not hear of Ctrl-C: they end with this one, without a trace."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # else the first process makes it, which lets the signal through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # processes and threads inherit it
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _cores() -> int:
    affinity: Callable[[int], set[int]] | None = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1


def _settle_in() -> None:
    """Prepare the process of a worker of our own."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.set_threshold(*COLLECT_AFTER)


def _hush() -> None:
    """Keep Dask's log lines from the terminal; what is of use to the user is said in the report."""
    for name in (
        "distributed",
        *(name for name in logging.Logger.manager.loggerDict if name.startswith("distributed.")),
    ):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
