"""Where the links of a long list lie: in memory or packed, the report is the same; and how much memory a link takes."""

from __future__ import annotations

import asyncio
import gc
import pickle
import sqlite3
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from linkwarden import checked
from linkwarden.api import run_loop
from linkwarden.config import Config
from linkwarden.deps import Deps
from linkwarden.extract.markdown import Markdown
from linkwarden.inputs import Source
from linkwarden.model import Evidence, Markup, Occurrence, Results, Run, Span, Target, Verdict
from linkwarden.report import ReportOptions, formats
from linkwarden.run import engine, entries, intake, schedule, shelf
from linkwarden.run.entry import Entry
from linkwarden.run.packing import Packer
from tests.internet import FakeInternet

PAGE = "<title>Words of {0}</title><h1 id=here>Words of {0}</h1><p>This is what a page has to say that is there."
LIST = """# Papers

[![build](https://fine.example/badge.png)](https://fine.example/1) and 𝒰nicode [Words of 2](https://fine.example/2)

- [Words of 1](https://fine.example/1) - the first
- [again](https://fine.example/1/?utm_source=x), [a part](https://fine.example/1#here), [none](https://fine.example/1#no)
- [paper](https://gone.example/a) of what is gone <!-- linkwarden-ignore -->
- [Gone](https://gone.example/b)
- [Moved](http://moved.example/old) and [here](#papers), [nowhere](#nothing), [file](other.md), [none](missing.md)
- [by reference][ref] and [again][ref]; [mail](mailto:a@b.example), [broken](http://)
- [Signed](https://s3.example/x?X-Amz-Date=20261120T000000Z&X-Amz-Expires=604800&X-Amz-Signature=aa&X-Amz-Credential=c)

[ref]: https://fine.example/3 "title"
""" + "".join(f"\n- [Many {n}](https://fine.example/many)" for n in range(12))


@pytest.fixture
def lists(internet: FakeInternet, tmp_path: Path) -> tuple[str, ...]:
    """Two lists with something of everything, and the hosts that they link."""
    fine = internet.site("fine.example")
    for path in ("/1", "/1/", "/2", "/3", "/many"):
        fine.page(path, PAGE.format(path[1:]))
    internet.site("gone.example").page("/", PAGE.format("home"))
    internet.site("moved.example").redirect("/old", "/new", 301).page("/new", PAGE.format("new"))
    (tmp_path / "other.md").write_text("# Other\n", "utf-8")
    (tmp_path / "one.md").write_text(LIST, "utf-8")
    (tmp_path / "two.md").write_text("# Two\n\n" + LIST.replace("Papers", "Others"), "utf-8")
    return str(tmp_path / "two.md"), str(tmp_path / "one.md")


async def check(internet: FakeInternet, names: tuple[str, ...]) -> Run:
    """Give the run over some lists."""
    deps = Deps(make_net=lambda *_: internet.net(), now=internet.time.now, clock=internet.time.clock)
    return await engine.run(Config(inputs=names), deps)


@pytest.mark.parametrize("at_hand", [0, 5])
async def test_reports_are_the_same_byte_for_byte(
    internet: FakeInternet, lists: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, at_hand: int
) -> None:
    """In every format, whatever was packed."""
    whole = await check(internet, lists)
    monkeypatch.setattr(entries, "AT_HAND", at_hand)

    run = replace(await check(internet, lists), started=whole.started, duration_s=whole.duration_s)

    assert isinstance(run.results, Results)
    assert isinstance(whole.results, tuple)
    assert run == whole
    for report in formats():
        one, other = [await asyncio.to_thread(checked.Run.of(each).to, report.name) for each in (run, whole)]
        assert one == other, report.name


