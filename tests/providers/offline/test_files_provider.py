"""Relative links are looked up as GitHub would: case counts, `/` is the repository, nothing outside is opened."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linkwarden.config import Config
from linkwarden.deps import Deps
from linkwarden.model import Judgement, Kind, Result, Run, Verdict
from linkwarden.providers.offline.malformed.parts import forgotten_scheme
from linkwarden.run import engine
from linkwarden.tree import Status, Tree

PNG = b"\x89PNG\r\n\x1a\n" + bytes(24)


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a small repository, which is the working directory."""
    root = tmp_path / "repo"
    for folder in (".git", "docs/Guides", "images", "a b", "modules/other"):
        (root / folder).mkdir(parents=True)
    texts = {
        "docs/setup.md": "# Install\n\n# Install\n\n# Next Steps\n",
        "docs/Guides/Intro.md": "# Intro\n",
        "docs/Guides/README.txt": "Guides\n",
        "docs/Guides/Readme.md": "# Guides\n",
        "docs/page.html": '<h1 id="Start">Start</h1>',
        "docs/100%.md": "",
        "docs/what%20is.md": "",
        "a b/c d.md": "# X\n",
        "code.py": "pass\n",
        "CONTRIBUTING.md": "# Rules\n",
        "images/page.png": "<!DOCTYPE html><html></html>",
        "images/lfs.png": "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
        "images/empty.png": "",
        "images/odd.png": "\x00\x01\x02\x03",
        "images/logo.svg": '<svg xmlns="http://www.w3.org/2000/svg"/>',
        ".gitmodules": '[submodule "other"]\n\tpath = modules/other\n\turl = ../other.git\n',
        "über.md": "# Ü\n",
    }
    for name, text in texts.items():
        (root / name).write_text(text, "utf-8")
    (root / "images/logo.png").write_bytes(PNG)
    (tmp_path / "secret.md").write_text("# secret\n")
    (root / "leak.md").symlink_to(tmp_path / "secret.md")
    (root / "leaks").symlink_to(tmp_path)
    (root / "gone.md").symlink_to("nowhere.md")
    (root / "same.md").symlink_to("CONTRIBUTING.md")
    monkeypatch.chdir(root)
    return root


async def run(*inputs: str, stdin: str = "", root: Path | None = None) -> Run:
    """Check inputs without a network."""
    config = Config(inputs=inputs, offline=True, root=root)
    done = await engine.run(config, Deps(make_net=None, stdin=stdin.encode))  # type: ignore[arg-type]
    assert done.failures == ()
    return done


async def result(link: str, *, image: bool = False, at: str = "README.md") -> Result:
    """Check one link that stands in a file of the repository."""
    text = f'<img src="{link}">\n' if image else f"[x](<{link}>)\n"
    await asyncio.to_thread(Path(at).write_text, text, "utf-8")
    done = await run(at)
    assert len(done.results) == 1
    assert done.results[0].target.url == link
    return done.results[0]


async def judged(link: str, *, image: bool = False, at: str = "README.md") -> Judgement:
    """Judge one link that stands in a file of the repository."""
    return (await result(link, image=image, at=at)).judgement


