"""Haskell packages: looked up in Hackage's list of all packages, and one by one where the list does not have them.

Source: docs/facts/services.md#package-registries; Hackage's own API page ("/api"), which gives JSON by ``Accept``.
Versions are never deleted, only deprecated, and so are packages, most often in favour of another one.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from linkwarden.foreign import objects_at, text_at
from linkwarden.model import Basis, Claim, Kind, Rule, Suggestion, Verdict
from linkwarden.patterns import pattern
from linkwarden.providers.base import Example
from linkwarden.providers.registry import (
    Case,
    Outcome,
    Place,
    Registry,
    Reply,
    answered,
    ask,
    by_ident,
    page_stands,
    side_by_side,
    unanswered,
)
from linkwarden.records import dataclass

if TYPE_CHECKING:
    from linkwarden.net import Net

_SERVICE = "Hackage"
_SITE = "https://hackage.haskell.org"
#: The list of all packages is worth its size from so many links on.
_MANY = 10
_LIST_BYTES = 8 * 1024 * 1024
#: Letters, digits and hyphens, no part only of digits (Cabal "Package names and versions").
_NAME = pattern(r"(?:[0-9]*[A-Za-z][A-Za-z0-9]*)(?:-[0-9]*[A-Za-z][A-Za-z0-9]*)*", re.ASCII)
_KINDS = ("normal-version", "unpreferred-version", "deprecated-version")
_VERSION = pattern(r"(.+)-(\d{1,9}(?:\.\d{1,9}){0,9})", re.ASCII)

MISSING = Rule(
    "LW662",
    "hackage-package-missing",
    Verdict.BROKEN,
    "Hackage has no such package",
    "Hackage's API says that there is no package of this name, and the page is not there either. Names depend on case.",
    "Correct the name, or link to the package's repository.",
)
NO_SUCH_VERSION = Rule(
    "LW663",
    "hackage-version-missing",
    Verdict.BROKEN,
    "Hackage has the package, but not this version of it",
    "Hackage lists every version that a package has ever had, also deprecated ones, and this one is not among them. "
    "Its page is not there either.",
    "Link to the package without a version, or to a version that exists.",
)
DEPRECATED = Rule(
    "LW664",
    "hackage-package-deprecated",
    Verdict.DEGRADED,
    "the package is deprecated",
    "The page is still there. Its maintainers ask everybody to use another package, or none.",
    "Link to the package that took its place, or decide whether the entry should stay.",
)


@dataclass(frozen=True, slots=True)
class _Package:
    """A package, and a version of it or ""."""

    name: str
    version: str

    @property
    def ident(self) -> str:
        return self.name


class Hackage(Registry[_Package]):
    """Settles packages and their versions. Documentation of single modules is left to the web."""

    name = "hackage"
    title = "Hackage"
    rank = 246
    gathers = True
    per_question = 500
    kind = Kind.PAGE
    domains = frozenset({"hackage.haskell.org"})
    rules = (MISSING, NO_SUCH_VERSION, DEPRECATED)
    examples = (
        Example("https://hackage.haskell.org/package/aeson", "aeson"),
        Example("http://hackage.haskell.org/package/base64-bytestring-1.2.1.0", "base64-bytestring"),
        Example("https://hackage.haskell.org/package/aeson-2.2.0.0/docs/Data-Aeson.html", None),
        Example("https://hackage.haskell.org/user/Someone", None),
        Example("https://hackage.haskell.org/package/aeson", None, image=True),
    )

    def read(self, place: Place) -> _Package | None:
        if place.fragment:  # whether the page has that section, only the page shows
            return None
        match place.segments:
            case ("package", name):
                version = _VERSION.fullmatch(name)
                if version is not None and _NAME.fullmatch(version[1]):
                    return _Package(version[1], version[2])
                return _Package(name, "") if _NAME.fullmatch(name) else None
        return None

    async def check(self, claims: Sequence[Claim], net: Net, now: datetime) -> AsyncIterator[Outcome]:
        """Read the list of deprecated packages; of many packages the list of all, then what is not in it one by one."""
        del now
        groups = by_ident(self.cases(claims))
        deprecated = await ask(net, f"{_SITE}/packages/deprecated.json", "hackage", max_bytes=_LIST_BYTES)
        instead = {
            text_at(item, "deprecated-package"): _texts(item.get("in-favour-of"))
            for item in objects_at(deprecated.value)
        }
        listed = await _all_packages(net) if len(groups) >= _MANY else None
        alone = []
        for name, cases in groups.items():
            if listed is not None and name in listed[0] and not any(case.ref.version for case in cases):
                for item in _there(cases, listed[1], instead):
                    yield item
            else:
                alone.append(cases)
        async for item in side_by_side(_one(net, cases, instead) for cases in alone):
            yield item


def _texts(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


async def _all_packages(net: Net) -> tuple[frozenset[str], Reply]:
    reply = await ask(net, f"{_SITE}/packages/", "hackage", max_bytes=_LIST_BYTES)
    return frozenset(text_at(item, "packageName") for item in objects_at(reply.value)), reply


async def _one(net: Net, cases: Sequence[Case[_Package]], instead: dict[str, list[str]]) -> list[Outcome]:
    name = cases[0].ref.name
    reply = await ask(net, f"{_SITE}/package/{name}/preferred", "hackage")
    if reply.status == 404 and reply.wall is None:
        return await _absent(net, cases, reply, MISSING, f"Hackage has no package called {name}.")
    if reply.status != 200 or not reply.describes(*_KINDS):
        return unanswered(cases, _SERVICE, reply)
    versions = {version for kind in _KINDS for version in _texts(reply.table.get(kind))}
    settled: list[Outcome] = []
    for case in cases:
        if case.ref.version and versions and case.ref.version not in versions:
            reason = f"Hackage has the package {name}, but no version {case.ref.version} of it."
            newest = Suggestion(f"{_SITE}/package/{name}", "the same package, newest version", Basis.NEAREST)
            settled += await _absent(net, [case], reply, NO_SUCH_VERSION, reason, newest)
        else:
            settled += _there([case], reply, instead)
    return settled


async def _absent(
    net: Net, cases: Sequence[Case[_Package]], reply: Reply, rule: Rule, reason: str, better: Suggestion | None = None
) -> list[Outcome]:
    """Ask the page about what the API does not have, before that is believed."""
    stands = await page_stands(net, cases[0].url)
    if stands:
        return [case.passed() for case in cases]
    if stands is None:
        return unanswered(cases, _SERVICE, reply, "does not list this, and its page could not be seen")
    return answered(cases, reply, "neither the API nor the page has it", rule, reason, suggestion=better)


def _there(cases: Sequence[Case[_Package]], reply: Reply, instead: dict[str, list[str]]) -> list[Outcome]:
    name = cases[0].ref.name
    seen = f"Hackage has the package {name}"
    if name not in instead:
        return answered(cases, reply, seen, title=name)
    successors = instead[name]
    reason = f"The package {name} is deprecated"
    reason += f" in favour of {', '.join(successors)}." if successors else "."
    better = None
    if len(successors) == 1 and _NAME.fullmatch(successors[0]):
        better = Suggestion(f"{_SITE}/package/{successors[0]}", "its maintainers name this package in its place")
    return answered(cases, reply, seen, DEPRECATED, reason, suggestion=better, title=name)
