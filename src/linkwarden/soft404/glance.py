"""What all looks at one page for one link share. Read when it is needed; the cheap properties look at strings only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, unquote, urlsplit

from linkwarden.answers.redirects import lost_its_page
from linkwarden.lazy import lazy
from linkwarden.model import Target
from linkwarden.patterns import pattern
from linkwarden.soft404 import parked, words
from linkwarden.soft404.errors import (
    error_part,
    is_bare_error,
    may_be_error,
    plain,
    says_later,
    sentences_of,
    speaks_of_errors,
)
from linkwarden.soft404.page import Page
from linkwarden.soft404.subject import words_of_text, words_of_url
from linkwarden.text import host_of

#: One sentence that is an error message counts on pages up to this (characters of content) …
_SENTENCES_UP_TO = 1200
#: … but not if there are so many different ones.
_LISTED = 3
#: … and one that says more than this has something to say, whatever its title.
MUCH = 1000
#: Sources up to this size are looked at closely if they speak of errors, domains or hosting.
SMALL = 20_000
_HEADLINE = 800

#: Classes and ids by which pages call themselves error pages.
_ERROR_MARK = pattern(
    r"(?:error|page|http|status|is|template|e|body|view|content|site|layout|section)?[-_]*(?:404"
    r"|four[-_]?oh[-_]?four)"
    r"(?:[-_]*(?:error|page|not[-_]?found|template|content|wrapper|container|section|body))*"
    r"|(?:page[-_]*)?not[-_]?found(?:[-_]*(?:page|container|content|wrapper|template|body|error|view))*"
    r"|pagenotfound|http[-_]?error|error[-_]page[-_]404|status[-_]page[-_]404"
    r"|error[-_]?page|page[-_]error|cms-no-route|cms-noroute-index|sqs-error|status-msg-wrap|mw-(?:404|notfound)",
)
#: The same in the markup of frameworks that send the status before they know that there is no such page.
_STREAMED = pattern(
    r"<template[^<>]{0,200}\sdata-dgst=\"(?:next_http_error_fallback;4(?:04|10)|next_not_found)\""  # Next.js
    r"|<meta[^<>]{0,100}\sname=\"next-error\" content=\"not-found\""
    r"|\{\\?\"digest\\?\":\\?\"(?:next_http_error_fallback;4(?:04|10)|next_not_found)\\?\""
    r"|\\?\"status\\?\":4(?:04|10),\\?\"statustext\\?\":[^{}]{0,200}\\?\"__type\\?\":\\?\"routeerrorresponse"  # Remix 2
    r"|\\?\"errorresponse\\?\"(?:(?!errorresponse)[^<]){0,300}?[,:]4(?:04|10)\b"  # React Router 7
    r"|\bisnotfound\\?\"?:(?:!0|true)\b"  # TanStack
    r"|\bnode_ids:\s*\[[^\]]{0,100}\](?:(?!node_ids)[^<]){0,4000}?\bstatus:\s*4(?:04|10)\b"  # SvelteKit
    r"|\bdata-page=\"\{&quot;component&quot;:&quot;[^&]{0,60}(?:error|404|not-?found)[^&]{0,40}&quot;"  # Inertia
)
_TAGS = 3000
_GATE = pattern(
    r"\b(?:log ?in|sign ?in|log on|sign on|anmelden|anmeldung|connexion|iniciar sesión|accedi|войти|вход)\b|登录|登入"
    r"|ログイン|로그인"
    r"|\bcookies?\b|\bconsent\b|\bprivacy\b|\bbefore you continue\b|\bdatenschutz\b|\bage (?:verification|check"
    r"|gate)\b|\bare you (?:over|a robot|human)\b|\bcaptcha\b|\bconfidentialité\b|\bprivacidad\b",
    re.IGNORECASE,
)
#: Sites that tell how other sites are doing: troubles and maintenance are their content.
_STATUS_HOST = pattern(r"(?:system)?(?:status|uptime)\.")
#: What a page about error messages is called.
_ABOUT_ERRORS = pattern(r"\b(?:errors|error (?:codes?|messages?|handling)|troubleshooting|status codes?)\b")
#: Names of files that are not pages, whatever server they are on.
_FILE_NAME = pattern(
    r"[^/]\.(?:pdf|ps|djvu|epub|mobi|docx?|xlsx?|pptx?|od[tsp]|rtf|tex|bib|csv|tsv|jsonl?|ya?ml|parquet|xml|rss|atom"
    r"|png|jpe?g|gif|webp|avif|svg|bmp|tiff?|ico|psd|heic|mp[34g]|m4[av]|mov|avi|mkv|webm|og[agv]|wav|flac|midi?"
    r"|zip|t?gz|tar|bz2|t?xz|zst|7z|rar|jar|war|whl|deb|rpm|apk|exe|msi|dmg|iso|img|bin|ttf|otf|woff2?|h5|hdf5|npz?|pkl"
    r"|pth?|onnx|safetensors|gguf|sqlite|db|ics|vcf|geojson|kmz?|shp|stl|ipynb|bam|fasta|fastq|nc|mat)\Z",
    re.IGNORECASE,
)

#: What is in every URL of one.
_MAY_NAME_FILE = pattern(r"\.\w{2,11}(?:[?#]|\Z)")


#: An identifier has so many characters; shorter ones are years and page numbers.
_ID = 6


class Glance:
    """One look at one page for one link.

    Args:
        target: the link.
        page: the page that it leads to.
    """

    def __init__(self, target: Target, page: Page) -> None:
        self.target = target
        self.page = page
        self.asked = target.address or ""
        self.host = host_of(self.asked)
        self.final = page.response.url

    @lazy
    def title(self) -> str:
        """The page's title, or ""."""
        return self.page.title or ""

    @lazy
    def names(self) -> tuple[str, ...]:
        """Words that may stand in error messages besides: the site's name, and ids that the URL holds."""
        own = (word for label in self.host.split(".") for word in (label, *label.split("-")))
        parts = ((word, "@" in part) for part in self._parts() for word in plain(part).split())
        ids = (word for word, is_mail in parts if is_mail or any(map(str.isdigit, word)))
        return tuple(dict.fromkeys((*own, *ids)))

    @lazy
    def ids(self) -> frozenset[str]:
        """Identifiers that the URL holds: words with digits, no short numbers, which stand for many things."""
        words = (word for part in self._parts() for word in plain(part).split())
        return frozenset(word for word in words if len(word) >= _ID and any(map(str.isdigit, word)))

    @lazy
    def _things(self) -> tuple[str, ...]:
        """The same for a sentence, which may name the thing in question by the words of its URL."""
        return tuple(dict.fromkeys((*self.names, *(word for part in self._parts() for word in plain(part).split()))))

    def _parts(self) -> Iterator[str]:
        """Yield what the URL calls the thing that it leads to: the last parts of its path, values of its query."""
        parts = urlsplit(self.asked)
        segments = [segment for segment in parts.path.split("/") if segment]
        yield from map(unquote, segments[-2:])
        yield from (value for _, value in parse_qsl(parts.query)[:20])

    @lazy
    def error_title(self) -> str | None:
        """The part of the title that is an error message, or None."""
        return error_part(self.title, self.names) if may_be_error(self.title) and not self.is_named else None

    @lazy
    def error_heading(self) -> str | None:
        """The first heading that is an error message, or None."""
        headings = (heading for heading in self.page.headings if may_be_error(heading))
        return next((heading for heading in headings if error_part(heading, self.names) == heading), None)

    @lazy
    def error_sentence(self) -> str | None:
        """The first sentence beside the headings that is an error message, on a page with little to read, or None.

        A page with several different ones lists them.
        """
        if len(self.page.main_text) > _SENTENCES_UP_TO:
            return None
        headings = {plain(heading) for heading in self.page.headings}
        sentences = (part for block in self.page.blocks for part in sentences_of(block))
        found = [
            part
            for part in sentences
            if len(part) > 8 and plain(part) not in headings and error_part(part, self._things) == part
        ]
        return found[0] if found and len({plain(part) for part in found}) < _LISTED else None

    @lazy
    def bare_error(self) -> str | None:
        """A title or heading that says that there is an error and not which, or None."""
        return next((text for text in (self.title, *self.page.headings) if text and is_bare_error(text)), None)

    @lazy
    def is_named(self) -> bool:
        """True if the title holds all words of the link's text (two at least), the site's name apart."""
        own = {plain(name) for label in self.host.split(".") for name in (label, *label.split("-"))}
        wanted = words_of_text(o.text for o in self.target.occurrences) - own
        return len(wanted) > 1 and wanted <= set(plain(self.title).split())

    @lazy
    def lost_its_page(self) -> bool:
        """True if redirects led away from what the URL names."""
        return bool(self.page.response.hops) and lost_its_page(self.asked, self.final)

    @lazy
    def is_file_as_page(self) -> bool:
        """True if the URL names a file that is no page, and a page was sent."""
        if not _MAY_NAME_FILE.search(self.asked):
            return False
        return all(_FILE_NAME.search(urlsplit(url).path) for url in (self.asked, self.final))

    @lazy
    def is_marked_wrong(self) -> bool:
        """True if the page's markup calls it an error page."""
        low = self.page.low
        if self.page.words.any_of(words.ERROR_SOURCE):
            return True
        if self.page.words.any_of(words.STREAMED) and _STREAMED.search(low):
            return True
        if len(low) <= SMALL and 'class="noarticletext' in self.page.words:  # MediaWiki
            return True
        if not self.page.words.any_of(words.MARKS):
            return False
        start = max(low.find("<body"), 0)
        head = low[:_TAGS] + low[start : start + _TAGS]
        return any(hint in head for hint in words.MARKS) and any(map(_ERROR_MARK.fullmatch, self.page.marks))

    @lazy
    def is_unrelated(self) -> bool:
        """True if the link promises something in words, and none of them stands anywhere in the page's source."""
        if not self.page.response.complete:
            return False
        there = set()
        any_telling = False
        for word in self._promises():
            any_telling = True
            if self.page.mentions(word[:8]):
                if word not in self.host:
                    return False  # as on nearly every page
                there.add(word)
        if not there:
            return any_telling
        # A site's own URL stands in each of its pages, whoever owns the name by now.
        name = self.host.removeprefix("www.")
        rest = self.page.low.replace(f"//www.{name}", " ").replace(f"//{name}", " ")
        return not any(word[:8] in rest for word in there)

    def _promises(self) -> Iterator[str]:
        """Yield the words that the link promises and that can be looked for, those of its text before its URL's."""
        texts = words_of_text(occurrence.text for occurrence in self.target.occurrences)
        yield from (word for word in texts if len(word) >= 4 or not word.isascii())
        yield from words_of_url(self.target.address or self.target.url)

    @lazy
    def headline(self) -> str:
        """Title, headings and description."""
        return " ".join((self.title, *self.page.headings, self.page.meta("description")))[:_HEADLINE]

    @lazy
    def gambling(self) -> tuple[str, ...]:
        """The words of gambling and the like in the headline."""
        return parked.gambling_words(self.headline)

    @lazy
    def has_much_text(self) -> bool:
        """True if the page has something to say, whatever its title."""
        return len(self.page.main_text) > MUCH

    @lazy
    def is_gated(self) -> bool:
        """True if a log-in or consent form stands before the page."""
        return self.page.has_password_field or (_GATE.search(self.headline) is not None and not self.has_much_text)

    @lazy
    def promises_the_message(self) -> bool:
        """True if the link's text or URL speaks of the error message itself: a song, a paper, a guide."""
        return promises_the_message(self.target, redirected=bool(self.page.response.hops))


def promises_the_message(target: Target, *, redirected: bool) -> bool:
    """Return whether a link's text, or its URL if that is where it led, speaks of an error message."""
    url = target.address or ""
    if any(speaks_of_errors(o.text) or _ABOUT_ERRORS.search(plain(o.text)) for o in target.occurrences):
        return True
    path = plain(unquote(urlsplit(url).path))
    speaks = speaks_of_errors(path) or says_later(path) or _ABOUT_ERRORS.search(path) is not None
    return _STATUS_HOST.match(host_of(url)) is not None or (not redirected and speaks)
