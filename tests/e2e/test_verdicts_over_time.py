"""Lives of links over many nights, through the real engine: no false alarm, no death missed, dates and news right."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from linkwarden import api
from linkwarden.config import Config
from linkwarden.deps import Deps
from linkwarden.model import Kind, Result, Run, Verdict
from linkwarden.run import engine
from linkwarden.store import memory, schema
from tests.internet import FakeInternet

HOST = "a.example"
URL = f"https://{HOST}/x"
FINE = "<title>X</title> All that was promised is here."

OK, GONE, DOWN = Verdict.OK, Verdict.BROKEN, Verdict.UNVERIFIED

#: What can befall the link, in one word.
FATES: dict[str, Callable[[FakeInternet], object]] = {
    "ok": lambda _: None,
    "silent": lambda internet: internet.silent(HOST),
    "nxdomain": lambda internet: internet.dns(HOST, "nxdomain"),
    "500": lambda internet: internet.site(HOST).page("/x", "oops", status=500),
    "404": lambda internet: internet.site(HOST).page("/x", "no", status=404),
    "tls": lambda internet: internet.tls(HOST, "handshake"),
    "ipv6": lambda internet: internet.dns(HOST, "no-address"),
    "wall": lambda internet: internet.site(HOST).page("/x", "no", status=403),
    "slowly": lambda internet: internet.site(HOST).page("/x", "no", status=429),
    "moved": lambda internet: internet.site(HOST).page("/x", status=301, headers={"location": "/y"}),
    "soft": lambda internet: internet.site(HOST).page("/x", "<title>Page not found</title><h1>Page not found</h1>"),
    "network": lambda internet: internet.down(),
}


@dataclass
class Life:
    """A list with one link that is watched and two that are always well, a memory, and a clock."""

    internet: FakeInternet
    folder: Path
    options: dict[str, Any]

    @property
    def state(self) -> Path:
        """The memory's file."""
        return self.folder / "state.sqlite3"

    @property
    def now(self) -> datetime:
        """The time it is."""
        return self.internet.time.now()

    def write(self, text: str = f"[x]({URL})", name: str = "list.md") -> None:
        """Write a list; two links that work are always on it, so that the network is known to be there."""
        well = "[w](https://well.example/) [v](https://very.well.example/)"
        (self.folder / name).write_text(f"{text}\n{well}\n", "utf-8")

    def befall(self, fate: str) -> None:
        """Let the link be as it is tonight."""
        self.internet.dns(HOST, "servfail", 0)
        self.internet.connect(HOST, "refused", 0)
        self.internet.down(None)
        self.internet.site(HOST).page("/x", FINE)
        self.internet.site(HOST).page("/y", FINE)
        FATES[fate](self.internet)

    def run(self, fate: str, *names: str, after: timedelta = timedelta(days=1), **options: Any) -> Run:
        """Run once; the next run comes so much later than this one."""
        self.befall(fate)
        began = self.internet.time.clock()
        given = {"archive": False, "state": self.state, **self.options, **options}
        inputs = tuple(str(self.folder / name) for name in names or ("list.md",))
        config = Config(inputs=inputs, root=self.folder, **given)
        with api.memory_for(config) as recollection:
            deps = Deps(
                make_net=lambda *_: self.internet.serving(),
                now=self.internet.time.now,
                clock=self.internet.time.clock,
                memory=recollection,
            )
            done = asyncio.run(engine.run(config, deps))
        assert not done.failures
        self.internet.time.advance(max(0.0, began + after.total_seconds() - self.internet.time.clock()))
        return done

    def nights(self, fates: str, **options: Any) -> list[Run]:
        """Let nights pass, one a word."""
        return [self.run(fate, **options) for fate in fates.split()]


@pytest.fixture
def life(tmp_path: Path) -> Life:
    """A life that begins well."""
    internet = FakeInternet()
    for host in ("well.example", "very.well.example"):
        internet.site(host).page("/", FINE)
    found = Life(internet, tmp_path, {})
    found.write()
    return found


def one(run: Run, url: str = URL) -> Result:
    """Give the result of the link."""
    return next(result for result in run.results if result.target.url == url)


def said(runs: list[Run]) -> list[Verdict]:
    """Give its verdicts, night by night."""
    return [one(run).judgement.verdict for run in runs]


def mended(run: Run) -> list[str]:
    """Give what the run calls fixed."""
    return [fixed.url for fixed in run.fixed]


# --- no false alarm -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fate", ["silent", "nxdomain", "500"])
def test_a_host_that_rests_at_weekends_is_never_called_broken(life: Life, fate: str) -> None:
    """Two nights in seven, for five weeks."""
    runs = life.nights(f"ok ok ok ok ok {fate} {fate} " * 5)

    assert GONE not in said(runs)
    assert {mended(run) == [] for run in runs} == {True}


