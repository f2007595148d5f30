"""Which builder makes a page is found out from the project's own files, of which nothing is run."""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path

import pytest

from linkwarden.config import Config
from linkwarden.deps import Deps
from linkwarden.docsites import Sites
from linkwarden.model import Run
from linkwarden.run import engine

PAGE = "# A & B\n\n## Dup\n\n## Dup\n\n## Sec {#own}\n\n## 1.2 Title\n"


def no_net(*_: object) -> None:
    """Stand for a network that nobody may want."""
    raise AssertionError("offline")


def lay_out(folder: Path, files: dict[str, str]) -> None:
    """Write files below a folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


async def check(folder: Path, *inputs: str, **options: object) -> Run:
    """Check inputs below a folder without a network."""
    names = tuple(str(folder / name) for name in inputs)
    config = Config(inputs=names, offline=True, **options)  # type: ignore[arg-type]
    run = await engine.run(config, Deps(make_net=no_net))  # type: ignore[arg-type]
    assert run.failures == ()
    return run


async def codes(folder: Path, links: str, document: str = "docs/a.md", page: str = PAGE, **options: object) -> str:
    """Return what is found about links in a document, a code each; ``ok`` where nothing is."""
    (folder / ".git").mkdir(exist_ok=True)
    lay_out(folder, {document: "".join(f"[x]({link})\n" for link in links.split()) + "\n" + page})
    run = await check(folder, document, **options)
    return " ".join(r.judgement.rule.code if r.judgement.rule else "ok" for r in run.results)


MKDOCS = "site_name: x\nmarkdown_extensions:\n"
BROKEN, UNKNOWN, ELSEWHERE = "LW120", "LW122", "LW123"


@pytest.mark.parametrize(
    ("files", "document", "links", "found"),
    [
        ({"mkdocs.yml": "site_name: x\n"}, "docs/a.md", "#a-b #dup_1 #sec-own #own", f"ok ok ok {BROKEN}"),
        ({"mkdocs.yml": MKDOCS + "  - attr_list\n"}, "docs/a.md", "#a-b #own #dup-1", f"ok ok {BROKEN}"),
        ({"mkdocs.yml": MKDOCS + "  - extra\n"}, "docs/a.md", "#own #OWN #nowhere", f"ok {BROKEN} {BROKEN}"),
        ({"mkdocs.yml": MKDOCS + "  toc: {}\n  attr_list: {}\n"}, "docs/a.md", "#own", "ok"),
        (
            {"mkdocs.yml": MKDOCS + "  - toc:\n      slugify: !!python/object/apply:pymdownx.slugs.slugify\n"
             "        kwds: {case: lower}\n"},
            "docs/a.md", "#a--b #a-b", f"ok {BROKEN}",
        ),
        (
            {"mkdocs.yml": MKDOCS + "  - toc:\n      slugify: !!python/name:pymdownx.slugs.uslugify\n"},
            "docs/a.md", "#a--b #a-b", f"ok {BROKEN}",
        ),
        (
            {"mkdocs.yml": MKDOCS + "  - toc:\n      slugify: !!python/name:mine.slugify\n"},
            "docs/a.md", "#a-b #dup_1", "ok ok",
        ),
        ({"mkdocs.yml": "docs_dir: text\n"}, "text/a.md", "#dup_1", "ok"),
        ({"mkdocs.yml": "docs_dir: text\n"}, "docs/a.md", "#dup_1 #dup-1", f"{BROKEN} ok"),
        ({"mkdocs.yml": "docs_dir: /etc\n"}, "docs/a.md", "#dup-1", "ok"),
        ({"mkdocs.yml": "INHERIT: base.yml\n", "base.yml": MKDOCS + "  - attr_list"}, "docs/a.md", "#own", "ok"),
        ({"mkdocs.yml": "site_url: !ENV [X, 'y']\nplugins: !!python/name:os.system\n"}, "docs/a.md", "#dup_1", "ok"),
        ({"mkdocs.yml": "\t: - [broken"}, "docs/a.md", "#dup_1", "ok"),
        ({"mkdocs.yml": "site_name: x\n"}, "README.md", "#a--b #a-b", f"ok {BROKEN}"),
        ({"docusaurus.config.ts": "x"}, "docs/a.md", "#a--b #own #sec-own", f"ok ok {BROKEN}"),
        ({"site/docusaurus.config.js": "x"}, "docs/a.md", "#own", BROKEN),
        ({"docusaurus.config.js": "x"}, "CONTRIBUTING.md", "#own #sec-own", f"{BROKEN} ok"),
        ({"docs/conf.py": "extensions = ['myst_parser']"}, "docs/a.md", "#a--b #a-b #id1 #own", f"ok ok ok {BROKEN}"),
        ({"docs/conf.py": "extensions = []\nmyst_heading_anchors = 0"}, "docs/a.md", "#a-b #a--b", f"ok {BROKEN}"),
        ({"app/conf.py": "DEBUG = True"}, "app/a.md", "#a--b #a-b", f"ok {BROKEN}"),
        ({"hugo.toml": ""}, "content/a.md", "#a--b #own #a-b", f"ok ok {UNKNOWN}"),
        (
            {"hugo.toml": "[markup.goldmark.parser]\nautoHeadingIDType = 'blackfriday'"},
            "content/a.md", "#a-b #a--b", f"ok {UNKNOWN}",
        ),
        ({"config.toml": "x = 1"}, "docs/a.md", "#own", BROKEN),
        ({"config.yaml": "baseURL: https://a.example/"}, "content/a.md", "#own", "ok"),
        ({"book.toml": "[book]\nsrc = 'text'"}, "text/a.md", "#own #12-title", "ok ok"),
        ({"book.toml": ""}, "src/a.md", "#own", "ok"),
        ({"book.toml": "]["}, "src/a.md", "#own", "ok"),
        ({"_config.yml": "theme: x"}, "docs/a.md", "#own #dup-1 #title #sec-own", f"ok ok {UNKNOWN} {ELSEWHERE}"),
        ({"_config.yml": "markdown: CommonMark"}, "docs/a.md", "#own #sec-own", "ok ok"),
        ({"_config.yml": "", "_toc.yml": ""}, "a.md", "#a-b #title", "ok ok"),
        ({"docs/.vitepress/config.ts": "x"}, "docs/a.md", "#own #_1-2-title #1-2-title", f"ok ok {BROKEN}"),
        ({"docs/.vitepress/config.mts": "srcDir: './src'"}, "docs/src/a.md", "#_1-2-title", "ok"),
        ({"_quarto.yml": ""}, "a.md", "#own #title", "ok ok"),
        ({"astro.config.mjs": ""}, "docs/a.md", "#own #title #nowhere", f"ok ok {BROKEN}"),
        ({".gitlab-ci.yml": ""}, "docs/a.md", "#a--b #a-b #own", f"ok {UNKNOWN} {BROKEN}"),
        ({".gitlab-ci.yml": "", ".github/x": ""}, "docs/a.md", "#a-b", BROKEN),
    ],
)  # fmt: skip
async def test_the_rule_is_found_from_the_settings(
    tmp_path: Path, files: dict[str, str], document: str, links: str, found: str
) -> None:
    """The names of a page's headings are those of the builder that the project is set up for."""
    lay_out(tmp_path, files)
    assert await codes(tmp_path, links, document) == found


