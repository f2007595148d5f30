"""Asks an ordinary host for one link, unless the links before it have shown that a bot wall would answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from linkwarden.providers._walls import wall_of
from linkwarden.text import host_of
from linkwarden.wire import NetError, NetErrorKind, Response

if TYPE_CHECKING:
    from linkwarden.net import Net


async def visit(provider: str, address: str, net: Net, fetch: Callable[[], Awaitable[Response]]) -> Response:
    """Give the answer for a link (see ``linkwarden.net.walls`` for who is asked and who is not).

    Args:
        provider: the name of the provider that asks.
        address: the link's own address.
        net: the run's network.
        fetch: asks.

    Raises:
        NetError: there was no answer. GIVEN_UP with a status means that nobody was asked, because of a bot wall;
            its ``detail`` is then the wall's name.
    """
    with net.walls.visit(provider, address) as link:
        wall = await link.wall()
        if wall is not None:
            raise NetError(NetErrorKind.GIVEN_UP, wall.name, host=host_of(address), status=wall.status)
        response = await fetch()
        if link.is_scout and _bare_host(response.url) == _bare_host(address):
            name = wall_of(response)
            if name is not None:
                link.meets(name, response.status)
        return response


def _bare_host(url: str) -> str:
    return host_of(url).removeprefix("www.")
