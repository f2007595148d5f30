"""Discord's invitations: valid, ending, or gone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web

from linkwarden.judge import Policy, judge
from linkwarden.model import Verdict
from linkwarden.net import Net
from linkwarden.providers.sites.discord import CANARY, Discord
from tests.internet import FakeInternet
from tests.links import NOW, evidence_of, slug


class FakeDiscord:
    """Installs itself on discord.com: invitations with the day of their end, or None; the rest is unknown."""

    def __init__(self, internet: FakeInternet) -> None:
        self.invites: dict[str, str | None] = {CANARY: None, "lasting": None, "ending": "2026-12-01T00:00:00+00:00"}
        self.always: web.Response | None = None
        internet.site("discord.com").handle("/api/v10/invites", self._invite)

    async def _invite(self, request: web.Request) -> web.StreamResponse:
        if self.always is not None:
            return self.always
        code = request.path.rpartition("/")[2]
        if code not in self.invites:
            return web.json_response({"message": "Unknown Invite", "code": 10006}, status=404)
        return web.json_response({"code": code, "guild": {"name": "A server"}, "expires_at": self.invites[code]})


@pytest.fixture
def discord(internet: FakeInternet) -> FakeDiscord:
    """Two valid invitations, of which one ends."""
    return FakeDiscord(internet)


@pytest.mark.usefixtures("discord")
@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://discord.gg/lasting", "ok"),
        ("https://discord.com/invite/ending", "discord-invite-ends"),
        ("https://discordapp.com/invite/gone", "discord-invite-gone"),
    ],
)
async def test_what_the_api_says(net: Net, url: str, expected: str) -> None:
    """The page would be 200 for all of them."""
    assert slug(await evidence_of(Discord, net, url)) == expected


@pytest.mark.usefixtures("discord")
async def test_an_end_is_a_finding_once_it_is_near(net: Net) -> None:
    """The day is known in advance, and the horizon is the user's."""
    found = await evidence_of(Discord, net, "https://discord.gg/ending")

    assert found.expires_at == datetime(2026, 12, 1, tzinfo=UTC)
    assert judge(found, [], Policy(NOW)).verdict is Verdict.EXPIRING
    soon = judge(found, [], Policy(NOW, timedelta(days=2)))
    assert (soon.verdict, soon.expires_at) == (Verdict.OK, found.expires_at)


async def test_without_the_canary_nobody_is_accused(net: Net, discord: FakeDiscord) -> None:
    """An API that knows no invitation at all has changed."""
    del discord.invites[CANARY]

    assert slug(await evidence_of(Discord, net, "https://discord.gg/gone")) == "registry-silent"


@pytest.mark.parametrize(
    "answer",
    [
        web.Response(status=404, text="<p>404", content_type="text/html"),
        web.Response(status=403),
        web.json_response({"message": "Unknown Guild", "code": 10004}, status=404),
        web.json_response({"expires_at": 5}),
    ],
)
async def test_other_answers_are_no_verdict(net: Net, discord: FakeDiscord, answer: web.Response) -> None:
    """Only the API's own word for an unknown invitation counts."""
    discord.always = answer

    assert slug(await evidence_of(Discord, net, "https://discord.gg/gone")) == "registry-silent"