RULES = {
    "github": f"#a--b #dup-1 #sec-own #12-title | #own #dup_1 #a-b = {BROKEN}",
    "gitlab": f"#a--b #dup-1 #sec-own | #own #dup_1 = {BROKEN} | #a-b = {UNKNOWN}",
    "mkdocs": f"#a-b #dup_1 #own #12-title | #dup-1 = {BROKEN} | #a--b = {UNKNOWN}",
    "docusaurus": f"#a--b #dup-1 #own | #sec-own #dup_1 #a-b = {BROKEN}",
    "sphinx-myst": f"#a--b #a-b #dup-1 #title #12-title | #own #dup_1 = {BROKEN} | #id1 = {UNKNOWN}",
    "pandoc": f"#a-b #dup-1 #own #title | #dup_1 = {BROKEN} | #a--b = {UNKNOWN}",
    "hugo": f"#a--b #dup-1 #own #12-title | #sec-own #dup_1 = {BROKEN} | #1-2-title = {UNKNOWN}",
    "jekyll": f"#a--b #dup-1 #own #12-title | #sec-own #dup_1 = {BROKEN} | #title = {UNKNOWN}",
    "vitepress": f"#a-b #dup-1 #own #_1-2-title | #sec-own #12-title = {BROKEN}",
    "mdbook": f"#a--b #dup-1 #own #12-title | #sec-own #dup_1 #a-b = {BROKEN}",
    "any": f"#a--b #a-b #dup-1 #dup_1 #own #sec-own #title #12-title #_1-2-title | #nowhere = {BROKEN}",
}


