"""The rules by which documentation builders name headings, one value each (docs/facts/anchors.md)."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from linkwarden.anchors import _numbers, _slugs, _text
from linkwarden.anchors._text import Reading
from linkwarden.model import Heading
from linkwarden.records import dataclass

_PLAINLY = Reading()
Numbering = Callable[[Sequence[_numbers.Named]], list[str | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """How names are made of the headings of one page.

    Attributes:
        slug: makes a name of a text.
        reading: how the text is read.
        numbering: makes the names of a page different.
        empty: what a name is where nothing is left.
        tags: headings that are written as HTML get names as well.
    """

    slug: Callable[[str], str]
    reading: Reading = _PLAINLY
    numbering: Numbering = _numbers.skip_taken
    empty: str = ""
    tags: bool = False

    def names(self, headings: Iterable[Heading]) -> list[str | None]:
        """Return the name of each heading of a page, from the first to the last; None for one that gets none."""
        read = [self._read(heading) for heading in headings]
        numbered = iter(self.numbering([named for named in read if named is not None]))
        return [next(numbered) if named is not None else None for named in read]

    def _read(self, heading: Heading) -> _numbers.Named | None:
        if heading.tag and not self.tags:
            return None
        text, given = self.reading.read(heading)
        return None if text is None and given is None else (self.slug(text or "") or self.empty, given)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What a builder names headings.

    Attributes:
        name: as users write it.
        title: as people call the builder.
        namings: all of them hold: a page has the names of each.
        other: names by other versions or settings of the builder, which the page may have.
        attributes: names that authors give to other parts of the text (``{#name}``) are places, too.
        as_github: the HTML of the page is cleaned as on GitHub, and names are found in any case.
        commonmark: HTML in the text ends where it does on GitHub.
    """

    name: str
    title: str
    namings: tuple[Naming, ...]
    other: tuple[tuple[str, Naming], ...] = ()
    attributes: bool = True
    as_github: bool = False
    commonmark: bool = True


