"""The command ``linkwarden`` of the journeys: the program of the clone, whole, on a fake internet."""

from __future__ import annotations

import sys
from pathlib import Path

from linkwarden import api
from linkwarden.__main__ import leave
from linkwarden.cli import cli
from linkwarden.cli.guard import run_guarded
from tests.deps import on_fake_internet
from tests.internet import FakeInternet
from tests.internet.archive import FakeArchive
from tests.internet.arxiv import FakeArxiv, FakePaper
from tests.internet.pictures import PNG
from tests.internet.walls import bot_wall


def build(internet: FakeInternet) -> None:
    """Make the part of the internet that the lists of the journeys name."""
    books = internet.site("books.example.net")
    books.page("/sicp", "<title>SICP</title><h1>Structure and Interpretation</h1><p>All of the book is here.</p>")
    books.redirect("/old", "/sicp")
    internet.site("tools.example.net").page("/one", "<title>One</title><h1>The first tool</h1><p>Install it.</p>")
    internet.site("wall.example.net").default(bot_wall("cloudflare"))
    internet.dns("gone.example.net", "nxdomain")
    images = internet.site("images.example.net").page("/plot.png", PNG, media_type="image/png")
    images.page("/page.png", "<h1>Not an image</h1>")
    arxiv = FakeArxiv(internet)
    arxiv.papers["1706.03762"] = FakePaper(title="Attention Is All You Need")
    arxiv.only = set()  # and nothing else
    FakeArchive(internet)


if __name__ == "__main__":
    sys.path.remove(str(Path(__file__).parent))
    api._loop_factory = lambda: None  # virtual time needs asyncio's own loop
    leave(run_guarded(cli, sys.argv[1:], on_fake_internet(build)))
