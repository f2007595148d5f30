"""Extraction finds what GitHub shows: the same URLs as cmark-gfm, none missing and none extra."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from linkwarden.extract.markdown import Markdown
from linkwarden.model import Markup, Occurrence
from tests.extract.oracle import needs_cmark, ours, rendered, urls
from tests.shared import SHARED, needs_shared

CASES = sorted((Path(__file__).parent / "cases").glob("*.md"))
LISTS = sorted((SHARED / "lists").glob("*.md"))


def read(path: Path) -> str:
    """Read a file with its line ends as they are."""
    return path.read_bytes().decode()


@needs_cmark
@pytest.mark.parametrize("path", CASES, ids=lambda p: p.stem)
def test_hard_cases_agree_with_the_oracle(path: Path) -> None:
    """Every hard case gives the oracle's URLs, each as often."""
    text = read(path)
    assert ours(text) == urls(rendered(text))


@needs_cmark
@pytest.mark.parametrize("path", LISTS, ids=lambda p: p.stem)
def test_real_lists_agree_with_the_oracle(path: Path) -> None:
    """Every real list gives the oracle's URLs, each as often."""
    text = read(path)
    assert ours(text) == urls(rendered(text))


@needs_shared
def test_the_list_linkwarden_was_made_for() -> None:
    """``ml-papers.md`` has 593 links and images, counted by kind."""
    items = Markdown().extract(read(SHARED / "lists" / "ml-papers.md"), "ml-papers.md")
    found = [o for o in items if isinstance(o, Occurrence)]
    images = [o for o in found if o.markup is Markup.HTML_IMG]
    web = [o.url for o in found if o.url.startswith(("http://", "https://"))]
    assert (len(found), len(images)) == (593, 191)
    assert (len(web), len(set(web))) == (545, 532)
    assert sum(o.url.startswith("#") for o in found) == 45
    assert sum(o.url.startswith("htps://") for o in found) == 1
    assert [o.span.line for o in found if not o.url] == [1507, 1739]


#: Pieces of Markdown between " | ", in which trouble begins.
FRAGMENTS = r"""
[ | ] | ( | ) | ![ | [a](u1) | [b](<u 2>) | ![i](p.png) | [r1] | [r2][] | [t][r1] | ]( | ](u | ](<v> | ]: y | (a) | (<)
| ` | `` | \ | \[ | \` | \) | \| | * | ** | _ | ~~ | < | <https://auto.x> | <m@b.co> | https://a.com/x | http://b.org
| www.c.de | (https://d.io/a_(b)) | https://e.f/g_ | https://e.f/h&copy; | https://e.f/i; | ftp://h.i | HTTPS://J.k
| x@y.zz | mailto:x@y.zz | www. | http:// | :// | : | @ | w | . | , | ? | ! | # | &amp; | &copy; | &lt; | "t" | 't'
| <a href="h1"> | </a> | <a href='h2'> | <a href=h3> | <A HREF="h4?a=1&amp;b=2&copy=3"> | <img src="i1"> | <div>
| </div> | <b> | </b> | <p align=center> | <!-- c --> | <?p?> | <!X y> | <pre> | </pre> | <script> | </script> | <table>
| <summary> | <source srcset=x> | === | --- | *** | ``` | ~~~ | :- | a | foo | é | 中 | “ | ’
"""
LINES = ["\n", "\n", "\n\n", "\n\n", "\r\n", "\n---\n", "\n===\n", "\n```\n", "\n- ", "\n> ", "\n  ", "\n    ", "\n# "]
BLANKS = [" ", "    ", "\t", "\u00a0", "> ", "- ", "* ", "1. ", "2) ", "# "]
BLOCKS = ["|", "\n| a | b |\n|---|---|\n", "\n|--|--|\n", "\n|-|\n", "\n[r1]: /ref1\n", "\n[r2]: <r 2> 'ti'\n"]
PARTS = [*FRAGMENTS.strip().replace("\n", " ").split(" | "), *LINES, *BLANKS, *BLOCKS, "\n<img\nsrc='i2' />"]


@needs_cmark
@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PARTS), max_size=25).map("".join))
@example("![a [b](c) https://d.example")
@example('- "\n<a>\nhttp://d.example')
@example("[r3]:x\n[r3]\n|-")
@example("|\n-|\n-|\n<img\nsrc=''>")
@example("_foo@b.example mailto:@.zz .mailto:@.zz")
@example("[r1]: /ref1\n\n[r1]: /ref1\n---")
@example("https://a.com/x\\|\n| a | b |\n|---|---|\n")
@example('<p align=center><https://a.com/x<a href="h1">')
def test_any_mixture_agrees_with_the_oracle(text: str) -> None:
    """Whatever nasty pieces are put together, the URLs are the oracle's."""
    assert ours(text) == urls(rendered(text))
