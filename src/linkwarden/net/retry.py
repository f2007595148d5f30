"""What is worth a second try, and when. The decision is pure; waiting is done with the sleep that is passed in."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, retry_if_result, stop_after_attempt

from linkwarden.net.transport import Answer
from linkwarden.wire import NetError, NetErrorKind

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
