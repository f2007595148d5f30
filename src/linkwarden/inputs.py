"""Turns what the user names into the texts that are checked."""

from __future__ import annotations

import asyncio
import fnmatch
import glob
import hashlib
import itertools
import os
import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

import linkwarden.extract as extract_package
from linkwarden.extract import Extractor
from linkwarden.model import Anchor, Extracted, LinkwardenError
from linkwarden.plugins import discover
from linkwarden.report._words import is_health_report
from linkwarden.text import is_http
from linkwarden.tree import read_file, root_left
from linkwarden.wire import NetError, Request

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
_OWN_STREAM = re.compile(r"/(?:dev|proc/self)/fd/\d{1,9}")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_NONE: Mapping[Path, Sequence[Anchor]] = MappingProxyType({})


class InputError(LinkwardenError):
    """An input that cannot be read. The others are still checked."""

    @property
    def sentence(self) -> str:
        """What is wrong and what to do, on one line."""
        return f"{self}. {self.advice}" if self.advice else f"{self}."


@dataclass(frozen=True, slots=True)
class Source:
    """One text to check.

    Attributes:
        name: what reports call it; the path as given, in POSIX form.
        text: its content.
        extractor: reads it.
        base_url: what relative links start from if the text came from the web, else None.
        sha256: of its bytes, in hexadecimal; "" where there were none.
    """

    name: str
    text: str
    extractor: Extractor
    base_url: str | None = None
    sha256: str = ""

    def parse(self) -> Iterator[Extracted]:
        """Yield its links, anchors and notices as they are found."""
        return self.extractor.extract(self.text, self.name)

    def address_of(self, url: str) -> str | None:
        """Return the absolute http(s) URL that a link in this text leads to, or None if it leads elsewhere.

        ``//host/…`` takes https, as on GitHub's own pages (RFC 3986 section 4.2); other relative links have a
        URL only if the text itself has one.
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
    """Return one of each extractor there is."""
    return tuple(cls() for cls in discover(extract_package, Extractor))  # type: ignore[type-abstract]


def extractor_for(suffix: str) -> Extractor | None:
    """Return the extractor that reads files of a suffix (``.md``, any case), or None."""
    return next((e for e in extractors() if suffix.lower() in e.suffixes), None)


def decode(data: bytes) -> str:
    """Return bytes as text: by byte-order mark, else UTF-8; what is neither becomes U+FFFD (extractors report it).

    Line ends stay as they are, so that columns and later edits are exact.
    """
    for mark, codec in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if data.startswith(mark):
            return data.decode(codec, errors="replace")
    return data.decode("utf-8", errors="replace")


def find_root(start: Path) -> Path:
    """Return the root of the repository that a file or directory is in, or its directory if there is none."""
    folder = start if start.is_dir() else start.parent
    folder = folder.resolve()
    for candidate in (folder, *folder.parents):
        if os.path.exists(candidate / ".git"):  # noqa: PTH110 - never raises
            return candidate
    return folder


def first_folder(inputs: Sequence[str]) -> Path:
    """Return where the search for the repository root begins: the first local input, else the working directory."""
    for name in inputs:
        if name != "-" and not is_http(name) and os.path.exists(name):  # noqa: PTH110 - never raises
            return Path(name)
    return Path.cwd()


def anchors_reader(inputs: Mapping[Path, Sequence[Anchor]] = _NONE) -> Callable[[Path], Sequence[Anchor] | None]:
    """Return a function that returns the anchors of a document, and reads each local document once.

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
        text = decode(read_file(path, MAX_BYTES))
    except (OSError, ValueError):
        return None
    return tuple(item for item in extractor.extract(text, str(path)) if isinstance(item, Anchor))


def local_sources(
    name: str, stdin: Callable[[], bytes], seen: set[Path] | None = None
) -> Iterator[Source | InputError]:
    """Read one input that is not a URL: a file, a glob, a directory or ``-``.

    Args:
        name: what the user named.
        stdin: reads standard input to its end.
        seen: the files that were read already, so that a file that is named twice is one list. It grows.
    """
    seen = set() if seen is None else seen
    if name == "-":
        yield _read_stdin(stdin)
    elif not name.strip():
        yield InputError("an input has no name", "An empty variable in a script, perhaps?")
    elif os.path.isdir(name):  # noqa: PTH112 - never raises
        left = root_left(Path(name))
        if left is not None:
            yield _leads_out(name, left)
            return
        closed: list[OSError] = []
        files = sorted(_documents(Path(name), closed.append))
        for error in closed:
            yield InputError(f"{Path(error.filename).as_posix()}: cannot be read", "Check its permissions.")
        if files or not closed:
            yield from _read_found(name, files, "no list in this directory", seen)
    elif os.path.exists(name) or not glob.has_magic(name):  # noqa: PTH110 - never raises
        if _first_time(Path(name), seen):
            yield _read(Path(name))
    else:
        yield from _read_found(name, sorted(_matches(name)), "no list matches", seen, _begin_of(name))


