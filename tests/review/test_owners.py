"""Domains that may have another owner: one sign and an archived copy about something else, never one of them alone."""

from __future__ import annotations

import asyncio
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from linkwarden.model import Run, Verdict
from linkwarden.review.archive import ArchiveReview
from linkwarden.review.owners import MOST, OwnersReview
from tests.internet import FakeInternet, misbehave
from tests.internet.archive import FakeArchive
from tests.review.checking import Check, facts, offered, one, verdicts

REVIEWS = (OwnersReview, ArchiveReview)

URL = "https://netzoo.example/"
WORDS = "<p>" + "Weights of pretrained models may be downloaded here, with figures. " * 20
#: What the list means, and what stands there now: words of the link stand on both, so the page alone proves nothing.
THEN = f"<html lang=en><title>Zoo of pretrained networks</title><h1>Model weights</h1>{WORDS}"
CASINO = (
    "<html lang=id><title>Slot gacor, situs judi online</title><h1>Togel terpercaya</h1>"
    + "<p>Bonus harian, jackpot. " * 60
    + "<footer>netzoo.example</footer>"
)
LIST = f"- [NetZoo]({URL})\n"


@pytest.fixture
def archive(internet: FakeInternet) -> FakeArchive:
    """The archive, and a site that is about gambling now."""
    internet.site("netzoo.example").page("/", CASINO)
    return FakeArchive(internet)


def code(run: Run, url: str = URL) -> str:
    """Name what was found of a link."""
    rule = one(run, url).judgement.rule
    return rule.slug if rule is not None else "ok"


async def test_a_sign_and_a_copy_about_something_else_accuse(check: Check, archive: FakeArchive) -> None:
    """The reason and the facts name both titles, their languages, and the copy's day; the copy is offered."""
    archive.capture(URL, "20180304050607", body=THEN.replace("Zoo", "NetZoo: zoo"))

    run = await check(LIST)

    assert code(run) == "hijacked-domain"
    result = one(run, URL)
    assert "copy of 2018-03-04" in result.judgement.reason
    assert '"NetZoo: zoo of pretrained networks" (en)' in facts(run, URL)
    assert '"Slot gacor, situs judi online" (id)' in facts(run, URL)
    better = offered(run, URL)
    assert better is not None
    assert better.url == f"https://web.archive.org/web/20180304050607/{URL}"
    assert (len(archive.questions), len(archive.copies)) == (1, 1)


async def test_a_registrars_page_counts_as_well(internet: FakeInternet, check: Check, archive: FakeArchive) -> None:
    """A title that offers the domain, over more than nothing."""
    body = f"<title>netzoo.example is for sale</title>{'<p>Ask for a price today. ' * 30}"
    internet.site("netzoo.example").page("/", body)
    archive.capture(URL, "20180304050607", body=THEN + "<p>NetZoo")

    assert code(await check(LIST)) == "parked-domain"


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (THEN.replace("Zoo of pretrained networks", "An album of flowers").replace("models", "roses"), "not promised"),
        (CASINO.replace("gacor", "gacor 2018"), "it was so before"),
        (THEN + "<p>NetZoo: jackpot of a terpercaya situs", "words of now stood there then"),
        (THEN.replace("Zoo of", "NetZoo: situs of"), "the titles share a word"),
        ("<title>NetZoo</title><p>NetZoo", "too little to compare"),
        (f"<p>NetZoo{WORDS}", "no title"),
        ("<title>Domain for sale</title><h1>NetZoo</h1><p>netzoo.example is for sale. Buy this domain.", "parked then"),
    ],
)
async def test_a_copy_that_does_not_speak_against_it_accuses_nobody(
    check: Check, archive: FakeArchive, body: str, why: str
) -> None:
    """Whatever is not certain is in favour of the link."""
    archive.capture(URL, "20180304050607", body=body)

    assert code(await check(LIST)) == "ok", why
    assert len(archive.copies) == 1


@pytest.mark.parametrize(
    "now",
    [
        f"<html lang=de><title>Zoo vortrainierter Netze</title><h1>Netze</h1>{'<p>Hier gibt es viel zu lesen. ' * 50}",
        f"<html lang=zh><title>预训练模型动物园</title><h1>模型权重</h1><p>{'这里可以下载模型的权重和图表。' * 60}",
        f"<html lang=en><title>Acme</title><h1>We are new</h1>{'<p>A whole new look with other words. ' * 50}",
    ],
    ids=["language", "script", "design"],
)
async def test_a_new_design_or_language_is_not_even_looked_up(
    internet: FakeInternet, check: Check, archive: FakeArchive, now: str
) -> None:
    """Without a sign of another owner nobody asks the archive, and nobody is accused."""
    internet.site("netzoo.example").page("/", now)
    archive.capture(URL, "20180304050607", body=THEN + "<p>NetZoo")

    assert code(await check(LIST)) == "ok"
    assert archive.questions == []


