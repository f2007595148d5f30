"""The numbers that the network layer goes by, each with its reason."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True, kw_only=True)
class NetPolicy:
    """Limits and manners of one run. Times are seconds, sizes bytes.

    Attributes:
        user_agent: sent with every request; honest, with a way to reach us.
        timeout: for one whole chain of redirects, all attempts of a hop together excluded.
        max_time: the run budget; None is no budget.
        concurrency: requests under way at once, over all hosts.
        per_host: requests under way at once to one host.
        interval: least time between two starts to one host.
        attempts: how often a transient failure is tried in all.
        patience: the longest that a host's cool-down may last before its links are given up as rate limited.
        strikes: how many times in a row a host may be silent before it is given up for the run, and how many links to
            a part of it must meet a bot wall before the rest is spared (0: none ever is; see ``walls.py``).
        allow_networks: networks that may be asked although they are not public (``--allow-network``).
        proxy: URL of an HTTP proxy, only when asked for.
    """

    user_agent: str = "linkwarden"
    timeout: float = 20.0
    max_time: float | None = None
    concurrency: int = 128
    per_host: int = 6
    interval: float = 0.02
    attempts: int = 3
    patience: float = 90.0
    strikes: int = 3
    allow_networks: tuple[Network, ...] = ()
    proxy: str | None = None
