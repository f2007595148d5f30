"""The engine: who is asked, in which order, and what happens when somebody fails."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar

import pytest
from aiohttp import web

from linkwarden import rules
from linkwarden.config import Config
from linkwarden.deps import Deps
from linkwarden.model import Claim, Evidence, Kind, Pass, Result, Rule, Run, Target, Verdict
from linkwarden.net import Net
from linkwarden.providers import Provider
from linkwarden.review import Review
from linkwarden.run import engine
from linkwarden.wire import NetError, Request
from tests.internet import FakeInternet

GONE = Rule("LW991", "gone", Verdict.BROKEN, "gone", "e", "r")
SOON = Rule("LW992", "soon", Verdict.EXPIRING, "soon", "e", "r")
NO_HOST = Rule("LW993", "no-host", Verdict.BROKEN, "no host", "e", "r", repeatable=True)

pytestmark = pytest.mark.usefixtures("each_engine")


class Notes(Provider):
    """Offline: remarks on ``signed`` addresses, unwraps ``wrap`` ones, settles ``dead`` ones."""

    name, rank, online = "notes", 10, False

    def claim(self, target: Target) -> str | None:
        """Tell by words in the address."""
        address = target.address or ""
        return address if any(word in address for word in ("signed", "wrap", "dead")) else None

    async def check(self, claims: Sequence[Claim], net: Net, now: datetime) -> AsyncIterator[Evidence | Pass]:  # noqa: ARG002
        """Settle by words in the address."""
        for claim in claims:
            key, address = claim.target.key, claim.target.address or ""
            if "wrap" in address:
                yield Pass(key, instead=address.replace("wrap", "plain", 1))
            elif "signed" in address:
                yield Pass(key, Evidence(key=key, checked_by=self.name, rule=SOON, expires_at=now + timedelta(days=3)))
            else:
                yield Evidence(key=key, checked_by=self.name, rule=GONE, reason="dead")


class Registry(Provider):
    """A registry that is asked once for all papers."""

    name, rank, kind, gathers, per_question = "registry", 100, Kind.PAPER, True, 3
    calls: ClassVar[list[list[str]]] = []

    def claim(self, target: Target) -> str | None:
        """Tell by words in the address."""
        return (target.address or "").rpartition("/")[2] if "papers" in (target.address or "") else None

    async def check(self, claims: Sequence[Claim], net: Net, now: datetime) -> AsyncIterator[Evidence | Pass]:  # noqa: ARG002
        """Settle by words in the address."""
        type(self).calls.append(sorted({c.ident for c in claims}))
        for claim in claims:
            if claim.ident == "crash":
                raise RuntimeError("registry defect")
            if claim.ident != "forgotten":
                yield Evidence(key=claim.target.key, checked_by=self.name)


class Web(Provider):
    """Asks for a page."""

    name, rank = "web", 1000

    def claim(self, target: Target) -> str | None:
        """Tell by words in the address."""
        return target.address

    async def check(self, claims: Sequence[Claim], net: Net, now: datetime) -> AsyncIterator[Evidence | Pass]:  # noqa: ARG002
        """Settle by words in the address."""
        for claim in claims:
            key = claim.target.key
            try:
                response = await net.fetch(Request(url=claim.ident, purpose="page"))
            except NetError as error:
                yield Evidence(key=key, checked_by=self.name, rule=NO_HOST, reason=str(error.kind))
                continue
            bad = response.status == 404
            yield Evidence(key=key, checked_by=self.name, rule=GONE if bad else None, status=response.status)


class Picture(Web):
    """Asks for a picture."""

    name, rank, kind = "picture", 500, Kind.IMAGE

    def claim(self, target: Target) -> str | None:
        """Tell by words in the address."""
        return target.address if target.is_image else None


async def _fine(_request: web.Request) -> web.Response:
    return web.Response(text="here")


@pytest.fixture(autouse=True)
def _own_providers(monkeypatch: pytest.MonkeyPatch) -> None:
    Registry.calls.clear()
    monkeypatch.setattr(rules, "provider_classes", lambda: (Notes, Registry, Picture, Web))
    monkeypatch.setattr(rules, "review_classes", lambda: ())


Check = Callable[..., "asyncio.Future[Run]"]


@pytest.fixture
def check(internet: FakeInternet, tmp_path: Path) -> Check:
    """Check a Markdown text on the fake internet."""

    async def run(text: str, **options: object) -> Run:
        path = tmp_path / "list.md"
        await asyncio.to_thread(path.write_text, text, "utf-8")
        config = Config(inputs=(str(path),), **options)  # type: ignore[arg-type]
        deps = Deps(
            make_net=lambda _config, _observer: internet.net(), now=internet.time.now, clock=internet.time.clock
        )
        return await engine.run(config, deps)

    return run  # type: ignore[return-value]


def verdicts(run: Run) -> dict[str, Verdict]:
    """Give verdicts by address as it stands."""
    return {r.target.url: r.judgement.verdict for r in run.results}


def one(run: Run, url: str) -> Result:
    """Give the result of one address."""
    return next(r for r in run.results if r.target.url == url)


async def test_each_address_is_asked_once_and_keeps_all_its_places(internet: FakeInternet, check: Check) -> None:
    """Ten mentions of a page are one request and one result with ten places."""
    internet.site("a.example").page("/x", "here")

    run = await check("[x](https://a.example/x)\n\n" * 9 + "<a href='HTTPS://A.example/x'>x</a>")

    assert len(internet.requests_to("a.example")) == 1
    assert len(run.results) == 1
    assert len(run.results[0].target.occurrences) == 10
    assert run.occurrences == 10


async def test_a_registry_is_asked_for_its_links_together(check: Check) -> None:
    """Links are gathered over the whole list and cut into lots of the size that the registry takes."""
    run = await check(" ".join(f"https://papers.example/{i}" for i in "abcdefg") + " https://papers.example/a?")

    assert sorted(len(call) for call in Registry.calls) == [1, 3, 3]
    assert set(verdicts(run).values()) == {Verdict.OK}
    assert {r.kind for r in run.results} == {Kind.PAPER}


async def test_an_offline_settlement_makes_no_request(internet: FakeInternet, check: Check) -> None:
    """What an offline provider settles is not asked."""
    run = await check("https://a.example/dead")

    assert verdicts(run) == {"https://a.example/dead": Verdict.BROKEN}
    assert internet.log == []
    assert run.requests == 0


async def test_a_note_is_weighed_with_the_answer(internet: FakeInternet, check: Check) -> None:
    """Alive and signed for three more days is expiring; dead and signed is dead."""
    internet.site("a.example").page("/signed", "x")
    internet.site("b.example").page("/signed", "x", status=404)

    run = await check("https://a.example/signed https://b.example/signed")

    assert list(verdicts(run).values()) == [Verdict.EXPIRING, Verdict.BROKEN]


async def test_a_wrapped_address_is_judged_by_what_it_wraps(internet: FakeInternet, check: Check) -> None:
    """The inner address is asked; the report keeps the address as it stands."""
    internet.site("a.example").page("/plain", "x")

    run = await check("https://a.example/wrap")

    assert verdicts(run) == {"https://a.example/wrap": Verdict.OK}
    assert [e.path for e in internet.log] == ["/plain"]


async def test_endless_wrapping_ends(check: Check) -> None:
    """An address that keeps unwrapping is given up, not followed for ever."""
    run = await check("https://a.example/" + "wrap" * 20)

    assert len(run.results) == 1


async def test_a_page_that_turns_out_to_be_a_picture_is_judged_as_one(internet: FakeInternet, check: Check) -> None:
    """First a link, later an ``<img>``: the picture's demands count, whichever answer comes last."""
    internet.site("a.example").page("/x.png", "x")

    run = await check("https://a.example/x.png\n\n" + "text\n\n" * 500 + "![x](https://a.example/x.png)")

    assert run.results[0].kind is Kind.IMAGE
    assert run.results[0].evidence.checked_by == "picture"


