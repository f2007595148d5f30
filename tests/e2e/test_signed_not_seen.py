"""A signed URL with time left works only if a response shows it; else its end is a remark."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from linkwarden.config import Config
from linkwarden.deps import Deps
from linkwarden.model import Result, Run, Verdict
from linkwarden.report import for_name
from linkwarden.report._base import ReportOptions
from linkwarden.run import engine
from tests.internet import FakeInternet, misbehave
from tests.internet.site import Handler
from tests.internet.time import START

#: Three days from a signature of the day before; the run is in between.
SIGNED = (
    "https://files.host.dev/a.png?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKID%2F{day}%2Fus-east-1%2Fs3%2Faws4_"
    "request&X-Amz-Date={day}T000000Z&X-Amz-Expires=259200&X-Amz-SignedHeaders=host&X-Amz-Signature={sign}"
).format(day=f"{START:%Y%m%d}", sign="0a" * 32)
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x10\x00\x00\x00\x10\x08\x02\x00\x00\x00\x90\x91h6" + b"\x00" * 99
)

REFUSALS = {
    **{f"status {status}": misbehave.answer(b"No.", status) for status in (400, 401, 403, 409, 429, 500, 502, 503)},
    "bot protection": misbehave.bot_wall("cloudflare"),
}


async def check(internet: FakeInternet, folder: Path, *, offline: bool = False) -> Run:
    """Return the run over a list with the signed image."""
    path = folder / "list.md"
    await asyncio.to_thread(path.write_text, f"![x]({SIGNED})\n", "utf-8")
    deps = Deps(make_net=lambda *_: internet.net(), now=internet.time.now, clock=internet.time.clock)
    return await engine.run(Config(inputs=(str(path),), offline=offline, archive=False), deps)


def _is_unverified_with_its_end(found: Result) -> bool:
    judgement = found.judgement
    return judgement.verdict is Verdict.UNVERIFIED and judgement.expires_at is not None and bool(judgement.remark)


def _said(run: Run) -> list[str]:
    formats = [for_name(name) for name in ("text", "markdown", "json", "html", "junit", "issue")]
    return [report().render(run, ReportOptions()) for report in formats if report is not None]


@pytest.mark.parametrize("answer", REFUSALS.values(), ids=REFUSALS)
async def test_a_refusal_leaves_it_unverified(internet: FakeInternet, tmp_path: Path, answer: Handler) -> None:
    """Whatever the reason; the end is told, and no report says that it works."""
    internet.site("files.host.dev").answer("/a.png", answer)

    run = await check(internet, tmp_path)

    assert _is_unverified_with_its_end(run.results[0])
    assert run.exit_code == 0
    for text in await asyncio.to_thread(_said, run):
        assert "2026-11-25" in text
        assert "works until" not in text
        assert "left unverified" not in text


@pytest.mark.parametrize("fault", ["silent", "reset"])
async def test_no_response_leaves_it_unverified(internet: FakeInternet, tmp_path: Path, fault: str) -> None:
    """Nobody answered, so nobody knows; another host shows that it is not our network."""
    getattr(internet, fault)("files.host.dev")

    assert _is_unverified_with_its_end((await check(internet, tmp_path)).results[0])


async def test_a_response_proves_what_it_proves(internet: FakeInternet, tmp_path: Path) -> None:
    """A good one that it works today, a 404 that it does not."""
    internet.site("files.host.dev").answer("/a.png", misbehave.answer(PNG, media_type="image/png"))
    assert (await check(internet, tmp_path)).results[0].judgement.verdict is Verdict.EXPIRING

    internet.site("files.host.dev").answer("/a.png", misbehave.answer(b"", 404))
    assert (await check(internet, tmp_path)).results[0].judgement.verdict is Verdict.BROKEN


async def test_offline_the_end_is_told_and_that_nobody_looked(internet: FakeInternet, tmp_path: Path) -> None:
    """A warning from the URL alone does not claim that it works."""
    run = await check(internet, tmp_path, offline=True)

    assert run.results[0].judgement.verdict is Verdict.EXPIRING
    assert "was signed to work until" in run.results[0].judgement.reason
    assert "1 URL was judged without a request." in (await asyncio.to_thread(_said, run))[0]
