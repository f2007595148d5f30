"""How GitHub reads a list: cmark-gfm's HTML, and every ``a[href]`` and ``img[src]`` in it.

There are two oracles. PyPI's ``cmarkgfm`` holds cmark-gfm 0.29.0.gfm.13, the last release and what GitHub runs; where
the two differ, it is right. Debian's command ``cmark-gfm`` is 0.29.0.gfm.6 and needs nothing from PyPI.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import Counter
from importlib import import_module
from importlib.util import find_spec
from urllib.parse import unquote

import pytest
from selectolax.lexbor import LexborHTMLParser

from linkwarden.extract.markdown import Markdown
from linkwarden.model import Markup, Occurrence

cmark = import_module("cmarkgfm.cmark") if find_spec("cmarkgfm") else None
_COMMAND = shutil.which("cmark-gfm")
_EXTENSIONS = ("table", "autolink", "strikethrough", "tagfilter")
needs_newest = pytest.mark.skipif(cmark is None, reason="cmarkgfm, the oracle (cmark-gfm 0.29.0.gfm.13), is missing")
needs_debian = pytest.mark.skipif(_COMMAND is None, reason="cmark-gfm, the second oracle, is not installed")

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
_COMMENT = re.compile(r"<!--(?:-?>|.*?(?:--!?>|\Z))|<(?:[!?]|/[^A-Za-z>])[^>]*>", re.DOTALL)
#: The marks of footnotes, and the links back from the footnotes to them.
_FOOTNOTE_MARKS = re.compile(r"<a href=\"#fn(?:ref)?-[^\"]*\" (?:id|class)=[^>]* data-footnote-[^>]*>")


def newest(markdown: str) -> str:
    """Return the HTML that cmark-gfm 0.29.0.gfm.13 makes."""
    assert cmark is not None
    options = cmark.Options.CMARK_OPT_UNSAFE | cmark.Options.CMARK_OPT_FOOTNOTES
    html: str = cmark.markdown_to_html_with_extensions(markdown, options=options, extensions=_EXTENSIONS)
    return html


def debian(markdown: str) -> str:
    """Return the HTML that the installed command makes."""
    assert _COMMAND is not None
    command = [_COMMAND, "--unsafe", "-e", "footnotes"]
    for extension in _EXTENSIONS:
        command += ["-e", extension]
    return subprocess.run(command, input=markdown.encode(), capture_output=True, check=True).stdout.decode()


def urls(html: str) -> Counter[str]:
    """Count the URLs of links and images in HTML, percent-decoded.

    Each tag is parsed alone: a browser's repair of misnested tags would count one ``<a>`` several times.
    """
    found: Counter[str] = Counter()
    for tag in _TAG.finditer(_COMMENT.sub("", _FOOTNOTE_MARKS.sub("", html))):
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
