"""Catalogues of packages, extensions, apps and courses that say by a small file whether they have a thing.

``catalogues.tsv`` has them and says what its columns mean. Source: docs/facts/services.md#catalogues.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import unquote

from linkwarden.datafile import Row, read_groups
from linkwarden.foreign import at
from linkwarden.model import Evidence, Fact, Rule, Verdict
from linkwarden.patterns import pattern
from linkwarden.providers.base import Example
from linkwarden.providers.registry import (
    Case,
    OneByOne,
    Outcome,
    Place,
    Reply,
    answered,
    ask,
    encoded,
    page_stands,
    shown,
)
from linkwarden.records import dataclass
from linkwarden.text import host_of

if TYPE_CHECKING:
    from linkwarden.net import Net

_COLUMNS = ("domain", "path", "ask", "proof", "gone", "retired", "thing", "again", "sections")
_CAPITAL = pattern(r"[A-Z]")
_PLACE = pattern(r"\{(\w+)(?:\.(\w+))?\}")
_MAX_BYTES = 256 * 1024
#: To be there is all that the second file has to say, so that its beginning is enough.
_AGAIN_BYTES = 4096
_ACCEPT = "application/json, application/xml;q=0.9"
#: Authors' words about why they gave something up are shown this far.
_WORDS = 160

MISSING = Rule(
    "LW676",
    "not-in-catalogue",
    Verdict.BROKEN,
    "the catalogue has no such thing",
    "The catalogue's own API says that it has no such package, extension or project, or not the version that the URL "
    "names, and the page says so, too, or asks readers to log in.",
    "Look for its new name or place, or remove the entry.",
)
DOUBTED = Rule(
    "LW677",
    "unknown-to-catalogue",
    Verdict.SUSPECT,
    "the catalogue's API does not know it, and its page could not be seen",
    "The catalogue's own API says that it has no such package, extension or project, or not the version that the URL "
    "names. The page behind it could not be seen, so that there is no second witness.",
    "Open the URL in a browser. If nothing is there, look for its new name, or remove the entry.",
)
RETIRED = Rule(
    "LW679",
    "retired-in-catalogue",
    Verdict.DEGRADED,
    "the catalogue marks it as deprecated, discontinued or withdrawn",
    "The package, extension or module is still there, and its authors, or those who keep the catalogue, have marked it "
    "as one that should not be used any more: deprecated at npm, discontinued at pub.dev, yanked at PyPI and so on.",
    "Look for what takes its place, or decide whether the entry should stay.",
)


@dataclass(frozen=True, slots=True)
class _Catalogue:
    """A row of the table."""

    path: re.Pattern[str]
    ask: str
    proof: str
    gone: frozenset[int]
    retired: str
    thing: str
    again: str
    page_shows_sections: bool


@cache
def _catalogues() -> Mapping[str, tuple[_Catalogue, ...]]:
    return read_groups(__package__, "catalogues.tsv", _COLUMNS, "domain", _catalogue)


def _catalogue(row: Row) -> _Catalogue:
    return _Catalogue(
        pattern(row["path"]),
        row["ask"],
        row["proof"],
        _statuses(row),
        row["retired"],
        row["thing"],
        "" if row["again"] == "-" else row["again"],
        row["sections"] == "page",
    )


def _statuses(row: Row) -> frozenset[int]:
    return row.read("gone", lambda text: frozenset(int(word) for word in text.split() if word != "-"))


@dataclass(frozen=True, slots=True)
class _Thing:
    """A thing in a catalogue: what it is called there, and where the catalogue is asked about it.

    Attributes:
        name: what the catalogue calls it.
        version: that the URL names, or "".
        api: where it is asked for.
        again: where it is asked for once more before it is called missing, or "".
        section: the part of the page that the URL names, or "".
        catalogue: its row.
    """

    name: str
    version: str
    api: str
    again: str
    section: str
    catalogue: _Catalogue

    @property
    def ident(self) -> str:
        return self.api

    @property
    def called(self) -> str:
        """Its name in sentences, with its version."""
        return shown(f"{self.name} {self.version}".rstrip())

    def is_proved_by(self, reply: Reply) -> bool:
        """Return whether a response describes it."""
        proof = self.catalogue.proof
        if reply.status != 200 or reply.response is None:
            return False
        if proof.startswith("<"):
            return proof.encode() in reply.response.body
        return _found(reply, proof) is not None or (not reply.response.complete and reply.is_object)

    def mark(self, reply: Reply) -> object:
        """Return what says that it is retired: a word of the authors, or anything that counts as yes."""
        return None if self.catalogue.retired == "-" else _found(reply, self.catalogue.retired)


class Catalogues(OneByOne[_Thing]):
    """Settles what its catalogue knows; everything else is left to the page."""

    name = "catalogues"
    title = (
        "npm, PyPI, pub.dev, Go modules, Hex, NuGet, Maven Central, Clojars, CPAN, CocoaPods, Homebrew, conda, the "
        "AUR, the Terraform Registry, Puppet Forge, Quay, Artifact Hub, F-Droid, Flathub, Open VSX, JetBrains "
        "plugins, Firefox add-ons, WordPress plugins, SourceForge, figshare, OSF, Kaggle data sets, Coursera, DEV and "
        "Bluesky"
    )
    rank = 248
    domains = frozenset(_catalogues())
    rules = (MISSING, DOUBTED, RETIRED)
    examples = (
        Example("https://hex.pm/packages/phoenix", "https://hex.pm/api/packages/phoenix"),
        Example(
            "https://www.nuget.org/packages/Newtonsoft.Json/",
            "https://api.nuget.org/v3-flatcontainer/newtonsoft.json/index.json",
        ),
        Example(
            "https://mvnrepository.com/artifact/com.google.guava/guava/31.0-jre",
            "https://repo1.maven.org/maven2/com/google/guava/guava/maven-metadata.xml",
        ),
        Example(
            "https://f-droid.org/en/packages/org.fdroid.fdroid/",
            "https://f-droid.org/api/v1/packages/org.fdroid.fdroid",
        ),
        Example("https://www.npmjs.com/package/@babel/core", "https://registry.npmjs.org/%40babel%2Fcore/latest"),
        Example("https://pypi.org/project/Requests/", "https://pypi.org/pypi/Requests/json"),
        Example("https://pypi.python.org/pypi/six/1.9.0", "https://pypi.org/pypi/six/1.9.0/json"),
        Example(
            "https://pkg.go.dev/github.com/Masterminds/semver/v3?tab=doc",
            "https://proxy.golang.org/cached-only/github.com/!masterminds/semver/v3/@latest",
        ),
        Example("https://pkg.go.dev/net/http", None),
        Example("https://registry.terraform.io/browse/providers", None),
        Example("https://hex.pm/docs", None),
        Example("https://hex.pm/packages/phoenix", None, image=True),
    )

    def read(self, place: Place) -> _Thing | None:
        path = unquote(place.path)
        for catalogue in _catalogues().get(place.host, ()):
            found = catalogue.path.fullmatch(path)
            if found is not None:
                version = found.groupdict().get("version") or ""
                api, again = _filled(catalogue.ask, found), _filled(catalogue.again, found)
                section = place.fragment.partition(":~:")[0]
                if section and catalogue.page_shows_sections and catalogue.retired == "-":
                    return None  # the page is requested anyway, and tells all that the catalogue knows
                return _Thing(found["name"], version, api, again, section, catalogue)
        return None

    async def settle(self, net: Net, cases: Sequence[Case[_Thing]]) -> Sequence[Outcome]:
        """Ask the API once; what it does not have is looked at site by site, since not all lists mean the same."""
        reply = await ask(net, cases[0].ref.api, "catalogue", accept=_ACCEPT, max_bytes=_MAX_BYTES)
        settled: list[Outcome] = []
        sites: dict[str, list[Case[_Thing]]] = {}
        for case in cases:
            if case.ref.is_proved_by(reply):
                settled.append(_there(case, reply))
            else:
                sites.setdefault(host_of(case.url), []).append(case)
        for found in sites.values():
            settled += await _absent(net, found, reply)
        return settled


def _there(case: Case[_Thing], reply: Reply) -> Outcome:
    """Return what is said of a link to something that the catalogue has."""
    thing, rule, reason = case.ref, None, ""
    mark, what = thing.mark(reply), thing.catalogue.thing
    words = " ".join(mark.split()) if isinstance(mark, str) else ""
    if mark and (words or not isinstance(mark, str)):
        rule, reason = RETIRED, f"{thing.called} is marked as something that should not be used any more ({what})."
        if words and not words.isdigit():
            reason = f"{thing.called} is deprecated ({what}): “{shown(words, _WORDS)}”."
    looks_at_page = bool(thing.section) and thing.catalogue.page_shows_sections
    facts: tuple[Fact, ...] = (reply.fact(f"{thing.called} is a known {what}"),)
    if thing.section and not looks_at_page:
        facts += (Fact(f"the section #{shown(thing.section)} was not checked"),)
    found = Evidence.of(case.claim, rule, reason, status=reply.status, facts=facts)
    return case.passed(found if rule is not None else None) if looks_at_page else found


async def _absent(net: Net, cases: Sequence[Case[_Thing]], reply: Reply) -> Sequence[Outcome]:
    """Return what is said of links at one site to something that the catalogue has not shown."""
    thing = cases[0].ref
    if reply.status not in thing.catalogue.gone or reply.wall is not None:
        return [case.passed() for case in cases]
    if thing.again:
        once_more = await ask(net, thing.again, "catalogue", accept=_ACCEPT, max_bytes=_AGAIN_BYTES)
        if once_more.status == 200 and once_more.is_object and not thing.version:
            return [_there(case, once_more) for case in cases]
        if once_more.status not in thing.catalogue.gone:
            return [case.passed() for case in cases]
    stands = await page_stands(net, cases[0].url)
    says_so = reply.is_object or isinstance(reply.value, str)  # a 404 of the site is no word of the API
    if stands or (stands is None and not says_so):
        return [case.passed() for case in cases]
    what = thing.catalogue.thing
    lacks = f"{what} called {shown(thing.name)}" + (f" with version {shown(thing.version)}" if thing.version else "")
    reason = f"There is no {lacks}."
    if stands is None:
        reason = f"The API knows no {lacks}, and its page could not be seen."
    return answered(cases, reply, "the API knows nothing of it", DOUBTED if stands is None else MISSING, reason)


def _found(reply: Reply, path: str) -> object:
    """Return what lies in a response's JSON below keys that stand between dots."""
    return at(reply.value, *(int(step) if step.isdigit() else step for step in path.split(".")))


def _filled(template: str, found: re.Match[str]) -> str:
    return _PLACE.sub(lambda place: _written(found[place[1]], place[2]), template)


def _written(text: str, how: str | None) -> str:
    if how == "path":
        return encoded(text.replace(".", "/"), "/")
    if how == "module":  # Go's way to tell capitals apart where a file system does not
        return encoded(_CAPITAL.sub(lambda letter: f"!{letter[0].lower()}", text), "/!")
    return encoded(text.lower() if how == "lower" else text)
