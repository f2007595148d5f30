"""A list with images that end, stay or are lost, and the internet that they are in."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from linkwarden.answers.image_bytes import sniff
from tests.internet import FakeInternet
from tests.internet.archive import FakeArchive
from tests.internet.log import Exchange
from tests.internet.pictures import PNG, png
from tests.internet.time import START

Command = Callable[..., int]

#: Signed for three days after the night of the tests.
SIGNED = f"https://cdn.discordapp.com/attachments/1/2/net.png?ex={int(START.timestamp()) + 259200:x}&is=6544e5c0&hm=ab"
ENDED = "https://cdn.discordapp.com/attachments/1/3/old.png?ex=6553e5c0&is=6544e5c0&hm=cd"
IMGUR = "https://i.imgur.com/abc.png"
GONE = "https://gone.example/fig.png"
STAYS = "https://stays.example/a.png"
LIST = f"# T\n\n- [Net](https://a.example/) ![The net]({SIGNED})\n- ![]({IMGUR})\n- ![Lost]({GONE})\n- ![]({STAYS})\n"


def name_of(slug: str, body: bytes) -> str:
    """Return the name of a saved PNG."""
    return f"{slug}-{hashlib.sha256(body).hexdigest()[:16]}.png"


NET, CAT, COPY = png(40, 40), png(50, 50), PNG
SAVED = (
    LIST.replace(SIGNED, f"images/{name_of('the-net', NET)}")
    .replace(IMGUR, f"images/{name_of('net', CAT)}")
    .replace(GONE, f"images/{name_of('lost', COPY)}")
)


class Internet:
    """What the list's images are, and what they are by the time of the download.

    A test changes it before it runs the command.
    """

    def __init__(self) -> None:
        self.images: dict[str, bytes] = {SIGNED: NET, IMGUR: CAT, STAYS: png(60, 60)}
        self.build: Callable[[FakeInternet, FakeArchive], None] = lambda _internet, archive: archive.capture(
            GONE, "20190506000000", mimetype="image/png"
        )
        self.later: dict[str, bytes] = {}
        self.seen: list[Exchange] = []
        self._runs = 0

    def __call__(self, internet: FakeInternet) -> None:
        """Put it into a fake internet."""
        internet.site("a.example").page("/", "<title>A</title> hello")
        internet.site("gone.example")
        self._runs += 1
        for url, body in (self.images | (self.later if self._runs > 1 else {})).items():
            host, _, path = url.partition("://")[2].partition("/")
            internet.site(host).page(f"/{path}", body, media_type=sniff(body) or "image/png")
        self.build(internet, FakeArchive(internet))

    def downloads(self) -> list[str]:
        """Return the paths that were requested of hosts of images."""
        return [e.path for e in self.seen if e.host in ("cdn.discordapp.com", "i.imgur.com")]


def text(name: str = "README.md") -> str:
    """Return what a file holds."""
    return Path(name).read_text("utf-8")


def files_here() -> list[str]:
    """Return the files of the repository, without git's own."""
    return sorted(p.as_posix() for p in Path().rglob("*") if p.is_file() and ".git" not in p.parts)
