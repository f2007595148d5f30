"""What is read out of fetched pages: titles, anchors, onward addresses, and whether scripts make them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser, LexborNode

from linkwarden.soft404.page import Page, is_html
from linkwarden.wire import Response

WORDS = "<p>" + "There is much to read on this page. " * 20


def page(body: str | bytes, **headers: str) -> Page:
    """Make a page; header names are written with ``_`` for ``-``."""
    fields = {"content-type": "text/html", **{k.replace("_", "-"): v for k, v in headers.items()}}
    raw = body.encode() if isinstance(body, str) else body
    return Page(Response(url="https://a.org/dir/x", status=200, headers=fields, body=raw))


def test_a_title_is_collapsed_and_capped() -> None:
    """White space becomes single blanks, references are decoded, 300 characters are kept."""
    assert page("<title>\n A  &amp; B\t</title>").title == "A & B"
    assert page(f"<title>{'x' * 1000}</title>").title == "x" * 300
    assert page("<title> </title>").title is None
    assert page("<p>no title").title is None


def test_the_title_of_a_drawing_is_not_the_pages() -> None:
    """An inline SVG has titles of its own."""
    assert page("<body><svg><title>Logo</title></svg>").title is None


@pytest.mark.parametrize(
    "before",
    [
        "<!-- <title>Old</title> -->",
        "<script>x = '<title>Old</title>'</script>",
        "<svg><title>Old</title></svg>",
        "<script>a()</script><!-- b -->",
        "<style>title{}</style>",
    ],
)
def test_a_title_is_not_taken_from_where_none_is(before: str) -> None:
    """Comments, scripts and drawings may hold the word; the quick reading gives what the parser gives."""
    assert page(f"{before}<TITLE lang=en>A &lt;b&gt; &eacute;</TITLE>").title == "A <b> é"


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        ('<meta charset="windows-1252"><title>Größe</title>'.encode("cp1252"), {}),
        ("<title>Größe</title>".encode("cp1252"), {"content_type": "text/html; charset=windows-1252"}),
        ("<meta charset=no-such><title>Größe</title>".encode(), {}),
        ("<title>Größe</title>".encode(), {}),
    ],
)
def test_the_charset_is_found(body: bytes, headers: dict[str, str]) -> None:
    """The header names it, else the page, else it is UTF-8."""
    assert page(body, **headers).title == "Größe"


def test_anchors_are_ids_and_names_of_a() -> None:
    """Names of form fields and metadata are no anchors."""
    found = page('<h2 id="A">x</h2><a name="b"></a><input name="c"><meta name="d"><p id="">').anchors
    assert found == {"A", "b"}


@pytest.mark.parametrize(
    "body",
    [
        '<div id="root"></div><script src="a.js"></script>',
        f'<div id="app">{WORDS}</div><script src="a.js"></script>',
        f"{WORDS}<script>window.addEventListener('hashchange', go)</script>",
        "<p>Loading</p><noscript>Please turn scripts on. </noscript><script>go()</script>",
    ],
)
def test_a_page_that_scripts_make_is_known(body: str) -> None:
    """Frames of single-page applications, and pages that follow their fragment themselves."""
    assert page(body).made_by_scripts


@pytest.mark.parametrize("body", [WORDS, f"{WORDS}<script src='menu.js'></script>", "<p id='a'>short, no scripts"])
def test_a_written_page_is_known(body: str) -> None:
    """Text without scripts, or with scripts beside it."""
    assert not page(body).made_by_scripts


def refreshing(content: str) -> str:
    """Return a page that says this in its refresh."""
    return f'<meta http-equiv="refresh" content="{content}"><p>words'


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (refreshing("0; url=/new"), "https://a.org/new"),
        ("<META HTTP-EQUIV=Refresh CONTENT=\"5;URL='y.html'\">", "https://a.org/dir/y.html"),
        (refreshing("0.5; https://b.org/"), "https://b.org/"),
        (refreshing(".5; /new"), "https://a.org/new"),
        (refreshing("0,url=/new"), "https://a.org/new"),
        (refreshing("0 /new"), "https://a.org/new"),
        (refreshing(" \n0 ; \turl = '/new'left out"), "https://a.org/new"),
        ("<body>words" + refreshing("0; /late"), "https://a.org/late"),
        (refreshing("0; /first") + refreshing("1; /last"), "https://a.org/last"),
        (refreshing("0; /first") + refreshing("nonsense"), "https://a.org/first"),
        ('<base href="/other/">' + refreshing("0; z"), "https://a.org/other/z"),
        (refreshing("30; /new"), None),
        (refreshing("30"), None),
        (refreshing("0:/new"), None),
        (refreshing("-1; /new"), None),
        (refreshing("; /new"), None),
        (refreshing("url=/new"), None),
        (refreshing("0; url=javascript:alert(1)"), None),
        (refreshing("0; url=http://[bad"), None),
        (refreshing("0; url=https://a.org/dir/x#again"), None),
        ('<meta http-equiv="refresh">', None),
        ("<p>refresh", None),
        (f"<head><noscript>{refreshing('0; /x')}</noscript></head>", None),
        (f"<noscript>{refreshing('0; /x')}</noscript>{refreshing('0; /y')}", "https://a.org/y"),
        (f"<template>{refreshing('0; /x')}</template>", None),
        (f"<!-- {refreshing('0; /x')} --><script>'{refreshing('0; /x')}'</script>", None),
    ],
)
def test_where_a_page_sends_its_readers_is_read_as_browsers_do(body: str, expected: str | None) -> None:
    """HTML standard, "shared declarative refresh steps", and docs/facts/http-answers.md#refresh."""
    assert page(body).sends_on_to == expected


