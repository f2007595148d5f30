"""A page that a run found good is only asked whether it has changed; no such question ever hides a loss."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from linkwarden import rules
from linkwarden.answers.conditional import with_validators
from linkwarden.config import Config
from linkwarden.deps import Deps
from linkwarden.model import Answer, Doubt, Evidence, Remembered, Result, Run, Validators, Verdict
from linkwarden.run import engine
from linkwarden.wire import Response
from tests.internet import FakeInternet, Handler, pictures
from tests.internet.misbehave import answer

DAY = 86_400.0
URL = "https://a.example/guide"
WORDS = "<p>" + "There is much to read on this page. " * 40 + "</p>"
PAGE = f'<html><title>The guide</title><body><h2 id="install">Install</h2>{WORDS}</body></html>'
MODIFIED = "Sun, 06 Nov 1994 08:49:37 GMT"


class Notebook:
    """A memory that keeps the good answers of earlier runs, and nothing else."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}

    def recall(self, key: str) -> Remembered | None:
        """Give what is known of an address."""
        known = self.answers.get(key)
        return Remembered(known.at, known.at, Verdict.OK, answer=known) if known else None

    def writes(self, at: datetime) -> bool:
        """Say that all is well."""
        del at
        return True

    def keep(self, key: str, answer: Answer) -> None:
        """Keep a good answer."""
        self.answers[key] = answer

    async def histories(self, run: Run) -> Callable[[Result], Result]:
        """Add none."""
        del run
        return lambda result: result

    async def finish(self, run: Run) -> Run:
        """Add nothing."""
        return run


class Nights:
    """A list that is checked night after night."""

    def __init__(self, internet: FakeInternet, folder: Path) -> None:
        self.internet = internet
        self.memory = Notebook()
        self._folder = folder

    async def check(self, text: str = f"[x]({URL})") -> Result:
        """Check the list in one night; give its first result. Then a day passes."""
        path = self._folder / "list.md"
        await asyncio.to_thread(path.write_text, text, "utf-8")
        clock = self.internet.time
        deps = Deps(make_net=lambda *_: self.internet.net(), now=clock.now, clock=clock.clock, memory=self.memory)
        run = await engine.run(Config(inputs=(str(path),), root=self._folder), deps)
        clock.advance(DAY)
        return run.results[0]


@pytest.fixture
def nights(internet: FakeInternet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Nights:
    """Nights without second looks."""
    monkeypatch.setattr(rules, "review_classes", lambda: ())
    return Nights(internet, tmp_path)


def versioned(body: bytes | str, etag: str = '"v1"', media_type: str = "text/html") -> Handler:
    """Answer like a server that knows its entity tags (RFC 9110 section 13.1.2)."""
    payload = body.encode() if isinstance(body, str) else body

    async def serve(request: web.Request) -> web.StreamResponse:
        headers = {"ETag": etag, "Last-Modified": MODIFIED}
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=304, headers=headers)
        return web.Response(body=payload, headers={**headers, "Content-Type": media_type})

    return serve


async def test_the_second_night_asks_only_whether_anything_changed(internet: FakeInternet, nights: Nights) -> None:
    """The validators go back as they came, no body comes, and the link is as good as before, title included."""
    internet.site("a.example").default(versioned(PAGE))

    first, second = await nights.check(), await nights.check()

    before, after = internet.log
    assert "If-None-Match" not in before.headers
    assert (after.headers["If-None-Match"], after.headers["If-Modified-Since"]) == ('"v1"', MODIFIED)
    assert (before.status, after.status) == (200, 304)
    assert (second.judgement.verdict, second.evidence.title) == (Verdict.OK, first.evidence.title)
    assert any("not changed since 2026-11-22" in fact.what for fact in second.evidence.facts)
    kept = nights.memory.answers[URL]
    assert kept.at - kept.looked == timedelta(days=1)
    assert kept.validators == Validators('"v1"', MODIFIED)


