"""When it is our own network that is down."""

from __future__ import annotations

from typing import cast

from linkwarden.net import Net
from linkwarden.net.client import Connectivity
from linkwarden.run.outage import Outage
from linkwarden.wire import NetErrorKind


class Dark:
    """A network on which nothing can be looked up."""

    def __init__(self) -> None:
        self.failures = {NetErrorKind.UNREACHABLE: 20}

    def connectivity(self) -> Connectivity:
        """Return that no host has answered."""
        return Connectivity(sum(self.failures.values()), 0, self.failures)

    async def dns_works(self) -> bool:
        """Return that it does not; meanwhile, one host fails in another way."""
        self.failures[NetErrorKind.TLS_HOSTNAME] = 1
        return False


async def test_what_a_run_was_given_up_for_stays_its_reason() -> None:
    """The links that were not checked for an outage are not said to be gone because of what comes in later."""
    net = Dark()
    outage = Outage(cast("Net", net), net.connectivity)

    outage.look()
    await outage.certain.wait()

    assert await outage.happened()
    assert outage.suspected