async def test_a_page_about_games_of_chance_that_kept_its_subject_is_fine(
    internet: FakeInternet, check: Check, archive: FakeArchive
) -> None:
    """One sign, another title than in the copy; but what the copy speaks of still stands on the page."""
    now = f"<title>Bandits: slot machines and casino odds</title><h1>Bandits</h1>{WORDS}<p>NetZoo"
    internet.site("netzoo.example").page("/", now)
    archive.capture(URL, "20180304050607", body=THEN + "<p>NetZoo")

    assert code(await check(LIST)) == "ok"
    assert len(archive.copies) == 1


async def test_a_page_that_kept_its_name_is_fine(internet: FakeInternet, check: Check, archive: FakeArchive) -> None:
    """The site's name in the title then and now: it may be the same people with another trade."""
    internet.site("netzoo.example").page("/", CASINO.replace("Slot gacor", "NetZoo: slot gacor"))
    archive.capture(URL, "20180304050607", body=THEN.replace("Zoo of", "NetZoo: zoo of"))

    assert code(await check(LIST)) == "ok"
    assert len(archive.copies) == 1


@pytest.mark.parametrize("options", [{"archive": False}, {"allow_networks": ("10.0.0.0/8",)}])
async def test_who_wants_no_archive_asks_none(check: Check, archive: FakeArchive, options: Any) -> None:
    """``--no-archive``, and a list with addresses of a private network."""
    archive.capture(URL, "20180304050607", body=THEN + "<p>NetZoo")

    assert code(await check(LIST, **options)) == "ok"
    assert archive.questions == []


async def test_a_look_up_that_fails_proves_nothing(internet: FakeInternet, check: Check, archive: FakeArchive) -> None:
    """No capture, an index in trouble, a copy that the archive shows another one for, or does not show."""
    assert code(await check(LIST)) == "ok"
    archive.capture(URL, "20180304050607", body=THEN + "<p>NetZoo")
    archive.always = archive.overloaded
    assert code(await check(LIST)) == "ok"
    archive.always = None
    site = internet.site("web.archive.org")
    for handler in (
        misbehave.answer(b"", 302, Location=f"/web/20240101000000id_/{URL}"),
        misbehave.answer("<title>Wayback Machine</title>", 404),
        misbehave.answer(THEN + "<p>NetZoo", 200, "application/pdf"),
        misbehave.reset,
    ):
        site.handle("/web/20180304050607id_", handler)
        assert code(await check(LIST)) == "ok"


async def test_few_links_are_looked_up(internet: FakeInternet, check: Check, archive: FakeArchive) -> None:
    """The archive bears few questions: the first links of the list have theirs, and two requests each."""
    urls = [f"https://netzoo{n}.example/" for n in range(MOST + 3)]
    for url in urls:
        internet.site(url[8:-1]).page("/", CASINO)
        archive.capture(url, "20180304050607", body=THEN + "<p>NetZoo")

    run = await check("".join(f"- [NetZoo]({url})\n" for url in urls), reviews=(OwnersReview,))

    assert [verdict is Verdict.SUSPECT for verdict in verdicts(run).values()] == [True] * MOST + [False] * 3
    assert (len(archive.questions), len(archive.copies)) == (MOST, MOST)


async def test_the_day_on_which_a_link_was_added_chooses_the_copy(
    check: Check, archive: FakeArchive, tmp_path: Path
) -> None:
    """What stood there before that day is what the list means, even if no word of the link stands on it."""
    archive.capture(URL, "20150304050607", body="<title>An album of old flowers</title><p>Roses, tulips")
    archive.capture(URL, "20180304050607", body=THEN)
    archive.capture(URL, "20230304050607", body=CASINO)
    when = {"GIT_AUTHOR_DATE": "2019-05-02T12:00:00Z", "GIT_COMMITTER_DATE": "2019-05-02T12:00:00Z"}
    who = {f"GIT_{role}_{what}": "x@example.org" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    (tmp_path / "list.md").write_text(LIST, "utf-8")
    for command in (["init", "-q"], ["add", "list.md"], ["commit", "-qm", "x"]):
        await asyncio.to_thread(
            subprocess.run, ["git", *command], cwd=tmp_path, check=True, env={**os.environ, **when, **who}
        )

    run = await check(LIST)

    assert code(run) == "hijacked-domain"
    assert "copy of 2018-03-04" in one(run, URL).judgement.reason


async def test_a_hostile_copy_is_only_data(check: Check, archive: FakeArchive) -> None:
    """Huge titles and broken markup in the archive neither crash nor accuse."""
    archive.capture(URL, "20180304050607", body="<title>" + "x " * 90_000 + "</title>" + "<h1>" * 3000)

    run = await check(LIST)

    assert code(run) == "ok"
    assert run.failures == ()


async def test_the_archives_rest_is_respected(check: Check, archive: FakeArchive) -> None:
    """A copy that the archive is too busy to show is asked for twice at most."""

    async def busy(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=429)

    archive.capture(URL, "20180304050607", body=THEN)
    archive.internet.site("web.archive.org").handle("/web/20180304050607id_", busy)

    assert code(await check(LIST, reviews=(OwnersReview,))) == "ok"
    assert len(archive.copies) <= 2
