"""``linkwarden rescue`` as a user runs it: which images it saves, and which it leaves alone."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from aiohttp import web

from linkwarden.cli import cli
from linkwarden.cli.guard import run_guarded
from tests.deps import on_fake_internet
from tests.internet import FakeInternet
from tests.internet.archive import FakeArchive
from tests.internet.pictures import JPEG, SVG, png
from tests.repository import Repository
from tests.rescue.lists import (
    CAT,
    COPY,
    ENDED,
    GONE,
    IMGUR,
    LIST,
    NET,
    SAVED,
    SIGNED,
    STAYS,
    Command,
    Internet,
    files_here,
    name_of,
    text,
)


def test_without_write_it_says_what_and_why_and_downloads_nothing(
    rescue: Command, internet: Internet, capsys: pytest.CaptureFixture[str]
) -> None:
    """A line for each image; the check itself reads first bytes only, once."""
    assert rescue() == 0
    out, err = capsys.readouterr()
    assert "its URL is signed to work until 2026-11-25 03:00 UTC\n" in out
    assert f"README.md:4: {IMGUR}\n      Imgur removes images" in out
    assert (
        f"README.md:5: {GONE}\n      readers no longer see it (LW301 not-found), "
        "from the Internet Archive's copy of 2019-05-06\n" in out
    )
    assert STAYS not in out
    assert "hm=ab" not in out
    assert err == "3 images can be saved; --write does it.\n"
    assert files_here() == ["README.md"]
    assert len(internet.downloads()) == 2


def test_images_are_saved_and_the_list_shows_the_copies(
    rescue: Command, repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    """Named by entry and contents, with their sources; a second run finds nothing to do."""
    assert rescue("--write") == 0
    assert text() == SAVED
    names = [name_of("lost", COPY), name_of("net", CAT), name_of("the-net", NET)]
    assert files_here() == ["README.md", "images/SOURCES.md", *(f"images/{name}" for name in names)]
    assert Path("images", names[2]).read_bytes() == NET
    out, err = capsys.readouterr()
    assert f"\n      as images/{names[1]}: Imgur removes" in out
    assert f"\n+- ![](images/{names[1]})\n" in out
    assert err == "3 URLs replaced. Fill in the licences in images/SOURCES.md, then commit both.\n"
    notes = text("images/SOURCES.md")
    assert (
        f"## {names[1]}\n\n* Source: `{IMGUR}`, saved 2026-11-22 03:00 UTC\n* Used in `README.md`: Net\n* Licence:\n"
        in notes
    )
    assert (
        f"* Source: `{GONE}`, by its copy of 2019-05-06, `https://web.archive.org/web/20190506000000im_/{GONE}`"
        in notes
    )
    assert "hm=ab" not in notes
    repository.commit()
    assert rescue("--write") == 0
    assert text() == SAVED
    assert text("images/SOURCES.md") == notes
    assert capsys.readouterr().err == "Nothing was saved.\n"


def broken_ways() -> Mapping[str, tuple[bytes, str]]:
    """What a server sends in place of an image that can be kept, and what is said of it."""
    return {
        "page": (b"<!doctype html><title>Log in</title>", "the server sends an HTML page instead of an image"),
        "empty": (b"", "the server sends an empty file instead of an image"),
        "half": (NET[:-12], "the image's file ends too early"),
        "half-jpeg": (JPEG[:-2], "the image's file ends too early"),
        "svg": (SVG, "it is an SVG, which may hold scripts"),
        "script": (SVG.replace(b"<rect", b"<script>alert(1)</script><rect"), "it is an SVG, which may hold scripts"),
        "bomb": (bomb(60_000, 60_000), "the image unpacks to 60,000 by 60,000 pixels"),
        "huge": (NET + bytes(10 * 1024 * 1024), "the image is larger than 10 MiB"),
        "badge": (png(90, 20), "it has the size of a badge"),
        "pixel": (png(1, 1), "the image is a single pixel"),
        "tiff": (b"II*\x00" + bytes(64), "an image of the type image/tiff is not saved"),
        "headless": (b"RIFF\x00\x00\x00\x00WEBPabcd" + bytes(40), "the image's headers do not say how large it is"),
    }


def bomb(width: int, height: int) -> bytes:
    """Return a small PNG whose header promises many pixels; it has no pixels at all."""
    return png(2, 2).replace((2).to_bytes(4, "big") * 2, width.to_bytes(4, "big") + height.to_bytes(4, "big"), 1)


@pytest.mark.parametrize("way", broken_ways())
def test_what_is_no_image_to_keep_is_left_alone(
    rescue: Command, internet: Internet, way: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each with its reason; the other images are saved all the same."""
    internet.later[IMGUR], reason = broken_ways()[way]
    assert rescue("--write") == 0
    assert IMGUR in text()
    assert SIGNED not in text()
    assert f"{IMGUR}\n      {reason}" in capsys.readouterr().out
    assert len(files_here()) == 4


