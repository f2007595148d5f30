"""An http(s) URL taken apart for reading: nothing is normalised, nothing raises."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote, unquote_plus

from linkwarden.patterns import pattern

# The split of RFC 3986 appendix B, for http and https only; the fragment never reaches a server, so it is dropped.
_PARTS = pattern(r"https?://([^/?#\\]*)([^?#]*)(?:\?([^#]*))?", re.IGNORECASE)
_AUTHORITY = pattern(r"(?:.*@)?(\[[0-9a-f:.]+\]|[^\s:@\[\]\x00-\x20]+)(?::([0-9]{0,5}))?", re.IGNORECASE | re.DOTALL)
_HIGHEST_PORT = 65_535
_LABELS = 8  # more than any pattern has; a host of ten thousand labels shall not cost ten thousand strings


#: Where nothing has to be decoded or refused; tells the host ten times as fast as taking the URL apart.
_PLAIN_HOST = pattern(r"https?://([a-z0-9.-]+)(?::[0-9]+)?(?![^/?#])", re.IGNORECASE | re.ASCII)


def plain_host(text: str) -> str | None:
    """Return the host of a URL that begins as nearly all do, in lower case without trailing dots; None for others."""
    plain = _PLAIN_HOST.match(text)
    return plain[1].lower().rstrip(".") if plain is not None else None


class AmbiguousError(ValueError):
    """A parameter stands twice in a URL with different values, so that nobody knows which one counts."""


class Url(NamedTuple):
    """The parts of a URL.

    Attributes:
        text: the URL as it was given.
        host: in lower case, without port and trailing dot.
        domains: the host, and ``*.`` before it and before each domain above it: the patterns that it matches.
        segments: of the path, percent-decoded after splitting.
        params: names and values of the query, in order, decoded once after splitting at ``&`` (a ``;`` is part
            of a value: Tencent writes ranges with it).
        names: the parameters' names in lower case.
    """

    text: str
    host: str
    domains: frozenset[str]
    segments: tuple[str, ...]
    params: tuple[tuple[str, str], ...]
    names: frozenset[str]

    def on(self, *patterns: str) -> bool:
        """Return whether the host matches one of the patterns: ``a.b`` exactly, ``*.a.b`` with all below it too.

        Whole labels count: ``playgroundai.com`` is not in ``*.groundai.com``.
        """
        return not self.domains.isdisjoint(patterns)

    def has(self, *names: str) -> bool:
        """Return whether all these parameters are there, in exactly this spelling."""
        present = {name for name, _ in self.params}
        return all(name in present for name in names)

    def has_ci(self, *names: str) -> bool:
        """Return whether all these parameters are there, in any case."""
        return all(name.lower() in self.names for name in names)

    def one(self, name: str) -> str | None:
        """Return a parameter's value, or None where it is missing.

        Raises:
            AmbiguousError: it is there twice with different values.
        """
        return self._only(name, [value for key, value in self.params if key == name])

    def one_ci(self, name: str) -> str | None:
        """Return a parameter's value, its name in any case; otherwise as ``one``."""
        return self._only(name, [value for key, value in self.params if key.lower() == name.lower()])

    def any_value(self, name: str) -> str | None:
        """Return the first value of a parameter, or None."""
        return next((value for key, value in self.params if key == name), None)

    @staticmethod
    def _only(name: str, values: list[str]) -> str | None:
        if not values:
            return None
        if len(set(values)) > 1:
            raise AmbiguousError(f"the parameter {name} is there {len(values)} times with different values")
        return values[0]


@lru_cache(maxsize=16)  # several providers look at one URL after the other
def parse(text: str) -> Url | None:
    """Return the parts of an absolute http(s) URL; None for every other, and where the host cannot be read."""
    parts = _PARTS.match(text)
    authority = _AUTHORITY.fullmatch(parts[1]) if parts else None
    if not parts or not authority or int(authority[2] or 0) > _HIGHEST_PORT:
        return None
    host = authority[1].lower().rstrip(".")
    params = tuple(_param(piece) for piece in (parts[3] or "").split("&") if piece)
    return Url(
        text=text,
        host=host,
        domains=patterns_for(host),
        segments=tuple(unquote(segment) for segment in parts[2].split("/")[1:]),
        params=params,
        names=frozenset(name.lower() for name, _ in params),
    )


@lru_cache(maxsize=1024)  # a list names the same few hosts over and over
def patterns_for(host: str) -> frozenset[str]:
    """Return a host, and ``*.`` before it and before each domain above it (``Url.domains``)."""
    labels = host.split(".")[-_LABELS:]
    return frozenset((host, *(f"*.{'.'.join(labels[i:])}" for i in range(len(labels)))))


def _param(piece: str) -> tuple[str, str]:
    name, _, value = piece.partition("=")
    name = unquote_plus(name)
    # "&amp;" that nobody decoded leaves names like "amp;Expires"; the browser of the author coped, so do we.
    while name.startswith("amp;"):
        name = name[4:]
    return name, unquote_plus(value)
