"""Short ways for provider tests to make links and to have them judged."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from linkwarden.model import Claim, Evidence, Markup, Occurrence, Pass, Span, Target, Verdict
from linkwarden.net import Net
from linkwarden.providers import LoadContext, Provider

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def target(url: str, *, image: bool = False) -> Target:
    """Make the target of an address that stands once in a README, as a link or as a picture."""
    markup = Markup.HTML_IMG if image else Markup.MD_LINK
    where = Occurrence(url=url, raw=url, markup=markup, span=Span("README.md", 1, 1, 1, 2, 0, 1))
    return Target(key=url, url=url, address=url, path="README.md", occurrences=(where,))


def claim(url: str, *, image: bool = False, provider: str = "test") -> Claim:
    """Make a claim on an address by some provider."""
    return Claim(provider, target(url, image=image), url.partition("#")[0])


async def judged(
    provider: type[Provider], net: Net, *urls: str, image: bool = False, now: datetime = NOW
) -> dict[str, Evidence | Pass]:
    """Let a provider check addresses that it claims; give what it says of each."""
    made = provider.load(LoadContext(root=Path()))
    assert isinstance(made, Provider)
    claims = []
    for url in urls:
        ident = made.claim(target(url, image=image))
        assert ident is not None, url
        claims.append(Claim(made.name, target(url, image=image), ident))
    return {item.key: item async for item in made.check(claims, net, now)}


async def verdict(provider: type[Provider], net: Net, url: str, *, image: bool = False) -> Evidence:
    """Let a provider check one address; give the evidence."""
    item = (await judged(provider, net, url, image=image))[url]
    assert isinstance(item, Evidence), item
    return item


def slug(item: Evidence | Pass | None) -> str:
    """Name the finding: the rule's slug, "ok", or "pass"."""
    if isinstance(item, Evidence):
        return item.rule.slug if item.rule else "ok"
    return "pass" if item else "ok"


def verdict_of(item: Evidence | None) -> Verdict:
    """Give the verdict that evidence carries; none is ok."""
    return item.rule.verdict if item and item.rule else Verdict.OK
