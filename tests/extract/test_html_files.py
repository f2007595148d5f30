"""HTML files are read as browsers read them."""

from __future__ import annotations

from html import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from linkwarden.extract._charrefs import decode_attribute
from linkwarden.extract.html import HtmlFile
from linkwarden.extract.markdown import Markdown
from linkwarden.model import Anchor, Markup, Notice, Occurrence


def links(text: str) -> list[Occurrence]:
    """Return the occurrences in a page."""
    return [item for item in HtmlFile().extract(text, "page.html") if isinstance(item, Occurrence)]


def test_a_page_gives_its_links_with_their_places() -> None:
    """Quotes of both kinds, none, upper case, tags over lines: each URL has its exact place."""
    page = (
        "<!DOCTYPE html>\r\n<body><h1>Top</h1>\r\n<A HREF='a'>x</A><a\r\n  href = b >y</a>\r\n"
        '<img SRC="c&amp;d" alt=z>'
    )
    found = links(page)
    assert [(o.url, o.span.line, o.span.col) for o in found] == [("a", 3, 10), ("b", 4, 10), ("c&d", 5, 11)]
    assert [o.text for o in found] == ["x", "y", "z"]
    assert {o.section for o in found} == {"Top"}
    assert all(page[o.span.start : o.span.end] == o.raw for o in found)


def test_scripts_styles_and_comments_hold_no_links() -> None:
    """Whatever looks like a tag inside them is not one."""
    page = (
        "<script>'<a href=1>'</script><style><a href=2></style><textarea><a href=3></textarea><title><a href=4></title>"
        "<!-- <a href=5> --><!--><a href=6><!-- x --!><a href=7></a><? <a href=8> <a href=9>"
    )
    assert [o.url for o in links(page)] == ["6", "7", "9"]


def test_other_elements_have_urls_too() -> None:
    """Media, embedded pages, areas and linked files are found; hints to browsers are not."""
    page = (
        "<link rel=stylesheet href=1><link rel=preconnect href=no><script src=2></script><area href=3>"
        "<iframe src=4></iframe><embed src=5><object data=6></object><audio src=7></audio>"
        "<track src=8><svg><use xlink:href='#9'/></svg>"
    )
    assert [o.url for o in links(page)] == ["1", "2", "3", "4", "5", "6", "7", "8", "#9"]
    assert links("<video src=v poster=p>")[1].markup is Markup.HTML_POSTER


def test_white_space_around_and_in_a_url_is_dropped() -> None:
    """Browsers strip blanks around a URL and drop line ends in it; the span covers the URL alone."""
    first, second = links('<a href="  x y\t ">1</a><a href="a\r\n b">2</a>')
    assert (first.url, first.raw) == ("x y", "x y")
    assert second.url == "a b"


def test_ids_are_anchors_and_headings_too() -> None:
    """Every id leads somewhere, and so does a heading's slug."""
    found = HtmlFile().extract('<h2 id=s>A <b>title</b></h2><a name="n"></a><p id="p">', "x")
    assert [a.name for a in found if isinstance(a, Anchor)] == ["s", "a-title", "n", "p"]


def test_a_base_url_is_respected_and_said() -> None:
    """Relative links start from ``<base href>``; the URL says so, the text stays as written."""
    found = list(HtmlFile().extract('<head><base href="https://b.example/d/"></head><a href="x">y</a>', "x"))
    assert [o.url for o in found if isinstance(o, Occurrence)] == ["https://b.example/d/x"]
    assert [n.line for n in found if isinstance(n, Notice)] == [1]


@pytest.mark.parametrize(
    ("raw", "url"),
    [
        ("&copy=1", "&copy=1"),
        ("&copy", "©"),
        ("&copy;=1", "©=1"),
        ("&copyx", "&copyx"),
        ("&copy/", "©/"),
        ("&#38x", "&x"),
        ("&#x26;&#0;&#128;&#xD800;&#99999999999;", "&\ufffd€\ufffd\ufffd"),
        ("&notit;&notin;", "&notit;∉"),
        ("&;&#;&#x;&a", "&;&#;&#x;&a"),
    ],
)
def test_references_in_attributes(raw: str, url: str) -> None:
    """A name without its semicolon is decoded unless a letter, a digit or ``=`` follows."""
    assert decode_attribute(raw) == url


REFERENCE_PARTS = ["&", "amp", "copy", "lt", "not", "in", "#38", "#x26", ";", "=", "a", "1", " ", "/", "é"]
TAG_PARTS = ["<a href=", "<img src=", '"', "'", ">", "/>", "x", "a&amp;b", " ", "\n", "=", "<!--", "-->", "--!>", "->"]
TAG_PARTS += ["<?", "</", "<b>", "<div a='>'>", "<a href='y'>", '<a href="z"/>', "</a>", "<script>", "</script>", "é"]
TAG_PARTS += ["<title>", "</title>"]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(REFERENCE_PARTS)).map("".join))
def test_references_are_decoded_as_a_browser_does(raw: str) -> None:
    """lexbor, a browser's parser, reads the same value."""
    (node,) = LexborHTMLParser(f'<a href="{raw}">').css("a")
    assert decode_attribute(raw) == (node.attributes["href"] or "")


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(TAG_PARTS), max_size=25).map("".join))
def test_tags_are_those_of_a_browser(page: str) -> None:
    """The URLs are the ones that lexbor sees, and every span covers what it claims."""
    found = links(page)
    assert all(page[o.span.start : o.span.end] == o.raw for o in found)
    tree = LexborHTMLParser(page)
    seen = [n.attributes.get("href") for n in tree.css("a[href]")]
    seen += [n.attributes.get("src") for n in tree.css("img[src]")]
    assert {o.url for o in found} == {(url or "").replace("\n", "").strip() for url in seen}


@given(st.text(st.characters(codec=None, exclude_categories=()), max_size=100))
def test_any_page_can_be_read(page: str) -> None:
    """Extraction never raises, whatever the text."""
    links(page)
    links(escape(page).join(["<a href='", "'>"]))


def test_extractors_share_no_suffix() -> None:
    """A file's suffix says how it is read."""
    assert not set(HtmlFile.suffixes) & set(Markdown.suffixes)


@pytest.mark.parametrize(
    ("href", "url"),
    [
        ("x", "https://b.example/d/x"),
        (r"..\x", "https://b.example/x"),
        ("//c.example/x", "https://c.example/x"),
        ("https:/y", "https://b.example/y"),
        ("#x", "https://b.example/d/#x"),
        ("mailto:a@b.example", "mailto:a@b.example"),
        ("http://[x/", "http://[x/"),
    ],
)
def test_relative_links_are_resolved_as_browsers_do(href: str, url: str) -> None:
    """Backslashes are slashes, and a scheme without slashes is no host; what is no URL stays."""
    found = HtmlFile().extract(f'<head><base href="https://b.example/d/"></head><a href="{href}">y</a>', "x")
    assert [o.url for o in found if isinstance(o, Occurrence)] == [url]
