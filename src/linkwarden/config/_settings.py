"""Everything that a run is told, in one frozen value."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, timedelta
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


_DURATION = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)\s*(ms|s|m|h|d|w|)", re.ASCII)
_UNIT_SECONDS = {"ms": 0.001, "": 1, "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_MAX_PATTERN = 200  # longer patterns are never written by hand, and a hostile one gets less room


def parse_duration(text: str, *, what: str) -> timedelta:
    """Read ``30d``, ``12h``, ``90s``, ``1.5`` (seconds).

    Raises:
        UsageError: it is not a duration; ``what`` names the option or key.
    """
    match = _DURATION.fullmatch(text.strip())
    if match is None:
        raise UsageError(f"{what}: {text!r} is not a duration", "Write a number and a unit, such as 30d, 12h or 90s.")
    try:
        return timedelta(seconds=float(match[1]) * _UNIT_SECONDS[match[2]])
    except OverflowError:
        raise UsageError(f"{what}: {text!r} is longer than the calendar", "Leave it out for no limit.") from None


def parse_seconds(text: str | float, *, what: str) -> float:
    """Read how long something may take, in seconds.

    Raises:
        UsageError: as ``parse_duration``, or it is no time at all.
    """
    seconds = parse_duration(str(text), what=what).total_seconds()
    if not seconds > 0:
        raise UsageError(
            f"{what}: {str(text).removesuffix('.0')} leaves no time to ask anybody", "To ask nobody, use --offline."
        )
    return seconds


def parse_instant(text: str, *, what: str) -> datetime:
    """Read an ISO 8601 instant; without a zone it is UTC.

    Raises:
        UsageError: it is not one.
    """
    try:
        instant = datetime.fromisoformat(text.strip())
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageError(f"{what}: {text!r} is not an instant", "Write it like 2026-11-22T03:00:00Z.") from None


def check_proxy(url: str, *, what: str) -> str:
    """Give a proxy's address back if it is one.

    Raises:
        UsageError: it is not.
    """
    if not re.fullmatch(r"http://[^\s/?#]+/?", url, re.IGNORECASE):
        raise UsageError(f"{what}: {url!r} is not the address of an HTTP proxy", "Write it like http://proxy:3128.")
    return url


def check_contact(text: str, *, what: str) -> str:
    """Give a contact back if it can stand in a request's header.

    Raises:
        UsageError: it is empty or holds line ends, brackets or letters that a header cannot carry.
    """
    if not re.fullmatch(r"[!-'*-~][ -'*-~]*", text):
        raise UsageError(f"{what}: {text!r} cannot be sent", "Give a mail address or a web address.")
    return text


def parse_verdicts(words: list[str] | tuple[str, ...], *, what: str) -> frozenset[Verdict]:
    """Read verdict names, each item may hold several with commas.

    Raises:
        UsageError: a word is no verdict.
    """
    return frozenset(Verdict(w) for w in _words(words, [v.value for v in Verdict], what))


def parse_kinds(words: list[str] | tuple[str, ...], *, what: str) -> frozenset[Kind]:
    """Read kinds of links, each item may hold several with commas.

    Raises:
        UsageError: a word is no kind.
    """
    return frozenset(Kind(w) for w in _words(words, [k.value for k in Kind], what))


def check_pattern(pattern: str, *, what: str) -> str:
    """Give the pattern back if it is a usable regular expression.

    Raises:
        UsageError: it does not compile or is too long.
    """
    if not pattern:
        raise UsageError(f"{what}: an empty pattern matches every address", "Write a pattern, or leave it out.")
    if len(pattern) > _MAX_PATTERN:
        raise UsageError(f"{what}: a pattern of {len(pattern)} characters", f"Keep it within {_MAX_PATTERN}.")
    try:
        re.compile(pattern)
    except re.error as error:
        raise UsageError(
            f"{what}: {pattern!r} is not a regular expression: {error}", "Escape special characters with a backslash."
        ) from None
    return pattern


def check_patterns(patterns: Sequence[str], *, what: str) -> tuple[str, ...]:
    """Give the patterns back if each is usable; raises as ``check_pattern``."""
    return tuple(check_pattern(pattern, what=what) for pattern in patterns)


def check_range(number: int, *, what: str) -> int:
    """Give a number back if it is in its range (``RANGES``); ``what`` ends in the name of its key.

    Raises:
        UsageError: it is not.
    """
    least, most = next(r for name, r in RANGES.items() if what.endswith(name.replace("_", "-")))
    if not least <= number <= most:
        raise UsageError(f"{what}: {number} is not from {least} to {most}")
    return number


def _words(items: list[str] | tuple[str, ...], known: list[str], what: str) -> list[str]:
    words = [w.strip().lower() for item in items for w in item.split(",") if w.strip()]
    if items and not words:
        raise UsageError(f"{what}: nothing is named", f"Known are: {', '.join(known)}.")
    for word in words:
        if word not in known:
            near = difflib.get_close_matches(word, known, n=1)
            hint = f"Did you mean {near[0]}? " if near else ""
            raise UsageError(f"{what}: unknown word {word!r}", f"{hint}Known are: {', '.join(known)}.")
    return words


FIELDS = {"kind": "kinds"}
_READERS: Mapping[str, Callable[..., Any]] = {
    "inputs": lambda names, **_: tuple(names) or None,
    "kinds": parse_kinds,
    "include": check_patterns,
    "exclude": check_patterns,
    "fail_on": parse_verdicts,
    "timeout": parse_seconds,
    "max_time": parse_seconds,
    "expiring_within": parse_duration,
    "concurrency": check_range,
    "per_host": check_range,
    "confirm_runs": check_range,
    "confirm_days": check_range,
    "fresh_for": parse_duration,
    "now": parse_instant,
    "proxy": check_proxy,
    "contact": check_contact,
}


def read_values(given: Mapping[str, Any], what: Callable[[str], str]) -> dict[str, Any]:
    """Turn values as a person wrote them into those of ``Config``.

    Args:
        given: by field of ``Config``.
        what: what to call a key or option in an error, from its name with hyphens.

    Raises:
        UsageError: a value cannot be used.
    """
    names = {field: name for name, field in FIELDS.items()}
    values: dict[str, Any] = {}
    for field, value in given.items():
        reader = _READERS.get(field)
        called = what(names.get(field, field).replace("_", "-"))
        values[field] = value if reader is None else reader(value, what=called)
    return values
