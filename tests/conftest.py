"""Fixtures for all tests: the fake internet, and the walls that keep tests away from the real one."""

from __future__ import annotations

import inspect
import ipaddress
import os
import socket
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
from blockbuster import blockbuster_ctx
from hypothesis import HealthCheck, settings

from linkwarden._home import is_said_to_be
from tests.internet import FakeInternet

if TYPE_CHECKING:
    from linkwarden.net import Net

is_said_to_be("maker/linkwarden")  # wherever this clone comes from, if from anywhere

settings.register_profile("ci", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("dev", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "dev")

_SCRUBBED = ("GITHUB_", "GH_", "LINKWARDEN_", "ACTIONS_", "RUNNER_")
_SCRUBBED_NAMES = frozenset(
    {"CI", "NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "LINES", "SSL_CERT_FILE"}
    | {"TERM_PROGRAM", "FORCE_HYPERLINK", "VTE_VERSION", "CI_PROJECT_URL", "FORGEJO_ACTIONS", "GITEA_ACTIONS"}
    | {"SSL_CERT_DIR", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SOURCE_DATE_EPOCH"}
)


@pytest.fixture
async def internet() -> AsyncIterator[FakeInternet]:
    """A fresh fake internet; the test's event loop lives in its virtual time."""
    async with FakeInternet() as world:
        yield world
    assert not world.errors, "a handler of the fake internet failed"


@pytest.fixture
async def net(internet: FakeInternet) -> AsyncIterator[Net]:
    """A real Net with default policy on the fake internet."""
    async with internet.net() as client:
        yield client


@pytest.fixture(params=["single", "workers"])
def each_engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Run the test twice: with all requests made by one process, and by workers (``tests/workers.py``)."""
    engine: str = request.param
    if engine == "workers":
        from tests.workers import by_workers  # noqa: PLC0415 - few tests need it

        monkeypatch.setattr("linkwarden.run.dispatch.checker_for", by_workers)
    return engine


@pytest.fixture(autouse=True)
def _scrubbed_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide from every test what the machine's environment says about tokens, proxies, colours and CI."""
    for name in list(os.environ):
        if name.startswith(_SCRUBBED) or name.upper() in _SCRUBBED_NAMES:
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def _loop_is_never_blocked(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail an async test in which linkwarden blocks the event loop (file, socket, sleep, sqlite)."""
    if not inspect.iscoroutinefunction(getattr(request, "function", None)):
        yield
        return
    with blockbuster_ctx("linkwarden") as blocking:
        # A temporary database without a disk to wait for: some microseconds a link.
        for name in ("Connection.execute", "Connection.executemany", "Connection.rollback", "Cursor.fetchone"):
            blocking.functions[f"sqlite3.{name}"].can_block_in("linkwarden/run/shelf.py", {"get", "_opened", "_write"})
        yield


class OutsideError(AssertionError):
    """A test tried to reach the real network."""


_attempts: list[str] = []


@pytest.fixture(autouse=True)
def _stays_inside() -> Iterator[None]:
    """Fail a test that tried to reach the real network, even if somebody swallowed the error."""
    _attempts.clear()
    yield
    assert not _attempts, f"the real network was tried: {_attempts}"


@pytest.fixture(autouse=True, scope="session")
def _no_real_network() -> Iterator[None]:
    """Let sockets reach loopback only; all else is an error of the test."""
    real_connect, real_connect_ex, real_lookup = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def connect(self: socket.socket, address: Any) -> None:
        _require_loopback(self, address)
        real_connect(self, address)

    def connect_ex(self: socket.socket, address: Any) -> int:
        _require_loopback(self, address)
        return real_connect_ex(self, address)

    def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host not in (None, "", "localhost", b"localhost") and not _is_address(host):
            _refuse(f"name lookup of {host!r}")
        return real_lookup(host, *args, **kwargs)

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
    if not _is_address(address[0]):
        _refuse(f"connection to {address[0]!r}")
    target = ipaddress.ip_address(address[0])
    if not target.is_loopback:
        _refuse(f"connection to {target}")


def _refuse(what: str) -> NoReturn:
    _attempts.append(what)
    raise OutsideError(what)
