"""Tells pages that stand before others: log-in forms, and pages for members only, sent with a status of 200."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from linkwarden.patterns import pattern
from linkwarden.soft404 import words
from linkwarden.soft404.errors import asks_for_log_in, says_log_in, sentences_of

if TYPE_CHECKING:
    from linkwarden.model import Target
    from linkwarden.soft404.page import Page

#: A page with more content than this has something to read, whatever form stands on it …
_MUCH = 1000
#: … one without a form is a log-in page only if it says less …
_LITTLE = 500
#: … and one with a form and less than this has nothing else.
_NEXT_TO_NOTHING = 120
#: Pages with more text than this, menus included, are not searched for sentences.
_SEARCHED = 6000
_TITLE = pattern(r"\W*(?:log|sign)[ -]?(?:in|on)\b", re.IGNORECASE)
_MEANT = pattern(r"(?:\A|[/_.-])(?:log-?[io]n|sign-?[io]n|sso|auth|oauth)(?:[/_.-]|\Z)", re.IGNORECASE)


def asks_to_log_in(target: Target, page: Page) -> bool:
    """Return whether a page asks readers to log in, or says that it is not for everybody, in place of its content.

    Args:
        target: the link; one that means the log-in page gets what it promises.
        page: what it leads to.
    """
    return _is_asking(page) and not _means_log_in(target)


def _is_asking(page: Page) -> bool:
    """Return whether a page asks readers to log in, or says that it is not for everybody."""
    title = page.title or ""
    if _TITLE.match(title) and page.has_password_field:
        return len(page.main_text) <= _MUCH
    if any(map(says_log_in, (title, *page.headings))):
        return len(page.main_text) <= (_MUCH if page.has_password_field else _LITTLE)
    return _is_form_alone(page) or _says_so(page)


def _is_form_alone(page: Page) -> bool:
    """Return whether a page other than a site's first consists of a form that asks for a password."""
    if page.headings or not page.has_password_field or urlsplit(page.response.url).path in ("", "/"):
        return False
    return len(page.main_text) <= _NEXT_TO_NOTHING


def _means_log_in(target: Target) -> bool:
    """Return whether the link's text or URL names a log-in page."""
    if any(says_log_in(occurrence.text) for occurrence in target.occurrences if occurrence.text):
        return True
    return _MEANT.search(urlsplit(target.address or "").path) is not None


def _says_so(page: Page) -> bool:
    """Return whether a sentence of a page with little else says that it is not for everybody."""
    if not page.response.complete or not page.words.any_of(words.LOG_IN) or page.says_more_than(_SEARCHED):
        return False
    if len(page.main_text) > _LITTLE:
        return False
    return any(asks_for_log_in(sentence) for block in page.blocks for sentence in sentences_of(block))
