"""How a test makes links, lets one provider settle them, and reads what it said."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from linkwarden.model import Claim, Evidence, Markup, Occurrence, Pass, Span, Target, Verdict
from linkwarden.net import Net
from linkwarden.providers import LoadContext, Provider
from linkwarden.text import is_http

_P = TypeVar("_P", bound=Provider)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def target(url: str, *, image: bool = False, markup: Markup | None = None, text: str = "", context: str = "") -> Target:
    """Return the target of a URL that stands once in a README: as a link, as an image, or as ``markup`` says."""
    written = markup or (Markup.HTML_IMG if image else Markup.MD_LINK)
    span = Span("README.md", 1, 1, 1, 1 + len(url), 0, len(url))
    where = Occurrence(url=url, raw=url, markup=written, span=span, text=text, context=context)
    return Target(key=url, url=url, address=url if is_http(url) else None, path="README.md", occurrences=(where,))


def claim(url: str, *, image: bool = False, provider: str = "test") -> Claim:
    """Return a claim on a URL by some provider."""
    return Claim(provider, target(url, image=image), url.partition("#")[0])


def load(cls: type[_P], **context: Any) -> _P:
    """Return a provider as a run makes it; ``context`` are fields of ``LoadContext``."""
    made = cls.load(LoadContext(**{"root": Path(), **context}))
    assert isinstance(made, Provider), made
    return made


async def answers_of(
    provider: Provider | type[Provider],
    net: Net,
    *links: str | Target,
    image: bool = False,
    now: datetime = NOW,
) -> dict[str, Evidence | Pass]:
    """Let a provider settle links in one call, each of which it must claim; return what it says of each URL."""
    made = provider if isinstance(provider, Provider) else load(provider)
    claims = []
    for link in links:
        wanted = target(link, image=image) if isinstance(link, str) else link
        ident = made.claim(wanted)
        assert ident is not None, wanted.url
        claims.append(Claim(made.name, wanted, ident))
    items = [item async for item in made.check(claims, net, now)]
    assert Counter(item.key for item in items) == Counter({claim.target.key for claim in claims})
    return {item.key: item for item in items}


async def evidence_of(
    provider: Provider | type[Provider], net: Net, link: str | Target, *, image: bool = False, now: datetime = NOW
) -> Evidence:
    """Let a provider settle one link, which it must not pass on; return what it says."""
    (item,) = (await answers_of(provider, net, link, image=image, now=now)).values()
    assert isinstance(item, Evidence), item
    return item


def slug(item: Evidence | Pass | None) -> str:
    """Return an answer in one word: the name of its rule, ``ok`` or ``pass``."""
    if isinstance(item, Evidence):
        return item.rule.slug if item.rule else "ok"
    return "pass" if item else "ok"


def verdict_of(item: Evidence | None) -> Verdict:
    """Return the verdict that evidence carries; none is ok."""
    return item.rule.verdict if item and item.rule else Verdict.OK
