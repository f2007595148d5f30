"""Pages of R packages at CRAN: a package that was taken out keeps a page, which says so with status 200.

Source: docs/facts/services.md#package-registries (archived packages; observed).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from linkwarden.answers import rules as http
from linkwarden.answers.read import from_response, net_evidence, status_evidence
from linkwarden.answers.redirects import landing_evidence, move_of
from linkwarden.model import Claim, Evidence, Kind, Pass, Rule, Target, Verdict
from linkwarden.providers.base import Example
from linkwarden.providers.registry import OneByOne, place_of
from linkwarden.wire import NetError, Request, Response

if TYPE_CHECKING:
    from linkwarden.net import Net

_HOST = "cran.r-project.org"
#: "Writing R Extensions", section 1.1.1: a letter, then letters, digits and dots, not ending in a dot.
_PACKAGE = re.compile(r"[A-Za-z][A-Za-z0-9.]*[A-Za-z0-9]", re.ASCII)
_REMOVED = re.compile(rb"was\s+removed\s+from\s+the\s+CRAN\s+repository", re.IGNORECASE)
_BYTES = 65_536

REMOVED = Rule(
    "LW658",
    "cran-package-removed",
    Verdict.DEGRADED,
    "the R package was taken out of CRAN",
    "The package's page answers, but says that the package was removed from the CRAN repository, so "
    "install.packages() no longer finds it. Its former versions stay in CRAN's archive.",
    "Say so in the entry, link the place where the package is kept up now, or take the entry out.",
)


class Cran(OneByOne):
    """Settles the main pages of packages; manuals, task views and places on pages are left to the web."""

    name: ClassVar[str] = "cran"
    rank: ClassVar[int] = 280
    kind: ClassVar[Kind] = Kind.PAGE
    domains: ClassVar[frozenset[str] | None] = frozenset({_HOST})
    rules: ClassVar[tuple[Rule, ...]] = (REMOVED,)
    examples: ClassVar[tuple[Example, ...]] = (
        Example("https://cran.r-project.org/package=data.table", "https://cran.r-project.org/package=data.table"),
        Example("https://CRAN.R-project.org/web/packages/gbm/", "https://CRAN.R-project.org/web/packages/gbm/"),
        Example(
            "http://cran.r-project.org/web/packages/gbm/index.html",
            "http://cran.r-project.org/web/packages/gbm/index.html",
        ),
        Example("https://cran.r-project.org/web/packages/gbm/vignettes/gbm.pdf", None),
        Example("https://cran.r-project.org/web/views/MachineLearning.html", None),
        Example("https://cran.r-project.org/package=gbm#top", None),
        Example("https://cran.r-project.org/package=gbm", None, image=True),
    )

    def claim(self, target: Target) -> str | None:
        """Give the address of a package's page as it stands: each form redirects in its own way."""
        place = place_of(target)
        if place is None or place.host != _HOST or place.fragment:
            return None
        match place.segments:
            case (only,) if only.startswith("package="):
                name = only.removeprefix("package=")
            case ("web", "packages", name) | ("web", "packages", name, "index.html"):
                pass
            case _:
                return None
        return target.address if _PACKAGE.fullmatch(name) else None

    async def settle(self, net: Net, group: Sequence[Claim]) -> list[Evidence | Pass]:
        """Settle all links to one page."""
        url = group[0].ident
        try:
            response = await net.fetch(Request(url=url, purpose="page", max_bytes=_BYTES))
        except NetError as error:
            return [net_evidence(claim, error) for claim in group]
        return [_judged(claim, response) for claim in group]


def _judged(claim: Claim, response: Response) -> Evidence:
    bad = status_evidence(claim, response) or landing_evidence(claim, response)
    if bad is not None:
        return bad
    if _REMOVED.search(response.body):
        reason = "CRAN says that the package was removed; only its former versions are left, in the archive."
        return from_response(claim, response, REMOVED, reason)
    better = move_of(claim.target.address or "", response)
    if better is not None:
        reason = "The page has a new permanent address."
        return from_response(claim, response, http.MOVED_PERMANENTLY, reason, suggestion=better)
    return from_response(claim, response)