@pytest.mark.parametrize(
    ("later", "verdict"),
    [
        (answer("", 404), Verdict.BROKEN),
        (versioned("<html><title>Log in</title><input type=password></html>", '"v2"'), Verdict.UNVERIFIED),
        (versioned("", '"v2"'), Verdict.UNVERIFIED),
        (answer("", 412), Verdict.UNVERIFIED),
    ],
)
async def test_what_changed_is_judged_anew(
    internet: FakeInternet, nights: Nights, later: Handler, verdict: Verdict
) -> None:
    """A condition never makes a lost page good."""
    site = internet.site("a.example").default(versioned(PAGE))
    await nights.check()
    site.default(later)
    assert (await nights.check()).judgement.verdict is verdict


async def test_a_new_version_gives_new_validators(internet: FakeInternet, nights: Nights) -> None:
    """What is kept is the validator of the page that was looked at last."""
    site = internet.site("a.example").default(versioned(PAGE))
    await nights.check()
    site.default(versioned(PAGE, 'W/"v2"'))
    await nights.check()
    kept = nights.memory.answers[URL]
    assert kept.validators == Validators('W/"v2"', MODIFIED)
    assert kept.at == kept.looked


async def test_a_server_that_never_changes_its_mind_is_believed_for_a_month(
    internet: FakeInternet, nights: Nights
) -> None:
    """Who says 304 to everything keeps a link green for thirty days; then the page is asked for, and 304 is no page."""
    site = internet.site("a.example").default(versioned(PAGE))
    await nights.check()
    site.default(answer("", 304))
    found = [(await nights.check()).judgement.verdict for _ in range(33)]
    assert found == [Verdict.OK] * 29 + [Verdict.UNVERIFIED] * 4
    assert "If-None-Match" not in internet.log[-1].headers


async def test_a_link_that_redirects_is_read_each_time(internet: FakeInternet, nights: Nights) -> None:
    """The validators of where a redirect ends are not the link's."""
    site = internet.site("a.example").default(versioned(PAGE))
    site.redirect("/guide", "/guide/", 302)
    await nights.check()
    await nights.check()
    assert not any("If-None-Match" in entry.headers for entry in internet.log)
    assert nights.memory.answers[URL].validators is None


async def test_a_redirect_that_is_new_is_followed_to_a_page(internet: FakeInternet, nights: Nights) -> None:
    """A 304 from another address of the same site says nothing: that address is read."""
    site = internet.site("a.example").default(versioned(PAGE))
    await nights.check()
    site.redirect("/guide", "/elsewhere", 301)
    result = await nights.check()
    assert result.judgement.verdict is Verdict.MOVED
    assert internet.log[-1].path == "/elsewhere"
    assert internet.log[-1].status == 200


async def test_a_page_that_sends_onward_does_not_pass_the_condition_on(internet: FakeInternet, nights: Nights) -> None:
    """Another host learns nothing of the validators of this one."""
    site = internet.site("a.example").default(versioned(PAGE))
    await nights.check()
    onward = '<html><head><meta http-equiv="refresh" content="0; url=https://b.example/new"></head></html>'
    site.default(versioned(onward, '"v2"'))
    internet.site("b.example").default(versioned(PAGE))
    await nights.check()
    (asked,) = internet.requests_to("b.example")
    assert "If-None-Match" not in asked.headers


async def test_a_place_on_a_page_has_an_answer_of_its_own(internet: FakeInternet, nights: Nights) -> None:
    """That one place is there says nothing of another, and a page that lost the place is found out."""
    site = internet.site("a.example").default(versioned(PAGE))
    assert (await nights.check(f"[x]({URL}#install)")).judgement.verdict is Verdict.OK
    assert (await nights.check(f"[x]({URL}#remove)")).judgement.verdict is Verdict.DEGRADED
    assert "If-None-Match" not in internet.log[-1].headers
    assert (await nights.check(f"[x]({URL}#install)")).evidence.status == 304
    site.default(versioned(PAGE.replace("install", "set-up"), '"v2"'))
    assert (await nights.check(f"[x]({URL}#install)")).judgement.verdict is Verdict.DEGRADED


