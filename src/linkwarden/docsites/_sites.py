"""Which site a document is a page of, and which rule names its headings."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from linkwarden._home import page_of
from linkwarden.anchors.rules import GITHUB, RULES, Rule
from linkwarden.docsites._builders import Site, sites_in
from linkwarden.docsites._urls import below, from_page
from linkwarden.git import Git, GitError
from linkwarden.model import Notice
from linkwarden.patterns import pattern
from linkwarden.tree import read_file

_PATIENCE = 5.0  # seconds for git
_MOST_BYTES = 1024 * 1024
_OF_SUFFIX: Mapping[str, str] = {".qmd": "pandoc", ".rmd": "pandoc", ".mdx": "any"}
_GITLAB = RULES["gitlab"]
#: Builders that nobody sets up for the looks of a repository alone.
_SURE = frozenset({"docusaurus", "vitepress", "mkdocs", "mdbook"})
_STDIN = "<stdin>"
_GITLAB_CI = ".gitlab-ci.yml"
#: A larger project is not looked through.
_MOST_FILES = 5000
_SUFFIXES = (".md", ".rst", ".txt", ".ipynb")
#: ``(name)=``, ``{#name}``, ``:name: name`` and ``.. _name:``; in notebooks a line stands in quotes.
_LABEL = pattern(
    r"^[ \t\"]*(?:\(([^()\s]{1,200})\)=|\{[^{}\n]{0,200}?#([^\s{}.#]{1,200})[^{}\n]{0,200}\}"
    r"|:(?:name|label):[ \t]+(\S{1,200})|\.\.[ \t]+_`?([^:`\n]{1,200})`?:)",
    re.MULTILINE,
)


def forge_of(root: Path) -> str:
    """Return the rule of the place that shows a repository: ``gitlab`` or ``github``."""
    has_ci = (root / _GITLAB_CI).is_file()
    if not has_ci and not _may_name_gitlab(root / ".git" / "config"):
        return "github"
    try:
        page = page_of(Git(root, _PATIENCE).run("config", "--get", "remote.origin.url", or_nothing=True).decode())
    except (GitError, UnicodeDecodeError):
        page = None
    host = urlsplit(page or "").netloc
    if "gitlab" in host:
        return "gitlab"
    return "gitlab" if has_ci and host != "github.com" and not (root / ".github").exists() else "github"


def _may_name_gitlab(settings: Path) -> bool:
    """Return whether git's settings may name GitLab as the remote, which spares a run of git where they cannot."""
    try:
        return b"gitlab" in read_file(settings, _MOST_BYTES)
    except (OSError, ValueError):
        return settings.parent.is_file()  # a worktree, whose settings lie elsewhere


