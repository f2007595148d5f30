"""``linkwarden archive`` as a user runs it: which links it asks copies of, how, and what a next run goes on with."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web

from linkwarden.cli import cli
from linkwarden.cli.guard import run_guarded
from tests.deps import on_fake_internet
from tests.internet import FakeInternet
from tests.internet.archive import FakeArchive
from tests.internet.log import Exchange
from tests.internet.save_page_now import TIME, SavePageNow, said
from tests.internet.time import START

Command = Callable[..., int]

KNOWN, NEW, OTHER = "https://known.example/a", "https://new.example/b", "https://other.example/c"
SECRET = "https://new.example/s?token=abcdef123456"
LIST = (
    f"# T\n\n- [a]({KNOWN})\n- [b]({NEW}#part)\n- [c]({OTHER})\n- [gone](https://new.example/gone)\n- [s]({SECRET})\n"
)
COPY = f"https://web.archive.org/web/{TIME}"


class World:
    """The list's sites and the archive."""

    def __init__(self) -> None:
        self.service = SavePageNow()
        self.urls = [KNOWN, NEW, OTHER, SECRET]
        self.seen: list[Exchange] = []
        self.now = START
        self.archive: Callable[[FakeArchive], None] = lambda archive: archive.capture(KNOWN, "20200101000000")

    def __call__(self, internet: FakeInternet) -> None:
        """Put it into a fake internet."""
        for url in self.urls:
            host, _, path = url.partition("://")[2].partition("/")
            internet.site(host).page(f"/{path}", '<title>T</title> hello <p id="part">there</p>')
        archive = FakeArchive(internet)
        self.archive(archive)
        self.service.install(internet, archive)

    def to_the_archive(self, path: str) -> list[Exchange]:
        """Return the requests for a part of the archive."""
        return [e for e in self.seen if e.host == "web.archive.org" and e.path.startswith(path)]


@pytest.fixture
def world() -> World:
    """What the commands find."""
    return World()


