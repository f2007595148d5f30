"""The list that linkwarden was made for, checked whole.

Every ill link is found, no healthy one is accused, and the request log shows good manners.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
from collections import Counter
from dataclasses import replace

import pytest

from linkwarden.config import Config
from linkwarden.deps import Deps
from linkwarden.model import Result, Run, Verdict
from linkwarden.net import NetPolicy
from linkwarden.report import ReportOptions
from linkwarden.report.json import JsonReport
from linkwarden.run import engine
from tests.internet import FakeInternet
from tests.internet.world import World
from tests.shared import needs_shared
from tests.workers import by_workers

pytestmark = needs_shared

_HEALTHY = frozenset({Verdict.OK, Verdict.MOVED, Verdict.DEGRADED, Verdict.EXPIRING})
_ACCUSED = frozenset({Verdict.BROKEN, Verdict.EXPIRED, Verdict.SUSPECT})
#: Pages behind bot walls whose addresses hold what a registry knows them by.
_WALLED_WITH_IDENTIFIER = re.compile(
    r"https?://(?:ieeexplore\.ieee\.org/(?:abstract/)?document/\d|dl\.acm\.org/citation|www\.semanticscholar\.org/paper"
    r"|onlinelibrary\.wiley\.com/doi/|www\.biorxiv\.org/content/|www\.sciencedirect\.com/science/article/"
    r"|www\.ncbi\.nlm\.nih\.gov/(?:pubmed/|pmc/articles/PMC\d+/?$))"
)


async def check(internet: FakeInternet, world: World, *, token: str | None = None, **options: object) -> Run:
    """Check the list in its world."""
    config = Config(inputs=(str(world.list),), root=world.list.parent, github_token=token, **options)  # type: ignore[arg-type]
    deps = Deps(
        make_net=lambda c, _: internet.net(concurrency=c.concurrency, per_host=c.per_host),
        now=internet.time.now,
        clock=internet.time.clock,
    )
    return await engine.run(config, deps)


def judged(run: Run) -> dict[str, str]:
    """Give verdicts by address as it stands."""
    return {r.target.url: r.judgement.verdict.value for r in run.results}


def explain(run: Run, url: str) -> str:
    """Say why an address got its verdict, for a failing test's message."""
    result = next((r for r in run.results if r.target.url == url), None)
    if result is None:
        return "not in the report"
    code = result.judgement.rule.code if result.judgement.rule else "ok"
    return f"{code} by {result.evidence.checked_by}: {result.judgement.reason}"


def expired(run: Run) -> list[Result]:
    """Give the expired ones."""
    return [r for r in run.results if r.judgement.verdict is Verdict.EXPIRED]


