"""Reads a fetched HTML page: its title, its anchors, whether scripts make it. It is parsed once, and within bounds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import unescape

from selectolax.lexbor import LexborHTMLParser, LexborNode

from linkwarden import foreign
from linkwarden.answers.words import Words, length_of_text, words_in
from linkwarden.lazy import lazy
from linkwarden.model import Paper
from linkwarden.patterns import pattern
from linkwarden.soft404.onward import PAGE_BYTES, WORDS, sent_on_by_script
from linkwarden.soft404.words import PAPER_TITLES
from linkwarden.text import is_http
from linkwarden.whatwg import resolve
from linkwarden.wire import HTML_TYPES, Response

#: A page with less visible text than this and with scripts is made by its scripts.
_LITTLE_TEXT = 400
_TITLE_LIMIT = 300
#: A frame that waits for its scripts says less than this ("Loading …").
_FRAME_WORDS = 6
_FRAME_TEXT = 60
#: Ids under which the frameworks mount what they make in the browser.
_MOUNTS = "#root, #app, #__next, #__nuxt, #svelte, app-root, [ng-app], [data-reactroot], [ng-version]"
#: More of them; pages that have these come with their anchors (docs/facts/soft-404.md#frames).
_MORE_MOUNTS = (
    "#react-entry-point, #___gatsby, #q-app, #react-root, #reactRoot, #mastodon, #redoc, #swagger-ui, #storybook-root, "
    "gradio-app, #flutter_app, flutter-view, #jupyter-config-data, #elm-app, #vue-app, #ember-app, #react-target"
)
#: What such an element says until its scripts have run.
_BOXES = frozenset({"div", "main", "section", "article", "p", "span"})
_WAITING = pattern(
    r"\W*(?:(?:now |still )?(?:loading|starting|initiali[sz]ing|connecting)|please wait|just a moment|chargement|laden"
    r"|wird geladen|cargando|carregando|caricamento|загрузка|加载中|正在加载|載入中|読み込み中|로딩 ?중)"
    r"(?:[ \w]{0,30})?\W*\Z",
    re.IGNORECASE,
)
_LOADING = pattern(r">\s*(?:loading|please wait|initiali[sz]ing|starting up)\b[^<]{0,40}<")
#: An element of the page's own making with nothing in it, as Angular's, Polymer's and Gradio's roots.
_OWN_ELEMENT = pattern(r"<([a-z][a-z0-9]{0,30}-[a-z0-9-]{1,40})(?:\s[^<>]{0,500})?>\s*</\1>")
_NO_INDEX = pattern(r"(?:\A|[,\s])(?:noindex|none)\b", re.IGNORECASE)
_SHOWN = (
    "img, svg, canvas, iframe, video, audio, object, embed, input, textarea, button, select, picture, frameset, math"
)
_ROUTING = pattern(r"hashchange|location\.hash|HashRouter|createWebHashHistory")
#: Uses of the fragment that only look up an element of the page, or whether there is a fragment.
_LOOK_UP = pattern(
    r"(?:getElementById|getElementsByName|querySelector(?:All)?|\$|jQuery|closest|matches)\s*\(\s*"
    r"(?:[\w.]{1,40}\(\s*)?(?:[\"'`][^\"'`]{0,60}[\"'`]\s*\+\s*)?(?:[\w.]{1,40}\(\s*)?"
    r"(?:window\.|document\.|self\.|top\.)?location\.hash\b"
    r"|if\s*\(\s*(?:!\s*)?(?:window\.|document\.|self\.)?location\.hash(?:\.length(?:\s*>\s*\d)?)?\s*\)"
    r"|(?:window\.|document\.|self\.)?location\.hash\s*&&"
)
#: HTML standard, "shared declarative refresh steps". A fraction of a second does not count; the blanks are HTML's.
_REFRESH = pattern(
    r"[ \t\n\f\r]*(?:(\d{1,9})[\d.]*|\.[\d.]*)(?:[ \t\n\f\r]*[;,]|[ \t\n\f\r])[ \t\n\f\r]*+"
    r"(?:url[ \t\n\f\r]*=[ \t\n\f\r]*+)?(['\"]?)(.*)",
    re.IGNORECASE | re.DOTALL,
)
#: A page that sends its readers on later than this is read by them first.
_SENT_ON_WITHIN = 5
#: Readers with scripts do not get what stands in these.
_NOT_FOR_READERS = frozenset({"noscript", "template"})
#: Names of the tags for a paper's DOI, in the order in which they are believed.
_PAPER_DOIS = ("citation_doi", "prism.doi", "bepress_citation_doi", "dc.identifier")
_DOI = pattern(r"10\.\d{4,9}/\S+")
#: For sources in lower case.
_TITLE = pattern(r"<title(?:\s[^<>]{0,500})?>([^<]{0,2000})</title")
_HEADING = pattern(r"<h1\b[^<>]{0,500}>((?:(?!<h1\b).){0,2000}?)</h1", re.DOTALL)
_TAG = pattern(r"<[^>]{0,2000}>")
#: What readers with scripts do not see at all, and what of a page is its frame and not its content.
_NOT_TEXT = ("script", "style", "noscript", "template")
_NOT_CONTENT = (*_NOT_TEXT, "svg", "nav", "header", "footer", "aside", "form", "select")
_MARKED = "html, body, main, article, section, body > div, main > div, body > div > div, h1"
#: What may hold the characters ``<title`` without meaning them, by how it begins and ends.
_HIDING = (("<!--", "-->"), ("<script", "</script"), ("<style", "</style"), ("<noscript", "</noscript"))
_MAY_HIDE = pattern(r"<(?:!--|s(?:cript|tyle|vg)|noscript)")
_LANGUAGE = pattern(r"<html\b[^<>]{0,500}?\slang\s*=\s*[\"']?([a-z]{2,3})\b", re.IGNORECASE)
_SCRIPT = pattern(r"<script\b[^<>]{0,2000}>(.*?)(?:</script|\Z)", re.IGNORECASE | re.DOTALL)
#: So much of the source is parsed; the parser's time grows with the square of the nesting, so that is bounded, too.
_PARSED = 65_536
_DEEPEST = 512
_OPENS_OR_CLOSES = pattern(r"<(/?)([a-zA-Z][^\s/<>]*)(?:[^<>]{0,4000}(/)>)?")
#: Elements that have no content, and those that the next one of their kind ends.
_FLAT = pattern(
    r"(?:area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr|li|p|d[dt]|option|t[rdh]|tbody|thead|tfoot)\Z",
    re.IGNORECASE,
)
#: Attributes by which ``#name`` finds an element. What only looks like one is taken for one.
_VALUE = r"\s*=\s*(?:\"([^\"]{0,400})\"|'([^']{0,400})'|([^\s\"'<>]{1,400}))"
_ID = pattern(rf"[\s\"'/]id{_VALUE}", re.IGNORECASE)
_ANCHOR_NAME = pattern(rf"<a\s(?:[^<>]{{0,2000}}?[\s\"'/])?name{_VALUE}", re.IGNORECASE)
_META_CHARSET = pattern(rb"<meta[^>]{0,200}charset\s*=\s*(?:[\"']\s*)?([A-Za-z0-9_:.-]{1,40})", re.IGNORECASE)


def is_html(response: Response) -> bool:
    """Return whether a response is an HTML page, by its type or, without one, by its first bytes."""
    said = response.media_type
    if said:
        return said in HTML_TYPES
    return re.match(rb"\s*<(?:!doctype html|html)\b", response.body[:200], re.IGNORECASE) is not None


def _bounded(text: str) -> str:
    """Return the beginning of a source that is parsed in bounded time: not too long, not nested too deeply."""
    text, depth = text[:_PARSED], 0
    if text.count("<") - text.count("</") <= _DEEPEST:
        return text
    for found in _OPENS_OR_CLOSES.finditer(text):
        closes, name, ends = found.groups()
        if ends or _FLAT.match(name):
            continue
        depth = max(depth - 1, 0) if closes else depth + 1
        if depth > _DEEPEST:
            return text[: found.start()]
    return text


def _is_for_readers(node: LexborNode) -> bool:
    """Return whether browsers that run scripts act on an element."""
    above = node.parent
    while above is not None:
        if above.tag in _NOT_FOR_READERS:
            return False
        above = above.parent
    return True


class Page:
    """A fetched HTML page.

    Args:
        response: the response; its body may be the first part of the page only.
    """

    def __init__(self, response: Response) -> None:
        self.response = response
        self._read, self._seen = 0, 0  # so much of the source was read for its length, and so much text was there

    @lazy
    def _charset(self) -> str:
        """The charset of the header, else of the first meta element, else UTF-8."""
        said = self.response.headers.get("content-type", "")
        if "charset=" not in said.lower():
            found = _META_CHARSET.search(self.response.body[:2048])
            if found:
                return found.group(1).decode("ascii")
        return foreign.charset_of(said) or "utf-8"

    @lazy
    def text(self) -> str:
        """The source."""
        return foreign.decode(self.response.body, self._charset)

    @lazy
    def low(self) -> str:
        """The source, its ASCII letters in lower case, for quick looks; as long as the source itself."""
        return self.text.lower() if self.text.isascii() else self.words.low.decode("utf-8", errors="replace")

    @lazy
    def words(self) -> Words:
        """The words in the source that anything is looked for by."""
        return words_in(self.response.body if foreign.is_utf_8(self._charset) else self.text.encode())

    def mentions(self, word: str) -> bool:
        """Return whether any text in lower case stands anywhere in the source, whatever its case there."""
        return word in self.words or (not word.isascii() and word in self.text.lower())

    @lazy
    def _tree(self) -> LexborHTMLParser:
        return LexborHTMLParser(_bounded(self.text))

    @lazy
    def _base(self) -> str:
        """What relative URLs of the page start from: ``<base href>``, else its own URL."""
        node = self._tree.css_first("base[href]") if "<base" in self.words else None
        href = (node.attributes.get("href") if node else None) or ""
        return resolve(href, self.response.url) or self.response.url

    def _absolute(self, reference: str) -> str:
        """Return the URL that a reference on the page means, or "" where it is none."""
        return resolve(reference, self._base) or ""

    @lazy
    def title(self) -> str | None:
        """The page's title with its white space collapsed, at most 300 characters, or None."""
        if "<title" not in self.words:
            return None
        found = self._plain_title()
        if found is None:
            nodes = (node for node in self._tree.css("title") if node.parent is None or node.parent.tag != "svg")
            found = next((node.text() for node in nodes), "")
        return " ".join(found.split())[:_TITLE_LIMIT] or None

    def _plain_title(self) -> str | None:
        """Return the title, read without a parser, which costs a hundred times less; None leaves it to the parser.

        A title holds no tags (HTML standard, "escapable raw text elements"), so its end is certain; its beginning is
        unless something that may hold the word stands open before it.
        """
        found = _TITLE.search(self.low, 0, _PARSED)
        if found is None:
            return None
        before = self.low[: found.start()]
        if _MAY_HIDE.search(before) and (
            "<svg" in before or any(before.count(start) != before.count(end) for start, end in _HIDING)
        ):
            return None
        return unescape(self.text[found.start(1) : found.end(1)])

    @property
    def language(self) -> str:
        """The language that the page gives as its own, as a code of two or three letters in lower case, or ""."""
        found = _LANGUAGE.search(self.text[:_PARSED])
        return found[1].lower() if found else ""

    @lazy
    def anchors(self) -> frozenset[str]:
        """What ``#name`` can lead to: every ``id``, and the ``name`` of ``a`` (HTML standard, "indicated part").

        Read without a parser, which large pages hold up; what stands in a script or a comment counts as well.
        """
        found = (*_ID.findall(self.text), *_ANCHOR_NAME.findall(self.text))
        return frozenset(unescape(name) for one in found for name in one if name)

    def _text_without(self, elements: Sequence[str]) -> str:
        """Return the page's texts but for those in some elements, one a line, their white space as it is."""
        rest = self._tree.clone()
        rest.strip_tags(list(elements))
        return rest.body.text(separator="\n") if rest.body is not None else ""

    @lazy
    def visible_text(self) -> str:
        """The words that a reader sees before scripts run, white space collapsed."""
        return " ".join(self._text_without(_NOT_TEXT).split())

    @property
    def shows_nothing(self) -> bool:
        """True if there is neither a word nor anything else to see, and no script that could bring it."""
        if "<script" in self.words or not self.response.complete or self.says_more_than(_TITLE_LIMIT):
            return False
        return not self.visible_text and self._tree.css_first(_SHOWN) is None

    def says_more_than(self, length: int) -> bool:
        """Return whether there are about so many characters of text, menus included.

        No parser is used, and only so much of the page is looked at as it takes.
        """
        while self._seen <= length and self._read < len(self.low):
            self._read = 2 * max(length, self._read, 1)
            self._seen = length_of_text(self.low[: self._read])
        return self._seen > length

    @lazy
    def headings(self) -> tuple[str, ...]:
        """The texts of its main headings (``h1``), read without a parser; of ``h2`` where there is none."""
        if "<h1" in self.words:
            raw = (self.text[found.start(1) : found.end(1)] for found in _HEADING.finditer(self.low, 0, _PARSED))
            texts = [unescape(_TAG.sub(" ", text)) for text in raw]
        elif "<h2" in self.words:
            texts = [node.text(separator=" ") for node in self._tree.css("h2")[:3]]
        else:
            texts = []
        return tuple(text for text in (" ".join(text.split())[:_TITLE_LIMIT] for text in texts) if text)

    @lazy
    def _content(self) -> str:
        return self._text_without(_NOT_CONTENT)

    @property
    def blocks(self) -> tuple[str, ...]:
        """The content's texts, element by element, without menus, headers, footers and forms."""
        return tuple(line for line in (" ".join(line.split()) for line in self._content.split("\n")) if line)

    @lazy
    def main_text(self) -> str:
        """The content's text, without menus, headers, footers and forms."""
        return " ".join(self._content.split())

    def meta(self, name: str) -> str:
        """Return the content of the first ``meta`` element of a name or property, or ""."""
        if name not in self.words:
            return ""
        node = self._tree.css_first(f'meta[name="{name}" i], meta[property="{name}" i]')
        return (node.attributes.get("content") if node else None) or ""

    @lazy
    def paper(self) -> Paper | None:
        """The paper that the page says it is about; None if it names none, or several, as tables of contents do.

        Read from the tags that search engines for papers read (docs/facts/services.md#papers-on-pages).
        """
        if not self.words.any_of(PAPER_TITLES):
            return None
        titles = next((found for found in map(self._all_meta, PAPER_TITLES) if found), ())
        if len(titles) != 1:
            return None
        dois = next((found for found in map(self._all_meta, _PAPER_DOIS) if found), ())
        match = _DOI.search(dois[0]) if len(dois) == 1 else None
        return Paper(titles[0][:_TITLE_LIMIT], match[0].lower() if match else "")

    def _all_meta(self, name: str) -> tuple[str, ...]:
        """Return the distinct contents of the ``meta`` elements of a name or property, white space collapsed."""
        nodes = self._tree.css(f'meta[name="{name}" i], meta[property="{name}" i]') if name in self.words else []
        texts = (" ".join((node.attributes.get("content") or "").split()) for node in nodes)
        return tuple(dict.fromkeys(text for text in texts if text))

    @lazy
    def is_not_to_be_listed(self) -> bool:
        """True if the page or its header asks search engines not to list it; one of several such elements is enough."""
        said = [self.response.headers.get("x-robots-tag", "")]
        if "robots" in self.words:
            nodes = self._tree.css('meta[name="robots" i], meta[name="googlebot" i]')
            said += [node.attributes.get("content") or "" for node in nodes]
        return any(_NO_INDEX.search(text) for text in said)

    @lazy
    def canonical(self) -> str | None:
        """The URL that the page gives as its own (``link rel=canonical``), absolute, or None."""
        if "canonical" not in self.words:
            return None
        node = self._tree.css_first('link[rel~="canonical" i]')
        href = (node.attributes.get("href") if node else None) or ""
        url = self._absolute(href.strip()) if href.strip() else ""
        return url if is_http(url) else None

    @lazy
    def marks(self) -> frozenset[str]:
        """The classes and ids of the elements that make up the page, in lower case."""
        found: set[str] = set()
        for node in self._tree.css(_MARKED):
            found.update((node.attributes.get("class") or "").lower().split())
            found.add((node.attributes.get("id") or "").lower())
        return frozenset(found - {""})

    @lazy
    def links(self) -> tuple[str, ...]:
        """The URLs of its links, absolute; what cannot be read is left out."""
        hrefs = ((node.attributes.get("href") or "").strip() for node in self._tree.css("a[href]"))
        return tuple(url for url in map(self._absolute, hrefs) if url)

    @lazy
    def _mount(self) -> LexborNode | None:
        """The element that a framework fills in the browser."""
        return self._tree.css_first(f"{_MOUNTS}, {_MORE_MOUNTS}")

    @lazy
    def is_app(self) -> bool:
        """True if scripts fill an element of the page in the browser: a framework's mount, or one that waits for it."""
        if "<script" not in self.words:
            return False
        return self._mount is not None or self._waits

    @property
    def _waits(self) -> bool:
        """Whether an element of a page with little text is empty, or says no more than that it is loading."""
        if len(self.visible_text) >= _LITTLE_TEXT or re.search(r"<script\b[^<>]*\ssrc\b", self.low) is None:
            return False
        if _LOADING.search(self.low) or _OWN_ELEMENT.search(self.low):
            return True
        for node in self._tree.css("body [id]")[:50]:
            text = (node.text(deep=True) or "").strip()
            if node.tag in _BOXES and node.css_first(_SHOWN) is None and (not text or _WAITING.match(text)):
                return True
        return False

    @property
    def is_frame(self) -> bool:
        """True if the source is an empty frame that scripts, or a page inside it, fill."""
        if self._mount is not None and len((self._mount.text(deep=True) or "").split()) < _FRAME_WORDS:
            return True
        if "<frameset" in self.words:
            return True
        filled = self._tree.css_first("script, iframe") is not None
        return filled and not self.headings and len(self.visible_text) < _FRAME_TEXT

    @property
    def made_by_scripts(self) -> bool:
        """True if scripts make the page or follow its fragment, so that the source does not hold all anchors."""
        if "<script" not in self.words:
            return False
        if self._tree.css_first(_MOUNTS) is not None or not self.says_more_than(_LITTLE_TEXT - 1):
            return True
        return any(_ROUTING.search(_LOOK_UP.sub("", script)) for script in _SCRIPT.findall(self.text))

    @property
    def has_password_field(self) -> bool:
        """True if the page asks for a password."""
        return "password" in self.words and self._tree.css_first('input[type="password" i]') is not None

    @lazy
    def sends_on_to(self) -> str | None:
        """The absolute URL that the page sends its readers on to within a few seconds, or None.

        That is what ``<meta http-equiv="refresh">`` or the Refresh header say; of several, browsers take the last
        (docs/facts/http-answers.md#refresh). Else what the script of a page says that does nothing else. None as well
        for a page that reloads itself.
        """
        if "refresh" not in self.words and "refresh" not in self.response.headers and not self._may_be_a_redirect:
            return None
        nodes = self._tree.css('meta[http-equiv="refresh" i]')
        for_readers = [node for node in nodes if _is_for_readers(node)]
        said = [self.response.headers.get("refresh", ""), *map(_content, for_readers)]
        reference = next((_reference(text) for text in reversed(said) if _REFRESH.match(text)), None)
        if reference is None and self._may_be_a_redirect and not self.says_more_than(WORDS):
            reference = self._sent_on_by_script(filter(None, map(_reference, map(_content, nodes))))
        target = self._absolute(reference) if reference else ""
        same = target.partition("#")[0] == self.response.url.partition("#")[0]
        return target if is_http(target) and not same else None

    def _sent_on_by_script(self, otherwise: Iterable[str]) -> str | None:
        scripts = [node for node in self._tree.css("script") if _is_for_readers(node) and _runs(node)]
        if any("src" in node.attributes for node in scripts):
            return None
        return sent_on_by_script([node.text() for node in scripts], otherwise)

    @property
    def _may_be_a_redirect(self) -> bool:
        has_script = "<script" in self.words and "location" in self.words
        return has_script and len(self.response.body) <= PAGE_BYTES and self.response.complete


def _runs(script: LexborNode) -> bool:
    """Return whether browsers run a script; others are data, or for browsers of long ago."""
    if "nomodule" in script.attributes:
        return False
    return "javascript" in (script.attributes.get("type") or "javascript") or script.attributes.get("type") == "module"


def _content(node: LexborNode) -> str:
    return node.attributes.get("content") or ""


def _reference(text: str) -> str | None:
    """Return where a refresh leads soon ("" is the page itself), or None if it is none."""
    found = _REFRESH.match(text)
    if found is None or int(found[1] or 0) > _SENT_ON_WITHIN:
        return None
    return (found[3].partition(found[2])[0] if found[2] else found[3]).strip()
