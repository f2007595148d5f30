"""Copies of pages at web archives that run pywb: which URL has the copy, and which page it is a copy of.

Source: docs/facts/services.md#other-archives. RFC 7089 ("Memento") defines the relations, RFC 8288 the header.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, unquote, urlsplit

from linkwarden.answers.redirects import names_a_visit
from linkwarden.patterns import pattern
from linkwarden.wire import Response

#: One link of the header Link: its URL, and its parameters as far as the next.
_LINK = pattern(r"<([^<>]*)>([^<]*)")
_RELATION = pattern(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([\w-]+))", re.IGNORECASE)
#: A copy's URL: the time, perhaps what it is wanted for, and the URL that was copied.
_COPY = pattern(r"(https?://[^/?#]+/[^?#]*?\d{4,14})([a-z]{2}_)?/((?:https?:)?/?/?[^/].*)", re.IGNORECASE | re.ASCII)
#: What makes no other page: archives leave the first out before they look (surt 0.3.1), and sessions end.
_WWW = pattern(r"\Awww\d*\.")
_SESSION = pattern(r";(?:jsessionid|phpsessid|sid)=[^/?#;]*")
#: What is wanted: the page as it is in the archive's frame.
_IN_FRAME = "mp_"


def shown_in_frame(response: Response) -> str | None:
    """Return the URL of the copy that an archive's page shows in a frame, or None if the response is no such page.

    The frame is sent for every URL, also where there is no copy.
    """
    if "memento-datetime" not in response.headers:
        return None
    outer = _COPY.fullmatch(response.url)
    if outer is None or outer[2] is not None:
        return None
    inner = _COPY.fullmatch(_linked(response, "memento") or "")  # behind a proxy, it may have another scheme or host
    if inner is None or inner[2] != _IN_FRAME or inner[3] != outer[3]:
        return None
    return f"{outer[1]}{_IN_FRAME}/{outer[3]}"


def copied_instead(response: Response) -> str | None:
    """Return the URL of the page that an archive gives a copy of in place of the one that was named, or None.

    pywb takes a file's name for the file, whatever the query says. Scheme, ``www``, ``www2`` and so on, port, case,
    slashes twice or at the end, the order of parameters, and those that name a visit make no other page.
    """
    if "memento-datetime" not in response.headers:
        return None
    asked, original = _COPY.fullmatch(response.url), _linked(response, "original")
    if asked is None or original is None:
        return None
    url = asked[3] if "://" in asked[3] else f"http://{asked[3].lstrip(':/')}"
    return original if _page(url) != _page(original) else None


def _linked(response: Response, relation: str) -> str | None:
    """Return the URL that the header Link gives for a relation, or None."""
    for url, parameters in _LINK.findall(response.headers.get("link", "")):
        found = _RELATION.search(parameters)
        if found is not None and relation in (found[1] or found[2] or "").lower().split():
            return str(url)
    return None


def _page(url: str) -> tuple[str, str, tuple[tuple[str, str], ...]] | None:
    try:
        parts = urlsplit(_SESSION.sub("", unquote(url).casefold()))
        named = parse_qsl(parts.query, keep_blank_values=True, max_num_fields=200)
        query = tuple(sorted(pair for pair in named if not names_a_visit(pair[0])))
        return _WWW.sub("", parts.hostname or ""), re.sub("/{2,}", "/", parts.path).rstrip("/"), query
    except ValueError:
        return None
