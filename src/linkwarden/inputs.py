"""Turns what the user names into the texts that are checked."""

from __future__ import annotations

import asyncio
import glob
import hashlib
import os
import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

import linkwarden.extract as extract_package
from linkwarden import whatwg
from linkwarden.config import Config, nearest
from linkwarden.extract import Extractor
from linkwarden.model import Anchor, Extracted, LinkwardenError, UsageError
from linkwarden.patterns import pattern
from linkwarden.plugins import discover, instance_of
from linkwarden.records import dataclass
from linkwarden.report._words import is_health_report
from linkwarden.text import is_http
from linkwarden.tree import read_file, root_left
from linkwarden.walk import Choice, Found, begin_of
from linkwarden.wire import NetError, Request

if TYPE_CHECKING:
    from linkwarden.net import Net

STDIN = "<stdin>"
#: A list larger than this is a data dump; reading it would only exhaust memory.
MAX_BYTES = 64 * 1024 * 1024
#: Of a list that is fetched: GitHub itself shows no README beyond 500 KiB.
MAX_REMOTE_BYTES = 16 * 1024 * 1024
_OWNER_REPO = pattern(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}")
_GITHUB_PAGE = pattern(
    r"https?://(?:www\.)?github\.com/([^/?#]+)/([^/?#]+?)(?:\.git)?(?:/(blob|tree|raw)/([^?#]+))?/?(?:[?#].*)?"
)
_README_NAMES = (
    "README.md",
    "readme.md",
    "Readme.md",
    "README.markdown",
    "README.rst",
    "README.adoc",
    "README.org",
    "README",
)
_SNIFFED = 8192
#: Of files that are never opened for their text, because a folder holds many of them.
_BINARY = pattern(
    r"\.(?:png|jpe?g|gif|webp|avif|ico|bmp|tiff?|pdf|zip|gz|xz|bz2|zst|7z|tar|whl|jar|woff2?|ttf|otf|eot|mp[34]|webm|mov"
    r"|avi|ogg|wav|exe|dll|so|dylib|o|a|pyc|class|bin|sqlite3?|db)",
    re.IGNORECASE,
)
#: How formats that hold no text become ones that do.
_CONVERTED = "Save it as Markdown or HTML and name that file."
_OWN_STREAM = pattern(r"/(?:dev|proc/self)/fd/\d{1,9}")
_SCHEME = pattern(r"[A-Za-z][A-Za-z0-9+.-]*:")
_URL_LINE = pattern(rb"(?:https?|ftp)://\S+", re.IGNORECASE)
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
        if url.startswith("//"):
            return f"https:{url}"
        if self.base_url is not None and not url.startswith("#") and not _SCHEME.match(url):
            return whatwg.resolve(url, self.base_url)
        return None


class LeftOut(NamedTuple):
    """Files that a folder or a pattern means and that are not read.

    Attributes:
        name: of the input.
        what: how many, and why.
    """

    name: str
    what: str

    @property
    def sentence(self) -> str:
        """What was left out, on one line."""
        return f"Not read: {self.what}."


@dataclass(frozen=True, slots=True)
class Reading:
    """How inputs are read.

    Attributes:
        extractor: reads every input, whatever its suffix; None where the suffix decides.
        exclude_paths: patterns of files that folders and patterns do not mean.
        hidden: look into hidden folders as well.
        ignored: read what git ignores as well.
    """

    extractor: Extractor | None = None
    exclude_paths: tuple[str, ...] = ()
    hidden: bool = False
    ignored: bool = False

    @property
    def below_folders(self) -> Choice:
        """What is read where a folder is named: documents, and with a kind given, all files that hold text."""
        return self._choice(is_document if self.extractor is None else _may_be_text)

    @property
    def by_pattern(self) -> Choice:
        """What is read where a pattern is given: every kind."""
        return self._choice(
            (lambda suffix: extractor_for(suffix) is not None) if self.extractor is None else _may_be_text
        )

    def _choice(self, reads: Callable[[str], bool]) -> Choice:
        return Choice(reads, self.exclude_paths, self.hidden, self.ignored)


