"""Second opinions: nothing is called broken on one answer of an ordinary host, and each costs one request."""

from __future__ import annotations

import asyncio
from collections import Counter
from functools import partial
from pathlib import Path

import pytest
from aiohttp import web

from linkwarden.answers import rules as http
from linkwarden.model import Evidence, Judgement, Kind, Result, Verdict
from linkwarden.net import Net
from linkwarden.providers import LoadContext
from linkwarden.review._asking import in_lanes
from linkwarden.review.second_opinion import SecondOpinionReview
from tests.internet import FakeInternet, misbehave
from tests.internet.site import Handler
from tests.links import NOW, target
from tests.review.checking import Check, facts, one, verdicts

REVIEWS = (SecondOpinionReview,)

OK = misbehave.answer(b"<title>A page</title><p>It is there.</p>")
GONE = misbehave.answer(b"<title>404</title>", 404)
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x10\x00\x00\x00\x10\x08\x02\x00\x00\x00\x90\x91h6" + b"\x00" * 99
)


def is_flapping(result: Result) -> bool:
    """Tell whether a result is LW820."""
    return result.judgement.rule is not None and result.judgement.rule.code == "LW820"


async def test_a_page_that_came_back_is_not_accused(internet: FakeInternet, check: Check) -> None:
    """404 first and 200 at the end is ``unverified: flapping``, with both answers as facts."""
    internet.site("a.example").answer("/x", misbehave.in_turn(GONE, OK))

    run = await check("https://a.example/x")

    result = run.results[0]
    assert is_flapping(result)
    assert result.judgement.verdict is Verdict.UNVERIFIED
    assert "no such page" in result.judgement.reason
    answers = [f for f in result.evidence.facts if "response" in f.what and f.url is None]
    assert [f.status for f in answers] == [404, 200]
    assert run.exit_code == 0


async def test_what_stays_missing_is_broken_and_says_that_it_was_asked_twice(
    internet: FakeInternet, check: Check
) -> None:
    """404 twice is broken; two requests in all, the second over a new connection."""
    internet.site("a.example").page("/x", "no", status=404).page("/y", "yes")

    run = await check("https://a.example/x https://a.example/y")

    assert verdicts(run) == {"https://a.example/x": Verdict.BROKEN, "https://a.example/y": Verdict.OK}
    assert "requested twice" in facts(run, "https://a.example/x")
    assert "asked" not in facts(run, "https://a.example/y")
    assert [e.path for e in internet.requests_to("a.example")].count("/x") == 2
    assert [e.path for e in internet.requests_to("a.example")].count("/y") == 1
    assert internet.lookups[-1].host == "a.example"
    assert len(internet.lookups) == 2


@pytest.mark.parametrize("trouble", ["nxdomain", "refused"])
async def test_a_host_that_came_back_is_not_accused(internet: FakeInternet, check: Check, trouble: str) -> None:
    """A name that exists again, or a port that is open again, clears every link to the host."""
    site = internet.site("a.example").page("/x", "x").page("/y", "y")
    internet.site("b.example").page("/", "somebody answers")
    if trouble == "nxdomain":
        internet.dns("a.example", "nxdomain", times=1)
    else:
        internet.refuse("a.example", times=2)

    run = await check("https://a.example/x https://a.example/y https://b.example/")

    assert site.host == "a.example"
    assert set(verdicts(run).values()) == {Verdict.UNVERIFIED, Verdict.OK}
    assert all(is_flapping(one(run, f"https://a.example/{page}")) for page in "xy")


@pytest.mark.parametrize("trouble", ["nxdomain", "refused", "expired", "wrong-host", "self-signed"])
async def test_a_dead_host_is_asked_once_more_for_all_its_links(
    internet: FakeInternet, check: Check, trouble: str
) -> None:
    """Twenty links to a dead host are one more lookup or connection, and each says that it was asked twice."""
    internet.site("b.example").page("/", "somebody answers")
    if trouble == "nxdomain":
        internet.dns("a.example", "nxdomain")
    elif trouble == "refused":
        internet.refuse("a.example")
    else:
        internet.tls("a.example", trouble)  # type: ignore[arg-type]
    links = [f"https://a.example/{number}" for number in range(20)]
    plain = await check(" ".join([*links, "https://b.example/"]), reviews=())
    before = internet.attempts_at("a.example"), sum(one.host == "a.example" for one in internet.lookups)

    run = await check(" ".join([*links, "https://b.example/"]))

    assert plain.counts[Verdict.BROKEN] == run.counts[Verdict.BROKEN] == 20
    assert all("requested twice" in facts(run, link) for link in links)
    after = internet.attempts_at("a.example"), sum(one.host == "a.example" for one in internet.lookups)
    if trouble == "nxdomain":
        assert after[1] - before[1] == before[1] + 1
    else:
        assert after[0] - before[0] == before[0] + 1


