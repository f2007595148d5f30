"""An http(s) address taken apart for reading: nothing is normalised, nothing raises."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote, unquote_plus

from linkwarden.providers._signed.model import Refused

# The split of RFC 3986 appendix B, for http and https only; the fragment never reaches a server, so it is dropped.
_PARTS = re.compile(r"https?://([^/?#\\]*)([^?#]*)(?:\?([^#]*))?", re.IGNORECASE)
_AUTHORITY = re.compile(r"(?:.*@)?(\[[0-9a-f:.]+\]|[^\s:@\[\]\x00-\x20]+)(?::([0-9]{0,5}))?", re.IGNORECASE | re.DOTALL)
_HIGHEST_PORT = 65_535


@dataclass(frozen=True, slots=True)
class Address:
    """The parts of an address that schemes look at.

    Attributes:
        url: the address as it was given.
        host: in lower case, without port and trailing dot.
        segments: of the path, percent-decoded after splitting.
        params: names and values of the query, in order, decoded once after splitting at ``&`` (a ``;`` is part
            of a value: Tencent writes ranges with it).
        pieces: the query's parts between ``&``, decoded as a whole.
    """

    url: str
    host: str
    segments: tuple[str, ...]
    params: tuple[tuple[str, str], ...]
    pieces: tuple[str, ...]

    def on(self, *patterns: str) -> bool:
        """Tell whether the host matches one of the patterns: ``a.b`` exactly, ``*.a.b`` with all below it too."""
        return any(host_matches(self.host, pattern) for pattern in patterns)

    def has(self, *names: str) -> bool:
        """Tell whether all these parameters are there, in exactly this spelling."""
        present = {name for name, _ in self.params}
        return all(name in present for name in names)

    def has_ci(self, *names: str) -> bool:
        """Tell whether all these parameters are there, in any case."""
        present = {name.lower() for name, _ in self.params}
        return all(name.lower() in present for name in names)

    def one(self, name: str) -> str | None:
        """Give a parameter's value, or None where it is missing.

        Raises:
            Refused: it is there twice with different values, so that nobody knows which one counts.
        """
        return self._only(name, [value for key, value in self.params if key == name])

    def one_ci(self, name: str) -> str | None:
        """Give a parameter's value, its name in any case; otherwise as ``one``."""
        return self._only(name, [value for key, value in self.params if key.lower() == name.lower()])

    def any_value(self, name: str) -> str | None:
        """Give the first value of a parameter, or None; for schemes that are only recognised by it."""
        return next((value for key, value in self.params if key == name), None)

    @staticmethod
    def _only(name: str, values: list[str]) -> str | None:
        if not values:
            return None
        if len(set(values)) > 1:
            raise Refused(f"the parameter {name} is there {len(values)} times with different values")
        return values[0]


def host_matches(host: str, pattern: str) -> bool:
    """Compare a host with a pattern on label boundaries (``playgroundai.com`` is not in ``*.groundai.com``)."""
    if pattern.startswith("*."):
        return host == pattern[2:] or host.endswith(pattern[1:])
    return host == pattern


def parse(url: str) -> Address | None:
    """Take an absolute http(s) address apart; None for every other, and where the host cannot be read."""
    parts = _PARTS.match(url)
    authority = _AUTHORITY.fullmatch(parts[1]) if parts else None
    if not parts or not authority or int(authority[2] or 0) > _HIGHEST_PORT:
        return None
    host = authority[1].lower().rstrip(".")
    raw = [piece for piece in (parts[3] or "").split("&") if piece]
    return Address(
        url=url,
        host=host,
        segments=tuple(unquote(segment) for segment in parts[2].split("/")[1:]),
        params=tuple(_param(piece) for piece in raw),
        pieces=tuple(unquote_plus(piece) for piece in raw),
    )


def _param(piece: str) -> tuple[str, str]:
    name, _, value = piece.partition("=")
    name = unquote_plus(name)
    # "&amp;" that nobody decoded leaves names like "amp;Expires"; the browser of the author coped, so do we.
    while name.startswith("amp;"):
        name = name[4:]
    return name, unquote_plus(value)
