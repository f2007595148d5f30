"""Everything that a run is told, in one frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from linkwarden.model import FAILS_BY_DEFAULT, Kind, Patience, UsageError, Verdict

#: What the numbers may be; more at once would only be refused by routers and file limits.
RANGES = {"concurrency": (1, 1024), "per_host": (1, 64), "confirm_runs": (1, 100), "confirm_days": (1, 365)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignore:
    """An ``[[ignore]]`` entry of the configuration: findings that are known and accepted.

    Attributes:
        url: a regular expression; the entry is about addresses that it finds something in.
        place: where the entry stands (``linkwarden.toml:12``), for messages.
        codes: rules that it is about; empty is all.
        reason: the maintainer's own words, or "".
        until: the last day (UTC) on which it holds, or None for ever.
    """

    url: str
    place: str
    codes: tuple[str, ...] = ()
    reason: str = ""
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Everything that a run is told. Times are seconds unless the type says otherwise.

    Attributes:
        inputs: files, globs, directories, ``-``, addresses, ``owner/repo``.
        offline: make no request.
        kinds: look only at these kinds; empty is all.
        include: look only at addresses that one of these patterns finds something in; empty is all.
        exclude: leave out addresses that one of these finds something in.
        fail_on: verdicts that make the exit code 1.
        exit_zero: findings leave the exit code 0.
        timeout: for one address, redirects included.
        max_time: for the whole run; None is no limit.
        concurrency: requests at once over all hosts.
        per_host: requests at once to one host.
        expiring_within: an end within this time is a finding.
        now: the instant that counts as the present; None is the clock.
        github_token: a token for GitHub's API, or None.
        contact: mail address or URL that goes into the User-Agent.
        allow_networks: networks in CIDR notation that may be asked although they are not public.
        proxy: an HTTP proxy, or None.
        root: the repository root for local links; None finds it.
        archive: ask the Internet Archive for copies of what is lost.
        state: file that keeps what earlier runs found; None keeps nothing.
        fresh_for: a good answer of an earlier run that is younger is not asked for again.
        confirm_runs: a failure of the network makes a link broken after so many runs in a row; with a memory only.
        confirm_days: on so many different days.
        patient: wait as long even where the address never answered in an earlier run.
        ignores: findings that are not to be reported.
        baseline: file of findings that are known and not to be reported again.
        diff: look only at what was added since this commit; ``auto`` finds it.
        event: file in which GitHub describes what started the workflow, from which ``auto`` learns, or None.
        file: the configuration file that was read, or None.
    """

    inputs: tuple[str, ...] = ("README.md",)
    offline: bool = False
    kinds: frozenset[Kind] = frozenset()
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    fail_on: frozenset[Verdict] = FAILS_BY_DEFAULT
    exit_zero: bool = False
    timeout: float = 20.0
    max_time: float | None = None
    concurrency: int = 128
    per_host: int = 6
    expiring_within: timedelta = timedelta(days=30)
    now: datetime | None = None
    github_token: str | None = None
    contact: str | None = None
    allow_networks: tuple[str, ...] = ()
    proxy: str | None = None
    root: Path | None = None
    archive: bool = True
    state: Path | None = None
    fresh_for: timedelta = timedelta(0)
    confirm_runs: int = 3
    confirm_days: int = 3
    patient: bool = False
    ignores: tuple[Ignore, ...] = ()
    baseline: Path | None = None
    diff: str | None = None
    event: Path | None = None
    file: Path | None = None

    @property
    def patience(self) -> Patience:
        """How long a failure of the network has to last before a link is broken for it."""
        return Patience(self.confirm_runs, self.confirm_days, always=self.patient)

    def __post_init__(self) -> None:
        """Refuse numbers with which a run would never end, and words and networks that are none.

        Raises:
            UsageError: a number is out of its range, a verdict or a kind does not exist, or a network is not in CIDR
                notation.
        """
        for name, known in (("fail_on", Verdict), ("kinds", Kind)):
            wrong = sorted(str(word) for word in getattr(self, name) if word not in set(known))
            if wrong:
                raise UsageError(f"{name}: unknown word {wrong[0]!r}", f"Known are: {', '.join(known)}.")
        for name, (least, most) in RANGES.items():
            if not least <= getattr(self, name) <= most:
                raise UsageError(f"{name}: {getattr(self, name)} is not from {least} to {most}")
        for name in ("timeout", "max_time"):
            value: float | None = getattr(self, name)
            if value is not None and not value > 0:
                raise UsageError(f"{name}: {value} is not more than 0 seconds")
        try:
            for cidr in self.allow_networks:
                ip_network(cidr, strict=False)
        except ValueError as error:
            raise UsageError(f"--allow-network: {error}", "Write a network such as 10.0.0.0/8 or ::1/128.") from None


def with_overrides(config: Config, overrides: Mapping[str, Any]) -> Config:
    """Lay the values that were really given (not None) over a config."""
    known = {f.name for f in fields(Config)}
    return replace(config, **{k: v for k, v in overrides.items() if k in known and v is not None})
