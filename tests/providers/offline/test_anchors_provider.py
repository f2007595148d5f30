"""Links to headings of the same document are judged by GitHub's own names for them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkwarden.config import Config
from linkwarden.deps import Deps
from linkwarden.model import Anchor, AnchorSource, Judgement, Run, Verdict
from linkwarden.providers.offline.local.anchors import anchor_evidence
from linkwarden.providers.offline.local.nearest import nearest
from linkwarden.providers.offline.local.places import Places
from linkwarden.run import engine
from tests.internet import FakeInternet
from tests.links import target


def no_net(*_: object) -> FakeInternet:
    """Stand for a network that nobody may want."""
    raise AssertionError("offline")


async def check(*inputs: str, stdin: str = "", root: Path | None = None) -> Run:
    """Check inputs without a network."""
    config = Config(inputs=inputs, offline=True, root=root)
    return await engine.run(config, Deps(make_net=no_net, stdin=stdin.encode))  # type: ignore[arg-type]


async def judged(text: str) -> dict[str, Judgement]:
    """Check a text from standard input and give judgements by URL."""
    run = await check("-", stdin=text)
    assert run.failures == ()
    return {r.target.url: r.judgement for r in run.results}


async def one(link: str, document: str) -> Judgement:
    """Judge one link in a document."""
    return (await judged(f"[x]({link})\n\n{document}\n"))[link]


@pytest.mark.parametrize(
    ("link", "document"),
    [
        ("#models", "# Models"),
        ("#", "# Models"),
        ("#top", "# Models"),
        ("#TOP", "# Models"),
        ("#user-content-models", "# Models"),
        ("#%E6%97%A5%E6%9C%AC", "# 日本"),
        ("#日本", "# 日本"),
        ("#%EF%B8%8F-methods", "# ⚙️ Methods"),
        ("#echo-1", "# Echo\n\n# Echo"),
        ("#own", '<a name="own"></a>'),
        ("#own", '<p id="own">x</p>'),
        ("#100%", '<p id="100%">x</p>'),
        ("#setext", "Setext\n======"),
        ("#fn-1", "x[^1]\n\n[^1]: note"),
        ("#readme", "# Models"),
        ("#models:~:text=x", "# Models"),
        ("#:~:text=x", "# Models"),
        ("#L10-L20", "# Models"),
    ],
)
async def test_a_place_that_is_there_is_fine(link: str, document: str) -> None:
    """Headings, repeated headings, ids, names, footnotes, the top: also encoded and with GitHub's prefix."""
    assert (await one(link, document)).verdict is Verdict.OK


@pytest.mark.parametrize(
    ("link", "document", "meant"),
    [
        ("#optimization", "# Optimization and Regularisation\n\n# Other", "#optimization-and-regularisation"),
        ("#getting-startd", "# Getting started\n\n# Other", "#getting-started"),
        ("#methods", "# ⚙️ Methods", "#%EF%B8%8F-methods"),
        ("#computer-vision-papers", "# Computer vision", "#computer-vision"),
        ("#faq-qa", "# FAQ / Q&A", "#faq--qa"),
        ("#echo-3", "# Echo\n\n# Echo", "#echo"),
        ("#zebra", "# Models", None),
        ("#x", "text", None),
    ],
)
async def test_a_missing_place_is_broken_with_the_nearest(link: str, document: str, meant: str | None) -> None:
    """The heading that has the wanted words, or is spelt most alike, is offered; none where none is near."""
    found = await one(link, document)
    assert found.verdict is Verdict.BROKEN
    assert found.rule is not None
    assert found.rule.code == "LW120"
    assert link in found.reason
    assert (found.suggestion.url if found.suggestion else None) == meant
    assert found.suggestion is None or not found.suggestion.safe
    if meant:
        assert (await one(meant, document)).verdict is Verdict.OK


