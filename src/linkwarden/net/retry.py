"""What is worth a second try, and when. The decision is pure; waiting is done with the sleep that is passed in."""

from __future__ import annotations

import random
import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import TypeVar

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, retry_if_result, stop_after_attempt

from linkwarden.net.transport import Answer
from linkwarden.wire import NetError, NetErrorKind

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


#: Statuses that often go away by themselves (RFC 9110 sections 15.5.9, 15.6; RFC 8470; Cloudflare's 520 to 524).
TRANSIENT_STATUS = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524})
TRANSIENT_KINDS = frozenset(
    {NetErrorKind.DNS, NetErrorKind.REFUSED, NetErrorKind.RESET, NetErrorKind.TIMEOUT, NetErrorKind.UNREACHABLE}
)
#: First and longest pause before another try, in seconds.
FIRST_BACKOFF, LONGEST_BACKOFF = 1.0, 15.0

#: Headers of answers that want a browser to prove itself (Cloudflare, "Detect a challenge page response"; AWS WAF,
#: "CAPTCHA and challenge actions"). Waiting does not turn a robot into a browser.
CHALLENGE_HEADERS = ("cf-mitigated", "x-amzn-waf-action")

#: What trying once gives: an answer, or the reason for none.
Outcome = Answer | NetError
T = TypeVar("T")


def is_challenge(headers: Mapping[str, str]) -> bool:
    """Tell by its headers (names in lower case) that an answer is a bot wall, whatever its status says."""
    return any(name in headers for name in CHALLENGE_HEADERS)


def is_transient(outcome: object) -> bool:
    """Tell whether trying again may give something else: an Answer by its status, a NetError by its kind."""
    if isinstance(outcome, Answer):
        return outcome.status in TRANSIENT_STATUS and not is_challenge(outcome.headers)
    return isinstance(outcome, NetError) and outcome.kind in TRANSIENT_KINDS


def backoff(failures: int, rng: random.Random) -> float:
    """Give the seconds to wait after so many failures: doubling, between half of it and all of it at random."""
    full = min(FIRST_BACKOFF * 2.0 ** (failures - 1), LONGEST_BACKOFF)
    return full * (0.5 + 0.5 * rng.random())


async def persist(
    first: Outcome,
    again: Callable[[], Awaitable[Answer]],
    *,
    attempts: int,
    worthwhile: Callable[[], bool],
    sleep: Callable[[float], Awaitable[None]],
    rng: random.Random,
) -> Answer:
    """Go on after a first try that was transient.

    The first try is made by the caller, so that the usual case, in which it succeeds, costs nothing here.

    Args:
        first: what the first try gave.
        again: tries once more.
        attempts: tries in all, the first included.
        worthwhile: tells whether the host may still be asked.
        sleep: waits seconds; no slot is held meanwhile.
        rng: for jitter.

    Returns:
        The first answer that is not transient, or the last one, whatever it is.

    Raises:
        NetError: the last try, or one that was not transient, failed.
    """
    pending: list[Outcome] = [first]

    async def attempt() -> Answer:
        if pending:
            outcome = pending.pop()
            if isinstance(outcome, NetError):
                raise outcome
            return outcome
        try:
            return await again()
        except NetError as error:
            if error.kind is NetErrorKind.GIVEN_UP and isinstance(first, NetError):
                raise first from None  # this request's own experience says more
            raise

    def may_go_away(outcome: object) -> bool:
        return is_transient(outcome) and (_is_refusal(outcome) or worthwhile())

    def wait(state: RetryCallState) -> float:
        last = state.outcome
        if last is not None and not last.failed and _is_refusal(last.result()):
            return 0.0  # the host's cool-down is the pause, shared by all; an over-long one is told there
        return backoff(state.attempt_number, rng)

    def give_last(state: RetryCallState) -> Answer:
        assert state.outcome is not None  # noqa: S101 - tenacity calls this after an attempt
        answer: Answer = state.outcome.result()
        return answer

    retrying = AsyncRetrying(
        stop=stop_after_attempt(attempts),
        wait=wait,
        retry=retry_if_exception(may_go_away) | retry_if_result(may_go_away),
        retry_error_callback=give_last,
        sleep=sleep,
    )
    return await retrying(attempt)


def _is_refusal(outcome: object) -> bool:
    return isinstance(outcome, Answer) and outcome.status in {429, 503}
