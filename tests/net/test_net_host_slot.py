"""When one host may get its next request: pace, cool-down and circuit breaker, as exact tables."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import pytest

from linkwarden.net.policy import NetPolicy
from linkwarden.net.politeness import INFINITY, Closure, HostSlot, Origin, Waiter, _span
from linkwarden.wire import NetError, NetErrorKind

NOW = datetime(2026, 11, 22, 3, 0, 0, tzinfo=UTC)
HOST = "a.example"


class Die(random.Random):
    """A die that always shows the same."""

    def __init__(self, value: float = 0.0) -> None:
        super().__init__()
        self.value = value

    def random(self) -> float:
        """Give the value."""
        return self.value


class Host:
    """One slot and one origin, and the requests to it in short words."""

    def __init__(self, name: str = HOST, *, die: float = 0.0, **policy: float) -> None:
        self.slot = HostSlot.of(name, NetPolicy(**policy), Die(die))  # type: ignore[arg-type] # numbers by name
        self.origin = Origin(self.slot)
        self.now = 0.0

    def hear(
        self,
        status: int,
        now: float | None = None,
        *,
        started: float | None = None,
        forbidden: int = 0,
        origin: Origin | None = None,
        headers: Mapping[str, str] | None = None,
        retry_after: str | None = None,
    ) -> bool:
        """Hear an answer at an instant (of a request that started then, if nothing else is said)."""
        self.now = self.now if now is None else now
        return self.slot.hear(
            origin or self.origin,
            status,
            {**(headers or {}), **({} if retry_after is None else {"retry-after": retry_after})},
            now=self.now,
            today=lambda: NOW,
            started=self.now if started is None else started,
            forbidden_before=forbidden,
        )

    def fail(
        self, kind: NetErrorKind, now: float = 0.0, *, started: float | None = None, origin: Origin | None = None
    ) -> None:
        """Note a failure at an instant."""
        error = NetError(kind, f"it was {kind}")
        self.slot.fail(origin or self.origin, error, now=now, started=now if started is None else started)

    def error(self, now: float = 0.0, origin: Origin | None = None) -> NetError | None:
        """Give the error that the next request would get."""
        closure = self.slot.closed(origin or self.origin, now)
        return None if closure is None else closure.error(self.slot)

    def kind(self, now: float = 0.0, origin: Origin | None = None) -> NetErrorKind | None:
        """Give the kind of that error."""
        error = self.error(now, origin)
        return None if error is None else error.kind


class TestOf:
    """Limits of the run and of the host: the stricter counts."""

    def test_an_ordinary_host(self) -> None:
        """The run's numbers; nothing has happened yet."""
        slot = Host(per_host=5, interval=0.25).slot
        assert (slot.per_host, slot.pace.interval, slot.first_pause) == (5, 0.25, 2.0)
        assert (slot.active, slot.next_start, slot.cool_until, slot.last_start) == (0, 0.0, 0.0, 0.0)
        assert (slot.proven, slot.answered, slot.failure, slot.closure, slot.queued) == (
            False,
            False,
            None,
            None,
            False,
        )
        origin = Origin(slot)
        assert (origin.closure, origin.strikes, origin.answered, origin.undecoded) == (None, 0, False, False)
        assert (origin.context, origin.examined, origin.found) == (None, False, None)

    @pytest.mark.parametrize(
        ("per_host", "interval", "expected"), [(6, 0.02, (1, 4.0)), (6, 5.0, (1, 5.0)), (1, 0.0, (1, 4.0))]
    )
    def test_a_host_of_the_table(self, per_host: int, interval: float, expected: tuple[int, float]) -> None:
        """Neither the run nor the table makes it faster than the other wants."""
        slot = Host("export.arxiv.org", per_host=per_host, interval=interval).slot
        assert (slot.per_host, slot.pace.interval, slot.first_pause) == (*expected, 30.0)

    def test_the_run_may_be_stricter_in_number(self) -> None:
        """Three at once for github.com, unless the run wants fewer."""
        assert [Host("github.com", per_host=number).slot.per_host for number in (2, 3, 4)] == [2, 3, 3]


