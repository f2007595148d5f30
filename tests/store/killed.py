"""Is run by ``test_memory_killed``: lets nights pass for a memory in processes that are killed in the middle.

Prints one JSON object a killed process: what must be in the file at least, and what is. Forks, so it must be a process
of its own with one thread only.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from linkwarden.model import Answer
from linkwarden.store.memory import open_memory
from tests.store.nights import night, pass_night

LINKS = 150
_connect = sqlite3.connect


def found(number: int) -> dict[str, str]:
    """Give what a night finds: some links change, and new ones come in."""
    return {f"https://a.example/{n}": "gone" if (n + number) % 7 == 0 else "ok" for n in range(LINKS + number)}


def in_a_child(work: Callable[[], object]) -> bool:
    """Do something in a process of its own; tells whether it came to its end."""
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return not os.WIFSIGNALED(status)


def dying_after(steps: int) -> None:
    """Let this process be killed once SQLite has done so many steps (``sqlite3_progress_handler``), in all."""
    left = [steps]

    def step() -> int:
        left[0] -= 1
        if left[0] <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return 0

    def connect(*args: Any, **kwargs: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = _connect(*args, **kwargs)
        connection.set_progress_handler(step, 20)
        return connection

    sqlite3.connect = connect  # type: ignore[assignment]


def report(state: Path, at_least: int, attempted: int) -> None:
    """Open the file as the next run does, and print what is in it."""
    with open_memory(state) as memory:
        notices = memory._notices
    with closing(_connect(state)) as connection:
        ask = connection.execute
        told = {
            "at_least": at_least,
            "attempted": attempted,
            "notices": notices,
            "integrity": ask("PRAGMA integrity_check").fetchone()[0],
            "orphans": len(ask("PRAGMA foreign_key_check").fetchall()),
            "runs": ask("SELECT count(*) FROM runs").fetchone()[0],
            # All rows of a run are there or none: its list, its addresses and their spans tell the same instant.
            "last_run": ask("SELECT max(at) FROM runs").fetchone()[0],
            "last_seen": ask("SELECT max(last_seen) FROM addresses").fetchone()[0],
            "last_span": ask("SELECT max(last) FROM spans").fetchone()[0],
            "seen_last": ask("SELECT count(*) FROM addresses WHERE last_seen = (SELECT max(at) FROM runs)").fetchone()[
                0
            ],
            "listed": ask("SELECT count(*) FROM listed").fetchone()[0],
        }
    print(json.dumps(told), flush=True)  # noqa: T201 - this is what the test reads


def at_many_steps(state: Path, steps: list[int]) -> None:
    """Kill a night after each number of steps; each begins with what the one before has left."""
    done = 0
    for count in steps:

        def work(count: int = count, number: int = done) -> None:
            dying_after(count)
            pass_night(state, number, found(number))

        ended = in_a_child(work)
        with open_memory(state):
            pass
        with closing(_connect(state)) as connection:
            runs: int = connection.execute("SELECT count(*) FROM runs").fetchone()[0]
        report(state, done + ended, done + 1)
        done = runs


def from_outside(state: Path, after: int) -> None:
    """Kill a process that lets nights pass without end, as soon as it has told of so many."""
    with open_memory(state):
        pass
    with closing(_connect(state)) as connection:
        before: int = connection.execute("SELECT count(*) FROM runs").fetchone()[0]
    hear, tell = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            for number in range(before, before + 10_000):
                pass_night(state, number, found(number % 10))
                os.write(tell, b".")
        finally:
            os._exit(0)
    os.close(tell)
    heard = 0
    while heard < after:
        heard += len(os.read(hear, 1))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    while os.read(hear, 1):
        heard += 1
    os.close(hear)
    report(state, before + heard, before + heard + 1)


def with_answers(state: Path) -> None:
    """Kill a run that has not come to its end, and print how many of its answers are there."""

    def work() -> None:
        with open_memory(state) as memory:
            for number in range(1500):
                memory.keep(f"https://kept.example/{number}", Answer("web", night(0), night(0), 200))
            memory._thread.submit(lambda: None).result()
            os.kill(os.getpid(), signal.SIGKILL)

    in_a_child(work)
    with open_memory(state) as memory:
        kept = sum(memory.recall(f"https://kept.example/{n}") is not None for n in range(1500))
    print(json.dumps({"kept": kept}), flush=True)  # noqa: T201 - as above


if __name__ == "__main__":
    place = Path(sys.argv[2])
    if sys.argv[1] == "steps":
        at_many_steps(place, [int(word) for word in sys.argv[3:]])
    elif sys.argv[1] == "outside":
        for count in map(int, sys.argv[3:]):
            from_outside(place, count)
    else:
        with_answers(place)
