"""The Wayback Machine: the right copy of what is lost, few questions, and nothing said that is not known."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol

import pytest
from aiohttp import web

from linkwarden.cli.check import check as check_command
from linkwarden.cli.options import make_config
from linkwarden.cli.probe import probe as probe_command
from linkwarden.model import Run, Verdict
from linkwarden.net import Net
from linkwarden.review.archive import ArchiveReview
from linkwarden.wire import Request
from tests.internet import FakeInternet, pictures
from tests.internet.archive import FakeArchive
from tests.review.checking import Check, facts, offered, one

REVIEWS = (ArchiveReview,)

LOST = "https://a.example/lost"
SIGNED = (
    "?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAEXAMPLE%2F20210209%2Fus-west-2%2Fs3%2Faws4_request"
    "&X-Amz-Date=20210209T103524Z&X-Amz-Expires=86400&X-Amz-Signature=0123456789abcdef&X-Amz-SignedHeaders=host"
)


@pytest.fixture
def archive(internet: FakeInternet) -> FakeArchive:
    """The archive, and a host that has lost everything."""
    internet.site("a.example").page("/alive", "x").page("/alive.png", pictures.PNG, media_type="image/png")
    return FakeArchive(internet)


async def status(net: Net, url: str) -> int:
    """Give the status behind a suggestion."""
    return (await net.fetch(Request(url=url, purpose="page"))).status


def where(run: Run, url: str = LOST) -> str | None:
    """Give the address that is offered for a link."""
    better = offered(run, url)
    return better.url if better is not None else None


class Committed(Protocol):
    """Checks a list whose lines were committed one after the other: mid-April, 2 May and mid-June 2019."""

    def __call__(self, lines: list[str], *, shallow: bool = False, typed: str = "") -> Awaitable[Run]:
        """Give the run; in a clone of depth 1, or with a line that is not committed, if wanted."""


@pytest.fixture
def committed(check: Check, tmp_path: Path) -> Committed:
    """Make the repository, and check its list."""
    repository = tmp_path / "repository"

    async def run(lines: list[str], *, shallow: bool = False, typed: str = "") -> Run:
        await asyncio.to_thread(commit, repository, lines)
        folder = repository
        if shallow:
            folder = tmp_path / "clone"
            await asyncio.to_thread(git, tmp_path, "clone", "-q", "--depth=1", repository.as_uri(), str(folder))
        return await check("\n\n".join([*lines, *filter(None, [typed])]), folder=folder)

    return run


def git(folder: Path, *arguments: str, date: str = "2019-01-01T00:00:00Z") -> None:
    """Run git in a folder, as an author who has no configuration."""
    who = {"GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.org"}
    who |= {"GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@example.org"}
    dates = {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": "2024-01-01T00:00:00Z"}
    quiet = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "PATH": os.environ["PATH"]}
    subprocess.run(["git", *arguments], cwd=folder, env={**who, **dates, **quiet}, check=True)  # noqa: S607 - a test's own repository


def commit(folder: Path, lines: list[str]) -> None:
    """Commit a list line by line."""
    folder.mkdir()
    git(folder, "init", "-q")
    for count, day in enumerate(("04-15", "05-02", "06-15")[: len(lines)], start=1):
        (folder / "list.md").write_text("\n\n".join(lines[:count]), "utf-8")
        git(folder, "add", "list.md")
        git(folder, "commit", "-q", "-m", f"line {count}", date=f"2019-{day}T12:00:00Z")


class TestTheCopy:
    """Which copy is offered."""

    async def test_of_an_image_behind_githubs_proxy_the_origin_is_looked_up(
        self, archive: FakeArchive, check: Check, internet: FakeInternet
    ) -> None:
        """The proxy's own URL was never archived; the image's own URL stays what is offered."""
        internet.site("camo.githubusercontent.com")
        origin = "https://a.example/lost.png"
        camo = f"https://camo.githubusercontent.com/{'0a' * 32}/{origin.encode().hex()}"
        archive.capture(origin, "20200202020202", mimetype="image/png")

        run = await check(f"![x]({camo})")

        assert where(run, camo) == origin
        assert "copy in the Internet Archive" in facts(run, camo)

    async def test_without_a_date_the_newest_good_one(self, archive: FakeArchive, check: Check, net: Net) -> None:
        """The newest capture with status 200, which plays, and which is to be looked at before it is taken."""
        archive.capture(LOST, "20180101000000", "20200202020202")
        archive.capture(LOST, "20230101000000", status="404")

        run = await check(f"[x]({LOST}#part)")

        better = offered(run, f"{LOST}#part")
        assert better is not None
        assert (better.url, better.safe) == (f"https://web.archive.org/web/20200202020202/{LOST}#part", False)
        assert "2020-02-02" in better.why
        assert await status(net, better.url) == 200
        assert run.results[0].judgement.verdict is Verdict.BROKEN
        assert "copy in the Internet Archive" in facts(run, f"{LOST}#part")

    async def test_for_a_picture_only_pictures_count(self, archive: FakeArchive, check: Check, net: Net) -> None:
        """Of a picture's address, a younger capture of an error page is passed over; no frame around the picture."""
        url = "https://a.example/lost.png"
        archive.capture(url, "20180101000000", mimetype="image/png")
        archive.capture(url, "20220101000000", mimetype="text/html")

        run = await check(f"![x]({url})")

        assert where(run, url) == f"https://web.archive.org/web/20180101000000im_/{url}"
        assert await status(net, where(run, url) or "") == 200

    async def test_the_last_captures_may_all_be_errors(self, archive: FakeArchive, check: Check) -> None:
        """The whole index is searched, not only its end, where a page that is gone has been captured for years."""
        archive.capture(LOST, "20180101000000")
        archive.capture(LOST, *(f"202{year}0101000000" for year in range(6)), status="404")

        assert where(await check(f"[x]({LOST})"), LOST) == f"https://web.archive.org/web/20180101000000/{LOST}"

    async def test_what_the_index_gives_is_checked_again(self, archive: FakeArchive, check: Check) -> None:
        """An index that does not filter offers no page in place of an image, and no error."""
        url = "https://a.example/lost.png"
        archive.ignores_filters = True
        archive.capture(url, "20220101000000", mimetype="text/html")
        archive.capture(LOST, "20220101000000", status="404")

        run = await check(f"![x]({url}) [y]({LOST})")

        assert offered(run, url) is None
        assert offered(run, LOST) is None

    @pytest.mark.parametrize(
        ("url", "archived", "copies"),
        [
            ("https://gone.example/v/AbC", "https://gone.example/v/aBc", 0),
            ("https://gone.example/watch?v=AbC", "https://gone.example/watch?v=abc", 0),
            ("https://gone.example/watch?v=AbC", "http://www.gone.example:80/watch?v=AbC", 1),
            ("https://gone.example/a%7Eb", "https://gone.example/a~b/", 1),
            ("https://gone.example/list?b=1&a=2", "https://gone.example/list?a=2&b=1", 0),
        ],
    )
    async def test_a_copy_of_another_page_under_the_same_key_is_not_offered(
        self, archive: FakeArchive, check: Check, url: str, archived: str, copies: int
    ) -> None:
        """The index's key folds case and order, so that its rows may be captures of something else."""
        archive.internet.site("gone.example")
        archive.capture(archived, "20200101000000")

        run = await check(url)

        assert archive.questions
        assert [r.judgement.suggestion is not None for r in run.results].count(True) == copies

    async def test_nothing_archived_nothing_said(self, archive: FakeArchive, check: Check) -> None:
        """No capture: no suggestion, and no word about archives."""
        run = await check(f"[x]({LOST})")

        assert offered(run, LOST) is None
        assert "rchive" not in facts(run, LOST)
        assert len(archive.questions) == 1
        assert run.hints == ()

    async def test_only_lost_links_are_looked_up(
        self, internet: FakeInternet, archive: FakeArchive, check: Check
    ) -> None:
        """Healthy, moved and walled pages are nobody else's business."""
        internet.site("a.example").redirect("/old", "/alive")
        internet.site("b.example").page("/", "no", status=403)

        await check(
            "https://a.example/alive https://a.example/old https://b.example/ ![x](https://a.example/alive.png)"
        )

        assert archive.questions == []

    async def test_a_link_with_a_suggestion_keeps_it(self, archive: FakeArchive, check: Check) -> None:
        """A closed service with a living successor: the copy is told as a fact, the suggestion stays."""
        url = "https://www.arxiv-vanity.com/papers/1906.08237/"
        archive.capture(url, "20200101000000")

        run = await check(f"{url} {LOST}")

        assert where(run, url) == "https://arxiv.org/abs/1906.08237"
        assert "copy in the Internet Archive" in facts(run, url)
        assert [e.query["url"] for e in archive.questions] == [LOST, url]  # who has nothing comes first

    async def test_a_safe_suggestion_needs_no_copy(self, archive: FakeArchive, check: Check) -> None:
        """A misspelt scheme is mended without an archive."""
        await check("[x](htps://a.example/alive)")

        assert archive.questions == []

    async def test_links_to_places_on_one_page_share_a_question(self, archive: FakeArchive, check: Check) -> None:
        """Two fragments, one question, two suggestions with their own fragments."""
        archive.capture(LOST, "20180101000000")

        run = await check(f"{LOST}#one {LOST}#two")

        assert len(archive.questions) == 1
        assert [where(run, r.target.url) for r in run.results] == [
            f"https://web.archive.org/web/20180101000000/{LOST}#{name}" for name in ("one", "two")
        ]


