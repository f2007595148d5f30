"""What each documentation builder's settings say of its site: pages, names of headings, URLs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from linkwarden.anchors.rules import (
    HUGO,
    HUGO_BLACKFRIDAY,
    RULES,
    Naming,
    Rule,
    mkdocs,
    myst,
    python_markdown,
    slugify,
)
from linkwarden.docsites._settings import (
    Called,
    Settings,
    extensions,
    in_python,
    in_script,
    part,
    read_data,
    read_toml,
    read_yaml,
    text,
    text_of,
)
from linkwarden.patterns import pattern
from linkwarden.records import dataclass


@dataclass(frozen=True, slots=True)
class Site:
    """A documentation site, as its builder's settings describe it.

    Attributes:
        settings: the file or folder that sets up the builder.
        rule: how it names headings.
        pages: the folder of the pages' sources.
        assets: folders whose files lie at the site's root.
        prefix: the path below which the site lies: ``/`` or ``/project/``.
        as_folders: the page of ``a.md`` is at ``a/``, so that relative URLs start from there.
        below: what lies directly in the folder is no page.
    """

    settings: Path
    rule: Rule
    pages: Path
    assets: tuple[Path, ...] = ()
    prefix: str = "/"
    as_folders: bool = False
    below: bool = False


def _prefix(url: str) -> str:
    """Return the path of a base URL, with a slash at both ends."""
    try:
        path = urlsplit(url.strip()).path
    except ValueError:
        return "/"
    return f"/{path.strip('/')}/" if path.strip("/") else "/"


_OF_EXTRA = frozenset({"extra", "markdown.extensions.extra", "pymdownx.extra"})


def _mkdocs(file: Path) -> Site:
    folder = file.parent
    settings = _inherited(file, read_yaml(file) or {})
    pages = folder / (text(settings, "docs_dir") or "docs")
    as_folders = part(settings, "use_directory_urls") is not False
    return Site(file, _mkdocs_rule(settings), pages, (pages,), _prefix(text(settings, "site_url")), as_folders)


def _inherited(file: Path, settings: Settings) -> Settings:
    parent = text(settings, "INHERIT")
    if not parent:
        return settings
    above = read_yaml(file.parent / parent) if not Path(parent).is_absolute() and ".." not in parent else None
    # What cannot be read may switch on anything: an unknown extension of toc says so.
    return {
        **(above if above is not None else {"markdown_extensions": [{"toc": {"slugify": Called("?")}}]}),
        **settings,
    }


def _mkdocs_rule(settings: Settings) -> Rule:
    found = {name.removeprefix("markdown.extensions."): options for name, options in extensions(settings)}
    has_extra = not _OF_EXTRA.isdisjoint(found)
    toc = found.get("toc", {})
    given = toc.get("slugify")
    slug = slugify("toc.slugify")
    if isinstance(given, Called):
        case, encode = given.options.get("case", ""), given.options.get("percent_encode") is True
        slug = slugify(given.name, case if isinstance(case, str) else "", encode=encode)
    elif isinstance(given, str):
        slug = slugify(given)
    if slug is None or toc.get("separator", "-") != "-":
        return mkdocs()
    attributes = has_extra or "attr_list" in found
    naming = python_markdown(
        slug,
        attributes=attributes,
        notes=not (has_extra or "footnotes" in found),
        short_codes="pymdownx.emoji" not in found,
    )
    return mkdocs([naming], attributes=attributes)


def _zensical(file: Path) -> Site:
    project = part(read_toml(file) or {}, "project")
    pages = file.parent / (text(project, "docs_dir") or "docs")
    as_folders = part(project, "use_directory_urls") is not False
    return Site(file, RULES["mkdocs"], pages, (pages,), _prefix(text(project, "site_url")), as_folders)


def _docusaurus(file: Path) -> Site:
    script = text_of(file)
    folder = file.parent
    assets = (folder / "static", folder / "src" / "pages", folder)
    return Site(file, RULES["docusaurus"], folder, assets, _prefix(in_script(script, "baseUrl")), below=True)


#: Other programs have a conf.py as well.
_OF_SPHINX = pattern(r"(?m)^[ \t]*(?:extensions|html_theme|master_doc|root_doc|project)[ \t]*\+?=")
_DOCS = frozenset({"docs", "doc", "documentation", "source"})


def _sphinx(file: Path) -> Site | None:
    script = text_of(file)
    if not _OF_SPHINX.search(script) and file.parent.name.casefold() not in _DOCS:
        return None
    settings = in_python(script)
    listed = settings.get("myst_enable_extensions", ())
    rule = RULES["sphinx-myst"]
    if settings and isinstance(listed, list | tuple | set):
        rule = myst([str(name) for name in listed], slugs=settings.get("myst_heading_anchors") != 0)
    return Site(file, rule, file.parent, (file.parent,))


def _jekyll(file: Path) -> Site | None:
    settings = read_yaml(file) or {}
    folder = file.parent
    if (folder / "_toc.yml").exists():  # Jupyter Book
        return Site(file, RULES["sphinx-myst"], folder, (folder,))
    processor = part(settings, "markdown")
    is_kramdown = processor is None or (isinstance(processor, str) and processor.lower() == "kramdown")
    is_hexo = (folder / "scaffolds").exists() or (folder / "source" / "_posts").exists()
    rule = RULES["jekyll"] if is_kramdown and not is_hexo else RULES["any"]
    own = text(settings, "source") if not is_hexo else "source"
    pages = folder / own if own else folder
    return Site(file, rule, pages, (pages,), _prefix(text(settings, "baseurl") or text(settings, "url")))


def _hugo(file: Path) -> Site | None:
    settings = read_data(file) or {}
    folder = file.parent.parent.parent if file.parent.name == "_default" else file.parent
    pages = folder / (text(settings, "contentDir") or "content")
    if file.stem == "config" and not pages.is_dir() and not text(settings, "baseURL"):
        return None  # many programs have a file of this name
    rule = RULES["hugo"]
    kind = text(settings, "markup", "goldmark", "parser", "autoHeadingIDType")
    exact: dict[str, Naming] = {"github": HUGO, "blackfriday": HUGO_BLACKFRIDAY}
    if kind in exact:
        rule = replace(rule, namings=(exact[kind],), other=rule.other[:1])
    elif kind:
        rule = RULES["any"]
    return Site(file, rule, pages, (folder / "static", pages), _prefix(text(settings, "baseURL")), as_folders=True)


def _mdbook(file: Path) -> Site:
    settings = read_toml(file) or {}
    pages = file.parent / (text(settings, "book", "src") or "src")
    return Site(file, RULES["mdbook"], pages, (pages,), _prefix(text(settings, "output", "html", "site-url")))


def _vitepress(folder: Path) -> Site:
    configs = (folder / f"config.{suffix}" for suffix in ("mts", "ts", "mjs", "js", "cts", "cjs"))
    script = next((found for each in configs if (found := text_of(each))), "")
    pages = folder.parent / (in_script(script, "srcDir") or ".")
    return Site(folder, RULES["vitepress"], pages, (pages, pages / "public"), _prefix(in_script(script, "base")))


def _of(name: str) -> Callable[[Path], Site]:
    def read(file: Path) -> Site:
        return Site(file, RULES[name], file.parent, (file.parent,))

    return read


_KINDS: tuple[tuple[re.Pattern[str], Callable[[Path], Site | None]], ...] = tuple(
    (pattern(names, re.IGNORECASE), read)
    for names, read in (
        (r"mkdocs\.ya?ml", _mkdocs),
        (r"zensical\.toml", _zensical),
        (r"docusaurus\.config\.[cm]?[jt]s", _docusaurus),
        (r"\.vitepress", _vitepress),
        (r"book\.toml", _mdbook),
        (r"_quarto\.ya?ml|_bookdown\.ya?ml", _of("pandoc")),
        (r"hugo\.(?:toml|ya?ml|json)", _hugo),
        (r"conf\.py", _sphinx),
        (r"_config\.ya?ml", _jekyll),
        (r"config\.(?:toml|ya?ml|json)", _hugo),
        (r"_toc\.yml", _of("sphinx-myst")),
        (
            r"\.vuepress|\.eleventy\.[cm]?js|eleventy\.config\.[cm]?[jt]s|astro\.config\.[cm]?[jt]s|myst\.yml",
            _of("any"),
        ),
    )
)


def sites_in(folder: Path, names: Iterable[str]) -> list[Site]:
    """Return the sites that files of a folder set up, the one that is most surely meant first."""
    here = sorted(names)
    found = []
    for names_of_it, read in _KINDS:
        for name in here:
            site = read(folder / name) if names_of_it.fullmatch(name) else None
            if site is not None:
                found.append(site)
    return found


def sets_up_builder(name: str) -> bool:
    """Return whether a file or folder of this name may set up a builder."""
    return any(names.fullmatch(name) for names, _ in _KINDS)
