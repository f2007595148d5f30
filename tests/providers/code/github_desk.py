"""Asks the GitHub provider as the engine does; shared by its test files."""

from __future__ import annotations

from linkwarden.model import Evidence, Pass
from linkwarden.net import Net
from linkwarden.providers.code.github.provider import Github
from tests.links import answers_of, load, target

TOKEN = "good-token"
Answer = Evidence | Pass


class Desk:
    """Asks the provider as the engine does, and keeps its hints."""

    def __init__(self, net: Net, token: str | None = TOKEN) -> None:
        self.net = net
        self.hints: list[str] = []
        self.provider = load(Github, github_token=token, hint=self.hints.append)

    async def ask(self, *urls: str, images: tuple[str, ...] = ()) -> dict[str, Answer]:
        """Settle links and images in one call."""
        return await answers_of(self.provider, self.net, *urls, *(target(url, image=True) for url in images))

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
