"""Finds what is wrong with a URL by its spelling alone. Pure: no file is read and no request made."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from linkwarden.model import Basis, Rule
from linkwarden.patterns import pattern
from linkwarden.providers.offline.malformed import rules
from linkwarden.providers.offline.malformed.parts import (
    Host,
    IPAddress,
    Place,
    glued,
    link_inside,
    looks_like_host,
    meant_by_doubling,
    meant_by_scheme,
    nested,
    read_host,
    swallowed,
    without_backslashes,
    without_escapes,
    without_invisible,
    without_spaces,
)
from linkwarden.text import is_http, mask_secrets

_SHOWN = 60
#: Nearly every URL, the IP address in it as a group; the rest is looked at part by part.
_PLAIN = pattern(
    r"https?://(?:(?:[a-z0-9][a-z0-9-]{0,62}\.){1,8}"
    r"(?!(?:local|internal|invalid|localhost|localdomain|onion|i2p|arpa)\b)[a-z]{2,24}|(\d{1,3}(?:\.\d{1,3}){3}))(?::(?:[1-9]\d{1,3}|[1-5]\d{4}))?(?:/[A-Za-z0-9._~/+=&?#@%-]*)?(?<![.:])(?<!%[0-9A-Fa-f]{2})\Z",
    re.ASCII,
)
_ON_DISK = pattern(r"[A-Za-z]:[\\/](?!/)|\\\\[\w.-]+\\|file:", re.IGNORECASE)
_SCHEME = pattern(r"([A-Za-z][A-Za-z0-9+.-]*):")
_AUTHORITY = pattern(r"(https?)://([^/?#\\]*)", re.IGNORECASE)
_GLUED_HOST = pattern(r"(.*\.[a-z0-9-]+?)https?:\Z", re.IGNORECASE)
_SHOWN_BY_PAGES = frozenset({"http", "https", "data"})


class Flaw(NamedTuple):
    """What is wrong with a URL.

    Attributes:
        rule: the kind of flaw.
        reason: a sentence for a maintainer.
        meant: the URL that was probably meant, or None.
        why: why that one.
        basis: what that rests on.
        without: the URL to ask in this one's place, or None.
    """

    rule: Rule
    reason: str
    meant: str | None = None
    why: str = ""
    basis: Basis = Basis.GUESS
    without: str | None = None


#: Tells whether an IP address was allowed by the user; with None asks whether any private place was.
Allowed = Callable[[IPAddress | None], bool]


def nowhere_private(_ip: IPAddress | None) -> bool:
    """Allow no private IP address."""
    return False


def is_plain(url: str) -> bool:
    """Return whether a URL has no flaw, as a short look shows of nearly all."""
    plain = _PLAIN.match(url)
    return plain is not None and plain[1] is None and "http" not in url[8:]


def find_flaw(url: str, *, image: bool, instruction: bool = False, allowed: Allowed = nowhere_private) -> Flaw | None:
    """Return the worst flaw of a URL, or None.

    Args:
        url: the URL as a browser would take it; ``//host/…`` already with its scheme.
        image: it stands as an image.
        instruction: the URL itself is the text that readers see.
        allowed: which private places the user has opened.
    """
    plain = _PLAIN.match(url)
    if plain is not None and "http" not in url[8:]:
        if plain[1] is None:
            return None
        host = read_host(plain[1])
        if host.place is not Place.NOWHERE:
            return _unreachable(plain[1], host, instruction=instruction and not image, allowed=allowed)
    if not url.strip("\x00\t\n\r\f "):
        return _empty(image=image)
    if is_http(url):
        return _http_flaw(url, instruction=instruction and not image, allowed=allowed)
    return _foreign_flaw(url) or (_image_scheme(url) if image else None)


def _foreign_flaw(url: str) -> Flaw | None:
    """Return what is wrong with something that does not begin as a web URL does, or None."""
    if _ON_DISK.match(url):
        return Flaw(rules.ON_ONE_COMPUTER, "This is the path of a file on somebody's own computer; nobody else has it.")
    inner = nested(url)
    if inner is not None:
        return _nested(inner)
    meant = meant_by_scheme(url)
    return _misspelt(url, meant) if meant is not None else None


def _empty(*, image: bool) -> Flaw:
    if image:
        return Flaw(rules.EMPTY_PICTURE_ADDRESS, "The image's URL is empty, so readers see no image.")
    return Flaw(rules.EMPTY_LINK, "The link's URL is empty, so it leads to the page that it is on.")


def _nested(inner: str) -> Flaw:
    reason = "The link's URL is written as a link itself; only the URL belongs between the parentheses."
    flaw = find_flaw(inner, image=False)
    if flaw is not None and flaw.rule not in rules.REMARKS:
        return Flaw(rules.NESTED_LINK, reason, flaw.meant, flaw.why)
    return Flaw(rules.NESTED_LINK, reason, inner, "the URL inside")


def _misspelt(url: str, meant: str) -> Flaw:
    rest = meant.partition("//")[2]
    if not rest:
        return Flaw(rules.NO_HOST, "The URL ends where the site's name should begin.")
    written = url[: max(len(url) - len(rest), 0)][:_SHOWN] if url.endswith(rest) else url[:_SHOWN]
    reason = f"The URL begins with {_quoted(written)}, which is not how a web URL begins."
    flaw = find_flaw(meant, image=False)
    if not looks_like_host(rest) or flaw is not None:
        better = flaw.meant if flaw is not None and flaw.meant is not None else meant
        offered = better if looks_like_host(better.partition("//")[2]) else None
        return Flaw(rules.MISSPELT_SCHEME, reason, offered, "what was probably meant")
    right = meant.partition("//")[0] + "//"
    return Flaw(rules.MISSPELT_SCHEME, reason, meant, f"the beginning spelt right, {right}", basis=Basis.SPELLING)


def _image_scheme(url: str) -> Flaw | None:
    scheme = _SCHEME.match(url)
    if scheme is None:
        return None
    if scheme[1].lower() == "data":
        return Flaw(rules.DATA_PICTURE, "The image is written into the page (data:), and GitHub shows no such images.")
    if scheme[1].lower() in _SHOWN_BY_PAGES:
        return None
    return Flaw(rules.PICTURE_SCHEME, f'No page can show an image whose URL begins with "{scheme[1][:20]}:".')


def _http_flaw(url: str, *, instruction: bool, allowed: Allowed) -> Flaw | None:
    meant = meant_by_doubling(url)
    if meant is not None:
        return _misspelt(url, meant)
    found = _AUTHORITY.match(url)
    if found is None:
        return None
    scheme, rest = found[1].lower(), url[found.end() :]
    userinfo, at, place = found[2].rpartition("@")
    if not place:
        return _without_host(scheme, rest)
    flaw = _site_flaw(url, found.start(2) + len(userinfo + at), place, instruction=instruction, allowed=allowed)
    if flaw is None and userinfo:
        clean = f"{scheme}://{place}{rest}"
        reason = "The URL holds a user name or password in front of the site's name, for every reader to see."
        return Flaw(rules.CREDENTIALS, reason, clean, "the URL without it", without=clean)
    return flaw or _odd(url)


def _without_host(scheme: str, rest: str) -> Flaw:
    inner = rest.lstrip("/\\")
    if inner != rest and looks_like_host(inner):
        reason = f"There are too many slashes after {scheme}:, so that no site's name follows the first two."
        return Flaw(rules.NO_HOST, reason, f"{scheme}://{inner}", "two slashes", basis=Basis.SPELLING)
    return Flaw(rules.NO_HOST, f"No site's name follows {scheme}://.")


def _site_flaw(url: str, start: int, place: str, *, instruction: bool, allowed: Allowed) -> Flaw | None:
    """Judge host and port, which stand together at ``start``."""
    stuck = _GLUED_HOST.match(place)
    if stuck and url.startswith("//", start + len(place)):
        reason = "Two URLs are stuck together, so the site's name cannot exist."
        return Flaw(rules.BAD_HOST, reason, url[:start] + stuck[1], "the first of the two")
    name, port = _split_port(place)
    host = read_host(name)
    if host.place is Place.NOWHERE:
        return _bad_host(url, start, name, host)
    if port and not _is_port(port):
        meant = f"{url[:start]}{name}/{port}{url[start + len(place) :]}" if port[0].isalpha() else None
        reason = f'The site\'s name is followed by ":{port[:20]}", which is not a port.'
        return Flaw(rules.BAD_PORT, reason, meant, "a slash in place of the colon")
    return _unreachable(name, host, instruction=instruction, allowed=allowed)


def _unreachable(name: str, host: Host, *, instruction: bool, allowed: Allowed) -> Flaw | None:
    if host.place is Place.PUBLIC or (host.place is not Place.OTHER_NETWORK and allowed(host.ip)):
        return None
    return _not_public(name, host.place, instruction=instruction)


@lru_cache(maxsize=1024)  # a list names the same few hosts over and over
def _not_public(name: str, place: Place, *, instruction: bool) -> Flaw:
    if place is Place.OTHER_NETWORK:
        return Flaw(
            rules.OTHER_NETWORK, f"{_quoted(name)} is not on the public web; only a special program reaches it."
        )
    if place is Place.PRIVATE:
        reason = f"{_quoted(name)} means something only inside a private network; readers elsewhere get nothing."
        return Flaw(rules.NOT_PUBLIC, reason)
    if instruction:
        return Flaw(rules.OWN_COMPUTER, "The URL leads to the reader's own computer, as instructions do.")
    reason = f"{_quoted(name)} means the reader's own computer, where this page does not run."
    return Flaw(rules.NOT_PUBLIC, reason)


def _bad_host(url: str, start: int, name: str, host: Host) -> Flaw:
    reason = f"There can be no site called {_quoted(name)}: its name {host.why}."
    for fixed in (
        _trimmed_host(url, start, name),
        re.sub(r"\s+|%20", "", name),
        re.sub(r"\.{2,}", ".", name).strip("."),
    ):
        if fixed != name and looks_like_host(fixed) and read_host(fixed).place is Place.PUBLIC:
            meant = f"{url[:start]}{fixed}{url[start + len(name) :]}"
            return Flaw(rules.BAD_HOST, reason, meant, "what was probably meant")
    return Flaw(rules.BAD_HOST, reason, link_inside(url), "the second URL")


def _trimmed_host(url: str, start: int, name: str) -> str:
    return name.rstrip(",;:!?\"'”’»>)]}*`…_") if start + len(name) == len(url) else name


def _split_port(place: str) -> tuple[str, str]:
    if place.startswith("["):
        inner, bracket, rest = place.partition("]")
        return (inner + bracket, rest[1:]) if rest.startswith(":") else (place, "")
    name, _, port = place.partition(":")
    return name, port


def _is_port(text: str) -> bool:
    digits = text.lstrip("0")
    return text.isascii() and text.isdigit() and 0 < len(digits) <= 5 and int(digits) <= 65535


def _odd(url: str) -> Flaw | None:
    """Return the first thing about a URL that is odd without being wrong."""
    inner = link_inside(url)
    if inner is not None:
        return Flaw(
            rules.GLUED, "Brackets of a Markdown link and a second URL are in this one.", inner, "the second URL"
        )
    pair = glued(url)
    if pair:
        return Flaw(rules.GLUED, "A second URL begins in the middle of this one.", pair[0], "the first of the two")
    cut = swallowed(url)
    if cut:
        reason = f"The URL ends with {_quoted(cut[1])}, which probably belongs to the text around it."
        return Flaw(rules.SWALLOWED_TAIL, reason, cut[0], "the URL without it")
    for rule, clean, reason, why in (
        (rules.INVISIBLE, without_invisible(url), "The URL has an invisible character in it.", "without it"),
        (
            rules.SPACES,
            without_spaces(url),
            "The URL has a space or a control character in it.",
            "as browsers send it",
        ),
        (
            rules.BACKSLASH,
            without_escapes(url),
            "The URL has a backslash in it that escapes what follows, as in a text.",
            "without it",
        ),
        (
            rules.BACKSLASH,
            without_backslashes(url),
            "The URL has a backslash where a slash belongs.",
            "with slashes",
        ),
    ):
        if clean is not None:
            return Flaw(rule, reason, clean, f"the URL {why}")
    return None


def _quoted(text: str) -> str:
    text = mask_secrets(text)
    shown = text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
    return '"' + "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in shown) + '"'
