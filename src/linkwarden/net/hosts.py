"""``Hosts``: the records of all hosts that a network has sent requests to."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import field

from yarl import URL

from linkwarden.net.elsewhere import HostState, Key
from linkwarden.net.policy import NetPolicy, counted_with
from linkwarden.net.politeness import INFINITY, HostSlot, Origin
from linkwarden.records import dataclass
from linkwarden.wire import NetErrorKind

_SILENT = frozenset({NetErrorKind.DNS, NetErrorKind.NXDOMAIN, NetErrorKind.UNREACHABLE, NetErrorKind.TIMEOUT})
_TURNED_AWAY = frozenset({NetErrorKind.REFUSED, NetErrorKind.RESET})
#: Whoever answered could not show to be the host, as a gateway that stands in the way of all of them cannot.
_UNPROVEN = frozenset(
    {NetErrorKind.TLS, NetErrorKind.TLS_CHAIN, NetErrorKind.TLS_EXPIRED, NetErrorKind.TLS_HOSTNAME}
    | {NetErrorKind.TLS_SELF_SIGNED}
)


@dataclass(frozen=True, slots=True)
class Connectivity:
    """How the network behaved in this run.

    Attributes:
        hosts: how many hosts were tried.
        answered: how many of them gave any HTTP response.
        failures: of the others, how many failed in which way.
    """

    hosts: int = 0
    answered: int = 0
    failures: Mapping[NetErrorKind, int] = field(default_factory=dict)

    @property
    def dark(self) -> bool:
        """True if no host has given a response: something blocks all of them, or every host of the list is gone."""
        if self.hosts == 0 or self.answered > 0:
            return False
        return set(self.failures) <= _SILENT | _TURNED_AWAY | _UNPROVEN

    @property
    def silent(self) -> bool:
        """True if nothing at all came from any host, not even a refusal."""
        return self.dark and set(self.failures) <= _SILENT


class Hosts:
    """One record for each host, and for each of its origins.

    Args:
        policy: the run's numbers.
        rng: for jitter.
    """

    def __init__(self, policy: NetPolicy, rng: random.Random) -> None:
        self._policy = policy
        self._rng = rng
        self._slots: dict[str, HostSlot] = {}
        self._origins: dict[Key, Origin] = {}
        self._troubled: dict[Key, Origin] = {}
        self._taken_over = -INFINITY

    def origin(self, url: URL) -> Origin:
        """Return the record of where a URL lies."""
        key = _key(url)
        return self._origins.get(key) or self._new_origin(key)

    def connectivity(self) -> Connectivity:
        """Return how the network behaved so far."""
        tried = [slot for slot in self._slots.values() if slot.answered or slot.failure is not None]
        failures = Counter(slot.failure for slot in tried if slot.failure is not None)
        return Connectivity(len(tried), sum(slot.answered for slot in tried), dict(failures))

    def note_trouble(self, url: URL, origin: Origin) -> None:
        """Have ``troubles`` tell of a host."""
        self._troubled[_key(url)] = origin

    def troubles(self, now: float) -> tuple[HostState, ...]:
        """Return the states of the hosts that had trouble since the last call."""
        troubled, self._troubled = self._troubled, {}
        return tuple(HostState.of(key, origin, now) for key, origin in troubled.items())

    def take_over(self, states: Iterable[HostState], now: float) -> None:
        """Go on with hosts to which another process has sent requests until now, some of them perhaps unseen."""
        self._taken_over = now
        for slot in self._slots.values():
            slot.next_start = max(slot.next_start, now + slot.pace.interval)
        for state in states:
            state.restore(self._origins.get(state.key) or self._new_origin(state.key), now)

    def _new_origin(self, key: Key) -> Origin:
        scheme, host, port, name = key
        insecure = any(each.holds(scheme, host, port) for each in self._policy.insecure)
        origin = self._origins[key] = Origin(self._slot(name), insecure=insecure)
        return origin

    def _slot(self, name: str) -> HostSlot:
        slot = self._slots.get(name)
        if slot is None:
            slot = self._slots[name] = HostSlot.of(name, self._policy, self._rng)
            slot.next_start = max(slot.next_start, self._taken_over + slot.pace.interval)
        return slot


def _key(url: URL) -> Key:
    host = (url.raw_host or "").rstrip(".")
    return url.scheme, host, url.port, counted_with(host, url.raw_path)
