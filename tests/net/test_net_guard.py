"""No request to a place inside: whatever the form of the address, and whoever leads there."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from linkwarden.net import Net, NetPolicy
from linkwarden.net.guard import BAD_PORTS, BlockedAddress, Guard
from linkwarden.wire import NetError, NetErrorKind, Request
from tests.internet import FakeInternet

INSIDE = [
    *("0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1"),
    *("172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.1"),
    *("203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "168.63.129.16"),
    *("::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1"),
    *("2002:7f00:1::", "2001::1", "2001:db8::1", "3fff::1", "5f00::1", "fc00::1", "fd00::1", "fe80::1", "fe80::1%eth0"),
    *("fec0::1", "ff02::1", "100::1"),
]
OUTSIDE = [
    *("8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "192.0.1.1", "223.255.255.255"),
    *("2606:4700::1", "2a00:1450:4001::1", "::ffff:8.8.8.8", "64:ff9b::808:808", "2001:200::1"),
]


@pytest.mark.parametrize("address", INSIDE)
def test_inside_addresses_are_refused(address: str) -> None:
    """Every special-purpose address, embedded IPv4 unwrapped, is refused by text and at the socket."""
    guard = Guard()
    assert not guard.may_connect(address)
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with pytest.raises(BlockedAddress) as caught:
        guard.socket_factory((family, socket.SOCK_STREAM, 0, "", (address, 80)))
    assert address not in str(caught.value)


@pytest.mark.parametrize("address", OUTSIDE)
def test_public_addresses_may_be_asked(address: str) -> None:
    """Ordinary addresses of both families pass."""
    assert Guard().may_connect(address)


def test_an_allowed_network_may_be_asked_and_nothing_else() -> None:
    """--allow-network opens exactly that network, IPv4-mapped forms included."""
    guard = Guard([ipaddress.ip_network("10.1.0.0/16")])
    assert guard.may_connect("10.1.2.3")
    assert guard.may_connect("::ffff:10.1.2.3")
    assert not guard.may_connect("10.2.0.1")
    assert not guard.may_connect("127.0.0.1")


URLS = [
    *("http://127.0.0.1/", "http://localhost/", "http://localhost./", "http://[::1]/", "http://[::ffff:127.0.0.1]/"),
    *(
        "http://0x7f.1/",
        "http://127.1/",
        "http://2130706433/",
        "http://0/",
        "http://①②⑦.⓪.⓪.①/",
        "http://127。0。0。1/",
    ),
    *("http://127.0.0.1./", "http://169.254.169.254/latest/meta-data/", "http://[64:ff9b::a9fe:a9fe]/"),
    *("http://user:pw@a.org/", "http://a.org:22/", "http://a.org:6667/", "http://168.63.129.16/"),
]


class Elsewhere(AbstractResolver):
    """Leads every name to the given addresses."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, _family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Give the addresses, whatever the name."""
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=0,
            )
            for address in self.addresses
        ]

    async def close(self) -> None:
        """Nothing to close."""


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every socket that is about to be connected in this test."""
    made: list[Any] = []
    real = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        made.append(address)
        real(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)
    return made


async def blocked(net: Net, url: str) -> NetError:
    """Fetch what must be blocked, and give the error."""
    with pytest.raises(NetError) as caught:
        await net.fetch(Request(url=url, purpose="page"))
    assert caught.value.kind is NetErrorKind.BLOCKED
    return caught.value


@pytest.mark.parametrize("url", URLS)
async def test_no_form_of_an_inside_address_gets_a_connection(url: str, connections: list[Any]) -> None:
    """By production policy, every notation that means this machine is refused before anything connects."""
    async with Net(NetPolicy(), resolver=Elsewhere("127.0.0.1")) as net:
        error = await blocked(net, url)
    assert connections == []
    assert "127.0.0.1" not in error.detail


@pytest.mark.parametrize("url", URLS)
async def test_no_redirect_leads_inside(internet: FakeInternet, url: str) -> None:
    """A redirect is guarded like a link; the hop before it is kept."""
    internet.site("a.org").redirect("/", url)
    internet.resolves_to("localhost", "127.0.0.1")
    async with internet.net() as net:
        error = await blocked(net, "http://a.org/")
    assert len(internet.log) == 1
    assert internet.log[0].host == "a.org"
    assert [hop.status for hop in error.hops] in ([301], [])


async def test_a_name_that_mixes_good_and_bad_addresses_is_refused(connections: list[Any]) -> None:
    """One inside address among public ones is enough: the name is not asked at all (DNS rebinding)."""
    async with Net(NetPolicy(), resolver=Elsewhere("8.8.8.8", "127.0.0.1")) as net:
        await blocked(net, "http://rebinding.example/")
    assert connections == []


async def test_the_socket_is_the_wall_when_the_resolver_lets_something_through(connections: list[Any]) -> None:
    """Even if a bad address got past the resolver, nothing connects to it."""
    async with Net(NetPolicy(), resolver=Elsewhere("127.0.0.1")) as net:
        net._transport.resolver._guard = Guard([ipaddress.ip_network("127.0.0.0/8")])
        await blocked(net, "http://leak.example/")
    assert connections == []


async def test_the_fake_internet_is_refused_without_permission(internet: FakeInternet) -> None:
    """The permission of the test network is an argument; without it the guard refuses the very same hosts."""
    internet.site("a.org").page("/", "hi")
    async with internet.net(allow_networks=()) as net:
        await blocked(net, "http://a.org/")
    assert internet.log == []


def test_bad_ports_are_those_of_the_fetch_standard() -> None:
    """Mail, chat, databases: a request there could be taken for a command. 80, 443 and 8080 are no such ports."""
    assert {22, 25, 53, 110, 143, 465, 587, 993, 995, 6000, 6665, 6669, 10080} <= BAD_PORTS
    assert not {80, 443, 8000, 8080, 8443, 3000} & BAD_PORTS