@pytest.mark.parametrize("fate", ["silent", "nxdomain"])
def test_running_it_often_makes_no_death(life: Life, fate: str) -> None:
    """Five runs by hand a day beside the night's do not wear the patience down; the third day does."""
    life.nights("ok")
    hour = timedelta(hours=1)
    first = [life.run(fate, after=hour) for _ in range(5)] + [life.run(fate, after=19 * hour)]
    second = [life.run(fate, after=hour) for _ in range(5)] + [life.run(fate, after=19 * hour)]

    assert set(said(first + second)) == {DOWN}
    assert said([life.run(fate)]) == [GONE]


def test_three_dates_in_a_day_are_no_three_days(life: Life) -> None:
    """From before one midnight to after the next are three dates and 25 hours."""
    life.internet.time.advance(20.5 * 3600)  # 23:30
    life.run("ok", after=timedelta(days=1))
    evening = life.run("silent", after=timedelta(hours=1))
    midnight = life.run("silent", after=timedelta(hours=24))
    next_day = life.run("silent", after=timedelta(hours=24))
    third = life.run("silent")

    assert said([evening, midnight, next_day]) == [DOWN] * 3
    assert said([third]) == [GONE]


@pytest.mark.parametrize("wall", ["wall", "slowly"])
def test_a_host_that_answers_between_failures_is_not_dead(life: Life, wall: str) -> None:
    """A refusal is no good answer, but the dead give none: failures before and after it are no row."""
    runs = life.nights(f"ok silent {wall} silent silent {wall} 500 silent ok")

    assert GONE not in said(runs)


def test_a_page_that_looked_ill_for_long_is_not_dead_by_one_bad_night(life: Life) -> None:
    """Suspicion for weeks is no failure of the network: that has to last for its own three days."""
    runs = life.nights("ok" + " soft" * 10 + " silent ok soft silent silent silent")

    assert said(runs) == [OK] + [Verdict.SUSPECT] * 10 + [DOWN, OK, Verdict.SUSPECT, DOWN, DOWN, GONE]


def test_a_night_without_a_network_counts_for_nothing(life: Life) -> None:
    """It neither lengthens a row of failures nor ends it."""
    runs = life.nights("ok silent network silent network network silent")

    assert said(runs) == [OK, DOWN, DOWN, DOWN, DOWN, DOWN, GONE]
    assert [run.network_down for run in runs] == [False, False, True, False, True, True, False]
    told = one(runs[-1]).history
    assert told is not None
    assert (told.failing_since, told.failures) == (runs[1].started.replace(microsecond=0), 3)


@pytest.mark.parametrize("fate", ["tls", "ipv6"])
def test_what_may_be_our_own_inability_is_no_death(life: Life, fate: str) -> None:
    """Readers may get through where this machine never has; what has worked from here and does so no more is dead."""
    assert set(said(life.nights(f"{fate} " * 6))) == {DOWN}
    life.internet._tls.clear()

    assert said(life.nights(f"ok {fate} {fate} {fate}")) == [OK, DOWN, DOWN, GONE]


@pytest.mark.parametrize("days", [7, 30])
def test_runs_that_were_skipped_count_for_nothing(life: Life, days: int) -> None:
    """Two failures with a gap between them are two, however long the gap is."""
    life.nights("ok")
    first = life.run("silent", after=timedelta(days=days))
    second = life.run("silent")

    assert said([first, second]) == [DOWN, DOWN]


# --- no death missed ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fates", ["silent nxdomain 500", "500 500 silent", "nxdomain nxdomain nxdomain"])
def test_a_death_is_found_on_its_third_day(life: Life, fates: str) -> None:
    """However it shows, dated from its first day, and new on the day on which it is told."""
    runs = life.nights(f"ok ok {fates} silent")

    assert said(runs) == [OK, OK, DOWN, DOWN, GONE, GONE]
    assert [one(run).is_new for run in runs] == [False] * 4 + [True, False]
    for run in runs[4:]:
        told = one(run).history
        assert told is not None
        assert told.failing_since == runs[2].started.replace(microsecond=0)
        assert told.last_ok == runs[1].started.replace(microsecond=0)


def test_a_life_of_all_sorts(life: Life) -> None:
    """Down, gone at once, well again (which is told), down: a row ends where it worked."""
    runs = life.nights("ok silent 404 silent ok silent silent ok")

    assert said(runs) == [OK, DOWN, GONE, GONE, OK, DOWN, DOWN, OK]
    assert [one(run).is_new for run in runs] == [False, False, True, False, False, False, False, False]
    assert [mended(run) for run in runs] == [[], [], [], [], [URL], [], [], []]
    told = one(runs[2]).history
    assert told is not None
    assert told.failing_since == runs[1].started.replace(microsecond=0)


