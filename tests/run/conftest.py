"""What the tests of runs share."""

import pytest

from linkwarden.run import entries


@pytest.fixture(params=[entries.AT_HAND, 0], ids=["at hand", "packed"])
def wherever_links_lie(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a test run twice: with all links in memory, and with all that are settled in a temporary file."""
    monkeypatch.setattr(entries, "AT_HAND", request.param)
