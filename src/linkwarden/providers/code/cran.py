"""Pages of R packages at CRAN: a package that was taken out keeps a page, which says so with status 200.

Source: docs/facts/services.md#package-registries (archived packages; observed).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from linkwarden.answers import rules as http
from linkwarden.answers.read import from_response, net_evidence, status_evidence
from linkwarden.answers.redirects import landing_evidence, move_of
from linkwarden.model import Claim, Evidence, Rule, Verdict
from linkwarden.patterns import pattern
from linkwarden.providers.base import Example
from linkwarden.providers.registry import Case, OneByOne, Outcome, Place, Thing
from linkwarden.wire import NetError, Request, Response

if TYPE_CHECKING:
    from linkwarden.net import Net

#: "Writing R Extensions", section 1.1.1: a letter, then letters, digits and dots, not ending in a dot.
_PACKAGE = pattern(r"[A-Za-z][A-Za-z0-9.]*[A-Za-z0-9]", re.ASCII)
_REMOVED = pattern(rb"was\s+removed\s+from\s+the\s+CRAN\s+repository", re.IGNORECASE)
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


class Cran(OneByOne[Thing]):
    """Settles the main pages of packages; manuals, task views and places on pages are left to the web."""

    name = "cran"
    title = "CRAN"
    rank = 280
    domains = frozenset({"cran.r-project.org"})
    rules = (REMOVED,)
    examples = (
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

    def read(self, place: Place) -> Thing | None:
        """Return the URL of a package's page as it stands: each form redirects in its own way."""
        match place.segments:
            case (only,) if only.startswith("package="):
                name = only.removeprefix("package=")
            case ("web", "packages", name) | ("web", "packages", name, "index.html"):
                pass
            case _:
                return None
        return Thing(place.url) if _PACKAGE.fullmatch(name) and not place.fragment else None

    async def settle(self, net: Net, cases: Sequence[Case[Thing]]) -> Sequence[Outcome]:
        try:
            response = await net.fetch(Request(url=cases[0].ref.ident, purpose="page", max_bytes=_BYTES))
        except NetError as error:
            return [net_evidence(case.claim, error) for case in cases]
        return [_judged(case.claim, response) for case in cases]


def _judged(claim: Claim, response: Response) -> Evidence:
    bad = status_evidence(claim, response) or landing_evidence(claim, response)
    if bad is not None:
        return bad
    if _REMOVED.search(response.body):
        reason = "CRAN says that the package was removed; only its former versions are left, in the archive."
        return from_response(claim, response, REMOVED, reason)
    better = move_of(claim.target.address or "", response)
    if better is not None:
        reason = "The page has a new permanent URL."
        return from_response(claim, response, http.MOVED_PERMANENTLY, reason, suggestion=better)
    return from_response(claim, response)