def test_what_is_called_dead_stays_so_behind_a_wall(life: Life) -> None:
    """A wall says nothing for or against a page that was gone; afterwards it is no news."""
    runs = life.nights("ok 404 wall 404")

    assert said(runs) == [OK, GONE, DOWN, GONE]
    assert [one(run).is_new for run in runs] == [False, True, False, False]
    assert mended(runs[2]) == []


def test_a_lost_memory_delays_an_alarm_by_its_term_and_no_more(life: Life) -> None:
    """The cache is gone on the second night of a death: with ``--patient`` it takes three nights from there."""
    life.options["patient"] = True
    life.nights("ok nxdomain")
    life.state.unlink()

    assert said(life.nights("nxdomain nxdomain nxdomain")) == [DOWN, DOWN, GONE]


def test_an_older_memory_costs_the_nights_that_it_missed(life: Life) -> None:
    """A cache from two nights ago: nothing false, the date still the first that it knows of, the alarm later."""
    runs = life.nights("ok silent")
    old = life.state.read_bytes()
    life.nights("silent")
    life.state.write_bytes(old)
    later = life.nights("silent silent")

    assert said(later) == [DOWN, GONE]
    told = one(later[-1]).history
    assert told is not None
    assert (told.failing_since, told.failures) == (runs[1].started.replace(microsecond=0), 3)


@pytest.mark.parametrize("patient", [True, False])
def test_a_memory_that_cannot_be_written_hides_nothing(
    life: Life,
    monkeypatch: pytest.MonkeyPatch,
    patient: bool,  # noqa: FBT001
) -> None:
    """Who cannot count nights cannot wait for the third: the death is told at once, as without a memory."""
    life.nights("ok")

    def refuse(*_: Any, **__: Any) -> None:
        raise schema.UnusableError("it cannot be written here")

    monkeypatch.setattr(memory, "make_folder", refuse)
    runs = [life.run("nxdomain", patient=patient) for _ in range(2)]

    assert all("not stored" in run.notices[-1].message for run in runs)
    assert said(runs) == [GONE, GONE]


