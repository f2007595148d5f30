"""Looks at one page for the signs that ``weigh.assess`` weighs. Cheap looks first; most pages end there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import urlsplit

from linkwarden.answers.redirects import is_home
from linkwarden.model import Target
from linkwarden.patterns import pattern
from linkwarden.soft404 import parked, words
from linkwarden.soft404.errors import parts_of, plain, says_later, says_no_hits
from linkwarden.soft404.glance import MUCH, SMALL, Glance
from linkwarden.soft404.page import Page
from linkwarden.soft404.subject import script_of, words_of_text, words_of_url
from linkwarden.soft404.weigh import PageSigns, Sign
from linkwarden.text import host_of, is_http

#: A page that says less than this (characters of content) has next to nothing to say.
_SHORT = 500
#: Pages with more text than this, menus included, are not looked at closely for a sentence …
_LITTLE = 1600
#: … nor are those with a longer source.
_SMALL_ENOUGH = 65_536
_QUOTED = 80
_SEARCH = pattern(
    r"(?:^|/)(?:search|suche|recherche|buscar|busca|ricerca|zoeken|szukaj|find|query|results?)(?:[/.]|$)", re.IGNORECASE
)
_SEARCH_QUERY = pattern(r"(?:^|&)(?:q|s|query|search|keywords?|wd|text|term)=", re.IGNORECASE)
_WORKS = pattern(r"book|music\.|video\.")

#: A sign with a clause that says what was seen.
_Seen = tuple[Sign, str]


def read_signs(target: Target, page: Page) -> PageSigns | None:
    """Return the signs in the response for a link; None where a glance tells that there are none.

    Args:
        target: the link.
        page: the response, read as HTML; its status is fine and no bot protection stands before it.
    """
    if page.sends_on_to is not None:
        return None  # what it says itself is for nobody
    glance = Glance(target, page)
    if not _is_worth_a_look(glance):
        return None
    seen = dict(_errors(glance)) | dict(_parking(glance))
    seen |= dict(_subject(glance, parked_so_far=bool(seen.keys() & {Sign.PARKING_HOST, Sign.PARKING_SCRIPT})))
    seen |= dict(_stand_ins(glance))
    return PageSigns(
        seen=seen,
        home=is_home(glance.asked),
        made_by_scripts=page.is_frame,
        app=page.is_app,
        gated=glance.is_gated,
    )


def _is_worth_a_look(glance: Glance) -> bool:
    """Return whether anything about the page is out of the ordinary; looks at strings only."""
    page = glance.page
    return bool(
        glance.error_title
        or _is_odd_title(glance.title)
        or glance.is_unrelated
        or _is_slight(glance)
        or (page.response.hops and host_of(glance.final) != glance.host)
        or page.response.status == 300
        or glance.lost_its_page
        or glance.is_file_as_page
        or glance.error_heading
        or glance.bare_error
        or glance.is_marked_wrong
    )


def _is_slight(glance: Glance) -> bool:
    """Return whether a page with little text speaks of errors, domains or hosting, or is a parking service's."""
    page = glance.page
    if len(page.low) > _SMALL_ENOUGH or not page.response.complete:
        return False
    if len(page.low) <= SMALL and (page.words.any_of(words.STAND_IN) or parked.parking_mark(page.low, page.words)):
        return True
    return page.words.any_of(words.ERRORS) and not page.says_more_than(_LITTLE - 1)


# --- a page that is gone ------------------------------------------------------------------------------------------


def _errors(glance: Glance) -> Iterator[_Seen]:
    yield from _messages(glance)
    yield from _body_signs(glance)
    yield from _url_signs(glance)
    if glance.is_named:
        yield Sign.NAMED, "its title is what the link says"
    if glance.promises_the_message:
        yield Sign.PROMISED, "the link itself speaks of such a message"


def _messages(glance: Glance) -> Iterator[_Seen]:
    """Yield what the page says of itself, to readers and to programs."""
    page = glance.page
    if glance.error_title:
        yield Sign.ERROR_TITLE, f"its title is an error message ({quoted(glance.error_title)})"
    if glance.error_heading:
        yield Sign.ERROR_HEADING, f"its heading is an error message ({quoted(glance.error_heading)})"
    if glance.is_marked_wrong:
        yield Sign.ERROR_MARKUP, "its own markup calls it an error page"
    if page.is_not_to_be_listed:
        yield Sign.NO_INDEX, "it asks search engines not to list it"
        if glance.bare_error:
            yield Sign.BARE_ERROR, f"its title or heading says {quoted(glance.bare_error)}"
    if page.response.status == 300:
        yield Sign.NO_CHOICE, "the server says that there are several answers (300) and chooses none"


def _body_signs(glance: Glance) -> Iterator[_Seen]:
    page = glance.page
    if glance.has_much_text:
        yield Sign.MUCH_TEXT, "it has much to read"
    elif page.response.complete and len(page.main_text) < _SHORT:
        yield Sign.SHORT, "there is next to nothing to read on it"
    if glance.error_sentence:
        yield Sign.ERROR_SENTENCE, f"its text says {quoted(glance.error_sentence)}"
        if glance.ids.intersection(plain(glance.error_sentence).split()):
            yield Sign.ERROR_OF_ID, "that names what the URL asks for"
    if _WORKS.match(page.meta("og:type")) or page.words.any_of(words.WORKS):
        yield Sign.WORK, "it describes itself as a work"


