"""Ruby gems: looked up in the API of RubyGems.org, whose "no" is confirmed by the page.

Source: docs/facts/services.md#package-registries. The API does not tell a gem that never was from one whose versions
were all yanked; the page does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from linkwarden.foreign import objects_at
from linkwarden.model import Basis, Rule, Suggestion, Verdict
from linkwarden.patterns import pattern
from linkwarden.providers.base import Example
from linkwarden.providers.registry import Case, OneByOne, Outcome, Place, Reply, answered, ask, encoded, unanswered
from linkwarden.records import dataclass

if TYPE_CHECKING:
    from linkwarden.net import Net

_SERVICE = "RubyGems.org"
_SITE = "https://rubygems.org"
#: Gems with more than a thousand versions have lists of about a megabyte.
_VERSIONS_BYTES = 4 * 1024 * 1024
_PAGE_BYTES = 256 * 1024
#: A name as RubyGems.org takes it (its ``Patterns::NAME_PATTERN``), and what stands in the place of a version.
_NAME = pattern(r"[A-Za-z0-9][\w.-]{0,99}", re.ASCII)
_VERSION = pattern(r"\d[\w.-]{0,99}", re.ASCII)
#: What the site says where nothing is left: on the page of a version, and on that of a gem without any.
_YANKED_WORDS = pattern(rb"version\s+has\s+been\s+yanked|not\s+currently\s+hosted\s+on\s+RubyGems", re.IGNORECASE)

MISSING = Rule(
    "LW646",
    "gem-missing",
    Verdict.BROKEN,
    "RubyGems.org has no such gem",
    "Both the API and the page of RubyGems.org say that there is no gem of this name.",
    "Look for the gem's new name, or link to its repository.",
)
NO_SUCH_VERSION = Rule(
    "LW647",
    "gem-version-missing",
    Verdict.BROKEN,
    "RubyGems.org has the gem, but not this version of it",
    "The API of RubyGems.org does not list this version of the gem, and its page is not there either.",
    "Link to the gem without a version, or to a version that exists.",
)
YANKED = Rule(
    "LW648",
    "gem-yanked",
    Verdict.DEGRADED,
    "the gem was yanked: its owner has withdrawn it",
    "The page is still there and says that it was yanked: nobody can install it any more. If no version is named, all "
    "versions of the gem are yanked.",
    "Link to a version that is not yanked, or decide whether the entry should stay.",
)


@dataclass(frozen=True, slots=True)
class _Gem:
    """A gem, and a version of it (perhaps with its platform) or ""."""

    ident: str
    version: str

    @property
    def page(self) -> str:
        """The page of the version, or of the gem."""
        return f"{_SITE}/gems/{self.ident}" + (f"/versions/{self.version}" if self.version else "")


class RubyGems(OneByOne[_Gem]):
    """Settles gems and their versions; profiles, searches and statistics are left to the web."""

    name = "rubygems"
    title = "RubyGems"
    rank = 242
    domains = frozenset({"rubygems.org"})
    rules = (MISSING, NO_SUCH_VERSION, YANKED)
    examples = (
        Example("https://rubygems.org/gems/rails", "rails"),
        Example("https://www.rubygems.org/gems/rails/versions/7.1.0", "rails"),
        Example("https://rubygems.org/gems/nokogiri/versions/1.16.0-x86_64-linux", "nokogiri"),
        Example("https://rubygems.org/gems/rails/versions", "rails"),
        Example("https://rubygems.org/gems", None),
        Example("https://rubygems.org/profiles/dhh", None),
        Example("https://rubygems.org/gems/rails/reverse_dependencies", None),
        Example("https://rubygems.org/gems/rails", None, image=True),
    )

    def read(self, place: Place) -> _Gem | None:
        match place.segments:
            case ("gems", name) | ("gems", name, "versions") if _NAME.fullmatch(name):
                return _Gem(name, "")
            case ("gems", name, "versions", version) if _NAME.fullmatch(name) and _VERSION.fullmatch(version):
                return _Gem(name, version)
        return None

    async def settle(self, net: Net, cases: Sequence[Case[_Gem]]) -> Sequence[Outcome]:
        """Ask for the gem, and once more for its versions if a link names one."""
        name = cases[0].ref.ident
        reply = await ask(net, f"{_SITE}/api/v1/gems/{encoded(name)}.json", "rubygems-api")
        if _says_missing(reply):
            reason = f"RubyGems.org has no gem called {name}."
            return await _absent(net, cases, _Gem(name, ""), MISSING, reason)
        if reply.status != 200 or not reply.describes("version"):
            return unanswered(cases, _SERVICE, reply)
        plain = [case for case in cases if not case.ref.version]
        items = answered(plain, reply, f"RubyGems.org has the gem {name}", title=name)
        if len(plain) < len(cases):
            url = f"{_SITE}/api/v1/versions/{encoded(name)}.json"
            known = await ask(net, url, "rubygems-api", max_bytes=_VERSIONS_BYTES)
            for case in cases:
                if case.ref.version:
                    items += await _version(net, case, known)
        return items


def _says_missing(reply: Reply) -> bool:
    """Return whether a 404 is the API's own word."""
    own = reply.response is not None and reply.response.body.strip() == b"This rubygem could not be found."
    return reply.status == 404 and own


async def _version(net: Net, case: Case[_Gem], known: Reply) -> Sequence[Outcome]:
    """Return what is said of a link to a version of a gem that is there; ``known`` is the list of its versions."""
    gem = case.ref
    if known.status != 200 or not isinstance(known.value, list):
        return unanswered([case], _SERVICE, known)
    numbers = {item.get("number") for item in objects_at(known.value)}
    builds = {f"{item.get('number')}-{item.get('platform')}" for item in objects_at(known.value)}
    if gem.version in numbers | builds:
        return answered([case], known, f"RubyGems.org has version {gem.version} of {gem.ident}", title=gem.ident)
    reason = f"RubyGems.org has the gem {gem.ident}, but no version {gem.version} of it."
    better = Suggestion(f"{_SITE}/gems/{gem.ident}", "the same gem, newest version", Basis.NEAREST)
    return await _absent(net, [case], gem, NO_SUCH_VERSION, reason, better)


async def _absent(
    net: Net, cases: Sequence[Case[_Gem]], gem: _Gem, rule: Rule, reason: str, better: Suggestion | None = None
) -> Sequence[Outcome]:
    """Ask the page about what the API does not have: it says whether that was yanked."""
    page = await ask(net, gem.page, "page-exists", accept="text/html", max_bytes=_PAGE_BYTES)
    if page.response is None or page.wall is not None or page.status not in (200, 404):
        return unanswered(cases, _SERVICE, page, "does not list this, and its page could not be seen")
    if page.status == 404:
        return answered(cases, page, "neither the API nor the page has it", rule, reason, suggestion=better)
    if not _YANKED_WORDS.search(page.response.body):
        return [case.passed() for case in cases]  # a reserved name, or something newer than the API's response
    reason = f"All versions of the gem {gem.ident} are yanked."
    if gem.version:
        reason = f"Version {gem.version} of the gem {gem.ident} is yanked."
    return answered(cases, page, "the page says that it was yanked", YANKED, reason, suggestion=better)
