"""How GitHub reads a list: cmark-gfm's HTML, and every ``a[href]`` and ``img[src]`` in it."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import Counter
from urllib.parse import unquote

import pytest
from selectolax.lexbor import LexborHTMLParser

from linkwarden.extract.markdown import Markdown
from linkwarden.model import Markup, Occurrence

_CMARK = shutil.which("cmark-gfm")
needs_cmark = pytest.mark.skipif(_CMARK is None, reason="cmark-gfm, the oracle, is not installed")

#: What comes on top of the oracle's URLs.
_ON_TOP = {Markup.HTML_SRCSET, Markup.HTML_POSTER, Markup.HTML_MEDIA, Markup.HTML_OTHER}
#: Every tag, so that what looks like one inside of another is not taken for it: ``<https://a.example/x<a href="b">``
#: in an HTML block is one tag, called ``https:``, and a browser sees no link (WHATWG HTML, section 13.2.5.8).
_TAG = re.compile(
    r"</?(?P<name>[a-z][^\s/>]*+)"
    r"(?:[\s/]++|[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|(?![\"'])[^\s>]*+))?+)*+>",
    re.IGNORECASE,
)
_WITH_ADDRESS = frozenset({"a", "img", "image"})
_COMMENT = re.compile(r"<!--(?:-?>|.*?(?:--!?>|\Z))|<\?[^>]*>|<![A-Z\[][^>]*>", re.DOTALL)


def rendered(markdown: str) -> str:
    """Return the HTML that GitHub's Markdown library makes."""
    assert _CMARK is not None
    command = [_CMARK, "--unsafe", "-e", "table", "-e", "autolink", "-e", "strikethrough", "-e", "tagfilter"]
    return subprocess.run(command, input=markdown.encode(), capture_output=True, check=True).stdout.decode()


def urls(html: str) -> Counter[str]:
    """Count the URLs of links and images in HTML, percent-decoded.

    Each tag is parsed alone: a browser's repair of misnested tags would count one ``<a>`` several times.
    """
    found: Counter[str] = Counter()
    for tag in _TAG.finditer(_COMMENT.sub("", html)):
        if tag["name"].lower() not in _WITH_ADDRESS:
            continue
        for node in LexborHTMLParser(tag[0]).css("a[href], img[src]"):
            found[_plain(node.attributes.get("href" if node.tag == "a" else "src"))] += 1
    return found


def _plain(url: str | None) -> str:
    return unquote(re.sub(r"[\t\r\n]", "", (url or "").strip(" \t\n\f\r")))


def ours(markdown: str) -> Counter[str]:
    """Count what linkwarden finds, percent-decoded, without what it finds on top of the oracle."""
    items = Markdown().extract(markdown, "list.md")
    return Counter(_plain(o.url) for o in items if isinstance(o, Occurrence) and o.markup not in _ON_TOP)