def test_where_a_page_sends_its_readers_may_stand_in_a_header() -> None:
    """The Refresh header has the same form; what stands in the page comes later and counts."""
    assert page("<p>x", refresh="3; url=/y").sends_on_to == "https://a.org/y"
    assert page(refreshing("0; /z"), refresh="3; url=/y").sends_on_to == "https://a.org/z"


SPHINX = (
    '<html><head><noscript><meta http-equiv="refresh" content="0; url=new.html" /></noscript><script>var target = '
    '"new.html";if (window.location.hash) {window.location.replace(target + window.location.hash);} else '
    "{window.location.replace(target);}</script></head></html>"
)


def sent_by(script: str, body: str = "") -> str:
    """Return a page whose script is this."""
    return f"<title>Redirecting</title><script>{script}</script><body>{body}"


@pytest.mark.parametrize(
    "body",
    [
        SPHINX,
        sent_by("window.location.href = 'new.html' + (window.location.search || '') + (window.location.hash || '');"),
        sent_by("location='new.html'"),
        sent_by('\n  window.location = "new.html";\n', "<p>This page has moved <a href=new.html>here</a>."),
        sent_by("location.replace('new.html' + location.hash)"),
        sent_by("document.location.href='new.html'"),
        sent_by("<!--\nlocation.assign('new.html');\n//-->"),
        sent_by("top.location = 'https://a.org/dir/new.html'"),
        refreshing("0; url=new.html") + sent_by("location='other.html'"),
        sent_by("location='new.html'") + '<script type="application/ld+json">{"@type": "WebPage"}</script>',
    ],
)
def test_a_script_that_only_sends_readers_on_is_followed(body: str) -> None:
    """As documentation builders write them for pages that have moved; a refresh for all readers counts first."""
    assert page(body).sends_on_to == "https://a.org/dir/new.html"


@pytest.mark.parametrize(
    "body",
    [
        sent_by("if (mobile) location = 'new.html'"),
        sent_by("function go() { location = 'new.html' }"),
        sent_by("setTimeout(() => location.replace('new.html'), 60000)"),
        sent_by("location = 'new.html?' + user"),
        sent_by("location = base + 'new.html'"),
        sent_by("location = 'a.html'; location = 'b.html'"),
        sent_by("location = 'new.html'", "<p>" + "What there is to read about ferns. " * 20),
        sent_by("location = 'new.html'") + "<script>stop()</script>",
        sent_by("location = 'new.html'") + "<script src=/app.js></script>",
        sent_by("location = 'javascript:void(0)'"),
        sent_by("location = location.href"),
        sent_by("location = '#top'"),
        "<script nomodule>location = 'new.html'</script>",
        sent_by("location = 'new.html' + (location.search || ''" + " " * 3500 + "z"),
        sent_by("location = 'new.html'" + "\t\n" * 1700 + "z"),
        sent_by(" " * 3500 + "z"),
        "<!-- " + sent_by("location = 'new.html'") + " -->",
        "<body><noscript><script>location = 'new.html'</script></noscript>",
        "<script type=text/x-template>location = 'new.html'</script>",
        SPHINX.replace('"new.html";', '"other.html";'),
        SPHINX.replace("location", "place"),
        SPHINX + "<p>" + "Please turn on scripts to read about ferns. " * 20,
        f"<noscript>{refreshing('0; url=/scripts-needed')}</noscript><script>start('/app', location)</script>",
        sent_by("location = 'new.html'") + "<!--" + "x" * 5000 + "-->",
    ],
)
def test_what_a_script_might_do_is_not_followed(body: str) -> None:
    """Conditions, clicks, and pages that have something to say."""
    assert page(body).sends_on_to is None


def test_a_password_field_is_seen() -> None:
    """In any case."""
    assert page("<input type=PASSWORD>").has_password_field
    assert not page("<input type=text>").has_password_field


