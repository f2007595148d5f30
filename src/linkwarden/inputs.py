"""From what the user names to the texts that are checked."""

from __future__ import annotations

import asyncio
import glob
import os
import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

import linkwarden.extract as extract_package
from linkwarden.extract import Extractor
from linkwarden.model import Anchor, Extracted, LinkwardenError, Notice
from linkwarden.plugins import discover
from linkwarden.text import is_http
from linkwarden.wire import Ask, NetError

if TYPE_CHECKING:
    from linkwarden.net import Net

STDIN = "<stdin>"
#: A list larger than this is a data dump; reading it would only exhaust memory.
MAX_BYTES = 64 * 1024 * 1024
#: Of a list that is fetched: GitHub itself shows no README beyond 500 KiB.
MAX_REMOTE_BYTES = 16 * 1024 * 1024
_SKIPPED_FOLDERS = frozenset({"node_modules", "venv", "__pycache__", "vendor", "site-packages"})
_OWNER_REPO = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}")
_GITHUB_PAGE = re.compile(
    r"https?://(?:www\.)?github\.com/([^/?#]+)/([^/?#]+?)(?:\.git)?(?:/(blob|tree|raw)/([^?#]+))?/?(?:[?#].*)?"
)
_README_NAMES = ("README.md", "readme.md", "Readme.md", "README.markdown", "README")
_SNIFFED = 8192
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_NONE: Mapping[Path, Sequence[Anchor]] = MappingProxyType({})


class InputError(LinkwardenError):
    """One input cannot be read. The others are still checked."""


@dataclass(frozen=True, slots=True)
class Source:
    """One text to check.

    Attributes:
        name: what reports call it; the path as given, in POSIX form.
        text: its content.
        extractor: reads it.
        base_url: what relative links start from if the text came from the web, else None.
        damaged: True if some bytes were not text and stand as U+FFFD.
    """

    name: str
    text: str
    extractor: Extractor
    base_url: str | None = None
    damaged: bool = False

    def parse(self) -> Iterator[Extracted]:
        """Give its links, anchors and notices as they are found."""
        if self.damaged:
            yield Notice(
                self.name, 1, "Some bytes are not UTF-8; they were read as U+FFFD and the file is left as it is."
            )
        yield from self.extractor.extract(self.text, self.name)

    def address_of(self, url: str) -> str | None:
        """Give the absolute http(s) address that a link in this text leads to, or None if it leads elsewhere.

        ``//host/…`` takes https, as on GitHub's own pages (RFC 3986 section 4.2); other relative links have an
        address only if the text itself has one.
        """
        if is_http(url):
            return url
        try:
            if url.startswith("//"):
                return urljoin("https://", url)
            if self.base_url is not None and not url.startswith("#") and not _SCHEME.match(url):
                return urljoin(self.base_url, url)
        except ValueError:
            return None
        return None


@cache
def extractors() -> tuple[Extractor, ...]:
    """Give one of each extractor there is."""
    return tuple(cls() for cls in discover(extract_package, Extractor))  # type: ignore[type-abstract]


def extractor_for(suffix: str) -> Extractor | None:
    """Give the extractor that reads files of a suffix (``.md``, any case), or None."""
    return next((e for e in extractors() if suffix.lower() in e.suffixes), None)


def decode(data: bytes) -> tuple[str, bool]:
    """Turn bytes into text: by byte-order mark, else UTF-8; gives the text and whether some bytes were replaced.

    Line ends stay as they are, so that columns and later edits are exact.
    """
    for mark, codec in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if data.startswith(mark):
            text = data.decode(codec, errors="replace")
            return text, "\ufffd" in text
    try:
        return data.decode("utf-8"), False
    except UnicodeDecodeError:
        return data.decode("utf-8", errors="replace"), True


def find_root(start: Path) -> Path:
    """Give the root of the repository that a file or directory lies in, or its directory if there is none."""
    folder = start if start.is_dir() else start.parent
    folder = folder.resolve()
    for candidate in (folder, *folder.parents):
        if (candidate / ".git").exists():
            return candidate
    return folder


def first_folder(inputs: Sequence[str]) -> Path:
    """Give the path that the repository root is looked for from: the first local input, else the working directory."""
    for name in inputs:
        if name != "-" and not is_http(name) and Path(name).exists():
            return Path(name)
    return Path.cwd()


def anchors_reader(inputs: Mapping[Path, Sequence[Anchor]] = _NONE) -> Callable[[Path], Sequence[Anchor] | None]:
    """Give a function that tells the anchors of a document, and reads each local document once.

    Args:
        inputs: anchors of the texts that are checked, by name as a path; also of those that are no files (standard
            input, fetched lists). It may grow while the function is in use.
    """
    known: dict[Path, tuple[Anchor, ...] | None] = {}

    def anchors_of(path: Path) -> Sequence[Anchor] | None:
        if path in inputs:
            return inputs[path]
        if path not in known:
            known[path] = _read_anchors(path)
        return known[path]

    return anchors_of


def _read_anchors(path: Path) -> tuple[Anchor, ...] | None:
    extractor = extractor_for(path.suffix)
    if extractor is None:
        return None
    try:
        text, _ = decode(path.read_bytes())
    except OSError:
        return None
    return tuple(item for item in extractor.extract(text, str(path)) if isinstance(item, Anchor))