async def remote_source(name: str, net: Net) -> Source | InputError:
    """Fetch one input that is a URL or ``owner/repo``."""
    for address, base in _remote_candidates(name):
        try:
            response = await net.fetch(
                Request(
                    url=address,
                    purpose="input",
                    accept="text/plain,text/markdown,*/*;q=0.8",
                    max_bytes=MAX_REMOTE_BYTES,
                )
            )
        except NetError as error:
            what = name if is_http(name) else f"{name}: no such file here, and {address}"
            return InputError(f"{what}: cannot be fetched: {error.detail}", "Check the URL and the network.")
        if response.status == 404:
            continue
        if response.status != 200:
            return InputError(f"{name}: the server answered {response.status}", "Give the URL of the raw file.")
        if not response.complete:
            return InputError(f"{name}: longer than {MAX_REMOTE_BYTES >> 20} MiB", "Download it and split it.")
        suffix = ".html" if response.media_type in ("text/html", "application/xhtml+xml") else ".md"
        return _source(name, response.body, suffix, base_url=base)
    what = "the server has no such page" if is_http(name) else "neither a file here nor a README of that name at GitHub"
    return InputError(f"{name}: {what}", "Give a file, a directory, the URL of a raw list, or owner/repo.")


def is_remote(name: str) -> bool:
    """Return True for an input that is a URL or ``owner/repo`` rather than something on disk."""
    if is_http(name):
        return True
    return bool(_OWNER_REPO.fullmatch(name)) and not os.path.lexists(name) and not Path(name).suffix


def needs_network(name: str) -> InputError:
    """Return the error for a URL or ``owner/repo`` where no request may be made."""
    what = "needs the network" if is_http(name) else "no such file here, and a README at GitHub needs the network"
    return InputError(f"{name}: {what}", "Name a file, or download the list first.")


async def read_all(
    names: Sequence[str], stdin: Callable[[], bytes], net: Net | None
) -> AsyncIterator[Source | InputError]:
    """Read every input, one after the other, each as soon as it is asked for, and none twice."""
    seen: set[Path] = set()
    for name in dict.fromkeys(names):
        if not await asyncio.to_thread(is_remote, name):
            # File by file and off the loop, so that links of the first are checked while the next is read.
            found = local_sources(name, stdin, seen)
            while (source := await asyncio.to_thread(next, found, None)) is not None:
                yield source
        elif net is None:
            yield needs_network(name)
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


def _documents(folder: Path, on_closed: Callable[[OSError], None]) -> Iterator[Path]:
    root = folder.resolve()
    for base, folders, files in os.walk(folder, onerror=on_closed):
        folders[:] = sorted(f for f in folders if not f.startswith(".") and f not in _SKIPPED_FOLDERS)
        for file in files:
            path = Path(base, file)
            if extractor_for(path.suffix) is None or path.suffix.lower() == ".txt":
                continue
            # Not a pipe or a device: opening one may wait for ever.
            regular = os.path.isfile(path)  # noqa: PTH113 - never raises
            if regular and (not path.is_symlink() or path.resolve().is_relative_to(root)):
                yield path


def _matches(pattern: str) -> Iterator[Path]:
    named = Path(pattern).parts
    for path in _expand(Path(pattern)):
        skipped = any(part in _SKIPPED_FOLDERS and part not in named for part in path.parts)
        if not skipped and extractor_for(path.suffix or ".md") is not None and os.path.isfile(path):  # noqa: PTH113 - never raises
            yield path


def _expand(pattern: Path) -> Iterator[Path]:
    """Yield the paths that a pattern may mean, each once, as ``glob`` does, but below ``**`` without links to folders.

    They may form a ring, through which one file has names without end.
    """
    parts = (*pattern.parts, "*") if pattern.name == "**" else pattern.parts
    waiting = [(Path(), 0)]
    known = set(waiting)
    while waiting:
        folder, at = waiting.pop()
        if at == len(parts):
            yield folder
            continue
        part, follow = parts[at], "**" not in parts[:at]
        found: list[tuple[Path, int]] = []
        if part == "**":
            below = ((folder / name, at) for name, is_folder in _entries(folder, follow=False) if is_folder)
            found = [(folder, at + 1), *(step for step in below if not step[0].name.startswith("."))]
        elif not glob.has_magic(part):
            found = [(folder / part, at + 1)]
        else:
            names = [name for name, is_folder in _entries(folder, follow=follow) if is_folder or at + 1 == len(parts)]
            shown = [name for name in names if part.startswith(".") or not name.startswith(".")]
            found = [(folder / name, at + 1) for name in fnmatch.filter(shown, part)]
        fresh = [step for step in found if step not in known]
        known.update(fresh)
        waiting += fresh


