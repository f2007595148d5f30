"""Badges and mirrors of a renamed repository: their URLs hold the old name too, and no redirect says so."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urlsplit

from linkwarden.model import WORKING, Basis, Evidence, Fact, Result, Rule, Suggestion
from linkwarden.patterns import pattern
from linkwarden.providers.code.github import urls
from linkwarden.providers.code.github.rules import RENAMED
from linkwarden.review._asking import Asker, asked_by, in_lanes
from linkwarden.review._base import Needs, Review
from linkwarden.text import host_of, mask_secrets

if TYPE_CHECKING:
    from linkwarden.net import Net

#: Services that show whatever repository at GitHub their URL names, with what the paths of such URLs begin with.
_SERVICES: Mapping[str, tuple[str, ...]] = {
    "img.shields.io": ("/github/",),
    "badgen.net": ("/github/",),
    "flat.badgen.net": ("/github/",),
    "isitmaintained.com": ("/badge/", "/project/"),
    "mybinder.org": ("/v2/gh/", "/badge"),
    "nbviewer.org": ("/github/",),
    "nbviewer.jupyter.org": ("/github/",),
    "colab.research.google.com": ("/github/",),
    "cdn.jsdelivr.net": ("/gh/",),
    "raw.githack.com": ("/",),
    "codecov.io": ("/gh/", "/github/"),
    "coveralls.io": ("/github/", "/repos/github/"),
    "travis-ci.com": ("/",),
}
#: Two parts of a path that may name a repository, without the suffix of an image or the version behind it.
_PAIR = pattern(r"/(?=([\w-]+)/([\w.-]+?)(?:\.svg|\.png)?(?:[/@]|\Z))")
#: More of them are not requested in a run.
MOST = 100


class RenamedReview(Review):
    """Offers the present name of a repository in URLs of badges and mirrors, if it works there."""

    name: ClassVar[str] = "renamed"
    rank: ClassVar[int] = 81
    doing: ClassVar[str] = "looking for badges of renamed repositories"
    needs: ClassVar[Needs] = Needs.MOST
    rules: ClassVar[tuple[Rule, ...]] = (RENAMED,)

    def may_change(self, result: Result) -> bool:
        if result.judgement.verdict not in WORKING or result.judgement.suggestion is not None:
            return False
        return host_of(result.target.address or "") in _SERVICES

    async def look(self, results: Sequence[Result], net: Net, now: datetime) -> AsyncIterator[Evidence]:
        """Return the evidence of links that work and hold the old name of a repository, with the new one."""
        names = _names(results)
        if not names:
            return
        asker = Asker(self.ctx, net, now)
        found = [(result, better) for result in results if (better := _renamed(result, names)) is not None]
        jobs = [(host_of(better[0]), partial(self._seen, asker, result, *better)) for result, better in found[:MOST]]
        for evidence in await in_lanes(jobs):
            if evidence is not None:
                yield evidence

    async def _seen(self, asker: Asker, result: Result, url: str, name: str) -> Evidence | None:
        """Return the evidence of a link with its new URL if that works; None if it does not."""
        target = replace(result.target, key=url, url=url, address=url)
        answers = await self.once.ask((result.target.key, url), lambda: asker.judge([target], asked_by(target)))
        found = answers.get(url)
        if found is None or found.rule is not None:
            return None
        fix = Suggestion(url, "the repository's present name", Basis.PRESENT_NAME)
        facts = (*result.evidence.facts, Fact("the suggested URL works", url=mask_secrets(url)))
        reason = f"The repository that this URL names is now called {name}."
        return replace(result.evidence, rule=RENAMED, reason=reason, suggestion=fix, facts=facts)


def _names(results: Sequence[Result]) -> dict[str, str]:
    """Return the present names of renamed repositories by the names in the list, in small letters."""
    found: dict[str, str] = {}
    for result in results:
        fix = result.judgement.suggestion
        if result.judgement.rule is RENAMED and fix is not None:
            before, after = urls.parse(result.target.address or ""), urls.parse(fix.url)
            if before is not None and after is not None and before.repo and after.repo:
                found[before.full_name.lower()] = after.full_name
    return found


def _renamed(result: Result, names: Mapping[str, str]) -> tuple[str, str] | None:
    """Return a URL with the present name of the repository that it names, and that name; None if there is none."""
    address = result.target.address or ""
    if result.judgement.verdict not in WORKING or result.judgement.suggestion is not None:
        return None
    path = urlsplit(address).path
    if not path.startswith(_SERVICES.get(host_of(address), ("\0",))):
        return None
    at = address.index(path, address.index("//") + 2)
    for pair in _PAIR.finditer(path):
        name = names.get(f"{pair[1]}/{pair[2]}".lower())
        if name is not None:
            return f"{address[: at + pair.start(1)]}{name}{address[at + pair.end(2) :]}", name
    return None
