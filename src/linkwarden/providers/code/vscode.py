"""Extensions in the Visual Studio Marketplace: all of a list in one query, as editors make it.

Source: docs/facts/services.md#visual-studio-marketplace. The interface is not documented for others, so that its "no"
counts only while it still knows an extension that is certainly there, and if the page says so, too.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from linkwarden.foreign import objects_at, text_at
from linkwarden.model import Claim, Rule, Verdict
from linkwarden.patterns import pattern
from linkwarden.providers.base import Example
from linkwarden.providers.registry import (
    Outcome,
    Place,
    Registry,
    Thing,
    answered,
    ask,
    by_ident,
    page_stands,
)

if TYPE_CHECKING:
    from linkwarden.net import Net

_QUERY = "https://marketplace.visualstudio.com/_apis/public/gallery/extensionquery"
_ACCEPT = "application/json;api-version=3.0-preview.1"
#: The kind of a criterion that is an extension's full name.
_BY_NAME = 7
_PER_REQUEST = 100
_MAX_BYTES = 4 * 1024 * 1024
CANARY = "ms-python.python"
_NAME = pattern(r"[a-z0-9][a-z0-9-]*\.[a-z0-9][a-z0-9-]*", re.ASCII | re.IGNORECASE)

MISSING = Rule(
    "LW678",
    "vscode-extension-missing",
    Verdict.BROKEN,
    "the Visual Studio Marketplace has no such extension",
    "The marketplace was asked as editors ask it, and knows nothing of this name, while it knows another extension; "
    "the page is not there either.",
    "Look for the extension under another publisher, or at Open VSX.",
)


class VsCode(Registry[Thing]):
    """Settles extensions by their full name."""

    name = "vscode"
    title = "the Visual Studio Marketplace"
    rank = 249
    gathers = True
    per_question = _PER_REQUEST - 1
    domains = frozenset({"marketplace.visualstudio.com"})
    rules = (MISSING,)
    examples = (
        Example("https://marketplace.visualstudio.com/items?itemName=ms-python.python", "ms-python.python"),
        Example("https://marketplace.visualstudio.com/items?itemName=A.B&ssr=false#overview", "a.b"),
        Example("https://marketplace.visualstudio.com/vscode", None),
        Example("https://marketplace.visualstudio.com/items?itemName=a.b", None, image=True),
    )

    def read(self, place: Place) -> Thing | None:
        name = place.query.get("itemName", "") if place.segments == ("items",) else ""
        return Thing(name.lower()) if _NAME.fullmatch(name) else None

    async def check(self, claims: Sequence[Claim], net: Net, now: datetime) -> AsyncIterator[Outcome]:
        """Ask for all names at once, and for the page of each that the answer lacks."""
        del now
        groups = by_ident(self.cases(claims))
        wanted = dict.fromkeys([*groups, CANARY])
        criteria = [{"filterType": _BY_NAME, "value": name} for name in wanted]
        query = {"filters": [{"criteria": criteria, "pageNumber": 1, "pageSize": len(wanted)}], "flags": 0}
        reply = await ask(
            net,
            _QUERY,
            "vscode-marketplace",
            accept=_ACCEPT,
            max_bytes=_MAX_BYTES,
            method="POST",
            body=json.dumps(query).encode(),
            headers={"content-type": "application/json"},
        )
        found = {
            f"{text_at(item, 'publisher', 'publisherName')}.{text_at(item, 'extensionName')}".lower(): item
            for item in (objects_at(reply.value, "results", 0, "extensions") if reply.status == 200 else ())
        }
        for name, cases in groups.items():
            if name in found:
                items = answered(cases, reply, "the marketplace has it", title=found[name].get("displayName"))
            elif CANARY in found and await page_stands(net, cases[0].url) is False:
                reason = f"The Visual Studio Marketplace has no extension called {name}."
                items = answered(cases, reply, "neither the query nor the page has it", MISSING, reason)
            else:
                items = [case.passed() for case in cases]
            for item in items:
                yield item