class TestStart:
    """From when on the next request may start."""

    @pytest.mark.parametrize(
        ("state", "expected"),
        [
            # Nothing under way: the interval or the cool-down, whichever is later.
            ({"next_start": 3.0, "cool_until": 2.0}, 3.0),
            ({"next_start": 3.0, "cool_until": 4.0}, 4.0),
            ({"next_start": 3.0, "proven": True}, 3.0),
            ({"next_start": 5.02, "last_start": 5.0}, 5.02),
            # A host that answers gets as many as are allowed.
            ({"active": 1, "proven": True, "next_start": 3.0}, 3.0),
            ({"active": 5, "proven": True, "next_start": 3.0}, 3.0),
            ({"active": 6, "proven": True}, INFINITY),
            ({"active": 7, "proven": True}, INFINITY),
            # One that has not answered yet gets one, and the next after a second.
            ({"active": 1, "last_start": 5.0, "next_start": 5.02}, 6.0),
            ({"active": 2, "last_start": 5.0, "next_start": 5.02}, 6.0),
            ({"active": 1, "last_start": 5.0, "next_start": 7.0}, 7.0),
            # … but never more than the strikes that it takes to give it up, nor than are allowed.
            ({"active": 3, "last_start": 5.0}, INFINITY),
            # Those under way from before a cool-down are no probes.
            ({"active": 1, "last_start": 5.0, "cool_until": 9.0}, 9.0),
            ({"active": 1, "last_start": 8.9, "cool_until": 9.0}, 9.0),
            ({"active": 1, "last_start": 9.0, "cool_until": 9.0}, 10.0),
            ({"active": 1, "last_start": 9.5, "cool_until": 9.0}, 10.5),
            ({"active": 3, "last_start": 5.0, "cool_until": 9.0}, INFINITY),
        ],
    )
    def test_table(self, state: dict[str, object], expected: float) -> None:
        """By what is under way, what was heard, and what was asked for."""
        slot = Host(per_host=6, strikes=3).slot
        for name, value in state.items():
            setattr(slot, name, value)
        assert slot.start_at() == expected

    @pytest.mark.parametrize(("per_host", "strikes", "most"), [(2, 3, 2), (6, 3, 3), (6, 4, 4), (1, 3, 1)])
    def test_how_many_probes(self, per_host: int, strikes: int, most: int) -> None:
        """A host that may be dead gets no more at once than its limit and the strikes allow."""
        slot = Host(per_host=per_host, strikes=strikes).slot
        for active in range(1, 8):
            slot.active = active
            assert (slot.start_at() == INFINITY) is (active >= most)

    def test_a_start(self) -> None:
        """It counts, and the next may follow after the interval."""
        slot = Host(interval=0.25).slot
        slot.start(7.0)
        assert (slot.active, slot.last_start, slot.next_start) == (1, 7.0, 7.25)
        slot.start(8.0)
        assert (slot.active, slot.last_start, slot.next_start) == (2, 8.0, 8.25)

    @pytest.mark.parametrize(
        ("next_start", "cool_until", "waiting", "expected"),
        [(0.0, 0.0, 0, 0.0), (5.0, 0.0, 0, 2.0), (0.0, 9.0, 0, 6.0), (5.0, 9.0, 4, 8.0), (1.0, 2.0, 3, 1.5)],
    )
    async def test_expected_wait(self, next_start: float, cool_until: float, waiting: int, expected: float) -> None:
        """Until the host may be used, and an interval for each that waits already."""
        slot = Host(interval=0.5).slot
        slot.next_start, slot.cool_until = next_start, cool_until
        future: asyncio.Future[float | None] = asyncio.get_running_loop().create_future()
        slot.waiting.extend([Waiter(Origin(slot), future, parked=False)] * waiting)
        assert slot.expected_wait(3.0) == expected