@pytest.mark.usefixtures("repo")
@pytest.mark.parametrize(
    ("link", "at"),
    [
        ("docs/setup.md", "README.md"),
        ("./docs/setup.md", "README.md"),
        ("docs/../code.py", "README.md"),
        ("docs/nowhere/../setup.md", "README.md"),
        ("docs//setup.md", "README.md"),
        ("/docs/setup.md", "docs/Guides/x.md"),
        ("../setup.md", "docs/Guides/x.md"),
        ("../../code.py", "docs/Guides/x.md"),
        ("docs", "README.md"),
        ("docs/", "README.md"),
        ("/", "docs/x.md"),
        ("..", "docs/x.md"),
        (".", "README.md"),
        ("docs/setup.md?raw=true", "README.md"),
        ("docs/setup.md?plain=1#L3", "README.md"),
        ("docs/setup.md#install-1", "README.md"),
        ("docs/setup.md#next-steps", "README.md"),
        ("docs/setup.md#", "README.md"),
        ("docs/page.html#Start", "README.md"),
        ("docs/Guides#guides", "README.md"),
        ("docs/Guides/#readme", "README.md"),
        ("code.py#L10", "README.md"),
        ("code.py#anything", "README.md"),
        ("a%20b/c%20d.md#x", "README.md"),
        ("a b/c d.md", "README.md"),
        ("docs/100%.md", "README.md"),
        ("docs/100%25.md", "README.md"),
        ("docs/what%20is.md", "README.md"),
        ("%C3%BCber.md", "README.md"),
        ("über.md", "README.md"),
        ("same.md#rules", "README.md"),
        ("?tab=readme", "README.md"),
    ],
)
async def test_what_is_there_is_fine(link: str, at: str) -> None:
    """Files, folders, queries, encoded names and places in other documents, from wherever the list lies."""
    found = await result(link, at=at)
    assert found.judgement.verdict is Verdict.OK, found.judgement.reason
    assert found.kind is Kind.FILE


@pytest.mark.usefixtures("repo")
@pytest.mark.parametrize(
    ("link", "meant"),
    [
        ("docs/setup.markdown", "docs/setup.md"),
        ("docs/setpu.md", "docs/setup.md"),
        ("doc/setup.md", "docs/setup.md"),
        ("./contributing", "./CONTRIBUTING.md"),
        ("setup.md", "docs/setup.md"),
        ("/wrong/setup.md", "/docs/setup.md"),
        ("old/c%20d.md?raw=true#x", "a%20b/c%20d.md?raw=true#x"),
        ("docs/setup/", "docs/setup.md"),
        ("doc/setup.md/", "docs/setup.md"),
        ("docs/Guide/", "docs/Guides/"),
        ("./contributing/./?raw=true", "./CONTRIBUTING.md?raw=true"),
        ("zebra.md", None),
        ("code.py/x", None),
        ("gone.md", None),
    ],
)
async def test_what_is_missing_is_broken_with_the_nearest(link: str, meant: str | None) -> None:
    """The most similar name in the folder, or the same name elsewhere, is offered and is really there."""
    found = await judged(link)
    assert found.verdict is Verdict.BROKEN
    assert found.rule is not None
    assert found.rule.code == "LW125"
    assert (found.suggestion.url if found.suggestion else None) == meant
    if meant:
        assert (await judged(meant)).verdict is Verdict.OK


async def test_one_of_several_is_not_guessed(repo: Path) -> None:
    """A name that lies in several folders is no suggestion."""
    for folder in ("docs", "images"):
        (repo / folder / "index.md").write_text("")
    assert (await judged("old/place/index.md")).suggestion is None


@pytest.mark.usefixtures("repo")
@pytest.mark.parametrize(
    ("link", "meant"),
    [
        ("Docs/setup.md", "docs/setup.md"),
        ("./docs/guides/intro.md#intro", "./docs/Guides/Intro.md#intro"),
        ("/contributing.md", "/CONTRIBUTING.md"),
        ("A%20B/c%20d.md", "a%20b/c%20d.md"),
        ("images/LOGO.png?raw=true", "images/logo.png?raw=true"),
    ],
)
async def test_case_counts_on_github(link: str, meant: str) -> None:
    """A path in the wrong case is broken, whatever this computer's file system thinks, and safely set right."""
    found = await judged(link)
    assert found.verdict is Verdict.BROKEN
    assert found.rule is not None
    assert found.rule.code == "LW126"
    assert found.suggestion is not None
    assert found.suggestion.url == meant
    assert found.suggestion.safe
    assert (await judged(meant)).verdict is Verdict.OK