def reading_of(config: Config) -> Reading:
    """Return how the inputs of a run are read.

    Raises:
        UsageError: there is no such kind of input.
    """
    extractor = None
    if config.input_kind is not None:
        extractor = next((e for e in extractors() if e.name == config.input_kind), None)
        if extractor is None:
            near = nearest(config.input_kind, kinds())
            meant = f"Did you mean {near}? " if near else ""
            raise UsageError(f"unknown kind of input {config.input_kind!r}", f"{meant}Known are: {', '.join(kinds())}.")
    return Reading(extractor, config.exclude_paths, config.hidden, not config.gitignore)


_BY_SUFFIX = Reading()


@cache
def extractors() -> tuple[Extractor, ...]:
    """Return one of each extractor there is."""
    return tuple(instance_of(cls) for cls in discover(extract_package, Extractor))  # type: ignore[type-abstract]


def extractor_for(suffix: str) -> Extractor | None:
    """Return the extractor that reads files of a suffix (``.md``, any case), or None."""
    return next((e for e in extractors() if suffix.lower() in e.suffixes), None)


def kinds() -> list[str]:
    """Return the names of the kinds of input."""
    return [extractor.name for extractor in extractors()]


def is_document(suffix: str) -> bool:
    """Return whether files of a suffix are read where only their folder is named."""
    return any(suffix.lower() in extractor.of_folders for extractor in extractors())


def _may_be_text(suffix: str) -> bool:
    return _BINARY.fullmatch(suffix) is None


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
    if not extractor.knows_anchors(text):
        return None
    return tuple(item for item in extractor.extract(text, str(path)) if isinstance(item, Anchor))


def local_sources(
    name: str, stdin: Callable[[], bytes], seen: set[Path] | None = None, reading: Reading = _BY_SUFFIX
) -> Iterator[Source | InputError | LeftOut]:
    """Read one input that is not a URL: a file, a glob, a directory or ``-``.

    Args:
        name: what the user named.
        stdin: reads standard input to its end.
        seen: the files that were read already, so that a file that is named twice is one list. It grows.
        reading: how inputs are read.
    """
    seen = set() if seen is None else seen
    if name == "-":
        yield _read_stdin(stdin, reading)
    elif not name.strip():
        yield InputError("an input has no name", "An empty variable in a script, perhaps?")
    elif os.path.isdir(name):  # noqa: PTH112 - never raises
        left = root_left(Path(name))
        if left is not None:
            yield _leads_out(name, left)
            return
        found = reading.below_folders.below(Path(name))
        for error in found.closed:
            yield InputError(f"{Path(error.filename).as_posix()}: cannot be read", "Check its permissions.")
        if found.files or not found.closed:
            yield from _read_found(name, found, "no list in this directory", seen, reading)
    elif os.path.exists(name) or not glob.has_magic(name):  # noqa: PTH110 - never raises
        if _first_time(Path(name), seen):
            yield _read(Path(name), reading)
    else:
        found = reading.by_pattern.matching(name)
        yield from _read_found(name, found, "no list matches", seen, reading, begin_of(name))


async def remote_source(name: str, net: Net, reading: Reading = _BY_SUFFIX) -> Source | InputError:
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
        return _source(name, response.body, reading.extractor or _remote_kind(base, suffix), base_url=base)
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
    names: Sequence[str], stdin: Callable[[], bytes], net: Net | None, reading: Reading = _BY_SUFFIX
) -> AsyncIterator[Source | InputError | LeftOut]:
    """Read every input, one after the other, each as soon as it is asked for, and none twice."""
    seen: set[Path] = set()
    for name in dict.fromkeys(names):
        if not await asyncio.to_thread(is_remote, name):
            # File by file and off the loop, so that links of the first are checked while the next is read.
            found = local_sources(name, stdin, seen, reading)
            while (source := await asyncio.to_thread(next, found, None)) is not None:
                yield source
        elif net is None:
            yield needs_network(name)
        else:
            yield await remote_source(name, net, reading)


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
    name: str, found: Found, none: str, seen: set[Path], reading: Reading, base: Path | None = None
) -> Iterator[Source | InputError | LeftOut]:
    """Read the files that a directory or a pattern means, except reports of earlier runs."""
    any_list = False
    for file in found.files:
        source = _read(file, reading, base) if _first_time(file, seen) else None
        if source is None or isinstance(source, InputError) or not is_health_report(source.text):
            any_list = True
            if source is not None:
                yield source
    if not any_list:
        left = f" Not read: {found.left_out}." if found.left_out else ""
        yield InputError(f"{name}: {none}", f"linkwarden reads {_known_kinds()}.{left} You are in {Path.cwd()}.")
    elif found.left_out:
        yield LeftOut(name, found.left_out)


