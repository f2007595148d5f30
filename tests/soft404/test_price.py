"""What the second looks cost where everything is odd, counted in the request log: bounded, whatever the list."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from linkwarden.config import Config
from linkwarden.deps import Deps
from linkwarden.model import Run, Verdict
from linkwarden.review.siblings import AT_LEAST, SHARE
from linkwarden.run import engine
from tests.internet import FakeInternet, misbehave

N = 240
WORDS = "<p>" + "There is much to read on this page. " * 40
#: Two signs of an error page, were the made-up address to give the same; and one that is weaker.
STRONG = f"<title>Page not found</title><h1>Hello</h1>{WORDS}"
WEAK = f"<title>ACME</title><h1>We sell anvils</h1>{WORDS}"


async def check(internet: FakeInternet, folder: Path, urls: list[str], **options: object) -> Run:
    """Check a list of links that promise a benchmark."""
    (folder / "list.md").write_text("".join(f"- [Benchmark results]({url})\n" for url in urls), "utf-8")
    config = Config(inputs=(str(folder / "list.md"),), root=folder, archive=False, **options)  # type: ignore[arg-type]
    deps = Deps(
        make_net=lambda c, _: internet.net(concurrency=c.concurrency, per_host=c.per_host),
        now=internet.time.now,
        clock=internet.time.clock,
    )
    return await engine.run(config, deps)


def catch_alls(internet: FakeInternet, strong: int) -> list[str]:
    """Make hosts that answer everything with one page; the stronger signs stand last in the list."""
    for n in range(N):
        internet.site(f"h{n}.example.org").default(misbehave.answer(STRONG if n >= N - strong else WEAK))
    return [f"https://h{n}.example.org/{n}/{n}.html" for n in range(N)]


def suspects(run: Run) -> set[str]:
    """Give what is suspect."""
    return {r.target.url for r in run.results if r.judgement.verdict is Verdict.SUSPECT}


async def test_a_list_of_catch_all_hosts_is_bounded(internet: FakeInternet, tmp_path: Path) -> None:
    """Each of the links, on a host of its own, wants a made-up address: a quarter gets one, the surest first."""
    urls = catch_alls(internet, strong=20)

    run = await check(internet, tmp_path, urls)

    assert len(internet.log) <= 1.3 * N
    assert len(suspects(run)) == SHARE * N
    assert set(urls[-20:]) <= suspects(run)
    left = [r for r in run.results if r.target.url not in suspects(run)]
    assert {r.judgement.verdict for r in left} == {Verdict.OK}  # what it would be without the question
    assert any(str(len(left)) in hint for hint in run.hints)


async def test_who_is_asked_does_not_depend_on_who_answers_first(tmp_path: Path) -> None:
    """With other latencies and limits the same links are found."""
    found = []
    for concurrency, seed in ((128, 1), (2, 2)):
        async with FakeInternet() as internet:
            urls = catch_alls(internet, strong=20)
            pace = random.Random(seed)  # noqa: S311 - latencies
            for n in range(N):
                slow = misbehave.slow(internet.time, pace.random() * 3, misbehave.answer(STRONG if n >= 220 else WEAK))
                internet.site(f"h{n}.example.org").default(slow)
            found.append(suspects(await check(internet, tmp_path, urls, concurrency=concurrency, max_time=None)))

    assert found[0] == found[1]
    assert len(found[0]) == SHARE * N


async def test_a_short_list_misses_nothing(internet: FakeInternet, tmp_path: Path) -> None:
    """A few odd links are all looked into: the share is for lists in which nearly all are odd."""
    urls = catch_alls(internet, strong=0)[:AT_LEAST]

    assert suspects(await check(internet, tmp_path, urls)) == set(urls)


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_list_of_dead_links_costs_one_more_question_each(
    internet: FakeInternet, tmp_path: Path, scheme: str
) -> None:
    """Twins and second opinions: nobody is accused on one answer, and a tenth of the links has its twins tried."""
    for n in range(N):
        for host in (f"h{n}-example.org", f"www.h{n}-example.org"):
            internet.site(host).default(misbehave.answer("<title>Error</title>", 404))

    run = await check(internet, tmp_path, [f"{scheme}://h{n}-example.org/x" for n in range(N)])

    accused = sum(r.judgement.verdict is Verdict.BROKEN for r in run.results)
    assert accused == N
    assert len(internet.log) <= 1.3 * N + accused
