"""Settles relative links: files, folders and images of the repository, and places in its documents."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import unquote

from linkwarden.answers.image_bytes import SHOWN_TYPES, is_lfs_pointer, may_be_svg, sniff, what_else
from linkwarden.answers.wellformed import MOST_BYTES, svg_flaw
from linkwarden.config import rewritten
from linkwarden.docsites import Sites, is_page_like
from linkwarden.model import Basis, Claim, Evidence, Kind, Pass, Rule, Suggestion, Target
from linkwarden.patterns import pattern
from linkwarden.providers.base import Example, LoadContext, Provider
from linkwarden.providers.offline.local import rules
from linkwarden.providers.offline.local.anchors import anchor_evidence
from linkwarden.providers.offline.local.paths import Served, SitePaths
from linkwarden.providers.offline.local.places import PlacesOf
from linkwarden.tree import Link, Look, Status, Tree, split

if TYPE_CHECKING:
    from datetime import datetime

    from linkwarden.net import Net


class AnchorsProvider(Provider):
    """Compares ``#name`` with the names that GitHub gives to the document's headings, and with its HTML ids."""

    name: ClassVar[str] = "anchors"
    rank: ClassVar[int] = 20
    online: ClassVar[bool] = False
    kind: ClassVar[Kind] = Kind.ANCHOR
    rules: ClassVar[tuple[Rule, ...]] = rules.ANCHOR_RULES
    examples: ClassVar[tuple[Example, ...]] = (
        Example("#models", "#models"),
        Example("#", "#"),
        Example("other.md#models", None),
        Example("https://a.example/#models", None),
    )

    def __init__(self, ctx: LoadContext) -> None:
        super().__init__(ctx)
        self._places_of = PlacesOf(ctx.anchors_of, ctx.sites or Sites(ctx.root))

    def looks_at(self, host: str) -> bool:
        return not host

    def claim(self, target: Target) -> str | None:
        """Take what begins with ``#``; the ident is the link."""
        return target.url if target.address is None and target.url.startswith("#") else None

    async def check(self, claims: Sequence[Claim], net: Net, now: datetime) -> AsyncIterator[Evidence | Pass]:  # noqa: ARG002 - the contract; nothing is asked
        """Settle each claim by the document's anchors."""
        for claim in claims:
            target = claim.target
            yield await asyncio.to_thread(self._settle, target)

    def _settle(self, target: Target) -> Evidence:
        path, name = Path(target.path), target.url[1:]
        found = anchor_evidence(target, self.name, name, self._places_of(path), document=path.name)
        if found.rule is not rules.ANCHOR_MISSING:
            return found
        elsewhere = self._places_of.elsewhere(path)
        if elsewhere is None:
            reason = (
                f"The name #{name} may be one of another document of the project, in all of which MyST looks for it."
            )
            return Evidence(key=target.key, checked_by=self.name, rule=rules.ANCHORS_UNKNOWN, reason=reason)
        return Evidence(key=target.key, checked_by=self.name) if unquote(name).lower() in elsewhere else found


_SCHEME = pattern(r"[A-Za-z][A-Za-z0-9+.-]*:")
#: Placeholders of Jekyll, Hugo, ERB, JavaScript and the shell.
_TEMPLATE = pattern(r"\{\{|\{%|<%|\$\{|\$\(|\A\$[A-Z_]+/|\A%[A-Z_]+%")
_HEAD_BYTES = 4096
_SVG = "image/svg+xml"
_WRONG_SPELLING = {
    Status.WRONG_CASE: (rules.FILE_CASE, "The path is spelt {}; on GitHub upper and lower case count."),
    Status.WRONG_ENCODING: (
        rules.FILE_ENCODING,
        "The path looks like {}, but its letters with accents are encoded in another way.",
    ),
}
_WHY_NOT_OPENED = "The path leads to something that is not a regular file, which is not opened."
_WHY_UNSEEN = {
    Status.OUTSIDE: "The link leads out of the repository, where linkwarden does not look.",
    Status.SUBMODULE: "The link leads into a submodule, which is another repository and is not fetched here.",
    Status.UNREADABLE: "The folder could not be read, so it is not known whether the file is there.",
}