class TestRefusals:
    """429, 503, and 403 with a pause."""

    @pytest.mark.parametrize(
        ("status", "headers", "again", "cool"),
        [
            (429, {}, True, 2.0),
            (429, {"retry-after": "7"}, True, 7.0),
            (429, {"retry-after": "0"}, True, 0.0),
            (503, {}, False, 2.0),
            (503, {"retry-after": "7"}, False, 7.0),
            (403, {"retry-after": "7"}, True, 7.0),
            (403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "9"}, True, 9.0),
            (403, {}, False, None),
            (404, {"retry-after": "7"}, False, None),
            (429, {"cf-mitigated": "challenge"}, False, None),
            (503, {"x-amzn-waf-action": "challenge"}, False, None),
            (403, {"cf-mitigated": "challenge", "retry-after": "7"}, False, None),
            (200, {"cf-mitigated": "challenge"}, False, None),
        ],
    )
    def test_first(self, status: int, headers: dict[str, str], *, again: bool, cool: float | None) -> None:
        """Which answers are refusals, which of them are to be sent again, and for how long all wait."""
        host = Host()
        host.hear(200, 99.0)
        assert host.hear(status, 100.0, headers=headers) is again
        assert host.slot.cool_until == (0.0 if cool is None else 100.0 + cool)
        assert host.slot.proven is (cool is None)
        assert host.slot.answered

    @pytest.mark.parametrize("status", [200, 202, 403, 429, 503])
    def test_a_challenge_is_an_answer(self, status: int) -> None:
        """The host is there, and it is no limit: whatever the status, nothing slows down."""
        host = Host()
        assert not host.hear(status, 100.0, headers={"cf-mitigated": "challenge"})
        assert (host.slot.proven, host.slot.pace.answered, host.slot.pace.limited) == (True, 1, False)

    def test_what_a_refusal_does_to_the_pace(self) -> None:
        """429 slows down, and a 503 that names a pause; a 503 without one is a broken server, not a limit."""
        for status, headers, interval in (
            (429, {}, 0.2),
            (503, {"retry-after": "5"}, 0.2),
            (503, {}, 0.02),
            (403, {"retry-after": "5"}, 0.2),
        ):
            host = Host()
            host.hear(status, 100.0, headers=headers)
            assert host.slot.pace.interval == interval
            assert host.slot.next_start == (100.2 if interval == 0.2 else 0.0)

    def test_an_interval_that_was_set_stays(self) -> None:
        """A refusal does not bring the next start forward."""
        host = Host()
        host.slot.next_start = 500.0
        host.hear(429, 100.0)
        assert host.slot.next_start == 500.0

    def test_our_own_pause_doubles(self) -> None:
        """Two, four, eight seconds: each refusal that the pause before did not prevent."""
        host = Host(patience=1000.0)
        host.hear(200, 0.0)
        pauses = []
        now = 10.0
        for _ in range(5):
            host.hear(429, now)
            pauses.append(host.slot.cool_until - now)
            now = host.slot.cool_until + 1
        assert pauses == [2.0, 4.0, 8.0, 16.0, 32.0]

    def test_jitter(self) -> None:
        """Up to a tenth more, so that many checkers do not come back at once."""
        host = Host(die=1.0)
        host.hear(429, 100.0)
        assert host.slot.cool_until == pytest.approx(102.2)
        host.hear(429, 110.0)
        assert host.slot.cool_until == pytest.approx(114.4)

    def test_a_pause_that_is_named_is_kept_exactly_the_first_time_only(self) -> None:
        """A host that names a pause and refuses again after it is slowed further, by our own doubled pause."""
        host = Host(patience=1000.0, die=1.0)
        host.hear(200, 0.0)
        host.hear(429, 10.0, retry_after="1")
        assert host.slot.cool_until == 11.0
        host.hear(429, 12.0, retry_after="1")
        assert host.slot.cool_until == pytest.approx(12.0 + 4.4)
        host.hear(429, 20.0, retry_after="60")
        assert host.slot.cool_until == 80.0

    def test_a_cool_down_is_never_shortened(self) -> None:
        """A later refusal with a shorter pause leaves the longer one as it is."""
        host = Host(patience=1000.0)
        host.hear(429, 10.0, retry_after="100")
        host.hear(429, 20.0, retry_after="5")
        assert host.slot.cool_until == 110.0

    def test_refusals_of_requests_from_before_count_once(self) -> None:
        """Six at once that are refused together are one refusal; a longer pause that one of them names is kept to."""
        host = Host(patience=1000.0)
        host.hear(200, 0.0)
        host.hear(429, 10.0, started=9.0)
        assert (host.slot.cool_until, host.slot.pace.interval) == (12.0, 0.2)
        host.hear(429, 10.5, started=9.5)
        host.hear(429, 10.5, started=10.0)
        assert (host.slot.cool_until, host.slot.pace.interval) == (12.0, 0.2)
        host.hear(429, 11.0, started=9.5, retry_after="30")
        assert (host.slot.cool_until, host.slot.pace.interval) == (41.0, 0.2)
        host.hear(429, 11.0, started=9.5, retry_after="3")
        assert host.slot.cool_until == 41.0
        host.hear(429, 42.0)
        assert host.slot.cool_until == 46.0

    def test_an_answer_ends_the_row_of_refusals(self) -> None:
        """After an answer the next refusal is a first one again; one from before the refusal proves nothing."""
        host = Host(patience=1000.0)
        host.hear(200, 0.0)
        host.hear(429, 10.0)
        host.hear(200, 10.5, started=10.0)
        assert not host.slot.proven
        host.hear(429, 13.0)
        assert host.slot.cool_until == 17.0
        host.hear(200, 18.0)
        assert host.slot.proven
        host.hear(429, 19.0)
        assert host.slot.cool_until == 21.0


