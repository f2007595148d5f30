"""Links of sites: from their root, to folders, without suffixes, below the path of a project."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from linkwarden.config import load_file
from linkwarden.model import Result, UsageError, Verdict
from tests.docsites.test_sites import check, lay_out

HTML = "<!doctype html><title>T</title>\n"


async def results(folder: Path, links: str, document: str, **options: object) -> list[Result]:
    """Return what is found about links in a document of a repository."""
    (folder / ".git").mkdir(exist_ok=True)
    if document.endswith(".html"):
        text = HTML + "".join(f'<a href="{link}">x</a>\n' for link in links.split())
    else:
        text = "".join(f"[x]({link})\n" for link in links.split())
    lay_out(folder, {document: text})
    if options.get("site_root"):
        options["site_root"] = folder / str(options["site_root"])
    run = await check(folder, document, **options)
    assert [r.target.url for r in run.results] == links.split()
    return list(run.results)


async def codes(folder: Path, links: str, document: str, **options: object) -> str:
    """Return the code of what is found about each link, ``ok`` where nothing is."""
    found = await results(folder, links, document, **options)
    return " ".join(r.judgement.rule.code if r.judgement.rule else "ok" for r in found)


PUBLIC = {
    "public/assets/app.css": "a{}",
    "public/sub/index.html": HTML + '<h1 id="start">S</h1>',
    "public/sub/page.html": HTML + '<h1 id="here">P</h1><h2>No id</h2>',
    "public/empty/x.css": "",
    "README.md": "# R\n",
}
MISSING, UNKNOWN_ROOT, UNKNOWN_PAGE, NO_INDEX, ANCHOR, CASE = "LW125", "LW136", "LW124", "LW139", "LW120", "LW126"


@pytest.mark.parametrize(
    ("link", "found"),
    [
        ("/assets/app.css", "ok"),
        ("/sub/", "ok"),
        ("/sub", "ok"),
        ("/sub/page", "ok"),
        ("/sub/page/", "ok"),
        ("/sub/page#here", "ok"),
        ("/sub/#start", "ok"),
        ("/sub/#nowhere", ANCHOR),
        ("sub/page#nowhere", ANCHOR),
        ("sub/page.html#Here", ANCHOR),
        ("sub/page#no-id", "LW122"),
        ("/", "ok"),
        ("./", "ok"),
        ("sub/", "ok"),
        ("sub", "ok"),
        ("sub/page", "ok"),
        ("sub\\page.html", "ok"),
        ("/empty/", NO_INDEX),
        ("empty", NO_INDEX),
        ("/gone", MISSING),
        ("/gone.css", MISSING),
        ("gone.html", MISSING),
        ("/README.md", MISSING),
        ("/../README.md", "LW127"),
        ("/project/sub/page.html", UNKNOWN_PAGE),
        ("/Assets/app.css", CASE),
        ("/assets/", NO_INDEX),
    ],
)
async def test_a_built_site_with_its_root(tmp_path: Path, link: str, found: str) -> None:
    """Pages are found as servers find them; what is missing is broken."""
    lay_out(tmp_path, PUBLIC)
    assert await codes(tmp_path, link, "public/index.html", site_root="public") == found


async def test_a_built_site_without_its_root(tmp_path: Path) -> None:
    """What starts at the root is unverified, the advice names the folder that has it, and no fix breaks the site."""
    lay_out(tmp_path, PUBLIC)
    links = "/assets/app.css /sub/ /sub/page /gone.css sub/page sub/ gone.html"
    found = await results(tmp_path, links, "public/index.html")
    codes_ = [r.judgement.rule.code if r.judgement.rule else "ok" for r in found]
    assert codes_ == [UNKNOWN_ROOT] * 4 + ["ok", "ok", MISSING]
    assert "--root-dir public" in found[0].judgement.reason
    assert "public has it" not in found[3].judgement.reason
    assert all(r.judgement.suggestion is None for r in found[:4])


@pytest.mark.parametrize(
    ("files", "document", "links", "found"),
    [
        # the page of guide/start.md is at /guide/start/
        (
            {"mkdocs.yml": "site_url: https://a.example/project/\n", "docs/guide/start.md": "# S\n", "docs/i.png": ""},
            "docs/a.md",
            "guide/start.md guide/start/ ../guide/start/#s /guide/start/ /project/guide/start/ /gone/ ../gone/",
            f"ok {UNKNOWN_PAGE} ok ok ok {UNKNOWN_PAGE} {UNKNOWN_PAGE}",
        ),
        (
            {"mkdocs.yml": "", "docs/guide/start.md": "", "docs/i.txt": ""}, "docs/a.md",
            "../guide/ i.txt ../i.txt ../gone.txt", f"{UNKNOWN_PAGE} ok ok {MISSING}",
        ),
        ({"mkdocs.yml": "", "docs/guide/start.md": ""}, "docs/index.md", "guide/start guide/start/ ./", "ok ok ok"),
        ({"mkdocs.yml": "use_directory_urls: false", "docs/guide/b.md": ""}, "docs/a.md", "guide/b.html", "ok"),
        ({"mkdocs.yml": "", "docs/guide/start.md": ""}, "docs/a.md", "guide/gone.md gone.png", f"{MISSING} {MISSING}"),
        ({"mkdocs.yml": "", "docs/b.md": ""}, "README.md", "docs/b docs/b.md /docs/b.md", f"{MISSING} ok ok"),
        (
            {"docusaurus.config.js": "baseUrl: '/p/'", "docs/intro.md": "# I\n", "static/img/l.svg": ""},
            "docs/a.md",
            "./intro @site/static/img/l.svg /docs/intro /p/docs/intro#i /img/l.svg /docs/category/x /docs/intro#j",
            f"ok ok ok ok ok {UNKNOWN_PAGE} {ANCHOR}",
        ),
        (
            {"docs/.vitepress/config.js": "x", "docs/guide/b.md": "", "docs/public/l.txt": ""},
            "docs/a.md",
            "./guide/b guide/b.html /guide/b /guide/b.html /l.txt /guide/c",
            f"ok ok ok ok ok {UNKNOWN_PAGE}",
        ),
        (
            {"hugo.toml": "baseURL = 'https://a.example/'", "content/posts/x.md": "", "content/posts/_index.md": "# P",
             "static/f.txt": ""},
            "content/posts/y.md",
            "/posts/x/ ../x/ ../ /posts/ /f.txt /tags/a/",
            f"ok ok ok ok ok {UNKNOWN_PAGE}",
        ),
        ({"book.toml": "", "src/b.md": "# B"}, "src/a.md", "b.html#b b.html#c gone.md", f"ok {ANCHOR} {MISSING}"),
        ({"docs/conf.py": "project = 'x'", "docs/b.md": ""}, "docs/a.md", "b b.html", "ok ok"),
        ({"_config.yml": "baseurl: /p", "b.md": ""}, "a.md", "/p/b /b.html /p b/ /x/y", f"ok ok ok ok {UNKNOWN_PAGE}"),
        ({"b.md": ""}, "a.md", "b /b b.html", f"{MISSING} {MISSING} {MISSING}"),
    ],
)  # fmt: skip
async def test_sources_of_a_site(tmp_path: Path, files: dict[str, str], document: str, links: str, found: str) -> None:
    """URLs lead to the sources that pages are made of; what a builder may make is unverified."""
    lay_out(tmp_path, files)
    assert await codes(tmp_path, links, document) == found


async def test_sources_below_a_root_that_is_told(tmp_path: Path) -> None:
    """Without a known builder ``root`` makes a folder a site; documents outside of it are as on GitHub."""
    lay_out(tmp_path, {"text/b.md": "# B\n", "text/sub/index.md": "", "c.md": ""})
    links = "/b b /sub/ /b#b /gone"
    assert await codes(tmp_path, links, "text/a.md", site_root="text") == f"ok ok ok ok {MISSING}"
    assert await codes(tmp_path, "/text/b.md /b c", "a.md", site_root="text") == f"ok {MISSING} {MISSING}"


async def test_base_href_of_a_page(tmp_path: Path) -> None:
    """Relative links start from ``<base href>``, also where that is a path of the site."""
    lay_out(tmp_path, {"public/x/b.html": HTML, ".git/x": ""})
    page = '<!doctype html><head><base href="/x/"></head><a href="b.html">b</a><a href="c.html">c</a>'
    lay_out(tmp_path, {"public/a.html": page})
    run = await check(tmp_path, "public/a.html", site_root=tmp_path / "public")
    assert [r.judgement.verdict for r in run.results] == [Verdict.OK, Verdict.BROKEN]


async def test_links_of_a_root_lead_nowhere_else(tmp_path: Path) -> None:
    """A symbolic link below the root that leads out of the repository is not followed."""
    (tmp_path / "secret.html").write_text(HTML)
    repo = tmp_path / "repo"
    lay_out(repo, {"public/x.html": HTML})
    (repo / "public" / "leak.html").symlink_to(tmp_path / "secret.html")
    (repo / "public" / "deep").mkdir()
    (repo / "public" / "deep" / "index.html").symlink_to(tmp_path / "secret.html")
    got = await codes(repo, "/leak.html /leak /deep/ deep/", "public/index.html", site_root="public")
    assert got == f"LW127 {MISSING} {NO_INDEX} {NO_INDEX}"


@pytest.mark.parametrize(
    ("line", "problem"), [('root = "../x"', "outside of"), ('root = "/etc"', "outside of"), ("root = 1", "must be")]
)
def test_a_root_in_the_configuration_lies_in_the_repository(tmp_path: Path, line: str, problem: str) -> None:
    """A pull request may change the file, so it opens no folder elsewhere."""
    lay_out(tmp_path, {"r/.git/x": "", "r/linkwarden.toml": line})
    with pytest.raises(UsageError, match=problem):
        load_file(tmp_path / "r" / "linkwarden.toml")


async def test_a_root_that_is_none_is_said(tmp_path: Path) -> None:
    """A misspelt folder ends the run with what to do."""
    lay_out(tmp_path, {"a.md": "[x](b)"})
    with pytest.raises(UsageError, match="no such folder"):
        await check(tmp_path, "a.md", site_root=await asyncio.to_thread(lambda: tmp_path / "pulbic"))
