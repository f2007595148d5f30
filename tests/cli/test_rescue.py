"""``linkwarden rescue`` as a user runs it: which images it saves, where, and what it leaves alone."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from aiohttp import web

from linkwarden.answers.image_bytes import sniff
from linkwarden.cli import cli
from linkwarden.cli.guard import run_guarded
from linkwarden.fix import files
from linkwarden.rescue import folder as image_folder
from linkwarden.tree import write_file
from tests.deps import on_fake_internet
from tests.internet import FakeInternet
from tests.internet.archive import FakeArchive
from tests.internet.log import Exchange
from tests.internet.pictures import JPEG, PNG, SVG, png
from tests.internet.time import START
from tests.repository import Repository

Command = Callable[..., int]

#: Signed for three days after the night of the tests.
SIGNED = f"https://cdn.discordapp.com/attachments/1/2/net.png?ex={int(START.timestamp()) + 259200:x}&is=6544e5c0&hm=ab"
ENDED = "https://cdn.discordapp.com/attachments/1/3/old.png?ex=6553e5c0&is=6544e5c0&hm=cd"
IMGUR = "https://i.imgur.com/abc.png"
GONE = "https://gone.example/fig.png"
STAYS = "https://stays.example/a.png"
LIST = f"# T\n\n- [Net](https://a.example/) ![The net]({SIGNED})\n- ![]({IMGUR})\n- ![Lost]({GONE})\n- ![]({STAYS})\n"


def name_of(slug: str, body: bytes) -> str:
    """Return the name of a saved PNG."""
    return f"{slug}-{hashlib.sha256(body).hexdigest()[:16]}.png"


NET, CAT, COPY = png(40, 40), png(50, 50), PNG
SAVED = (
    LIST.replace(SIGNED, f"images/{name_of('the-net', NET)}")
    .replace(IMGUR, f"images/{name_of('net', CAT)}")
    .replace(GONE, f"images/{name_of('lost', COPY)}")
)


class Internet:
    """What the list's images are, and what they are by the time of the download.

    A test changes it before it runs the command.
    """

    def __init__(self) -> None:
        self.images: dict[str, bytes] = {SIGNED: NET, IMGUR: CAT, STAYS: png(60, 60)}
        self.build: Callable[[FakeInternet, FakeArchive], None] = lambda _internet, archive: archive.capture(
            GONE, "20190506000000", mimetype="image/png"
        )
        self.later: dict[str, bytes] = {}
        self.seen: list[Exchange] = []
        self._runs = 0

    def __call__(self, internet: FakeInternet) -> None:
        """Put it into a fake internet."""
        internet.site("a.example").page("/", "<title>A</title> hello")
        internet.site("gone.example")
        self._runs += 1
        for url, body in (self.images | (self.later if self._runs > 1 else {})).items():
            host, _, path = url.partition("://")[2].partition("/")
            internet.site(host).page(f"/{path}", body, media_type=sniff(body) or "image/png")
        self.build(internet, FakeArchive(internet))

    def downloads(self) -> list[str]:
        """Return the paths that were requested of hosts of images."""
        return [e.path for e in self.seen if e.host in ("cdn.discordapp.com", "i.imgur.com")]


@pytest.fixture
def internet() -> Internet:
    """What the commands find."""
    return Internet()


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A repository with one list, in which the commands run."""
    made = Repository(tmp_path / "repo")
    made.commit({"README.md": LIST})
    monkeypatch.chdir(made.folder)
    return made


@pytest.fixture
def rescue(repository: Repository, internet: Internet) -> Command:
    """Run ``linkwarden rescue`` on a fake internet, without memory, and return the exit code."""
    del repository

    def run(*arguments: str) -> int:
        given = ["rescue", *arguments, "--no-progress", *([] if "--state" in arguments else ["--no-state"])]
        return run_guarded(cli, given, on_fake_internet(internet, internet.seen))

    return run