@pytest.mark.usefixtures("repo")
@pytest.mark.parametrize(
    ("link", "code", "meant"),
    [
        ("docs/Guides#gudies", "LW120", "docs/Guides#guides"),
        ("docs/Guides/#nope", "LW120", None),
        ("docs#nope", "LW122", None),
        ("docs#readme", "LW122", None),
        ("images/#L10", "LW122", None),
    ],
)
async def test_a_name_below_a_folder_is_its_readmes(link: str, code: str, meant: str | None) -> None:
    """What GitHub shows below a folder's files is its README; without one nothing has a name there."""
    found = await judged(link)
    assert found.rule is not None
    assert found.rule.code == code
    assert (found.suggestion.url if found.suggestion else None) == meant


@pytest.mark.parametrize("image", [False, True])
@pytest.mark.parametrize(
    ("link", "meant"),
    [("images/u%CC%88.png", "images/%C3%BC.png"), ("images/u\u0308.png?raw=true", "images/ü.png?raw=true")],
)
async def test_letters_in_another_encoding_are_no_matter_of_case(
    repo: Path,
    link: str,
    meant: str,
    image: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """Composed and decomposed letters look alike; the reason says so, and the repair is safe."""
    (repo / "images" / "ü.png").write_bytes(PNG)
    found = await judged(link, image=image)
    assert found.rule is not None
    assert (found.verdict, found.rule.code) == (Verdict.BROKEN, "LW134")
    assert "case" not in found.reason
    assert found.suggestion is not None
    assert (found.suggestion.url, found.suggestion.safe) == (meant, True)
    assert (await judged(meant, image=image)).verdict is Verdict.OK


async def test_letters_that_differ_in_both_are_a_matter_of_case(repo: Path) -> None:
    """Another case is the greater difference."""
    (repo / "images" / "Ü.png").write_bytes(PNG)
    found = await judged("images/u%CC%88.png")
    assert found.rule is not None
    assert found.rule.code == "LW126"


@pytest.mark.usefixtures("repo")
@pytest.mark.parametrize(
    ("link", "at", "verdict"),
    [
        ("/assets/app.css", "docs/x.html", Verdict.UNVERIFIED),
        ("/setup.md", "docs/x.html", Verdict.UNVERIFIED),
        ("/docs/setup.md", "docs/x.html", Verdict.OK),
        ("/Docs/setup.md", "docs/x.html", Verdict.UNVERIFIED),
        ("\\assets\\app.css", "docs/x.html", Verdict.UNVERIFIED),
        ("Guides\\Intro.md", "docs/x.html", Verdict.OK),
        ("Guides\\Intro.md", "docs/x.md", Verdict.BROKEN),
        ("gone.css", "docs/x.html", Verdict.BROKEN),
        ("/assets/app.css", "docs/x.md", Verdict.BROKEN),
    ],
)
async def test_a_sites_root_is_not_the_repositorys(link: str, at: str, verdict: Verdict) -> None:
    """In a page of a site a leading slash starts at a folder that nobody named: not broken, and no repair."""
    html = f'<!doctype html><title>X</title><a href="{link}">x</a>' if at.endswith("html") else f"[x]({link})"
    await asyncio.to_thread(Path(at).write_text, html, "utf-8")
    (found,) = (await run(at)).results
    assert found.judgement.verdict is verdict
    if verdict is Verdict.UNVERIFIED:
        assert found.judgement.suggestion is None
        named = await run(at, root=Path())
        assert named.results[0].judgement.verdict is Verdict.BROKEN


@pytest.mark.parametrize("image", [False, True])
async def test_what_is_no_regular_file_is_not_opened(repo: Path, image: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """A pipe that nobody writes to would be read for ever."""
    os.mkfifo(repo / "pipe.md")
    found = await judged("pipe.md" if image else "pipe.md#x", image=image)
    assert found.verdict is Verdict.UNVERIFIED
    assert "regular file" in found.reason


FTYP = b"\x00\x00\x00\x1cftyp"


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.heic", FTYP + b"heic" + bytes(16), "LW135"),
        ("a.tif", b"II*\x00" + bytes(32), "LW135"),
        ("a.tiff", b"MM\x00*" + bytes(32), "LW135"),
        ("a.jp2", b"\x00\x00\x00\x0cjP  \r\n\x87\n" + bytes(16), "LW135"),
        ("a.psd", b"8BPS\x00\x01" + bytes(32), "LW135"),
        ("a.ppm", b"P6\n3 3\n255\n" + bytes(27), "LW135"),
        ("a.png", b"P6\n3 3\n255\n" + bytes(27), "LW135"),
        ("a.avif", FTYP + b"avif" + bytes(16), ""),
        ("a.gif", b"GIF89a" + bytes(16), ""),
        ("a.jpg", PNG, ""),
        ("a.bin", PNG, ""),
        ("a", b'<svg xmlns="http://www.w3.org/2000/svg"/>', ""),
        ("a.png", b'<svg xmlns="http://www.w3.org/2000/svg"/>', "LW137"),
        ("a.JPG", b'<svg xmlns="http://www.w3.org/2000/svg"/>', "LW137"),
        ("a.svg", PNG, "LW137"),
        ("a.svg", b"<svg/>", "LW138"),
        ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg">a&nbsp;b</svg>', "LW138"),
        ("a.svg", b"<!-- " + b"x" * 9000 + b' --><svg xmlns="http://www.w3.org/2000/svg"/>', ""),
    ],
)
async def test_images_that_browsers_do_not_show(repo: Path, name: str, content: bytes, code: str) -> None:
    """Types of cameras and printers, and an SVG under a bitmap's name or the reverse; as links all are fine."""
    (repo / name).write_bytes(content)
    found = await judged(name, image=True)
    assert (found.rule.code if found.rule else "") == code, found.reason
    assert (await judged(name)).verdict is Verdict.OK