@pytest.mark.parametrize(
    ("media_type", "body", "expected"),
    [
        ("text/html", b"", True),
        ("application/xhtml+xml", b"<html>", True),
        ("application/pdf", b"<html>", False),
        ("", b"\n<!DOCTYPE HTML><p>", True),
        ("", b"%PDF", False),
    ],
)
def test_html_is_told_by_its_type(media_type: str, body: bytes, expected: bool) -> None:  # noqa: FBT001 - a column
    """Or, where the server names none, by its first bytes."""
    headers = {"content-type": media_type} if media_type else {}
    assert is_html(Response(url="https://a.org/", status=200, headers=headers, body=body)) is expected


@given(st.binary(max_size=300))
def test_any_bytes_can_be_a_page(body: bytes) -> None:
    """No page makes the reading fail."""
    made = page(b"<p id=a>" + body)
    assert (made.title is None) or made.title
    assert isinstance(made.anchors, frozenset)
    assert made.made_by_scripts in {True, False}
    assert made.has_password_field in {True, False}
    assert made.sends_on_to is None or made.sends_on_to.startswith("http")


# --- bounds --------------------------------------------------------------------------------------------------------


def test_what_is_nested_too_deeply_is_not_parsed() -> None:
    """The page is read up to there; its anchors are found all the same."""
    deep = page(f"<title>T</title><p>Before.{'<div>' * 600}<b id=deep>Inside.</b>")
    assert (deep.title, deep.visible_text) == ("T", "Before.")
    assert "deep" in deep.anchors
    flat = page(f"<p>Before.{'<div>a</div><p>b<br>' * 600}<b>After.</b>")
    assert flat.visible_text.endswith("After.")


def test_a_long_page_is_parsed_in_part_and_its_anchors_are_read_to_its_end() -> None:
    """Places are looked for in pages of a megabyte."""
    long = page(f"<p>Before.{WORDS * 200}<b id='last one'>After.</b><a href=x name=&ouml;>")
    assert long.visible_text.startswith("Before.")
    assert "After." not in long.visible_text
    assert long.anchors == {"last one", "ö"}


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("<h2 id=a>", {"a"}),
        ("<H2 CLASS='x'ID='a b'>", {"a b"}),
        ('<h2\nid\n=\n"a&amp;b">', {"a&b"}),
        ("<a name=old><a\tclass=x name='older'>", {"old", "older"}),
        ("<p data-id=no><input name=no><h2 id=''>", set()),
        ('<p onclick="a>b" id="a">', {"a"}),
    ],
)
def test_anchors_are_read_as_the_parser_would(source: str, names: set[str]) -> None:
    """Quotes, blanks, references and capitals."""
    assert page(source).anchors == names


# --- quick looks and what they stand for ---------------------------------------------------------------------------

PIECES = st.one_of(
    st.sampled_from(
        ["p", "div", "nav", "header", "form", "select", "svg", "script", "style", "template", "title", "h1"]
    ).flatmap(lambda tag: st.sampled_from([f"<{tag}>", f"</{tag}>", f"<{tag.upper()} class='a'>", f"</{tag} >"])),
    st.sampled_from(["<!-- ", " -->", "<br>", "<", ">", "&amp;", "\n", "  ", "<p title='a > b'>", "<noscript>", "İK"]),
    st.text("ab é\u2003", max_size=6),
)
SOURCES = st.lists(PIECES, max_size=25).map("".join)


@given(SOURCES)
def test_texts_are_those_of_the_tree(source: str) -> None:
    """They are taken from the parser at once, as if its nodes were visited one after the other."""
    made = page(source)
    body = LexborHTMLParser(source).body
    hidden = {"script", "style", "noscript", "template"}
    frame = {"svg", "nav", "header", "footer", "aside", "form", "select"}
    assert made.visible_text == " ".join(visited(body, hidden))
    assert list(made.blocks) == visited(body, hidden | frame)
    assert made.main_text == " ".join(made.blocks)


def visited(node: LexborNode | None, without: set[str]) -> list[str]:
    """Return the lines of the texts below a node, in their order."""
    if node is None or node.tag in without:
        return []
    own = (node.text_content or "").split("\n") if node.is_text_node else []
    lines = [line for line in (" ".join(line.split()) for line in own) if line]
    return lines + [line for child in node.iter(include_text=True) for line in visited(child, without)]


@given(SOURCES, st.lists(st.integers(0, 60), min_size=1, max_size=4))
def test_a_look_at_the_beginning_tells_how_long_the_text_is(source: str, lengths: list[int]) -> None:
    """Whatever was asked before, and however little of the page it took."""
    made = page(source)
    unseen = re.compile(
        r"<(script|style|noscript|template|svg)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)|<[^>]*(?:>|\Z)",
        re.IGNORECASE | re.DOTALL | re.ASCII,
    )
    whole = len(" ".join(unseen.sub(" ", source).split()))
    assert [made.says_more_than(length) for length in lengths] == [whole > length for length in lengths]
