"""The memory as a judge: one bad night is no dead link, many in a row are one, and what is certain does not wait."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from linkwarden import rules
from linkwarden.config import Config
from linkwarden.deps import Deps
from linkwarden.model import Answer, Remembered, Result, Run, Verdict
from linkwarden.review.memory import MemoryReview
from linkwarden.review.repairs import RepairsReview
from linkwarden.review.second_opinion import SecondOpinionReview
from linkwarden.run import engine
from tests.internet import FakeInternet
from tests.internet.time import START
from tests.review.checking import one

REVIEWS = (SecondOpinionReview, MemoryReview)
URL = "https://a.example/x"


class Recollection:
    """A memory of one address, made up; writes nothing."""

    def __init__(self, known: Remembered | None) -> None:
        self._known = known

    def recall(self, key: str) -> Remembered | None:
        """Know the one address."""
        return self._known if key == URL else None

    def writes(self, at: datetime) -> bool:
        """Say that all is well."""
        del at
        return True

    def keep(self, key: str, answer: Answer) -> None:
        """Forget it at once."""

    async def histories(self, run: Run) -> Callable[[Result], Result]:
        """Add none."""
        del run
        return lambda result: result

    async def finish(self, run: Run) -> Run:
        """Add nothing."""
        return run


def failed(
    runs: int, days: int, *, verdict: Verdict = Verdict.UNVERIFIED, worked: bool = True, until: timedelta = timedelta(1)
) -> Remembered:
    """Make the memory of an address that has failed in so many runs on so many days, the last of them ``until`` ago."""
    last = START - until
    since = last - timedelta(days=days - 1)
    return Remembered(
        first_seen=START - timedelta(days=60),
        at=last,
        verdict=verdict,
        code="LW358",
        last_ok=since - timedelta(days=1) if worked else None,
        failing_since=since,
        failures=runs,
        days=days,
        recent="+" * worked + "-" * runs,
    )


def worked(*, recent: str = "++++") -> Remembered:
    """Make the memory of an address that worked yesterday."""
    yesterday = START - timedelta(days=1)
    return Remembered(START - timedelta(days=60), yesterday, Verdict.OK, last_ok=yesterday, recent=recent)


Night = Callable[..., Awaitable[Result]]


def code(found: Result) -> str:
    """Give the rule that a result names."""
    return found.judgement.rule.code if found.judgement.rule is not None else ""


def seen(found: Result) -> str:
    """Give what was seen, as one text."""
    return "\n".join(fact.what for fact in found.evidence.facts)


@pytest.fixture
def night(internet: FakeInternet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Night:
    """Check the one address with a memory of it, and give its result."""
    monkeypatch.setattr(rules, "review_classes", lambda: REVIEWS)
    internet.site("alive.example").page("/", "<title>Alive</title> and well")

    async def run(known: Remembered | None, **options: Any) -> Result:
        text = f"[x]({URL}) [y](https://alive.example/)"
        await asyncio.to_thread((tmp_path / "list.md").write_text, text, "utf-8")
        config = Config(inputs=(str(tmp_path / "list.md"),), archive=False, **options)
        deps = Deps(
            make_net=lambda *_: internet.net(),
            now=internet.time.now,
            clock=internet.time.clock,
            memory=Recollection(known),
        )
        done = await engine.run(config, deps)
        assert not done.failures
        return one(done, URL)

    return run


def dead(internet: FakeInternet, how: str) -> None:
    """Let the address fail in one of the ways that a network has, or for good."""
    site = internet.site("a.example")
    if how == "nxdomain":
        internet.dns("a.example", "nxdomain")
    elif how == "servfail":
        internet.dns("a.example", "servfail")
    elif how in ("refused", "silent", "reset"):
        internet.connect("a.example", how)  # type: ignore[arg-type]
    else:
        status = {"500": 500, "404": 404, "410": 410, "wall": 403, "limit": 429, "log-in": 401}[how]
        site.page("/x", "no", status=status)


UNSURE = ["servfail", "silent", "reset", "500"]
SUDDEN = ["nxdomain", "refused"]


@pytest.mark.parametrize("how", UNSURE)
async def test_what_fails_for_days_is_broken(internet: FakeInternet, night: Night, how: str) -> None:
    """After three runs on three days an unverified failure is broken, dated from the first one, evidence kept."""
    dead(internet, how)

    found = await night(failed(2, 2))

    assert found.judgement.verdict is Verdict.BROKEN
    assert code(found) == "LW821"
    since = START - timedelta(days=2)
    assert found.judgement.reason.startswith(f"It has failed in 3 runs since {since:%Y-%m-%d}. The last time: ")
    assert "it has failed on 3 different days" in seen(found)
    assert f"it last worked on {since - timedelta(days=1):%Y-%m-%d}" in seen(found)
    assert len(found.evidence.facts) > 2  # what the provider saw stands before


async def test_what_never_worked_from_here_says_so(internet: FakeInternet, night: Night) -> None:
    """A host may turn this machine away without a word, so the maintainer is told to look from elsewhere."""
    dead(internet, "silent")

    assert "has never worked from this machine" in (await night(failed(2, 2, worked=False))).judgement.reason
    assert "has never worked from this machine" not in (await night(failed(2, 2))).judgement.reason


async def test_what_is_broken_by_now_is_offered_its_twin(
    internet: FakeInternet, night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A link that has failed for days is looked for under its other name; one that may come back is not."""
    monkeypatch.setattr(rules, "review_classes", lambda: sorted((*REVIEWS, RepairsReview), key=lambda r: r.rank))
    internet.site("www.a.example").page("/x", "<title>Here</title> it stands now, as it did before")
    dead(internet, "silent")

    assert (await night(failed(1, 1))).judgement.suggestion is None
    assert not internet.requests_to("www.a.example")
    suggestion = (await night(failed(2, 2))).judgement.suggestion
    assert suggestion is not None
    assert suggestion.url == "https://www.a.example/x"


