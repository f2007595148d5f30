"""Settles URLs of services that have closed, by a table; no request is made for what is known to be gone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from linkwarden import closed
from linkwarden.model import Claim, Evidence, Fact, Kind, Pass, Rule, Target, Verdict
from linkwarden.providers.base import Example, Provider
from linkwarden.url import parse

if TYPE_CHECKING:
    from datetime import datetime

    from linkwarden.net import Net

_HOW = "linkwarden keeps a table of such services, with the source of each row, and makes no request."

CLOSED = Rule(
    "LW220",
    "closed-service",
    Verdict.BROKEN,
    "The service behind the URL has closed, and what it held is gone.",
    f"Its URLs show an error, or a page about something else, which the status alone would not show. {_HOW}",
    "Link what the service pointed at, a copy in the Internet Archive (web.archive.org), or remove the link.",
)
REPLACED = Rule(
    "LW221",
    "closed-service-replaced",
    Verdict.SUSPECT,
    "The service behind the URL has closed; some of its pages redirect to something similar.",
    f"The redirects are a courtesy that can end, and they do not always lead to the same thing. {_HOW}",
    "Link the new place itself.",
)
DOUBTFUL = Rule(
    "LW222",
    "closed-service-unsure",
    Verdict.UNVERIFIED,
    "The service behind the URL seems to have closed.",
    "That is not known for certain, so linkwarden also requests the URL, and the response counts.",
    "Link what the service pointed at, or commit a copy of the image.",
)

_WORDING = {
    closed.Fate.GONE: (CLOSED, "{name} closed {since}, so readers do not get what was here."),
    closed.Fate.REPLACED: (REPLACED, "{name} closed {since}; some of its pages lead to something similar."),
    closed.Fate.UNSURE: (DOUBTFUL, "{name} seems to have closed {since}."),
}


class ClosedServicesProvider(Provider):
    """Knows services that have closed."""

    name: ClassVar[str] = "closed-services"
    rank: ClassVar[int] = 8
    online: ClassVar[bool] = False
    kind: ClassVar[Kind] = Kind.PAGE
    rules: ClassVar[tuple[Rule, ...]] = (CLOSED, REPLACED, DOUBTFUL)
    examples: ClassVar[tuple[Example, ...]] = (
        Example("https://storage.googleapis.com/groundai-web-prod/media/x1.png", "groundai-store", image=True),
        Example("https://www.arxiv-vanity.com/papers/1906.08237/", "arxiv-vanity"),
        Example("http://code.google.com/p/guava-libraries/", "google-code"),
        Example("https://playgroundai.com/", None),
        Example("https://code.google.com/archive/p/guava-libraries/", None),
        Example("https://jcenter.bintray.com/org/a.pom", None),
        Example("https://web.archive.org/web/2019/https://www.groundai.com/", None),
    )

    def looks_at(self, host: str) -> bool:
        return closed.knows_host(host)

    def claim(self, target: Target) -> str | None:
        """Take the URLs of closed services; the ident is the row's id."""
        service = _service(target)
        return service.id if service else None

    async def check(self, claims: Sequence[Claim], net: Net, now: datetime) -> AsyncIterator[Evidence | Pass]:  # noqa: ARG002 - the contract; nothing is asked
        """Settle each claim from the table; what is not certain is passed on with a remark."""
        for claim in claims:
            service = _service(claim.target)
            if service is None:
                yield Pass(claim.target.key)
                continue
            evidence = _evidence(claim, service)
            yield evidence if service.is_certain else Pass(claim.target.key, note=evidence)


def _service(target: Target) -> closed.Service | None:
    return closed.find_by_text(target.address or "")


def _evidence(claim: Claim, service: closed.Service) -> Evidence:
    rule, wording = _WORDING[service.fate if service.is_certain else closed.Fate.UNSURE]
    url = parse(claim.target.address or "")
    return Evidence.of(
        claim,
        rule,
        f"{wording.format(name=service.name, since=service.since)} {service.remedy}",
        suggestion=service.replacement(url) if url else None,
        facts=(Fact(f"Known from: {service.source} (grade {service.grade})."),),
    )