@pytest.mark.parametrize(
    ("document", "link", "meant", "safe"),
    [
        ("- [Installation](#instalation)\n\n# Installation\n", "#instalation", "#installation", True),
        ("- [Setup](#instalation)\n\n# Installation\n", "#instalation", "#installation", False),
        (
            (
                "- [Vision](#vision)\n  - [Papers](#papers-vision)\n- [Text](#text)\n\n"
                "# Text\n\n## Papers\n\n# Vision\n\n## Papers\n"
            ),
            "#papers-vision",
            "#papers-1",
            True,
        ),
        (
            "- [Papers](#papers-vision)\n\n# Text\n\n## Papers\n\n# Vision\n\n## Papers\n",
            "#papers-vision",
            "#papers",
            False,
        ),
        ("[Papers](#paprs) [Data](#paprs)\n\n# Papers\n", "#paprs", "#papers", False),
        ('- [Papers](#paprs)\n\n<a id="papers"></a>\n', "#paprs", "#papers", False),
    ],
)
async def test_the_one_heading_that_says_what_the_link_says_is_safe(
    document: str, link: str, meant: str, *, safe: bool
) -> None:
    """In the section that the table of contents means; not where two could be meant, or the text says otherwise."""
    found = (await judged(document))[link].suggestion
    assert found is not None
    assert (found.url, found.safe) == (meant, safe)


async def test_another_case_is_a_remark() -> None:
    """GitHub finds a heading in any case; the right spelling is a safe fix."""
    found = await one("#Models", "# Models")
    assert found.verdict is Verdict.DEGRADED
    assert found.suggestion is not None
    assert found.suggestion.url == "#models"
    assert found.suggestion.safe


async def test_a_swallowed_heading_is_named_with_its_cause() -> None:
    """A heading that GitHub shows as text says which line swallows it and what to do."""
    found = await one("#overview", "\n<div>\n<img src='x.png'>\n# Overview\n\ntext")
    assert found.verdict is Verdict.BROKEN
    assert "The heading in line 6 makes no anchor" in found.reason
    assert "begins in line 4" in found.reason
    assert "blank line before" in found.reason


async def test_code_and_comments_hold_no_headings() -> None:
    """What GitHub shows as code, or not at all, leads nowhere."""
    assert (await one("#a", "```\n# a\n```")).verdict is Verdict.BROKEN
    assert (await one("#a", "<!--\n# a\n-->")).verdict is Verdict.BROKEN


async def test_each_list_has_its_own_headings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``#a`` is judged in each of several files by that file; a file name with a folder in it is the same file."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "one.md").write_text("[x](#a)\n\n# A\n")
    (tmp_path / "two.md").write_text("[x](#a)\n\n# B\n")
    run = await check("one.md", "./two.md")
    assert [(r.target.path, r.judgement.verdict) for r in run.results] == [
        ("one.md", Verdict.OK),
        ("two.md", Verdict.BROKEN),
    ]


async def test_a_fetched_list_knows_its_headings(internet: FakeInternet) -> None:
    """Headings of a list that came from the web are known too."""
    internet.site("lists.example").page("/l.md", "[x](#a) [y](#b)\n\n# A\n", media_type="text/markdown")
    config = Config(inputs=("https://lists.example/l.md",))
    run = await engine.run(config, Deps(make_net=lambda _c, _o: internet.net(), now=internet.time.now))
    assert {r.target.url: r.judgement.verdict for r in run.results} == {"#a": Verdict.OK, "#b": Verdict.BROKEN}


