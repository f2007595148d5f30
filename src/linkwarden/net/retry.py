"""What is worth another try, and when: rules as tenacity's strategies, and the pauses that servers ask for."""

from __future__ import annotations

import random
import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_tz

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, retry_if_result, stop_after_attempt
from tenacity.stop import stop_base
from tenacity.wait import wait_exponential

from linkwarden.net.transport import Answer
from linkwarden.wire import NetError, NetErrorKind

#: An HTTP date lies after this, a number of seconds before it: how X-RateLimit-Reset's two meanings are told apart.
_EPOCH_FROM = 1_000_000_000

#: How an HTTP date ends: IMF-fixdate and RFC 850 with the zone, asctime with the year (RFC 9110 section 5.6.7).
_DATE_END = re.compile(r"(?:GMT|UTC|\d{4})\Z", re.ASCII | re.IGNORECASE)
_LONGEST_DATE = 64
_SECONDS = re.compile(r"\d+(?:\.\d+)?", re.ASCII)
_REMAINING_AND_RESET = (
    ("x-ratelimit-remaining", "x-ratelimit-reset"),
    ("x-rate-limit-remaining", "x-rate-limit-reset"),
    ("ratelimit-remaining", "ratelimit-reset"),
)
_QUOTA_FIELDS = ("ratelimit", *(remaining for remaining, _ in _REMAINING_AND_RESET))
#: One item of the RateLimit field, e.g. ``"default";r=0;t=55`` (draft-ietf-httpapi-ratelimit-headers).
_LEFT = re.compile(r";\s*r=(\d+)", re.ASCII)
_RESET_IN = re.compile(r";\s*t=(\d+)", re.ASCII)
#: A longer pause, in seconds, is as good as this one.
LONGEST_PAUSE = 10.0 * 365 * 86_400


def http_date(text: str) -> datetime | None:
    """Return the instant of an HTTP date in any of its three forms (RFC 9110 section 5.6.7), or None."""
    text = text.strip()
    if len(text) > _LONGEST_DATE or not _DATE_END.search(text):
        return None
    parts = parsedate_tz(text)
    if parts is None:
        return None
    year, month, day, hour, minute, second, *_, offset = parts
    try:
        moment = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)  # 60 is a leap second
        return moment - timedelta(seconds=offset or 0)
    except (ValueError, OverflowError):
        return None


def retry_after(value: str, now: datetime) -> float | None:
    """Return the seconds to wait that a Retry-After value asks for, or None if it is not readable.

    Both forms of RFC 9110 section 10.2.3; a date in the past is 0.
    """
    value = value.strip()
    if _SECONDS.fullmatch(value):
        return min(float(value), LONGEST_PAUSE)
    moment = http_date(value)
    return None if moment is None else min(max(0.0, (moment - now).total_seconds()), LONGEST_PAUSE)


def tells_quota(headers: Mapping[str, str]) -> bool:
    """Return whether ``quota_pause`` has anything to read; cheap, as it is asked for every answer."""
    return not headers.keys().isdisjoint(_QUOTA_FIELDS)


