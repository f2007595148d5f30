"""Rust crates: looked up in the index that cargo itself reads, and accused only on the word of crates.io's interface.

Source: crates.io "Data Access Policy" (the index first, without limits; the interface at one request a second with an
identifying User-Agent), Cargo Book "Registry Index" (file names, one line of JSON for each version, ``yanked``);
docs/facts/services.md#package-registries. The pages of crates.io are built by script and are not asked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from linkwarden.model import Claim, Evidence, Fact, Kind, Pass, Rule, Suggestion, Target, Verdict
from linkwarden.providers.base import Example
from linkwarden.providers.registry import OneByOne, Reply, ask, encoded, place_of, silent, told

if TYPE_CHECKING:
    from linkwarden.net import Net

_SERVICE = "crates.io"
_API = "https://crates.io/api/v1/crates"
_INDEX = "https://index.crates.io"
#: Enough to see that a crate exists, and the whole index file of most …
_INDEX_BYTES = 64 * 1024
#: … and of all but a handful, where a version is looked for.
_INDEX_BYTES_FOR_VERSIONS = 2 * 1024 * 1024
#: A name as crates.io takes it ("Cargo manifest format"), and what stands in the place of a version.
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}", re.ASCII)
_VERSION = re.compile(r"\d[\w.+-]{0,100}", re.ASCII)

MISSING = Rule(
    "LW640",
    "crate-missing",
    Verdict.BROKEN,
    "crates.io has no such crate",
    "Neither the index that cargo reads nor the interface of crates.io knows a crate of this name.",
    "Look for the crate's new name, or link to its repository.",
)
NO_SUCH_VERSION = Rule(
    "LW641",
    "crate-version-missing",
    Verdict.BROKEN,
    "crates.io has the crate, but not this version of it",
    "Neither the index that cargo reads nor the interface of crates.io knows this version of the crate.",
    "Link to the crate without a version, or to a version that exists.",
)
YANKED = Rule(
    "LW642",
    "crate-yanked",
    Verdict.DEGRADED,
    "the crate was yanked: its owner asks everybody not to use it",
    "The page is still there. Cargo no longer picks a yanked version for new projects, most often because something is "
    "badly wrong with it. If no version is named, all versions of the crate are yanked.",
    "Link to a version that is not yanked, or decide whether the entry should stay.",
)


@dataclass(frozen=True, slots=True)
class _Crate:
    """What an address names: a crate, and a version of it or ""."""

    name: str
    version: str

    @property
    def index(self) -> str:
        """The crate's file in the index; the folders come from its first letters."""
        name = self.name.lower()
        folder = {1: "1", 2: "2", 3: f"3/{name[0]}"}.get(len(name), f"{name[:2]}/{name[2:4]}")
        return f"{_INDEX}/{folder}/{name}"


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of a crate: for each version whether it is yanked, and whether these are all of them."""

    versions: dict[str, bool]
    whole: bool
    reply: Reply


class Crates(OneByOne):
    """Settles crates and their versions. The documentation at docs.rs tells by itself."""

    name: ClassVar[str] = "crates"
    rank: ClassVar[int] = 240
    domains: ClassVar[frozenset[str] | None] = frozenset({_SERVICE})
    kind: ClassVar[Kind] = Kind.PAGE
    rules: ClassVar[tuple[Rule, ...]] = (MISSING, NO_SUCH_VERSION, YANKED)
    examples: ClassVar[tuple[Example, ...]] = (
        Example("https://crates.io/crates/serde", "serde"),
        Example("https://www.crates.io/crates/Serde_JSON/1.0.0", "serde_json"),
        Example("https://crates.io/crates/tokio/versions", "tokio"),
        Example("https://crates.io/keywords/parser", None),
        Example("https://docs.rs/serde", None),
        Example("https://crates.io/crates/serde", None, image=True),
    )

    def claim(self, target: Target) -> str | None:
        """Give the crate's name in lower case."""
        crate = _crate(target)
        return None if crate is None else crate.name.lower()

    async def settle(self, net: Net, group: Sequence[Claim]) -> list[Evidence | Pass]:
        """Settle all links to one crate and its versions.

        The index file is read, and the interface asked about what is not in it.
        """
        cases = [(claim, crate) for claim in group if (crate := _crate(claim.target)) is not None]
        much = _INDEX_BYTES_FOR_VERSIONS if any(crate.version for _, crate in cases) else _INDEX_BYTES
        known = _read(await ask(net, cases[0][1].index, "crate-index", accept="*/*", max_bytes=much))
        if known is not None:
            return [await _there(net, claim, crate, known) for claim, crate in cases]
        reply = await ask(net, f"{_API}/{encoded(cases[0][1].name)}", "crates-api")
        if reply.status == 200 and reply.is_object:
            known = _Known({}, whole=False, reply=reply)
            return [await _there(net, claim, crate, known) for claim, crate in cases]
        if not _says_missing(reply):
            return list(silent(group, _SERVICE, reply))
        facts = (
            Fact("the index has no such crate", url=cases[0][1].index),
            reply.fact("the interface has no such crate"),
        )
        reason = f"crates.io has no crate called {cases[0][1].name}."
        return [told(claim, reply, MISSING, reason, facts=facts) for claim, _ in cases]