async def test_a_name_given_to_a_heading_counts_where_it_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Quarto reads ``{#name}`` behind a heading; GitHub shows it as text, so in a README it leads nowhere."""
    monkeypatch.chdir(tmp_path)
    for name in ("a.qmd", "b.md"):
        (tmp_path / name).write_text("[x](#sec-intro)\n\n# Introduction {#sec-intro}\n")
    run = await check("a.qmd", "b.md")
    assert [r.judgement.verdict for r in run.results] == [Verdict.OK, Verdict.BROKEN]
    meant = run.results[1].judgement.suggestion
    assert meant is not None
    assert meant.url == "#introduction-sec-intro"


@pytest.mark.parametrize(
    ("settings", "document", "link", "verdict"),
    [
        ({"mkdocs.yml": "markdown_extensions: [attr_list]"}, "docs/a.md", "#sec", Verdict.OK),
        ({"mkdocs.yml": "markdown_extensions:\n  - pymdownx.extra"}, "docs/README.md", "#sec", Verdict.OK),
        ({"mkdocs.yml": "site_name: x"}, "docs/a.md", "#sec", Verdict.BROKEN),
        ({"mkdocs.yml": "markdown_extensions: [attr_list]"}, "README.md", "#sec", Verdict.BROKEN),
        ({"site/docusaurus.config.js": ""}, "site/docs/a.md", "#sec", Verdict.OK),
        ({"site/docusaurus.config.js": ""}, "docs/a.md", "#sec", Verdict.BROKEN),
        ({"docs/.vitepress/config.ts": ""}, "docs/guide/a.md", "#sec", Verdict.OK),
        ({"docs/conf.py": ""}, "docs/a.md", "#myst", Verdict.OK),
        ({"_config.yml": ""}, "a.md", "#kramdown", Verdict.OK),
        ({"_config.yml": ""}, "a.md", "#nav", Verdict.OK),
        ({"_config.yml": ""}, "a.md", "#other", Verdict.BROKEN),
        ({}, "a.md", "#nav", Verdict.BROKEN),
        ({}, "a.md", "#div", Verdict.OK),
    ],
)
async def test_what_counts_on_the_pages_that_a_program_builds(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    settings: dict[str, str],
    document: str,
    link: str,
    verdict: Verdict,
) -> None:
    """Names that authors give, and ids on any element; a name that works on GitHub alone is a remark there."""
    monkeypatch.chdir(tmp_path)
    text = f"[x]({link}) [y](#sec-sec)\n\n# Sec {{#sec}}\n\n(myst)=\n\nText\n{{: #kramdown}}\n\n"
    text += '<nav id="nav">x</nav> <div id="div">x</div>\n'
    for name, content in {**settings, document: text}.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    run = await check(document, root=tmp_path)
    found = {r.target.url: r.judgement for r in run.results}
    assert found[link].verdict is verdict
    on_site = (verdict is Verdict.OK and link not in ("#div", "#myst")) or link == "#other"  # MyST: {#sec} is text
    code = found["#sec-sec"].rule.code if found["#sec-sec"].rule is not None else ""
    assert code == (("LW123" if "_config.yml" in settings else "LW120") if on_site else "")


async def test_an_id_that_github_removes_is_named() -> None:
    """The reason says where the id stands and why it is no anchor."""
    found = await one("#nav", '<nav id="nav">x</nav>')
    assert found.verdict is Verdict.BROKEN
    assert "line 3" in found.reason
    assert "GitHub removes the element" in found.reason


async def test_a_heading_with_a_name_of_its_own_is_offered_by_that_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a program builds the page, no repair leads to the name that GitHub would give."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.qmd").write_text("[x](#sec-intr)\n\n# Introduction {#sec-intro}\n")
    run = await check("a.qmd")
    meant = run.results[0].judgement.suggestion
    assert meant is not None
    assert meant.url == "#sec-intro"


