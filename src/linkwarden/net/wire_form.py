"""The form in which a URL goes on the wire: what its author wrote, with only the illegal parts encoded."""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache

from yarl import URL

from linkwarden import whatwg
from linkwarden.foreign import whole_number
from linkwarden.wire import NetError, NetErrorKind

#: Longer URLs are refused; servers and browsers cut off far earlier than this.
MAX_URL = 16_384

#: A URL in the usual form; what browsers read as one all the same is brought into it.
_AUTHORITY = re.compile(r"(https?):/{2}([^/?#\\]+)(?=[/?#]|\Z)(.*)", re.IGNORECASE | re.DOTALL)
#: A URL that needs no change but for its authority: nothing illegal, no dot segments, no trailing newline.
_PLAIN = re.compile(r"https?:/{2}([a-z0-9.:-]+)(?!.*/(?:\.|%2))[/?][!#-;=?-\[\]_a-z~]*", re.ASCII | re.IGNORECASE)
_HTTP = re.compile(r"https?:", re.IGNORECASE)
_USER_INFO = re.compile(r"(https?://)[^/?#]*@", re.IGNORECASE)
_ILLEGAL = re.compile(r"[^\x21\x23-\x3b\x3d\x3f-\x5b\x5d\x5f\x61-\x7a\x7e]")
#: What may stand in a host on the wire (RFC 3986 section 3.2.2, without percent escapes, which no resolver knows).
_HOST = re.compile(r"[a-z0-9._~!$&'()*+,;=-]{1,254}")
#: A host that browsers take as it is, unless it ends in a number: then it is an IP address.
_PLAIN_HOST = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?", re.ASCII)
_NUMBER_AT_END = re.compile(r"(?:^|\.)(?:\d+|0x[0-9a-f]*)\.?$")
_EDGES = "".join(map(chr, range(0x21)))
_TABS_AND_NEWLINES = str.maketrans("", "", "\t\n\r")
_DOT_SEGMENT = re.compile(r"/(?:\.|%2e){1,2}(?=/|$)", re.IGNORECASE)


def wire_url(raw: str) -> URL:
    r"""Return a URL as it is sent: scheme, host and port in the form of the protocol, the rest as written.

    Encoded are the characters that RFC 3986 forbids (space, controls, non-ASCII as UTF-8, ``"<>\^`{|}``); a lone
    ``%``, ``%2f``, ``+`` and the order of a query stay, because signed URLs depend on them. Dot segments are
    resolved, as every browser does before it sends. The fragment stays in the URL object and is not sent. What does
    not begin like a URL (``http:/a.org``, ``http:\\a.org``) is read as browsers do.

    Raises:
        NetError: INVALID_URL where no request can be made of it; BLOCKED for user info.
    """
    plain = _PLAIN.fullmatch(raw)
    if plain is not None and len(raw) <= MAX_URL and _wire_authority(authority := plain.group(1)) == authority:
        return URL(raw, encoded=True)
    text = raw.strip(_EDGES).translate(_TABS_AND_NEWLINES)
    if len(text) > MAX_URL:
        raise NetError(NetErrorKind.INVALID_URL, f"the URL is longer than {MAX_URL} characters")
    match = _AUTHORITY.fullmatch(text) or _AUTHORITY.fullmatch(_as_browsers_read(text))
    if match is None:
        raise NetError(NetErrorKind.INVALID_URL, "the URL does not begin with http:// or https:// and a host")
    scheme, authority, rest = match.groups()
    place = _wire_authority(authority)
    if rest[:1] != "/":
        rest = "/" + rest
    rest = _ILLEGAL.sub(_percent_encode, rest)
    if "/." in rest or "/%2" in rest:
        rest = _without_dot_segments(rest)
    return URL(f"{scheme.lower()}://{place}{rest}", encoded=True)


def _as_browsers_read(text: str) -> str:
    return (whatwg.resolve(text) or "") if _HTTP.match(text) else ""


