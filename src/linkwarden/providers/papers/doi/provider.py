"""Papers by DOI: whether a DOI exists is settled by the registries, not by pages behind bot walls."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import field
from datetime import datetime
from typing import TYPE_CHECKING

from linkwarden.model import Basis, Claim, Evidence, Fact, Kind, Rule, Suggestion, Verdict
from linkwarden.providers.base import Example
from linkwarden.providers.papers._arxiv_ids import parse as arxiv_of
from linkwarden.providers.papers.doi.registry import (
    AGENCIES,
    HANDLES,
    Record,
    Standing,
    Word,
    agencies,
    confirm,
    records,
)
from linkwarden.providers.papers.doi.urls import (
    DOMAINS,
    DoiRef,
    Source,
    doi_of,
    encoded,
    resolver_address,
    shorter_readings,
    without_punctuation,
)
from linkwarden.providers.registry import Case, Outcome, Place, Registry, Reply, by_ident, shown, unanswered
from linkwarden.records import dataclass
from linkwarden.text import host_of

if TYPE_CHECKING:
    from linkwarden.net import Net

UNKNOWN_DOI = Rule(
    "LW420",
    "unknown-doi",
    Verdict.BROKEN,
    "no registry knows this DOI",
    "The DOI system was asked in two ways, and both say that the DOI is not registered. Readers get its page "
    "“DOI not found”.",
    "Look for typing errors, search for the title, and put the right DOI into the list.",
)
INVALID_DOI = Rule(
    "LW421",
    "invalid-doi",
    Verdict.BROKEN,
    "this cannot be a DOI",
    "A DOI is a number that begins with “10.”, a slash, and a name. The DOI system says that what stands in the "
    "URL is not one, and does not find it either.",
    "Copy the DOI from the publisher's page again.",
)
JUNK_AFTER_DOI = Rule(
    "LW422",
    "junk-after-doi",
    Verdict.BROKEN,
    "something that is no part of the DOI is stuck to its end",
    "As it stands the DOI is not registered; without its last characters it is. Readers get the page “DOI not found”.",
    "Cut off what does not belong to the DOI.",
)
OLD_RESOLVER = Rule(
    "LW423",
    "old-doi-resolver",
    Verdict.MOVED,
    "the URL uses an old host of the DOI system",
    "The DOI is registered. The host dx.doi.org is kept for old links only; the DOI Handbook asks to use doi.org.",
    "Put https://doi.org/ in front of the DOI.",
)
UNREGISTERED = Rule(
    "LW424",
    "unregistered-doi-in-address",
    Verdict.SUSPECT,
    "the DOI in this publisher's URL is not registered",
    "The URL spells a DOI out, and the DOI system does not know it. Some publishers show pages under numbers "
    "that they never registered, so this counts only where the page itself could not be seen.",
    "Open the URL in a browser. If the page is not there, search for the title.",
)
RETRACTED = Rule(
    "LW802",
    "retracted",
    Verdict.DEGRADED,
    "the work was retracted",
    "The DOI leads to a work that its publisher has taken back; Crossref's record of it says so. Its page remains, "
    "with a notice on it.",
    "Read the notice, and decide whether the entry should stay.",
)


@dataclass(slots=True)
class _Words:
    """All that the registries said in one call of ``check``.

    Attributes:
        first: by ``doiRA``, for each DOI and for its shorter readings.
        second: by the handle API, for those that ``doiRA`` did not call registered.
        records: by the agencies, for those that are registered; not all, and none where an agency is silent.
    """

    first: dict[str, Word] = field(default_factory=dict)
    second: dict[str, Word] = field(default_factory=dict)
    records: dict[str, Record] = field(default_factory=dict)

    def standing(self, doi: str) -> Standing:
        """Weigh both words: one "registered" suffices, "absent" needs both, anything else is unknown."""
        first = self.first.get(doi, Word(Standing.SILENT)).standing
        second = self.second.get(doi, Word(Standing.SILENT)).standing
        if Standing.REGISTERED in (first, second):
            return Standing.REGISTERED
        if first in (Standing.ABSENT, Standing.INVALID) and second is Standing.ABSENT:
            return first
        return Standing.UNKNOWN

    def shorter(self, doi: str) -> str | None:
        """Return the longest shorter reading of a DOI that is registered."""
        return next((s for s in shorter_readings(doi) if self.standing(s) is Standing.REGISTERED), None)


class Doi(Registry[DoiRef]):
    """Settles ``doi.org`` links, and publishers' URLs whose DOI is registered; other pages it passes on.

    Titles come from the agency that registered the DOI, fifty or a hundred to a request; nothing depends on them.
    """

    name = "doi"
    rank = 120
    gathers = True
    per_question = 100
    kind = Kind.PAPER
    domains = DOMAINS
    subdomains = True
    rules = (UNKNOWN_DOI, INVALID_DOI, JUNK_AFTER_DOI, OLD_RESOLVER, UNREGISTERED, RETRACTED)
    examples = (
        Example("https://doi.org/10.1117/12.2293755", "10.1117/12.2293755"),
        Example("http://dx.doi.org/10.1002/(SICI)1097-0258(19980815)17:15", "10.1002/(sici)1097-0258(19980815)17:15"),
        Example("https://www.nature.com/articles/s41467-019-14108-y", "10.1038/s41467-019-14108-y"),
        Example("https://link.springer.com/chapter/10.1007%2F978-3-030-61598-7_12", "10.1007/978-3-030-61598-7_12"),
        Example("https://onlinelibrary.wiley.com/doi/full/10.1002/mrm.27106", "10.1002/mrm.27106"),
        Example("https://www.nature.com/nature/", None),
        Example("https://www.nature.com/articles/nature14539", None, image=True),
    )

    def read(self, place: Place) -> DoiRef | None:
        """Return the DOI that a URL names; the file of a figure is not a paper."""
        ref = doi_of(place.url)
        return ref if ref is not None and ref.source is not Source.FIGURE else None

    async def check(self, claims: Sequence[Claim], net: Net, now: datetime) -> AsyncIterator[Outcome]:
        """Ask ``doiRA`` about all DOIs at once, and again in detail about those that it does not call registered."""
        del now  # a DOI does not depend on the day
        groups = by_ident(self.cases(claims))
        longer = {doi: [case.ref.longer for case in cases if case.ref.longer] for doi, cases in groups.items()}
        words = await _inquire(net, longer)
        registered = {doi: words.first[doi].agency for doi in groups if words.standing(doi) is Standing.REGISTERED}
        words.records = await records(net, registered, self.ctx.contact)
        for cases in groups.values():
            for case in cases:
                yield _judge(case, words)


async def _inquire(net: Net, dois: Mapping[str, Sequence[str]]) -> _Words:
    """Make all requests: ``doiRA`` for all, for other readings of the absent, and the handle API one by one.

    Args:
        net: makes the requests.
        dois: each with its longer readings.
    """
    words = _Words(first=await agencies(net, list(dois)))
    absent = [d for d in dois if words.first[d].standing in (Standing.ABSENT, Standing.INVALID)]
    others = [s for d in absent for s in (*shorter_readings(d), *dois[d]) if s not in words.first]
    if others:
        words.first |= await agencies(net, list(dict.fromkeys(others)))
    for doi in dois:
        if words.first[doi].standing in (Standing.REGISTERED, Standing.SILENT):
            continue
        words.second[doi] = await confirm(net, doi)
        if words.second[doi].standing is Standing.SILENT:
            break  # the rest stays unconfirmed; a service in trouble is not asked a hundred times
    return words


def _judge(case: Case[DoiRef], words: _Words) -> Outcome:
    """Return what the registry's words mean for one link."""
    ref, doi = case.ref, case.ref.doi
    standing = words.standing(doi)
    if standing is Standing.REGISTERED:
        return _registered(case, words.first[doi].agency, words.records.get(doi, Record(None)))
    if ref.source is Source.RESOLVER:
        if standing is Standing.UNKNOWN:
            silence = words.first[doi].reply
            why = "" if silence is not None else "did not say plainly whether the DOI is registered"
            return unanswered([case], "The DOI system", silence or Reply(AGENCIES), why)[0]
        longer = bool(ref.longer) and words.standing(ref.longer) is Standing.REGISTERED
        return _broken(case, standing, longer=longer, shorter=words.shorter(doi))
    if standing is Standing.ABSENT and ref.source is Source.LITERAL and words.shorter(doi) is None:
        reason = f"The DOI system does not know {ref.written}, which this URL names."
        return case.passed(Evidence.of(case.claim, UNREGISTERED, reason, facts=_asked(doi)))
    return case.passed()  # not the DOI's fault: the page itself must be looked at