def text(name: str = "README.md") -> str:
    """Return what a file holds."""
    return Path(name).read_text("utf-8")


def files_here() -> list[str]:
    """Return the files of the repository, without git's own."""
    return sorted(p.as_posix() for p in Path().rglob("*") if p.is_file() and ".git" not in p.parts)


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


# --- where the images go ----------------------------------------------------------------------------------------------


def outside(_repository: Repository) -> tuple[str, str]:
    """A folder beside the repository."""
    return "../elsewhere", "is outside of"


def of_git(_repository: Repository) -> tuple[str, str]:
    """Git's own folder."""
    return ".git/images", "belongs to git"


def linked_out(repository: Repository) -> tuple[str, str]:
    """A symbolic link to a folder that is not the repository's."""
    elsewhere = repository.folder.parent / "elsewhere"
    elsewhere.mkdir()
    Path("images").symlink_to(elsewhere)
    return "images", "is outside of"


def linked_within(_repository: Repository) -> tuple[str, str]:
    """A symbolic link inside of the repository, which GitHub does not follow."""
    Path("real").mkdir()
    Path("images").symlink_to("real")
    return "images/new", "is a symbolic link"


def a_file(_repository: Repository) -> tuple[str, str]:
    """No folder at all."""
    Path("images").write_text("x", "utf-8")
    return "images", "is not a folder"


def in_another(repository: Repository) -> tuple[str, str]:
    """A repository within the repository."""
    Repository(repository.folder / "vendor")
    return "vendor/images", "belongs to another repository"


def ignored(_repository: Repository) -> tuple[str, str]:
    """A folder of which git would not take the images."""
    Path(".gitignore").write_text("*.png\n", "utf-8")
    return "images", "git ignores image.png there"


@pytest.mark.parametrize("place", [outside, of_git, linked_out, linked_within, a_file, in_another, ignored])
def test_a_folder_from_which_readers_would_not_get_images_is_refused(
    rescue: Command,
    repository: Repository,
    internet: Internet,
    capsys: pytest.CaptureFixture[str],
    place: Callable[[Repository], tuple[str, str]],
) -> None:
    """Before anything is requested; nothing is written anywhere."""
    folder, reason = place(repository)
    before = sorted(repository.folder.parent.rglob("*"))
    assert rescue("--to", folder, "--write") == 2
    assert reason in capsys.readouterr().err
    assert internet.seen == []
    assert sorted(repository.folder.parent.rglob("*")) == before


def test_a_list_in_a_folder_gets_a_relative_url(rescue: Command, repository: Repository) -> None:
    """From the list, not from the working directory; blanks in names of folders are encoded."""
    repository.commit({"docs/a.md": f"![]({IMGUR})\n", "README.md": ""})
    assert rescue("docs/a.md", "--to", "my images", "--write") == 0
    assert text("docs/a.md") == f"![](../my%20images/{name_of('abc', CAT)})\n"
    assert Path("my images", name_of("abc", CAT)).read_bytes() == CAT


def test_every_form_of_an_image_shows_the_copy(rescue: Command, repository: Repository) -> None:
    """HTML in its quotes, references once, links to the image, line ends and bytes as they were."""
    html = f"<img src='{IMGUR}' alt=x>\r\n<img srcset=\"{IMGUR} 2x\">\r\n\r\n"
    before = f"{html}![a][i] [![]({IMGUR})]({IMGUR})\r\n\r\n[i]: <{IMGUR}>\r\n".encode() + b"\xff"
    Path("README.md").write_bytes(before)
    repository.commit()
    assert rescue("--write") == 0
    after = Path("README.md").read_bytes()
    name = re.findall(rb"images/[a-z0-9-]+\.png", after)
    assert len(name) == 5
    assert len(set(name)) == 1
    assert after == before.replace(IMGUR.encode(), name[0])