@pytest.mark.parametrize("how", UNSURE)
@pytest.mark.parametrize(("runs", "days"), [(1, 1), (9, 1)])
async def test_what_has_not_failed_for_long_is_unverified(
    internet: FakeInternet, night: Night, how: str, runs: int, days: int
) -> None:
    """Ten runs on two days are not three days; nor is the second night the third."""
    dead(internet, how)

    found = await night(failed(runs, days))

    assert found.judgement.verdict is Verdict.UNVERIFIED
    assert code(found) != "LW821"


async def test_runs_and_days_are_counted_as_configured(internet: FakeInternet, night: Night) -> None:
    """``--confirm-runs`` and ``--confirm-days`` both have to be met."""
    dead(internet, "silent")
    known = failed(3, 3)

    verdicts = [
        (await night(known, confirm_runs=runs, confirm_days=days)).judgement.verdict
        for runs, days in [(4, 4), (5, 4), (4, 5)]
    ]

    assert verdicts == [Verdict.BROKEN, Verdict.UNVERIFIED, Verdict.UNVERIFIED]


@pytest.mark.parametrize("how", SUDDEN)
async def test_what_worked_before_gets_the_benefit_of_the_doubt(internet: FakeInternet, night: Night, how: str) -> None:
    """A host that was there yesterday and is gone today is held back; it says since when and what it takes."""
    dead(internet, how)

    found = await night(worked())

    assert found.judgement.verdict is Verdict.UNVERIFIED
    assert code(found) == "LW822"
    assert f"since {START:%Y-%m-%d}" in found.judgement.reason
    assert f"last worked on {START - timedelta(days=1):%Y-%m-%d}" in found.judgement.reason
    assert "3 runs in a row on 3 different days" in found.judgement.reason


@pytest.mark.parametrize("how", SUDDEN)
async def test_what_never_worked_is_broken_at_once(internet: FakeInternet, night: Night, how: str) -> None:
    """Nobody has seen it working, so there is no doubt to give the benefit of; ``--patient`` waits all the same."""
    dead(internet, how)
    never = failed(1, 1, worked=False)

    assert (await night(None)).judgement.verdict is Verdict.BROKEN
    assert (await night(never)).judgement.verdict is Verdict.BROKEN
    patient = await night(None, patient=True)
    assert code(patient) == "LW822"


