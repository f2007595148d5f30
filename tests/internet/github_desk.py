"""Asks the GitHub provider as the engine does; shared by its test files."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from linkwarden.model import Claim, Evidence, Markup, Occurrence, Pass, Span, Target
from linkwarden.net import Net
from linkwarden.providers.base import LoadContext
from linkwarden.providers.code.github.provider import Github

NOW = datetime(2026, 11, 22, tzinfo=UTC)
TOKEN = "good-token"
Answer = Evidence | Pass


def target(url: str, *, image: bool = False) -> Target:
    """Make a target with one occurrence."""
    span = Span("README.md", 1, 1, 1, len(url) + 1, 0, len(url))
    markup = Markup.HTML_IMG if image else Markup.MD_LINK
    return Target(url, url, url, "README.md", (Occurrence(url, url, markup, span),))


class Desk:
    """Asks the provider as the engine does, and keeps its hints."""

    def __init__(self, net: Net, token: str | None = TOKEN) -> None:
        self.net = net
        self.hints: list[str] = []
        self.provider = Github(LoadContext(Path(), github_token=token, hint=self.hints.append))

    async def ask(self, *urls: str, images: tuple[str, ...] = ()) -> dict[str, Answer]:
        """Settle links; every one must get exactly one answer."""
        claims = []
        for link in (*(target(u) for u in urls), *(target(u, image=True) for u in images)):
            ident = self.provider.claim(link)
            assert ident is not None, link.url
            claims.append(Claim(self.provider.name, link, ident))
        answers = [answer async for answer in self.provider.check(claims, self.net, NOW)]
        assert Counter(c.target.key for c in claims) == Counter(a.key for a in answers)
        return {answer.key: answer for answer in answers}

    async def one(self, url: str, *, image: bool = False) -> Answer:
        """Settle one link."""
        answers = await (self.ask(images=(url,)) if image else self.ask(url))
        return answers[url]

    async def code(self, url: str) -> str | None:
        """Settle one link and give the code of what was found; None is fine."""
        return code(await self.one(url))


def code(answer: Answer) -> str | None:
    """Give the code of evidence, which a Pass is not."""
    assert isinstance(answer, Evidence), answer
    return answer.rule.code if answer.rule else None


def suggested(answer: Answer) -> tuple[str, bool] | None:
    """Give the suggested address and whether it is safe."""
    assert isinstance(answer, Evidence), answer
    return (answer.suggestion.url, answer.suggestion.safe) if answer.suggestion else None
