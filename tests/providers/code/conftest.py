"""What the tests of the GitHub provider share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from linkwarden.net import Net
from tests.internet import FakeInternet
from tests.internet.github import FakeGithub
from tests.providers.code.github_desk import Desk


@pytest.fixture
def github(internet: FakeInternet) -> Iterator[FakeGithub]:
    """GitHub on the fake internet; every query must have fitted its schema."""
    fake = FakeGithub(internet)
    yield fake
    assert fake.defects == []


@pytest.fixture
def desk(net: Net, github: FakeGithub) -> Desk:
    """Somebody with a token."""
    return Desk(net, github.token)