@pytest.mark.parametrize(
    ("link", "heading"),
    [
        ("#unicode-cafe", "Ünïcödé Café"),
        ("#a-propos", "À propos"),
        ("#strasse", "Straße"),
        ("#uebersicht", "Übersicht"),
        ("#ubersicht", "Übersicht"),
        ("#smorrebrod-og-ol", "Smørrebrød og øl"),
        ("#lodz", "Łódź"),
        ("#café", "Cafe"),
        ("#cafe\u0301", "Café"),
    ],
)
async def test_a_name_without_its_accents_finds_its_heading(link: str, heading: str) -> None:
    """Many programs leave the accents out; GitHub keeps them. Of two headings the one that is meant is offered."""
    found = await one(link, f"# {heading}\n\n# Cabaret\n\n# Strange things")
    assert found.verdict is Verdict.BROKEN
    assert found.suggestion is not None
    assert heading in found.suggestion.why
    assert (await one(link, "# Gardens")).suggestion is None


CONTENTS = """
- [Rust](#rust)
  - [Deep learning](#rust-deep-learning)
  - [Vision](#rust-vison)
- [C++](#c)
  - [Deep learning](#deep-learning)
  - [Sound](#c-sound)

## Rust

### Computer vision

### Vision

## C++

### Deep learning

### Vision

### Sound
"""


@pytest.mark.parametrize(
    ("text", "link", "meant"),
    [
        (CONTENTS, "#rust-deep-learning", None),
        (CONTENTS, "#rust-vison", "#vision"),
        (CONTENTS, "#c-sound", "#sound"),
        (CONTENTS.replace("#rust-vison", "#vison-1"), "#vison-1", "#vision"),
        (CONTENTS.replace("### Computer vision", "### Deep learning"), "#rust-deep-learning", "#deep-learning"),
        (CONTENTS.replace("(#rust)", "(#-rust)"), "#rust-deep-learning", None),
        (CONTENTS.replace("(#rust)", "(#elsewhere)"), "#rust-deep-learning", None),
        (CONTENTS.replace("[Rust](#rust)", "Rust"), "#rust-deep-learning", "#deep-learning"),
        (
            CONTENTS.replace("## Rust", '<a id="lang-rust"></a>\n## The first').replace("#rust)", "#lang-rust)"),
            "#rust-deep-learning",
            None,
        ),
        (CONTENTS.replace("#rust-deep", "#c-deep").replace("## C++", "C++\n---"), "#c-deep-learning", None),
        ("- [A](#a)\n  - [B](#b-c)\n\nA\n===\n\nB d c\n---\n\nC\n===\n\n## B c d\n", "#b-c", "#b-d-c"),
        ("- <a href='#a'>A</a>\n  - [B](#b-c)\n\n<h2>A</h2>\n\n### B d c\n\n<h2>C</h2>\n\n### B c\n", "#b-c", None),
    ],
)
async def test_a_repair_stays_in_the_section_of_the_item_around(text: str, link: str, meant: str | None) -> None:
    """In a table of contents, a heading of another section is not what is meant, however alike it is called."""
    found = next(r for r in (await check("-", stdin=text)).results if r.target.url == link).judgement
    assert (found.suggestion.url if found.suggestion else None) == meant


def test_an_unread_document_is_not_judged() -> None:
    """Where no headings are known, nothing is claimed about them."""
    found = anchor_evidence(target("#x"), "anchors", "x", None, document="page.html")
    assert found.rule is not None
    assert found.rule.verdict is Verdict.UNVERIFIED


NAMES = st.lists(st.text(max_size=12), max_size=6)


@given(name=st.text(max_size=20), names=NAMES)
def test_any_name_gets_an_answer_that_holds(name: str, names: list[str]) -> None:
    """A name is fine, or broken, and what is offered instead is one of the document's own names."""
    anchors = [Anchor(n, n, i, AnchorSource.HEADING) for i, n in enumerate(names, 1)]
    places = Places(anchors)
    found = anchor_evidence(target("#x"), "anchors", name, places, document="x.md")
    if name in names:
        assert found.rule is None
    near = nearest(name, anchors)
    assert near is None or near.name in names
    if found.suggestion is not None:
        again = anchor_evidence(target("#x"), "anchors", found.suggestion.url[1:], places, document="x.md")
        assert again.rule is None