async def test_the_report_is_the_same_whoever_makes_the_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Byte for byte, but for the seconds that the run took."""
    reports = []
    for checker in (None, by_workers):
        if checker is not None:
            monkeypatch.setattr("linkwarden.run.dispatch.checker_for", checker)
        async with FakeInternet() as internet:
            world = await asyncio.to_thread(World, internet)
            run = await check(internet, world, token=world.github.token)
        reports.append("".join(JsonReport().render(replace(run, duration_s=0), ReportOptions())))

    assert reports[0] == reports[1]


@pytest.mark.parametrize("with_token", [True, False], ids=["token", "no-token"])
async def test_every_ill_link_is_found_and_no_healthy_one_accused(internet: FakeInternet, with_token: bool) -> None:  # noqa: FBT001
    """Each of the addresses gets a verdict that is right in this world, with and without a GitHub token."""
    world = await asyncio.to_thread(World, internet, token=with_token)

    run = await check(internet, world, token=world.github.token if with_token else None)

    wrong = world.wrong(judged(run))
    assert not wrong, "\n".join(f"{url}: {got}, {explain(run, url)}" for url, got in wrong.items())
    assert run.failures == ()
    assert not run.network_down
    assert run.occurrences == 593


@pytest.mark.usefixtures("each_engine")
async def test_the_log_proves_the_manners(internet: FakeInternet) -> None:
    """One arXiv query, one GraphQL query, no request for an expired address, the limits per host kept."""
    world = await asyncio.to_thread(World, internet)

    run = await check(internet, world, token=world.github.token)

    paths = Counter((e.host, e.path) for e in internet.log)
    asked = {e.url for e in internet.log}
    assert paths["export.arxiv.org", "/api/query"] <= 3  # all ids; once more for absent ids and versions
    assert len(internet.requests_to("arxiv.org")) == 0
    assert paths["api.github.com", "/graphql"] == 1
    assert not world.github.page_views  # pictures aside, no page of GitHub's site is fetched
    assert not world.github.defects  # every query fits GitHub's own schema
    assert len(expired(run)) == 21
    assert not asked & {r.target.url for r in expired(run)}
    assert len(internet.requests_to("s3.us-west-2.amazonaws.com")) == 0
    assert len(internet.requests_to("api.semanticscholar.org")) == 2  # nine papers; once more for the unknown one
    assert len(internet.requests_to("www.semanticscholar.org")) == 0
    assert len(internet.requests_to("eutils.ncbi.nlm.nih.gov")) == 1
    assert len(world.crossref.questions) == 10  # one PII, eight documents of IEEE, one of ACM
    policy = NetPolicy()
    for host in internet.hosts:
        assert internet.peak(host) <= policy.per_host, host
    assert internet.peak_total <= policy.concurrency
    assert len(internet.log) <= run.requests  # what met no server counts as well
    assert run.requests <= len(world.addresses)  # batches and offline proofs outweigh redirects and second tries


async def test_no_healthy_link_is_accused_and_every_ill_one_is(internet: FakeInternet) -> None:
    """In so many words: healthy is never broken, expired or suspect; ill always is; a walled identifier is settled."""
    world = await asyncio.to_thread(World, internet)

    run = await check(internet, world, token=world.github.token)

    found = {r.target.url: r.judgement.verdict for r in run.results}
    healthy = {url for url, right in world.expected.items() if right <= _HEALTHY}
    ill = {url for url, right in world.expected.items() if right <= _ACCUSED}
    settled = {a.url for a in world.addresses if not a.image and _WALLED_WITH_IDENTIFIER.match(a.url)}
    assert len(healthy) > 350
    assert len(ill) > 60
    assert len(settled) > 20
    assert {url: explain(run, url) for url in healthy if found[url] in _ACCUSED} == {}
    assert {url: explain(run, url) for url in ill if found[url] not in _ACCUSED} == {}
    assert {url: explain(run, url) for url in settled if found[url] is Verdict.UNVERIFIED} == {}


async def test_checked_twice_the_json_is_the_same_apart_from_times() -> None:
    """Whoever answers first, however long everybody takes, and however many are asked at once: the same report.

    The number of requests is a matter of time as well: what is tried once more after a refusal depends on who else was
    refused in the same moment.
    """
    reports = []
    for seed, concurrency, per_host in ((1, 128, 6), (2, 2, 1)):
        pace = random.Random(seed)  # noqa: S311 - latencies
        async with FakeInternet() as internet:
            world = await asyncio.to_thread(World, internet)
            internet.latency = lambda _host, pace=pace: pace.uniform(0.01, 4.0)
            run = await check(
                internet, world, token=world.github.token, concurrency=concurrency, per_host=per_host, max_time=None
            )
        report = json.loads(JsonReport().render(run, ReportOptions()))
        del report["generated_at"], report["duration_s"], report["summary"]["requests"]
        reports.append(report)

    for one, other in zip(reports[0]["links"], reports[1]["links"], strict=True):
        assert one == other
    assert json.dumps(reports[0]) == json.dumps(reports[1])


async def test_offline_the_list_alone_tells_this(internet: FakeInternet) -> None:
    """Offline: 21 expired, the misspelt scheme, two empty sources, two dead anchors, closed services; nothing false."""
    world = await asyncio.to_thread(World, internet)

    run = await check(internet, world, offline=True)

    failing = Counter(r.judgement.rule.slug for r in run.failing if r.judgement.rule)
    found = judged(run)
    assert internet.log == []
    assert failing["signed-url-expired"] == 21
    assert [url for url, verdict in found.items() if verdict == "broken" and url.startswith("#")] == [
        "#optimization",
        "#overview",
    ]
    assert found["htps://arxiv.org/abs/1812.01187v1"] == "broken"
    assert found[""] == "broken"
    assert failing["closed-service"] == 13
    assert len(run.failing) == 21 + 13 + 2 + 1 + 1
    swallowed = next(r for r in run.results if r.target.url == "#overview")
    assert "1743" in swallowed.judgement.reason
    assert "1739" in swallowed.judgement.reason
    renamed = next(r for r in run.results if r.target.url == "#optimization").judgement.suggestion
    assert renamed is not None
    assert renamed.url == "#optimization-and-regularisation"