def _crate(target: Target) -> _Crate | None:
    place = place_of(target)
    if place is None or place.host != "crates.io" or len(place.segments) < 2 or place.segments[0] != "crates":
        return None
    name, version = place.segments[1], "".join(place.segments[2:3])
    if _NAME.fullmatch(name) is None:
        return None
    return _Crate(name, version if _VERSION.fullmatch(version) else "")


def _read(reply: Reply) -> _Known | None:
    """Read an index file, one version to a line; None if it is none."""
    if reply.response is None or reply.status != 200:
        return None
    versions: dict[str, bool] = {}
    for line in reply.response.body.splitlines():
        try:
            item = json.loads(line)
        except (ValueError, RecursionError):
            continue  # the last line of a file that was cut, or no index file at all
        if isinstance(item, dict) and isinstance(item.get("vers"), str) and isinstance(item.get("name"), str):
            versions[item["vers"]] = item.get("yanked") is True
    return _Known(versions, reply.response.complete, reply) if versions else None


def _says_missing(reply: Reply) -> bool:
    """Tell whether a 404 is the interface's own word."""
    return reply.status == 404 and isinstance(reply.table.get("errors"), list)


async def _there(net: Net, claim: Claim, crate: _Crate, known: _Known) -> Evidence:
    """Judge a link to a crate that is there."""
    facts = (known.reply.fact(f"crates.io has the crate {crate.name}"),)
    if not crate.version:
        if known.whole and all(known.versions.values()):
            reason = f"All versions of the crate {crate.name} are yanked."
            return told(claim, known.reply, YANKED, reason, title=crate.name, facts=facts)
        return told(claim, known.reply, title=crate.name, facts=facts)
    yanked = _find(known.versions, crate.version)
    reply = known.reply
    if yanked is None:
        reply = await ask(net, f"{_API}/{encoded(crate.name)}/{encoded(crate.version)}", "crates-api")
        about = reply.table.get("version")
        if _says_missing(reply):
            return _no_version(claim, crate, reply)
        if reply.status != 200 or not isinstance(about, dict):
            return next(silent([claim], _SERVICE, reply))
        yanked = about.get("yanked") is True
    if yanked:
        reason = f"Version {crate.version} of the crate {crate.name} is yanked."
        return told(claim, reply, YANKED, reason, suggestion=_newest(crate), title=crate.name, facts=facts)
    return told(claim, reply, title=crate.name, facts=facts)


def _find(versions: dict[str, bool], version: str) -> bool | None:
    """Tell whether a version is yanked; None if it is not among them. Build metadata names no other version."""
    plain = version.partition("+")[0]
    return next((yanked for known, yanked in versions.items() if known.partition("+")[0] == plain), None)


def _no_version(claim: Claim, crate: _Crate, reply: Reply) -> Evidence:
    reason = f"crates.io has the crate {crate.name}, but no version {crate.version} of it."
    facts = (reply.fact("the interface has no such version"),)
    return told(claim, reply, NO_SUCH_VERSION, reason, suggestion=_newest(crate), facts=facts)


def _newest(crate: _Crate) -> Suggestion:
    return Suggestion(f"https://crates.io/crates/{crate.name}", "the same crate, newest version")
