"""Looks at one page for the signs that ``_soft.assess`` weighs. Cheap looks first; most pages end there."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cached_property, lru_cache
from urllib.parse import unquote, urlsplit

from linkwarden.answers.redirects import is_home, lost_its_page
from linkwarden.model import Target
from linkwarden.soft404 import parked as _parked
from linkwarden.soft404.errors import (
    error_part,
    is_error_text,
    parts_of,
    plain,
    says_later,
    says_no_hits,
    speaks_of_errors,
)
from linkwarden.soft404.page import Page
from linkwarden.soft404.weigh import PageSigns, Sign
from linkwarden.text import host_of, is_http

#: Words of links and addresses that say nothing about what is behind them.
_EMPTY = frozenset(
    """
    the and for with from this that what how why who not are was you your our all more about into over under here
    link links click read see website site web page pages home homepage index main default start welcome paper
    papers pdf html htm php asp aspx jsp code demo demos blog blogs post posts article articles video videos
    slides talk doc docs documentation guide tutorial project projects official source download downloads news
    wiki item items http https www com org net edu gov info html5 latest stable master version view show node
    content contents category categories tag tags archive archives public static assets files file uploads media
    images user users people profile research publication publications publicaciones team staff product products
    event events details detail search repo repository dataset datasets data book books course courses online free
    open tool tools list awesome section wp cgi bin app apps api cat id lang sites pub lib title name text entry
    entries topic topics thread
    """.split()  # noqa: SIM905 - two hundred quoted words are hard to read
)
_WORD = re.compile(r"[^\W\d_]{3,}")
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{2,}")
#: A folder or a name of letters only longer than this is an id.
_LONGEST = 24


def words_of_text(texts: Iterable[str]) -> frozenset[str]:
    """Give the telling words of link texts, in lower case."""
    return frozenset(_telling(" ".join(texts)))


def words_of_address(url: str) -> frozenset[str]:
    """Give the telling words of an address's path, in lower case; campaigns and other parameters are left out."""
    path = unquote(urlsplit(url).path)
    return frozenset(word for word in _telling(path) if word.isascii() is False or len(word) >= 4)


def promised_words(target: Target) -> frozenset[str]:
    """Give what a link promises by its texts and its address."""
    texts = words_of_text(o.text for o in target.occurrences)
    return texts | words_of_address(target.address or target.url)


def script_of(text: str) -> str:
    """Name the script that most letters of a text are in ("LATIN", "CJK", "CYRILLIC" …), or ""."""
    counts: dict[str, int] = {}
    for char in text[:400]:
        if char.isalpha():
            name = unicodedata.name(char, "").split(" ", 1)[0].split("-", 1)[0]
            name = "CJK" if name in ("CJK", "HIRAGANA", "KATAKANA") else name
            counts[name] = counts.get(name, 0) + 1
    return max(counts, key=lambda name: counts[name], default="")


def _telling(text: str) -> set[str]:
    words = plain(text)
    found = {word for word in _WORD.findall(words) if word not in _EMPTY and len(word) <= _LONGEST}
    wide = set(_WIDE.findall(words))
    return {word for word in found if not _WIDE.search(word)} | wide


#: A page that says less than this (characters of content) has next to nothing to say …
_SHORT = 500
#: … one sentence that is an error message counts on pages up to this …
_SENTENCES_UP_TO = 1200
#: … and one that says more than this has something to say, whatever its title.
_MUCH = 1000
#: Sources up to this size are looked at closely if they speak of errors, domains or hosting.
_SMALL = 20_000
_LITTLE = 700
_STAND_IN_HINTS = ("domain", "domein", "domín", "domini", "домен", "域名", "ドメイン", "도메인", "hosting", "suspended")
_QUOTED = 80
_HEADLINE = 800

