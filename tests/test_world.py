"""The world of ``ml-papers.md`` answers every address of the list, in health and in illness."""

from __future__ import annotations

import asyncio
from collections import Counter
from urllib.parse import urlsplit

import aiohttp
import pytest
from yarl import URL

from linkwarden.model import Verdict
from tests.internet import FakeInternet, world_registries
from tests.internet.world import OFFLINE, World
from tests.internet.world_hosts import BROKEN, EXPIRED, FINE, MOVED, Address
from tests.internet.world_ills import CONNECT_ILLS, DNS_ILLS, TLS_ILLS
from tests.shared import needs_shared

pytestmark = needs_shared


@pytest.fixture
def world(internet: FakeInternet) -> World:
    """The world, without latency."""
    return World(internet)


async def test_every_address_of_the_list_is_expected(world: World) -> None:
    """532 URLs in total, 188 of them pictures (two more ``src`` are empty), and each has a right verdict."""
    assert len(world.addresses) == 532
    assert sum(address.image for address in world.addresses) == 187
    assert world.expected.keys() == {address.url for address in world.addresses} | OFFLINE.keys()
    assert all(world.expected.values())


async def test_there_is_something_of_everything(world: World) -> None:
    """Most of the list is fine, the 21 signed addresses are expired, and each kind of illness occurs."""
    only = Counter(next(iter(right)) for right in world.expected.values() if len(right) == 1)
    assert only[Verdict.EXPIRED] == 21
    assert only[Verdict.OK] > 330
    for verdict, least in ((Verdict.BROKEN, 40), (Verdict.MOVED, 5), (Verdict.DEGRADED, 5), (Verdict.UNVERIFIED, 8)):
        assert only[verdict] >= least
    assert world.ill(EXPIRED) < world.ill(EXPIRED | BROKEN)


async def test_every_seeded_illness_hits_the_list(world: World) -> None:
    """No seed misses: each host and each registry entry that is seeded stands in the list."""
    hosts = {address.host for address in world.addresses}
    assert {*DNS_ILLS, *TLS_ILLS, *CONNECT_ILLS} <= hosts
    text = world.list.read_text(encoding="utf-8")
    papers = (
        *world_registries.PAPERS_UNKNOWN,
        world_registries.PAPER_WITHDRAWN,
        world_registries.PAPER_WITHOUT_VERSION,
    )
    repositories = (*world_registries.REPOSITORIES_ARCHIVED, *world_registries.REPOSITORIES_RENAMED)
    walled = (world_registries.SCHOLAR_UNKNOWN, world_registries.SCHOLAR_MERGED, world_registries.PII)
    documents = (*world_registries.IEEE_TITLES, world_registries.ACM_TITLE[0].rpartition("/")[2])
    gone = (world_registries.REPOSITORY_GONE, world_registries.FILE_GONE)
    for seed in (*papers, *repositories, *walled, *documents, *gone):
        assert seed in text


async def test_a_patient_browser_sees_what_the_world_says(internet: FakeInternet, world: World) -> None:
    """Whatever must be fine or moved gives a person with a browser what the list promises, and what is broken fails."""
    asked = [a for a in world.addresses if a.host not in ("arxiv.org", "github.com", "doi.org")]
    sure = [a for a in asked if world.expected[a.url] in (FINE, MOVED, FINE | MOVED, BROKEN, EXPIRED)]
    connector = aiohttp.TCPConnector(resolver=internet.resolver(), ssl=internet.ssl_context(), limit=20)
    async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=100)) as browser:

        async def healthy(address: Address) -> bool:
            for _ in range(3):
                outcome = await _look(browser, address)
                if outcome:
                    return True
                await internet.time.sleep(40)
            return False

        outcomes = await asyncio.gather(*map(healthy, sure))
    walled = {  # registries know the papers
        "onlinelibrary.wiley.com",
        "www.biorxiv.org",
        "www.semanticscholar.org",
        "www.sciencedirect.com",
        "www.ncbi.nlm.nih.gov",
        "ieeexplore.ieee.org",
        "dl.acm.org",
    }
    wrong = [
        (address.url, seen)
        for address, seen in zip(sure, outcomes, strict=True)
        if seen == (world.expected[address.url] in (BROKEN, EXPIRED)) and address.host not in walled
    ]
    assert not wrong


async def _look(browser: aiohttp.ClientSession, address: Address) -> bool:
    """Tell whether a browser shows what the address promises."""
    try:
        async with browser.get(URL(address.url, encoded=True)) as answer:
            head = await answer.content.read(1000)
            if answer.status != 200:
                return False
    except (aiohttp.ClientError, TimeoutError):
        return False
    is_page = head.lstrip().lower().startswith((b"<!doctype", b"<html", b"%pdf"))
    return bool(head) and is_page != address.image


async def test_without_a_token_less_is_demanded(internet: FakeInternet) -> None:
    """An archived repository may go unnoticed without a token, not with one."""
    url = f"https://github.com/{world_registries.REPOSITORIES_ARCHIVED[0]}"
    assert World(internet).expected[url] == {Verdict.DEGRADED}
    assert World(internet, token=False).expected[url] == {Verdict.DEGRADED, Verdict.OK}


async def test_wrong_and_missing_verdicts_are_named(world: World) -> None:
    """``wrong`` says nothing of right verdicts, and names wrong and missing ones with what would be right."""
    judged = {url: str(min(right)) for url, right in world.expected.items()}
    assert world.wrong(judged) == {}
    del judged["#overview"]
    judged["https://efemarai.com/"] = "ok"
    assert world.wrong(judged) == {"#overview": (None, ["broken"]), "https://efemarai.com/": ("ok", ["broken"])}
    assert urlsplit("https://efemarai.com/").hostname in DNS_ILLS
