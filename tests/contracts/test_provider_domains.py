"""What a provider says about where its addresses lie is true: nothing that it would claim is kept from it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from linkwarden import rules
from linkwarden.model import Markup
from linkwarden.providers import Provider
from linkwarden.text import domains_of, host_of, is_http
from linkwarden.url import plain_host
from tests.links import load, target
from tests.shared import SHARED

EVERY = rules.provider_classes()
PROVIDERS = [cls for cls in EVERY if cls.domains is not None]
ADDRESS = re.compile(r"""https?://[^\s)"'<>\]]+""")


def addresses() -> set[str]:
    """Collect every address at hand: the providers' examples, the shared lists, vectors and facts, and the tests."""
    found = {example.url for cls in rules.provider_classes() for example in cls.examples if is_http(example.url)}
    files = [*SHARED.glob("lists/*"), *SHARED.glob("facts/*"), *Path(__file__).parents[1].rglob("*.py")]
    for file in files:
        found.update(ADDRESS.findall(file.read_text("utf-8")))
    for file in SHARED.glob("vectors/*.json"):
        found.update(ADDRESS.findall(json.dumps(json.loads(file.read_text("utf-8")))))
    return found


ADDRESSES = addresses()


@pytest.mark.parametrize("cls", PROVIDERS, ids=lambda cls: cls.name)
def test_claims_nothing_outside_its_domains(cls: type[Provider], tmp_path: Path) -> None:
    """Of all addresses at hand, a provider claims only such as lie in its domains."""
    provider = load(cls, root=tmp_path)
    assert cls.domains is not None
    claimed = 0
    for url in ADDRESSES:
        for markup in (Markup.MD_LINK, Markup.MD_IMAGE):
            if provider.claim(target(url, markup=markup)) is not None:
                claimed += 1
                assert not cls.domains.isdisjoint(domains_of(host_of(url))), url
    assert claimed


@pytest.mark.parametrize("cls", PROVIDERS, ids=lambda cls: cls.name)
def test_domains_are_written_as_hosts_are_compared(cls: type[Provider]) -> None:
    """Lower case and without scheme, port or dots at the ends; otherwise no host would ever lie in them."""
    for domain in cls.domains or ():
        assert host_of(f"https://{domain}/") == domain


@pytest.mark.parametrize("cls", EVERY, ids=lambda cls: cls.name)
def test_claims_nothing_where_it_does_not_look(cls: type[Provider], tmp_path: Path) -> None:
    """On a host at which a provider does not look it claims no address at hand; nor any link without a host."""
    provider = load(cls, root=tmp_path)
    for url in (
        *ADDRESSES,
        "#models",
        "docs/setup.md",
        "mailto:a@b.example",
        "www.a.com/u",
        "",
        "//a.com/b",
        "htps://a.com",
    ):
        host = plain_host(url) or None if is_http(url) else ""
        if host is None or provider.looks_at(host):
            continue
        for markup in (Markup.MD_LINK, Markup.MD_IMAGE):
            assert provider.claim(target(url, markup=markup)) is None, url