def _entries(folder: Path, *, follow: bool) -> list[tuple[str, bool]]:
    """Return the names in a folder, and which of them are folders; a link to one counts if it is to be followed."""
    found: list[tuple[str, bool]] = []
    with suppress(OSError, ValueError), os.scandir(folder) as entries:  # no folder, or it may not be looked into
        for entry in entries:
            try:
                found.append((entry.name, entry.is_dir(follow_symlinks=follow)))
            except OSError:
                found.append((entry.name, False))
    return found


def _begin_of(pattern: str) -> Path:
    """Return the folder in which a pattern begins to look."""
    return Path(*itertools.takewhile(lambda part: not glob.has_magic(part), Path(pattern).parts))


def _first_time(path: Path, seen: set[Path]) -> bool:
    try:
        real = path.resolve()
    except (OSError, RuntimeError, ValueError):  # a loop of links, or no path at all; reading it says so
        return True
    if real in seen:
        return False
    seen.add(real)
    return True


def _read_found(
    name: str, files: Sequence[Path], none: str, seen: set[Path], base: Path | None = None
) -> Iterator[Source | InputError]:
    """Read the files that a directory or a pattern means, except reports of earlier runs."""
    found = False
    for file in files:
        source = _read(file, base) if _first_time(file, seen) else None
        if source is None or isinstance(source, InputError) or not is_health_report(source.text):
            found = True
            if source is not None:
                yield source
    if not found:
        yield InputError(
            f"{name}: {none}", f"linkwarden reads files ending in {_known_suffixes()}. You are in {Path.cwd()}."
        )


def _read_stdin(stdin: Callable[[], bytes]) -> Source | InputError:
    try:
        data = stdin()
    except OSError as error:
        return InputError(f"standard input cannot be read: {error.strerror}", "Pipe a list into it, or name a file.")
    return _checked(STDIN, data, ".md")


def _read(path: Path, base: Path | None = None) -> Source | InputError:
    name, suffix = path.as_posix(), path.suffix or ".md"
    left = root_left(path, base)
    data = _bytes_of(path) if left is None else _leads_out(name, left)
    if isinstance(data, InputError):
        return data
    if extractor_for(suffix) is None:
        return InputError(f"{name}: not a kind of file that linkwarden reads", f"It reads {_known_suffixes()}.")
    return _checked(name, data, suffix)


def _bytes_of(path: Path) -> bytes | InputError:
    name = path.as_posix()
    try:
        if not _OWN_STREAM.fullmatch(name):
            return read_file(path, MAX_BYTES + 1)
        with path.open("rb") as file:  # of a shell: linkwarden check <(command)
            return file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        if path.is_symlink():
            return InputError(f"{name}: a symbolic link to a file that is not there")
        return InputError(f"{name}: no such file", f"You are in {Path.cwd()}.")
    except PermissionError:
        return InputError(f"{name}: cannot be read", "Check its permissions.")
    except (OSError, ValueError) as error:
        return InputError(f"{name}: cannot be read: {getattr(error, 'strerror', error)}")


def _leads_out(name: str, left: Path) -> InputError:
    return InputError(f"{name}: a symbolic link leads out of {left}", "Name the file itself, where it is.")


def _checked(name: str, data: bytes, suffix: str) -> Source | InputError:
    if len(data) > MAX_BYTES:
        return InputError(f"{name}: larger than {MAX_BYTES >> 20} MiB", "Split the list.")
    if b"\x00" in data[:_SNIFFED] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        if data[:_SNIFFED].count(b"\x00") * 3 > len(data[:_SNIFFED]) and any(data[:_SNIFFED]):
            return InputError(f"{name}: looks like UTF-16 without a byte-order mark", "Save it as UTF-8.")
        return InputError(f"{name}: a binary file, not a list", "Name a Markdown or HTML file.")
    return _source(name, data, suffix)


def _source(name: str, data: bytes, suffix: str, *, base_url: str | None = None) -> Source:
    text = decode(data)
    if base_url is not None:
        guessed = PurePosixPath(urlsplit(base_url).path).suffix
        if extractor_for(guessed) is not None and suffix != ".html":
            suffix = guessed
    extractor = extractor_for(suffix)
    if extractor is None:
        raise LookupError(suffix)
    return Source(name, text, extractor, base_url, hashlib.sha256(data).hexdigest())


def _known_suffixes() -> str:
    return " ".join(s for e in extractors() for s in e.suffixes)
