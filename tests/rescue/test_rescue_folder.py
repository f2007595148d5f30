"""Where ``linkwarden rescue`` puts images, and what no instant of it can break."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from linkwarden.fix import files
from linkwarden.rescue import folder as image_folder
from linkwarden.tree import write_file
from tests.internet import FakeInternet
from tests.internet.archive import FakeArchive
from tests.repository import Repository
from tests.rescue.lists import CAT, IMGUR, LIST, NET, SAVED, SIGNED, Command, Internet, files_here, name_of, text


def die(*_arguments: object) -> None:
    """As Ctrl-C does at this instant."""
    raise KeyboardInterrupt


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