class TestPatience:
    """When a host's links are given up as rate limited."""

    @pytest.mark.parametrize(
        ("welcomed", "status", "retry_after", "given_up"),
        [
            (True, 429, "90", False),
            (True, 429, "91", True),
            (False, 429, "90", False),
            (False, 429, "91", True),
            (True, 503, "90", False),
            (True, 503, "91", True),
            (True, 403, "91", True),
        ],
    )
    def test_a_named_pause(self, status: int, retry_after: str, *, welcomed: bool, given_up: bool) -> None:
        """The run's patience is the bound, exactly."""
        host = Host(patience=90.0)
        if welcomed:
            host.hear(200, 50.0)
        host.hear(status, 100.0, retry_after=retry_after)
        error = host.error(100.0)
        assert (error is not None) is given_up
        if error is not None:
            assert (error.kind, error.status, error.host) == (NetErrorKind.COOLDOWN, status, HOST)

    @pytest.mark.parametrize(
        ("welcomed", "status", "refusals"), [(True, 429, 6), (False, 429, 4), (True, 503, 4), (False, 503, 4)]
    )
    def test_without_a_named_pause(self, status: int, refusals: int, *, welcomed: bool) -> None:
        """A closed door, and a server that is broken, is left earlier than a pace that can be found out."""
        host = Host(patience=90.0)
        if welcomed:
            host.hear(200, 0.0)
        now = 10.0
        for _ in range(refusals - 1):
            host.hear(status, now)
            assert host.kind(now) is None
            now = host.slot.cool_until
        host.hear(status, now)
        assert host.kind(now) is NetErrorKind.COOLDOWN

    @pytest.mark.parametrize(("patience", "status"), [(15.0, 429), (15.0, 503), (1000.0, 503)])
    def test_the_short_patience_is_the_lesser(self, patience: float, status: int) -> None:
        """Twenty seconds, or the run's patience if that is less."""
        host = Host(patience=patience)
        host.slot.cool_until = 100.0 + min(patience, 20.0)
        host.hear(status, 100.0)
        assert host.slot.closure is None
        other = Host(patience=patience)
        other.slot.cool_until = 100.0 + min(patience, 20.0) + 0.5
        other.hear(status, 100.0)
        assert other.slot.closure is not None

    def test_a_host_with_a_long_first_pause_gets_three_of_them(self) -> None:
        """ArXiv's thirty seconds fit into its short patience three times over."""
        host = Host("export.arxiv.org", patience=1000.0)
        host.slot.cool_until = 100.0 + 90.0
        host.hear(429, 100.0)
        assert host.slot.closure is None
        host = Host("export.arxiv.org", patience=1000.0)
        host.slot.cool_until = 100.0 + 90.5
        host.hear(429, 100.0)
        assert host.slot.closure is not None

    def test_trouble_is_counted_from_the_first_refusal(self) -> None:
        """Pauses in a row add up; an answer in between ends that."""
        host = Host(patience=90.0)
        host.hear(429, 100.0, retry_after="50")
        host.hear(429, 150.0, retry_after="40")
        assert host.kind(150.0) is None
        host.hear(200, 190.0)
        host.hear(429, 191.0, retry_after="50")
        assert host.kind(191.0) is None
        host.hear(429, 241.0, retry_after="41")
        assert host.kind(241.0) is NetErrorKind.COOLDOWN

    def test_it_ends(self) -> None:
        """Once the instant has come the host may be used again, and its next refusal is a first one."""
        host = Host(patience=90.0)
        host.hear(200, 50.0)
        host.hear(429, 100.0, retry_after="1000")
        assert host.kind(1099.9) is NetErrorKind.COOLDOWN
        assert host.kind(1100.0) is None
        host.hear(429, 1200.0)
        assert host.slot.cool_until == 1202.0
        assert host.kind(1200.0) is None

    @pytest.mark.parametrize(
        ("status", "words"),
        [
            (429, "it limits requests and wants no request for another 2 hours"),
            (503, "it is overloaded and wants no request for another 2 hours"),
        ],
    )
    def test_words(self, status: int, words: str) -> None:
        """The detail says what it did and for how long."""
        host = Host()
        host.hear(status, 1_000_000.0, retry_after="7200")
        error = host.error(1_000_000.0)
        assert error is not None
        assert error.detail == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-3, "1 seconds"),
        (0.4, "1 seconds"),
        (59.6, "60 seconds"),
        (119, "119 seconds"),
        (120, "2 minutes"),
        (7199, "120 minutes"),
        (7200, "2 hours"),
        (172_799, "48 hours"),
        (172_800, "2 days"),
        (1e7, "116 days"),
    ],
)
def test_spans(seconds: float, words: str) -> None:
    """One unit, the largest of which there are at least two."""
    assert _span(seconds) == words


