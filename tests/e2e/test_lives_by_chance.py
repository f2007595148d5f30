"""Lives made up by chance, told night by night and compared with what a second, much simpler book-keeper says."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from pathlib import Path

import pytest

from linkwarden import api
from linkwarden.config import Config
from linkwarden.deps import Deps
from linkwarden.model import SETTLED, Run, Verdict
from linkwarden.run import engine
from linkwarden.store.memory import StoredMemory
from tests.internet import FakeInternet

HOSTS = [f"h{number}.example" for number in range(16)]
WELL = ["well.example", "wohl.example"]
FAILURES = ["silent", "nxdomain", "500", "servfail"]
FATES = ["ok", "ok", "ok", *FAILURES, "404", "wall", "soft"]
#: What may become of a night's run: most come to their end.
NIGHTS = ["full"] * 8 + ["interrupted", "killed", "down", "skipped"]
AT_ONCE = {"ok": Verdict.OK, "404": Verdict.BROKEN, "wall": Verdict.UNVERIFIED, "soft": Verdict.SUSPECT}


@dataclass
class Book:
    """What the book-keeper knows of one host: nights in a row without an answer, if it is called gone, what was told.

    Attributes:
        row: how many runs the row of failures has; each is another night here.
        gone: it is called broken.
        told: it is a finding in the last report.
    """

    row: int = 0
    gone: bool = False
    told: bool = False

    def see(self, fate: str) -> Verdict:
        """Take one look down, and give the verdict that is right."""
        if fate in FAILURES:
            self.row += 1
            self.gone = self.gone or self.row >= 3
            return Verdict.BROKEN if self.gone else Verdict.UNVERIFIED
        self.gone = fate == "404" or (fate == "wall" and self.gone)
        self.row = self.row if self.gone else 0
        return AT_ONCE[fate]


def befall(internet: FakeInternet, host: str, fate: str) -> None:
    """Let a host be as it is tonight."""
    internet.dns(host, "servfail", 0)
    internet.connect(host, "refused", 0)
    site = internet.site(host)
    site.page("/x", f"<title>{host}</title> All that was promised is here.")
    if fate == "silent":
        internet.silent(host)
    elif fate in ("nxdomain", "servfail"):
        internet.dns(host, fate)  # type: ignore[arg-type]
    elif fate == "soft":
        site.page("/x", "<title>Page not found</title><h1>Page not found</h1>")
    elif fate != "ok":
        site.page("/x", "no", status={"500": 500, "404": 404, "wall": 403}[fate])


def run_once(internet: FakeInternet, folder: Path, night: str) -> Run:
    """Let a night's run take place, or a part of it."""
    config = Config(inputs=(str(folder / "l.md"),), root=folder, state=folder / "s", archive=False, patient=True)
    look_again = engine._Inspection._review

    async def stop(self: engine._Inspection, *, online: bool) -> None:
        if online:
            raise asyncio.CancelledError
        await look_again(self, online=online)

    async def die(_: StoredMemory, run: Run) -> Run:
        return run

    internet.down("servfail" if night == "down" else None)
    with pytest.MonkeyPatch.context() as patch, api.memory_for(config) as memory:
        if night == "interrupted":
            patch.setattr(engine._Inspection, "_review", stop)
        if night == "killed":
            patch.setattr(StoredMemory, "finish", die)
        now, clock = internet.time.now, internet.time.clock
        deps = Deps(make_net=lambda *_: internet.serving(), now=now, clock=clock, memory=memory)
        return asyncio.run(engine.run(config, deps))


def compare(run: Run, night: str, fates: dict[str, str], books: dict[str, Book]) -> None:
    """Hold a report against the books, and keep them."""
    assert not run.failures
    fixed = {one.url.split("/")[2] for one in run.fixed}
    for result in run.results:
        host = result.target.url.split("/")[2]
        if host in WELL:
            continue
        found, fate, book = result.judgement.verdict, fates[host], books[host]
        if night == "down":
            assert found is Verdict.UNVERIFIED, host
        elif night == "killed":  # nobody reads it; what answered is known all the same
            if fate == "ok":
                book.see(fate)
        elif night == "interrupted" and fate == "soft":  # whose site is not asked any more; one look decides it here
            book.see(fate)
            book.told = book.told or found is Verdict.SUSPECT
        else:
            assert found is book.see(fate), (host, fate)
            assert result.is_new == (found not in SETTLED and not book.told), (host, fate)
            assert (host in fixed) == (found is Verdict.OK and book.told and night == "full"), (host, fate)
            if found not in SETTLED:
                book.told = True
            elif fate in FAILURES or (found is Verdict.OK and night == "full"):
                book.told = False


@pytest.mark.parametrize("seed", range(3))
def test_every_report_is_as_the_book_keeper_has_it(tmp_path: Path, seed: int) -> None:
    """Thirty nights of sixteen hosts; runs that are skipped, killed, interrupted or without a network among them."""
    chance = random.Random(seed)  # noqa: S311 - lives that are the same in every run of this test
    internet = FakeInternet()
    (tmp_path / "l.md").write_text("\n".join(f"* [{host}](https://{host}/x)" for host in [*HOSTS, *WELL]), "utf-8")
    for host in WELL:
        befall(internet, host, "ok")
    fates, books = dict.fromkeys(HOSTS, "ok"), {host: Book() for host in HOSTS}
    for _ in range(30):
        for host in HOSTS:
            fates[host] = chance.choice(FATES) if chance.random() < 0.45 else fates[host]
            befall(internet, host, fates[host])
        began, night = internet.time.clock(), chance.choice(NIGHTS)
        if night != "skipped":
            compare(run_once(internet, tmp_path, night), night, fates, books)
        internet.time.advance(max(0.0, began + 86_400 - internet.time.clock()))
