"""The retry loop: what is tried again, after how long, and when that ends."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from tenacity import AsyncRetrying, RetryCallState

from linkwarden.net.retry import Backoff, StopAfterTimeouts, is_transient, persist
from linkwarden.net.transport import Answer
from linkwarden.wire import NetError, NetErrorKind

Outcome = Answer | NetError


class Fixed(random.Random):
    """A die that always shows the same."""

    def __init__(self, value: float) -> None:
        super().__init__()
        self.value = value

    def random(self) -> float:
        """Give the value."""
        return self.value


def status(number: int, **headers: str) -> Answer:
    """Make an answer; ``retry_after`` is the header Retry-After."""
    return Answer(number, {name.replace("_", "-"): value for name, value in headers.items()}, b"", True, None, ())


def failed(kind: NetErrorKind) -> NetError:
    """Make an error."""
    return NetError(kind, "")


TIMEOUT, RESET, GIVEN_UP, COOLDOWN = map(
    failed, (NetErrorKind.TIMEOUT, NetErrorKind.RESET, NetErrorKind.GIVEN_UP, NetErrorKind.COOLDOWN)
)


def after(outcome: Outcome, attempt: int = 1) -> RetryCallState:
    """Make the state of a loop after so many tries."""
    state = RetryCallState(AsyncRetrying(), None, (), {})
    state.attempt_number = attempt
    if isinstance(outcome, NetError):
        state.set_exception((type(outcome), outcome, None))
    else:
        state.set_result(outcome)
    return state


@pytest.mark.parametrize(
    ("outcome", "transient"),
    [
        *((status(number), True) for number in (408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524)),
        *((status(number), False) for number in (200, 204, 301, 400, 401, 403, 404, 410, 501, 505, 519, 525, 530)),
        (status(503, cf_mitigated="challenge"), False),
        (status(503, x_amzn_waf_action="challenge"), False),
        *(
            (failed(kind), kind.value in {"dns-failure", "connection-refused", "connection-reset", "timeout"})
            for kind in NetErrorKind
            if kind is not NetErrorKind.UNREACHABLE
        ),
        (failed(NetErrorKind.UNREACHABLE), True),
        (ValueError(), False),
    ],
    ids=str,
)
def test_what_is_transient(outcome: object, *, transient: bool) -> None:
    """The decision is pure: statuses and kinds, nothing else."""
    assert is_transient(outcome) is transient


@pytest.mark.parametrize(
    ("attempt", "least", "most"),
    [(1, 0.5, 1.0), (2, 1.0, 2.0), (3, 2.0, 4.0), (4, 4.0, 8.0), (5, 7.5, 15.0), (9, 7.5, 15.0), (4000, 7.5, 15.0)],
)
def test_pauses_double_and_are_bounded(attempt: int, least: float, most: float) -> None:
    """From one second to fifteen; by half at most at random."""
    for outcome in (status(500), RESET):
        assert Backoff(Fixed(0.0))(after(outcome, attempt)) == least
        assert Backoff(Fixed(1.0))(after(outcome, attempt)) == most


@pytest.mark.parametrize("refusal", [429, 503])
def test_after_a_refusal_the_cool_down_is_the_pause(refusal: int) -> None:
    """The loop does not wait on top of it."""
    assert Backoff(Fixed(1.0))(after(status(refusal), 3)) == 0.0


def test_timeouts_are_counted() -> None:
    """Two end the request, whatever came between them; other failures do not."""
    stop = StopAfterTimeouts()
    assert [stop(after(outcome)) for outcome in (RESET, TIMEOUT, status(503), RESET, TIMEOUT)] == [False] * 4 + [True]


class Loop:
    """One run of ``persist``: outcomes in, result and pauses out."""

    def __init__(self, *outcomes: Outcome, worthwhile: Sequence[bool] = ()) -> None:
        self.left = list(outcomes)
        self.worthwhile = list(worthwhile)
        self.pauses: list[float] = []

    async def run(self, attempts: int = 3) -> Outcome:
        """Give the answer, or the error that was raised."""
        try:
            return await persist(
                self.ask_once,
                attempts=attempts,
                worthwhile=lambda: self.worthwhile.pop(0) if self.worthwhile else True,
                sleep=self.sleep,
                rng=Fixed(1.0),
            )
        except NetError as error:
            return error

    async def ask_once(self) -> Answer:
        """Give the next outcome."""
        outcome = self.left.pop(0)
        if isinstance(outcome, NetError):
            raise outcome
        return outcome

    async def sleep(self, seconds: float) -> None:
        """Take the pause down."""
        self.pauses.append(seconds)


OK, BUSY, LATER, GONE = status(200), status(503), status(503, retry_after="5"), status(404)
BAD = status(502)


@pytest.mark.parametrize(
    ("outcomes", "result", "pauses"),
    [
        ([OK], OK, []),
        ([GONE], GONE, []),
        ([BAD, OK], OK, [1.0]),
        ([RESET, BAD, OK], OK, [1.0, 2.0]),
        ([BAD, BAD, RESET], RESET, [1.0, 2.0]),
        ([RESET, RESET, BAD], BAD, [1.0, 2.0]),
        ([BUSY, BUSY, BUSY], BUSY, [0.0, 0.0]),
        ([BUSY, BAD, OK], OK, [0.0, 2.0]),
        ([RESET, failed(NetErrorKind.NXDOMAIN)], failed(NetErrorKind.NXDOMAIN), [1.0]),
        ([TIMEOUT, TIMEOUT], TIMEOUT, [1.0]),
        ([TIMEOUT, BAD, OK], OK, [1.0, 2.0]),
        # Not asked again: what was learned before tells more.
        ([COOLDOWN], COOLDOWN, []),
        ([GIVEN_UP], GIVEN_UP, []),
        ([BUSY, COOLDOWN], BUSY, [0.0]),
        ([LATER, COOLDOWN], COOLDOWN, [0.0]),
        ([RESET, GIVEN_UP], RESET, [1.0]),
        ([RESET, COOLDOWN], COOLDOWN, [1.0]),
        ([BAD, RESET, GIVEN_UP], BAD, [1.0, 2.0]),
    ],
)
async def test_the_loop(outcomes: list[Outcome], result: Outcome, pauses: list[float]) -> None:
    """The first answer that is meant counts, else the last try; the pauses are those of the strategy."""
    loop = Loop(*outcomes)
    found = await loop.run()
    assert (loop.left, loop.pauses) == ([], pauses)
    if isinstance(result, NetError):
        assert isinstance(found, NetError)
        assert found.kind is result.kind
    else:
        assert found == result


async def test_attempts_are_counted_from_the_first_try() -> None:
    """So many tries, no more."""
    for attempts in (1, 2, 4):
        loop = Loop(*[BAD] * 9)
        assert await loop.run(attempts) == BAD
        assert len(loop.left) == 9 - attempts


async def test_a_dead_host_is_not_tried_again() -> None:
    """A host that was given up meanwhile is asked no more; a refusal is left to its cool-down."""
    assert (await Loop(RESET, OK, worthwhile=[False]).run()) is RESET
    assert (await Loop(BUSY, OK, worthwhile=[False]).run()) == OK
