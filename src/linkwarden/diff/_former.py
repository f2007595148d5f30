"""What local links led to before a change, settled by the same providers as today.

The few files of the base that these links may lead to are written to a temporary folder, which the providers then
read as usual.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import NamedTuple
from urllib.parse import unquote

from linkwarden import rules
from linkwarden.docsites import Sites, files_at, sets_up_builder
from linkwarden.git import FileEntry, Git
from linkwarden.inputs import anchors_reader
from linkwarden.model import Claim, Evidence, Occurrence, Target
from linkwarden.providers import LoadContext, Provider

#: Of a file that a link leads to. A longer one counts as empty, which is not the same as missing.
_MOST_BYTES = 8 * 1024 * 1024


class Former(NamedTuple):
    """A local link as it was before.

    Attributes:
        path: of its document in the repository.
        occurrences: where it was there.
        checked_by: the provider that settles it today.
    """

    path: str
    occurrences: tuple[Occurrence, ...]
    checked_by: str

    @property
    def url(self) -> str:
        """The URL as written."""
        return self.occurrences[0].url


async def former_codes(
    wanted: Mapping[str, Sequence[Former]], git: Git, entries: Mapping[str, FileEntry], root: str, sites: Sites
) -> dict[str, frozenset[str]]:
    """Return which rules applied to links before ("" for none), by the keys of ``wanted``.

    What no provider settles offline has an empty set.

    Args:
        wanted: for each key where the link was.
        git: runs git in the repository.
        entries: what the base has.
        root: the folder that links may not leave, from the top of the repository; "" is the top.
        sites: the documentation sites of the repository as it is now.

    Raises:
        GitError: the base cannot be read.
        OSError: there is no room for temporary files.
    """
    # What is in a submodule is not in the base; nothing is known of it.
    every = [former for formers in wanted.values() for former in formers if former.path in entries]
    if not every:
        return {}
    folder = await asyncio.to_thread(_lay_out, every, git, entries, root, sites)
    try:
        codes = await _settle(every, folder, root, sites)
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
    return {key: frozenset(codes[f] for f in formers if f in codes) for key, formers in wanted.items()}


async def _settle(every: Iterable[Former], folder: Path, root: str, sites: Sites) -> dict[Former, str]:
    at = folder / root
    context = LoadContext(
        root=at, offline=True, anchors_of=anchors_reader(), sites=await asyncio.to_thread(sites.at, at)
    )
    codes: dict[Former, str] = {}
    waiting: dict[str, list[Former]] = defaultdict(list)
    for former in every:
        waiting[former.checked_by].append(former)
    for cls in rules.provider_classes():
        provider = cls.load(context) if not cls.online and cls.name in waiting else None
        if isinstance(provider, Provider):
            by_key = {f"{place}\x00{former.url}": former for place, former in enumerate(waiting[cls.name])}
            claims = [_claim(provider, key, former, folder) for key, former in by_key.items()]
            # Offline providers never touch the network; they get it typed as present.
            async for item in provider.check(claims, None, datetime.now(UTC)):  # type: ignore[arg-type]
                if isinstance(item, Evidence):
                    codes[by_key[item.key]] = item.rule.code if item.rule is not None else ""
    return codes


def _claim(provider: Provider, key: str, former: Former, folder: Path) -> Claim:
    target = Target(key, former.url, None, (folder / former.path).as_posix(), former.occurrences)
    return Claim(provider.name, target, former.url)


# --- the files that count -----------------------------------------------------------------------------------------


def _lay_out(every: Sequence[Former], git: Git, entries: Mapping[str, FileEntry], root: str, sites: Sites) -> Path:
    """Write what the links may lead to into a new folder, and return it."""
    spelled = _by_spelling(entries)
    wanted = {former.path for former in every} | ({".gitmodules"} & entries.keys())
    readmes = _readmes(entries)
    for former in every:
        for path in dict.fromkeys(_leads_to(former, root, sites)):
            if "#" in former.url:
                wanted.update(readmes.get(path, ()))
            for place in (path, *map(str, PurePosixPath(path).parents)):
                found = spelled.get(_folded(place), ())
                wanted.update(p for p in found if place == path or entries[p].is_submodule)
    if any("#" in former.url for former in every):
        wanted.update(path for path in entries if any(map(sets_up_builder, PurePosixPath(path).parts[-2:])))
    contents = git.contents((entries[path].oid for path in wanted if entries[path].is_file), _MOST_BYTES)
    folder = Path(tempfile.mkdtemp(prefix="linkwarden-")).resolve()
    (folder / root).mkdir(parents=True, exist_ok=True)
    for path in sorted(wanted):
        with suppress(
            OSError, ValueError
        ):  # names that this file system does not allow; no file can have them now either
            _put(folder / path, entries[path], contents)
    return folder


def _readmes(entries: Mapping[str, FileEntry]) -> dict[str, list[str]]:
    """Return the READMEs of each folder, which are what an anchor of the folder leads to."""
    found: dict[str, list[str]] = {}
    for path in entries:
        above, _, name = path.rpartition("/")
        if PurePosixPath(name.casefold()).stem == "readme":
            found.setdefault(above, []).append(path)
    return found


def _put(place: Path, entry: FileEntry, contents: Mapping[str, bytes | None]) -> None:
    if entry.is_file:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(contents[entry.oid] or b"")
    elif entry.is_submodule:
        place.mkdir(parents=True, exist_ok=True)


def _by_spelling(entries: Mapping[str, FileEntry]) -> dict[str, list[str]]:
    """Return the paths of each spelling, case ignored; for a folder one file in it."""
    found: dict[str, list[str]] = {}
    for path in entries:
        found.setdefault(_folded(path), []).append(path)
        above = path.rpartition("/")[0]
        while above and (folded := _folded(above)) not in found:
            found[folded] = [path]
            above = above.rpartition("/")[0]
    return found


def _leads_to(former: Former, root: str, sites: Sites) -> Iterator[str]:
    """Yield the paths of the files that a link may lead to, on GitHub or on the site that its document is a page of."""
    written = former.url.partition("#")[0].partition("?")[0]
    document = sites.root / os.path.relpath(former.path, root or ".")
    for path in dict.fromkeys((written, unquote(written), written.replace("\\", "/"))):
        start = root if path.startswith("/") else PurePosixPath(former.path).parent.as_posix()
        places = [f"{start or '.'}/{path}"] if path else []
        if path:
            on_site = ((os.path.relpath(folder, sites.root), below) for folder, below in sites.places(document, path))
            places.extend(f"{root or '.'}/{folder}/{below}" for folder, below in on_site)
        for place in places:
            for file in (place, *files_at(place)):
                found = os.path.normpath(file).replace(os.sep, "/")
                if found != "." and not found.startswith("../"):
                    yield found


def _folded(path: str) -> str:
    return unicodedata.normalize("NFC", path).casefold()