_GITHUB = Naming(slug=_slugs.github, tags=True)
GITLAB = Naming(
    slug=_slugs.Letters(keep=_slugs.is_word_or_number, blanks=" \n"), reading=Reading(alt=True, notes=False)
)
GITLAB_16 = Naming(slug=_slugs.gitlab_before_17, numbering=_numbers.count)
GITEA = Naming(
    slug=_slugs.Letters(keep=_slugs.is_letter_or_number, lower=_slugs.by_letter, blanks=""),
    reading=Reading(trim=True),
    empty="heading",
    tags=True,
)
DOCUSAURUS = Naming(
    slug=_slugs.github_slugger,
    reading=Reading(alt=True, notes=False, given=_text.DOCUSAURUS, behind_backslash=True),
)
ASTRO = Naming(slug=_slugs.github_slugger, reading=Reading(dashes=_text.TWO_DASHES))
JEKYLL = Naming(
    slug=_slugs.Letters(keep=_slugs.is_word, lower=_slugs.each_lower, blanks=" \t"),
    reading=Reading(notes=False, dashes=_text.KRAMDOWN_DASHES, given=_text.KRAMDOWN, spaced=True),
    numbering=_numbers.count,
)
KRAMDOWN = Naming(
    slug=_slugs.kramdown,
    reading=Reading(notes=False, dashes=_text.KRAMDOWN_DASHES, given=_text.KRAMDOWN, spaced=True, of_source=True),
    numbering=_numbers.count,
    empty="section",
)
VITEPRESS = Naming(
    slug=_slugs.vitepress,
    reading=Reading(short_codes=False, given=_text.ATTRIBUTES),
    numbering=_numbers.skip_taken_and_given,
)
MYST = Naming(slug=_slugs.myst, reading=Reading(notes=False, math=False))
_MYST_MATH = Naming(slug=_slugs.myst, reading=Reading(notes=False))
_SPHINX = Naming(slug=_slugs.docutils, reading=Reading(notes="label"), numbering=_numbers.sphinx)
SPHINX = Naming(slug=_slugs.sphinx, reading=Reading(notes="label"), numbering=_numbers.sphinx)
_MYST_TITLE = "MyST in Sphinx"
_PANDOC_READING = Reading(alt=True, dashes=_text.PANDOC_DASHES, given=_text.STRICT_ATTRIBUTES)
PANDOC = Naming(slug=_slugs.pandoc, reading=_PANDOC_READING, numbering=_numbers.skip_taken_and_given, empty="section")
_GFM = _slugs.Letters(keep=_slugs.is_word_or_number, lower=_slugs.each_lower, blanks="", collapse=True, composed=True)
PANDOC_GFM = Naming(slug=_GFM, reading=Reading(alt=True, notes=False), numbering=_numbers.count)
COMMONMARK_X = Naming(
    slug=_GFM,
    reading=Reading(alt=True, notes=False, dashes=_text.KRAMDOWN_DASHES, given=_text.STRICT_ATTRIBUTES),
    numbering=_numbers.count_after_given,
)
_HUGO_READING = Reading(
    alt=True,
    notes=False,
    urls=False,
    nothing=False,
    closing=True,
    dashes=_text.KRAMDOWN_DASHES,
    given=_text.STRICT_ATTRIBUTES,
    inline=False,
    trim=True,
)
HUGO = Naming(
    slug=_slugs.Letters(keep=_slugs.is_letter_or_digit, lower=_slugs.by_letter),
    reading=_HUGO_READING,
    numbering=_numbers.skip_taken_and_given,
    empty="heading",
)
HUGO_OF_SOURCE = Naming(
    slug=_slugs.Letters(keep=_slugs.is_letter_or_digit, lower=_slugs.by_letter),
    reading=Reading(given=_text.STRICT_ATTRIBUTES, inline=False, of_source=True),
    numbering=_numbers.skip_taken_and_given,
    empty="heading",
)
HUGO_BLACKFRIDAY = Naming(
    slug=_slugs.hugo_blackfriday,
    reading=_HUGO_READING,
    numbering=_numbers.skip_taken_and_given,
    empty="heading",
)
MDBOOK = Naming(
    slug=_slugs.Letters(keep=_slugs.is_alphanumeric, blanks=""),
    reading=Reading(
        dashes=_text.DASHES, given=_text.ATTRIBUTES, behind_backslash=True, inline=False, closing=True, trim=True
    ),
)
RUSTDOC = Naming(
    slug=_slugs.Letters(keep=_slugs.is_alphanumeric, lower=_slugs.ascii_lower, blanks=" \t\n"),
    reading=Reading(alt=True, notes=False, dashes=_text.DASHES),
    numbering=_numbers.skip_own,
)


def python_markdown(
    slug: Callable[[str], str] = _slugs.python_markdown,
    *,
    attributes: bool = False,
    notes: bool = True,
    short_codes: bool = True,
) -> Naming:
    """Return how Python-Markdown's ``toc`` names headings.

    Args:
        slug: its ``slugify``.
        attributes: the extension ``attr_list`` is on.
        notes: the extension ``footnotes`` is off, so that their labels count.
        short_codes: no extension makes images of ``:rocket:``.
    """
    return Naming(
        slug=slug,
        reading=Reading(
            notes=notes,
            short_codes=short_codes,
            given=_text.ATTR_LIST if attributes else None,
            spaced=True,
            closing=True,
            first=True,
        ),
        numbering=_numbers.underscores,
    )


def slugify(name: str, case: str = "", *, encode: bool = False) -> Callable[[str], str] | None:
    """Return the function that a ``slugify`` of MkDocs' settings means, or None if it is another one."""
    if name in ("markdown.extensions.toc.slugify", "toc.slugify"):
        return _slugs.python_markdown
    if name in ("markdown.extensions.toc.slugify_unicode", "toc.slugify_unicode"):
        return _slugs.python_markdown_unicode
    old = {"uslugify": "lower", "uslugify_cased": "", "gfm": "lower-ascii", "uslugify_encoded": "lower"}
    if name == "pymdownx.slugs.slugify":
        return partial(_slugs.pymdownx, case=case, encode=encode)
    module, _, function = name.rpartition(".")
    if module == "pymdownx.slugs" and function in old:
        return partial(_slugs.pymdownx, case=old[function], encode=function.endswith("_encoded"))
    return None


