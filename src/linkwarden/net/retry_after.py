"""How long a server asks us to wait: Retry-After and the rate-limit headers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

#: An HTTP date lies after this, a number of seconds before it: how X-RateLimit-Reset's two meanings are told apart.
_EPOCH_FROM = 1_000_000_000

_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
_TIME = r"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)"
_MONTH = r"(?P<month>[a-z]{3})"
#: RFC 9110 section 5.6.7: IMF-fixdate, RFC 850 and asctime, in this order.
_DATES = tuple(
    re.compile(pattern, re.ASCII | re.IGNORECASE)
    for pattern in (
        rf"[a-z]{{3}}, (?P<day>\d\d) {_MONTH} (?P<year>\d{{4}}) {_TIME} (?:GMT|UTC)",
        rf"[a-z]{{6,9}}, (?P<day>\d\d)-{_MONTH}-(?P<year>\d\d) {_TIME} (?:GMT|UTC)",
        rf"[a-z]{{3}} {_MONTH} (?P<day>[ \d]\d) {_TIME} (?P<year>\d{{4}})",
    )
)
_SECONDS = re.compile(r"\d{1,12}(?:\.\d{1,9})?", re.ASCII)
_REMAINING_AND_RESET = (
    ("x-ratelimit-remaining", "x-ratelimit-reset"),
    ("x-rate-limit-remaining", "x-rate-limit-reset"),
    ("ratelimit-remaining", "ratelimit-reset"),
)
_QUOTA_FIELDS = ("ratelimit", *(remaining for remaining, _ in _REMAINING_AND_RESET))
#: One item of the RateLimit field, e.g. ``"default";r=0;t=55`` (draft-ietf-httpapi-ratelimit-headers).
_LEFT = re.compile(r";\s*r=(\d+)", re.ASCII)
_RESET_IN = re.compile(r";\s*t=(\d{1,9})", re.ASCII)


def http_date(text: str, now: datetime) -> datetime | None:
    """Read one of the three HTTP date forms (RFC 9110 section 5.6.7), or give None.

    Args:
        text: the header's value.
        now: decides the century of a two-digit year: never more than 50 years ahead.
    """
    for pattern in _DATES:
        match = pattern.fullmatch(text.strip())
        if match is None:
            continue
        part = match.groupdict()
        year = int(part["year"])
        if year < 100:
            year += now.year // 100 * 100
            year -= 100 if year > now.year + 50 else 0
        try:
            return datetime(
                year,
                _MONTHS[part["month"].lower()],
                int(part["day"]),
                int(part["hour"]),
                int(part["minute"]),
                min(int(part["second"]), 59),  # 60 is a leap second
                tzinfo=UTC,
            )
        except (KeyError, ValueError):
            return None
    return None


def retry_after(value: str, now: datetime) -> float | None:
    """Give the seconds to wait that a Retry-After value asks for, or None if it is not readable.

    Both forms of RFC 9110 section 10.2.3; a date in the past is 0.
    """
    value = value.strip()
    if _SECONDS.fullmatch(value):
        return float(value)
    moment = http_date(value, now)
    return None if moment is None else max(0.0, (moment - now).total_seconds())


def tells_quota(headers: Mapping[str, str]) -> bool:
    """Tell whether ``quota_pause`` has anything to read; cheap, as it is asked for every answer."""
    return not headers.keys().isdisjoint(_QUOTA_FIELDS)


def quota_pause(headers: Mapping[str, str], now: datetime) -> float | None:
    """Give the seconds until a used-up quota is filled again, or None if no header says that it is used up.

    Understands ``x-ratelimit-remaining: 0`` with ``x-ratelimit-reset`` (an epoch at GitHub, seconds elsewhere) and
    the ``RateLimit`` field with ``r=0``.
    """
    for remaining, reset in _REMAINING_AND_RESET:
        if headers.get(remaining, "").strip() == "0":
            value = headers.get(reset, "").strip()
            if _SECONDS.fullmatch(value):
                number = float(value)
                return max(0.0, number - now.timestamp()) if number > _EPOCH_FROM else number
    field = headers.get("ratelimit")
    if field is None:
        return None
    pauses = [_exhausted_for(item) for item in field.split(",")]
    return max((pause for pause in pauses if pause is not None), default=None)


def _exhausted_for(item: str) -> float | None:
    """Give the seconds until one policy of a RateLimit field has room again, or None while it has."""
    left, reset = _LEFT.search(item), _RESET_IN.search(item)
    if left is None or reset is None or int(left.group(1)) > 0:
        return None
    return float(reset.group(1))


def pause_asked(headers: Mapping[str, str], now: datetime) -> float | None:
    """Give the longest pause in seconds that an answer asks for, or None if it asks for none."""
    value = headers.get("retry-after")
    explicit = retry_after(value, now) if value is not None else None
    quota = quota_pause(headers, now)
    if explicit is None or quota is None:
        return explicit if quota is None else quota
    return max(explicit, quota)