@pytest.mark.parametrize("where", ["http://127.0.0.1/a.png", "http://10.1.2.3/a.png", "http://[::1]/a.png"])
def test_a_redirect_into_a_private_network_is_not_followed(
    rescue: Command, internet: Internet, where: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither by the check nor by the download."""
    build = internet.build

    def redirect(fake: FakeInternet, archive: FakeArchive) -> None:
        build(fake, archive)
        fake.site("i.imgur.com").redirect("/abc.png", where)

    internet.build = redirect
    assert rescue("--write") == 0
    assert IMGUR in text()
    assert f"{IMGUR}\n      it could not be downloaded" in capsys.readouterr().out


def test_an_image_that_stands_for_all_is_left_alone(
    rescue: Command, internet: Internet, capsys: pytest.CaptureFixture[str]
) -> None:
    """As hosts send it that refuse to be linked: the same for every URL; it is asked for one that cannot be."""
    build = internet.build

    async def the_same(_request: web.Request) -> web.Response:
        return web.Response(body=CAT, content_type="image/png")

    def stand_in(fake: FakeInternet, archive: FakeArchive) -> None:
        build(fake, archive)
        fake.site("i.imgur.com").default(the_same)

    internet.build = stand_in
    assert rescue("--write") == 0
    assert IMGUR in text()
    assert "its server gives the same image for a URL that it cannot have" in capsys.readouterr().out
    assert len([path for path in internet.downloads() if path.startswith("/abc.png")]) == 2


def test_a_list_of_nothing_to_save_stays(rescue: Command, repository: Repository) -> None:
    """And no folder is made."""
    repository.commit({"README.md": f"![a]({STAYS})\n"})
    assert rescue("--write") == 0
    assert files_here() == ["README.md"]


@pytest.mark.parametrize(
    ("captured", "mimetype", "body", "reason"),
    [
        ("20990101000000", "image/png", None, "has no copy from before its link was added on 20"),
        ("20190506000000", "text/html", None, "has no copy from before its link was added on 20"),
        ("20190506000000", "image/png", "<!doctype html><title>Gone</title>", "the server sends an HTML page"),
    ],
)
def test_a_copy_counts_if_it_is_an_image_from_before_the_link(
    rescue: Command,
    internet: Internet,
    capsys: pytest.CaptureFixture[str],
    captured: str,
    mimetype: str,
    body: str | None,
    reason: str,
) -> None:
    """By its date in the index, and by its bytes."""
    internet.build = lambda _fake, archive: archive.capture(GONE, captured, mimetype=mimetype, body=body)
    assert rescue("--write") == 0
    assert GONE in text()
    assert reason in capsys.readouterr().out


def test_the_last_copy_before_the_link_is_taken(rescue: Command, internet: Internet) -> None:
    """Not the first one, and none from after it."""
    internet.build = lambda _fake, archive: archive.capture(
        GONE, "20150101000000", "20200202000000", "20990101000000", mimetype="image/png"
    )
    assert rescue("--write") == 0
    assert "by its copy of 2020-02-02" in text("images/SOURCES.md")


def test_another_days_copy_is_not_taken_in_its_place(
    rescue: Command, internet: Internet, capsys: pytest.CaptureFixture[str]
) -> None:
    """The archive leads from a copy that it cannot show to the nearest one, which may be from after the link."""

    async def another(_request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": f"/later/{GONE}"})

    async def later(_request: web.Request) -> web.Response:
        return web.Response(body=CAT, content_type="image/png")

    def build(fake: FakeInternet, archive: FakeArchive) -> None:
        archive.capture(GONE, "20190506000000", mimetype="image/png")
        fake.site("web.archive.org").handle("/web", another).handle("/later", later)

    internet.build = build
    assert rescue("--write") == 0
    assert GONE in text()
    assert "the Internet Archive does not show its copy of 2019-05-06 (status 302)" in capsys.readouterr().out


def test_a_link_of_unknown_age_is_left_alone(
    rescue: Command, repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its line is not committed, so nobody knows which copy it means."""
    repository.commit({"README.md": LIST.replace(f"- ![Lost]({GONE})\n", "")})
    Path("README.md").write_text(LIST, "utf-8")
    assert rescue("--write", "--allow-dirty") == 0
    assert GONE in text()
    assert "git does not tell when its link was added" in capsys.readouterr().out


def test_the_archive_is_not_asked_where_it_must_not_be(
    rescue: Command, internet: Internet, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the user's word."""
    assert rescue("--write", "--no-archive") == 0
    assert GONE in text()
    assert "and the Internet Archive is not asked" in capsys.readouterr().out
    assert not any(e.host == "web.archive.org" for e in internet.seen)


def test_an_expired_url_is_looked_up_without_its_signature(
    rescue: Command, repository: Repository, internet: Internet, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where its site gives nothing out without one, nobody is asked."""
    bucket = "https://figures.s3.amazonaws.com/a.png"
    dated = "?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AK%2F20210209%2Fus-east-1%2Fs3%2Faws4_request"
    signed = (
        f"{bucket}{dated}&X-Amz-Date=20210209T103524Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=00"
    )
    repository.commit({"README.md": f"![f]({signed})\n![d]({ENDED})\n"})
    internet.build = lambda _fake, archive: archive.capture(bucket, "20210210000000", mimetype="image/png")
    assert rescue("--write") == 0
    assert text() == f"![f](images/{name_of('f', COPY)})\n![d]({ENDED})\n"
    assert f"`{bucket}?X-Amz" in text("images/SOURCES.md")
    assert "Signature=00" not in text("images/SOURCES.md")
    assert "no archive has what is private or needs a signature" in capsys.readouterr().out


# --- other reasons ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("days", [[], [19], [17, 19]])
def test_a_host_that_failed_on_several_days_is_not_relied_on(
    rescue: Command, internet: Internet, days: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    """By the memory; one bad night says nothing."""

    def down(fake: FakeInternet) -> None:
        internet(fake)
        fake.silent("stays.example")

    for day in days:
        check = ["check", "--state", "s.sqlite3", "--no-report", "--no-archive", "--now", f"2026-11-{day}"]
        run_guarded(cli, check, on_fake_internet(down))
    capsys.readouterr()
    assert rescue("--state", "s.sqlite3") == 0
    said = f"{STAYS}\n      stays.example did not answer on several days, the last time on 2026-11-19\n"
    assert (said in capsys.readouterr().out) is (len(days) > 1)


@pytest.mark.parametrize("path", ["badge.png", "a/badge/x.png", "hits?page=1", "stats.png"])
def test_images_that_change_are_left_alone(
    rescue: Command, repository: Repository, internet: Internet, path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A copy of a badge would show the past for ever."""
    url = f"https://i.imgur.com/{path}"
    internet.images[url] = CAT
    repository.commit({"README.md": f"![]({url})\n"})
    assert rescue("--write") == 0
    assert files_here() == ["README.md"]
    assert "it may be a badge or a counter, which changes" in capsys.readouterr().out


def test_a_list_behind_a_symbolic_link_is_named_by_its_own_name(
    rescue: Command, repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody knows where its relative URLs start."""
    repository.commit({"docs/real.md": LIST})
    Path("link.md").symlink_to("docs/real.md")
    assert rescue("link.md", "--write") == 0
    assert text("docs/real.md") == LIST
    assert "link.md: a symbolic link" in capsys.readouterr().err


def test_a_check_finds_the_copies(rescue: Command, internet: Internet) -> None:
    """And no fault in the notes beside them."""
    assert rescue("--write") == 0
    check = ["check", "README.md", "images", "--no-state", "--no-report", "--no-archive", "--no-progress"]
    assert run_guarded(cli, check, on_fake_internet(internet)) == 0


def test_an_input_that_cannot_be_read_is_said(rescue: Command, capsys: pytest.CaptureFixture[str]) -> None:
    """And the others are looked at all the same."""
    assert rescue("README.md", "nowhere.md") == 2
    out, err = capsys.readouterr()
    assert IMGUR in out
    assert "nowhere.md: no such file" in err


def test_a_check_that_finds_images_that_end_soon_names_the_command(
    rescue: Command, internet: Internet, capsys: pytest.CaptureFixture[str]
) -> None:
    """As a hint."""
    del rescue  # it has made the list
    run_guarded(cli, ["check", "--no-state", "--no-report", "--no-progress"], on_fake_internet(internet))
    assert "1 image ends soon: `linkwarden rescue README.md` saves copies" in capsys.readouterr().out


def test_git_sees_the_changed_lines_only(rescue: Command, repository: Repository) -> None:
    """And the new files."""
    rescue("--write")
    assert repository.git("diff", "--numstat") == "3\t3\tREADME.md"
    subprocess.run(["git", "add", "-A"], check=True)  # noqa: S607 - the test's own repository
    assert len(repository.git("diff", "--cached", "--name-only").splitlines()) == 5
    assert os.stat("images/SOURCES.md").st_mode & 0o777 == os.stat("README.md").st_mode & 0o777  # noqa: PTH116


def test_a_long_look_up_is_announced_and_covers_all(
    repository: Repository, internet: Internet, capsys: pytest.CaptureFixture[str]
) -> None:
    """However many images are lost: the next run would begin with the same ones."""
    lost = [f"https://gone.example/{n}.png" for n in range(90)]
    repository.commit({"README.md": "".join(f"![a]({url})\n\n" for url in lost)})
    internet.build = lambda _fake, archive: archive.capture(lost[-1], "20190506000000", mimetype="image/png")
    assert run_guarded(cli, ["rescue", "--no-state"], on_fake_internet(internet, internet.seen)) == 0
    out, err = capsys.readouterr()
    assert "Looking up 90 lost images in the Internet Archive, 24 a minute.\n" in err
    assert out.startswith(f"Can be saved in images/:\n  README.md:179: {lost[-1]}\n")
    assert out.count("the Internet Archive has no copy from before") == 89