def test_a_memory_that_another_run_has_still_waits(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is free again tomorrow; until then one bad night with ``--patient`` stays one bad night."""

    def refuse(*_: Any, **__: Any) -> None:
        raise schema.BusyError("another run is using it")

    monkeypatch.setattr(memory, "make_folder", refuse)

    assert said([life.run("nxdomain", patient=True)]) == [DOWN]


def test_a_memory_that_is_ahead_hides_nothing(life: Life) -> None:
    """A clock was years ahead once, and nothing can be written since: no finding waits for a count that never grows."""
    life.nights("ok")
    with closing(sqlite3.connect(life.state)) as connection, connection:
        connection.execute("UPDATE runs SET at = at + 400000000")
    runs = life.nights("nxdomain nxdomain", patient=True)

    assert said(runs) == [GONE, GONE]
    assert all("Nothing was stored" in run.notices[-1].message for run in runs)


def test_a_look_into_the_future_changes_nothing(life: Life) -> None:
    """One run with ``--now`` years ahead is not remembered; the nights after it are."""
    life.nights("ok")
    look = life.run("silent", now=life.now + timedelta(days=4000))
    runs = life.nights("silent silent silent")

    assert any("not stored" in notice.message for notice in look.notices)
    assert said(runs) == [DOWN, DOWN, GONE]
    assert not any(run.notices for run in runs)


# --- freshness ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fate", ["404", "soft"])
def test_freshness_ends(life: Life, fate: str) -> None:
    """What goes the day after it was seen well is found in the first run after the term."""
    runs = life.nights(f"ok {fate} {fate} {fate} {fate}", fresh_for=timedelta(days=3))

    assert [verdict is not OK for verdict in said(runs)] == [False, False, False, True, True]
    assert [one(run).is_new for run in runs] == [False, False, False, True, False]
    told = one(runs[3]).history
    assert told is not None
    assert told.last_ok == runs[0].started.replace(microsecond=0)


@pytest.mark.parametrize("text", [f"![x]({URL})", f"[x]({URL}) ![x]({URL})"])
def test_a_page_that_stands_as_a_picture_now_is_asked(life: Life, text: str) -> None:
    """A good page is no good picture; and what was asked counts as asked, also where it stands as both."""
    life.nights("ok", fresh_for=timedelta(days=9))
    life.write(text)
    runs = life.nights("ok ok", fresh_for=timedelta(days=9))

    assert said(runs) == [GONE, GONE]
    assert [one(run).is_new for run in runs] == [True, False]
    assert not one(runs[0]).remembered


@pytest.mark.parametrize("second", [{"etag": '"two"'}, {"last-modified": "Thu, 01 Jan 2015 00:00:00 GMT"}])
def test_a_server_that_contradicts_itself_is_read_again(
    life: Life, monkeypatch: pytest.MonkeyPatch, second: dict[str, str]
) -> None:
    """With "not changed" comes another tag or date than the one that was asked about: another file stands there now."""
    first = {"etag": '"one"'} if "etag" in second else {"last-modified": "Sun, 01 Nov 2026 00:00:00 GMT"}
    nights: list[Run] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        if nights and "if-none-match" not in request.headers and "if-modified-since" not in request.headers:
            return web.Response(text="<title>Page not found</title><h1>Page not found</h1>", content_type="text/html")
        if nights:
            return web.Response(status=304, headers=second)
        return web.Response(text=FINE, content_type="text/html", headers=first)

    life.internet.site(HOST).handle("/x", answer)
    monkeypatch.setattr(life, "befall", lambda _: None)
    nights += [life.run("")]
    nights += [life.run("")]

    assert said(nights) == [OK, Verdict.SUSPECT]


# --- lists that change ----------------------------------------------------------------------------------------------


def test_a_link_that_comes_back_to_the_list_is_news(life: Life) -> None:
    """Taken out it is told as fixed; put in again, still dead, it is new, and dated from its first failure."""
    first = life.run("404")
    life.write("nothing")
    out = life.run("404")
    life.write()
    back = life.run("404")
    again = life.run("404")

    assert mended(out) == [URL]
    assert [one(run).is_new for run in (first, back, again)] == [True, True, False]
    told = one(back).history
    assert told is not None
    assert told.failing_since == first.started.replace(microsecond=0)


def test_a_link_that_moves_between_lists_is_no_news(life: Life) -> None:
    """Neither fixed in the one nor new in the other, where both are checked together."""
    life.write("nothing", "other.md")
    life.run("404", "list.md", "other.md")
    life.write("nothing")
    life.write(f"[x]({URL})", "other.md")
    run = life.run("404", "list.md", "other.md")

    assert mended(run) == []
    assert not one(run).is_new


def test_narrow_runs_between_full_ones_change_nothing(life: Life) -> None:
    """``--kind``, ``--include``, ``--exclude`` and ``--offline`` take nothing out and fix nothing."""
    life.run("404")
    narrow = [
        life.run("404", kinds=frozenset({Kind.PAPER})),
        life.run("404", include=("well",)),
        life.run("404", exclude=("a.example",)),
        life.run("404", offline=True),
    ]
    full = life.run("404")

    assert [mended(run) for run in narrow] == [[]] * 4
    assert mended(full) == []
    assert not one(full).is_new
    told = one(full).history
    assert told is not None
    assert told.failures == 2


def test_a_redirect_that_comes_and_goes_is_no_failure(life: Life) -> None:
    """A moved page is got by readers, so its nights end rows and begin none."""
    runs = life.nights("ok moved silent silent moved silent silent ok")

    assert said(runs) == [OK, Verdict.MOVED, DOWN, DOWN, Verdict.MOVED, DOWN, DOWN, OK]


# --- runs that do not come to their end -----------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["killed", "interrupted"])
@pytest.mark.parametrize("fresh", [timedelta(0), timedelta(days=3)])
def test_what_a_broken_off_run_saw_mended_is_told_by_the_next(
    life: Life, monkeypatch: pytest.MonkeyPatch, how: str, fresh: timedelta
) -> None:
    """A repair is news for the first report that is complete, once."""
    life.nights("404")
    with monkeypatch.context() as patch:
        _break_off(patch, how)
        broken_off = life.run("ok", fresh_for=fresh)
    runs = life.nights("ok ok", fresh_for=fresh)

    assert mended(broken_off) == []
    assert [mended(run) for run in runs] == [[URL], []]


def test_broken_off_runs_between_failures_are_nights_like_others(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    """What they saw fail has failed, and on the third day it is called so; then it is no news for the next."""
    life.nights("ok silent")
    with monkeypatch.context() as patch:
        _break_off(patch, "interrupted")
        broken_off = life.nights("silent silent")
    last = life.nights("silent ok")

    assert said(broken_off + last) == [DOWN, GONE, GONE, OK]
    assert [one(run).is_new for run in broken_off + last] == [False, True, False, False]
    assert [mended(run) for run in last] == [[], [URL]]


def _break_off(patch: pytest.MonkeyPatch, how: str) -> None:
    """Let a run be stopped after all is asked: with its report still written, or at once."""
    look_again = engine._Inspection._review

    async def stop(self: engine._Inspection, *, online: bool) -> None:
        if online:
            raise asyncio.CancelledError
        await look_again(self, online=online)

    if how == "interrupted":
        patch.setattr(engine._Inspection, "_review", stop)
        return

    async def finish(_self: memory.StoredMemory, run: Run) -> Run:
        return run

    patch.setattr(memory.StoredMemory, "finish", finish)
