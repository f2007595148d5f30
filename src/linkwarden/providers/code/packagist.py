"""PHP packages: looked up in the files that Composer itself reads, and reported only where the page is missing, too.

Source: docs/facts/services.md#package-registries. The page of what is missing redirects to a search with status 200;
that of a name which other packages provide leads to a list of these.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from linkwarden.foreign import at
from linkwarden.model import Basis, Rule, Suggestion, Verdict
from linkwarden.patterns import pattern
from linkwarden.providers.base import Example
from linkwarden.providers.registry import (
    Case,
    OneByOne,
    Outcome,
    Place,
    Thing,
    answered,
    ask,
    unanswered,
    with_path_start,
)

if TYPE_CHECKING:
    from linkwarden.net import Net

_SERVICE = "Packagist"
_SITE = "https://packagist.org/packages"
_FILES = "https://repo.packagist.org/p2"
#: The file of a package with hundreds of versions is about a megabyte.
_FILE_BYTES = 4 * 1024 * 1024
_NAME = pattern(r"[a-z0-9][\w.-]{0,99}/[a-z0-9][\w.-]{0,99}", re.ASCII | re.IGNORECASE)
#: What Packagist's staff puts in the place of a replacement; the page of such a package is 404.
_SPAM = "spam/spam"

MISSING = Rule(
    "LW643",
    "packagist-package-missing",
    Verdict.BROKEN,
    "Packagist has no such package",
    "Composer's file for the package is not there, and the page leads to a search instead, with status 200.",
    "Look for the package's new name, or link to its repository.",
)
ABANDONED = Rule(
    "LW644",
    "packagist-package-abandoned",
    Verdict.DEGRADED,
    "the package is marked as abandoned",
    "Its maintainers say at Packagist that nobody works on it any more; Composer warns everybody who installs it.",
    "Link to the package that is named as its replacement, or say in the list that it is abandoned.",
)


class Packagist(OneByOne[Thing]):
    """Settles packages; lists of a vendor, searches and users are left to the web."""

    name = "packagist"
    title = "Packagist"
    rank = 244
    domains = frozenset({"packagist.org"})
    rules = (MISSING, ABANDONED)
    examples = (
        Example("https://packagist.org/packages/monolog/monolog", "monolog/monolog"),
        Example("https://packagist.org/packages/Monolog/Monolog#2.0.0", "monolog/monolog"),
        Example("https://packagist.org/packages/monolog/monolog/stats", "monolog/monolog"),
        Example("https://packagist.org/packages/monolog/", None),
        Example("https://packagist.org/packages/monolog/monolog.json", None),
        Example("https://packagist.org/search/?query=log", None),
        Example("https://packagist.org/packages/monolog/monolog", None, image=True),
    )

    def read(self, place: Place) -> Thing | None:
        match place.segments:
            case ("packages", vendor, name, *_) if not name.endswith(".json"):
                found = _NAME.fullmatch(f"{vendor}/{name}")
                return Thing(found[0].lower()) if found else None
        return None

    async def settle(self, net: Net, cases: Sequence[Case[Thing]]) -> Sequence[Outcome]:
        name = cases[0].ref.ident
        reply = await ask(net, f"{_FILES}/{name}.json", "packagist-files", max_bytes=_FILE_BYTES)
        abandoned = at(reply.table, "packages", name, 0, "abandoned")
        if (reply.status == 404 and reply.wall is None) or abandoned == _SPAM:
            return await _absent(net, cases, name)
        if reply.status != 200 or not reply.describes("packages"):
            return unanswered(cases, _SERVICE, reply)
        seen = f"Packagist has the package {name}"
        if not abandoned:
            return answered(cases, reply, seen, title=name)
        reason, known = f"The package {name} is abandoned.", None
        if isinstance(abandoned, str) and (known := _NAME.fullmatch(abandoned)):
            reason = f"The package {name} is abandoned; its maintainers name {abandoned} instead."
        items: list[Outcome] = []
        for case in cases:
            better = with_path_start(case.url, 3, f"packages/{abandoned}") if known else None
            instead = (
                Suggestion(better, "the package that its maintainers name instead", Basis.SUCCESSOR) if better else None
            )
            items += answered([case], reply, seen, ABANDONED, reason, title=name, suggestion=instead)
        return items


async def _absent(net: Net, cases: Sequence[Case[Thing]], name: str) -> Sequence[Outcome]:
    """Ask the page about what Composer would not find: names that other packages provide have one."""
    page = await ask(net, f"{_SITE}/{name}", "page-exists", accept="text/html", max_bytes=1024, follow=False)
    leads_to = page.header("location")
    gone = page.status in (404, 410) or (page.status in (301, 302) and "reason=package_not_found" in leads_to)
    if page.wall is None and gone:
        seen = "the page says that there is no such package"
        return answered(cases, page, seen, MISSING, f"Packagist has no package {name}.")
    if page.wall is None and page.status in (200, 301, 302):
        return [case.passed() for case in cases]
    return unanswered(cases, _SERVICE, page, "has no such file, and the page could not be seen")