def local_sources(name: str, stdin: Callable[[], bytes]) -> Iterator[Source | InputError]:
    """Read one input that is no address: a file, a glob, a directory or ``-``."""
    if name == "-":
        yield _source(STDIN, stdin(), ".md")
        return
    path = Path(name)
    if path.is_dir():
        files = sorted(_documents(path))
        if not files:
            yield InputError(
                f"{name}: no list in this directory", f"linkwarden reads files ending in {_known_suffixes()}."
            )
        for file in files:
            yield _read(file)
    elif path.exists() or not glob.has_magic(name):
        yield _read(path)
    else:
        matches = sorted(Path(m) for m in glob.glob(name, recursive=True) if Path(m).is_file())  # noqa: PTH207 - a pattern may be absolute
        if not matches:
            yield InputError(f"{name}: no file matches", "Quote the pattern and check the directory you are in.")
        for file in matches:
            yield _read(file)


async def remote_source(name: str, net: Net) -> Source | InputError:
    """Fetch one input that is an address or ``owner/repo``."""
    for address, base in _remote_candidates(name):
        try:
            response = await net.fetch(
                Ask(
                    url=address,
                    purpose="input",
                    accept="text/plain,text/markdown,*/*;q=0.8",
                    max_bytes=MAX_REMOTE_BYTES,
                )
            )
        except NetError as error:
            return InputError(f"{name}: cannot be fetched: {error.detail}", "Check the address and the network.")
        if response.status == 404:
            continue
        if response.status != 200:
            return InputError(f"{name}: the server answered {response.status}", "Give the address of the raw file.")
        if not response.complete:
            return InputError(f"{name}: longer than {MAX_REMOTE_BYTES >> 20} MiB", "Download it and split it.")
        suffix = ".html" if response.media_type in ("text/html", "application/xhtml+xml") else ".md"
        return _source(name, response.body, suffix, base_url=base)
    return InputError(f"{name}: not found", "Give a file, a directory, the address of a raw list, or owner/repo.")


def is_remote(name: str) -> bool:
    """Tell whether an input is an address or ``owner/repo`` rather than something on disk."""
    if is_http(name):
        return True
    return bool(_OWNER_REPO.fullmatch(name)) and not Path(name).exists() and not Path(name).suffix


async def read_all(
    names: Sequence[str], stdin: Callable[[], bytes], net: Net | None
) -> AsyncIterator[Source | InputError]:
    """Read every input, one after the other, each as soon as it is asked for."""
    for name in names:
        if not await asyncio.to_thread(is_remote, name):
            # File by file and off the loop: requests for the first go out while the next is read.
            found = local_sources(name, stdin)
            while (source := await asyncio.to_thread(next, found, None)) is not None:
                yield source
        elif net is None:
            yield InputError(f"{name}: needs the network", "Download it, or leave out --offline.")
        else:
            yield await remote_source(name, net)


def _remote_candidates(name: str) -> Iterator[tuple[str, str]]:
    page = _GITHUB_PAGE.fullmatch(name)
    if page is not None and page[3] in ("blob", "raw"):
        raw = f"https://raw.githubusercontent.com/{page[1]}/{page[2]}/{page[4]}"
        yield raw, f"https://github.com/{page[1]}/{page[2]}/blob/{page[4]}"
        return
    if page is not None or not is_http(name):
        repository = f"{page[1]}/{page[2]}" if page is not None else name
        for readme in _README_NAMES:
            yield (
                f"https://raw.githubusercontent.com/{repository}/HEAD/{readme}",
                f"https://github.com/{repository}/blob/HEAD/{readme}",
            )
        return
    yield name, name


def _documents(folder: Path) -> Iterator[Path]:
    root = folder.resolve()
    for base, folders, files in os.walk(folder):
        folders[:] = sorted(f for f in folders if not f.startswith(".") and f not in _SKIPPED_FOLDERS)
        for file in files:
            path = Path(base, file)
            if extractor_for(path.suffix) is None or path.suffix.lower() == ".txt":
                continue
            if not path.is_symlink() or path.resolve().is_relative_to(root):
                yield path


def _read(path: Path) -> Source | InputError:
    name = path.as_posix()
    try:
        if path.stat().st_size > MAX_BYTES:
            return InputError(f"{name}: larger than {MAX_BYTES >> 20} MiB", "Split the list.")
        data = path.read_bytes()
    except FileNotFoundError:
        return InputError(f"{name}: no such file", f"You are in {Path.cwd()}.")
    except OSError as error:
        return InputError(f"{name}: cannot be read: {error.strerror}", "Check its permissions.")
    suffix = path.suffix or ".md"
    if extractor_for(suffix) is None:
        return InputError(f"{name}: not a kind of file that linkwarden reads", f"It reads {_known_suffixes()}.")
    if b"\x00" in data[:_SNIFFED] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return InputError(f"{name}: a binary file, not a list", "Name a Markdown or HTML file.")
    return _source(name, data, suffix)


def _source(name: str, data: bytes, suffix: str, *, base_url: str | None = None) -> Source:
    text, damaged = decode(data)
    if base_url is not None:
        guessed = PurePosixPath(urlsplit(base_url).path).suffix
        if extractor_for(guessed) is not None and suffix != ".html":
            suffix = guessed
    extractor = extractor_for(suffix)
    if extractor is None:
        raise LookupError(suffix)
    return Source(name, text, extractor, base_url, damaged)


def _known_suffixes() -> str:
    return " ".join(s for e in extractors() for s in e.suffixes)
