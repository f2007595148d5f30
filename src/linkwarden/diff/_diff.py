"""What a change adds: the links that are in the lists now and were not before (``--diff``).

The head is the files as they are read, committed or not. Both versions of every document that differs go through the
same extractors, and URLs are compared, not lines: a link that was moved, indented or is in a renamed file is not
added. Git reads only the base and never the working tree, so that a hostile repository cannot have a filter or
monitor run.
"""

from __future__ import annotations

import os
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from linkwarden import rules
from linkwarden.config import Config
from linkwarden.diff._base import find_base
from linkwarden.diff._former import Former, former_codes
from linkwarden.diff._versions import Links, Versions, read_versions, same_as, suppression_key
from linkwarden.docsites import Sites
from linkwarden.git import FileEntry, Git, GitError
from linkwarden.inputs import Source, is_remote, local_sources, reading_of
from linkwarden.model import Notice, Result, Suppression, UsageError
from linkwarden.records import dataclass
from linkwarden.sinks import one_line
from linkwarden.text import domains_of, host_of

#: URLs that a change may add. Anybody can open a pull request and so choose which servers get our requests; the
#: maintainer can check any number without ``--diff``.
MOST_ADDED = 500
#: Of these, on one host; not on that of a registry, where one request settles many.
MOST_ON_ONE_HOST = 50
#: Seconds for all git commands together.
_PATIENCE = 60.0
_MOST_SETTING_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Difference:
    """What was in the lists before a change.

    Attributes:
        base: what the lists are compared with, for messages.
        links: keys of the web URLs that were links.
        images: keys of those that were images.
        lists: path in the repository by the name of an input.
        versions: documents by path.
        gone: for a local link as written, the documents that the change removed it from.
        notices: about files that decide what is reported.
        git: runs git in the repository.
        entries: what the base has.
        root: the folder that local links may not leave, from the top of the repository; "" is the top.
        sites: the documentation sites of the repository as it is now.
    """

    base: str
    links: frozenset[str]
    images: frozenset[str]
    lists: Mapping[str, str]
    versions: Mapping[str, Versions]
    gone: Mapping[str, Sequence[str]]
    notices: tuple[Notice, ...]
    git: Git
    entries: Mapping[str, FileEntry]
    root: str
    sites: Sites

    def had(self, key: str, *, as_image: bool) -> bool:
        """Return True if a web URL (by its key) was in the lists before, as an image if it is one now."""
        return key in self.images or (not as_image and key in self.links)

    def knew(self, notice: Notice) -> bool:
        """Return True if a notice about a list applied before the change as well."""
        version = self.versions.get(self.lists.get(notice.path, ""))
        if version is None:
            return False
        return version.before is version.after or (bool(notice.about) and notice.about in version.before.notices)

    async def caused(self, results: Sequence[Result]) -> tuple[Result, ...]:
        """Return the results that come from the change.

        Of local links these are the new ones, and those with a finding that they did not have before: a heading or a
        file was removed or renamed. All web URLs count; those from before are not checked at all.

        Raises:
            GitError: the base cannot be read.
            OSError: there is no room for temporary files.
        """
        former = {r.target.key: stood for r in results if (stood := self._was(r))}
        doubtful = {r.target.key: former[r.target.key] for r in results if r.evidence.rule and r.target.key in former}
        codes = await former_codes(doubtful, self.git, self.entries, self.root, self.sites)
        return tuple(r for r in results if r.target.key not in former or _is_new(r, codes.get(r.target.key)))

    def remarks(self, suppressions: Iterable[Suppression]) -> Iterator[Notice]:
        """Yield notices about how the change alters what is reported: its author may hide links of their own by it.

        Args:
            suppressions: all comments in the lists that say what not to report.
        """
        yield from self.notices
        left = {path: Counter(_as_before(version).suppressions) for path, version in self.versions.items()}
        fresh = [e for e in suppressions if not _taken(left.get(self.lists.get(e.path, "")), e)]
        moved: Counter[tuple[object, ...]] = sum(left.values(), Counter())
        for suppression in fresh:
            if not _taken(moved, suppression):
                message = "This change adds a comment that keeps findings from being reported."
                yield Notice(suppression.path, suppression.line, message)

    def _was(self, result: Result) -> list[Former]:
        """Return where a local link was before: in its document, else in those that it was removed from."""
        target, path = result.target, self.lists.get(result.target.path)
        if target.address is not None or path is None:
            return []
        here = [path] if target.url in self.versions[path].before.local else self.gone.get(target.url, ())
        by = result.evidence.checked_by
        return [Former(origin, self.versions[origin].before.local[target.url], by) for origin in here]


def difference(config: Config, root: Path) -> Difference:
    """Return what the lists were before a change. Blocks, so call it in a thread.

    Args:
        config: says what to compare with (``diff``, ``event``), what is checked, and which files decide what is
            reported (``file``, ``baseline``).
        root: the folder that local links may not leave.

    Raises:
        UsageError: git is not installed, this is no repository, the base cannot be found, an input is not a file of
            it, or the change adds too much; the message says what to do.
    """
    wanted = config.diff or ""
    try:
        git = Git(root, _PATIENCE)
        base = find_base(git, wanted, config.event)
        top = Path(os.fsdecode(git.run("rev-parse", "--show-toplevel").removesuffix(b"\n"))).resolve()
        entries = git.files(base.commit)
        lists = dict(_lists(config, top))
        versions = read_versions(git, entries, top, lists)
        settings = tuple(_settings(config, git, entries, top))
    except GitError as error:
        advice = "--diff needs git and a full clone of the repository."
        raise UsageError(f"--diff {wanted}: {one_line(str(error))}", advice) from error
    before = [_as_before(version) for version in versions.values()]
    found = Difference(
        base=base.words,
        links=frozenset().union(*(links.links for links in before)),
        images=frozenset().union(*(links.images for links in before)),
        lists={source.name: path for path, source in lists.items()},
        versions=versions,
        gone=_gone(versions),
        notices=settings,
        git=git,
        entries=entries,
        root=root.resolve().relative_to(top).as_posix(),
        sites=Sites(root, config.anchors, site_root=config.site_root),
    )
    if not config.offline:
        _check_amount(found)
    return found