class TestQuota:
    """A good answer may say that the quota is used up."""

    @pytest.mark.parametrize(("reset", "cool"), [("20", 120.0), ("90", 190.0), ("91", 0.0)])
    def test_it_is_heeded_within_the_patience(self, reset: str, cool: float) -> None:
        """The next request waits; a longer pause is left to the refusal that will come."""
        host = Host(patience=90.0)
        assert not host.hear(200, 100.0, headers={"x-ratelimit-remaining": "0", "x-ratelimit-reset": reset})
        assert (host.slot.cool_until, host.slot.proven, host.slot.closure) == (cool, True, None)

    def test_a_quota_that_is_not_used_up(self) -> None:
        """What is left may be used."""
        host = Host()
        assert not host.hear(200, 100.0, headers={"x-ratelimit-remaining": "3", "x-ratelimit-reset": "20"})
        assert host.slot.cool_until == 0.0

    def test_it_does_not_shorten_a_cool_down(self) -> None:
        """Of two pauses the longer one counts."""
        host = Host()
        host.slot.cool_until = 150.0
        host.hear(200, 100.0, headers={"x-ratelimit-remaining": "0", "x-ratelimit-reset": "20"})
        assert host.slot.cool_until == 150.0


class TestForbidden:
    """403 without a pause: a limit that does not say its name, or meant."""

    @staticmethod
    def after(answers: int) -> Host:
        """Make a host that gave so many answers."""
        host = Host()
        for _ in range(answers):
            host.hear(200, 1.0)
        return host

    @pytest.mark.parametrize(("answers", "limit"), [(4, False), (5, True), (50, True)])
    def test_it_ends_a_burst(self, answers: int, *, limit: bool) -> None:
        """After five answers in a row it looks like a limit."""
        host = self.after(answers)
        assert host.hear(403, 10.0) is limit
        assert host.slot.cool_until == (12.0 if limit else 0.0)

    def test_a_plain_one_is_an_answer(self) -> None:
        """The host is there, and the page is forbidden."""
        host = Host()
        assert not host.hear(403, 10.0)
        assert (host.slot.proven, host.slot.pace.answered) == (True, 1)

    def test_the_status_is_kept_where_the_links_are_given_up(self) -> None:
        """Beyond the patience the reason is the 403."""
        host = Host(patience=1.0)
        for _ in range(5):
            host.hear(200, 1.0)
        assert host.hear(403, 10.0)
        error = host.error(10.0)
        assert error is not None
        assert (error.kind, error.status) == (NetErrorKind.COOLDOWN, 403)

    def test_a_probe_of_another_page_proves_nothing(self) -> None:
        """After a refusal of another kind, a first 403 teaches nothing about limits."""
        host = self.after(5)
        host.hear(429, 10.0)
        assert not host.hear(403, 13.0)
        assert host.slot.pace.limited
        for _ in range(5):
            host.hear(200, 14.0)
        assert host.hear(403, 15.0)

    def test_others_under_way_are_refused_with_it(self) -> None:
        """Those that started before the refusal share it."""
        host = self.after(5)
        host.hear(403, 10.0, started=9.0)
        assert host.hear(403, 10.1, started=10.0)

    def test_the_same_page_again_alone(self) -> None:
        """Still 403 after a pause: meant. What was learned is taken back, and the next 403 is taken at its word."""
        host = self.after(5)
        assert host.hear(403, 10.0)
        assert not host.hear(403, 13.0, forbidden=1)
        assert (host.slot.pace.limited, host.slot.pace.interval) == (False, 0.02)
        for _ in range(10):
            host.hear(200, 20.0)
        assert not host.hear(403, 30.0)

    def test_the_same_page_again_answers(self) -> None:
        """It was a limit: from now on every 403 of this host is one."""
        host = self.after(5)
        assert host.hear(403, 10.0)
        assert not host.hear(200, 13.0, forbidden=1)
        assert host.hear(403, 14.0)

    def test_another_page_answers(self) -> None:
        """That proves nothing about the page that was refused."""
        host = self.after(5)
        host.hear(403, 10.0)
        host.hear(200, 13.0)
        assert not host.hear(403, 14.0)

    def test_what_is_known_stays_known(self) -> None:
        """A limit that was proven is not unlearned by one page that is really forbidden, nor the reverse."""
        limited = self.after(5)
        limited.hear(403, 10.0)
        limited.hear(200, 13.0, forbidden=1)
        assert limited.hear(403, 14.0)
        assert not limited.hear(403, 30.0, forbidden=1)
        assert limited.slot.pace.limited
        assert limited.hear(403, 31.0)
        plain = self.after(5)
        plain.hear(403, 10.0)
        plain.hear(403, 13.0, forbidden=1)
        plain.hear(200, 14.0, forbidden=1)
        for _ in range(9):
            plain.hear(200, 15.0)
        assert not plain.hear(403, 16.0)

    def test_a_second_try_that_was_no_probe(self) -> None:
        """Sent before the refusal, it proves nothing: it is refused like the others."""
        host = self.after(5)
        host.hear(403, 10.0)
        assert host.hear(403, 10.5, started=9.0, forbidden=1)
        host = self.after(5)
        host.hear(403, 10.0)
        assert host.hear(403, 10.5, started=10.0, forbidden=1)


