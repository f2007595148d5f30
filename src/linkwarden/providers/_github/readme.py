"""The anchors of a repository's README, as GitHub itself renders it."""

from __future__ import annotations

from dataclasses import dataclass
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import unquote

from linkwarden.providers._github.rest import HTML_TYPE, Rest, repository_path

if TYPE_CHECKING:
    from linkwarden.net import Net

#: GitHub itself shows only the first 500 KiB of a README [O]; its HTML is larger than the source.
MAX_BYTES = 2 * 1024 * 1024
_PREFIX = "user-content-"


@dataclass(frozen=True, slots=True)
class Anchors:
    """The ids and names in a rendered README."""

    names: frozenset[str]

    def holds(self, fragment: str) -> bool:
        """Tell whether a fragment leads somewhere; case is let pass, as browsers and GitHub's script differ on it."""
        name = unquote(fragment).removeprefix(_PREFIX).lower()
        return name in self.names


class _Reader(HTMLParser):
    """Collects ``id`` and ``name`` attributes, which GitHub prefixes with ``user-content-``."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.names: set[str] = set()

    def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take in one tag."""
        for key, value in attrs:
            if value and key in ("id", "name"):
                self.names.add(value.removeprefix(_PREFIX).lower())


async def readme_anchors(net: Net, rest: Rest, full_name: str) -> Anchors | None:
    """Ask for the rendered README (REST documentation, "Get a repository README"); None if nobody could tell."""
    reply = await rest.get(net, f"{repository_path(full_name)}/readme", accept=HTML_TYPE, max_bytes=MAX_BYTES)
    if reply.status != 200 or not reply.complete:
        return None
    reader = _Reader()
    reader.feed(reply.text)
    return Anchors(frozenset(reader.names))