class Sites:
    """The documentation sites of a repository, each found when it is first needed. Blocks: it reads files.

    Args:
        root: the repository's root.
        told: rules by folder; "" stands for all documents. They come first.
        forge: the rule of the place that shows the repository; "" if it is to be found out.
        site_root: the folder that the user says lies at a site's root, or None.

    Attributes:
        root: the repository's root, without symbolic links in it.
        site_root: as it was said, without symbolic links in it.
        taken: titles of the rules that were found and used, by what they were found from.
    """

    def __init__(
        self, root: Path, told: Iterable[tuple[str, str]] = (), forge: str = "", site_root: Path | None = None
    ) -> None:
        self.root = root.resolve()
        self.site_root = None if site_root is None else site_root.resolve()
        self._told = tuple((self.root / folder if folder else None, name) for folder, name in told)
        self._forge = forge
        self._in_folder: dict[Path, list[Site]] = {}
        self._labels: dict[Path, frozenset[str] | None] = {}
        self.taken: dict[Path, str] = {}

    def at(self, root: Path) -> Sites:
        """Return the sites of another copy of the repository, for which the same was said."""
        here = ((folder, name) for folder, name in self._told if folder is None or folder.is_relative_to(self.root))
        told = [("" if folder is None else str(folder.relative_to(self.root)), name) for folder, name in here]
        site_root = self.site_root
        if site_root is not None and site_root.is_relative_to(self.root):
            site_root = root / site_root.relative_to(self.root)
        return Sites(root, told, self.forge, site_root)

    def places(self, document: Path, path: str) -> Iterator[tuple[Path, str]]:
        """Yield the folders in which a site has what it shows at a URL's path, each with the path from there.

        Args:
            document: in which the URL stands.
            path: the URL's path; one that is not from the root leads elsewhere from a page that is a folder.
        """
        site = self.site_of(document)
        folders = () if site is None else (site.pages, *site.assets)
        if not path.startswith("/"):
            page = document.resolve()
            if site is None or not site.as_folders or not page.is_relative_to(site.pages):
                return
            path = from_page(page.relative_to(site.pages).as_posix(), path)
        elif self.site_root is not None:
            yield self.site_root, below(self.prefix_above(self.site_root), path)
        yield from ((folder, below(site.prefix if site is not None else "/", path)) for folder in folders)

    @property
    def forge(self) -> str:
        """The rule of the place that shows the repository."""
        self._forge = self._forge or forge_of(self.root)
        return self._forge

    def rule_of(self, document: Path) -> tuple[Rule, bool]:
        """Return the rule that names the headings of a document, and whether readers surely get it by that rule.

        A repository whose root is a site (Jekyll's mostly) has documents that are read at the forge as well.
        """
        is_file = document.is_file()
        told = self._told_of(document)
        site = self.site_of(document) if is_file else None
        if told is not None:
            return (site.rule if site is not None and site.rule.name == told else RULES[told]), True
        if site is not None:
            self.taken.setdefault(site.settings, site.rule.title)
            return site.rule, site.pages != self.root or site.rule.name in _SURE
        by_suffix = _OF_SUFFIX.get(document.suffix.casefold())
        if by_suffix is not None:
            return RULES[by_suffix], True
        if not is_file and document.name != _STDIN:
            return GITHUB, True  # a list from the web
        if self.forge == "gitlab":
            by = self.root / _GITLAB_CI
            self.taken.setdefault(by if by.is_file() else self.root / ".git" / "config", _GITLAB.title)
        return RULES.get(self.forge, GITHUB), True

    def known_everywhere(self, document: Path) -> frozenset[str] | None:
        """Return the names that lead from a document to other documents of its site; None if they are not known.

        MyST looks for ``#name`` in the whole project.
        """
        if self.rule_of(document)[0].name != "sphinx-myst":
            return frozenset()
        site = self.site_of(document)
        folder = self.root if site is None else site.pages
        if folder not in self._labels:
            self._labels[folder] = _labels_below(folder)
        return self._labels[folder]

    def remarks(self) -> Iterator[Notice]:
        """Yield which rules were used that nobody has told."""
        for place, title in self.taken.items():
            whose = "the documents" if title == _GITLAB.title else "the site's pages"
            message = f"The headings of {whose} are named by the rule of {title}. --anchors chooses another."
            yield Notice(place.relative_to(self.root).as_posix(), 0, message, ("anchors", title))

    def _told_of(self, document: Path) -> str | None:
        real = document.resolve()
        fitting = [(folder, name) for folder, name in self._told if folder is None or real.is_relative_to(folder)]
        return max(fitting, key=lambda each: len(each[0].parts) if each[0] is not None else 0)[1] if fitting else None

    def site_of(self, document: Path) -> Site | None:
        """Return the site that a document is a page of, or None. The README in the repository's root is none's page."""
        folder = document.parent.resolve()
        if not folder.is_relative_to(self.root):
            return None
        if document.stem.casefold() == "readme" and folder == self.root:
            return None
        for above in (folder, *folder.parents):
            for site in self._sites_in(above):
                if folder.is_relative_to(site.pages) and not (site.below and folder == site.pages):
                    return site
            if above == self.root:
                break
        return None

    def prefix_above(self, folder: Path) -> str:
        """Return the path below which a site lies whose files are in a folder, as the settings above it say."""
        for above in (folder, *folder.parents):
            if not above.is_relative_to(self.root):
                break
            for site in self._sites_in(above):
                if site.prefix != "/":
                    return site.prefix
        return "/"

    def _sites_in(self, folder: Path) -> list[Site]:
        if folder not in self._in_folder:
            try:
                names = [entry.name for entry in folder.iterdir()]
            except OSError:
                names = []
            sites = sites_in(folder, names)
            self._in_folder[folder] = [each for site in sites if (each := self._inside(site)) is not None]
        return self._in_folder[folder]

    def _inside(self, site: Site) -> Site | None:
        """Return a site whose folders lie in the repository, or None if its pages do not."""
        try:
            pages, assets = site.pages.resolve(), [folder.resolve() for folder in site.assets]
        except (OSError, RuntimeError, ValueError):
            return None
        inside = tuple(folder for folder in assets if folder.is_relative_to(self.root))
        if not pages.is_relative_to(self.root):
            return None
        return replace(site, pages=pages, assets=inside)


def _labels_below(folder: Path) -> frozenset[str] | None:
    """Return the names that documents below a folder give to places, in small letters; None if these are too many."""
    found: set[str] = set()
    count = 0
    for above, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith((".", "_build")) and name != "node_modules"]
        for name in files:
            if not name.endswith(_SUFFIXES):
                continue
            count += 1
            if count > _MOST_FILES:
                return None
            path = Path(above, name)
            try:
                text = "" if path.is_symlink() else read_file(path, _MOST_BYTES).decode("utf-8", errors="replace")
            except (OSError, ValueError):
                return None
            found.update(next(filter(None, groups)).strip().lower() for groups in _LABEL.findall(text))
    return frozenset(found)
