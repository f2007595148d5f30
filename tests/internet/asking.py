"""How a test asks one provider about some addresses, and reads what it said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from linkwarden.model import Claim, Evidence, Markup, Occurrence, Pass, Span, Target
from linkwarden.net import Net
from linkwarden.providers import LoadContext, Provider

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def target(url: str, markup: Markup = Markup.MD_LINK) -> Target:
    """Make a target that stands once in a README."""
    where = Occurrence(url=url, raw=url, markup=markup, span=Span("README.md", 1, 1, 1, 2, 0, 1))
    return Target(key=url, url=url, address=url, path="README.md", occurrences=(where,))


def claims(provider: Provider, urls: Sequence[str]) -> list[Claim]:
    """Let a provider claim addresses; each must be one of its own."""
    found = []
    for url in urls:
        ident = provider.claim(target(url))
        assert ident is not None, url
        found.append(Claim(provider.name, target(url), ident))
    return found


async def answers(provider: Provider, net: Net, *urls: str) -> dict[str, Evidence | Pass]:
    """Let a provider settle addresses in one call; every one gets exactly one answer."""
    items = [item async for item in provider.check(claims(provider, urls), net, NOW)]
    found = {item.key: item for item in items}
    assert sorted(item.key for item in items) == sorted(set(urls))
    return found


async def evidence(provider: Provider, net: Net, url: str) -> Evidence:
    """Let a provider settle one address, which it must not pass on."""
    item = (await answers(provider, net, url))[url]
    assert isinstance(item, Evidence), item
    return item


def code(item: Evidence | Pass) -> str:
    """Give an answer in a word: the rule's name, ``ok`` or ``pass``."""
    if isinstance(item, Pass):
        return "pass"
    return "ok" if item.rule is None else item.rule.slug


def load(cls: type[Provider]) -> Provider:
    """Make a provider as a run without options does."""
    return cls(LoadContext(root=Path()))
