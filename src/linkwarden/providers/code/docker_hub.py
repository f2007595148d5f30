"""Images at Docker Hub: asked by its interface, as its pages answer 200 for everything.

Source: docs/facts/services.md#package-registries. The interface is not documented, so its "no" counts only while it
still knows an image that is certainly there.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from linkwarden.answers.read import batch_unverified
from linkwarden.model import Claim, Evidence, Kind, Pass, Rule, Target, Verdict
from linkwarden.providers.base import Example, LoadContext
from linkwarden.providers.registry import OneByOne, Reply, ask, encoded, place_of, silent, told

if TYPE_CHECKING:
    from linkwarden.net import Net

_SERVICE = "Docker Hub"
_API = "https://hub.docker.com/v2/repositories"
_OFFICIAL = "library"
#: An image that Docker Hub certainly has; asked at most once a run, and only before an accusation.
_CANARY = f"{_API}/{_OFFICIAL}/alpine/"
_HOSTS = frozenset({"hub.docker.com", "registry.hub.docker.com"})
_NAMESPACE = re.compile(r"[a-z0-9][a-z0-9_-]{1,254}", re.ASCII)
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,254}", re.ASCII)

MISSING = Rule(
    "LW645",
    "docker-image-missing",
    Verdict.BROKEN,
    "Docker Hub has no such image, or it is private",
    "Docker Hub's interface says that there is no image of this name, while it still knows an image that is certainly "
    "there. It gives the same answer for private ones. The page answers 200 whether or not the image exists.",
    "Look for the image's new name or registry, or take the entry out.",
)


class DockerHub(OneByOne):
    """Settles images; accounts and searches have pages that never tell, and are left to the web."""

    name: ClassVar[str] = "docker-hub"
    rank: ClassVar[int] = 250
    domains: ClassVar[frozenset[str] | None] = _HOSTS
    kind: ClassVar[Kind] = Kind.REPOSITORY
    rules: ClassVar[tuple[Rule, ...]] = (MISSING,)
    examples: ClassVar[tuple[Example, ...]] = (
        Example("https://hub.docker.com/r/grafana/grafana/tags", "grafana/grafana"),
        Example("https://hub.docker.com/_/postgres?tab=description", "library/postgres"),
        Example("https://registry.hub.docker.com/r/bitnami/redis/", "bitnami/redis"),
        Example("https://hub.docker.com/u/grafana", None),
        Example("https://hub.docker.com/search?q=redis", None),
        Example("https://hub.docker.com/r/a/b", None, image=True),
    )

    def __init__(self, ctx: LoadContext) -> None:
        super().__init__(ctx)
        self._turn = asyncio.Lock()
        self._reliable: bool | None = None

    def claim(self, target: Target) -> str | None:
        """Give namespace and name of the image."""
        place = place_of(target)
        if place is None or place.host not in _HOSTS:
            return None
        match place.segments:
            case ("r", namespace, name, *_) if _NAMESPACE.fullmatch(namespace) and _NAME.fullmatch(name):
                return f"{namespace}/{name}"
            case ("_", name, *_) if _NAME.fullmatch(name):
                return f"{_OFFICIAL}/{name}"
        return None

    async def settle(self, net: Net, group: Sequence[Claim]) -> list[Evidence | Pass]:
        """Settle all links to one image."""
        name = group[0].ident
        reply = await ask(net, f"{_API}/{encoded(name, '/')}/", "docker-hub")
        if reply.status == 200 and isinstance(reply.table.get("name"), str):
            facts = (reply.fact(f"Docker Hub has the image {name}"),)
            return [told(claim, reply, title=name, facts=facts) for claim in group]
        if reply.status != 404 or not reply.table:
            return list(silent(group, _SERVICE, reply))
        if not await self._is_reliable(net):
            why = f"{_SERVICE} does not even know an image that is certainly there."
            return list(batch_unverified(group, why, status=reply.status))
        if _may_be_product(name):
            why = "Docker Hub has no official image of this name, but it shows vendors' products under such addresses."
            return list(batch_unverified(group, f"{why} Open it in a browser.", status=reply.status))
        return [_missing(claim, name, reply) for claim in group]

    async def _is_reliable(self, net: Net) -> bool:
        """Tell whether the interface knows what it must know."""
        async with self._turn:
            if self._reliable is None:
                reply = await ask(net, _CANARY, "docker-hub")
                self._reliable = reply.status == 200 and reply.table.get("name") == "alpine"
            return self._reliable


def _may_be_product(name: str) -> bool:
    """Tell whether an "official" address may be a vendor's product: those were called vendor-product ([U], memory)."""
    namespace, _, image = name.partition("/")
    return namespace == _OFFICIAL and "-" in image


def _missing(claim: Claim, name: str, reply: Reply) -> Evidence:
    shown = name.removeprefix(f"{_OFFICIAL}/")
    reason = f"Docker Hub has no image called {shown}: it is missing or private, and readers cannot get it."
    return told(claim, reply, MISSING, reason, facts=(reply.fact("the interface has no such image"),))
