"""URLs that are asked for elsewhere (``--rewrite FROM TO``): at a preview deployment, or in a folder."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from linkwarden.model import UsageError
from linkwarden.patterns import pattern
from linkwarden.records import dataclass

_WEB = pattern(r"https?://[^\s/?#@]+(?:[/?#]\S*)?", re.IGNORECASE)
_HOST = pattern(r"\A[A-Za-z]+://[^/?#]*")
_SAMPLE = "Write it like this: --rewrite https://example.org/ https://preview.example.org/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewrite:
    """URLs that begin with one URL are asked for below another, or looked for in a folder.

    Attributes:
        begins: what a URL begins with: it ends there, or goes on behind a slash, a question mark or a number sign.
        asked: what takes its place, or "".
        folder: the folder that takes its place, or None.
    """

    begins: str
    asked: str = ""
    folder: Path | None = None

    def rest(self, url: str) -> str | None:
        """Return what follows the beginning of a URL, or None if it does not begin so."""
        return _rest(self.begins, url)

    def forth(self, rest: str) -> str:
        """Return the URL that is asked for."""
        return _joined(self.asked, rest)

    def back(self, url: str) -> str | None:
        """Return the URL that stands for one that was asked for, or None if it stands for none."""
        rest = _rest(self.asked, url) if self.asked else None
        return None if rest is None else _joined(self.begins, rest)


def _rest(begins: str, url: str) -> str | None:
    begins = begins.rstrip("/")
    if not _small_host(url).startswith(begins):
        return None
    rest = url[len(begins) :]
    return rest if not rest or rest[0] in "/?#" else None


def _joined(begins: str, rest: str) -> str:
    return begins.rstrip("/") + rest if rest[:1] == "/" else begins + rest


def _small_host(url: str) -> str:
    """Return a URL with scheme and host in small letters, as long as before."""
    return _HOST.sub(lambda found: found[0].lower(), url)


def rewritten(rewrites: Iterable[Rewrite], url: str) -> tuple[Rewrite, str] | None:
    """Return what a URL is rewritten by, the longest beginning first, and what follows that; None if by none."""
    found = [(rewrite, rest) for rewrite in rewrites if (rest := rewrite.rest(url)) is not None]
    return max(found, key=lambda pair: len(pair[0].begins), default=None)


def read_rewrites(given: Sequence[object], *, what: str) -> tuple[Rewrite, ...]:
    """Return the rewrites that pairs of texts mean.

    Raises:
        UsageError: one is no pair, its first part is no web URL, or its second neither a web URL nor a folder.
    """
    pairs = given[0] if len(given) == 1 and given[0] and not isinstance(given[0][0], str) else given  # type: ignore[index]  # a list of pairs
    return tuple(_read(pair, what) for pair in pairs)  # type: ignore[attr-defined]  # as above


def _read(pair: object, what: str) -> Rewrite:
    if not isinstance(pair, list | tuple) or len(pair) != 2 or not all(isinstance(each, str | Path) for each in pair):
        raise UsageError(f"{what}: takes a URL and what takes its place", _SAMPLE)
    begins, to = map(str, pair)
    if not _WEB.fullmatch(begins):
        raise UsageError(f"{what}: {begins!r} is not the beginning of a web URL", _SAMPLE)
    begins = _small_host(begins)
    if _WEB.fullmatch(to):
        return Rewrite(begins=begins, asked=_small_host(to))
    folder = _folder(to)
    if folder is None:
        raise UsageError(
            f"{what}: {to!r} is neither a web URL nor a folder", "Name the folder that the site is built to."
        )
    return Rewrite(begins=begins, folder=folder)


def _folder(text: str) -> Path | None:
    if not text.lower().startswith("file:"):
        return Path(text) if text.strip() and "://" not in text else None
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    from urllib.request import url2pathname  # noqa: PLC0415 - a tenth of a second, which few runs need

    return Path(url2pathname(parts.path)) if parts.netloc in ("", "localhost") else None