_SLUGIFIES = (_slugs.python_markdown, _slugs.python_markdown_unicode, _slugs.pymdownx)


def mkdocs(namings: Sequence[Naming] = (), *, attributes: bool = True) -> Rule:
    """Return MkDocs' rule; without a look at the settings, any ``slugify`` may be in use, and any extension."""
    if namings:
        older = [replace(naming, reading=replace(naming.reading, first=False)) for naming in namings]
        return Rule(
            name="mkdocs",
            title="MkDocs",
            namings=tuple(namings),
            other=tuple(("Python-Markdown before 3.6", naming) for naming in older) if attributes else (),
            attributes=attributes,
            commonmark=False,
        )
    every = itertools.product(_SLUGIFIES, (True, False), (True, False), (True, False))
    others = [python_markdown(slug, attributes=a, notes=n, short_codes=s) for slug, a, n, s in every]
    return Rule(
        name="mkdocs",
        title="MkDocs",
        namings=(python_markdown(attributes=True), python_markdown()),
        other=tuple(("MkDocs with other settings", naming) for naming in others),
        commonmark=False,
    )


def myst(extensions: Collection[str], *, slugs: bool = True) -> Rule:
    """Return MyST's rule for settings that are known.

    Args:
        extensions: ``myst_enable_extensions``.
        slugs: MyST's own names are made (``myst_heading_anchors``); docutils' are in any case.
    """
    own = MYST if "dollarmath" in extensions else _MYST_MATH
    docutils = SPHINX if "smartquotes" in extensions else _SPHINX
    return Rule(name="sphinx-myst", title=_MYST_TITLE, namings=(own, docutils) if slugs else (docutils,))


def _known() -> Iterable[Rule]:
    yield Rule(name="github", title="GitHub", namings=(_GITHUB,), attributes=False, as_github=True)
    yield Rule(
        name="gitlab",
        title="GitLab",
        namings=(GITLAB,),
        other=(("GitLab before 17.0", GITLAB_16),),
        attributes=False,
        as_github=True,
    )
    yield mkdocs()
    yield Rule(name="docusaurus", title="Docusaurus", namings=(DOCUSAURUS,), commonmark=False)
    yield Rule(name="sphinx-myst", title=_MYST_TITLE, namings=(MYST, _MYST_MATH, _SPHINX, SPHINX))
    yield Rule(
        name="pandoc",
        title="Pandoc",
        namings=(PANDOC,),
        other=(("Pandoc's reader gfm", PANDOC_GFM), ("Pandoc's reader commonmark_x", COMMONMARK_X)),
        commonmark=False,
    )
    yield Rule(
        name="hugo",
        title="Hugo",
        namings=(HUGO,),
        other=(("older versions of Hugo", HUGO_OF_SOURCE), ("Hugo's type blackfriday", HUGO_BLACKFRIDAY)),
    )
    yield Rule(
        name="jekyll",
        title="Jekyll",
        namings=(JEKYLL,),
        other=(("kramdown without GFM", KRAMDOWN),),
        commonmark=False,
    )
    yield Rule(name="vitepress", title="VitePress", namings=(VITEPRESS,))
    yield Rule(name="mdbook", title="mdBook", namings=(MDBOOK,))


def _all(rules: Iterable[Rule]) -> Rule:
    every = tuple(rules)
    namings = [naming for rule in every for naming in (*rule.namings, *(naming for _, naming in rule.other))]
    unique = tuple(dict.fromkeys((*namings, ASTRO, GITEA, RUSTDOC)))
    return Rule(name="any", title="any builder", namings=unique, commonmark=False)


#: Every rule by its name.
RULES: Mapping[str, Rule] = {rule.name: rule for rule in _known()}
RULES = {**RULES, "any": _all(RULES.values())}
GITHUB = RULES["github"]
