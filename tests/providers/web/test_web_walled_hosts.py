"""A host that blocks programs is left in peace after a few requests, and no dead link is lost by chance."""

from __future__ import annotations

import asyncio
import json
import random
from pathlib import Path

import pytest
from aiohttp import web
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linkwarden import rules
from linkwarden.config import Config
from linkwarden.deps import Deps
from linkwarden.model import Run, Verdict
from linkwarden.report import ReportOptions
from linkwarden.report.json import JsonReport
from linkwarden.run import engine
from tests.internet import FakeInternet
from tests.internet.misbehave import bot_wall

HOST = "https://a.example"
PAGE = "<html><title>A page</title><body><p>" + "There is much to read on this page. " * 40 + "</p></body></html>"


@pytest.fixture(autouse=True)
def _no_second_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "review_classes", lambda: ())


def serve(internet: FakeInternet, walled: set[str], dead: set[str], seed: int) -> None:
    """Let a host wall off some paths, have no page at others, and take its time, differently for each seed."""
    times = random.Random(seed)  # noqa: S311 - no secret
    wall = bot_wall("cloudflare")

    async def answer(request: web.Request) -> web.StreamResponse:
        await internet.time.sleep(times.random() * 5)
        if request.path in walled:
            return await wall(request)
        if request.path in dead:
            return web.Response(status=404, text="<title>Not found</title>", content_type="text/html")
        return web.Response(text=PAGE, content_type="text/html")

    internet.site("a.example").default(answer)


async def check(internet: FakeInternet, links: list[str], folder: Path, **options: int) -> Run:
    """Check a list with these links."""
    path = folder / "list.md"
    await asyncio.to_thread(path.write_text, "\n".join(f"- [x]({link})" for link in links), "utf-8")
    deps = Deps(make_net=lambda *_: internet.net(**options), now=internet.time.now, clock=internet.time.clock)
    return await engine.run(Config(inputs=(str(path),), root=folder, **options), deps)  # type: ignore[arg-type]


def of(run: Run) -> dict[str, Verdict]:
    """Give verdicts by path."""
    return {r.target.url.removeprefix(HOST): r.judgement.verdict for r in run.results}


def in_json(run: Run) -> str:
    """Give the JSON report without what tells the time."""
    report = json.loads(JsonReport().render(run, ReportOptions()))
    del report["generated_at"], report["duration_s"]
    return json.dumps(report)


@pytest.mark.parametrize("per_host", [1, 2, 6])
async def test_sixty_links_behind_a_wall_cost_three_requests(
    internet: FakeInternet, tmp_path: Path, per_host: int
) -> None:
    """All are unverified for one shared reason, and those that nobody asked for say so; with one lane as with six."""
    paths = [f"/article/{n}" for n in range(60)]
    serve(internet, set(paths), set(), seed=1)

    run = await check(internet, [HOST + path for path in paths], tmp_path, per_host=per_host)

    assert set(of(run).values()) == {Verdict.UNVERIFIED}
    assert len(internet.requests_to("a.example")) == 3
    assert {r.judgement.reason for r in run.results} == {
        "The site's bot protection blocks programs (Cloudflare challenge, 403); open it in a browser."
    }
    asked = [not any("not requested" in fact.what for fact in r.evidence.facts) for r in run.results]
    assert asked == [True] * 3 + [False] * 57


async def test_pictures_and_pages_are_judged_apart(internet: FakeInternet, tmp_path: Path) -> None:
    """Walled pages do not hide a missing picture of the same host."""
    serve(internet, {f"/x/{n}" for n in range(9)}, {"/x/picture"}, seed=1)
    links = [f"{HOST}/x/{n}" for n in range(9)]
    path = tmp_path / "list.md"
    text = "\n".join(f"- [x]({link})" for link in links) + f"\n\n![p]({HOST}/x/picture)"
    await asyncio.to_thread(path.write_text, text, "utf-8")
    deps = Deps(make_net=lambda *_: internet.net(), now=internet.time.now, clock=internet.time.clock)

    run = await engine.run(Config(inputs=(str(path),), root=tmp_path), deps)

    assert of(run)["/x/picture"] is Verdict.BROKEN


async def test_a_shortener_is_not_the_wall_that_it_leads_to(internet: FakeInternet, tmp_path: Path) -> None:
    """Three short links that end at walls of other hosts say nothing about the fourth."""
    serve(internet, {f"/{n}" for n in range(9)}, set(), seed=1)
    short = internet.site("go.example")
    for n in range(9):
        short.redirect(f"/{n}", f"{HOST}/{n}")

    run = await check(internet, [f"https://go.example/{n}" for n in range(10)], tmp_path)

    assert run.results[9].judgement.verdict is Verdict.BROKEN
    assert len(internet.requests_to("go.example")) == 10


async def test_a_site_that_sends_to_its_www_name_is_one_site(internet: FakeInternet, tmp_path: Path) -> None:
    """The wall of ``www.`` is the site's own."""
    internet.site("www.a.example").default(bot_wall("cloudflare"))
    site = internet.site("a.example")
    for n in range(9):
        site.redirect(f"/{n}", f"https://www.a.example/{n}")

    run = await check(internet, [f"{HOST}/{n}" for n in range(9)], tmp_path)

    assert set(of(run).values()) == {Verdict.UNVERIFIED}
    assert len(internet.requests_to("a.example")) == 3


async def test_a_wall_that_comes_after_an_answer_is_met_by_each_link(internet: FakeInternet, tmp_path: Path) -> None:
    """A host that was seen may be seen again: a dead link behind other walled ones is found."""
    serve(internet, {f"/x/{n}" for n in range(1, 40)}, {"/x/40"}, seed=1)

    run = await check(internet, [f"{HOST}/x/{n}" for n in range(41)], tmp_path)

    assert of(run)["/x/40"] is Verdict.BROKEN
    assert len(internet.requests_to("a.example")) == 41


HALF = st.permutations(["wall"] * 8 + ["dead"] * 4 + ["fine"] * 4)
EXPECTED = {"wall": Verdict.UNVERIFIED, "dead": Verdict.BROKEN, "fine": Verdict.OK}


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(kinds=HALF, seeds=st.tuples(st.integers(0, 999), st.integers(0, 999)))
def test_half_a_host_behind_a_wall(tmp_path: Path, kinds: list[str], seeds: tuple[int, int]) -> None:
    """The others get their verdicts in every order and however long each answer takes.

    Unless the first three links of the part are all walled: then all are unverified, in every run alike.
    """
    paths = {f"/x/{at}": kind for at, kind in enumerate(kinds)}

    async def once(seed: int) -> Run:
        async with FakeInternet() as internet:
            walled = {path for path, kind in paths.items() if kind == "wall"}
            serve(internet, walled, {path for path, kind in paths.items() if kind == "dead"}, seed)
            return await check(internet, [HOST + path for path in paths], tmp_path)

    first, second = (asyncio.run(once(seed)) for seed in seeds)

    if kinds[:3] == ["wall"] * 3:
        assert set(of(first).values()) == {Verdict.UNVERIFIED}
    else:
        assert of(first) == {path: EXPECTED[kind] for path, kind in paths.items()}
    assert in_json(first) == in_json(second)
