"""No request to a place inside: whatever the form of the address, and whoever leads there."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from linkwarden.net import Net, NetPolicy
from linkwarden.net.guard import BAD_PORTS, BlockedAddress, Guard, GuardedResolver
from linkwarden.wire import NetError, NetErrorKind, Request
from tests.internet import FakeInternet

#: What the special-purpose registries of IANA keep from the public internet: first and last address of each network.
NETWORKS = [
    *[("0.0.0.0", "0.255.255.255"), ("10.0.0.0", "10.255.255.255"), ("100.64.0.0", "100.127.255.255")],
    *[("127.0.0.0", "127.255.255.255"), ("169.254.0.0", "169.254.255.255"), ("172.16.0.0", "172.31.255.255")],
    *[("192.0.0.0", "192.0.0.255"), ("192.0.2.0", "192.0.2.255"), ("192.88.99.0", "192.88.99.255")],
    *[("192.168.0.0", "192.168.255.255"), ("198.18.0.0", "198.19.255.255"), ("198.51.100.0", "198.51.100.255")],
    *[("203.0.113.0", "203.0.113.255"), ("224.0.0.0", "255.255.255.255"), ("168.63.129.16", "168.63.129.16")],
    *[("::", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), ("4000::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")],
    *[("2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff")],
    *[("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff")],
    *[("2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), ("3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff")],
]
INSIDE = [
    *dict.fromkeys(address for network in NETWORKS for address in network),
    *("10.1.2.3", "127.0.0.1", "169.254.169.254", "192.168.1.1", "240.0.0.1"),
    *("::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b::127.0.0.1"),
    *("64:ff9b:1::1", "64:ff9b::1:8.8.8.8", "2002:7f00:1::", "5f00::1", "fc00::1", "fd00::1", "fe80::1"),
    *("fe80::1%eth0", "fec0::1", "ff02::1", "100::1", "::8.8.8.8"),
]
#: The neighbours of those networks, and others.
OUTSIDE = [
    *("1.0.0.0", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0"),
    *("169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "191.255.255.255", "192.0.1.0", "192.0.3.0"),
    *("192.0.1.255", "192.88.98.255", "192.88.100.0", "192.167.255.255", "192.169.0.0", "198.17.255.255"),
    *("198.20.0.0", "198.51.99.255", "198.51.101.0", "203.0.112.255", "203.0.114.0", "223.255.255.255"),
    *("168.63.129.15", "168.63.129.17", "8.8.8.8", "1.1.1.1"),
    *("2000::", "2001:200::", "2001:db7:ffff::", "2001:db9::", "2001:ffff:ffff::", "2003::", "3ffe:ffff::"),
    *("3fff:1000::", "3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2606:4700::1", "2a00:1450:4001::1"),
    *("::ffff:8.8.8.8", "64:ff9b::808:808"),
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
def test_public_addresses_are_reached(address: str) -> None:
    """Ordinary addresses of both families pass."""
    assert Guard().may_connect(address)


@given(st.ip_addresses())
def test_every_address_is_judged_by_its_network(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    """Refused is what lies in one of the networks, embedded IPv4 unwrapped, and nothing else."""
    plain: ipaddress.IPv4Address | ipaddress.IPv6Address = ip
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            plain = ip.ipv4_mapped
        elif ip in ipaddress.ip_network("64:ff9b::/96"):
            plain = ipaddress.IPv4Address(ip.packed[-4:])
    ranges = ((ipaddress.ip_address(first), ipaddress.ip_address(last)) for first, last in NETWORKS)
    inside = any(int(first) <= int(plain) <= int(last) for first, last in ranges if first.version == plain.version)
    assert Guard().may_connect(str(ip)) is not inside


def test_an_allowed_network_is_reached_and_nothing_else() -> None:
    """--allow-network opens exactly that network, IPv4-mapped forms included."""
    guard = Guard([ipaddress.ip_network("10.1.0.0/16")])
    assert guard.may_connect("10.1.2.3")
    assert guard.may_connect("::ffff:10.1.2.3")
    assert not guard.may_connect("10.2.0.1")
    assert not guard.may_connect("127.0.0.1")
    assert not guard.may_connect("::a01:203")
    assert guard.may_connect("8.8.8.8")
    assert not Guard([ipaddress.ip_network("fd00::/8")]).may_connect("10.1.2.3")
    assert Guard([ipaddress.ip_network("10.9.0.0/16"), ipaddress.ip_network("fd00::/8")]).may_connect("fd12::1%eth0")


@pytest.mark.parametrize(
    ("url", "refused"),
    [
        ("http://a.org/", False),
        ("http://a.org./", False),
        ("http://a.org:8080/", False),
        ("http://a.org:22/", True),
        ("http://a.org:0/", True),
        ("http://8.8.8.8/", False),
        ("http://8.8.8.8./", False),
        ("http://10.0.0.1/", True),
        ("http://10.0.0.1./", True),
        ("http://[::1]/", True),
        ("http://[2606:4700::1]/", False),
        # Names that end in a digit are names; what they lead to is known when they are looked up.
        ("http://host1/", False),
        ("http://a.web3/", False),
        ("http://a.web3./", False),
    ],
)
def test_what_the_text_of_a_url_forbids(url: str, *, refused: bool) -> None:
    """Bad ports and inside addresses need no look-up."""
    guard = Guard()
    if not refused:
        guard.check_url(URL(url))
        return
    with pytest.raises(NetError) as caught:
        guard.check_url(URL(url))
    error = caught.value
    assert (error.kind, error.host) == (NetErrorKind.BLOCKED, URL(url).raw_host)
    port = URL(url).explicit_port
    assert error.detail == (
        "the host leads to an address that is not on the public internet"
        if port is None
        else f"port {port} belongs to another service than the web"
    )


def test_the_socket_is_ready_for_asyncio() -> None:
    """A socket to a public address: of the family and kind that were asked for, and not blocking."""
    info = (socket.AF_INET6, socket.SOCK_DGRAM, 0, "", ("2606:4700::1", 443, 0, 0))
    with Guard().socket_factory(info) as sock:
        assert (sock.family, sock.type & 0xF, sock.getblocking()) == (socket.AF_INET6, socket.SOCK_DGRAM, False)


class TestResolver:
    """Names are refused for a single bad address."""

    async def test_good_names(self) -> None:
        """What the inner resolver gives is given."""
        inner = Elsewhere("8.8.8.8", "2606:4700::1")
        found = await GuardedResolver(inner, Guard()).resolve("a.org", 443)
        assert [(entry["host"], entry["port"]) for entry in found] == [("8.8.8.8", 443), ("2606:4700::1", 443)]

    @pytest.mark.parametrize("addresses", [("10.0.0.1",), ("8.8.8.8", "10.0.0.1"), ("::1", "8.8.8.8")])
    async def test_bad_names(self, addresses: tuple[str, ...]) -> None:
        """One is enough; the message does not name it."""
        with pytest.raises(BlockedAddress, match="not on the public internet") as caught:
            await GuardedResolver(Elsewhere(*addresses), Guard()).resolve("a.org")
        assert addresses[0] not in str(caught.value)

    async def test_it_passes_everything_on(self) -> None:
        """Host, port and family go to the inner resolver, which is closed with it."""
        seen: list[object] = []

        class Inner(Elsewhere):
            async def resolve(
                self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
            ) -> list[ResolveResult]:
                seen.append((host, port, family))
                return []

            async def close(self) -> None:
                seen.append("closed")

        resolver = GuardedResolver(Inner(), Guard())
        assert await resolver.resolve("a.org", 80, socket.AF_INET6) == []
        await resolver.resolve("b.org")
        await resolver.close()
        assert seen == [("a.org", 80, socket.AF_INET6), ("b.org", 0, socket.AF_UNSPEC), "closed"]


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


@pytest.mark.parametrize("url", [url for url in URLS if "@" not in url])
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
    """Mail, chat, databases: a request there could be taken for a command ("bad port", Fetch standard)."""
    listed = """
        0 1 7 9 11 13 15 17 19 20 21 22 23 25 37 42 43 53 69 77 79 87 95 101 102 103 104 109 110 111 113 115 117 119
        123 135 137 139 143 161 179 389 427 465 512 513 514 515 526 530 531 532 540 548 554 556 563 587 601 636 989
        990 993 995 1719 1720 1723 2049 3659 4045 4190 5060 5061 6000 6566 6665 6666 6667 6668 6669 6679 6697 10080
    """
    assert {int(port) for port in listed.split()} == BAD_PORTS
    assert not {80, 443, 8000, 8080, 8443, 3000} & BAD_PORTS