def _is_new(result: Result, codes: frozenset[str] | None) -> bool:
    """Return True if a link has a finding that it did not have before; False where that is not known."""
    rule = result.evidence.rule
    return rule is not None and bool(codes) and rule.code not in (codes or ())


def _taken(known: Counter[tuple[object, ...]] | None, suppression: Suppression) -> bool:
    """Remove one comment like this from those that are known; return True if there was one."""
    if not known or known[suppression_key(suppression)] <= 0:
        return False
    known[suppression_key(suppression)] -= 1
    return True


# --- what is compared ---------------------------------------------------------------------------------------------


def _lists(config: Config, top: Path) -> Iterator[tuple[str, Source]]:
    """Yield the inputs with their paths in the repository."""
    reading = reading_of(config)
    seen: set[Path] = set()
    for name in dict.fromkeys(config.inputs):
        if name == "-" or is_remote(name):
            shown = "standard input" if name == "-" else one_line(name)
            raise UsageError(
                f"--diff: {shown} is not a file of the repository, so it has no earlier version",
                "Name files, or leave out --diff.",
            )
        if os.path.exists(name):  # noqa: PTH110 - never raises
            _path_of(name, top)  # before it is read
        for source in local_sources(name, bytes, seen, reading):
            if isinstance(source, Source):  # the run itself reports that
                yield _path_of(source.name, top), source


def _path_of(name: str, top: Path) -> str:
    place = Path(name).resolve()
    if not place.is_relative_to(top):
        raise UsageError(
            f"--diff: {one_line(name)} is outside the repository {one_line(str(top))}", "Check it on its own."
        )
    return place.relative_to(top).as_posix()


def _as_before(version: Versions) -> Links:
    """Return what counts as having been there: all that a list had, and what was removed from another document."""
    before, after = version.before, version.after
    if version.listed:
        return before
    return Links(
        before.links - after.links,
        before.images - after.images,
        suppressions=before.suppressions - after.suppressions,
    )


def _gone(versions: Mapping[str, Versions]) -> dict[str, list[str]]:
    gone: dict[str, list[str]] = {}
    for path, version in versions.items():
        for url in version.before.local.keys() - version.after.local.keys():
            gone.setdefault(url, []).append(path)
    return gone


# --- how much is added --------------------------------------------------------------------------------------------


def _check_amount(found: Difference) -> None:
    """Refuse a change that adds too many URLs, before the first request.

    Raises:
        UsageError: it adds too many.
    """
    added: set[str] = set()
    for version in found.versions.values():
        if version.listed:
            added.update(key for key in version.after.links if not found.had(key, as_image=False))
            added.update(key for key in version.after.images if not found.had(key, as_image=True))
    if len(added) > MOST_ADDED:
        raise _too_many(f"adds {len(added):,} URLs; linkwarden checks at most {MOST_ADDED} for one change")
    registries = rules.registry_domains()
    hosts = Counter(host for key in added if registries.isdisjoint(domains_of(host := host_of(key))))
    host = min(hosts, key=lambda host: (-hosts[host], host), default="")
    if hosts[host] > MOST_ON_ONE_HOST:
        raise _too_many(
            f"adds {hosts[host]:,} URLs on {one_line(host) or 'hosts that cannot exist'}; "
            f"linkwarden checks at most {MOST_ON_ONE_HOST} on one host for one change"
        )


def _too_many(what: str) -> UsageError:
    return UsageError(f"--diff: this change {what}", "Split the change, or check the whole list without --diff.")


# --- what decides what is reported --------------------------------------------------------------------------------


def _settings(config: Config, git: Git, entries: Mapping[str, FileEntry], top: Path) -> Iterator[Notice]:
    """Yield a notice for the configuration and the baseline if the change touches them."""
    for file, what in ((config.file, "linkwarden's configuration"), (config.baseline, "the baseline")):
        place = file.resolve() if file is not None else top
        if not place.is_relative_to(top) or not place.is_file():
            continue
        path = place.relative_to(top).as_posix()
        now, entry = place.read_bytes(), entries.get(path)
        if entry is not None and same_as(entry, now):
            continue
        then = git.contents([entry.oid], _MOST_SETTING_BYTES)[entry.oid] if entry is not None else None
        if place.name != "pyproject.toml" or _table(then or b"") != _table(now):
            message = f"This change also changes {what}, which decides what is reported: review that part as well."
            yield Notice(path, 1, message)


def _table(project: bytes) -> Any:
    """Return the part of ``pyproject.toml`` that is for linkwarden; the rest is not about links."""
    try:
        tool = tomllib.loads(project.decode("utf-8", errors="replace")).get("tool", {})
    except (ValueError, RecursionError):  # also a number of 5,000 digits, a thousand brackets in each other
        return project
    return tool.get("linkwarden") if isinstance(tool, dict) else None
