"""Which files may be what a site shows at a URL."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from pathlib import PurePosixPath

#: What a builder makes pages of, and pages themselves.
PAGE_SUFFIXES = (".html", ".md", ".mdx", ".markdown", ".qmd", ".rst", ".ipynb", ".htm")
_INDEXES = (
    "index.html",
    "index.md",
    "README.md",
    "_index.md",
    "index.mdx",
    "readme.md",
    "index.rst",
    "index.qmd",
    "index.htm",
)


def index_files(folder: str) -> Iterator[str]:
    """Yield the paths of the files that may be the page of a folder."""
    for name in _INDEXES:
        yield f"{folder.rstrip('/')}/{name}" if folder else name


def files_at(path: str) -> Iterator[str]:
    """Yield the paths of the files that may be the page at a URL's path, but for that itself; likely ones first."""
    stem = path.rstrip("/")
    if stem and PurePosixPath(stem).name not in (".", ".."):
        yield from (stem + suffix for suffix in PAGE_SUFFIXES)
    yield from index_files(path if stem else path[:1])
    if stem.endswith(".html"):
        bare = stem.removesuffix(".html")
        yield from (bare + suffix for suffix in PAGE_SUFFIXES[1:])
        if PurePosixPath(bare).name == "index":
            yield from index_files(posixpath.dirname(bare) or ".")


def is_page_like(path: str) -> bool:
    """Return whether a URL's path may be that of a page that a builder makes: no suffix, or that of a page."""
    suffix = PurePosixPath(path.rstrip("/")).suffix
    # ``/v1.2`` and ``/docs/3.x`` are folders of versions.
    return path.endswith("/") or not suffix[1:].isalpha() or suffix in (".html", ".htm")


def from_page(page: str, path: str) -> str:
    """Return where a relative URL leads from the page that is made of a file and lies in a folder of its own.

    Args:
        page: the file, from the site's root.
        path: the URL's path.
    """
    file = PurePosixPath(page)
    is_index = file.stem.casefold() in ("index", "readme", "_index")
    folder = file.parent if is_index else file.with_suffix("")
    joined = posixpath.normpath(f"/{folder.as_posix()}/{path}")
    return joined + ("/" if path.endswith("/") and joined != "/" else "")


def below(prefix: str, path: str) -> str:
    """Return a path from the root of a site that lies below a prefix, of one from the root of its host."""
    if path == prefix.rstrip("/"):
        return "/"
    return "/" + path[len(prefix) :] if path.startswith(prefix) else path