@pytest.mark.parametrize("how", SUDDEN)
async def test_what_was_held_back_is_broken_on_the_third_day(internet: FakeInternet, night: Night, how: str) -> None:
    """Then its own rule says what is the matter."""
    dead(internet, how)

    found = await night(failed(2, 2), patient=True)

    assert found.judgement.verdict is Verdict.BROKEN
    assert code(found) in {"LW350", "LW351"}


@pytest.mark.parametrize("how", [*UNSURE, *SUDDEN])
async def test_what_was_called_broken_stays_broken(internet: FakeInternet, night: Night, how: str) -> None:
    """One row of failures is called broken once: it does not go back to waiting because its kind has changed."""
    dead(internet, how)

    found = await night(failed(1, 1, verdict=Verdict.BROKEN), patient=True)

    assert found.judgement.verdict is Verdict.BROKEN


@pytest.mark.parametrize("how", ["404", "410"])
async def test_what_a_server_says_does_not_wait(internet: FakeInternet, night: Night, how: str) -> None:
    """That a page is not there is an answer, not a failure of the network, and counts at once."""
    dead(internet, how)

    found = await night(worked(), patient=True)

    assert found.judgement.verdict is Verdict.BROKEN


@pytest.mark.parametrize("how", ["expired", "wrong-host"])
async def test_certificates_do_not_wait(internet: FakeInternet, night: Night, how: str) -> None:
    """A certificate that has expired does not get well by itself, and every reader is stopped by it."""
    internet.tls("a.example", how)  # type: ignore[arg-type]
    internet.site("a.example").page("/x", "fine")

    found = await night(worked(), patient=True)

    assert found.judgement.verdict is Verdict.BROKEN


@pytest.mark.parametrize("how", ["wall", "limit", "log-in"])
async def test_walls_never_become_broken(internet: FakeInternet, night: Night, how: str) -> None:
    """A host that lets no program in may be well for people, however many years it does so."""
    dead(internet, how)

    found = await night(failed(400, 400))

    assert found.judgement.verdict is Verdict.UNVERIFIED
    assert code(found) not in {"LW821", "LW822"}


async def test_our_own_network_down_breaks_nothing(internet: FakeInternet, night: Night) -> None:
    """When nothing answers, no row of failures is called broken, however long it is."""
    internet.down()

    found = await night(failed(40, 40))

    assert code(found) == "LW013"


async def test_a_memory_from_the_future_is_not_trusted(internet: FakeInternet, night: Night) -> None:
    """With ``--now`` before the last run, what that run knew says nothing about then."""
    dead(internet, "silent")

    found = await night(failed(9, 9), now=START - timedelta(days=30))

    assert found.judgement.verdict is Verdict.UNVERIFIED


async def test_links_that_come_and_go_are_remarked_on(internet: FakeInternet, night: Night) -> None:
    """Three outages in ten runs are told, also on a night on which the link works; a steady one hears nothing."""
    internet.site("a.example").page("/x", "<title>X</title> it is there")

    shaky, steady = await night(worked(recent="+-++-++-+")), await night(worked())

    assert "it comes and goes: it failed in 3 of the last 10 runs" in seen(shaky)
    assert "comes and goes" not in seen(steady)
    assert shaky.judgement.verdict is steady.judgement.verdict is Verdict.OK


async def test_without_a_memory_nothing_changes(
    internet: FakeInternet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run without one judges by what it sees."""
    monkeypatch.setattr(rules, "review_classes", lambda: REVIEWS)
    dead(internet, "nxdomain")
    internet.site("alive.example").page("/", "well")
    await asyncio.to_thread((tmp_path / "l.md").write_text, f"[x]({URL}) [y](https://alive.example/)", "utf-8")
    deps = Deps(make_net=lambda *_: internet.net(), now=internet.time.now, clock=internet.time.clock)

    run = await engine.run(Config(inputs=(str(tmp_path / "l.md"),), patient=True, archive=False), deps)

    assert one(run, URL).judgement.rule is not None
    assert one(run, URL).judgement.verdict is Verdict.BROKEN
