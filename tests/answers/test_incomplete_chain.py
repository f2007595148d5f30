"""Behind an incomplete certificate chain the page is looked at all the same."""

from __future__ import annotations

import pytest

from linkwarden.model import Verdict
from linkwarden.net import Net
from linkwarden.providers.web.page import WebProvider
from tests.internet import FakeInternet
from tests.links import evidence_of, slug, verdict_of


@pytest.mark.parametrize(
    ("status", "expected", "rule"),
    [
        (200, Verdict.DEGRADED, "certificate-chain-incomplete"),
        (404, Verdict.BROKEN, "not-found"),
        (403, Verdict.UNVERIFIED, "access-refused"),
    ],
)
async def test_the_status_decides_and_the_chain_is_a_remark(
    internet: FakeInternet, net: Net, status: int, expected: Verdict, rule: str
) -> None:
    """A page that is there is degraded; one that is not is broken, whatever its certificate."""
    internet.tls("a.org", "incomplete").page("/x", "<title>A page</title> with some words", status=status)

    evidence = await evidence_of(WebProvider, net, "https://a.org/x")

    assert (verdict_of(evidence), slug(evidence)) == (expected, rule)
    assert any("certificate chain" in fact.what for fact in evidence.facts)