@pytest.fixture
def archive(world: World, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Run ``linkwarden archive`` on a fake internet, with the keys of an account, and return the exit code."""
    Path("README.md").write_text(LIST, "utf-8")
    for name in ("IAS3_ACCESS_KEY", "IAS3_SECRET_KEY", "IA_ACCESS_KEY_ID", "IA_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("IAS3_ACCESS_KEY", "access")
    monkeypatch.setenv("IAS3_SECRET_KEY", "secret")

    def run(*arguments: str) -> int:
        deps = replace(on_fake_internet(world, world.seen), now=lambda: world.now)
        return run_guarded(cli, ["archive", *arguments, "--no-progress"], deps)

    return run


def test_without_yes_it_says_of_which_links_and_asks_for_nothing(
    archive: Command, world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """No keys are needed; what is broken, or holds a secret, nobody hears of."""
    monkeypatch.delenv("IAS3_ACCESS_KEY")
    monkeypatch.delenv("IAS3_SECRET_KEY")
    assert archive() == 0
    out, err = capsys.readouterr()
    assert out == f"Without a copy in the Internet Archive:\n  README.md:4: {NEW}\n  README.md:5: {OTHER}\n"
    assert err.splitlines() == [
        "1 link with a copy.",
        "2 links without a copy. --yes asks for copies, which takes about 1 minute.",
    ]
    assert world.service.asked == []
    assert not any("token" in e.path or "gone" in e.path for e in world.to_the_archive("/"))


def test_copies_are_asked_for_and_the_next_run_knows(
    archive: Command, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each once, with its place; then neither the index nor the service is asked again."""
    assert archive("--yes") == 0
    out, err = capsys.readouterr()
    assert f"README.md:4: {NEW}\n    saved as {COPY}/{NEW}\n" in out
    assert f"README.md:5: {OTHER}\n    saved as {COPY}/{OTHER}\n" in out
    assert err.endswith("1 link with a copy.\n2 copies made.\n")
    assert world.service.asked == [NEW, OTHER]
    before = len(world.to_the_archive("/"))
    assert archive("--yes") == 0
    assert capsys.readouterr().err.endswith("3 links with a copy.\n0 copies made.\n")
    assert len(world.to_the_archive("/")) == before


def test_the_keys_go_to_the_service_only_and_show_nowhere(
    archive: Command, world: World, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Not to the index, not to the links' sites, not into output or memory; not even where the service echoes them."""
    world.service.answers = [lambda: said(status="error", status_ext="error:x", message="LOW access:secret")]
    assert archive("--yes") == 0
    with_keys = [e for e in world.seen if "authorization" in {name.lower() for name in e.headers}]
    assert {(e.host, e.path.partition("?")[0]) for e in with_keys} == {
        ("web.archive.org", "/save"),
        ("web.archive.org", "/save/status"),
    }
    assert all(e.scheme == "https" for e in with_keys)
    out, err = capsys.readouterr()
    assert "secret" not in out + err
    assert not any(b"secret" in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({}, "IAS3_ACCESS_KEY and IAS3_SECRET_KEY are not set"),
        ({"IAS3_ACCESS_KEY": "access"}, "do not hold a pair of keys"),
        ({"IAS3_ACCESS_KEY": "access", "IAS3_SECRET_KEY": "a b c d"}, "do not hold a pair of keys"),
        ({"IAS3_ACCESS_KEY": "access", "IAS3_SECRET_KEY": "abcd\r\nX-Evil: 1"}, "do not hold a pair of keys"),
        ({"IAS3_ACCESS_KEY": "access", "IAS3_SECRET_KEY": "wrong"}, "the Internet Archive does not accept the keys"),
    ],
)
def test_keys_that_are_none_are_refused_with_where_to_get_some(
    archive: Command,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    environment: dict[str, str],
    said: str,
) -> None:
    """Before anything is requested where that can be known."""
    for name in ("IAS3_ACCESS_KEY", "IAS3_SECRET_KEY"):
        monkeypatch.delenv(name)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert archive("--yes") == 2
    err = capsys.readouterr().err
    assert said in err
    assert "https://archive.org/account/s3.php" in err
    assert "wrong" not in err
    assert bool(world.seen) is ("accept" in said)


def test_the_newer_names_of_the_keys_do_as_well(
    archive: Command, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of the archive's own tool today."""
    monkeypatch.delenv("IAS3_ACCESS_KEY")
    monkeypatch.delenv("IAS3_SECRET_KEY")
    monkeypatch.setenv("IA_ACCESS_KEY_ID", "access")
    monkeypatch.setenv("IA_SECRET_ACCESS_KEY", "secret")
    assert archive("--yes") == 0
    assert world.service.saved == [NEW, OTHER]


def many(world: World, count: int) -> list[str]:
    """Make a list of many pages on many sites."""
    urls = [f"https://s{n}.example/p" for n in range(count)]
    world.urls += urls
    Path("README.md").write_text("".join(f"- [x]({url})\n" for url in urls), "utf-8")
    return urls


def test_the_service_is_asked_within_its_limits(archive: Command, world: World) -> None:
    """Never more than six requests a minute, few copies at once, and nothing is refused."""
    urls = many(world, 20)
    assert archive("--yes") == 0
    assert world.service.saved == urls
    asked = [e.at for e in world.to_the_archive("/save")]
    assert all(sum(0 <= later - at < 60 for later in asked) <= 6 for at in asked)
    assert all(e.status == 200 for e in world.to_the_archive("/save"))


def test_a_run_looks_up_so_many_links_and_the_next_goes_on(
    archive: Command, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """``--limit``; what the index had is not asked again."""
    urls = many(world, 5)
    world.archive = lambda fake: fake.capture(urls[0], "20200101000000")
    assert archive("--limit", "2") == 0
    assert "3 links not looked up; run it again for them." in capsys.readouterr().err
    assert archive("--limit", "4", "--yes") == 0
    assert world.service.saved == urls[1:]
    assert len(world.to_the_archive("/cdx")) == 2 + 4


def test_a_run_that_is_interrupted_is_gone_on_with(
    archive: Command, world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The copy that was asked for is not asked for again; what became of it is."""

    def die(*_arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(world.service, "_status", die)
        world.service.statuses = []
        patch.setattr("linkwarden.archive.save_page_now.SavePageNow.look", die)
        assert archive("--yes") == 130
    assert world.service.asked == [NEW, OTHER]
    capsys.readouterr()
    assert archive("--yes") == 0
    assert world.service.asked == [NEW, OTHER]
    out, err = capsys.readouterr()
    assert f"saved as {COPY}/{NEW}" in out
    assert "2 copies asked for in the last hour." in err


@pytest.mark.parametrize(
    ("code", "said", "times"),
    [
        ("error:no-access", "the archive cannot copy it (no-access)", 1),
        ("error:blocked-url", "the archive cannot copy it (blocked-url)", 1),
        ("error:service-unavailable", "not copied this time (service-unavailable)", 2),
        ("error:not-known-yet", "not copied this time (not-known-yet)", 2),
        ("error:too-many-daily-captures", "it has been copied several times today", 1),
    ],
)
def test_what_cannot_be_copied_is_said_and_tried_again_where_that_may_help(
    archive: Command, world: World, capsys: pytest.CaptureFixture[str], code: str, said: str, times: int
) -> None:
    """By the code that the service gives; the others are copied all the same."""
    world.service.errors = {NEW: code}
    assert archive("--yes") == 0
    assert f"{NEW}\n    {said}\n" in capsys.readouterr().out
    assert world.service.saved == [OTHER]
    assert archive("--yes") == 0
    assert world.service.asked.count(NEW) == times


def overloaded() -> web.Response:
    """Answer as a server does that is overloaded."""
    return web.Response(status=502, text="<html>Bad Gateway</html>", content_type="text/html")


NONSENSE: dict[str, Callable[[], web.Response]] = {
    "a page": lambda: web.Response(text="<html>", content_type="text/html"),
    "502": overloaded,
    "no object": lambda: web.json_response(["ok"]),
    "nothing": web.Response,
    "a job that is none": lambda: said(job_id="../../x", url=NEW),
    "a job that is a list": lambda: said(job_id=[1], url=NEW),
    "deep": lambda: web.Response(text="[" * 100_000, content_type="application/json"),
    "no code": lambda: said(status="error", status_ext="<script>", message="\x1b[31m"),
    "a time that is none": lambda: said(status="success", timestamp="2026-11-22", job_id=None),
}


@pytest.mark.parametrize("name", NONSENSE)
def test_a_service_that_talks_nonsense_is_left_alone_soon(
    archive: Command, world: World, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """After three times in a row; what it said shows nowhere."""
    urls = many(world, 6)
    world.service.answers = [NONSENSE[name]] * 10
    assert archive("--yes") == 0
    out, err = capsys.readouterr()
    assert "The Internet Archive was not asked for more: it" in err
    assert "0 copies made. 3 links left; run it again for them." in err
    assert "<" not in out + err
    assert "\x1b" not in out + err
    world.service.answers = []
    assert archive("--yes") == 0
    assert sorted(world.service.saved) == urls


@pytest.mark.parametrize("name", ["a page", "502", "no object", "nothing", "deep"])
def test_what_became_of_copies_is_asked_again_later(
    archive: Command, world: World, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """Where the service does not say; a run ends all the same."""
    world.service.statuses = [NONSENSE[name]] * 1000
    assert archive("--yes") == 0
    assert "0 copies made. 2 links left; run it again for them." in capsys.readouterr().err
    world.service.statuses = []
    assert archive("--yes") == 0
    assert world.service.asked == [NEW, OTHER]
    assert "2 copies made." in capsys.readouterr().err


def test_what_became_of_copies_is_not_asked_after_an_hour(archive: Command, world: World) -> None:
    """The service has forgotten by then. The index is asked, and where it has none, they are asked for again."""
    world.service.statuses = [NONSENSE["502"]] * 1000
    assert archive("--yes") == 0
    world.service.statuses = []
    world.now += timedelta(hours=2)
    assert archive("--yes") == 0
    assert world.service.asked == [NEW, OTHER, NEW, OTHER]
    assert len(world.to_the_archive("/cdx")) == 3 + 2


def test_what_could_not_be_copied_is_tried_again_after_a_month(archive: Command, world: World) -> None:
    """Sites change."""
    world.service.errors = {NEW: "error:no-access"}
    for days, times in ((0, 1), (29, 1), (31, 2)):
        world.now = START + timedelta(days=days)
        assert archive("--yes") == 0
        assert world.service.asked.count(NEW) == times


def test_copies_that_are_never_ready_do_not_hold_a_run(
    archive: Command, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """They are given up after some looks, and the others go on."""
    urls = many(world, 8)
    world.service.never = set(urls[:5])
    assert archive("--yes") == 0
    assert world.service.saved == urls[5:]
    assert "3 copies made. 5 links left; run it again for them." in capsys.readouterr().err


def test_an_account_that_is_full_waits_for_its_own_copies(archive: Command, world: World) -> None:
    """Nothing is lost, and nothing is asked for twice."""
    urls = many(world, 6)
    world.service.at_once = 2
    assert archive("--yes") == 0
    assert world.service.saved == urls


def test_a_refusal_to_serve_more_ends_the_run(
    archive: Command, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """A limit of the day, and a server that refuses; what was under way is still looked at."""
    urls = many(world, 4)
    world.service.answers = []
    real = world.service._save
    world.service._save = lambda url: (  # type: ignore[method-assign] # a service that has had enough
        said(status="error", status_ext="error:max-daily-bandwidth") if world.service.asked else real(url)
    )
    assert archive("--yes") == 0
    assert "The Internet Archive was not asked for more: it says max-daily-bandwidth." in capsys.readouterr().err
    assert world.service.saved == urls[:1]


def test_too_many_requests_are_not_repeated_for_long(
    archive: Command, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """After one pause of a minute the run ends; the archive would shut a firewall next."""
    world.service.answers = [lambda: web.Response(status=429)] * 20
    assert archive("--yes") == 0
    assert "2 links left; run it again for them." in capsys.readouterr().err
    asked = [e.at for e in world.to_the_archive("/save")]
    assert len(asked) <= 2
    assert asked[-1] - asked[0] >= 60 or len(asked) == 1


def test_keys_that_are_taken_back_meanwhile_end_the_run(
    archive: Command, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """While copies are under way; the next run with better keys asks what became of them."""
    world.service.statuses = [lambda: web.Response(status=401)]
    assert archive("--yes") == 2
    assert "does not accept the keys" in capsys.readouterr().err
    assert archive("--yes") == 0
    assert world.service.asked == [NEW, OTHER]
    assert world.service.saved == [NEW, OTHER]


def test_without_a_memory_it_works_for_this_run(archive: Command, world: World) -> None:
    """And the next asks the index again."""
    assert archive("--yes", "--no-state") == 0
    assert world.service.saved == [NEW, OTHER]
    assert archive("--yes", "--no-state") == 0
    assert world.service.asked == [NEW, OTHER]
    assert len(world.to_the_archive("/cdx")) == 6


def test_a_configuration_that_keeps_the_archive_out_is_respected(
    archive: Command, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is the maintainer's word that the archive must not hear of the links."""
    Path("linkwarden.toml").write_text("archive = false\n", "utf-8")
    assert archive("--yes") == 2
    assert "keeps the Internet Archive out" in capsys.readouterr().err
    assert world.seen == []


def test_a_memory_that_lies_about_jobs_is_not_believed(archive: Command, world: World) -> None:
    """A name that no job can have is not sent; the link is looked up again."""
    import sqlite3  # noqa: PLC0415 - only here

    assert archive("--yes") == 0
    state = Path(".linkwarden/state.sqlite3")
    with closing(sqlite3.connect(state)) as connection, connection:
        connection.execute("UPDATE copies SET state = 'asked', detail = '../x'")
    connection.close()
    before = len(world.to_the_archive("/cdx"))
    assert archive("--yes") == 0
    assert len(world.to_the_archive("/cdx")) == before + 3
    assert json.dumps(world.service.asked) == json.dumps([NEW, OTHER])
