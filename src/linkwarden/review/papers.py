"""Compares what links to papers are called in the list with the titles that the registries gave for them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from linkwarden.model import Evidence, Fact, Markup, Occurrence, Result, Rule, Suggestion, Verdict
from linkwarden.providers._arxiv_api import ENDPOINT, Paper, by_titles
from linkwarden.providers._arxiv_ids import Form, Problem, address_of, parse
from linkwarden.providers._doi_urls import doi_of
from linkwarden.review._base import Review
from linkwarden.review._titles import Match, compare, core, is_exactly, names_a_stranger, read, spellings

if TYPE_CHECKING:
    from linkwarden.net import Net

NAMES_ANOTHER = Rule(
    "LW801",
    "names-another-paper",
    Verdict.SUSPECT,
    "the link's text names another paper than the one at its address",
    "The registry that knows the paper at this address has a title for it that shares nothing with what the list "
    "calls it. That happens when an identifier is mistyped, or when the line above was copied and its address "
    "forgotten. Texts that are no titles, such as “pdf” or the name of a method, are never compared.",
    "Open the address and look at the title. If another address is offered, it is that of the paper which the text "
    "names.",
)

#: Who says what a paper is called; the titles of web pages say what a site calls itself.
_REGISTRIES = frozenset({"arxiv", "doi", "semantic-scholar", "pubmed", "crossref", "openreview"})
_SEEN = frozenset({Verdict.OK, Verdict.MOVED, Verdict.DEGRADED})
_TEXTS = frozenset({Markup.MD_LINK, Markup.MD_REFERENCE, Markup.HTML_A})
#: Titles that arXiv is asked for in a run, all in one query: wrong links are few, and many would be our own mistake.
_TITLES_ASKED = 5
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


class Papers(Review):
    """Looks for links whose text names another paper than the registry has under their address."""

    name: ClassVar[str] = "papers"
    rank: ClassVar[int] = 20
    rules: ClassVar[tuple[Rule, ...]] = (NAMES_ANOTHER,)

    async def look(self, results: Sequence[Result], net: Net, now: datetime) -> AsyncIterator[Evidence]:
        """Doubt what does not fit; find the paper that was meant in the list itself, else at arXiv, in one query."""
        del now  # a title does not depend on the day
        shelf = _Shelf(results)
        doubts = list(_doubts(results, shelf))
        meant = {id(doubt): shelf.other(doubt) for doubt in doubts}
        unexplained = [doubt for doubt in doubts if doubt.strange and meant[id(doubt)] is None]
        open_ = sorted(unexplained, key=lambda doubt: not doubt.sure)[:_TITLES_ASKED]
        if open_ and _arxiv_answers(results):
            found = await by_titles(net, [" ".join(core(d.place.text).words) for d in open_])
            meant |= {id(doubt): _at_arxiv(doubt, found) for doubt in open_}
        for doubt in doubts:
            suggestion = meant[id(doubt)]
            if doubt.sure or suggestion is not None:
                yield _accused(doubt, suggestion)


class _Shelf:
    """The papers of the list by title, to find the one that a text names."""

    def __init__(self, results: Sequence[Result]) -> None:
        self._by_letters: dict[str, list[Result]] = {}
        for result in _papers(results):
            self._by_letters.setdefault(read(result.evidence.title or "").letters, []).append(result)

    def has(self, text: str) -> bool:
        """Tell whether some paper of the list is called so."""
        return any(letters in self._by_letters for letters in spellings(text))

    def other(self, doubt: _Doubt) -> Suggestion | None:
        """Give the address of another paper of the list that is called as the text says."""
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
        return Suggestion(address, f"the paper with this title; the list links to it on line {line}")


def _papers(results: Iterable[Result]) -> Iterator[Result]:
    """Give the links that are fine and lead to a paper whose title a registry told."""
    for result in results:
        evidence = result.evidence
        if evidence.checked_by in _REGISTRIES and evidence.title and result.judgement.verdict in _SEEN:
            yield result


def _doubts(results: Sequence[Result], shelf: _Shelf) -> Iterator[_Doubt]:
    """Give at most one doubt for each link: its first occurrence whose text does not fit."""
    alts = {(o.span.path, o.text) for r in results for o in r.target.occurrences if o.markup.is_image and o.text}
    for result in _papers(results):
        title = result.evidence.title or ""
        for place in result.target.occurrences:
            if place.markup not in _TEXTS or not place.text or (place.span.path, place.text) in alts:
                continue  # bare addresses, and pictures that are links: their text describes the picture
            found = compare(place.text, title)
            strange = found is not Match.SAME and names_a_stranger(place.text, title)
            if strange or (found is Match.UNSURE and shelf.has(place.text)):
                yield _Doubt(result, place, title, sure=found is Match.OTHER, strange=strange)
                break


def _is_another(paper: str, own: str, *, strange: bool) -> bool:
    """Tell whether two papers differ. Two registries, or two DOIs, may be one work under two titles."""
    return paper != own and (strange or (paper.startswith("arxiv:") and own.startswith("arxiv:")))


def _identity(result: Result) -> str:
    """Name the paper that a link leads to, whatever the form of the address."""
    address = result.target.address or result.target.url
    ref = parse(address)
    if ref is not None:
        return f"arxiv:{ref.base}"
    doi = doi_of(address)
    return f"doi:{doi.doi}" if doi is not None else result.target.key


def _arxiv_answers(results: Sequence[Result]) -> bool:
    """Tell whether arXiv may be asked: not if it gave no answer in this run, or turned us away."""
    return all(
        result.judgement.verdict is not Verdict.UNVERIFIED
        for result in results
        if result.evidence.checked_by == "arxiv"
    )


def _at_arxiv(doubt: _Doubt, found: Sequence[Paper]) -> Suggestion | None:
    own = _identity(doubt.result)
    for paper in found:
        if is_exactly(doubt.place.text, paper.title) and f"arxiv:{paper.base}" != own:
            return Suggestion(_arxiv_address(paper.base, doubt.result), "arXiv has a paper with this title here")
    return None


def _arxiv_address(base: str, like: Result) -> str:
    """Give a paper's address in the form (page or PDF) of the link that it is to replace."""
    ref = parse(like.target.address or like.target.url)
    usable = ref is not None and ref.form in (Form.ABS, Form.PDF) and ref.problem is not Problem.MIRROR
    return address_of(base, ref.form if ref is not None and usable else Form.ABS)


def _accused(doubt: _Doubt, suggestion: Suggestion | None) -> Evidence:
    evidence = doubt.result.evidence
    said, is_ = _shown(doubt.place.text), _shown(doubt.title)
    return replace(
        evidence,
        rule=NAMES_ANOTHER,
        reason=f"On line {doubt.place.span.line} the list calls it “{said}”, but the paper at this address is “{is_}”.",
        suggestion=suggestion,
        facts=(
            *evidence.facts,
            Fact(f"the title registered for this address is “{is_}”"),
            *((Fact("the title in the list was looked up", url=ENDPOINT),) if _from_arxiv(suggestion) else ()),
        ),
    )


def _from_arxiv(suggestion: Suggestion | None) -> bool:
    return suggestion is not None and suggestion.why.startswith("arXiv")


def _shown(title: str) -> str:
    line = read(title).written
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…"
