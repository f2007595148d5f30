"""Looks into a fetched HTML page: its title, its anchors, whether scripts make it. One parse for all questions."""

from __future__ import annotations

import re
from functools import cached_property
from html import unescape
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser

from linkwarden.text import is_http
from linkwarden.wire import Response

HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})
#: A page with less visible text than this and with scripts is made by its scripts.
_LITTLE_TEXT = 400
_TITLE_LIMIT = 300
#: Ids under which the frameworks mount what they make in the browser.
_MOUNTS = "#root, #app, #__next, #__nuxt, #svelte, app-root, [ng-app], [data-reactroot], [ng-version]"
_ROUTING = re.compile(r"hashchange|location\.hash|HashRouter")
_REFRESH = re.compile(r"\s*(\d{1,9})(?:\.\d*)?\s*[;,]?\s*(?:url\s*=\s*)?(['\"]?)(.*)", re.IGNORECASE | re.DOTALL)
_TITLE = re.compile(r"<title(?:\s[^>]{0,500})?>([^<]{0,2000})</title", re.IGNORECASE)
#: What may hold the characters ``<title`` without meaning them, by how it begins and ends.
_HIDING = (("<!--", "-->"), ("<script", "</script"), ("<style", "</style"), ("<noscript", "</noscript"))
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{1,40})", re.IGNORECASE)


def is_html(response: Response) -> bool:
    """Tell whether an answer is an HTML page, by its type or, without one, by its first bytes."""
    if response.media_type:
        return response.media_type in HTML_TYPES
    return re.match(rb"\s*<(?:!doctype html|html)\b", response.body[:200], re.IGNORECASE) is not None


def _plain_title(text: str) -> str | None:
    """Read the title without a parser, which costs a hundred times less; None leaves it to the parser.

    A title holds no tags (HTML standard, "escapable raw text elements"), so its end is certain; its beginning is
    unless something that may hold the word stands open before it.
    """
    found = _TITLE.search(text)
    if found is None:
        return None
    before = text[: found.start()].lower()
    if "<svg" in before or any(before.count(start) != before.count(end) for start, end in _HIDING):
        return None
    return unescape(found.group(1))


class Page:
    """A fetched HTML page.

    Args:
        response: the answer; its body may be the first part of the page only.
    """

    def __init__(self, response: Response) -> None:
        self.response = response

    @cached_property
    def text(self) -> str:
        """The source, decoded by the charset of the header, else of the first meta element, else as UTF-8."""
        if "charset=" not in self.response.headers.get("content-type", "").lower():
            found = _META_CHARSET.search(self.response.body[:2048])
            if found:
                try:
                    return self.response.body.decode(found.group(1).decode("ascii"), errors="replace")
                except LookupError:
                    pass
        return self.response.text()

    @cached_property
    def _tree(self) -> LexborHTMLParser:
        return LexborHTMLParser(self.text)

    @cached_property
    def title(self) -> str | None:
        """The page's title with its white space collapsed, at most 300 characters, or None."""
        found = _plain_title(self.text)
        if found is None and "<title" in self.text.lower():
            nodes = (node for node in self._tree.css("title") if node.parent is None or node.parent.tag != "svg")
            found = next((node.text() for node in nodes), "")
        return " ".join((found or "").split())[:_TITLE_LIMIT] or None

    @cached_property
    def anchors(self) -> frozenset[str]:
        """What ``#name`` can lead to: every ``id``, and the ``name`` of ``a`` (HTML standard, "indicated part")."""
        found = {node.attributes.get("id") for node in self._tree.css("[id]")}
        found |= {node.attributes.get("name") for node in self._tree.css("a[name]")}
        return frozenset(name for name in found if name)

    @cached_property
    def visible_text(self) -> str:
        """The words that a reader without scripts sees, white space collapsed."""
        tree = LexborHTMLParser(self.text)
        tree.strip_tags(["script", "style", "noscript", "template"])
        return " ".join(tree.body.text(separator=" ").split()) if tree.body else ""

    @property
    def made_by_scripts(self) -> bool:
        """True if scripts make the page or follow its fragment, so that the source does not hold all anchors."""
        scripts = self._tree.css("script")
        if not scripts:
            return False
        if self._tree.css_first(_MOUNTS) is not None or len(self.visible_text) < _LITTLE_TEXT:
            return True
        return any(_ROUTING.search(script.text() or "") for script in scripts)

    @property
    def has_password_field(self) -> bool:
        """True if the page asks for a password."""
        return self._tree.css_first('input[type="password" i]') is not None

    @property
    def refresh(self) -> tuple[int, str] | None:
        """Seconds and absolute address of ``<meta http-equiv="refresh">`` or of the Refresh header, or None."""
        node = self._tree.css_first('meta[http-equiv="refresh" i]')
        content = (node.attributes.get("content") if node else None) or self.response.headers.get("refresh", "")
        found = _REFRESH.match(content)
        if found is None:
            return None
        quote, rest = found.group(2), found.group(3)
        address = (rest.partition(quote)[0] if quote else rest).strip()
        try:
            target = urljoin(self.response.url, address) if address else ""
        except ValueError:
            return None
        return (int(found.group(1)), target) if is_http(target) else None