#: Classes and ids by which pages call themselves error pages.
_ERROR_MARK = re.compile(
    r"(?:error|page|http|status|is|template|e|body|view|content|site|layout|section)?[-_]*(?:404"
    r"|four[-_]?oh[-_]?four)"
    r"(?:[-_]*(?:error|page|not[-_]?found|template|content|wrapper|container|section|body))*"
    r"|(?:page[-_]*)?not[-_]?found(?:[-_]*(?:page|container|content|wrapper|template|body|error|view))*"
    r"|pagenotfound|http[-_]?error|error[-_]page[-_]404"
    r"|error[-_]?page|page[-_]error|cms-no-route|cms-noroute-index|sqs-error|status-msg-wrap|mw-(?:404|notfound)",
)
#: What a page's source says to programs about its own status, in lower case.
_ERROR_SOURCE = (
    '"page":"/404"',
    '"page":"/_error"',
    '"statuscode":404',
    "statuscode:404",
    "pagepath='/404",
    'pagepath="/404',
    'name="prerender-status-code" content="404"',
    'content="404" name="prerender-status-code"',
)
#: What the classes and ids that ``_ERROR_MARK`` matches have in common; looked for near the page's first tags.
_MARK_HINTS = (
    *("404", "not-found", "notfound", "not_found", "error-page", "errorpage", "error_page", "page-error", "no-route"),
    *("noroute", "http-error", "sqs-error", "status-msg-wrap", "four-oh-four"),
)
_TAGS = 3000
_ERROR_HINTS = (
    "404",
    "not found",
    "t be found",
    "not exist",
    "t exist",
    "no longer",
    "available",
    "sorry",
    "oops",
    "error",
)
_NO_INDEX = re.compile(r"(?:\A|[,\s])(?:noindex|none)\b", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.!?。！？])\s*|\s+[-\u2013\u2014|]\s+")
_SEARCH = re.compile(
    r"(?:^|/)(?:search|suche|recherche|buscar|busca|ricerca|zoeken|szukaj|find|query|results?)(?:[/.]|$)", re.IGNORECASE
)
_SEARCH_QUERY = re.compile(r"(?:^|&)(?:q|s|query|search|keywords?|wd|text|term)=", re.IGNORECASE)
_WORKS = re.compile(r"book|music\.|video\.")
_GATE = re.compile(
    r"\b(?:log ?in|sign ?in|log on|sign on|anmelden|anmeldung|connexion|iniciar sesión|accedi|войти|вход)\b|登录|登入"
    r"|ログイン|로그인"
    r"|\bcookies?\b|\bconsent\b|\bprivacy\b|\bbefore you continue\b|\bdatenschutz\b|\bage (?:verification|check"
    r"|gate)\b|\bare you (?:over|a robot|human)\b|\bcaptcha\b|\bconfidentialité\b|\bprivacidad\b",
    re.IGNORECASE,
)
#: Sites that tell how other sites are doing: troubles and maintenance are their content.
_STATUS_HOST = re.compile(r"(?:system)?(?:status|uptime)\.")
#: What a page says to programs about the work that it is about, in lower case: a paper, a song, a book.
_WORK_MARKS = ("citation_title", '"@type":"scholarlyarticle"', '"@type":"musicrecording"', '"@type":"book"')


def read_signs(target: Target, page: Page) -> PageSigns | None:
    """Look for signs in the answer for a link; None where a glance tells that there are none.

    Args:
        target: the link.
        page: the answer, read as HTML; its status is fine and no bot wall stands before it.
    """
    if page.sends_on_to is not None:
        return None  # what it says itself is for nobody
    looker = _Looker(target, page)
    return looker.signs() if looker.is_worth_a_look else None