class FilesProvider(Provider):
    """Looks for files beside the list, as GitHub does when somebody follows a relative link."""

    name: ClassVar[str] = "files"
    rank: ClassVar[int] = 21
    online: ClassVar[bool] = False
    kind: ClassVar[Kind] = Kind.FILE
    rules: ClassVar[tuple[Rule, ...]] = rules.FILE_RULES
    examples: ClassVar[tuple[Example, ...]] = (
        Example("docs/setup.md#install", "docs/setup.md#install"),
        Example("/images/logo.png?raw=true", "/images/logo.png?raw=true", image=True),
        Example("../other.md", "../other.md"),
        Example("#models", None),
        Example("mailto:somebody@a.example", None),
        Example("https://a.example/docs/setup.md", None),
    )

    def __init__(self, ctx: LoadContext) -> None:
        super().__init__(ctx)
        self._tree = Tree(ctx.root)
        sites = ctx.sites or Sites(ctx.root)
        self._places_of = PlacesOf(ctx.anchors_of, sites)
        self._paths = SitePaths(self._tree, sites, ctx.root if ctx.root_is_given else None)

    def looks_at(self, host: str) -> bool:
        return not host

    def claim(self, target: Target) -> str | None:
        """Take relative links, and URLs that are looked for in a folder; the ident is the link as written."""
        url = target.url
        if target.original is not None and target.address is None:
            return target.original
        foreign = target.address is not None or not url.strip() or url.startswith(("#", "//")) or _SCHEME.match(url)
        return None if foreign else url

    async def check(self, claims: Sequence[Claim], net: Net, now: datetime) -> AsyncIterator[Evidence | Pass]:  # noqa: ARG002 - the contract; nothing is asked
        """Settle each claim by the files that are there."""
        for claim in claims:
            settle = self._settle if claim.target.original is None else self._settle_built
            yield await asyncio.to_thread(settle, claim.target)

    def _settle(self, target: Target) -> Evidence:
        link = split(target.url)
        if _TEMPLATE.search(target.url):
            reason = "The URL holds a placeholder that a program fills in before readers see it."
            return self._finding(target, rules.TEMPLATE, reason)
        if not link.path:
            return self._in_document(target, link, Path(target.path))
        served = self._paths.served(target.path)
        found = self._look(target, link, served)
        if isinstance(found, Evidence):
            return found
        if found.status is not Status.THERE or found.path is None:
            return self._elsewhere(target, link, found, served)
        if served.page and found.path.is_dir() and not target.is_image:
            return self._page_of(target, link, found.path)
        return self._image(target, found.path) if target.is_image else self._in_document(target, link, found.path)

    def _settle_built(self, target: Target) -> Evidence:
        """Settle a URL of the user's own site by the folder that the site is built to (``--rewrite``)."""
        url = target.original or target.url
        found = rewritten(self.ctx.rewrites, url)
        folder = found[0].folder if found is not None else None
        if found is None or folder is None:
            raise LookupError(url)
        path, link = split(found[1]).path, split(url)
        look = self._paths.in_folder(folder.resolve(), path)
        if look.status is Status.THERE and look.path is not None:
            if target.is_image:
                return self._image(target, look.path)
            return (
                self._page_of(target, link, look.path)
                if look.path.is_dir()
                else self._in_document(target, link, look.path)
            )
        if look.status in _WRONG_SPELLING:
            rule, reason = _WRONG_SPELLING[look.status]
            meant = _with_rest(found[0].begins.rstrip("/") + look.spelled, link)
            return self._finding(target, rule, reason.format(look.spelled), meant, Basis.FILE_NAME)
        if look.status is Status.MISSING:
            reason = f"There is no such file or folder in {folder}: {path or '/'}"
            return self._finding(target, rules.FILE_MISSING, reason)
        return self._finding(target, rules.OUTSIDE, f"The path leads out of {folder}, where linkwarden does not look.")

    def _look(self, target: Target, link: Link, served: Served) -> Evidence | Look:
        """Look for what a link leads to, as GitHub does, and where a site shows the document, as that does."""
        # In a page that a browser opens, a backslash is a slash (WHATWG URL standard, "path state").
        path = link.path.replace("\\", "/") if served.page else link.path
        look = self._tree.look(target.path, path)
        is_rooted = path.startswith("/")
        is_file = look.status is Status.THERE and look.path is not None and not look.path.is_dir()
        if not served.by_site or (is_file and not is_rooted):
            return look
        found = self._paths.look(target.path, path, served)
        if found is not None:
            return found
        return self._not_on_site(target, path, look, served)

    def _not_on_site(self, target: Target, path: str, look: Look, served: Served) -> Evidence | Look:
        """Say what is wrong with a path at which a site shows nothing, or return what GitHub shows."""
        is_rooted = path.startswith("/")
        if served.root is not None and is_rooted:
            prefix = self._paths.below_another_path(path, served)
            if not prefix:
                return Tree(served.root).look("", path)
            reason = f"The site's root has no {path}, but it would have it if the site lay below {prefix}."
            return self._finding(target, rules.PAGE_UNKNOWN, reason)
        is_there = look.status is Status.THERE
        if served.site is None or look.status not in (Status.MISSING, Status.THERE):
            return look
        if not is_rooted and not (served.from_url(path) if is_there else is_page_like(path)):
            return look
        on_github = " On GitHub, where the path starts elsewhere, it leads to a file." if is_there else ""
        reason = (
            f"The sources of the site that {served.site.rule.title} builds have no {path}; it may make it.{on_github}"
        )
        return self._finding(target, rules.PAGE_UNKNOWN, reason)

    def _page_of(self, target: Target, link: Link, folder: Path) -> Evidence:
        """Settle a link from an HTML page to a folder, which is the index file in it."""
        index = self._paths.index_of(folder)
        if index is not None:
            return self._in_document(target, link, index)
        reason = f"The folder {link.path} has no index file, and most servers show nothing without one."
        return self._finding(target, rules.NO_INDEX, reason)

    def _elsewhere(self, target: Target, link: Link, look: Look, served: Served) -> Evidence:
        """Say what is wrong with a path under which no file is found."""
        if served.page and link.path.startswith(("/", "\\")) and served.root is None and served.site is None:
            path = link.path.replace("\\", "/")
            folder = self._paths.folder_with(target.path, path)
            hint = f"{folder} has it: --root-dir {folder}" if folder else "--root-dir names it"
            if folder:
                self.ctx.hint(
                    f"Pages link to the root of their site, which is probably {folder}: give --root-dir {folder}."
                )
            reason = f"The link starts at the root of the page's site, and which folder that is, is not known ({hint})."
            return self._finding(target, rules.SITE_ROOT_UNKNOWN, reason)
        if look.status is Status.MISSING:
            return self._backslashes(target, link) or self._missing(target, link, look)
        if look.status in _WRONG_SPELLING:
            rule, reason = _WRONG_SPELLING[look.status]
            meant = _with_rest(look.spelled, link)
            return self._finding(target, rule, reason.format(look.spelled), meant, Basis.FILE_NAME)
        return self._finding(target, rules.OUTSIDE, _WHY_UNSEEN[look.status])

    def _missing(self, target: Target, link: Link, look: Look) -> Evidence:
        reason = f"There is no such file or folder in the repository: {link.path}"
        return self._finding(target, rules.FILE_MISSING, reason, _with_rest(look.nearest, link) if look.nearest else "")

    def _backslashes(self, target: Target, link: Link) -> Evidence | None:
        slashed = link.path.replace("\\", "/")
        if slashed == link.path or self._tree.look(target.path, slashed).status is not Status.THERE:
            return None
        reason = "The path is written with backslashes, which only Windows takes for slashes."
        return self._finding(target, rules.BACKSLASHES, reason, _with_rest(slashed, link), Basis.FILE_NAME)

    def _in_document(self, target: Target, link: Link, path: Path) -> Evidence:
        """Settle the part after ``#`` if there is one and the file is a document; below a folder that is its README."""
        if not link.fragment:
            return Evidence(key=target.key, checked_by=self.name)
        document = path
        if path.is_dir():
            readme = self._tree.readme(path)
            if readme is None:
                reason = f"The folder has no README, so nothing below its files has the name #{link.fragment}."
                return self._finding(target, rules.ANCHORS_UNKNOWN, reason)
            document = readme
        elif link.path and not path.is_file():
            return self._finding(target, rules.OUTSIDE, _WHY_NOT_OPENED)
        places = self._places_of(document)
        if places is None and self.ctx.anchors_of(document) is None and document is path:
            return Evidence(key=target.key, checked_by=self.name)  # line numbers of source code, pages of a PDF
        before = link.path + link.query
        return anchor_evidence(target, self.name, link.fragment, places, document=document.name, before=before)

    def _image(self, target: Target, path: Path) -> Evidence:
        if path.is_dir():
            return self._finding(target, rules.NOT_A_PICTURE, "The path of the image is a folder.")
        if not path.is_file():
            return self._finding(target, rules.OUTSIDE, _WHY_NOT_OPENED)
        try:
            with path.open("rb") as file:
                body = file.read(_HEAD_BYTES)
                if may_be_svg(body):
                    body += file.read(MOST_BYTES + 1 - len(body))
        except OSError:
            return self._finding(target, rules.OUTSIDE, "The file could not be read.")
        wrong = _image_flaw(body, path.suffix.casefold())
        return Evidence(key=target.key, checked_by=self.name) if wrong is None else self._finding(target, *wrong)

    def _finding(
        self, target: Target, rule: Rule, reason: str, meant: str = "", basis: Basis = Basis.NEAREST
    ) -> Evidence:
        why = (
            "the path as the repository has it"
            if basis is Basis.FILE_NAME
            else "the most similar file in the repository"
        )
        suggestion = Suggestion(meant, why, basis) if meant else None
        return Evidence(key=target.key, checked_by=self.name, rule=rule, reason=reason, suggestion=suggestion)


