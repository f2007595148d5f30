"""Rust crates: looked up in the index that cargo itself reads, and reported only on the word of crates.io's API.

Source: crates.io "Data Access Policy" (the index first, without limits; the API at one request a second with an
identifying User-Agent), Cargo Book "Registry Index" (file names, one line of JSON for each version, ``yanked``);
docs/facts/services.md#package-registries. The pages of crates.io are built by script and are not asked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from linkwarden.foreign import read_json
from linkwarden.model import Basis, Fact, Rule, Suggestion, Verdict
from linkwarden.patterns import pattern
from linkwarden.providers.base import Example
from linkwarden.providers.registry import Case, OneByOne, Outcome, Place, Reply, answered, ask, encoded, unanswered
from linkwarden.records import dataclass

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
_NAME = pattern(r"[A-Za-z][A-Za-z0-9_-]{0,63}", re.ASCII)
_VERSION = pattern(r"\d[\w.+-]{0,100}", re.ASCII)

MISSING = Rule(
    "LW640",
    "crate-missing",
    Verdict.BROKEN,
    "crates.io has no such crate",
    "Neither the index that cargo reads nor the API of crates.io knows a crate of this name.",
    "Look for the crate's new name, or link to its repository.",
)
NO_SUCH_VERSION = Rule(
    "LW641",
    "crate-version-missing",
    Verdict.BROKEN,
    "crates.io has the crate, but not this version of it",
    "Neither the index that cargo reads nor the API of crates.io knows this version of the crate.",
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
    """A crate, and a version of it or ""."""

    name: str
    version: str

    @property
    def ident(self) -> str:
        return self.name.lower()

    @property
    def index(self) -> str:
        """The crate's file in the index; the folders come from its first letters."""
        name = self.ident
        folder = {1: "1", 2: "2", 3: f"3/{name[0]}"}.get(len(name), f"{name[:2]}/{name[2:4]}")
        return f"{_INDEX}/{folder}/{name}"


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of a crate: for each version whether it is yanked, and whether these are all of them."""

    versions: dict[str, bool]
    whole: bool
    reply: Reply


class Crates(OneByOne[_Crate]):
    """Settles crates and their versions. The documentation at docs.rs tells by itself."""

    name = "crates"
    title = "crates.io"
    rank = 240
    domains = frozenset({_SERVICE})
    rules = (MISSING, NO_SUCH_VERSION, YANKED)
    examples = (
        Example("https://crates.io/crates/serde", "serde"),
        Example("https://www.crates.io/crates/Serde_JSON/1.0.0", "serde_json"),
        Example("https://crates.io/crates/tokio/versions", "tokio"),
        Example("https://crates.io/keywords/parser", None),
        Example("https://docs.rs/serde", None),
        Example("https://crates.io/crates/serde", None, image=True),
    )

    def read(self, place: Place) -> _Crate | None:
        match place.segments:
            case ("crates", name, *rest) if _NAME.fullmatch(name):
                return _Crate(name, rest[0] if rest and _VERSION.fullmatch(rest[0]) else "")
        return None

    async def settle(self, net: Net, cases: Sequence[Case[_Crate]]) -> Sequence[Outcome]:
        """Read the index file, and ask the API about what is not in it."""
        crate = cases[0].ref
        much = _INDEX_BYTES_FOR_VERSIONS if any(case.ref.version for case in cases) else _INDEX_BYTES
        known = _read_index(await ask(net, crate.index, "crate-index", accept="*/*", max_bytes=much))
        if known is None:
            reply = await ask(net, f"{_API}/{encoded(crate.name)}", "crates-api")
            if _says_missing(reply):
                facts = (
                    Fact("the index has no such crate", url=crate.index),
                    reply.fact("the API has no such crate"),
                )
                return answered(cases, reply, facts, MISSING, f"crates.io has no crate called {crate.name}.")
            if reply.status != 200 or not reply.describes("crate"):
                return unanswered(cases, _SERVICE, reply)
            known = _Known({}, whole=False, reply=reply)
        return [item for case in cases for item in await _there(net, case, known)]


def _read_index(reply: Reply) -> _Known | None:
    """Return what an index file says, one version to a line; None if it is none."""
    if reply.response is None or reply.status != 200:
        return None
    versions: dict[str, bool] = {}
    for line in reply.response.body.splitlines():
        item = read_json(line)  # None for the last line of a file that was cut
        if isinstance(item, dict) and isinstance(item.get("vers"), str) and isinstance(item.get("name"), str):
            versions[item["vers"]] = item.get("yanked") is True
    return _Known(versions, reply.response.complete, reply) if versions else None


def _says_missing(reply: Reply) -> bool:
    """Return whether a 404 is the API's own word."""
    return reply.status == 404 and isinstance(reply.table.get("errors"), list)


async def _there(net: Net, case: Case[_Crate], known: _Known) -> list[Outcome]:
    """Return what is said of a link to a crate that is there."""
    name, version, reply = case.ref.name, case.ref.version, known.reply
    facts = (reply.fact(f"crates.io has the crate {name}"),)
    if not version:
        if known.whole and all(known.versions.values()):
            reason = f"All versions of the crate {name} are yanked."
            return answered([case], reply, facts, YANKED, reason, title=name)
        return answered([case], reply, facts, title=name)
    newest = Suggestion(f"https://crates.io/crates/{name}", "the same crate, newest version", Basis.NEAREST)
    yanked = _find(known.versions, version)
    if yanked is None:
        reply = await ask(net, f"{_API}/{encoded(name)}/{encoded(version)}", "crates-api")
        about = reply.table.get("version")
        if _says_missing(reply):
            reason = f"crates.io has the crate {name}, but no version {version} of it."
            seen = "the API has no such version"
            return answered([case], reply, seen, NO_SUCH_VERSION, reason, suggestion=newest)
        if reply.status != 200 or not isinstance(about, dict):
            return unanswered([case], _SERVICE, reply)
        yanked = about.get("yanked") is True
    if yanked:
        reason = f"Version {version} of the crate {name} is yanked."
        return answered([case], reply, facts, YANKED, reason, suggestion=newest, title=name)
    return answered([case], reply, facts, title=name)


def _find(versions: dict[str, bool], version: str) -> bool | None:
    """Return whether a version is yanked; None if it is not among them. Build metadata names no other version."""
    plain = version.partition("+")[0]
    return next((yanked for known, yanked in versions.items() if known.partition("+")[0] == plain), None)
