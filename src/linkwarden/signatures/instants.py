"""The forms in which operators write instants and lifetimes, read as strictly as their servers read them.

Python's own parsers are too kind (``int("8_6")`` and ``int("٨٦")`` succeed) or raise in odd places (the year 52871),
so every form has its pattern. ``None`` for an instant means "later than the year 9999": no end that matters.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from linkwarden.patterns import pattern
from linkwarden.signatures.model import Refused

Instant = datetime | None
_DIGITS = pattern(r"[0-9]{1,18}")
_HEX = pattern(r"[0-9a-fA-F]{1,12}")
_COMPACT = pattern(r"([0-9]{4})([0-9]{2})([0-9]{2})T([0-9]{2})([0-9]{2})([0-9]{2})Z")
_ISO = pattern(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:T([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]{1,9})?)?(Z|[+ -][0-9]{2}:?[0-9]{2})?)?"
)
_LAST = 253_402_300_799  # 9999-12-31T23:59:59Z, the last instant that datetime can hold
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SHOWN = 40


def shown(value: str) -> str:
    """Return a parameter's value for a sentence: short, printable, in quotes."""
    clean = "".join(c if c.isprintable() else "?" for c in value[:_SHOWN])
    return f"“{clean}{'…' if len(value) > _SHOWN else ''}”"


def seconds(value: str | None, name: str) -> int:
    """Return a whole positive number (a lifetime in seconds, or a Unix time).

    Raises:
        Refused: it is missing, not made of ASCII digits, or zero.
    """
    if value is None:
        raise Refused(f"{name} is missing")
    if not value:
        raise Refused(f"{name} is empty")
    if not _DIGITS.fullmatch(value):
        raise Refused(f"{name} is {shown(value)}, which is not a whole positive number")
    number = int(value)
    if number == 0:
        raise Refused(f"{name} is 0")
    return number


def at(number: int) -> Instant:
    """Return the instant of a Unix time; None after the year 9999."""
    return _EPOCH + timedelta(seconds=number) if 0 <= number <= _LAST else None


def unix(value: str | None, name: str) -> Instant:
    """Return the instant of Unix seconds in decimal; raises ``Refused`` as ``seconds`` does."""
    return at(seconds(value, name))


def unix_ms(value: str | None, name: str) -> Instant:
    """Return the instant of Unix milliseconds, cut to the second; raises ``Refused`` as ``seconds`` does."""
    return at(seconds(value, name) // 1000)


def unix_hex(value: str | None, name: str) -> Instant:
    """Return the instant of Unix seconds in hexadecimal without prefix; raises ``Refused`` where it is none."""
    if value is None:
        raise Refused(f"{name} is missing")
    if not _HEX.fullmatch(value) or int(value, 16) == 0:
        raise Refused(f"{name} is {shown(value)}, which is not a hexadecimal time")
    return at(int(value, 16))


def compact(value: str | None, name: str) -> datetime:
    """Return the instant of ``YYYYMMDDThhmmssZ``, the only form that X-Amz-Date and its likes may have.

    Raises:
        Refused: it is missing, of another form, or no such day or time.
    """
    if value is None:
        raise Refused(f"{name} is missing")
    match = _COMPACT.fullmatch(value)
    if not match:
        raise Refused(f"{name} is {shown(value)}, which is not of the form 20210209T103524Z")
    return _utc(value, name, [int(group) for group in match.groups()])


def iso(value: str | None, name: str) -> datetime:
    """Return the instant of a date, or of a date and time.

    Seconds, a fraction (cut) and an offset may be there; no offset means UTC. These are the forms that Azure Storage
    documents for ``se`` and ``st``. An offset's ``+`` that is raw in the query comes here as a space.

    Raises:
        Refused: it is missing, of another form, or no such day or time.
    """
    if value is None:
        raise Refused(f"{name} is missing")
    match = _ISO.fullmatch(value)
    if not match:
        raise Refused(f"{name} is {shown(value)}, which is not a date and time")
    naive = _utc(value, name, [int(group or 0) for group in match.groups()[:6]])
    zone = match[7]
    if zone in (None, "Z"):
        return naive
    offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
    try:
        return naive.replace(tzinfo=timezone(-offset if zone[0] == "-" else offset)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Refused(f"{name} is {shown(value)}, which is no instant that exists") from None


def later(start: datetime, lifetime: int) -> Instant:
    """Return the instant a lifetime in seconds after another one."""
    total = int((start - _EPOCH).total_seconds()) + lifetime
    return at(total)


def _utc(value: str, name: str, fields: list[int]) -> datetime:
    try:
        year, month, day, hour, minute, second = fields
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        raise Refused(f"{name} is {shown(value)}, and there is no such day or time") from None