class TestDates:
    """The copy from before the link entered the list, as git tells it."""

    @pytest.mark.parametrize(
        ("captured", "wanted", "words"),
        [
            (("20180101000000", "20190401000000", "20190601000000"), "20190401000000", "before the link was added"),
            (("20190601000000", "20210601000000"), "20190601000000", "first copy after"),
        ],
    )
    async def test_before_the_line_was_written(
        self, archive: FakeArchive, committed: Committed, captured: tuple[str, ...], wanted: str, words: str
    ) -> None:
        """The last capture before the line's commit; where there is none, the first after it."""
        archive.capture(LOST, *captured)

        run = await committed(["[a](https://a.example/alive)", f"[x]({LOST})"])

        better = offered(run, LOST)
        assert better is not None
        assert better.url == f"https://web.archive.org/web/{wanted}/{LOST}"
        assert words in better.why
        assert archive.questions[0].query["closest"].startswith("20190502")

    async def test_the_first_place_counts(self, archive: FakeArchive, committed: Committed) -> None:
        """A link that stands in two lines entered the list with the older one."""
        archive.capture(LOST, "20180101000000", "20190401000000", "20190430000000")

        run = await committed([f"[x]({LOST})", "[a](https://a.example/alive)", f"[x]({LOST})"])

        assert where(run) == f"https://web.archive.org/web/20190401000000/{LOST}"

    async def test_a_shallow_clone_tells_nothing(self, archive: FakeArchive, committed: Committed) -> None:
        """In a shallow clone every line seems to be new: the newest copy is offered."""
        archive.capture(LOST, "20180101000000", "20230101000000")

        run = await committed([f"[x]({LOST})"], shallow=True)

        assert where(run) == f"https://web.archive.org/web/20230101000000/{LOST}"
        assert "closest" not in archive.questions[0].query

    async def test_a_line_that_is_not_committed_has_no_date(self, archive: FakeArchive, committed: Committed) -> None:
        """What was typed just now is looked up without a date."""
        archive.capture(LOST, "20180101000000", "20230101000000")

        run = await committed(["[a](https://a.example/alive)"], typed=f"[x]({LOST})")

        assert "closest" not in archive.questions[0].query
        assert where(run) == f"https://web.archive.org/web/20230101000000/{LOST}"