def test_two_links_to_one_image_are_one_file(rescue: Command, repository: Repository, internet: Internet) -> None:
    """With both sources."""
    other = "https://i.imgur.com/again.png"
    internet.images[other] = CAT
    repository.commit({"README.md": f"![A cat]({IMGUR})\n![The same]({other})\n"})
    assert rescue("--write") == 0
    name = name_of("a-cat", CAT)
    assert text() == f"![A cat](images/{name})\n![The same](images/{name})\n"
    assert files_here() == ["README.md", "images/SOURCES.md", f"images/{name}"]
    notes = text("images/SOURCES.md")
    assert notes.count("## ") == 1
    assert f"`{IMGUR}`" in notes
    assert f"`{other}`" in notes


def test_what_is_written_by_hand_stays(rescue: Command, repository: Repository, internet: Internet) -> None:
    """A licence, other words, their line ends; an image that is there under any name is taken as it is."""
    name = name_of("mine", CAT)
    by_hand = f"My images\r\n\r\n## {name}\r\n\r\nA cat.\r\n* Licence: CC BY 4.0, by me\r\n## z.png\r\n* Licence: MIT"
    Path("images").mkdir()
    Path("images", name).write_bytes(CAT)
    Path("images/SOURCES.md").write_bytes(by_hand.encode())
    repository.commit()
    del internet.images[SIGNED]
    assert rescue("--write") == 0
    assert f"![](images/{name})" in text()
    notes = Path("images/SOURCES.md").read_bytes().decode()
    added = f"* Source: `{IMGUR}`, saved 2026-11-22 03:00 UTC\r\n"
    kept = notes.replace(added, "", 1)
    assert len(notes) > len(kept)
    assert kept.startswith(by_hand + "\r\n\r\n## lost-")