_BITMAPS = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".bmp", ".ico", ".jxl", ".apng", ".jfif"})


def _image_flaw(body: bytes, suffix: str) -> tuple[Rule, str] | None:
    """Return why readers do not see an image, by its first bytes (of an SVG all) and its name; None if they do."""
    media_type = sniff(body)
    if media_type is None:
        return None if may_be_svg(body) and len(body) > MOST_BYTES else _not_an_image(body)
    if media_type not in SHOWN_TYPES:
        return rules.TYPE_NOT_SHOWN, f"The file is an image of the type {media_type}, which browsers do not show."
    if media_type == _SVG and suffix in _BITMAPS:
        return rules.MISNAMED_IMAGE, f"The file is an SVG with the name of another type ({suffix})."
    flaw = svg_flaw(body) if media_type == _SVG else None
    if flaw is not None:
        return rules.BAD_SVG, f"Browsers do not show the SVG: {flaw}."
    if media_type != _SVG and suffix == ".svg":
        return rules.MISNAMED_IMAGE, f"The file has the name of an SVG and is of the type {media_type}."
    return None


def _not_an_image(head: bytes) -> tuple[Rule, str]:
    """Return what a file is that does not begin as an image does."""
    if not head:
        return rules.NOT_A_PICTURE, "The image file is empty."
    if is_lfs_pointer(head):
        return rules.LFS_POINTER, "The image is kept in Git LFS, and only the pointer to it is here."
    other = what_else(head, "")
    if other is None:
        return rules.DOUBTFUL_PICTURE, "The file does not begin as any kind of image does."
    return rules.NOT_A_PICTURE, f"The file that is shown as an image is {other}."


def _with_rest(path: str, link: Link) -> str:
    return f"{path}{link.query}" + (f"#{link.fragment}" if link.fragment is not None else "")