def follow(base: URL, location: str) -> URL:
    """Return the URL that a Location header points at (RFC 9110 section 10.2.2), as browsers resolve it.

    The fragment of ``base`` is inherited where Location has none. User info is left out: browsers send it only when
    the server asks for it. Location may hold raw UTF-8 or Latin-1 bytes (as surrogate escapes): they are sent back as
    they came.

    Raises:
        NetError: as ``wire_url`` does, and BAD_REDIRECT where it is not http(s).
    """
    text = _escape_stray_bytes(location)
    absolute: str | None = text
    if not _PLAIN.fullmatch(text):
        absolute = whatwg.resolve(text[: MAX_URL + 1], str(base.with_fragment(None)))
    if absolute is None:
        raise NetError(NetErrorKind.BAD_REDIRECT, "a redirect to an unreadable URL")
    if not _HTTP.match(absolute):
        scheme = absolute.partition(":")[0][:20]
        raise NetError(NetErrorKind.BAD_REDIRECT, f"a redirect to something that is not a web page ({scheme}:)")
    if "#" not in absolute and base.raw_fragment:
        absolute = f"{absolute}#{base.raw_fragment}"
    return wire_url(_USER_INFO.sub(r"\1", absolute))


def without_fragment(url: URL) -> str:
    """Return the URL as the server sees it."""
    return str(url).partition("#")[0]


@lru_cache(maxsize=4096)
def _wire_authority(authority: str) -> str:
    """Return ``host[:port]`` for the wire; raises NetError like ``wire_url``."""
    if "@" in authority:
        raise NetError(NetErrorKind.BLOCKED, "the URL carries a user name or password, which is never sent")
    host, colon, port = authority, "", ""
    if not authority.endswith("]"):
        host, colon, port = authority.rpartition(":")
        if not colon:
            host, port = authority, ""
    if not port:
        return _wire_host(host)
    number = whole_number(port, 65_535)
    if not number:
        raise NetError(NetErrorKind.INVALID_URL, "the port of the URL is not a number from 1 to 65535")
    return f"{_wire_host(host)}:{number}"


def _wire_host(host: str) -> str:
    if host.startswith("["):
        return _ipv6_host(host)
    if not host.strip("."):
        raise NetError(NetErrorKind.INVALID_URL, "the URL has no host")
    name: str | None = host.lower()
    if not _PLAIN_HOST.fullmatch(name or "") or _NUMBER_AT_END.search(name or ""):
        name = whatwg.host(host)
    labels = (name or "").removesuffix(".").split(".")
    if name is None or not all(0 < len(label) < 64 for label in labels) or not _HOST.fullmatch(name):
        raise NetError(NetErrorKind.INVALID_URL, "the host of the URL is not a valid name")
    return name


def _ipv6_host(host: str) -> str:
    if "%" in host:
        raise NetError(NetErrorKind.BLOCKED, "the URL names a network interface of this machine")
    try:
        return f"[{ipaddress.IPv6Address(host[1:-1]).compressed}]"
    except ValueError as exc:
        raise NetError(NetErrorKind.INVALID_URL, "the host of the URL is not a valid IPv6 address") from exc


def _percent_encode(match: re.Match[str]) -> str:
    octets = match.group().encode("utf-8", errors="surrogatepass")
    return "".join(f"%{octet:02X}" for octet in octets)


def _escape_stray_bytes(location: str) -> str:
    """Turn bytes that were not UTF-8 (surrogate escapes) into percent escapes of themselves."""
    if location.isascii():
        return location
    return re.sub(r"[\udc80-\udcff]", lambda m: f"%{ord(m.group()) - 0xDC00:02X}", location)


def _without_dot_segments(rest: str) -> str:
    """Resolve ``/./`` and ``/../`` in a path (RFC 3986 section 5.2.4); query and fragment stay."""
    cut = min((i for i in (rest.find("?"), rest.find("#")) if i >= 0), default=len(rest))
    path, tail = rest[:cut], rest[cut:]
    if not _DOT_SEGMENT.search(path):
        return rest
    done: list[str] = []
    segments = path.split("/")[1:]
    for index, segment in enumerate(segments):
        plain = segment.lower().replace("%2e", ".")
        if plain not in {".", ".."}:
            done.append(segment)
            continue
        if plain == ".." and done:
            done.pop()
        if index == len(segments) - 1:
            done.append("")
    return "/" + "/".join(done) + tail
