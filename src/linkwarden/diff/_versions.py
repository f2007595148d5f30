"""Documents as they are and as a commit has them, and the links in both."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from pathlib import Path, PurePosixPath

from linkwarden.git import FileEntry, Git
from linkwarden.inputs import MAX_BYTES, Source, decode, extractor_for, is_document
from linkwarden.model import Notice, Occurrence, Suppression
from linkwarden.records import dataclass
from linkwarden.report._words import is_health_report
from linkwarden.text import target_key
from linkwarden.tree import read_file


@dataclass(frozen=True, slots=True)
class Links:
    """What one version of a document links to.

    Attributes:
        links: keys of web URLs that are links.
        images: keys of those that are images.
        local: everything else, by URL as written.
        suppressions: what its comments say not to report, and how often.
        notices: what the extractor reports about it (``Notice.about``).
    """

    links: frozenset[str] = frozenset()
    images: frozenset[str] = frozenset()
    local: Mapping[str, tuple[Occurrence, ...]] = field(default_factory=dict)
    suppressions: Counter[tuple[object, ...]] = field(default_factory=Counter)
    notices: frozenset[tuple[str, ...]] = frozenset()


@dataclass(frozen=True, slots=True)
class Versions:
    """A document before and after a change.

    Attributes:
        before: as the base has it; empty where it has none.
        after: as it is; empty if it is gone.
        listed: it is one of the lists that are checked.
    """

    before: Links
    after: Links
    listed: bool


def read_versions(
    git: Git, entries: Mapping[str, FileEntry], top: Path, lists: Mapping[str, Source]
) -> dict[str, Versions]:
    """Read the lists, and every other document of the repository that the change touches, in both versions.

    Args:
        git: runs git in the repository.
        entries: what the base has.
        top: where the paths of the repository begin.
        lists: what is checked, by path.

    Raises:
        GitError: the base cannot be read.
    """
    found = {path: _unchanged(source) for path, source in lists.items()}
    before = {path: entry for path, entry in _documents(entries, lists) if _differs(entry, _read(top, path))}
    for path in lists:
        if not _was_there(path, entries):
            found[path] = replace(found[path], before=Links())
    contents = git.contents((entry.oid for entry in before.values()), MAX_BYTES)
    for path, entry in before.items():
        text = decode(contents[entry.oid] or b"")
        if path in lists:
            found[path] = replace(found[path], before=links_of(replace(lists[path], text=text)))
        elif not is_health_report(text):  # a report of ours names what is broken
            now = _read(top, path)
            after = _links(path, decode(now)) if now is not None else Links()
            found[path] = Versions(_links(path, text), after, listed=False)
    return found


def suppression_key(suppression: Suppression) -> tuple[object, ...]:
    """Return what makes two comments the same, wherever they are."""
    return suppression.codes, suppression.reason, suppression.last - suppression.first


def links_of(source: Source) -> Links:
    """Return the links of a text."""
    links: set[str] = set()
    images: set[str] = set()
    local: dict[str, list[Occurrence]] = {}
    suppressions: Counter[tuple[object, ...]] = Counter()
    notices: set[tuple[str, ...]] = set()
    for item in source.parse():
        if isinstance(item, Suppression):
            suppressions[suppression_key(item)] += 1
        elif isinstance(item, Notice):
            notices.add(item.about)
        elif isinstance(item, Occurrence):
            address = source.address_of(item.url)
            if address is None:
                local.setdefault(item.url, []).append(item)
            else:
                (images if item.markup.is_image else links).add(target_key(address, source.name))
    stand = {url: tuple(places) for url, places in local.items()}
    return Links(frozenset(links), frozenset(images), stand, suppressions, frozenset(notices))


def same_as(entry: FileEntry, data: bytes) -> bool:
    """Return True if a file has the contents that a commit has (git names contents by their hash)."""
    kind = "sha1" if len(entry.oid) == 40 else "sha256"
    return hashlib.new(kind, b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest() == entry.oid


def _unchanged(source: Source) -> Versions:
    links = links_of(source)
    return Versions(links, links, listed=True)


def _was_there(path: str, entries: Mapping[str, FileEntry]) -> bool:
    """Return True if a file was in the base; files of a submodule count, since their repository is another one."""
    entry = entries.get(path)
    if entry is not None:
        return entry.is_file
    above = (entries.get(str(folder)) for folder in PurePosixPath(path).parents)
    return any(folder is not None and folder.is_submodule for folder in above)


def _documents(entries: Mapping[str, FileEntry], lists: Mapping[str, Source]) -> Iterator[tuple[str, FileEntry]]:
    for path, entry in entries.items():
        if entry.is_file and (path in lists or is_document(PurePosixPath(path).suffix)):
            yield path, entry


def _differs(entry: FileEntry, data: bytes | None) -> bool:
    return data is None or not same_as(entry, data)


def _links(path: str, text: str) -> Links:
    extractor = extractor_for(PurePosixPath(path).suffix)
    return links_of(Source(path, text, extractor)) if extractor is not None else Links()


def _read(top: Path, path: str) -> bytes | None:
    """Return a file's contents, or None if it is gone: no longer a file, or a symbolic link leads elsewhere."""
    place = top / path
    try:
        return read_file(place, MAX_BYTES) if place.resolve() == place else None
    except (OSError, RuntimeError, ValueError):
        return None