@pytest.mark.parametrize("rule", RULES)
async def test_the_rule_that_is_told_holds(tmp_path: Path, rule: str) -> None:
    """With ``--anchors`` each name is judged by that rule, whatever the project's files say."""
    lay_out(tmp_path, {"mkdocs.yml": "site_name: x\n"} if rule != "mkdocs" else {})
    fine, *others = RULES[rule].split(" | ")
    told = (("", rule),)
    for name in fine.split():
        assert (name, await codes(tmp_path, name, anchors=told)) in (
            (name, "ok"),
            (name, UNKNOWN if name == "#id1" else "ok"),
        )
    for group in others:
        names, code = group.split(" = ")
        for name in names.split():
            got = await codes(tmp_path, name, anchors=told)
            assert (name, got) == (name, "ok" if (rule, name) == ("sphinx-myst", "#id1") else code)


async def test_a_folder_can_have_its_own_rule(tmp_path: Path) -> None:
    """The nearest folder that is told of decides, for documents elsewhere what is found."""
    told = ((str(tmp_path), "mdbook"), (str(tmp_path / "docs" / "old"), "vitepress"))
    assert await codes(tmp_path, "#_1-2-title", "docs/old/a.md", anchors=told) == "ok"
    assert await codes(tmp_path, "#_1-2-title", "docs/a.md", anchors=told) == BROKEN
    assert await codes(tmp_path, "#own", "docs/a.md", anchors=told) == "ok"


async def test_what_was_found_is_said_once(tmp_path: Path) -> None:
    """A remark names the settings and the rule; where the user has chosen it, nothing is said."""
    lay_out(
        tmp_path, {"mkdocs.yml": "", "docs/a.md": "[x](#b)\n\n# B\n", "docs/b.md": "[x](#b)\n\n# B\n", ".git/x": ""}
    )
    run = await check(tmp_path, "docs")
    remarks = [(n.path, n.message) for n in run.notices if "rule" in n.message]
    assert remarks == [
        ("mkdocs.yml", "The headings of the site's pages are named by the rule of MkDocs. --anchors chooses another.")
    ]
    run = await check(tmp_path, "docs", anchors=(("", "mkdocs"),))
    assert not [n for n in run.notices if "rule" in n.message]


@pytest.mark.parametrize(
    ("remote", "files", "rule"),
    [
        ("https://gitlab.com/a/b.git", {}, "gitlab"),
        ("git@gitlab.example.org:a/b.git", {}, "gitlab"),
        ("https://github.com/a/b", {".gitlab-ci.yml": ""}, "github"),
        ("https://git.example.org/a/b", {".gitlab-ci.yml": ""}, "gitlab"),
        ("https://codeberg.org/a/b", {}, "github"),
        ("", {}, "github"),
    ],
)
async def test_where_the_repository_is_shown(tmp_path: Path, remote: str, files: dict[str, str], rule: str) -> None:
    """The remote says where readers see the documents; a GitLab set-up says it where that tells nothing."""
    await asyncio.to_thread(subprocess.run, ["git", "init", "-q", str(tmp_path)], check=True)
    if remote:
        add = ["git", "-C", str(tmp_path), "remote", "add", "origin", remote]
        await asyncio.to_thread(subprocess.run, add, check=True)
    lay_out(tmp_path, files)
    assert await asyncio.to_thread(lambda: Sites(tmp_path).forge) == rule


@pytest.mark.parametrize(
    ("rule", "mark"),
    [
        ("mkdocs", '--8<-- "part.md"'),
        ("mkdocs", "::: package.module"),
        ("mkdocs", "{{ macro() }}"),
        ("mkdocs", "<!-- material/tags -->"),
        ("vitepress", "<!--@include: ./part.md-->"),
        ("mdbook", "{{#include part.md}}"),
        ("hugo", "{{% part %}}"),
        ("jekyll", "{% include part.md %}"),
        ("sphinx-myst", "```{include} part.md\n```"),
        ("docusaurus", "import Part from './_part.mdx'"),
    ],
)
async def test_a_page_that_takes_in_another_text_has_names_that_are_not_known(
    tmp_path: Path, rule: str, mark: str
) -> None:
    """A missing name may be in the other text; inside code the same words are code, and GitHub takes nothing in."""
    told = (("", rule),)
    assert await codes(tmp_path, "#dup #gone", page=f"# Dup\n\n{mark}\n\ntext\n", anchors=told) == f"ok {UNKNOWN}"
    assert await codes(tmp_path, "#gone", page=f"# Dup\n\n~~~~\n{mark}\n~~~~\n", anchors=told) == BROKEN
    assert await codes(tmp_path, "#gone", page=f"# Dup\n\n{mark}\n", anchors=(("", "github"),)) == BROKEN


