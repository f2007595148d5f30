"""Compares what links to papers are called in the list with the titles that registries and pages give them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from linkwarden.model import WORKING, Basis, Evidence, Fact, Markup, Occurrence, Result, Rule, Suggestion, Tag, Verdict
from linkwarden.providers.papers._arxiv_ids import Form, Problem, address_of, parse
from linkwarden.providers.papers.arxiv.api import ENDPOINT, Answer, ask, by_titles
from linkwarden.providers.papers.doi.urls import doi_of
from linkwarden.records import dataclass
from linkwarden.review._base import Needs, Once, Review
from linkwarden.review._titles import (
    Match,
    compare,
    core,
    is_exactly,
    names_a_stranger,
    read,
    shares_nothing,
    spellings,
)

if TYPE_CHECKING:
    from linkwarden.net import Net

NAMES_ANOTHER = Rule(
    "LW801",
    "names-another-paper",
    Verdict.SUSPECT,
    "the link text names another paper than the one at its URL",
    "The title that the registry, or the page itself, gives for the paper at this URL has nothing in common with the "
    "link text. That happens when an "
    "identifier is mistyped, or when the line above was copied and its URL was not changed. Link texts that are not "
    "titles, such as “pdf” or the name of a method, are never compared.",
    "Open the URL and look at the title. If another URL is suggested, it leads to the paper that the link text names.",
    tags=frozenset({Tag.PAGE_EXISTS}),
)

#: Who says what a paper is called; the title of a web page says what a site calls itself.
_REGISTRIES = frozenset({"arxiv", "doi", "semantic-scholar", "pubmed", "crossref", "openreview"})
_TEXTS = frozenset({Markup.MD_LINK, Markup.MD_REFERENCE, Markup.HTML_A, Markup.LINK})
#: Titles that arXiv is asked for in a run, all in one query: wrong links are few, and many would be our own mistake.
_TITLES_ASKED = 5
#: Doubts that are looked into: one query holds six versions of each.
_DOUBTS = 30
#: Versions whose titles are looked up; later ones keep the title.
_VERSIONS = range(1, 6)
_SHOWN = 160


@dataclass(frozen=True, slots=True)
class _Doubt:
    """A link whose text may name another paper.

    Attributes:
        result: what was found about it.
        place: where it is called so.
        title: the registered title.
        sure: the text is a title without doubt; otherwise another paper of that title has to be found.
        strange: text and title have nothing in common.
    """

    result: Result
    place: Occurrence
    title: str
    sure: bool
    strange: bool

    @property
    def key(self) -> str:
        """The key of the link."""
        return self.result.target.key

    @property
    def arxiv(self) -> str | None:
        """The identifier without version, if arXiv itself gave the title."""
        ref = parse(self.result.target.address or "") if self.result.evidence.checked_by == "arxiv" else None
        return ref.base if ref is not None else None

    @property
    def stands_alone(self) -> bool:
        """True if it needs no other paper that has the title.

        At arXiv earlier titles of a paper can be looked up. Elsewhere they cannot, and preprint and article may differ
        in title; so there not one word may be common.
        """
        return self.sure and (self.arxiv is not None or shares_nothing(self.place.text, self.title))


class Papers(Review):
    """Looks for links whose text names another paper than the registry has under their URL."""

    name: ClassVar[str] = "papers"
    rank: ClassVar[int] = 20
    doing: ClassVar[str] = "comparing titles"
    needs: ClassVar[Needs] = Needs.MOST  # the paper that a text names may be any other of the list
    rules: ClassVar[tuple[Rule, ...]] = (NAMES_ANOTHER,)

    def may_change(self, result: Result) -> bool:
        if result.judgement.verdict not in WORKING or not (title := _title(result)):
            return False
        texts = (place.text for place in result.target.occurrences if place.text and place.markup in _TEXTS)
        return any(compare(text, title) is not Match.SAME for text in texts)

    async def look(self, results: Sequence[Result], net: Net, now: datetime) -> AsyncIterator[Evidence]:
        """Doubt what does not fit; find the paper that was meant in the list itself, else at arXiv.

        Costs nothing where nothing is doubted, and never more than two queries to arXiv: one for earlier titles, one
        for the titles in the list.
        """
        del now  # a title does not depend on the day
        shelf = _Shelf(results)
        doubts = list(_doubts(results, shelf))
        meant = {doubt.key: found for doubt in doubts if (found := shelf.other(doubt)) is not None}
        from_arxiv: dict[str, Suggestion] = {}
        strange = [doubt for doubt in doubts if doubt.strange and doubt.key not in meant]
        left = sorted(strange, key=lambda doubt: not doubt.sure)[:_DOUBTS]
        if left and _arxiv_answers(results):
            left = await _never_called_so(net, left, self.once)
            from_arxiv = await _at_arxiv(net, left[:_TITLES_ASKED], self.once)
        else:
            left = [doubt for doubt in left if doubt.arxiv is None]
        alone = {doubt.key for doubt in left if doubt.stands_alone}
        for doubt in doubts:
            if doubt.key in from_arxiv:
                yield _finding(doubt, from_arxiv[doubt.key], Fact("the title in the list was looked up", url=ENDPOINT))
            elif doubt.key in meant or doubt.key in alone:
                yield _finding(doubt, meant.get(doubt.key))


class _Shelf:
    """The papers of the list by title, to find the one that a text names."""

    def __init__(self, results: Sequence[Result]) -> None:
        self._by_letters: dict[str, list[Result]] = {}
        for result in _papers(results):
            self._by_letters.setdefault(read(_title(result)).letters, []).append(result)

    def has(self, text: str) -> bool:
        """Return whether some paper of the list is called so."""
        return any(letters in self._by_letters for letters in spellings(text))

    def other(self, doubt: _Doubt) -> Suggestion | None:
        """Return the URL of another paper of the list that is called as the text says."""
        own = _identity(doubt.result)
        there = next(
            (
                result
                for letters in spellings(doubt.place.text)
                for result in self._by_letters.get(letters, ())
                if _is_another(_identity(result), own, strange=doubt.strange)
            ),
            None,
        )
        if there is None:
            return None
        address = there.target.address or there.target.url
        ref = parse(address)
        if ref is not None and ref.form is not Form.READER:
            address = _arxiv_address(ref.base, doubt.result)
        elif there.judgement.verdict is Verdict.MOVED and there.judgement.suggestion is not None:
            address = there.judgement.suggestion.url
        line = there.target.occurrences[0].span.line
        return Suggestion(address, f"the paper with this title; the list links to it on line {line}", Basis.SAME_TITLE)


def _papers(results: Iterable[Result]) -> Iterator[Result]:
    """Return the links that are fine and lead to a paper whose title is known."""
    return (result for result in results if _title(result) and result.judgement.verdict in WORKING)


def _title(result: Result) -> str:
    """Return what a paper is called: by its registry, else by its own page; "" where nobody says it."""
    evidence = result.evidence
    if evidence.paper is not None:
        return evidence.paper.title
    return (evidence.title or "") if evidence.checked_by in _REGISTRIES else ""


def _doubts(results: Sequence[Result], shelf: _Shelf) -> Iterator[_Doubt]:
    """Return at most one doubt for each link: its first occurrence whose text does not fit."""
    alts = {(o.span.path, o.text) for r in results for o in r.target.occurrences if o.markup.is_image and o.text}
    for result in _papers(results):
        title = _title(result)
        for place in result.target.occurrences:
            if place.markup not in _TEXTS or not place.text or (place.span.path, place.text) in alts:
                continue  # bare URLs, and images that are links: their text describes the image
            found = compare(place.text, title)
            strange = found is not Match.SAME and names_a_stranger(place.text, title)
            if strange or (found is Match.UNSURE and shelf.has(place.text)):
                yield _Doubt(result, place, title, sure=found is Match.OTHER, strange=strange)
                break


def _is_another(paper: str, own: str, *, strange: bool) -> bool:
    """Return whether two papers differ. Two registries, or two DOIs, may be one work under two titles."""
    return paper != own and (strange or (paper.startswith("arxiv:") and own.startswith("arxiv:")))


def _identity(result: Result) -> str:
    """Return the identity of the paper that a link leads to, whatever the form of the URL."""
    address = result.target.address or result.target.url
    ref = parse(address)
    if ref is not None:
        return f"arxiv:{ref.base}"
    doi = doi_of(address)
    if doi is not None:
        return f"doi:{doi.doi}"
    paper = result.evidence.paper
    return f"doi:{paper.doi}" if paper is not None and paper.doi else result.target.key


def _arxiv_answers(results: Sequence[Result]) -> bool:
    """Return whether arXiv may be asked: not if it gave no answer in this run, or turned us away."""
    return all(
        result.judgement.verdict is not Verdict.UNVERIFIED
        for result in results
        if result.evidence.checked_by == "arxiv"
    )


async def _never_called_so(net: Net, doubts: Sequence[_Doubt], once: Once) -> list[_Doubt]:
    """Leave out papers that have, or in an earlier version had, the title that the list gives them.

    Authors rename papers from one version to the next; what cannot be looked up is left out as well.
    """
    versions = {d.arxiv: [d.arxiv, *(f"{d.arxiv}v{n}" for n in _VERSIONS)] for d in doubts if d.arxiv is not None}
    wanted = tuple(ident for idents in versions.values() for ident in idents)
    answer = await once.ask(wanted, lambda: ask(net, wanted)) if wanted else Answer()
    clear = []
    for doubt in doubts:
        idents = versions.get(doubt.arxiv, []) if doubt.arxiv is not None else []
        titles = [paper.title for ident in idents if (paper := answer.papers.find(ident)) is not None]
        named_so = any(not names_a_stranger(doubt.place.text, title) for title in titles)
        if not named_so and not any(ident in answer.unknown for ident in idents):
            clear.append(doubt)
    return clear


async def _at_arxiv(net: Net, doubts: Sequence[_Doubt], once: Once) -> dict[str, Suggestion]:
    """Find the papers that the texts name, by key of the link."""
    if not doubts:
        return {}
    titles = tuple(" ".join(core(doubt.place.text).words) for doubt in doubts)
    found = await once.ask(("titles", titles), lambda: by_titles(net, titles))
    meant: dict[str, Suggestion] = {}
    for doubt in doubts:
        own = _identity(doubt.result)
        for paper in found:
            if is_exactly(doubt.place.text, paper.title) and f"arxiv:{paper.base}" != own:
                address = _arxiv_address(paper.base, doubt.result)
                meant.setdefault(
                    doubt.key, Suggestion(address, "arXiv has a paper with this title here", Basis.SAME_TITLE)
                )
    return meant


def _arxiv_address(base: str, like: Result) -> str:
    """Return a paper's URL in the form (page or PDF) of the link that it is to replace."""
    ref = parse(like.target.address or like.target.url)
    usable = ref is not None and ref.form in (Form.ABS, Form.PDF) and ref.problem is not Problem.MIRROR
    return address_of(base, ref.form if ref is not None and usable else Form.ABS)


def _finding(doubt: _Doubt, suggestion: Suggestion | None, *seen: Fact) -> Evidence:
    evidence = doubt.result.evidence
    said, is_ = _shown(doubt.place.text), _shown(doubt.title)
    return replace(
        evidence,
        rule=NAMES_ANOTHER,
        reason=f"On line {doubt.place.span.line} the list calls it “{said}”, but the paper at this URL is “{is_}”.",
        suggestion=suggestion,
        facts=(*evidence.facts, Fact(f"the title of the paper at this URL is “{is_}”"), *seen),
    )


def _shown(title: str) -> str:
    line = read(title).written
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…"