class TestManners:
    """How often, and when not at all."""

    async def test_never_more_than_the_archive_wants(
        self, internet: FakeInternet, archive: FakeArchive, check: Check
    ) -> None:
        """Seventy lost pages: fifty questions, never more than 24 in a minute, none refused; the rest is in a hint."""
        urls = [f"https://a.example/{n}" for n in range(70)]
        for url in urls:
            archive.capture(url, "20180101000000")

        run = await check(" ".join(urls))

        times = [e.at for e in archive.questions]
        assert len(times) == 50
        assert max(sum(start <= at < start + 60 for at in times) for start in times) <= 24
        assert [where(run, url) is not None for url in urls] == [True] * 50 + [False] * 20
        assert any("20 failing URLs were not looked up" in hint and "50" in hint for hint in run.hints)
        assert {e.status for e in archive.questions} == {200}
        del internet

    async def test_a_refusal_is_waited_out_for_a_minute(
        self, internet: FakeInternet, archive: FakeArchive, check: Check
    ) -> None:
        """One 429: a minute of silence, then the question again, and its answer counts."""
        archive.capture(LOST, "20180101000000")
        archive.answers.append(archive.overloaded)

        run = await check(LOST)

        first, second = (e.at for e in archive.questions)
        assert second - first >= 60
        assert where(run) is not None
        del internet

    async def test_who_goes_on_refusing_is_left_alone(self, archive: FakeArchive, check: Check) -> None:
        """429 again after the pause: no third question by anybody, nothing said of any link, a hint."""
        archive.always = archive.overloaded

        run = await check(" ".join(f"https://a.example/{n}" for n in range(10)))

        assert len(archive.questions) == 2
        assert all(r.judgement.suggestion is None for r in run.results)
        assert all("rchive" not in facts(run, r.target.url) for r in run.results)
        assert any("10 failing URLs were not looked up" in hint for hint in run.hints)
        assert run.exit_code == 1

    @pytest.mark.parametrize(
        "broken",
        [
            lambda: web.Response(status=500),
            lambda: web.Response(text="<html>Sorry</html>", content_type="text/html"),
            lambda: web.Response(text='[["timestamp"],["20180101000000"]]', content_type="application/json"),
            lambda: web.Response(text='{"a": 1}', content_type="application/json"),
            lambda: web.Response(text='[["timestamp","statuscode"],["20', content_type="application/json"),
            lambda: web.Response(status=403, text="Forbidden"),
        ],
    )
    async def test_two_failures_in_a_row_end_it(
        self, archive: FakeArchive, check: Check, broken: Callable[[], web.Response]
    ) -> None:
        """An archive in trouble is asked two questions, and nothing is said of any link."""
        archive.always = broken

        run = await check(" ".join(f"https://a.example/{n}" for n in range(10)))

        assert len({e.url for e in archive.questions}) == 2
        assert len(archive.questions) <= 4
        assert all("rchive" not in facts(run, r.target.url) for r in run.results)
        assert run.failures == ()
        assert any("did not answer" in hint for hint in run.hints)

    async def test_one_failure_costs_one_link(self, archive: FakeArchive, check: Check) -> None:
        """A single unreadable answer is a hint about one link; the others get theirs."""
        urls = [f"https://a.example/{n}" for n in range(3)]
        for url in urls:
            archive.capture(url, "20180101000000")
        archive.answers.append(lambda: web.Response(text="Sorry"))

        run = await check(" ".join(urls))

        assert [where(run, url) is not None for url in urls] == [False, True, True]
        assert any("1 failing URL was not looked up" in hint for hint in run.hints)

    async def test_an_excluded_site_is_no_failure(self, archive: FakeArchive, check: Check) -> None:
        """A site whose owner keeps it out of the archive: no suggestion, no hint, and the next question is asked."""
        archive.excluded.add("a.example")

        run = await check(" ".join(f"https://a.example/{n}" for n in range(4)))

        assert len(archive.questions) == 4
        assert run.hints == ()

    async def test_an_archive_that_is_gone_harms_nobody(self, internet: FakeInternet, check: Check) -> None:
        """No such host as the archive: one look, a hint, and the findings stand."""
        internet.site("a.example")

        run = await check(" ".join(f"https://a.example/{n}" for n in range(5)))

        assert run.counts[Verdict.BROKEN] == 5
        assert run.failures == ()
        assert len(internet.log) == 5

    async def test_it_takes_a_quarter_of_the_time_at_most(
        self, internet: FakeInternet, archive: FakeArchive, check: Check
    ) -> None:
        """With --max-time 40 the questions stop after ten seconds, long before the run's time is over."""
        run = await check(" ".join(f"https://a.example/{n}" for n in range(30)), max_time=40.0)

        assert 2 <= len(archive.questions) <= 6
        assert internet.time.clock() < 15
        assert any("not looked up" in hint for hint in run.hints)

    async def test_the_time_of_the_run_ends_it(
        self, internet: FakeInternet, archive: FakeArchive, check: Check
    ) -> None:
        """An archive that is silent cannot hold the run beyond --max-time."""

        async def never(_request: web.Request) -> web.StreamResponse:
            await internet.time.sleep(10_000)
            return web.Response()

        internet.site("web.archive.org").handle("/cdx/search/cdx", never)
        assert archive.questions == []

        run = await check(LOST, max_time=5.0)

        assert internet.time.clock() < 6
        assert run.counts[Verdict.BROKEN] == 1

    async def test_it_can_be_switched_off(self, archive: FakeArchive, check: Check) -> None:
        """With ``archive=False`` nothing is looked up, and nothing said about it."""
        run = await check(LOST, archive=False)

        assert archive.questions == []
        assert run.hints == ()


