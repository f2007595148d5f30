"""Hosts of pictures: imgur's removed sign, badges that draw errors, and what GitHub's proxy refuses."""

from __future__ import annotations

from tests.internet import FakeInternet
from tests.internet.pictures import PNG, SVG, png

LFS_POINTER = (
    b"version https://git-lfs.github.com/spec/v1\n"
    b"oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n"
)


def badge(words: str) -> bytes:
    """Draw a badge as shields.io does."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="98" height="20" role="img" aria-label="{words}">'
        f"<title>{words}</title></svg>"
    ).encode()


class FakeImageHosts:
    """Picture hosts on their real names, and ``pictures.example.org`` for all that can be wrong with a picture."""

    def __init__(self, internet: FakeInternet) -> None:
        imgur = internet.site("i.imgur.com")
        imgur.page("/alive.png", PNG, media_type="image/png")
        imgur.redirect("/dead1.png", "https://i.imgur.com/removed.png", 302)
        imgur.page("/removed.png", png(161, 81), media_type="image/png")
        shields = internet.site("img.shields.io")
        shields.page("/good", badge("build: passing"), media_type="image/svg+xml;charset=utf-8")
        shields.page("/bad", badge("build: repo not found"), media_type="image/svg+xml;charset=utf-8")
        raw = internet.site("raw.githubusercontent.com")
        raw.page("/o/r/main/lfs.png", LFS_POINTER, media_type="text/plain; charset=utf-8")
        raw.page("/o/r/main/a.svg", SVG, media_type="text/plain; charset=utf-8")
        site = internet.site("pictures.example.org")
        for hops in range(7):
            site.redirect(f"/hops/{hops + 1}.png", f"/hops/{hops}.png", 302)
        site.page("/hops/0.png", PNG, media_type="image/png")
        site.redirect("/308.png", "/hops/0.png", 308)
        site.redirect("/moved.png", "/hops/0.png", 301)
        self.site = site