async def test_headings_in_blocks_of_mkdocs_may_count(tmp_path: Path) -> None:
    """What is indented below a tab or an admonition is code to other builders."""
    page = '# Top\n\n=== "Tab"\n\n    ## Inside\n\n    ```\n    # code\n    ```\n'
    assert await codes(tmp_path, "#inside #code", page=page, anchors=(("", "mkdocs"),)) == f"{UNKNOWN} {BROKEN}"
    assert await codes(tmp_path, "#inside", page=page, anchors=(("", "vitepress"),)) == BROKEN


async def test_the_extensions_of_myst_count(tmp_path: Path) -> None:
    """Formulas and typographic quotation marks change names; both of MyST's names stand in the page."""
    page, links = "# It's $x$ y\n", "#its-x-y #it-s-x-y #its--y"
    lay_out(tmp_path, {"docs/conf.py": "project = 'x'"})
    assert await codes(tmp_path, links, page=page) == f"ok ok {BROKEN}"
    lay_out(tmp_path, {"docs/conf.py": "project = 'x'\nmyst_enable_extensions = ['dollarmath', 'smartquotes']"})
    assert await codes(tmp_path, links, page=page) == f"ok {BROKEN} ok"
    lay_out(tmp_path, {"docs/conf.py": "project = 'x'\nmyst_enable_extensions = [*more]"})
    assert await codes(tmp_path, links, page=page) == "ok ok ok"


async def test_myst_looks_for_names_in_the_whole_project(tmp_path: Path) -> None:
    """``#name`` may lead to a target of another document; ``other.md#name`` may not."""
    lay_out(
        tmp_path,
        {
            "docs/conf.py": "project = 'x'",
            "docs/b.md": "(Set-Up)=\n# B\n\n```{figure} x.png\n:name: fig-one\n```\n\n{#attr .cls}\nText\n",
            "docs/c.rst": ".. _from-rst:\n\nTitle\n=====\n",
            "docs/_build/d.md": "(built)=\n# D\n",
        },
    )
    found = await codes(tmp_path, "#set-up #fig-one #attr #from-rst #built #gone b.md#from-rst")
    assert found == f"ok ok ok ok {BROKEN} {BROKEN} {BROKEN}"


async def test_a_heading_without_a_blank_may_count(tmp_path: Path) -> None:
    """Python-Markdown takes ``#Title`` for a heading; to others it is text, and the reason says so."""
    page = "# Top\n\n#Inside\n\n```\n#code\n```\n"
    assert await codes(tmp_path, "#inside #code", page=page, anchors=(("", "mkdocs"),)) == f"{UNKNOWN} {BROKEN}"
    run = await check(tmp_path, "docs/a.md", anchors=(("", "github"),))
    assert "The heading in line 6 makes no anchor" in run.results[0].judgement.reason


async def test_names_with_marks_are_compared_as_browsers_do(tmp_path: Path) -> None:
    """VitePress writes Korean names decomposed, and a composed link does not reach them; the fix does."""
    (tmp_path / ".git").mkdir()
    lay_out(tmp_path, {"a.md": "[x](#한국어)\n\n## 한국어\n"})
    run = await check(tmp_path, "a.md", anchors=(("", "vitepress"),))
    found = run.results[0].judgement
    assert found.rule is not None
    assert found.rule.code == BROKEN
    assert "another encoding" in found.reason
    assert found.suggestion is not None
    lay_out(tmp_path, {"a.md": f"[x]({found.suggestion.url})\n\n## 한국어\n"})
    assert (await check(tmp_path, "a.md", anchors=(("", "vitepress"),))).results[0].judgement.rule is None


@pytest.mark.parametrize(
    "settings",
    [
        "a: &a [x]\nb: " + "[" * 2000,
        "x: !!python/object/apply:os.system ['touch /tmp/never']",
        "? [a, b]\n: c",
        "- a\n- b",
        "\x00",
        "markdown_extensions: 7",
        "markdown_extensions: [7, [8], {9: 1}]\ntoc: x",
        "markdown_extensions:\n  - toc: {slugify: [1]}",
    ],
)
async def test_odd_settings_do_no_harm(tmp_path: Path, settings: str) -> None:
    """Settings of a stranger's repository are data: nothing in them is run, and none ends the check."""
    for name in ("mkdocs.yml", "_config.yml", "hugo.yaml", "book.toml", "conf.py", "docusaurus.config.js"):
        lay_out(tmp_path, {f"{name}.d/{name}": settings})
        assert "LW0" not in await codes(tmp_path, "#a-b", f"{name}.d/docs/a.md")
