"""Fixtures for all tests: the fake internet, and the walls that keep tests away from the real one."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

from tests.internet import FakeInternet

if TYPE_CHECKING:
    from linkwarden.net import Net

settings.register_profile("ci", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("dev", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "dev")

_SCRUBBED = ("GITHUB_", "GH_", "LINKWARDEN_", "ACTIONS_", "RUNNER_")
_SCRUBBED_NAMES = frozenset(
    {"CI", "NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "LINES", "SSL_CERT_FILE"}
    | {"SSL_CERT_DIR", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SOURCE_DATE_EPOCH"}
)


@pytest.fixture
async def internet() -> AsyncIterator[FakeInternet]:
    """A fresh fake internet; the test's event loop lives in its virtual time."""
    async with FakeInternet() as world:
        yield world


@pytest.fixture
async def net(internet: FakeInternet) -> AsyncIterator[Net]:
    """A real Net with default policy on the fake internet."""
    async with internet.net() as client:
        yield client


@pytest.fixture(autouse=True)
def _scrubbed_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide from every test what the machine's environment says about tokens, proxies, colours and CI."""
    for name in list(os.environ):
        if name.startswith(_SCRUBBED) or name.upper() in _SCRUBBED_NAMES:
            monkeypatch.delenv(name)


class OutsideError(AssertionError):
    """A test tried to reach the real network."""


@pytest.fixture(autouse=True, scope="session")
def _no_real_network() -> Iterator[None]:
    """Let sockets connect to loopback only; "no route to host" for TEST-NET-1, an error of the test for the rest."""
    real = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def connect(self: socket.socket, address: Any) -> None:
        _require_loopback(self, address)
        real[0](self, address)

    def connect_ex(self: socket.socket, address: Any) -> int:
        _require_loopback(self, address)
        return real[1](self, address)

    def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host not in (None, "", "localhost") and not _is_address(host):
            raise OutsideError(f"a test asked the real resolver for {host!r}")
        return real[2](host, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect)
        patch.setattr(socket.socket, "connect_ex", connect_ex)
        patch.setattr(socket, "getaddrinfo", getaddrinfo)
        yield


def _is_address(host: Any) -> bool:
    try:
        ipaddress.ip_address(host.decode() if isinstance(host, bytes) else host)
    except ValueError:
        return False
    return True


def _require_loopback(sock: socket.socket, address: Any) -> None:
    if sock.family not in (socket.AF_INET, socket.AF_INET6):
        return
    target = ipaddress.ip_address(address[0])
    if target in ipaddress.ip_network("192.0.2.0/24"):
        raise OSError(113, "No route to host")
    if not target.is_loopback:
        raise OutsideError(f"a test tried to connect to {target}")