async def test_http_and_https_of_a_host_are_two_questions(internet: FakeInternet, check: Check) -> None:
    """A bad certificate at port 443 says nothing of a closed port 80: both are tried again."""
    internet.site("a.example", ports={80: "refused"})  # type: ignore[dict-item]
    internet.tls("a.example", "expired")
    links = "https://a.example/ http://a.example/"
    await check(links, reviews=())
    before = Counter(attempt.port for attempt in internet.attempts)

    run = await check(links)

    assert run.counts[Verdict.BROKEN] == 2
    assert Counter(attempt.port for attempt in internet.attempts) == {port: 2 * n + 1 for port, n in before.items()}


@pytest.mark.parametrize(
    ("bad", "expected"),
    [
        (misbehave.answer(b"<html><title>Shop</title></html>", media_type="text/html"), "not-a-picture"),
        (misbehave.answer(b"", media_type="image/png"), "empty-picture"),
        (GONE, "not-found"),
    ],
)
async def test_pictures_are_asked_again_as_pictures(
    internet: FakeInternet, check: Check, bad: Handler, expected: str
) -> None:
    """A page where a picture should be, twice, is broken; a picture at the second look is flapping."""
    picture = misbehave.answer(PNG, media_type="image/png")
    internet.site("a.example").answer("/back.png", misbehave.in_turn(bad, picture)).answer("/gone.png", bad)

    run = await check("![a](https://a.example/back.png) ![b](https://a.example/gone.png)")

    rules = [r.judgement.rule.slug for r in run.results if r.judgement.rule]
    assert rules == ["flapping", expected]


async def test_another_failure_is_a_failure(internet: FakeInternet, check: Check) -> None:
    """404 first and 410 at the end: readers get nothing either way, and the first finding stands."""
    internet.site("a.example").answer("/", misbehave.in_turn(GONE, misbehave.answer(b"", 410)))

    run = await check("https://a.example/")

    assert run.results[0].judgement.verdict is Verdict.BROKEN
    assert run.results[0].judgement.rule is not None
    assert run.results[0].judgement.rule.slug == "not-found"


@pytest.mark.parametrize("second", [misbehave.bot_wall("cloudflare"), misbehave.answer(b"", 500)])
async def test_an_answer_that_proves_nothing_takes_the_accusation_back(
    internet: FakeInternet, check: Check, second: Handler
) -> None:
    """404 first and then a wall or a server in trouble: the first answer may have been of the same kind."""
    internet.site("a.example").answer("/", misbehave.in_turn(GONE, second))

    assert is_flapping((await check("https://a.example/")).results[0])


async def test_a_hiccup_of_the_second_look_changes_nothing(internet: FakeInternet, check: Check) -> None:
    """One 503 on the way to the second 404 is tried again and forgotten."""
    internet.site("a.example").answer("/", misbehave.in_turn(GONE, misbehave.answer(b"", 503), GONE))

    run = await check("https://a.example/")

    assert run.results[0].judgement.verdict is Verdict.BROKEN
    assert "requested twice" in facts(run, "https://a.example/")


async def test_a_host_that_wants_to_be_left_alone_is_left_alone(internet: FakeInternet, check: Check) -> None:
    """Who answers 429 for hours gives no second opinion: the first finding stands, and says so."""
    later = misbehave.answer(b"", 429, **{"Retry-After": "7200"})
    internet.site("a.example").page("/x", "", status=404).answer("/y", misbehave.in_turn(later))

    run = await check("https://a.example/x https://a.example/y", per_host=1)

    assert verdicts(run) == {"https://a.example/x": Verdict.BROKEN, "https://a.example/y": Verdict.UNVERIFIED}
    assert "requested once" in facts(run, "https://a.example/x")
    assert len(internet.log) == 2


