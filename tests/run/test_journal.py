"""A run that goes on where another was stopped, and shards that are merged to the report of one run."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import tracemalloc
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from linkwarden import rules
from linkwarden.answers import rules as http
from linkwarden.config import Config, Shard, with_overrides
from linkwarden.deps import Deps, Settled
from linkwarden.model import (
    Basis,
    Evidence,
    Fact,
    FactKind,
    NothingToCheckError,
    Paper,
    Run,
    Suggestion,
    UsageError,
    Validators,
    Verdict,
)
from linkwarden.run import engine, shelf
from linkwarden.run.journal import Journal, read_parts
from tests.internet import FakeInternet

pytestmark = pytest.mark.usefixtures("wherever_links_lie")

HOSTS = [f"h{n}.site.org" for n in range(12)]


@pytest.fixture
def listed(internet: FakeInternet, tmp_path: Path) -> Path:
    """A list of 48 links on twelve hosts: every fourth is gone, one host moves its pages."""
    lines = []
    for n, host in enumerate(HOSTS):
        site = internet.site(host)
        for page in range(4):
            if page:
                site.page(f"/{page}", f"<title>Page {page}</title><p>Words of a page that is there, and readable.")
            lines.append(f"- [entry {n} {page}](https://{host}/{page}) and [a place](#places)")
        site.redirect("/old", "/new", 301).page("/new", "<title>New</title><p>Words of a page that is there.")
        lines.append(f"- [old](https://{host}/old)")
    path = tmp_path / "list.md"
    path.write_text("# Places\n\n" + "\n".join(lines), "utf-8")
    return path


async def check(internet: FakeInternet, listed: Path, deps: dict[str, Any] | None = None, **options: Any) -> Run:
    """Give the run over a list."""
    wired = Deps(make_net=lambda *_: internet.net(), now=internet.time.now, clock=internet.time.clock, **(deps or {}))
    return await engine.run(with_overrides(Config(), {"inputs": (str(listed),), **options}), wired)


def said(run: Run) -> list[tuple[str, Verdict, str, str]]:
    """Give what a run says of each URL."""
    return [
        (
            r.target.url,
            r.judgement.verdict,
            r.judgement.reason,
            r.judgement.suggestion.url if r.judgement.suggestion else "",
        )
        for r in run.results
    ]


async def test_shards_share_the_hosts_and_are_merged(internet: FakeInternet, listed: Path, tmp_path: Path) -> None:
    """Each link is checked by one shard, all of a host by the same one, and the merged report is that of one run."""
    whole = await check(internet, listed)
    internet.log.clear()
    parts = [tmp_path / f"part-{n}.jsonl" for n in (1, 2, 3)]
    hosts: list[set[str]] = []
    for n, part in enumerate(parts, 1):
        before = len(internet.log)
        await check(internet, listed, journal=part, shard=Shard(n, 3))
        hosts.append({entry.host for entry in internet.log[before:]} & set(HOSTS))
    assert Counter(host for found in hosts for host in found) == Counter(HOSTS)
    internet.log.clear()

    merged = await check(internet, listed, {"parts": await asyncio.to_thread(read_parts, parts)})

    assert said(merged) == said(whole)
    assert internet.log == []


async def test_a_run_goes_on_where_it_was_stopped(internet: FakeInternet, listed: Path, tmp_path: Path) -> None:
    """What was settled is not asked again, a cut line is, and the journal of a finished run is taken away."""
    journal = tmp_path / "run.jsonl"
    whole = await check(internet, listed)
    internet.log.clear()
    await check(internet, listed, journal=journal, shard=Shard(1, 1))
    lines = journal.read_text("utf-8").splitlines()
    settled = [line for line in lines if '"key"' in line][:20]
    head = lines[0].replace('"shard":"1/1"', '"shard":""')
    journal.write_text("\n".join([head, *settled]) + '\n{"key": "https://h', "utf-8")
    known = {value["key"] for line in settled if "rule" not in (value := json.loads(line))["evidence"]}
    assert known
    internet.log.clear()

    run = await check(internet, listed, journal=journal)

    assert said(run) == said(whole)
    assert not {entry.url for entry in internet.log} & known
    assert not journal.exists()


def test_what_nobody_could_tell_is_asked_again(tmp_path: Path) -> None:
    """A server that was down for a moment gets another chance; what was found out is kept, with all that was seen."""
    now = datetime(2026, 11, 30, tzinfo=UTC)
    full = Evidence(
        key="a",
        checked_by="web",
        rule=http.MOVED_PERMANENTLY,
        reason="It moved.",
        status=200,
        final_url="https://b.site.org/",
        expires_at=now,
        suggestion=Suggestion("https://b.site.org/", "moved", Basis.SAME_PATH),
        facts=(Fact("a redirect", "https://a.site.org/", 301, FactKind.REDIRECT),),
        title="A page",
        paper=Paper("A Paper", "10.1000/a"),
        validators=Validators('"x"', None),
        looked=now,
    )
    found = [
        Settled("web", False, full, (replace(full, rule=None, reason=""),)),
        Settled("web", True, replace(full, rule=None), ()),
    ]
    lost = Settled("web", False, Evidence(key="c", checked_by="web", rule=http.TIMED_OUT, reason="late"), ())
    first = Journal(tmp_path / "run.jsonl", None, now)
    first.open()
    for key, settled in zip("abc", (*found, lost), strict=True):
        first.add(key, settled)
    first.close(None, {})

    then = Journal(tmp_path / "run.jsonl", None, now + timedelta(hours=23))
    then.open()
    then.close(None, {})
    assert then.known == {"a": found[0], "b": replace(found[1], evidence=replace(found[1].evidence, key="b"))}

    late = Journal(tmp_path / "run.jsonl", None, now + timedelta(days=2))
    late.open()
    late.close([], {})
    assert late.known == {}
    assert not (tmp_path / "run.jsonl").exists()


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda parts: parts[:2], "shards are missing: 3/3"),
        (lambda parts: [*parts[:2], parts[0]], "is shard 1/3"),
        (lambda parts: [*parts[:2], parts[2].with_name("list.md")], "is no journal"),
    ],
)
async def test_shards_that_do_not_fit_are_refused(
    internet: FakeInternet, listed: Path, tmp_path: Path, change: Any, problem: str
) -> None:
    """Each message says which file, and what to do."""
    parts = [tmp_path / f"part-{n}.jsonl" for n in (1, 2, 3)]
    for n, part in enumerate(parts, 1):
        await check(internet, listed, journal=part, shard=Shard(n, 3))

    with pytest.raises(UsageError, match=problem):
        await asyncio.to_thread(read_parts, change(parts))


async def test_a_run_without_a_list_leaves_no_open_journal(internet: FakeInternet, tmp_path: Path) -> None:
    """An unclosed file is a warning, and a warning fails the tests; the next run begins with what was written."""
    with pytest.raises(NothingToCheckError):
        await check(internet, tmp_path / "nowhere.md", journal=tmp_path / "run.jsonl")
    gc.collect()


async def test_a_shard_without_a_journal_is_refused(internet: FakeInternet, listed: Path) -> None:
    """What it found would be lost."""
    with pytest.raises(UsageError, match="--shard needs --journal"):
        await check(internet, listed, shard=Shard(1, 2))


async def test_a_shard_that_was_stopped_is_not_merged(internet: FakeInternet, listed: Path, tmp_path: Path) -> None:
    """Its journal lacks the last line."""
    part = tmp_path / "part.jsonl"
    await check(internet, listed, journal=part, shard=Shard(1, 1))
    part.write_text(part.read_text("utf-8").rsplit("\n", 2)[0] + "\n", "utf-8")

    with pytest.raises(UsageError, match="no finished shard"):
        await asyncio.to_thread(read_parts, [part])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("evidence", "text"),
        ("evidence", None),
        ("notes", ["text"]),
        ("notes", 3),
        ("evidence", {"by": "web", "status": 1e999}),
        ("evidence", {"by": "web", "facts": [["a"]]}),
        ("evidence", {"by": "web", "suggestion": {"url": "x"}}),
        ("evidence", {"by": "web", "expires_at": "2027-01-01T00:00:00"}),
        ("evidence", {"by": "web", "rule": "LW000"}),
        ("evidence", {"by": "web", "rule": []}),
    ],
)
async def test_lines_of_somebody_elses_making_are_left_out(
    internet: FakeInternet, listed: Path, tmp_path: Path, name: str, value: object
) -> None:
    """What is no finding costs its own URL, never the run."""
    part = tmp_path / "part.jsonl"
    await check(internet, listed, journal=part, shard=Shard(1, 1))
    whole = await asyncio.to_thread(read_parts, [part])
    lines = [json.loads(line) for line in part.read_text("utf-8").splitlines()]
    spoilt = lines[1]["key"]
    lines = [line | {name: value} if line.get("key") == spoilt else line for line in lines]
    part.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")

    found = await asyncio.to_thread(read_parts, [part])

    assert found.known == {key: settled for key, settled in whole.known.items() if key != spoilt}


@pytest.mark.parametrize("shard", ["one", "1/", "/", "0/1", "1/99999999999", "1/1/1"])
async def test_a_shard_of_somebody_elses_making_is_refused(
    internet: FakeInternet, listed: Path, tmp_path: Path, shard: str
) -> None:
    """A number that is none, or one that would fill the memory, is a message."""
    part = tmp_path / "part.jsonl"
    await check(internet, listed, journal=part, shard=Shard(1, 1))
    part.write_text(part.read_text("utf-8").replace('"1/1"', json.dumps(shard), 1), "utf-8")

    with pytest.raises(UsageError, match="no finished shard"):
        await asyncio.to_thread(read_parts, [part])


def test_a_pipe_is_no_journal(tmp_path: Path) -> None:
    """It is not waited for."""
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(UsageError, match="is no journal"):
        read_parts([tmp_path / "pipe"])


def test_what_a_journal_knows_does_not_fill_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a URL its key stays, and what was found about it is read again for who asks."""
    monkeypatch.setattr(shelf, "BATCH", 64)
    now, count = datetime(2026, 11, 22, 3, tzinfo=UTC), 2_000
    fact = Fact("a fact that takes its place", "https://h.site.org/" + "x" * 200, 301)
    first = Journal(tmp_path / "run.jsonl", None, now)
    first.open()
    for number in range(count):
        key = f"https://h.site.org/{number}"
        first.add(key, Settled("page", False, Evidence(key=key, checked_by="page", status=number, facts=(fact,)), ()))
    first.close(None, {})
    again = Journal(tmp_path / "run.jsonl", None, now)
    rules.all_rules()
    tracemalloc.start()
    try:
        again.open()
        kept = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()

    assert kept / count < 350
    assert [again.known[f"https://h.site.org/{n}"].evidence.status for n in (0, 1_000, 1_999)] == [0, 1_000, 1_999]
    again.close(None, {})


def test_every_lane_belongs_to_one_shard() -> None:
    """The same on every machine: these numbers may not change between versions that work together."""
    shards = [Shard(n, 7) for n in range(1, 8)]
    for n in range(200):
        assert sum(shard.has(f"h{n}.site.org") for shard in shards) == 1
    assert [shard.number for shard in shards if shard.has("github (registry)")] == [3]
    assert replace(shards[0], of=1).has("anything")