def quota_pause(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return the seconds until a used-up quota is filled again, or None if no header says that it is used up.

    Understands ``x-ratelimit-remaining: 0`` with ``x-ratelimit-reset`` (an epoch at GitHub, seconds elsewhere) and
    the ``RateLimit`` field with ``r=0``.
    """
    for remaining, reset in _REMAINING_AND_RESET:
        if headers.get(remaining, "").strip() == "0":
            value = headers.get(reset, "").strip()
            if _SECONDS.fullmatch(value):
                number = float(value)
                pause = max(0.0, number - now.timestamp()) if number > _EPOCH_FROM else number
                return min(pause, LONGEST_PAUSE)
    field = headers.get("ratelimit")
    if field is None:
        return None
    pauses = [_exhausted_for(item) for item in field.split(",")]
    return max((pause for pause in pauses if pause is not None), default=None)


def _exhausted_for(item: str) -> float | None:
    """Return the seconds until one policy of a RateLimit field has room again, or None while it has."""
    left, reset = _LEFT.search(item), _RESET_IN.search(item)
    if left is None or reset is None or left[1].strip("0"):
        return None
    return min(float(reset[1]), LONGEST_PAUSE)


def pause_asked(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return the longest pause in seconds that an answer asks for, or None if it asks for none."""
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
#: How often a request may run into the time limit. Who was silent twice would be silent a third time, and the whole
#: run would wait for it.
MAX_TIMEOUTS = 2

#: Headers of answers that want a browser to prove itself (Cloudflare, "Detect a challenge page response"; AWS WAF,
#: "CAPTCHA and challenge actions"). Waiting does not turn a robot into a browser.
CHALLENGE_HEADERS = ("cf-mitigated", "x-amzn-waf-action")

#: Ways not to be asked at all: they tell less than what the host said before.
_NOT_ASKED = frozenset({NetErrorKind.COOLDOWN, NetErrorKind.GIVEN_UP})


def is_challenge(headers: Mapping[str, str]) -> bool:
    """Tell by its headers (names in lower case) that a response comes from bot protection, whatever its status."""
    return not headers.keys().isdisjoint(CHALLENGE_HEADERS)


def is_transient(outcome: object) -> bool:
    """Return whether trying again may give something else: an Answer by its status, a NetError by its kind."""
    if isinstance(outcome, Answer):
        return outcome.status in TRANSIENT_STATUS and not is_challenge(outcome.headers)
    return isinstance(outcome, NetError) and outcome.kind in TRANSIENT_KINDS


class Backoff(wait_exponential):
    """Wait strategy: pauses that double, each between half of it and all of it at random.

    None after a refusal: there the pause is the host's cool-down, which all its requests share.
    """

    def __init__(self, rng: random.Random) -> None:
        super().__init__(multiplier=FIRST_BACKOFF, max=LONGEST_BACKOFF)
        self._rng = rng

    def __call__(self, retry_state: RetryCallState) -> float:
        """Return the seconds to wait after the latest try."""
        if _is_refusal(_outcome(retry_state)):
            return 0.0
        return super().__call__(retry_state) * (0.5 + 0.5 * self._rng.random())


class StopAfterTimeouts(stop_base):
    """Stop strategy of one request: it ran into the time limit too often."""

    def __init__(self, most: int = MAX_TIMEOUTS) -> None:
        self._most = most
        self._seen = 0

    def __call__(self, retry_state: RetryCallState) -> bool:
        """Return whether the latest try was the last one; counts, so it is asked once for each."""
        outcome = _outcome(retry_state)
        self._seen += isinstance(outcome, NetError) and outcome.kind is NetErrorKind.TIMEOUT
        return self._seen >= self._most


class _Tries:
    """The tries of one request, of which the first was made already."""

    def __init__(self, first: Answer | NetError, ask_once: Callable[[], Awaitable[Answer]]) -> None:
        self._made: Answer | NetError | None = first
        self._ask_once = ask_once

    async def next(self) -> Answer:
        """Return or raise what the first try gave, and after that what another one gives."""
        made, self._made = self._made, None
        if made is None:
            return await self._ask_once()
        if isinstance(made, NetError):
            raise made
        return made


async def persist(
    ask_once: Callable[[], Awaitable[Answer]],
    *,
    attempts: int,
    worthwhile: Callable[[], bool],
    sleep: Callable[[float], Awaitable[None]],
    rng: random.Random,
) -> Answer:
    """Make a request until it gives something that is not transient, or was tried often enough.

    Args:
        ask_once: makes the request once.
        attempts: tries in all.
        worthwhile: tells whether the host may still be asked.
        sleep: waits seconds; no slot is held meanwhile.
        rng: for jitter.

    Returns:
        The first answer that is not transient, or the last one, whatever it is.

    Raises:
        NetError: the last try, or one that was not transient, failed.
    """
    # Nearly every request is over with its first try, and what counts and waits for others costs as much as it does.
    said: Answer | NetError
    try:
        said = answer = await ask_once()
        if not is_transient(answer):
            return answer
    except NetError as error:
        if not is_transient(error):
            raise
        said = error

    def may_go_away(outcome: object) -> bool:
        return is_transient(outcome) and (_is_refusal(outcome) or worthwhile())

    retrying = AsyncRetrying(
        stop=stop_after_attempt(attempts) | StopAfterTimeouts(),
        wait=Backoff(rng),
        retry=retry_if_exception(may_go_away) | retry_if_result(may_go_away),
        retry_error_callback=_last_result,
        sleep=sleep,
    )
    try:
        return await retrying(_Tries(said, ask_once).next)
    except NetError as error:
        if error.kind not in _NOT_ASKED:
            raise
        # What it said or did (bot protection's 503, a reset) tells more than that it was not asked again.
        if isinstance(said, Answer) and "retry-after" not in said.headers:
            return said
        if isinstance(said, NetError) and error.kind is NetErrorKind.GIVEN_UP:
            raise said from None
        raise


def _last_result(state: RetryCallState) -> Answer:
    assert state.outcome is not None  # noqa: S101 - tenacity calls this after an attempt
    answer: Answer = state.outcome.result()
    return answer


def _outcome(state: RetryCallState) -> object:
    """Return what the latest try gave: an Answer or an exception."""
    future = state.outcome
    if future is None:
        return None
    return future.exception() if future.failed else future.result()


def _is_refusal(outcome: object) -> bool:
    return isinstance(outcome, Answer) and outcome.status in {429, 503}