class _Looker:
    """One look at one page for one link."""

    def __init__(self, target: Target, page: Page) -> None:
        self._target = target
        self._page = page
        self._asked = target.address or ""
        self._host = host_of(self._asked)
        self._final = page.response.url
        self._seen: dict[Sign, str] = {}

    @property
    def is_worth_a_look(self) -> bool:
        """True if anything about the page is out of the ordinary; looks at strings only."""
        page = self._page
        return bool(
            self._error_title
            or _is_odd_title(self._title)
            or self._is_unrelated
            or self._is_slight
            or (page.response.hops and host_of(self._final) != self._host)
            or self._lost_its_page
            or any(is_error_text(heading, self._names) for heading in page.headings)
            or self._marked_wrong
        )

    @property
    def _is_slight(self) -> bool:
        """True for a small page that speaks of errors, domains or hosting, or is built by a parking service."""
        page = self._page
        if len(page.low) > _SMALL or not page.response.complete:
            return False
        if any(hint in page.low for hint in _STAND_IN_HINTS) or _parked.parking_mark(page.low):
            return True
        return any(hint in page.low for hint in _ERROR_HINTS) and page.rough_length < _LITTLE

    def signs(self) -> PageSigns:
        """Take all the looks."""
        self._look_for_errors()
        self._look_for_parking()
        self._look_for_subject()
        self._look_for_stand_ins()
        return PageSigns(
            seen=self._seen,
            home=is_home(self._asked),
            made_by_scripts=self._page.is_frame,
            app=self._page.is_app,
            gated=self._is_gated,
        )

    # --- what the looks share -----------------------------------------------------------------------------------

    @cached_property
    def _title(self) -> str:
        return self._page.title or ""

    @cached_property
    def _names(self) -> tuple[str, ...]:
        """Words of the site's name, which stand in titles beside anything."""
        return tuple(word for label in self._host.split(".") for word in (label, *label.split("-")))

    @cached_property
    def _error_title(self) -> str | None:
        return None if self._is_named else error_part(self._title, self._names)

    @cached_property
    def _is_named(self) -> bool:
        """True if the title holds all words of the link's text (two at least), the site's name apart."""
        wanted = words_of_text(o.text for o in self._target.occurrences) - {plain(name) for name in self._names}
        return len(wanted) > 1 and wanted <= set(plain(self._title).split())

    @cached_property
    def _lost_its_page(self) -> bool:
        return bool(self._page.response.hops) and lost_its_page(self._asked, self._final)

    @cached_property
    def _marked_wrong(self) -> bool:
        low = self._page.low
        if "404" in low and any(mark in low for mark in _ERROR_SOURCE):
            return True
        if len(low) <= _SMALL and 'class="noarticletext' in low:  # MediaWiki
            return True
        start = max(low.find("<body"), 0)
        head = low[:_TAGS] + low[start : start + _TAGS]
        return any(hint in head for hint in _MARK_HINTS) and any(map(_ERROR_MARK.fullmatch, self._page.marks))

    @cached_property
    def _promised(self) -> frozenset[str]:
        return promised_words(self._target)

    @cached_property
    def _is_unrelated(self) -> bool:
        """True if the link promises something in words, and none of them stands anywhere in the page's source."""
        low = self._page.low
        telling = [word for word in self._promised if len(word) >= 4 or not word.isascii()]
        if not telling or not self._page.response.complete:
            return False
        there = [word for word in telling if word[:8] in low]
        if not there or not all(word in self._host for word in there):
            return not there
        # A site's own address stands in each of its pages, whoever owns the name by now.
        name = self._host.removeprefix("www.")
        rest = low.replace(f"//www.{name}", " ").replace(f"//{name}", " ")
        return not any(word[:8] in rest for word in there)

    @cached_property
    def _headline(self) -> str:
        return " ".join((self._title, *self._page.headings, self._page.meta("description")))[:_HEADLINE]

    @cached_property
    def _gambling(self) -> tuple[str, ...]:
        return _parked.gambling_words(self._headline)

    @cached_property
    def _much_text(self) -> bool:
        return len(self._page.main_text) > _MUCH

    @cached_property
    def _is_gated(self) -> bool:
        return self._page.has_password_field or (
            _GATE.search(self._headline) is not None and len(self._page.main_text) <= _MUCH
        )

    def _see(self, sign: Sign, clause: str) -> None:
        self._seen[sign] = clause

    # --- a page that is gone ------------------------------------------------------------------------------------

    def _look_for_errors(self) -> None:
        page = self._page
        if self._error_title:
            self._see(Sign.ERROR_TITLE, f"its title is an error message ({_quoted(self._error_title)})")
        heading = next((h for h in page.headings if is_error_text(h, self._names)), None)
        if heading:
            self._see(Sign.ERROR_HEADING, f"its heading is an error message ({_quoted(heading)})")
        if self._marked_wrong:
            self._see(Sign.ERROR_MARKUP, "its own markup calls it an error page")
        if _NO_INDEX.search(page.meta("robots")) or _NO_INDEX.search(page.response.headers.get("x-robots-tag", "")):
            self._see(Sign.NO_INDEX, "it asks search engines not to list it")
        self._look_at_the_body()
        self._look_at_the_address()
        if self._is_named:
            self._see(Sign.NAMED, "its title is what the link says")
        if self._promises_the_message:
            self._see(Sign.PROMISED, "the link itself speaks of such a message")
        if _WORKS.match(page.meta("og:type")) or any(mark in page.low for mark in _WORK_MARKS):
            self._see(Sign.WORK, "it describes itself as a work")

    def _look_at_the_body(self) -> None:
        page = self._page
        text = page.main_text
        if self._much_text:
            self._see(Sign.MUCH_TEXT, "it has much to read")
        elif page.response.complete and len(text) < _SHORT:
            self._see(Sign.SHORT, "there is next to nothing to read on it")
        if len(text) <= _SENTENCES_UP_TO:
            headings = {plain(heading) for heading in page.headings}
            sentences = (
                part for block in page.blocks for part in _SENTENCE.split(block) if plain(part) not in headings
            )
            said = next((part for part in sentences if len(part) > 8 and is_error_text(part, self._names)), None)
            if said:
                self._see(Sign.ERROR_SENTENCE, f"its text says {_quoted(said)}")

    def _look_at_the_address(self) -> None:
        page = self._page
        searched = _is_search(self._final)
        if searched and not _is_search(self._asked) and any(map(says_no_hits, (self._title, *page.headings))):
            self._see(Sign.NO_HITS, "it is a search that found nothing")
        if self._lost_its_page:
            what = "a search" if searched else "another page"
            self._see(Sign.LANDED_ELSEWHERE, f"the address leads to {what}, {_quoted(self._final)}")
        own = page.canonical or page.meta("og:url")
        if own and is_http(own) and not is_home(self._asked) and is_home(own) and not is_home(self._final):
            self._see(Sign.OWN_ADDRESS_ELSEWHERE, "it gives the home page as its own address")
        if self._is_unrelated:
            self._see(Sign.UNRELATED, "none of the words that the link promises stand on it")

    @property
    def _promises_the_message(self) -> bool:
        """True if the link's text or address speaks of the error message itself: a song, a paper, a guide."""
        texts = [o.text for o in self._target.occurrences]
        if any(speaks_of_errors(text) for text in texts) or _STATUS_HOST.match(self._host):
            return True
        path = plain(unquote(urlsplit(self._asked).path))
        return not self._page.response.hops and (speaks_of_errors(path) or says_later(path))

    # --- a domain that is parked --------------------------------------------------------------------------------

    def _look_for_parking(self) -> None:
        page, final_host = self._page, host_of(self._final)
        if _parked.parking_host(self._host):
            return  # the list means the dealer
        if _parked.parking_host(final_host):
            self._see(Sign.PARKING_HOST, f"the address leads to {final_host}, where domains are parked or sold")
        elif _parked.is_numbered_subdomain(final_host, self._host):
            self._see(Sign.PARKING_HOST, f"the address leads to {final_host}, as parking services name their hosts")
        bare = self._host.removeprefix("www.")
        if final_host != self._host and not final_host.endswith("." + bare) and bare in self._final.lower():
            self._see(Sign.DOMAIN_NAMED_THERE, f"the address there names {bare}")
        asset = _parked.parking_mark(page.low)
        if asset:
            self._see(Sign.PARKING_SCRIPT, "it is built by a parking service")
        offer = _parked.sale_title(self._title) or next((h for h in page.headings if _parked.sale_title(h)), None)
        if offer:
            self._see(Sign.SALE_TITLE, f"its title offers the domain ({_quoted(offer)})")
        elif any(plain(part) in (plain(bare), plain(self._host)) for part in (*parts_of(self._title), *page.headings)):
            self._see(Sign.DOMAIN_TITLE, "its title or heading is the bare name of the domain")
        if any(_parked.parking_host(host_of(link)) and bare in link.lower() for link in page.links):
            self._see(Sign.SALE_LINK, "it links to the sale of the domain")
        self._look_for_offers()

    def _look_for_offers(self) -> None:
        text = self._page.visible_text
        if len(text) > _MUCH:
            return
        offer = _parked.sale_sentence(text)
        if offer:
            self._see(Sign.SALE_SENTENCE, f"its text says {_quoted(offer)}")
        registered = _parked.registrar_sentence(text)
        if registered:
            self._see(Sign.REGISTRAR_SENTENCE, f"its text says {_quoted(registered)}")

    # --- a domain that has another owner ------------------------------------------------------------------------

    def _look_for_subject(self) -> None:
        texts = [o.text for o in self._target.occurrences]
        promised = words_of_text(texts) | words_of_address(self._asked)
        headline = plain(self._headline)
        if self._gambling:
            listed = ", ".join(self._gambling[:4])
            self._see(Sign.GAMBLING, f"it is about gambling or the like ({_quoted(listed)})")
        if any(word in headline and word not in self._host for word in promised):
            self._see(Sign.ON_SUBJECT, "its title has words that the link promises")
            return
        text_script, page_script = script_of(" ".join(texts)), script_of(self._title)
        other_script = bool(text_script and page_script) and text_script != page_script
        if promised and self._is_unrelated and (self._gambling or other_script or self._is_parked_so_far):
            self._see(Sign.OTHER_SUBJECT, "none of the words that the link promises stand on it")

    @property
    def _is_parked_so_far(self) -> bool:
        return Sign.PARKING_HOST in self._seen or Sign.PARKING_SCRIPT in self._seen

    # --- a page that stands in for a site -----------------------------------------------------------------------

    def _look_for_stand_ins(self) -> None:
        page = self._page
        headings = page.headings
        for title in (self._title, *headings):
            pattern = _parked.placeholder_text(title)
            if pattern is not None:
                self._see(Sign.PLACEHOLDER_TITLE, f"its title is that of a placeholder ({_quoted(title)})")
                rest = page.visible_text + " " + " ".join(page.links) + " " + page.meta("generator")
                if pattern.search(rest) or (len(page.low) < _SMALL and pattern.search(page.low)):
                    self._see(
                        Sign.PLACEHOLDER_TEXT, "its text is what a web server or host shows where there is no site"
                    )
                break
        if says_later(self._title):
            self._see(Sign.LATER_TITLE, f"its title says {_quoted(self._title)}")
        later = next((heading for heading in headings if says_later(heading)), None)
        if later:
            self._see(Sign.LATER_HEADING, f"its heading says {_quoted(later)}")


@lru_cache(maxsize=1024)  # the pages of a site, and of a list, share titles
def _is_odd_title(title: str) -> bool:
    """Tell whether a title is one that a page in order does not have, error messages apart."""
    looks = (_parked.sale_title, _parked.placeholder_text, says_no_hits, says_later, _parked.gambling_words)
    return any(look(title) for look in looks)


def _is_search(url: str) -> bool:
    parts = urlsplit(url)
    return _SEARCH.search(parts.path) is not None or _SEARCH_QUERY.search(parts.query) is not None


def _quoted(text: str) -> str:
    text = " ".join(text.split())
    return f'"{text[:_QUOTED]}…"' if len(text) > _QUOTED else f'"{text}"'