async def test_reading_waits_for_requests(
    internet: FakeInternet, lists: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """However few links may wait at once, all are checked, and the report is the same."""
    whole = await check(internet, lists)
    monkeypatch.setattr(schedule, "MOST_WAITING", 1)
    monkeypatch.setattr(intake, "_BREATH", 1)

    run = await check(internet, lists)

    assert run.results == whole.results


async def test_results_are_a_sequence(
    internet: FakeInternet, lists: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a tuple is: length, index, slice, iteration, equality."""
    monkeypatch.setattr(entries, "AT_HAND", 0)
    results = (await check(internet, lists)).results
    every = tuple(results)

    assert isinstance(results, Results)
    assert len(every) == len(results) > 10
    assert (results[0], results[-1], results[2:5]) == (every[0], every[-1], every[2:5])
    assert every[3] in results
    assert every == results
    assert results != every[:-1]
    assert results != (*every[:-1], every[0])
    assert results != 10
    with pytest.raises(IndexError):
        results[len(every)]
    assert list(results.but({3: every[0]})) == [*every[:3], every[0], *every[4:]]


async def test_a_run_can_be_pickled(
    internet: FakeInternet, lists: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever keeps one gets it back, with its results."""
    monkeypatch.setattr(entries, "AT_HAND", 0)
    run = await check(internet, lists)

    assert pickle.loads(pickle.dumps(run)) == run  # noqa: S301 - our own


async def test_a_full_disk_costs_memory_and_nothing_else(
    internet: FakeInternet, lists: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What cannot be written stays; the report is the same."""
    whole = await check(internet, lists)
    connect = sqlite3.connect

    def small(*args: Any, **options: Any) -> sqlite3.Connection:
        database: sqlite3.Connection = connect(*args, **options)
        database.execute("PRAGMA max_page_count = 3")
        return database

    monkeypatch.setattr(sqlite3, "connect", small)
    monkeypatch.setattr(entries, "AT_HAND", 0)
    monkeypatch.setattr(shelf, "BATCH", 2)

    run = await check(internet, lists)

    assert isinstance(run.results, Results)
    assert run.results == whole.results
    assert not run.failures


def test_what_bytes_cannot_hold_is_not_packed() -> None:
    """Half of a surrogate pair, which the JSON of a service may hold."""
    place = Occurrence("https://a.example/", "https://a.example/", Markup.MD_BARE, Span("a.md", 1, 1, 1, 19, 0, 18))
    target = Target(place.url, place.url, place.url, "a.md", (place,))
    plain, odd = (Evidence(key=place.url, checked_by="page", title=title) for title in ("A", "\ud800"))
    packer = Packer()

    data = packer.packed(Entry(target, evidence=plain))

    assert data is not None
    assert packer.unpacked(data) == Entry(target, evidence=plain)
    assert packer.packed(Entry(target, evidence=odd)) is None


# --- memory -----------------------------------------------------------------------------------------------------

LINKS = 3_000


def listed(count: int, line: Callable[[int], str]) -> Source:
    """Give a list."""
    return Source("list.md", "# A list\n\n" + "".join(map(line, range(count))), Markdown())


@pytest.fixture
def held() -> Iterator[Callable[[Source], tuple[float, float, Run]]]:
    """Give a function that checks a list offline and says how many bytes the run holds at the end, and held at most."""
    deps = Deps(make_net=lambda *_: None)  # type: ignore[arg-type]

    def check(source: Source) -> Run:  # asyncio.run would write out its repr
        return run_loop(engine.run(Config(offline=True), deps, sources=[source]), offline=True)

    check(listed(1, line_of))  # loads what is loaded late
    tracemalloc.start()

    def measure(source: Source) -> tuple[float, float, Run]:
        gc.collect()
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        run = check(source)
        gc.collect()
        now, peak = tracemalloc.get_traced_memory()
        return now - before, peak - before, run

    yield measure
    tracemalloc.stop()


def line_of(number: int) -> str:
    """Give an entry with a link of its own."""
    return f"- [Link number {number}](https://host{number % 200}.site.org/page/{number}) - a short description of it.\n"


def test_a_link_takes_little_memory(held: Callable[[Source], tuple[float, float, Run]]) -> None:
    """As long as all are at hand, with everything that is known of them."""
    kept, peak, run = held(listed(LINKS, line_of))

    assert len(run.results) == LINKS
    assert kept / LINKS < 1_500
    assert peak / LINKS < 1_900


def test_a_packed_link_takes_next_to_none(
    held: Callable[[Source], tuple[float, float, Run]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its key and its number."""
    monkeypatch.setattr(entries, "AT_HAND", 0)
    monkeypatch.setattr(shelf, "BATCH", 64)

    kept, peak, run = held(listed(LINKS, line_of))

    assert isinstance(run.results, Results)
    assert {result.verdict for result in run.results} == {Verdict.UNVERIFIED}
    assert kept / LINKS < 350
    assert peak / LINKS < 1_300


def test_one_url_in_many_places(
    held: Callable[[Source], tuple[float, float, Run]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not packed again for each of them, and each takes little."""
    monkeypatch.setattr(entries, "AT_HAND", 0)

    kept, _, run = held(listed(LINKS, lambda _: "- [a](https://a.site.org/)\n"))

    assert run.occurrences == LINKS
    assert len(run.results) == 1
    assert kept / LINKS < 800


def test_a_huge_text_is_not_multiplied(
    held: Callable[[Source], tuple[float, float, Run]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One link whose text is a megabyte, and thousands of small ones beside it."""
    monkeypatch.setattr(entries, "AT_HAND", 0)
    size = 1_000_000

    kept, peak, run = held(listed(1, lambda _: f"- [{'x' * size}](https://a.site.org/)\n" + line_of(1)))

    assert [len(place.text) for result in run.results for place in result.target.occurrences] == [size, 13]
    assert kept < 3 * size
    assert peak < 20 * size


def test_the_json_report_is_written_link_by_link(
    held: Callable[[Source], tuple[float, float, Run]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long it is, no more than a piece of it is in memory."""
    monkeypatch.setattr(entries, "AT_HAND", 0)
    _, _, run = held(listed(LINKS, line_of))
    report = next(each for each in formats() if each.name == "json")()
    next(iter(report.pieces(run, ReportOptions())))
    gc.collect()
    before = tracemalloc.get_traced_memory()[0]
    tracemalloc.reset_peak()

    length = sum(len(piece) for piece in report.pieces(run, ReportOptions()))

    assert length > 400 * LINKS
    assert tracemalloc.get_traced_memory()[1] - before < 300_000