def _registered(case: Case[DoiRef], agency: str, record: Record) -> Evidence:
    ref = case.ref
    by_whom = f" (by way of {agency})" if agency else ""
    facts = (
        Fact(f"the DOI {ref.written} is registered{by_whom}", url=resolver_address(ref.written)),
        Fact("the publisher's own page was not requested: most publishers block programs"),
    )
    if record.taken_back:
        reason = f"{agency}'s record of this DOI says that the work was {record.taken_back}."
        return Evidence.of(case.claim, RETRACTED, reason, title=record.title, facts=facts)
    if host_of(case.url) == "dx.doi.org":
        suggestion = Suggestion(resolver_address(ref.written), "the DOI system's own URL", Basis.SAME_IDENTIFIER)
        reason = "The DOI is registered, and dx.doi.org is an old name of doi.org."
        return Evidence.of(case.claim, OLD_RESOLVER, reason, suggestion=suggestion, title=record.title, facts=facts)
    return Evidence.of(case.claim, title=record.title, facts=facts)


def _broken(case: Case[DoiRef], standing: Standing, *, longer: bool, shorter: str | None) -> Evidence:
    """Report a doi.org link; both of the registry's responses say that the DOI is not there.

    Args:
        case: the link.
        standing: what the registry says of the DOI.
        longer: the DOI with what stands behind it is registered.
        shorter: the shorter reading of it that is registered, or None.
    """
    claim, ref = case.claim, case.ref
    facts = _asked(ref.doi)
    if longer:
        suggestion = Suggestion(resolver_address(ref.written + ref.behind), "the whole DOI, percent-encoded")
        mark = ref.behind[0]
        reason = (
            f"The DOI ends with “{shown(ref.behind)}”, and “{mark}” has to be %{ord(mark):02X} in a URL; as it stands, "
            "readers get the page “DOI not found”."
        )
        return Evidence.of(claim, UNKNOWN_DOI, reason, suggestion=suggestion, facts=facts)
    if shorter is not None:
        kept, cut = ref.written[: len(shorter)], ref.written[len(shorter) :]
        why = "the DOI without what is stuck to its end"
        basis = Basis.SAME_IDENTIFIER if without_punctuation(ref.doi) == shorter else Basis.GUESS
        seen = f"“{shown(cut)}”" if cut.strip() else "a space"
        suggestion = Suggestion(resolver_address(kept), why, basis)
        reason = f"The DOI {kept} is registered, but the URL has {seen} after it."
        return Evidence.of(claim, JUNK_AFTER_DOI, reason, suggestion=suggestion, facts=facts)
    if standing is Standing.INVALID:
        return Evidence.of(claim, INVALID_DOI, f"The DOI system says that {ref.written} cannot be a DOI.", facts=facts)
    reason = f"The DOI system does not know {ref.written}."
    return Evidence.of(claim, UNKNOWN_DOI, reason, suggestion=_instead(ref), facts=facts)


def _instead(ref: DoiRef) -> Suggestion | None:
    """Offer a URL for two kinds of DOI that are made up by habit."""
    registrant, _, name = ref.written.partition("/")
    if registrant == "10.48550" and name.lower().startswith("arxiv."):
        paper = arxiv_of(f"https://arxiv.org/abs/{name[6:]}")
        if paper is not None and paper.problem is None and paper.canonical_url is not None:
            return Suggestion(paper.canonical_url, "the paper at arXiv, whose DOIs name no version")
    if registrant == "10.5555":
        return Suggestion(
            f"https://dl.acm.org/doi/{encoded(ref.written)}", "ACM uses such numbers without registering them"
        )
    return None


def _asked(doi: str) -> tuple[Fact, ...]:
    return (
        Fact("doi.org names no agency that registered it", url=AGENCIES + encoded(doi)),
        Fact("doi.org has no such handle (code 100)", url=HANDLES + encoded(doi), status=404),
    )
