"""Papers at arXiv: impossible identifiers are found without the network, all others by one request to its API."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from linkwarden.model import Basis, Claim, Evidence, Fact, Kind, Rule, Suggestion, Verdict
from linkwarden.providers.base import Example, LoadContext
from linkwarden.providers.papers._arxiv_ids import (
    HOSTS,
    ArxivRef,
    Form,
    Problem,
    address_of,
    is_fresh,
    is_future,
    parse,
    split_version,
)
from linkwarden.providers.papers.arxiv.api import ENDPOINT, PER_QUERY, Answer, Paper, ask
from linkwarden.providers.registry import Case, Outcome, Place, Registry, Reply, by_ident, unanswered

if TYPE_CHECKING:
    from linkwarden.net import Net

MALFORMED_ID = Rule(
    "LW401",
    "malformed-arxiv-id",
    Verdict.BROKEN,
    "the URL names no possible arXiv paper",
    "arXiv's identifiers follow a fixed scheme of year, month and number. This one breaks it, or something that does "
    "not belong to it is stuck to its end, and arXiv answers 404 to such URLs. No request was needed to know it.",
    "Correct the identifier. If a replacement is offered, check that it is the paper that was meant.",
)
UNKNOWN_PAPER = Rule(
    "LW402",
    "unknown-arxiv-paper",
    Verdict.BROKEN,
    "arXiv has no paper with this identifier",
    "arXiv's API was asked twice for this identifier. Both answers were complete (they held a paper that arXiv "
    "certainly has) and this one was not among them. Most often a digit is wrong.",
    "Search arXiv for the title and put the right identifier into the list.",
)
ID_FORM = Rule(
    "LW403",
    "arxiv-id-form",
    Verdict.MOVED,
    "arXiv writes this identifier in another way",
    "The paper exists and arXiv redirects from this spelling of the identifier to the usual one: a missing zero, an "
    "old subject class, capital letters, a prefix.",
    "Put the usual spelling into the list.",
)
UNKNOWN_VERSION = Rule(
    "LW404",
    "unknown-arxiv-version",
    Verdict.BROKEN,
    "arXiv has the paper, but not this version of it",
    "arXiv's API knows the paper and does not know the version that the URL names, so arXiv answers 404.",
    "Link to the paper without a version, or to a version that exists.",
)
WITHDRAWN = Rule(
    "LW405",
    "arxiv-withdrawn",
    Verdict.DEGRADED,
    "the paper says that it was withdrawn",
    "The comment or the abstract of the paper at arXiv says that it was withdrawn. Its page remains; the PDF of the "
    "withdrawn version does not.",
    "Read why it was withdrawn, and decide whether the entry should stay.",
)
MIRROR = Rule(
    "LW406",
    "arxiv-mirror",
    Verdict.MOVED,
    "the URL leads to a copy of arXiv",
    "arXiv's mirrors have been shut down one after the other. The paper itself exists at arxiv.org.",
    "Link to arxiv.org.",
)
TOO_NEW = Rule(
    "LW407",
    "arxiv-too-new",
    Verdict.UNVERIFIED,
    "arXiv's API does not know this paper of the current month yet",
    "New papers reach arXiv's API with a delay, so a missing paper of this month is no proof.",
    "Nothing yet. Next month the answer will be definite.",
)

_PLACE = Fact("arXiv's API was asked", url=ENDPOINT)


class ArxivIds(Registry[ArxivRef]):
    """Finds identifiers that no paper can have. Needs no network; everything else goes on to ``Arxiv``."""

    name = "arxiv-id"
    rank = 60
    online = False
    kind = Kind.PAPER
    domains = HOSTS
    rules = (MALFORMED_ID,)
    examples = (
        Example("https://arxiv.org/abs/2113.00001", "2113.00001"),
        Example("https://arxiv.org/abs/2106.15928v3", "2106.15928v3"),
        Example("https://arxiv.org/list/cs.CV/recent", None),
        Example("https://arxiv.org/abs/2106.15928", None, image=True),
    )

    def read(self, place: Place) -> ArxivRef | None:
        """Return every paper at arXiv: whether its month has come is not known before ``check``."""
        ref = parse(place.url)
        return ref if ref is not None and ref.form is not Form.READER else None

    async def check(self, claims: Sequence[Claim], net: Net, now: datetime) -> AsyncIterator[Outcome]:
        """Return evidence for what is malformed, and pass on the rest."""
        del net  # offline
        for case in self.cases(claims):
            ref = case.ref
            malformed = ref.problem in (Problem.MALFORMED, Problem.JUNK)
            if not malformed and not is_future(ref, now):
                yield case.passed()
                continue
            why = ref.why if malformed else f"the identifier {ref.ident} belongs to a month that has not come yet"
            suggestion = None
            if ref.canonical_url is not None and malformed:
                suggestion = Suggestion(ref.canonical_url, "what was probably meant", ref.basis)
            reason = f"This URL leads to no paper at arXiv: {why}."
            yield Evidence.of(case.claim, MALFORMED_ID, reason, suggestion=suggestion)


class Arxiv(Registry[ArxivRef]):
    """Settles papers by arXiv's API: one query for all of them, and a second one for those it did not know."""

    name = "arxiv"
    rank = 110
    gathers = True
    per_question = PER_QUERY - 1  # the canary takes a place
    kind = Kind.PAPER
    domains = HOSTS
    rules = (UNKNOWN_PAPER, ID_FORM, UNKNOWN_VERSION, WITHDRAWN, MIRROR, TOO_NEW)
    examples = (
        Example("https://arxiv.org/abs/2106.15928v3", "2106.15928v3"),
        Example("https://arxiv.org/abs/2012.01714?s=09", "2012.01714"),
        Example("http://arxiv.org/pdf/1904.11491.pdf", "1904.11491"),
        Example("https://arxiv.org/abs/math.GT/0309136", "math/0309136"),
        Example("https://doi.org/10.48550/arXiv.2106.15928", "2106.15928"),
        Example("https://huggingface.co/papers/2106.15928", "2106.15928"),
        Example("https://arxiv.org/abs/2113.00001", None),
        Example("https://arxiv.org/list/cs.CV/recent", None),
        Example("https://arxiv.org/pdf/2106.15928", None, image=True),
    )

    def __init__(self, ctx: LoadContext) -> None:
        super().__init__(ctx)
        self._denied = False

    def read(self, place: Place) -> ArxivRef | None:
        ref = parse(place.url)
        return None if ref is None or ref.problem in (Problem.MALFORMED, Problem.JUNK) else ref

    async def check(self, claims: Sequence[Claim], net: Net, now: datetime) -> AsyncIterator[Outcome]:
        """Ask for all identifiers at once, again for the absent ones, and say what that means for each link."""
        groups = by_ident(self.cases(claims))
        first = await self._ask(net, list(groups))
        # Asked again with and without its version: absence is believed only twice, and a paper that lacks one
        # version is told apart from one that does not exist.
        again = dict.fromkeys(name for ident in first.absent for name in (ident, split_version(ident)[0]))
        second = await self._ask(net, list(again)) if again else Answer()
        for cases in groups.values():
            for case in cases:
                yield _judge(case, first, second, now)

    async def _ask(self, net: Net, idents: Sequence[str]) -> Answer:
        if self._denied:
            why = "denied linkwarden access earlier in this run"
            return Answer(unknown=dict.fromkeys(idents, Reply(ENDPOINT, because=why)), denied=True)
        answer = await ask(net, idents)
        self._denied |= answer.denied
        return answer


