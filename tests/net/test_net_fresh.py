"""A fresh ask: over a new connection, with nothing remembered of a dead host, and with the same manners."""

from __future__ import annotations

import pytest
from aiohttp import web

from linkwarden.net import Net
from linkwarden.wire import NetError, NetErrorKind, Request, Response
from tests.internet import FakeInternet

PLACE = "https://a.example/"


def ask(*, fresh: bool = True, attempts: int | None = 1) -> Request:
    """Make a question for the page."""
    return Request(url=PLACE, purpose="page", fresh=fresh, attempts=attempts)


async def kind_of(net: Net, question: Request) -> NetErrorKind | int:
    """Give the kind of failure, or the status where there is an answer."""
    try:
        answer: Response = await net.fetch(question)
    except NetError as error:
        return error.kind
    return answer.status


async def test_a_name_that_came_back_is_found(internet: FakeInternet, net: Net) -> None:
    """An ordinary ask is told from memory that there is no such name; a fresh one looks it up."""
    internet.site("a.example").page("/", "x")
    internet.dns("a.example", "nxdomain", times=1)

    assert await kind_of(net, ask(fresh=False)) is NetErrorKind.NXDOMAIN
    assert await kind_of(net, ask(fresh=False)) is NetErrorKind.NXDOMAIN
    assert await kind_of(net, ask()) == 200
    assert await kind_of(net, ask(fresh=False)) == 200


async def test_a_port_that_opened_again_is_found(internet: FakeInternet, net: Net) -> None:
    """A host that was given up after refusing connections is tried once more."""
    internet.refuse("a.example", times=2).page("/", "x")

    assert await kind_of(net, ask(fresh=False, attempts=3)) is NetErrorKind.REFUSED
    assert internet.attempts_at("a.example") == 2
    assert await kind_of(net, ask()) == 200


async def test_a_host_that_is_still_dead_costs_one_attempt(internet: FakeInternet, net: Net) -> None:
    """A fresh ask makes one attempt, and closes the host again for whoever comes after."""
    internet.refuse("a.example")
    await kind_of(net, ask(fresh=False, attempts=3))
    before = internet.attempts_at("a.example")

    assert await kind_of(net, ask()) is NetErrorKind.REFUSED
    assert await kind_of(net, ask(fresh=False)) is NetErrorKind.REFUSED
    assert internet.attempts_at("a.example") == before + 1


async def test_a_bad_certificate_is_looked_at_again(internet: FakeInternet, net: Net) -> None:
    """What was remembered of a certificate is not taken for the answer."""
    internet.tls("a.example", "expired").page("/", "x")

    assert await kind_of(net, ask(fresh=False)) is NetErrorKind.TLS_EXPIRED
    before = internet.attempts_at("a.example")
    assert await kind_of(net, ask()) is NetErrorKind.TLS_EXPIRED
    assert internet.attempts_at("a.example") == before + 1


async def test_the_connection_is_new_and_the_name_looked_up(internet: FakeInternet, net: Net) -> None:
    """Each fresh ask connects and looks the name up; ordinary ones share a connection and what was looked up."""
    internet.site("a.example").page("/", "x")
    for _ in range(3):
        await kind_of(net, ask(fresh=False))
    assert internet.attempts_at("a.example") == 1
    assert len(internet.lookups) == 1

    for _ in range(2):
        assert await kind_of(net, ask()) == 200

    assert internet.attempts_at("a.example") == 3
    assert len(internet.lookups) == 3


async def test_who_asked_to_be_left_alone_is_left_alone(internet: FakeInternet, net: Net) -> None:
    """A cool-down that is longer than the run's patience binds a fresh ask as well."""

    async def later(_request: web.Request) -> web.Response:
        return web.Response(status=429, headers={"Retry-After": "7200"})

    internet.site("a.example").handle("/", later)

    assert await kind_of(net, ask(fresh=False)) is NetErrorKind.COOLDOWN
    assert await kind_of(net, ask()) is NetErrorKind.COOLDOWN
    assert len(internet.log) == 1


async def test_redirects_of_a_fresh_ask_are_fresh(internet: FakeInternet, net: Net) -> None:
    """The host that a redirect leads to is looked up anew as well."""
    internet.site("b.example").redirect("/", PLACE)
    internet.site("a.example").page("/", "x")
    internet.dns("a.example", "nxdomain", times=1)
    await kind_of(net, ask(fresh=False))

    answer = await net.fetch(Request(url="https://b.example/", purpose="page", fresh=True))

    assert answer.url == PLACE


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1"])
async def test_the_guard_stands_before_a_fresh_ask(internet: FakeInternet, address: str) -> None:
    """A fresh ask reaches no place inside either, whether named by address or by name."""
    internet.resolves_to("a.example", address)

    async with internet.net(allow_networks=()) as net:
        for url in (PLACE, f"http://{address}/"):
            assert await kind_of(net, Request(url=url, purpose="page", fresh=True)) is NetErrorKind.BLOCKED
    assert internet.attempts == []
