"""The whole of ``ml-papers.md`` as a living internet: each of its addresses is answered as its host answers."""

from __future__ import annotations

import html
import re
from pathlib import Path

from tests.internet import world_ills, world_registries
from tests.internet.archive import FakeArchive
from tests.internet.core import FakeInternet
from tests.internet.world_hosts import BROKEN, HOSTS, Address, Verdicts, serve
from tests.shared import SHARED

LIST = SHARED / "lists" / "ml-papers.md"

#: What the Wayback Machine has of the list's lost pages and pictures, with the media types of the copies.
ARCHIVED: dict[str, str] = {
    "http://cvgl.stanford.edu/projects/pascal3d.html": "text/html",
    "https://dawn.cs.stanford.edu/benchmark/papers/nips17-dawnbench.pdf": "application/pdf",
    "https://efemarai.com/": "text/html",
    "https://neurohive.io/wp-content/uploads/2018/12/unit-distr-770x382.jpg": "image/jpeg",
    "http://kaiminghe.com/eccv14sppnet/img/sppnet.jpg": "text/html",  # a page where a picture should be: no copy
}

_HTTP = re.compile(r"""https?://[^\s)"<>]+""")
_PICTURE = re.compile(r'<img[^>]*?src="([^"]*)"')

#: What is wrong with the list itself, whatever the network says: two dead anchors, a scheme that does not exist,
#: and an empty ``src`` (docs/facts/github-rendering.md#what-github-drops).
OFFLINE: dict[str, Verdicts] = {
    "#optimization": BROKEN,
    "#overview": BROKEN,
    "htps://arxiv.org/abs/1812.01187v1": BROKEN,
    "": BROKEN,
}


def read_addresses(text: str) -> list[Address]:
    """Find the distinct http(s) addresses of the list, by two patterns that suit this list and no other."""
    pictures = {html.unescape(source) for source in _PICTURE.findall(text)}
    urls = dict.fromkeys(html.unescape(url) for url in _HTTP.findall(text))
    return [Address(url, url in pictures) for url in urls]


class World:
    """Installs every address of the list on a fake internet.

    ``token``: whether the checker will have ``world.github.token``; without it less can be known of GitHub.

    Attributes:
        internet: where it lives.
        list: the file to check.
        addresses: all distinct http(s) addresses of the list.
        expected: for each of them, and for what is wrong offline, the verdicts that would be right.
        archive: the Wayback Machine, with copies of ``ARCHIVED``.
        arxiv, github, doi, scholar, pubmed, crossref: the registries, with the seeded trouble; see
            ``world_registries``.
    """

    def __init__(self, internet: FakeInternet, path: Path = LIST, *, token: bool = True) -> None:
        self.internet = internet
        self.list = path
        self.addresses = read_addresses(path.read_text(encoding="utf-8"))
        registries = world_registries.Registries(internet, self.addresses, token=token)
        self.arxiv, self.github, self.doi = registries.arxiv, registries.github, registries.doi
        self.scholar, self.pubmed, self.crossref = registries.scholar, registries.pubmed, registries.crossref
        self.expected: dict[str, Verdicts] = {}
        for address in self.addresses:
            if address.url not in registries.expected:
                self.expected[address.url] = HOSTS.get(address.host, serve)(internet, address)
        self.expected |= world_ills.install(internet, self.addresses)
        self.expected |= registries.expected
        self.expected |= OFFLINE
        self.archive = FakeArchive(internet)
        for url, media_type in ARCHIVED.items():
            self.archive.capture(url, "20170304050607", "20190506070809", mimetype=media_type)

    def ill(self, verdicts: Verdicts = BROKEN) -> set[str]:
        """Give the addresses of which nothing but these verdicts is right."""
        return {url for url, right in self.expected.items() if right <= verdicts}

    def wrong(self, judged: dict[str, str]) -> dict[str, tuple[str | None, list[str]]]:
        """Compare verdicts by address with what would be right; give the wrong or missing ones with the right ones."""
        return {
            url: (judged.get(url), sorted(right))
            for url, right in self.expected.items()
            if judged.get(url) not in right
        }