@pytest.mark.usefixtures("repo")
async def test_backslashes_are_set_right() -> None:
    """A path written as on Windows is broken on GitHub."""
    found = await judged("docs\\setup.md#install")
    assert found.verdict is Verdict.BROKEN
    assert found.suggestion is not None
    assert found.suggestion.url == "docs/setup.md#install"
    assert found.suggestion.safe


@pytest.mark.usefixtures("repo")
@pytest.mark.parametrize(
    "link",
    [
        *("../secret.md", "../../issues", "/../secret.md", "leak.md", "leaks/secret.md", "leaks/x/../secret.md"),
        *("docs/../../secret.md", "%2e%2e/secret.md", "..%2Fsecret.md", "modules/other/README.md"),
        *("{{ site.url }}/x.md", "docs/{% link x %}", "${BASE}/x"),
    ],
)
async def test_what_lies_outside_is_unverified(link: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files out of the repository, other repositories and placeholders are not judged, and no such file is opened."""
    opened: list[str] = []
    real = Path.open

    def noted(self: Path, *args: Any, **named: Any) -> Any:
        opened.append(str(self.resolve()))
        return real(self, *args, **named)

    monkeypatch.setattr(Path, "open", noted)
    found = await judged(link)
    assert found.verdict is Verdict.UNVERIFIED, found.reason
    assert found.reason
    assert not [name for name in opened if name.endswith("secret.md")]


@pytest.mark.usefixtures("repo")
@pytest.mark.parametrize(
    ("link", "verdict", "word"),
    [
        ("images/logo.png", Verdict.OK, ""),
        ("images/logo.svg", Verdict.OK, ""),
        ("images/logo.png?raw=true", Verdict.OK, ""),
        ("/images/logo.png#gh-dark-mode-only", Verdict.OK, ""),
        ("images/page.png", Verdict.BROKEN, "an HTML page"),
        ("images/empty.png", Verdict.BROKEN, "empty"),
        ("code.py", Verdict.BROKEN, "text"),
        ("images", Verdict.BROKEN, "folder"),
        ("images/lfs.png", Verdict.UNVERIFIED, "Git LFS"),
        ("images/odd.png", Verdict.SUSPECT, "image"),
        ("images/nowhere.png", Verdict.BROKEN, "no such file"),
        ("images/Logo.PNG", Verdict.BROKEN, "case"),
    ],
)
async def test_a_picture_must_be_one(link: str, verdict: Verdict, word: str) -> None:
    """What stands as an image begins as images do."""
    found = await result(link, image=True)
    assert found.judgement.verdict is verdict
    assert word in found.judgement.reason
    assert found.kind is Kind.IMAGE


@pytest.mark.usefixtures("repo")
async def test_a_place_in_another_document() -> None:
    """The heading of another document is looked for as in this one, and the fix keeps the path."""
    missing = await judged("docs/setup.md?plain=0#next")
    assert missing.verdict is Verdict.BROKEN
    assert missing.rule is not None
    assert missing.rule.code == "LW120"
    assert "setup.md" in missing.reason
    assert missing.suggestion is not None
    assert missing.suggestion.url == "docs/setup.md?plain=0#next-steps"
    assert (await judged("docs/setup.md#Install")).verdict is Verdict.DEGRADED


async def test_standard_input_lies_in_the_working_directory(repo: Path) -> None:
    """Links of a text without a file start from the working directory."""
    text = "[a](docs/setup.md) [b](nowhere.md) [c](zebra/x.md)"
    done = await run("-", stdin=text, root=repo)
    assert [r.judgement.verdict for r in done.results] == [Verdict.OK, Verdict.BROKEN, Verdict.BROKEN]


async def test_a_list_outside_the_given_root_is_not_judged(repo: Path) -> None:
    """With ``--root`` nothing outside that folder is looked at, whatever the list."""
    assert (await run("CONTRIBUTING.md", "-", stdin="[a](code.py)", root=repo)).results[
        0
    ].judgement.verdict is Verdict.OK
    done = await run("-", stdin="[a](code.py)", root=repo / "docs")
    assert done.results[0].judgement.verdict is Verdict.UNVERIFIED


async def test_names_that_fold_alike_are_two_files(repo: Path) -> None:
    """Two names that are equal once case is folded are each found as themselves."""
    (repo / "strasse.md").write_text("# a\n")
    (repo / "straße.md").write_text("# b\n")
    assert (await judged("strasse.md#a")).verdict is Verdict.OK
    assert (await judged("straße.md#b")).verdict is Verdict.OK


async def test_names_that_differ_only_in_case_are_two_files(repo: Path) -> None:
    """Where both spellings are there, each link finds its own."""
    (repo / "readme.txt").write_text("# a\n")
    (repo / "README.txt").write_text("# b\n")
    if len([n for n in os.listdir(repo) if n.lower() == "readme.txt"]) < 2:  # noqa: PTH208 - names only
        pytest.skip("this file system does not tell the two apart")
    assert (await judged("readme.txt#a")).verdict is Verdict.OK
    assert (await judged("README.txt#b")).verdict is Verdict.OK


@pytest.mark.parametrize(
    ("url", "meant"),
    [
        ("www.a.com/u", "https://www.a.com/u"),
        ("a.com/v", "https://a.com/v"),
        ("a.ai/v", "https://a.ai/v"),
        ("me@a.org", "mailto:me@a.org"),
        ("logo.ai", None),
        ("notes.md", None),
        ("setup.py", None),
        ("lib.rs/x", None),
        ("a.zip", None),
        ("a.com.md", None),
        ("docs/a.com", None),
        ("./a.com", None),
        ("v1.2.io.txt", None),
        ("www.", None),
    ],
)
def test_what_looks_like_a_site(url: str, meant: str | None) -> None:
    """A site's name at the beginning gives a forgotten scheme; a file's name does not."""
    assert forgotten_scheme(url) == meant


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(link=st.one_of(st.text(max_size=40), st.text(alphabet="./%2eE\\docsimage#?~", max_size=30)))
def test_nothing_outside_is_ever_found(repo: Path, link: str) -> None:
    """However a link is written, what is found lies in the repository."""
    tree = Tree(repo)
    (repo / "README.md").write_text("")
    look = tree.look("README.md", link)
    if look.path is not None and look.status is not Status.OUTSIDE:
        assert look.path.resolve().is_relative_to(repo.resolve())
