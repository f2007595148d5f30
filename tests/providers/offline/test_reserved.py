"""Hosts that are reserved for examples: nobody's pages, so they are left out."""

from __future__ import annotations

from pathlib import Path

import pytest

import linkwarden
from linkwarden.model import Verdict
from linkwarden.providers.offline.reserved import ReservedProvider
from tests.internet import FakeInternet
from tests.links import load, target

RESERVED = (
    "https://example.com",
    "http://example.net:8080/a?b=c#d",
    "https://EXAMPLE.org./",
    "https://www.example.com/pic.png",
    "https://a.b.c.example.org/",
    "https://user:secret@example.com/",
    "https://linkwarden.example/",
    "https://example/",
    "https://my-site.test/x",
    "https://gone.invalid/",
    "http://192.0.2.1/",
    "http://198.51.100.255:81/",
    "http://203.0.113.7/",
    "http://[2001:db8::1]/",
    "http://[2001:DB8:ffff::]:8080/x",
    "http://[3fff:fff::1]/",
)
OTHERS = (
    "https://example.io/",
    "https://example.com.io/",
    "https://my-example.com/",
    "https://notexample.org/",
    "https://examples.com/",
    "https://www.test.com/",
    "https://test.io/example.com/",
    "https://io/?u=https://example.com",
    "https://attest/",
    "http://192.0.3.1/",
    "http://203.0.112.7/",
    "http://[2001:db9::1]/",
    "http://localhost:3000/",
    "http://app.localhost/",
    "http://1.2.3.4.5/",
    "mailto:me@example.com",
    "example.com",
    "#example.com",
)


@pytest.mark.parametrize("image", [False, True])
@pytest.mark.parametrize("url", RESERVED)
def test_reserved_hosts_are_left_out(url: str, image: bool, tmp_path: Path) -> None:  # noqa: FBT001 - a parameter
    """As link and as image, without a request; the run does not fail for them."""
    (tmp_path / "a.md").write_text(f"# A\n\n[a](#a) {'!' if image else ''}[x](<{url}>)\n", "utf-8")

    run = linkwarden.check(tmp_path / "a.md", archive=False)

    (result,) = (result for result in run.results if result.target.url != "#a")
    rule = result.judgement.rule
    assert (result.judgement.verdict, rule and rule.code) == (Verdict.IGNORED, "LW140")
    assert (run.exit_code, run.requests) == (0, 0)


@pytest.mark.parametrize("url", OTHERS)
def test_others_are_none_of_ours(url: str) -> None:
    """Names that only look like them, what stands in a path, and localhost, about which others know more."""
    assert load(ReservedProvider).claim(target(url)) is None


def test_an_address_in_an_allowed_network_is_checked() -> None:
    """Somebody uses it after all, and says so."""
    provider = load(ReservedProvider, allow_networks=("192.0.2.0/25",))

    assert provider.claim(target("http://192.0.2.1/")) is None
    assert provider.claim(target("http://192.0.2.129/")) is not None


async def test_in_an_invented_network_they_may_lead_somewhere(internet: FakeInternet) -> None:
    """Saved responses (``calibrate``) and this fake internet have pages on such hosts."""
    internet.site("a.example").page("/", "<title>A</title> hello")
    async with internet.net() as net:
        assert net.is_invented