async def test_a_picture_is_asked_in_the_same_way(internet: FakeInternet, nights: Nights) -> None:
    """A picture that has not changed is not sent again; a page in its place is noticed."""
    site = internet.site("a.example").default(versioned(pictures.PNG, media_type="image/png"))
    assert (await nights.check(f"![x]({URL})")).judgement.verdict is Verdict.OK
    second = await nights.check(f"![x]({URL})")
    assert (second.judgement.verdict, second.evidence.status) == (Verdict.OK, 304)
    site.default(versioned(PAGE, '"v2"'))
    assert (await nights.check(f"![x]({URL})")).judgement.verdict is Verdict.BROKEN


async def test_a_picture_that_nobody_asked_about_is_not_there_by_its_word(
    internet: FakeInternet, nights: Nights
) -> None:
    """304 without a question shows no picture."""
    internet.site("a.example").default(answer("", 304))
    assert (await nights.check(f"![x]({URL})")).judgement.verdict is Verdict.UNVERIFIED


# --- what is kept ----------------------------------------------------------------------------------------------------


def kept(etag: str | None = None, modified: str | None = None, status: int = 200) -> Validators | None:
    """Give what is kept of an answer with these headers."""
    given = {"etag": etag, "last-modified": modified}
    headers = {name: value for name, value in given.items() if value is not None}
    evidence = Evidence(key=URL, checked_by="web")
    return with_validators(evidence, Response(url=URL, status=status, headers=headers)).validators


@pytest.mark.parametrize("etag", ['"xyzzy"', 'W/"xyzzy"', '""', '"5f3-\'a,b;c"'])
def test_entity_tags_are_kept_as_they_came(etag: str) -> None:
    """The examples of RFC 9110 section 8.8.3, and what else it allows."""
    assert kept(etag) == Validators(etag, None)


@pytest.mark.parametrize(
    "etag",
    [
        *("xyzzy", "W/xyzzy", 'w/"x"', '"a"b"', '"a b"', '"x', "*", ""),
        *('"x"\r\nCookie: a=b', '"x"\n', '"\u00e9"', '"\x00"', f'"{"x" * 10_000}"'),
    ],
)
def test_what_is_no_entity_tag_is_not_kept(etag: str) -> None:
    """Nothing that a server sends can put a second header into a later question, or fill the memory."""
    assert kept(etag) is None
    assert kept(etag, MODIFIED) == Validators(None, MODIFIED)


@pytest.mark.parametrize(
    "modified", ["now", "0", "1994-11-06", "Sunday, 06-Nov-94 08:49:37 GMT", MODIFIED + "\r\nX: y", MODIFIED + "\n"]
)
def test_what_is_no_date_is_not_kept(modified: str) -> None:
    """Only the form that servers may send (RFC 9110 section 5.6.7) goes back."""
    assert kept(None, modified) is None


@given(etag=st.text(max_size=400), modified=st.text(max_size=60))
def test_what_is_kept_is_one_short_line(etag: str, modified: str) -> None:
    """Whatever a server sends."""
    found = kept(f'"{etag}"', modified) or Validators()
    for value in (found.etag, found.last_modified):
        assert value is None or re.fullmatch(r"[\x20-\x7e]{1,260}", value)


def test_only_a_good_answer_of_the_address_itself_is_kept() -> None:
    """Not a 206, not a finding, and not a page that leaves a doubt, which has to be read again."""
    assert kept('"x"', status=206) is None
    response = Response(url=URL, status=200, headers={"etag": '"x"'})
    doubtful = Evidence(key=URL, checked_by="web", doubt=Doubt())
    assert with_validators(doubtful, response).validators is None
