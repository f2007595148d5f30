"""Papers at arXiv: impossible identifiers are found without the network, all others by one question to its API."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from linkwarden.answers.read import batch_unverified
from linkwarden.model import Claim, Evidence, Fact, Kind, Pass, Rule, Suggestion, Target, Verdict
from linkwarden.providers.base import Example, LoadContext, Provider, by_ident
from linkwarden.providers.papers.arxiv.api import ENDPOINT, PER_QUERY, Answer, Paper, ask
from linkwarden.providers.papers.arxiv.ids import (
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

if TYPE_CHECKING:
    from linkwarden.net import Net

MALFORMED_ID = Rule(
    "LW401",
    "malformed-arxiv-id",
    Verdict.BROKEN,
    "the address names no possible arXiv paper",
    "arXiv's identifiers follow a fixed scheme of year, month and number. This one breaks it, or something that does "
    "not belong to it is stuck to its end, and arXiv answers 404 to such addresses. No request was needed to know it.",
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
    "arXiv's API knows the paper and does not know the version that the address names, so arXiv answers 404.",
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
    "the address leads to a copy of arXiv",
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


class ArxivIds(Provider):
    """Finds identifiers that no paper can have. Needs no network; everything else goes on to ``Arxiv``."""

    name: ClassVar[str] = "arxiv-id"
    rank: ClassVar[int] = 60
    online: ClassVar[bool] = False
    kind: ClassVar[Kind] = Kind.PAPER
    domains: ClassVar[frozenset[str]] = HOSTS
    rules: ClassVar[tuple[Rule, ...]] = (MALFORMED_ID,)
    examples: ClassVar[tuple[Example, ...]] = (
        Example("https://arxiv.org/abs/2113.00001", "2113.00001"),
        Example("https://arxiv.org/abs/2106.15928v3", "2106.15928v3"),
        Example("https://arxiv.org/list/cs.CV/recent", None),
        Example("https://arxiv.org/abs/2106.15928", None, image=True),
    )

    def claim(self, target: Target) -> str | None:
        """Claim every paper at arXiv: whether its month has come is not known before ``check``."""
        ref = _ref(target)
        return ref.ident if ref is not None and ref.form is not Form.READER else None

    async def check(self, claims: Sequence[Claim], net: Net, now: datetime) -> AsyncIterator[Evidence | Pass]:
        """Give evidence for what is malformed, and pass on the rest."""
        del net  # offline
        for claim in claims:
            ref = _ref(claim.target)
            problem = None if ref is None else _malformed(ref, now)
            if ref is None or problem is None:
                yield Pass(claim.target.key)
                continue
            suggestion = None
            if ref.canonical_url is not None and ref.problem in (Problem.MALFORMED, Problem.JUNK):
                suggestion = Suggestion(ref.canonical_url, "what was probably meant", safe=ref.safe)
            yield Evidence.of(
                claim, MALFORMED_ID, f"This address leads to no paper at arXiv: {problem}.", suggestion=suggestion
            )


class Arxiv(Provider):
    """Settles papers by arXiv's API: one query for all of them, and a second one for those it did not know."""

    name: ClassVar[str] = "arxiv"
    rank: ClassVar[int] = 110
    gathers: ClassVar[bool] = True
    per_question: ClassVar[int] = PER_QUERY - 1  # the canary takes a place
    kind: ClassVar[Kind] = Kind.PAPER
    domains: ClassVar[frozenset[str]] = HOSTS
    rules: ClassVar[tuple[Rule, ...]] = (UNKNOWN_PAPER, ID_FORM, UNKNOWN_VERSION, WITHDRAWN, MIRROR, TOO_NEW)
    examples: ClassVar[tuple[Example, ...]] = (
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

    def claim(self, target: Target) -> str | None:
        """Give the canonical identifier of a well-formed paper address."""
        ref = _ref(target)
        return None if ref is None or ref.problem in (Problem.MALFORMED, Problem.JUNK) else ref.ident

    async def check(self, claims: Sequence[Claim], net: Net, now: datetime) -> AsyncIterator[Evidence | Pass]:
        """Ask for all identifiers at once, again for the absent ones, and say what that means for each link."""
        groups = by_ident(claims)
        first = await self._ask(net, list(groups))
        # Asked again with and without its version: absence is believed only twice, and a paper that lacks one
        # version is told apart from one that does not exist.
        again = dict.fromkeys(name for ident in first.absent for name in (ident, split_version(ident)[0]))
        second = await self._ask(net, list(again)) if again else Answer()
        for ident, group in groups.items():
            for item in _settle(ident, group, first, second, now):
                yield item

    async def _ask(self, net: Net, idents: Sequence[str]) -> Answer:
        if self._denied:
            why = "arXiv has denied us access earlier in this run"
            return Answer(unknown=dict.fromkeys(idents, why), denied=True)
        answer = await ask(net, idents)
        self._denied |= answer.denied
        return answer


def _ref(target: Target) -> ArxivRef | None:
    """Read a target as a paper. What stands as a picture is not one: there the image provider must look."""
    return None if target.is_image or target.address is None else parse(target.address)


def _malformed(ref: ArxivRef, now: datetime) -> str | None:
    """Say why no paper can be at an address, or None."""
    if ref.problem in (Problem.MALFORMED, Problem.JUNK):
        return ref.why
    if is_future(ref, now):
        return f"the identifier {ref.ident} belongs to a month that has not come yet"
    return None


def _settle(
    ident: str, group: Sequence[Claim], first: Answer, second: Answer, now: datetime
) -> Iterator[Evidence | Pass]:
    """Say what the two answers mean for the links with one identifier."""
    paper = first.papers.find(ident) or second.papers.find(ident)
    if paper is not None:
        yield from (_found(claim, paper) for claim in group)
        return
    base = split_version(ident)[0]
    why = first.unknown.get(ident) or second.unknown.get(ident) or second.unknown.get(base)
    if why is not None:
        for claim in group:
            if _is_reader(claim):
                yield Pass(claim.target.key)  # another site's page, which can be asked itself
            else:
                yield from batch_unverified([claim], f"{_capital(why)}.")
        return
    newest = second.papers.newest(ident)
    yield from (_absent(claim, ident, newest, now) for claim in group)


def _found(claim: Claim, paper: Paper) -> Evidence | Pass:
    """Judge a link to a paper that exists."""
    ref = _ref(claim.target)
    seen = Fact(f"arXiv's API has the paper, in version {paper.version}", url=ENDPOINT)
    if ref is None or ref.form is Form.READER:
        # The paper exists; whether that other site has a page about it is the web provider's question.
        return Pass(claim.target.key)
    suggestion = Suggestion(ref.canonical_url or address_of(ref.ident, ref.form), "arXiv's own address", safe=True)
    if paper.withdrawn:
        reason = "The paper says at arXiv that it was withdrawn."
        if ref.form is Form.PDF:
            reason = "The paper says at arXiv that it was withdrawn, and arXiv has no PDF of a withdrawn version."
        return Evidence.of(claim, WITHDRAWN, reason, title=paper.title, facts=(seen,))
    if ref.form is Form.DVI:
        reason = "arXiv no longer offers DVI files; the paper's page lists what it offers."
        return Evidence.of(claim, ID_FORM, reason, suggestion=suggestion, title=paper.title, facts=(seen,))
    if ref.problem is Problem.REPAIRED:
        reason = f"The paper exists; {ref.why} and redirects there."
        return Evidence.of(claim, ID_FORM, reason, suggestion=suggestion, title=paper.title, facts=(seen,))
    if ref.problem is Problem.MIRROR:
        reason = f"The paper exists at arxiv.org; {ref.why}, and not all of its copies are still there."
        return Evidence.of(claim, MIRROR, reason, suggestion=suggestion, title=paper.title, facts=(seen,))
    unasked = (Fact("whether arXiv has an HTML version of it was not asked"),) if ref.form is Form.HTML else ()
    return Evidence.of(claim, title=paper.title, facts=(seen, *unasked))


def _absent(claim: Claim, ident: str, newest: Paper | None, now: datetime) -> Evidence | Pass:
    """Judge a link to something that arXiv was asked for twice and did not have."""
    ref = _ref(claim.target)
    base, version = split_version(ident)
    if newest is not None and version is not None and ref is not None:
        return Evidence.of(
            claim,
            UNKNOWN_VERSION,
            f"arXiv has this paper, but no version {version} of it (version {newest.version} is the newest).",
            suggestion=Suggestion(address_of(base, ref.form), "the same paper, newest version"),
            title=newest.title,
            facts=(_PLACE, Fact(f"it has the paper in version {newest.version}, and not {ident}")),
        )
    facts = (_PLACE, Fact(f"two complete answers did not hold {ident}"))
    if ref is not None and is_fresh(ref, now):
        if ref.form is Form.READER:
            return Pass(claim.target.key)
        reason = "arXiv's API does not know this paper, but it is too new for that to be a proof."
        return Evidence.of(claim, TOO_NEW, reason, facts=facts)
    return Evidence.of(claim, UNKNOWN_PAPER, f"arXiv has no paper with the identifier {base}.", facts=facts)


def _is_reader(claim: Claim) -> bool:
    ref = _ref(claim.target)
    return ref is not None and ref.form is Form.READER


def _capital(clause: str) -> str:
    """Start a sentence with a clause, leaving the name arXiv as it is."""
    return clause if clause.startswith("arXiv") else clause[:1].upper() + clause[1:]