def _read_stdin(stdin: Callable[[], bytes], reading: Reading) -> Source | InputError:
    try:
        data = stdin()
    except OSError as error:
        return InputError(f"standard input cannot be read: {error.strerror}", "Pipe a list into it, or name a file.")
    extractor = reading.extractor
    if extractor is None:
        extractor = extractor_for(".urls" if _is_url_list(data) else ".md")
    return _checked(STDIN, data, extractor)


def _is_url_list(data: bytes) -> bool:
    """Return whether every line is a URL, so that none of them is cut where Markdown would end it."""
    lines = [line.strip() for line in data.splitlines()]
    lines = [line for line in lines if line and not line.startswith(b"#")]
    return bool(lines) and all(_URL_LINE.fullmatch(line) for line in lines)


def read_document(
    path: Path, reading: Reading = _BY_SUFFIX, base: Path | None = None
) -> tuple[Source, bytes] | InputError:
    """Return one file as a text to check, with its bytes; ``base`` is the folder of the pattern that means it."""
    name = path.as_posix()
    left = root_left(path, base)
    data = _bytes_of(path) if left is None else _leads_out(name, left)
    if isinstance(data, InputError):
        return data
    source = _checked(name, data, reading.extractor or extractor_for(path.suffix or ".md"))
    return source if isinstance(source, InputError) else (source, data)


def _read(path: Path, reading: Reading, base: Path | None = None) -> Source | InputError:
    found = read_document(path, reading, base)
    return found if isinstance(found, InputError) else found[0]


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


def _checked(name: str, data: bytes, extractor: Extractor | None) -> Source | InputError:
    if len(data) > MAX_BYTES:
        return InputError(f"{name}: larger than {MAX_BYTES >> 20} MiB", "Split the list.")
    if b"\x00" in data[:_SNIFFED] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        if data[:_SNIFFED].count(b"\x00") * 3 > len(data[:_SNIFFED]) and any(data[:_SNIFFED]):
            return InputError(f"{name}: looks like UTF-16 without a byte-order mark", "Save it as UTF-8.")
        return InputError(f"{name}: a binary file, not a list", _CONVERTED)
    if data.startswith(b"%PDF-"):
        return InputError(f"{name}: a PDF, not a list", _CONVERTED)
    if extractor is None:
        return InputError(
            f"{name}: not a kind of file that linkwarden reads",
            f"It reads {_known_kinds()}. For the bare URLs of any other text, give --input-kind text.",
        )
    return _source(name, data, extractor)


def _source(name: str, data: bytes, extractor: Extractor, *, base_url: str | None = None) -> Source:
    return Source(name, decode(data), extractor, base_url, hashlib.sha256(data).hexdigest())


def _remote_kind(base_url: str, suffix: str) -> Extractor:
    """Return what reads a text from the web: pages as pages, the rest by the suffix in its URL, else as Markdown."""
    guessed = extractor_for(PurePosixPath(urlsplit(base_url).path).suffix) if suffix != ".html" else None
    extractor = guessed or extractor_for(suffix)
    if extractor is None:
        raise LookupError(suffix)
    return extractor


def _known_kinds() -> str:
    return ", ".join(f"{extractor.title} ({' '.join(extractor.suffixes)})" for extractor in extractors())
