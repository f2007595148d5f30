"""Where else a lost page may stand: addresses that follow from the old one. Pure; the review asks them."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from linkwarden.model import Result, Suggestion, Verdict
from linkwarden.providers import _http_rules as http
from linkwarden.providers import signed_url
from linkwarden.providers._signed import advice, parse
from linkwarden.providers.image import ImageProvider
from linkwarden.providers.web import WebProvider
from linkwarden.text import host_of

#: More guesses than this are not worth a host's time.
MAX_CANDIDATES = 2

#: Who asks pages and pictures themselves.
ORDINARY = frozenset({WebProvider.name, ImageProvider.name})
#: What the end or the fault of a signature looks like; the file itself may be open to all.
_SIGNATURE = frozenset(
    rule.code for rule in (signed_url.EXPIRED, signed_url.MALFORMED, http.OBJECT_EXPIRED, http.SIGNATURE_REFUSED)
)
#: Amazon S3, Google Cloud Storage and Azure name a file by host and path; the query only signs the request.
_STORES = ("*.amazonaws.com", "*.amazonaws.com.cn", "*.storage.googleapis.com", "*.blob.core.windows.net")
#: The Computer Vision Foundation's library: paths are case-sensitive and differ by year, and until 2016 it stood at
#: another host (fact sheet on services, section 2.6).
_CVF = re.compile(r"https?://openaccess\.thecvf\.com/+(.+)", re.IGNORECASE)
_CVF_BEFORE = re.compile(r"https?://(?:www\.)?cv-foundation\.org/+openaccess/+(.+)", re.IGNORECASE)
_CVF_MEETING = re.compile(r"(content_)([A-Za-z]+)(_\d{4})")
#: Second-level names below which people register theirs (``example.co.uk``).
_SECOND_LEVEL = frozenset({"ac", "co", "com", "edu", "gov", "go", "ne", "net", "or", "org"})


def candidates(result: Result) -> list[Suggestion]:
    """Give the addresses, without fragment, under which a lost link's target may be found; the most likely first.

    Args:
        result: a link that fails and has no suggestion.
    """
    address = (result.target.address or "").partition("#")[0]
    rule = result.evidence.rule
    asked = {fact.url for fact in result.evidence.facts}
    found: dict[str, Suggestion] = {}
    if rule is not None and rule.code in _SIGNATURE:
        guesses = _unsigned(address)
    elif rule is not None and rule.verdict is Verdict.BROKEN and result.evidence.checked_by in ORDINARY:
        guesses = _elsewhere(address, rule.code)
    else:
        return []
    for guess in guesses:
        if guess.url != address and guess.url not in asked:
            found.setdefault(guess.url, guess)
    return list(found.values())[:MAX_CANDIDATES]


def _unsigned(address: str) -> Iterator[Suggestion]:
    """The file without its signature, unless it comes from a site that keeps all its files private (Notion, say)."""
    parsed = parse(address)
    plain = address.partition("?")[0]
    if parsed is None or plain == address or not parsed.on(*_STORES) or advice.site_of(parsed) is not None:
        return
    why = "the file is open to everybody without the signature, and this address does not end"
    yield Suggestion(plain, why, safe=True)


def _elsewhere(address: str, code: str) -> Iterator[Suggestion]:
    yield from _vision_library(address)
    parts = urlsplit(address)
    host = host_of(address)
    if host != parts.netloc.lower():
        return  # a port or user info: nothing follows for other hosts
    rest = address.split("//", 1)[1][len(parts.netloc) :]
    no_such_host = code == http.NO_SUCH_HOST.code
    if parts.scheme.lower() == "http" and not no_such_host:
        why = "the same address answers over https"
        yield Suggestion(f"https://{host}{rest}", why, safe=code == http.CONNECTION_REFUSED.code)
    twin = _twin(host)
    if twin is not None:
        why = f"the same page answers at {twin}"
        yield Suggestion(f"https://{twin}{rest}", why)
        if parts.scheme.lower() == "http" and no_such_host:
            yield Suggestion(f"http://{twin}{rest}", why)


def _vision_library(address: str) -> Iterator[Suggestion]:
    found = _CVF.match(address) or _CVF_BEFORE.match(address)
    if found is None:
        return
    rest = found[1]
    if found.re is _CVF_BEFORE:
        yield Suggestion(f"https://openaccess.thecvf.com/{rest}", "the library of the CVF moved to this host")
    other = _CVF_MEETING.sub(lambda m: f"{m[1]}{m[2].upper() if m[2].islower() else m[2].lower()}{m[3]}", rest, count=1)
    if other != rest:
        yield Suggestion(f"https://openaccess.thecvf.com/{other}", "the path is case-sensitive; this spelling answers")


def _twin(host: str) -> str | None:
    """Give a site's other name, with or without ``www.``, or None where there is no such habit."""
    if host.startswith("www."):
        return host.removeprefix("www.") if host.count(".") > 1 else None
    labels = host.split(".")
    if len(labels) == 2 or (len(labels) == 3 and len(labels[2]) == 2 and labels[1] in _SECOND_LEVEL):
        return None if _is_ip(host) else f"www.{host}"
    return None


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
