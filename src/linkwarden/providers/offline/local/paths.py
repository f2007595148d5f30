"""Finds what a site shows at a URL's path: below its root, with index files, without suffixes."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from pathlib import Path

from linkwarden.docsites import Site, Sites, below, files_at, index_files, is_page_like
from linkwarden.providers.offline.local.places import PAGES
from linkwarden.records import dataclass
from linkwarden.tree import Look, Status, Tree


@dataclass(frozen=True, slots=True)
class Served:
    """How a site shows a document.

    Attributes:
        page: the document is HTML that a browser opens.
        root: the folder that lies at the site's root, as the user says; None if nobody has said it.
        site: the site that the document is a page of, as its builder's settings say, or None.
    """

    page: bool
    root: Path | None
    site: Site | None

    @property
    def by_site(self) -> bool:
        """True if it is known that a site shows the document."""
        return self.page or self.root is not None or self.site is not None

    def from_url(self, path: str) -> bool:
        """Return whether a relative path starts from the page's URL, which is a folder, and not from its file.

        Builders turn only links to files of theirs into URLs.
        """
        return self.site is not None and self.site.as_folders and is_page_like(path)


class SitePaths:
    """Looks for files as the servers of sites do. Everything here blocks.

    Args:
        tree: of the repository.
        sites: the documentation sites in it.
        root_of_pages: where links of HTML pages that begin with ``/`` start if the user has not said it of sites.
    """

    def __init__(self, tree: Tree, sites: Sites, root_of_pages: Path | None = None) -> None:
        self._tree = tree
        self._sites = sites
        self._told_for_pages = root_of_pages if sites.site_root is None else sites.site_root
        self._trees: dict[Path, Tree] = {}
        self._served: dict[str, Served] = {}

    def served(self, document: str) -> Served:
        """Return how a site shows a document."""
        if document not in self._served:
            path = Path(document)
            page = path.suffix.casefold() in PAGES
            told = self._told_for_pages if page else self._sites.site_root
            root = told.resolve() if told is not None else None
            here = path.is_file()
            if not page and root is not None and not (here and path.resolve().is_relative_to(root)):
                root = None
            self._served[document] = Served(page, root, self._sites.site_of(path) if here else None)
        return self._served[document]

    def look(self, document: str, path: str, served: Served) -> Look | None:
        """Return the file that a site shows at a path, or None if there is none.

        Args:
            document: in which the link stands.
            path: the URL's path as written.
            served: how a site shows the document.
        """
        if path.startswith("/"):
            return self._at_root(path, served)
        if path.startswith("@site/") and served.site is not None and served.site.rule.name == "docusaurus":
            return self._in_folders([(served.site.pages, path.removeprefix("@site"))])
        if not served.from_url(path):
            here = self._first(self._tree, document, path)
            if here is not None or served.site is None:
                return here
        # Tags in the text are left as they are, so that they start from the page's URL, whatever they lead to.
        found = self._in_folders(self._sites.places(Path(document), path))
        # MkDocs makes no page for a folder; Hugo lists what lies in it.
        is_bare = found is not None and found.path is not None and found.path.is_dir()
        return None if is_bare and served.site is not None and served.site.rule.name == "mkdocs" else found

    def in_folder(self, folder: Path, path: str) -> Look:
        """Return what lies at a URL's path where a folder is a site's root."""
        path = f"/{path.lstrip('/')}"
        return self._in_folders([(folder, path)]) or self._tree_at(folder).look("", path)

    def index_of(self, folder: Path) -> Path | None:
        """Return the file that is the page of a folder, or None if it has none."""
        for name in index_files(""):
            file = folder / name
            if file.is_file() and file.resolve().is_relative_to(folder.resolve()):
                return file
        return None

    def below_another_path(self, path: str, served: Served) -> str:
        """Return the first part of a path if the rest is there, as on a site that lies below that part, or ""."""
        first, slash, rest = path.lstrip("/").partition("/")
        found = self._at_root(f"/{rest}", served) if slash and rest.strip("/") else None
        return f"/{first}/" if found is not None else ""

    def folder_with(self, document: str, path: str) -> str:
        """Return the nearest folder above a page that has a file at a path from there, or "" if none has."""
        for folder in Path(document).resolve().parents:
            if folder == self._tree.root or not folder.is_relative_to(self._tree.root):
                return ""
            if self._in_folders([(folder, path)]) is not None:
                return folder.relative_to(self._tree.root).as_posix()
        return ""

    def _at_root(self, path: str, served: Served) -> Look | None:
        if served.root is not None:
            prefix = served.site.prefix if served.site is not None else self._sites.prefix_above(served.root)
            return self._in_folders([(served.root, below(prefix, path))])
        if served.site is None:
            return None
        folders = (served.site.pages, *served.site.assets)
        return self._in_folders((folder, below(served.site.prefix, path)) for folder in folders)

    def _in_folders(self, places: Iterable[tuple[Path, str]]) -> Look | None:
        for folder, path in places:
            found = self._first(self._tree_at(folder), "", posixpath.normpath(path) + "/" * path.endswith("/"))
            if found is not None:
                return found
        return None

    def _tree_at(self, folder: Path) -> Tree:
        if folder not in self._trees:
            self._trees[folder] = self._tree if folder == self._tree.root else Tree(folder)
        return self._trees[folder]

    @staticmethod
    def _first(tree: Tree, document: str, path: str) -> Look | None:
        """Return what is at a path, or the first file there is of those that may be the page at it."""
        plain = tree.look(document, path)
        if plain.status is Status.THERE and (plain.path is None or not plain.path.is_dir()):
            return plain
        others = (tree.look(document, other) for other in files_at(path))
        found = (
            look for look in others if look.status is Status.THERE and look.path is not None and look.path.is_file()
        )
        return next(found, plain if plain.status is Status.THERE else None)
