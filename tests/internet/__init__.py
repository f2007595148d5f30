"""A fake internet on loopback: real host names, real TLS, real HTTP, time that does not pass, and a log.

``FakeInternet`` is the fixture ``internet`` of ``tests/conftest.py``; ``misbehave`` has servers with every known
bad habit, ``pictures`` has small valid images.
"""

from tests.internet.core import FakeInternet
from tests.internet.log import Attempt, Exchange, Lookup
from tests.internet.site import Handler, Site
from tests.internet.time import VirtualTime

__all__ = ["Attempt", "Exchange", "FakeInternet", "Handler", "Lookup", "Site", "VirtualTime"]
