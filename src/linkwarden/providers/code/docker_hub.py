"""Images at Docker Hub: its API is asked, as its pages answer 200 for everything.

Source: docs/facts/services.md#package-registries. The API is not documented, so its "no" counts only while it still
knows an image that is certainly there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from linkwarden.model import Kind, Rule, Verdict
from linkwarden.patterns import pattern
from linkwarden.providers.base import Example, LoadContext
from linkwarden.providers.registry import (
    Canary,
    Case,
    OneByOne,
    Outcome,
    Place,
    Thing,
    answered,
    ask,
    encoded,
    unanswered,
)

if TYPE_CHECKING:
    from linkwarden.net import Net

_SERVICE = "Docker Hub"
_API = "https://hub.docker.com/v2/repositories"
_OFFICIAL = "library"
_NAMESPACE = pattern(r"[a-z0-9][a-z0-9_-]{1,254}", re.ASCII)
_NAME = pattern(r"[a-z0-9][a-z0-9._-]{0,254}", re.ASCII)

MISSING = Rule(
    "LW645",
    "docker-image-missing",
    Verdict.BROKEN,
    "Docker Hub has no such image, or it is private",
    "Docker Hub's API says that there is no image of this name, while it still knows an image that is certainly "
    "there. It gives the same answer for private ones. The page answers 200 whether or not the image exists.",
    "Look for the image's new name or registry, or take the entry out.",
)


class DockerHub(OneByOne[Thing]):
    """Settles images; accounts and searches have pages that never tell, and are left to the web."""

    name = "docker-hub"
    title = "Docker Hub"
    rank = 250
    domains = frozenset({"hub.docker.com", "registry.hub.docker.com"})
    kind = Kind.REPOSITORY
    rules = (MISSING,)
    examples = (
        Example("https://hub.docker.com/r/grafana/grafana/tags", "grafana/grafana"),
        Example("https://hub.docker.com/_/postgres?tab=description", "library/postgres"),
        Example("https://registry.hub.docker.com/r/bitnami/redis/", "bitnami/redis"),
        Example("https://hub.docker.com/u/grafana", None),
        Example("https://hub.docker.com/search?q=redis", None),
        Example("https://hub.docker.com/r/a/b", None, image=True),
    )

    def __init__(self, ctx: LoadContext) -> None:
        super().__init__(ctx)
        self._canary = Canary(_knows_alpine)

    def read(self, place: Place) -> Thing | None:
        match place.segments:
            case ("r", namespace, name, *_) if _NAMESPACE.fullmatch(namespace) and _NAME.fullmatch(name):
                return Thing(f"{namespace}/{name}")
            case ("_", name, *_) if _NAME.fullmatch(name):
                return Thing(f"{_OFFICIAL}/{name}")
        return None

    async def settle(self, net: Net, cases: Sequence[Case[Thing]]) -> Sequence[Outcome]:
        name = cases[0].ref.ident
        reply = await ask(net, f"{_API}/{encoded(name, '/')}/", "docker-hub")
        if reply.status == 200 and reply.table.get("name") == name.partition("/")[2]:
            return answered(cases, reply, f"Docker Hub has the image {name}", title=name)
        if reply.status != 404 or not reply.table:
            return unanswered(cases, _SERVICE, reply)
        if not await self._canary.lives(net):
            return unanswered(cases, _SERVICE, reply, "does not even know an image that is certainly there")
        if name.startswith(f"{_OFFICIAL}/") and "-" in name:  # such products were called vendor-product ([U], memory)
            why = "has no official image of this name, but shows vendors' products under such URLs"
            return unanswered(cases, _SERVICE, reply, why)
        shown = name.removeprefix(f"{_OFFICIAL}/")
        reason = f"Docker Hub has no image called {shown}: it is missing or private, and readers cannot get it."
        return answered(cases, reply, "the API has no such image", MISSING, reason)


async def _knows_alpine(net: Net) -> bool:
    reply = await ask(net, f"{_API}/{_OFFICIAL}/alpine/", "docker-hub")
    return reply.status == 200 and reply.table.get("name") == "alpine"
