"""How tests have pages judged for soft rot: by the provider for pages, then by the review that asks their sites."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from linkwarden.judge import Policy, judge
from linkwarden.model import Claim, Evidence, Kind, Result, Target
from linkwarden.net import Net
from linkwarden.providers import LoadContext
from linkwarden.providers.web.page import WebProvider
from linkwarden.review.siblings import SiblingsReview
from tests.links import NOW, target


async def looked_at(net: Net, *targets: Target) -> dict[str, Evidence]:
    """Give what is said of links in the end, by key."""
    ctx = LoadContext(root=Path())
    provider = WebProvider(ctx)
    claims = [Claim("web", one, one.key.partition("#")[0]) for one in targets]
    found = {item.key: item async for item in provider.check(claims, net, NOW) if isinstance(item, Evidence)}
    policy = Policy(NOW)
    results = [
        Result(one, Kind.PAGE, found[one.key], (), judge(found[one.key], (), policy))
        for one in targets
        if one.key in found
    ]
    return found | {item.key: item async for item in SiblingsReview(ctx).look(results, net, NOW)}


async def pages(net: Net, *urls: str) -> dict[str, Evidence]:
    """Give what is said of links without text."""
    return await looked_at(net, *(target(url) for url in urls))


async def page(net: Net, url: str, text: str = "") -> Evidence:
    """Give what is said of a link with a text."""
    bare = target(url)
    named = replace(bare, occurrences=(replace(bare.occurrences[0], text=text),))
    return (await looked_at(net, named))[url]