ALL = frozenset(NetErrorKind)
#: Failures that end an origin at once, and those that end the name.
AT_ONCE = {
    *(NetErrorKind.TLS, NetErrorKind.TLS_EXPIRED, NetErrorKind.TLS_HOSTNAME),
    *(NetErrorKind.TLS_SELF_SIGNED, NetErrorKind.TLS_CHAIN, NetErrorKind.TLS_NO_BROWSER),
}
OF_THE_NAME = {NetErrorKind.NXDOMAIN, NetErrorKind.BLOCKED}
#: How many failures in a row end an origin, and what every further request gets.
IN_A_ROW = {
    NetErrorKind.DNS: (3, NetErrorKind.DNS),
    NetErrorKind.REFUSED: (2, NetErrorKind.REFUSED),
    NetErrorKind.UNREACHABLE: (3, NetErrorKind.UNREACHABLE),
    NetErrorKind.TIMEOUT: (3, NetErrorKind.GIVEN_UP),
    NetErrorKind.RESET: (3, NetErrorKind.GIVEN_UP),
}


class TestFailures:
    """The circuit breaker: what is dead gets no more requests."""

    @pytest.mark.parametrize("kind", sorted(ALL))
    def test_after_how_many(self, kind: NetErrorKind) -> None:
        """Each kind of failure has its number; others never end a host."""
        host = Host(strikes=3)
        times = 1 if kind in AT_ONCE | OF_THE_NAME else IN_A_ROW.get(kind, (99, None))[0]
        for number in range(1, 6):
            assert (host.kind(number) is not None) is (number > times)
            host.fail(kind, now=float(number))
        expected = kind if kind in AT_ONCE | OF_THE_NAME else IN_A_ROW.get(kind, (99, None))[1]
        assert host.kind(6.0) is expected

    @pytest.mark.parametrize("kind", sorted(ALL))
    def test_whom_it_ends(self, kind: NetErrorKind) -> None:
        """The name, or only this port of it."""
        host = Host(strikes=3)
        other = Origin(host.slot)
        for number in range(1, 6):
            host.fail(kind, now=float(number))
        of_name = OF_THE_NAME | {NetErrorKind.DNS}
        assert host.kind(6.0, other) is (kind if kind in of_name else None)

    @pytest.mark.parametrize("kind", sorted(AT_ONCE))
    def test_one_bad_handshake_of_a_living_origin(self, kind: NetErrorKind) -> None:
        """A server that has answered in this run is not ended by one of its machines."""
        host = Host()
        host.hear(200, 1.0)
        host.fail(kind, now=2.0)
        assert host.kind(3.0) is None

    def test_words(self) -> None:
        """The detail is that of the failure; of silence it says how often."""
        host = Host()
        host.fail(NetErrorKind.NXDOMAIN)
        error = host.error()
        assert error is not None
        assert (error.detail, error.status, error.host) == ("it was nxdomain", None, HOST)
        host = Host(strikes=2)
        host.fail(NetErrorKind.TIMEOUT, 1.0)
        host.fail(NetErrorKind.TIMEOUT, 9.0)
        error = host.error()
        assert error is not None
        assert error.detail == "it was tried 2 times in a row without a response (it was timeout)"

    def test_the_host_in_an_error(self) -> None:
        """A path that is counted apart is not part of the host's name."""
        host = Host("web.archive.org/cdx")
        host.fail(NetErrorKind.NXDOMAIN)
        error = host.error()
        assert error is not None
        assert error.host == "web.archive.org"

    @pytest.mark.parametrize("status", [200, 404, 429, 500, 503])
    def test_any_answer_ends_the_row(self, status: int) -> None:
        """A flaky host that answers in between is never given up, whatever it answers."""
        host = Host(strikes=3, patience=1e9)
        for number in range(20):
            host.fail(NetErrorKind.TIMEOUT, now=100.0 * number + 1)
            host.fail(NetErrorKind.RESET, now=100.0 * number + 20)
            host.hear(status, 100.0 * number + 40, started=100.0 * number + 39)
            assert host.kind(100.0 * number + 41) is not NetErrorKind.GIVEN_UP
            assert host.origin.strikes == 0

    def test_strikes_are_counted_by_origin(self) -> None:
        """Failures at one port say nothing of the other."""
        host = Host(strikes=3)
        other = Origin(host.slot)
        host.fail(NetErrorKind.TIMEOUT, 1.0)
        host.fail(NetErrorKind.TIMEOUT, 20.0, origin=other)
        host.fail(NetErrorKind.TIMEOUT, 40.0)
        assert host.kind(41.0) is None
        assert host.kind(41.0, other) is None
        assert (host.origin.strikes, other.strikes) == (2, 1)

    def test_one_outage_is_one_strike_for_a_host_that_has_answered(self) -> None:
        """Requests that were under way when it began add nothing; one that starts at that instant or later does."""
        host = Host(strikes=3)
        host.hear(200, 1.0)
        for now, started, strikes in (
            (10.0, 9.0, 1),
            (10.5, 9.5, 1),
            (11.0, 9.999, 1),
            (20.0, 10.0, 2),
            (30.0, 20.0, 3),
        ):
            host.fail(NetErrorKind.RESET, now, started=started)
            assert host.origin.strikes == strikes

    def test_of_a_host_that_never_answered_every_failure_counts(self) -> None:
        """Its requests are probes, and few."""
        host = Host(strikes=3)
        for started in (0.0, 1.0, 2.0):
            host.fail(NetErrorKind.TIMEOUT, 20.0, started=started)
        assert host.kind(21.0) is NetErrorKind.GIVEN_UP

    def test_probes_come_farther_apart(self) -> None:
        """One, two, four seconds from the start of the try that failed; never earlier than was set."""
        host = Host(strikes=9)
        for started, next_start in ((0.0, 1.0), (10.0, 12.0), (20.0, 24.0), (20.0, 28.0), (1.0, 28.0)):
            host.fail(NetErrorKind.RESET, started + 5, started=started)
            assert host.slot.next_start == next_start

    def test_a_host_that_has_answered_is_not_slowed(self) -> None:
        """A single failure there is most often the page's."""
        host = Host()
        host.hear(200, 1.0)
        host.slot.next_start = 1.02
        host.fail(NetErrorKind.RESET, 5.0)
        assert host.slot.next_start == 1.02
        assert not host.slot.proven

    def test_what_is_said_of_the_network(self) -> None:
        """The latest failure of a host that never answered; an answer takes it back, and later ones do not count."""
        host = Host()
        host.fail(NetErrorKind.RESET, 1.0)
        host.fail(NetErrorKind.TIMEOUT, 20.0)
        assert host.slot.failure is NetErrorKind.TIMEOUT
        host.hear(500, 30.0)
        assert host.slot.failure is None
        host.fail(NetErrorKind.TIMEOUT, 50.0)
        assert host.slot.failure is None

    def test_the_answer_of_one_port_counts_for_the_host(self) -> None:
        """It is alive; the other port may be dead all the same."""
        host = Host(strikes=3)
        other = Origin(host.slot)
        host.hear(200, 1.0)
        assert (host.slot.answered, host.origin.answered, other.answered) == (True, True, False)
        host.fail(NetErrorKind.TLS, 2.0, origin=other)
        assert host.kind(3.0, other) is NetErrorKind.TLS
        assert host.kind(3.0) is None