async def test_what_is_meant_as_said_is_not_asked_again(internet: FakeInternet, check: Check) -> None:
    """A 410, a storage service that names what is missing, a registry's word and an offline proof cost no request."""
    missing = b"<?xml version='1.0'?><Error><Code>NoSuchKey</Code></Error>"
    internet.site("a.example").page("/", "gone", status=410)
    internet.site("b.s3.amazonaws.com").page("/k", missing, status=404, media_type="application/xml")

    run = await check("https://a.example/ https://b.s3.amazonaws.com/k [y](htps://a.example/) [x](#nowhere)")

    assert run.counts[Verdict.BROKEN] == 4
    assert sorted(e.host for e in internet.log) == ["a.example", "b.s3.amazonaws.com"]


async def test_places_on_one_page_are_one_question(internet: FakeInternet, check: Check) -> None:
    """Two fragments of a missing page are asked again together."""
    internet.site("a.example").page("/", "gone", status=404)

    run = await check("https://a.example/#one https://a.example/#two")

    assert run.counts[Verdict.BROKEN] == 2
    assert "requested twice" in facts(run, "https://a.example/#two")
    assert len(internet.log) <= 3


async def test_a_redirect_to_a_dead_host_is_asked_by_itself(internet: FakeInternet, check: Check) -> None:
    """Two pages of one host that lead to two dead hosts are two questions: one came back, one did not."""
    internet.site("a.example").redirect("/1", "https://back.example/").redirect("/2", "https://gone.example/")
    internet.site("back.example").page("/", "x")
    internet.dns("back.example", "nxdomain", times=1)
    internet.dns("gone.example", "nxdomain")

    run = await check("https://a.example/2 https://a.example/1")

    assert list(verdicts(run).values()) == [Verdict.BROKEN, Verdict.UNVERIFIED]


async def test_a_defect_in_the_second_look_costs_no_result(
    internet: FakeInternet, check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A crash is told as such (exit code 3), by its own name, and the first findings stand."""
    calls = []

    async def once(_request: web.Request) -> web.Response:
        calls.append(1)
        return web.Response(status=404)

    internet.site("a.example").handle("/", once)

    def crash(*_: object) -> None:
        raise RuntimeError("second look defect")

    monkeypatch.setattr("linkwarden.review.second_opinion._compared", crash)
    run = await check("https://a.example/")

    assert run.counts[Verdict.BROKEN] == 1
    assert [(f.where, f.message) for f in run.failures] == [
        ("review second-opinion", "RuntimeError: second look defect")
    ]


async def test_many_dead_pages_of_one_host_are_asked_a_few_at_a_time(internet: FakeInternet, check: Check) -> None:
    """Fifty dead pages never are more than three requests at once at the second look, nor more than two in all each."""
    internet.site("a.example")
    internet.latency = lambda _host: 0.2

    run = await check(" ".join(f"https://a.example/{n}" for n in range(50)), per_host=4)

    assert run.counts[Verdict.BROKEN] == 50
    assert len(internet.log) == 100
    assert internet.peak("a.example") <= 4


async def test_a_registrys_word_is_not_doubted(internet: FakeInternet, net: Net) -> None:
    """A 404 that a registry's provider reports is authoritative: nobody is asked."""
    link = target("https://a.example/x")
    said = Evidence(key=link.key, checked_by="crates", rule=http.NOT_FOUND, status=404)
    result = Result(link, Kind.PAGE, said, (), Judgement(Verdict.BROKEN, http.NOT_FOUND, "gone"))

    review = SecondOpinionReview(LoadContext(root=Path()))

    assert [item async for item in review.look([result], net, NOW)] == []
    assert internet.log == []


async def test_lanes_are_narrow_and_side_by_side() -> None:
    """At most three jobs of one lane are under way at once, lanes do not wait for each other, order is kept."""
    under_way: Counter[str] = Counter()
    peaks: Counter[str] = Counter()

    async def job(lane: str, number: int) -> int:
        under_way[lane] += 1
        peaks[lane] = max(peaks[lane], under_way[lane])
        peaks["all"] = max(peaks["all"], under_way.total())
        for _ in range(10 - number % 7):
            await asyncio.sleep(0)
        under_way[lane] -= 1
        return number

    lanes = [("a" if n % 2 else "b", n) for n in range(40)]

    assert await in_lanes((lane, partial(job, lane, n)) for lane, n in lanes) == list(range(40))
    assert (peaks["a"], peaks["b"], peaks["all"]) == (3, 3, 6)