def _url_signs(glance: Glance) -> Iterator[_Seen]:
    page, asked, final = glance.page, glance.asked, glance.final
    searched = _is_search(final)
    if searched and not _is_search(asked) and any(map(says_no_hits, (glance.title, *page.headings))):
        yield Sign.NO_HITS, "it is a search that found nothing"
    if glance.lost_its_page:
        what = "a search" if searched else "another page"
        yield Sign.LANDED_ELSEWHERE, f"the URL leads to {what}, {quoted(final)}"
    if glance.is_file_as_page:
        yield Sign.FILE_AS_PAGE, "the URL names a file, and a page was sent"
    own = page.canonical or page.meta("og:url")
    if own and is_http(own) and not is_home(asked) and is_home(own) and not is_home(final):
        yield Sign.OWN_ADDRESS_ELSEWHERE, "it gives the home page as its own URL"
    if glance.is_unrelated:
        yield Sign.UNRELATED, "none of the words that the link promises stand on it"


# --- a domain that is parked --------------------------------------------------------------------------------------


def _parking(glance: Glance) -> Iterator[_Seen]:
    page, host, final_host = glance.page, glance.host, host_of(glance.final)
    if parked.parking_host(host):
        return  # the list means the dealer
    if parked.parking_host(final_host):
        yield Sign.PARKING_HOST, f"the URL leads to {final_host}, where domains are parked or sold"
    elif parked.is_numbered_subdomain(final_host, host):
        yield Sign.PARKING_HOST, f"the URL leads to {final_host}, as parking services name their hosts"
    bare = host.removeprefix("www.")
    if final_host != host and not final_host.endswith("." + bare) and bare in glance.final.lower():
        yield Sign.DOMAIN_NAMED_THERE, f"the URL there names {bare}"
    if parked.parking_mark(page.low, page.words):
        yield Sign.PARKING_SCRIPT, "it is built by a parking service"
    yield from _offers(glance, bare)


def _offers(glance: Glance, bare: str) -> Iterator[_Seen]:
    page = glance.page
    offer = parked.sale_title(glance.title) or next((h for h in page.headings if parked.sale_title(h)), None)
    if offer:
        yield Sign.SALE_TITLE, f"its title offers the domain ({quoted(offer)})"
    elif any(plain(part) in (plain(bare), plain(glance.host)) for part in (*parts_of(glance.title), *page.headings)):
        yield Sign.DOMAIN_TITLE, "its title or heading is the bare name of the domain"
    if any(parked.parking_host(host_of(link)) and bare in link.lower() for link in page.links):
        yield Sign.SALE_LINK, "it links to the sale of the domain"
    text = page.visible_text
    if len(text) > MUCH:
        return
    for_sale, registered = parked.sale_sentence(text), parked.registrar_sentence(text)
    if for_sale:
        yield Sign.SALE_SENTENCE, f"its text says {quoted(for_sale)}"
    if registered:
        yield Sign.REGISTRAR_SENTENCE, f"its text says {quoted(registered)}"


# --- a domain that has another owner ------------------------------------------------------------------------------


def _subject(glance: Glance, *, parked_so_far: bool) -> Iterator[_Seen]:
    texts = [o.text for o in glance.target.occurrences]
    promised = words_of_text(texts) | words_of_url(glance.asked)
    headline = plain(glance.headline)
    if glance.gambling:
        listed = ", ".join(glance.gambling[:4])
        yield Sign.GAMBLING, f"it is about gambling or the like ({quoted(listed)})"
    if any(word in headline and word not in glance.host for word in promised):
        yield Sign.ON_SUBJECT, "its title has words that the link promises"
        return
    text_script, page_script = script_of(" ".join(texts)), script_of(glance.title)
    other_script = bool(text_script and page_script) and text_script != page_script
    if promised and glance.is_unrelated and (glance.gambling or other_script or parked_so_far):
        yield Sign.OTHER_SUBJECT, "none of the words that the link promises stand on it"


# --- a page that stands in for a site -----------------------------------------------------------------------------


def _stand_ins(glance: Glance) -> Iterator[_Seen]:
    page = glance.page
    for title in (glance.title, *page.headings):
        pattern = parked.placeholder_text(title)
        if pattern is not None:
            yield Sign.PLACEHOLDER_TITLE, f"its title is that of a placeholder ({quoted(title)})"
            rest = page.visible_text + " " + " ".join(page.links) + " " + page.meta("generator")
            if pattern.search(rest) or (len(page.low) < SMALL and pattern.search(page.low)):
                yield Sign.PLACEHOLDER_TEXT, "its text is what a web server or host shows where there is no site"
            break
    if says_later(glance.title):
        yield Sign.LATER_TITLE, f"its title says {quoted(glance.title)}"
    later = next((heading for heading in page.headings if says_later(heading)), None)
    if later:
        yield Sign.LATER_HEADING, f"its heading says {quoted(later)}"


@lru_cache(maxsize=1024)  # the pages of a site, and of a list, share titles
def _is_odd_title(title: str) -> bool:
    """Return whether a title is one that a page in order does not have, error messages apart."""
    looks = (parked.sale_title, parked.placeholder_text, says_no_hits, says_later, parked.gambling_words)
    return any(look(title) for look in looks)


def _is_search(url: str) -> bool:
    parts = urlsplit(url)
    return _SEARCH.search(parts.path) is not None or _SEARCH_QUERY.search(parts.query) is not None


def quoted(text: str) -> str:
    """Return the beginning of a text in quotation marks, on one line."""
    text = " ".join(text.split())
    return f'"{text[:_QUOTED]}…"' if len(text) > _QUOTED else f'"{text}"'