async def test_notes_are_made_once_for_what_turns_out_to_be_an_image(internet: FakeInternet, check: Check) -> None:
    """What was remarked on the page is forgotten when the same URL is assigned again as an image."""
    internet.site("a.example").page("/signed.png", "x")

    run = await check("[x](https://a.example/signed.png)\n\n" * 100 + "![x](https://a.example/signed.png)")

    assert run.results[0].kind is Kind.IMAGE
    assert [note.rule for note in run.results[0].notes] == [SOON]


async def test_a_provider_that_cannot_be_loaded_costs_no_other(
    internet: FakeInternet, check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its links go to the next provider; the crash is told, exit code 3."""
    internet.site("papers.example").page("/1", "x")

    def load(_cls: object, _ctx: object) -> None:
        raise OSError("no room")

    monkeypatch.setattr(Registry, "load", classmethod(load))

    run = await check("https://papers.example/1")

    assert list(verdicts(run).values()) == [Verdict.OK]
    assert [failure.where for failure in run.failures] == ["loading provider registry"]
    assert run.exit_code == 3


async def test_a_crash_in_one_provider_costs_only_its_own_links(internet: FakeInternet, check: Check) -> None:
    """The crash is told with its traceback and exit code 3; the other results stand."""
    internet.site("a.example").page("/", "x")

    run = await check("https://papers.example/crash https://a.example/ https://a.example/dead")

    assert list(verdicts(run).values()) == [Verdict.UNVERIFIED, Verdict.OK, Verdict.BROKEN]
    assert one(run, "https://papers.example/crash").judgement.rule is rules.INTERNAL_ERROR
    assert [f.where for f in run.failures] == ["provider registry"]
    assert "registry defect" in run.failures[0].traceback
    assert run.exit_code == 3


async def test_a_link_that_a_provider_forgets_is_a_defect_not_a_verdict(check: Check) -> None:
    """No answer for a claim is an internal error; the claims that were answered stand."""
    run = await check("https://papers.example/forgotten https://papers.example/b")

    assert list(verdicts(run).values()) == [Verdict.UNVERIFIED, Verdict.OK]
    assert run.exit_code == 3


async def test_offline_asks_nobody_and_says_so(internet: FakeInternet, check: Check) -> None:
    """With --offline, what only the network can tell is unverified, and warnings from the address stay."""
    run = await check("https://a.example/x https://a.example/signed https://a.example/dead", offline=True)

    assert list(verdicts(run).values()) == [Verdict.UNVERIFIED, Verdict.EXPIRING, Verdict.BROKEN]
    assert one(run, "https://a.example/x").judgement.rule is rules.OFFLINE
    assert internet.log == []


async def test_network_down_is_said_once_and_accuses_nobody(internet: FakeInternet, check: Check) -> None:
    """When no host can be reached, offline findings stay, the rest is unverified, and the exit code is 4."""
    internet.down()

    run = await check(" ".join(f"https://h{i}.example/" for i in range(30)) + " https://a.example/dead")

    assert run.network_down
    assert run.exit_code == 4
    assert run.counts[Verdict.BROKEN] == 1
    assert run.counts[Verdict.UNVERIFIED] == 30
    assert {r.judgement.rule for r in run.results if r.judgement.verdict is Verdict.UNVERIFIED} == {rules.NETWORK_DOWN}
    assert len(run.hints) == 1
    assert run.hints[0].startswith("Check the connection")


async def test_one_dead_host_among_living_ones_is_not_the_network(internet: FakeInternet, check: Check) -> None:
    """As soon as anybody answers, a host that does not exist is the link's fault."""
    internet.site("a.example").page("/", "x")

    run = await check("https://a.example/ https://gone.example/ https://gone2.example/")

    assert not run.network_down
    assert list(verdicts(run).values()) == [Verdict.OK, Verdict.BROKEN, Verdict.BROKEN]


async def test_a_list_whose_only_host_is_gone_is_no_network_failure(internet: FakeInternet, check: Check) -> None:
    """One host, and it does not exist, while other names can be looked up: the link is broken."""
    run = await check("https://gone.example/")

    assert not run.network_down
    assert list(verdicts(run).values()) == [Verdict.BROKEN]
    assert internet.log == []


async def test_a_list_with_one_host_notices_that_the_network_is_down(internet: FakeInternet, check: Check) -> None:
    """One host, and nothing can be looked up: nothing is said about the link."""
    internet.down("nxdomain")

    run = await check("https://a.example/")

    assert run.network_down
    assert list(verdicts(run).values()) == [Verdict.UNVERIFIED]


async def test_options_leave_out_addresses(internet: FakeInternet, check: Check) -> None:
    """--include, --exclude and --kind make the rest ignored, without a request."""
    internet.site("a.example").page("/", "x")
    text = "https://a.example/ https://b.example/ ![i](https://c.example/i.png)"

    assert list(verdicts(await check(text, include=(r"//a\.",))).values()) == [Verdict.OK] + [Verdict.IGNORED] * 2
    assert list(verdicts(await check(text, exclude=(r"//[bc]\.",))).values()) == [Verdict.OK] + [Verdict.IGNORED] * 2
    assert list(verdicts(await check(text, kinds=frozenset({Kind.PAPER}))).values()) == [Verdict.IGNORED] * 3
    assert internet.hosts == {"a.example"}


async def test_a_pattern_sees_the_beginning_of_a_url_only(internet: FakeInternet, check: Check) -> None:
    """However long a URL is, a user's pattern gets 2,048 characters of it (docs/threat-model.md)."""
    internet.site("a.example").default(_fine)
    start = "https://a.example/"
    seen, unseen = (start + "x" * (2048 - len(start) - spare) + "needle" for spare in (6, 5))

    assert list(verdicts(await check(seen, exclude=("needle",))).values()) == [Verdict.IGNORED]
    assert list(verdicts(await check(unseen, exclude=("needle",))).values()) == [Verdict.OK]
    assert list(verdicts(await check(unseen, include=("needle",))).values()) == [Verdict.IGNORED]


async def test_other_schemes_are_left_alone(check: Check) -> None:
    """A mail address is not a dead link."""
    run = await check("[m](mailto:me@example.org) [t](tel:+123)")

    assert set(verdicts(run).values()) == {Verdict.IGNORED}
    assert run.exit_code == 0


async def test_results_stand_in_source_order_whatever_comes_first(internet: FakeInternet, check: Check) -> None:
    """The order of answers does not show."""

    async def slow(_request: web.Request) -> web.Response:
        await internet.time.sleep(5)
        return web.Response(text="late")

    internet.site("slow.example").handle("/", slow)
    internet.site("a.example").page("/", "x")
    text = "https://a.example/ https://slow.example/ https://papers.example/1 https://a.example/dead"

    run = await check(text)

    assert list(verdicts(run)) == text.split()


async def test_a_list_without_links_is_not_a_silent_zero(check: Check) -> None:
    """No link is no failure, but a notice names the file."""
    run = await check("Nothing here, not even `https://code.example/`.")

    assert run.exit_code == 0
    assert [notice.path.rpartition("/")[2] for notice in run.notices] == ["list.md"]
    assert "No links found" in run.notices[0].message


async def test_missing_input_is_named_and_the_others_are_checked(internet: FakeInternet, tmp_path: Path) -> None:
    """One file is missing: the other's results stand and the exit code is not a silent 0."""
    internet.site("a.example").page("/", "x")
    path = tmp_path / "list.md"
    await asyncio.to_thread(path.write_text, "https://a.example/")
    deps = Deps(make_net=lambda _config, _observer: internet.net(), now=internet.time.now, clock=internet.time.clock)

    run = await engine.run(Config(inputs=(str(tmp_path / "nowhere.md"), str(path))), deps)

    assert list(verdicts(run).values()) == [Verdict.OK]
    assert "nowhere.md: no such file" in run.unreadable[0]
    assert run.exit_code == 2


async def test_an_interrupted_run_keeps_what_it_found(internet: FakeInternet, check: Check) -> None:
    """Cancellation gives a run with what was settled; the rest is unverified, and the exit code is 130."""
    internet.site("a.example").page("/", "x", status=404)
    asked = asyncio.Event()

    async def never(_request: web.Request) -> web.Response:
        asked.set()
        await asyncio.Event().wait()
        return web.Response()

    internet.site("never.example").handle("/", never)
    task = asyncio.ensure_future(check("https://a.example/ https://never.example/"))
    await asked.wait()
    await internet.time.sleep(5)
    task.cancel()

    run = await task

    assert run.interrupted
    assert run.exit_code == 130
    assert list(verdicts(run).values()) == [Verdict.BROKEN, Verdict.UNVERIFIED]
    assert one(run, "https://never.example/").judgement.rule is rules.OUT_OF_TIME


class Forgiving(Review):
    """Takes back every accusation of ``b.example``, and crashes if told to."""

    name, rank, crash = "forgiving", 10, False

    async def look(self, results: Sequence[Result], net: Net, now: datetime) -> AsyncIterator[Evidence]:  # noqa: ARG002
        """Look at the accused."""
        for result in results:
            if result.judgement.verdict is Verdict.BROKEN and "b.example" in result.target.url:
                yield Evidence(key=result.target.key, checked_by=self.name)
        if type(self).crash:
            raise RuntimeError("review defect")


async def test_a_review_has_the_last_word(
    internet: FakeInternet, check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a review gives takes the place of what was found; everything else stands."""
    monkeypatch.setattr(rules, "review_classes", lambda: (Forgiving,))
    for host in ("a.example", "b.example"):
        internet.site(host).page("/", "x", status=404)

    run = await check("https://a.example/ https://b.example/")

    assert list(verdicts(run).values()) == [Verdict.BROKEN, Verdict.OK]
    assert run.results[1].evidence.checked_by == "forgiving"


async def test_a_crash_in_a_review_costs_no_result(
    internet: FakeInternet, check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A review that crashes is told with exit code 3; the results stand."""
    monkeypatch.setattr(rules, "review_classes", lambda: (Forgiving,))
    monkeypatch.setattr(Forgiving, "crash", True)
    internet.site("a.example").page("/", "x", status=404)

    run = await check("https://a.example/")

    assert list(verdicts(run).values()) == [Verdict.BROKEN]
    assert [f.where for f in run.failures] == ["review forgiving"]
    assert run.exit_code == 3


async def test_online_reviews_do_not_run_offline(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    """With --offline only reviews that need no network look again."""
    monkeypatch.setattr(rules, "review_classes", lambda: (Forgiving,))

    assert list(verdicts(await check("https://b.example/dead", offline=True)).values()) == [Verdict.BROKEN]


async def test_progress_ends_at_the_end(internet: FakeInternet, tmp_path: Path) -> None:
    """Progress counts every address once."""
    internet.site("a.example").page("/", "x")
    steps: list[tuple[int, int, int]] = []

    class Recorder:
        """Keeps what it is told."""

        def step(self, done: int, total: int, lost: int, waiting: Callable[[], dict[str, int]]) -> None:
            """Keep it."""
            steps.append((done, total, lost))
            assert sum(waiting().values()) <= total

        def phase(self, doing: str) -> None:
            """There is no review."""
            raise AssertionError(doing)

    path = tmp_path / "list.md"
    await asyncio.to_thread(path.write_text, "https://a.example/ https://a.example/dead https://papers.example/1")
    deps = Deps(
        make_net=lambda _config, _observer: internet.net(),
        now=internet.time.now,
        clock=internet.time.clock,
        progress=Recorder(),
    )

    await engine.run(Config(inputs=(str(path),)), deps)

    assert steps[-1][:2] == (3, 3)
    assert [done for done, _, _ in steps] == [1, 2, 3]
    assert [lost for _, _, lost in steps] in ([0, 0, 1], [0, 1, 1], [1, 1, 1])