def test_a_file_of_the_same_name_is_not_overwritten(
    rescue: Command, repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nor one that a symbolic link with that name leads to."""
    name = name_of("net", CAT)
    Path("images").mkdir()
    Path("images", name).write_bytes(b"other")
    (repository.folder.parent / "secret").write_bytes(b"secret")
    Path("images", name_of("the-net", NET)).symlink_to(repository.folder.parent / "secret")
    repository.commit()
    assert rescue("--write") == 0
    assert Path("images", name).read_bytes() == b"other"
    assert (repository.folder.parent / "secret").read_bytes() == b"secret"
    assert IMGUR in text()
    assert SIGNED in text()
    assert capsys.readouterr().out.count("another file has the name that the image would get") == 2


def test_a_symbolic_link_is_not_taken_for_an_image(rescue: Command, repository: Repository) -> None:
    """Also if it leads to the same bytes: GitHub shows none there."""
    (repository.folder.parent / "cat.png").write_bytes(CAT)
    Path("images").mkdir()
    Path("images", name_of("mine", CAT)).symlink_to(repository.folder.parent / "cat.png")
    repository.commit()
    assert rescue("--write") == 0
    assert f"![](images/{name_of('net', CAT)})" in text()
    assert not Path("images", name_of("net", CAT)).is_symlink()


# --- what cannot be lost ----------------------------------------------------------------------------------------------


def test_a_list_that_is_not_committed_is_left_alone(
    rescue: Command, internet: Internet, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before anything is downloaded; --allow-dirty is the user's word."""
    Path("README.md").write_text(LIST + "\nmore\n", "utf-8")
    assert rescue("--write") == 2
    assert "README.md: has changes that are not committed" in capsys.readouterr().err
    assert len(internet.downloads()) == 2  # of the check
    assert files_here() == ["README.md"]
    assert rescue("--write", "--allow-dirty") == 0
    assert text() == SAVED + "\nmore\n"


def die(*_arguments: object) -> None:
    """As Ctrl-C does at this instant."""
    raise KeyboardInterrupt


@pytest.mark.parametrize("step", ["an image", "the notes", "the list", "the list is written"])
def test_a_run_that_dies_leaves_all_old_or_all_new(rescue: Command, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    """At any step; no image is left that no list shows, no list shows an image that is not there."""
    real, done = write_file, step == "the list is written"
    where = {"an image": image_folder, "the notes": image_folder, "the list": files, "the list is written": files}[step]

    def write(path: Path, data: bytes) -> None:
        if step == "the notes" and path.name != "SOURCES.md":
            real(path, data)
            return
        if done:
            real(path, data)
        die()

    monkeypatch.setattr(where, "write_file", write)
    assert rescue("--write") == 130
    assert text() == (SAVED if done else LIST)
    assert len(files_here()) == (5 if done else 1)
    assert Path("images").exists() is done


def test_a_run_that_was_killed_leaves_nothing_to_clean_up(rescue: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed before the list was written, it leaves images that no list shows; the next run takes them as they are."""
    with monkeypatch.context() as patch:
        patch.setattr(files, "write_file", die)
        patch.setattr(image_folder.ImageFolder, "clear", lambda _self: None)
        assert rescue("--write") == 130
    left = files_here()
    assert len(left) == 5
    assert text() == LIST
    assert rescue("--write") == 0
    assert text() == SAVED
    assert files_here() == left


@pytest.mark.parametrize(
    ("name", "before", "shows"),
    [
        ("a.rst", ".. image:: {}\n   :alt: cat\n", True),
        ("a.adoc", "image::{}[A cat]\n", True),
        ("a.adoc", ":imagesdir: pics\n\nimage::{}[A cat]\n", False),
        ("a.org", "[[{}]]\n", False),
        ("a.html", "<base href='https://a.example/x/'><img src='{}'>\n", False),
        ("a.html", "<img src={}>\n", True),
        ("a.html", "<picture><source srcset='{} 1x'><img src='{}'></picture>\n", True),
    ],
)
def test_other_kinds_of_documents_show_the_copy_if_they_can(
    rescue: Command, repository: Repository, name: str, before: str, *, shows: bool
) -> None:
    """Where a relative URL would start elsewhere, nothing is saved, and no folder is left."""
    repository.commit({name: before.replace("{}", IMGUR)})
    assert rescue(name, "--write") == 0
    saved = [file for file in files_here() if file.startswith("images/") and file.endswith(".png")]
    assert len(saved) == shows
    assert text(name) == before.replace("{}", saved[0] if shows else IMGUR)
    assert Path("images").exists() is shows


def test_a_list_that_changes_meanwhile_is_not_overwritten(
    rescue: Command, internet: Internet, repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its images are taken back; another list gets its own, with their notes."""
    repository.commit({"other.md": f"![]({SIGNED})\n"})
    build = internet.build

    def and_change(fake: FakeInternet, archive: FakeArchive) -> None:
        build(fake, archive)
        if Path("README.md").stat().st_nlink and internet.seen:  # before the download
            Path("README.md").write_text("new words", "utf-8")

    internet.build = and_change
    assert rescue("README.md", "other.md", "--write") == 2
    assert "README.md: has changed while linkwarden was at work" in capsys.readouterr().err
    assert text() == "new words"
    name = name_of("the-net", NET)
    assert text("other.md") == f"![](images/{name})\n"
    assert files_here() == ["README.md", "images/SOURCES.md", f"images/{name}", "other.md"]
    assert text("images/SOURCES.md").count("## ") == 1


@pytest.mark.skipif(sys.platform == "win32", reason="folders have no locks there")
def test_two_runs_at_once_do_not_write(rescue: Command, capsys: pytest.CaptureFixture[str]) -> None:
    """The second says so, and takes nothing back that the first has written."""
    Path("images").mkdir()
    with image_folder.opened(Path("images")):
        assert rescue("--write") == 2
    assert "images: another linkwarden saves images there" in capsys.readouterr().err
    assert text() == LIST


# --- lost images ------------------------------------------------------------------------------------------------------


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
