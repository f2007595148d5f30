"""Open files: how many this process may have, and how many of them connections may take.

Each connection is an open file. A process that has none left cannot connect, look up names or read certificates, and
all of it looks as if servers failed.
"""

from __future__ import annotations

import errno
import re
import socket
from typing import NamedTuple

try:
    import resource
except ImportError:  # Windows, where sockets do not count
    resource = None  # type: ignore[assignment]

#: What errors say where this machine, and no server, is at its limit (Linux: open(2), socket(2)).
_OURS = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
#: aiohappyeyeballs merges the failures of several addresses into one text.
_NUMBER = re.compile(r"\[Errno (\d{1,4})\]")
#: For the program itself, its lists and memory, and the threads that look up names, with some sockets each.
_RESERVED = 96
#: More are never of use.
_PLENTY = 65_536
#: What every macOS takes, whose hard limit may be higher than what it takes (setrlimit(2), OPEN_MAX).
_MODEST = 10_240


class Shares(NamedTuple):
    """How many open files connections may take.

    Attributes:
        at_once: requests under way; each may try two addresses of its host at a time.
        waiting: hosts whose connections are kept open for further requests that are known of.
        idle: hosts whose connections are kept open in case there are further requests.
    """

    at_once: int
    waiting: int
    idle: int


def limit() -> int:
    """Return how many files this process may have open at once."""
    if resource is None:
        return _PLENTY
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return _PLENTY if soft == resource.RLIM_INFINITY else min(soft, _PLENTY)


def raise_limit() -> None:
    """Raise the limit of open files as far as this process may."""
    if resource is None:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    highest = _PLENTY if hard == resource.RLIM_INFINITY else min(hard, _PLENTY)
    for wanted in (highest, min(highest, _MODEST)):
        if soft == resource.RLIM_INFINITY or soft >= wanted:
            return
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        except (OSError, ValueError):
            continue
        return


def shares(files: int) -> Shares:
    """Return what connections may take of so many open files."""
    free = max(files - _RESERVED, 32)
    return Shares(at_once=free // 4, waiting=min(free // 8, 1024), idle=min(free // 16, 128))


def are_short(error: BaseException) -> bool:
    """Return True if something failed because this machine is at a limit, whatever the failure looks like."""
    if isinstance(error, OSError):
        numbers = {error.errno, *map(int, _NUMBER.findall(str(error)))}
        if numbers & _OURS:
            return True
    try:
        socket.socket().close()
    except OSError as trouble:
        return trouble.errno in _OURS
    return False