class TestReopen:
    """A second look takes back what may have been a moment's trouble."""

    @pytest.mark.parametrize("kind", sorted(ALL))
    @pytest.mark.parametrize("where", ["slot", "origin"])
    def test_what_is_taken_back(self, kind: NetErrorKind, where: str) -> None:
        """What was said of a name or a certificate; not silence, rate limits and blocks."""
        host = Host()
        closure = Closure(kind, "x")
        if where == "slot":
            host.slot.closure = closure
        else:
            host.origin.closure = closure
        host.slot.reopen(host.origin)
        back = AT_ONCE | {NetErrorKind.NXDOMAIN, NetErrorKind.DNS, NetErrorKind.REFUSED}
        assert (host.kind() is None) is (kind in back)

    def test_both_are_looked_at(self) -> None:
        """A name and a port may be closed at once; what was found out of a handshake is forgotten."""
        host = Host()
        host.slot.closure = Closure(NetErrorKind.NXDOMAIN, "x")
        host.origin.closure = Closure(NetErrorKind.TLS, "x")
        host.origin.examined, host.origin.found = True, host.origin.closure
        assert host.kind() is NetErrorKind.NXDOMAIN
        host.slot.reopen(host.origin)
        assert host.kind() is None
        assert host.origin.found is None
        assert not host.origin.examined

    def test_one_more_failure_closes_it_again(self) -> None:
        """The strikes are still there."""
        host = Host()
        for now in (1.0, 9.0):
            host.fail(NetErrorKind.REFUSED, now)
        host.slot.reopen(host.origin)
        assert host.kind(10.0) is None
        host.fail(NetErrorKind.REFUSED, 11.0)
        assert host.kind(12.0) is NetErrorKind.REFUSED


def test_the_date_is_only_asked_for_where_it_matters() -> None:
    """Most answers need no clock."""

    def never() -> datetime:
        raise AssertionError

    clock: Callable[[], datetime] = never
    host = Host()
    for status in (200, 404, 500):
        host.slot.hear(host.origin, status, {}, now=1.0, today=clock, started=1.0, forbidden_before=0)
