"""Extraction finds what GitHub shows: the same URLs as cmark-gfm, none missing and none extra."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from linkwarden.extract.markdown import Markdown
from linkwarden.model import Markup, Occurrence
from tests.extract.oracle import debian, needs_debian, needs_newest, newest, ours, urls
from tests.shared import SHARED, needs_shared

CASES = sorted((Path(__file__).parent / "cases").glob("*.md"))
LISTS = sorted((SHARED / "lists").glob("*.md"))


def read(path: Path) -> str:
    """Read a file with its line ends as they are."""
    return path.read_bytes().decode()


@needs_newest
@pytest.mark.parametrize("path", [*CASES, *LISTS], ids=lambda p: p.stem)
def test_hard_cases_and_real_lists_agree_with_the_oracle(path: Path) -> None:
    """Every hard case and every real list gives the oracle's URLs, each as often."""
    text = read(path)
    assert ours(text) == urls(newest(text))


@needs_debian
@pytest.mark.parametrize("path", [p for p in [*CASES, *LISTS] if p.stem != "newest"], ids=lambda p: p.stem)
def test_hard_cases_and_real_lists_agree_with_the_older_oracle(path: Path) -> None:
    """So they do with the older oracle, but for what it reads otherwise."""
    text = read(path)
    assert ours(text) == urls(debian(text))


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
NOTES = ["[^1]", "[^a]", "[^", "\n[^1]: ", "\n\n[^a]: ", "\n[^A]: ", "[^b]"]
COMMENTS = [
    "<!-- ",
    " -->",
    "--",
    "->",
    "<!",
    "<![CDATA[",
    "]]>",
    "<!A ",
    "<?",
    "?>",
    "<textarea>",
    "</textarea>",
    "[c](d)",
]
MAILS = ["mailto:", "xmpp:", "@", "a@b", ".cc", "_", "-", "/", "a", "\\", "www.", ":", " ", "é"]
PARTS = [*FRAGMENTS.strip().replace("\n", " ").split(" | "), *LINES, *BLANKS, *BLOCKS, "\n<img\nsrc='i2' />"]


#: Pieces that the older oracle reads otherwise.
NEWER = {"![", "<source srcset=x>", "\n|--|--|\n", "\n|-|\n", "x@y.zz", "é", "中", "“", "’"}
#: markdown-it ends an empty list item at the next blank line. cmark-gfm does so too, unless that line has blanks in it
#: that reach the item's content; and a quote's last paragraph goes on with an indented ``>``.
READ_OTHERWISE = re.compile(
    r"(?:^|[\s>])(?:[-*+]|\d[.)])[ \t]*\n[ \t>]+\n|\n[ \t>]+>[ \t]*\n|<!\[CDATA\[[^>]*\Z|<!A[^>]*\Z"
)


def mixtures(*vocabularies: list[str]) -> st.SearchStrategy[str]:
    """Return a strategy for texts that are put together from pieces."""
    return st.lists(st.sampled_from([piece for pieces in vocabularies for piece in pieces]), max_size=25).map("".join)


@needs_newest
@settings(max_examples=300, deadline=None)
@given(mixtures(PARTS) | mixtures(PARTS, COMMENTS * 4) | mixtures(PARTS, MAILS * 4))
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
    assume(not READ_OTHERWISE.search(text))
    assert ours(text) == urls(newest(text))


@needs_newest
@settings(max_examples=300, deadline=None)
@given(mixtures([p for p in PARTS if "\n " not in p and not p.startswith(" ")], NOTES * 8))
@example("a[^x]\n\n[^x]: [a](b)\n\n[^x]: [c](d)\n\n[^y]: [e](f)")
@example("> quote\n[^1]: [a](b)")
@example("[^[^1]] ![^1] [^![i](p.png)]\n\n[^1]: [a](b)")
def test_footnotes_agree_with_the_oracle(text: str) -> None:
    """Only footnotes that something refers to are shown, and of two with one name the first."""
    assume(not READ_OTHERWISE.search(text))
    assert ours(text) == urls(newest(text))


@needs_debian
@settings(max_examples=150, deadline=None)
@given(mixtures([piece for piece in PARTS if piece not in NEWER]))
def test_any_mixture_agrees_with_the_older_oracle(text: str) -> None:
    """But for what the newer oracle reads otherwise, nothing depends on the version."""
    assume(not READ_OTHERWISE.search(text))
    assert ours(text) == urls(debian(text))
