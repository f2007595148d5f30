"""Documents as they are and as a commit has them, and the links in both."""

from __future__ import annotations

import hashlib
import os
import stat
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from linkwarden.git import FileEntry, Git
from linkwarden.inputs import MAX_BYTES, Source, decode, extractor_for
from linkwarden.model import Notice, Occurrence, Suppression
from linkwarden.report._words import is_health_report
from linkwarden.text import target_key


@dataclass(frozen=True, slots=True)
class Links:
    """What one version of a document links to.

    Attributes:
        links: keys of web addresses that stand as links.
        pictures: of those that stand as pictures.
        local: everything else, by address as written.
        suppressions: what its comments say not to report, and how often.
        notices: what the extractor remarks on (``Notice.about``).
    """

    links: frozenset[str] = frozenset()
    pictures: frozenset[str] = frozenset()
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
        git: asks the repository.
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
        elif not is_health_report(text):  # of ours; it names what is amiss
            now = _read(top, path)
            after = _links(path, decode(now)) if now is not None else Links()
            found[path] = Versions(_links(path, text), after, listed=False)
    return found


def suppression_key(suppression: Suppression) -> tuple[object, ...]:
    """Give what makes two comments the same, wherever they stand."""
    return suppression.codes, suppression.reason, suppression.last - suppression.first


def links_of(source: Source) -> Links:
    """Take the links out of a text."""
    links: set[str] = set()
    pictures: set[str] = set()
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
                (pictures if item.markup.is_image else links).add(target_key(address, source.name))
    stand = {url: tuple(places) for url, places in local.items()}
    return Links(frozenset(links), frozenset(pictures), stand, suppressions, frozenset(notices))


def same_as(entry: FileEntry, data: bytes) -> bool:
    """Tell whether a file has the contents that a commit has (the name of contents is a hash of them)."""
    kind = "sha1" if len(entry.oid) == 40 else "sha256"
    return hashlib.new(kind, b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest() == entry.oid


def _unchanged(source: Source) -> Versions:
    links = links_of(source)
    return Versions(links, links, listed=True)


def _was_there(path: str, entries: Mapping[str, FileEntry]) -> bool:
    """Tell whether a file stood in the base; so did those of a submodule, which is another repository's affair."""
    entry = entries.get(path)
    if entry is not None:
        return entry.is_file
    above = (entries.get(str(folder)) for folder in PurePosixPath(path).parents)
    return any(folder is not None and folder.is_submodule for folder in above)


def _documents(entries: Mapping[str, FileEntry], lists: Mapping[str, Source]) -> Iterator[tuple[str, FileEntry]]:
    for path, entry in entries.items():
        if entry.is_file and (path in lists or extractor_for(PurePosixPath(path).suffix) is not None):
            yield path, entry


def _differs(entry: FileEntry, data: bytes | None) -> bool:
    return data is None or not same_as(entry, data)


def _links(path: str, text: str) -> Links:
    extractor = extractor_for(PurePosixPath(path).suffix)
    return links_of(Source(path, text, extractor)) if extractor is not None else Links()


def _read(top: Path, path: str) -> bytes | None:
    """Give a file's contents, or None if it is gone: no file any more, or somewhere else by a symbolic link."""
    place = top / path
    try:
        regular = stat.S_ISREG(os.lstat(place).st_mode)
        if not regular or place.resolve() != place:
            return None
        with place.open("rb") as file:
            return file.read(MAX_BYTES)
    except (OSError, RuntimeError, ValueError):
        return None