def _judge(case: Case[ArxivRef], first: Answer, second: Answer, now: datetime) -> Outcome:
    """Return what the two responses mean for one link."""
    ident, base = case.ref.ident, case.ref.base
    paper = first.papers.find(ident) or second.papers.find(ident)
    silence = first.unknown.get(ident) or second.unknown.get(ident) or second.unknown.get(base)
    if case.ref.form is Form.READER and (paper is not None or silence is not None):
        return case.passed()  # another site's page, which can be asked itself
    if paper is not None:
        return _found(case, paper)
    if silence is not None:
        return unanswered([case], "arXiv's API", silence)[0]
    return _absent(case, second.papers.newest(ident), now)


def _found(case: Case[ArxivRef], paper: Paper) -> Evidence:
    """Judge a link to a paper that exists."""
    claim, ref, title = case.claim, case.ref, paper.title
    seen = Fact(f"arXiv's API has the paper, in version {paper.version}", url=ENDPOINT)
    suggestion = Suggestion(
        ref.canonical_url or address_of(ref.ident, ref.form), "arXiv's own URL", Basis.SAME_IDENTIFIER
    )
    if paper.withdrawn:
        reason = "The paper says at arXiv that it was withdrawn."
        if ref.form is Form.PDF:
            reason = "The paper says at arXiv that it was withdrawn, and arXiv has no PDF of a withdrawn version."
        return Evidence.of(claim, WITHDRAWN, reason, title=title, facts=(seen,))
    rule, reason = ID_FORM, ""
    if ref.form is Form.DVI:
        reason = "arXiv no longer offers DVI files; the paper's page lists what it offers."
    elif ref.problem is Problem.REPAIRED:
        reason = f"The paper exists; {ref.why} and redirects there."
    elif ref.problem is Problem.MIRROR:
        rule = MIRROR
        reason = f"The paper exists at arxiv.org; {ref.why}, and not all of its copies are still there."
    if reason:
        return Evidence.of(claim, rule, reason, suggestion=suggestion, title=title, facts=(seen,))
    unasked = (Fact("whether arXiv has an HTML version of it was not asked"),) if ref.form is Form.HTML else ()
    return Evidence.of(claim, title=title, facts=(seen, *unasked))


def _absent(case: Case[ArxivRef], newest: Paper | None, now: datetime) -> Outcome:
    """Judge a link to something that arXiv was asked for twice and did not have."""
    claim, ref = case.claim, case.ref
    if newest is not None and ref.version is not None:
        return Evidence.of(
            claim,
            UNKNOWN_VERSION,
            f"arXiv has this paper, but no version {ref.version} of it (version {newest.version} is the newest).",
            suggestion=Suggestion(address_of(ref.base, ref.form), "the same paper, newest version", Basis.NEAREST),
            title=newest.title,
            facts=(_PLACE, Fact(f"it has the paper in version {newest.version}, and not {ref.ident}")),
        )
    facts = (_PLACE, Fact(f"two complete responses did not hold {ref.ident}"))
    if is_fresh(ref, now):
        if ref.form is Form.READER:
            return case.passed()
        reason = "arXiv's API does not know this paper, but it is too new for that to be a proof."
        return Evidence.of(claim, TOO_NEW, reason, facts=facts)
    return Evidence.of(claim, UNKNOWN_PAPER, f"arXiv has no paper with the identifier {ref.base}.", facts=facts)
