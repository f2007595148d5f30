"""Whether a page has anything in common with its archived copy. Pure; careful, because it helps to accuse.

A page that was designed anew keeps its name or its subject; one in another language keeps names. So nothing is said
unless title, headings and description share no word with the copy's, none of the copy's words stand anywhere on the
page now, and none of the page's words stand anywhere on the copy.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Set as AbstractSet

from linkwarden.model import Target
from linkwarden.providers._html import Page
from linkwarden.providers._promise import promised_words, script_of, words_of_text
from linkwarden.providers._signs import read_signs
from linkwarden.providers._soft import PageSigns, Sign, assess
from linkwarden.text import host_of

#: Telling words that a copy's title, headings and description must have together to be compared.
_ENOUGH = 2
#: Words are one if they begin alike: "network", "networks".
_STEM = 5
_EDGE = r"(?<![a-z0-9])"
#: Signs of the time, which the copy may have as well as the page; all others are signs of an owner.
_OF_ANY_PAGE = frozenset({Sign.SHORT, Sign.NO_INDEX, Sign.MUCH_TEXT, Sign.UNRELATED, Sign.ON_SUBJECT, Sign.NAMED})


def has_nothing_in_common(address: str, page: Page, copy: Page) -> bool:
    """Tell whether a page and its copy are about different things; False where that cannot be told.

    Args:
        address: the link's address. The site's name, which whoever owns the domain puts everywhere, is no subject;
            but a page that has it in its title still is not taken for another one.
        page: what is there now.
        copy: what was there.
    """
    if not page.title or not copy.title:
        return False
    now, then = _headline(page), _headline(copy)
    if _stems(now) & _stems(then):
        return False
    names = _stems(words_of_text(host_of(address).replace("-", ".").split(".")))
    now, then = (frozenset(word for word in words if word[:_STEM] not in names) for words in (now, then))
    return bool(now) and _tells(then) and not _stand_on(page, then) and not _stand_on(copy, now)


def shows_what_is_promised(target: Target, copy: Page) -> bool:
    """Tell whether a word that a link promises stands on a copy, so that the copy is what the list means."""
    return _stand_on(copy, promised_words(target))


def was_so_before(target: Target, signs: PageSigns, copy: Page) -> bool:
    """Tell whether the copy is ill itself, or has one of the page's signs: then nothing has changed since."""
    before = read_signs(target, copy)
    if before is None:
        return False
    return assess(before) is not None or bool(before.seen.keys() & signs.seen.keys() - _OF_ANY_PAGE)


def language_of(page: Page) -> str:
    """Name the language that a page gives as its own ("en"), else the script of its title ("latin"), else ""."""
    return page.language or script_of(page.title or "").lower()


def _headline(page: Page) -> frozenset[str]:
    return words_of_text([page.title or "", *page.headings, page.meta("description")])


def _stems(words: AbstractSet[str]) -> set[str]:
    return {word[:_STEM] for word in words}


def _tells(words: AbstractSet[str]) -> bool:
    """Tell whether words suffice to compare by; in scripts without spaces a run of characters is many words."""
    return len(words) >= _ENOUGH or any(not word.isascii() and len(word) > _STEM for word in words)


def _stand_on(page: Page, words: AbstractSet[str]) -> bool:
    """Tell whether one of some words begins a word of the page, or stands anywhere in a script without spaces."""
    whole = " ".join((page.title or "", page.meta("description"), page.visible_text))
    text = unicodedata.normalize("NFKC", whole).casefold().replace("\u0307", "")
    return any(re.search(f"{_EDGE if word.isascii() else ''}{re.escape(word[:_STEM])}", text) for word in words)