class TestPrivacy:
    """What the archive is not told."""

    @pytest.mark.parametrize(
        "url",
        [
            "https://wiki.corp/page",
            "https://printer.local/page",
            "https://intranet/page",
            "https://10.0.0.7/page",
            "https://a.example/page?token=hunter2",
            f"https://s3.us-west-2.amazonaws.com/secure.notion-static.com/0b1c/block.png{SIGNED}",
            "https://web.archive.org/web/2019/https://a.example/",
            "https://arxiv.org/abs/2113.00001",
        ],
    )
    async def test_private_secret_and_pointless_addresses_are_not_told(
        self, internet: FakeInternet, archive: FakeArchive, check: Check, url: str
    ) -> None:
        """Names of a network's inside, secrets, files that were never public, archives, identifiers of nothing."""
        for host in ("wiki.corp", "printer.local"):
            internet.site(host)

        run = await check(f"[x]({url}) https://a.example/alive")

        assert archive.questions == []
        assert len(run.results) == 2

    async def test_a_password_is_not_told(self, archive: FakeArchive, check: Check) -> None:
        """An address with user name and password is looked up without them, as it was asked."""
        await check("[x](https://me:hunter2@a.example/page)")

        assert [e.query["url"] for e in archive.questions] == ["https://a.example/page"]

    async def test_a_list_of_a_private_network_is_kept_private(self, archive: FakeArchive, check: Check) -> None:
        """Who allows private networks has addresses in the list that nobody else should hear of."""
        await check(LOST, allow_networks=("10.0.0.0/8",))

        assert archive.questions == []

    async def test_a_signed_address_is_looked_up_without_its_signature(
        self, archive: FakeArchive, check: Check
    ) -> None:
        """The same file without the query is what can have been archived, and all that is told."""
        plain = "https://figures.s3.us-west-2.amazonaws.com/a.png"
        archive.capture(plain, "20210101000000", mimetype="image/png")

        run = await check(f"![x]({plain}{SIGNED})")

        assert [e.query["url"] for e in archive.questions] == [plain]
        assert where(run, plain + SIGNED) == f"https://web.archive.org/web/20210101000000im_/{plain}"
        assert one(run, plain + SIGNED).judgement.verdict is Verdict.EXPIRED


class TestSwitch:
    """Where it is switched off."""

    def test_the_option_and_the_key(self, tmp_path: Path) -> None:
        """``--no-archive`` and ``archive = false`` switch it off; the option beats the file; it is on by itself."""
        path = tmp_path / "linkwarden.toml"
        path.write_text("archive = false", "utf-8")

        assert make_config((), {"isolated": True}, {}).archive
        assert not make_config((), {"isolated": True, "archive": False}, {}).archive
        assert not make_config((), {"config": path}, {}).archive
        path.write_text("archive = true", "utf-8")
        assert not make_config((), {"config": path, "archive": False}, {}).archive

    def test_the_command_line_has_it(self) -> None:
        """``check`` and ``probe`` take ``--no-archive``."""
        for command in (check_command, probe_command):
            assert any("--no-archive" in option.opts for option in command.params)
