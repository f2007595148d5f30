"""Who is spared a bot wall depends on which answers the first links got, never on when they got them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkwarden.net.protected import PARTS, Block, ProtectedSites

WALL, OTHER = Block("Anubis", 200), Block("Akamai", 403)


async def go(
    sites: ProtectedSites, url: str, met: Block | None, delay: float = 0.0, kind: str = "web"
) -> Block | str | None:
    """Send one link on its way; give what it met, or that it was spared."""
    with sites.visit(kind, url) as visit:
        known = await visit.block()
        if known is not None:
            return f"spared: {known.name}"
        for _ in range(int(delay)):
            await asyncio.sleep(0)
        if met is not None:
            visit.meets(met.name, met.status)
        return met


async def go_all(
    sites: ProtectedSites, met: Sequence[tuple[str, Block | None]], delays: Sequence[float] = ()
) -> list[Block | str | None]:
    """Send links on their way at once, in order."""
    waits = [*delays, *[0.0] * len(met)]
    jobs = (go(sites, url, wall, waits[at]) for at, (url, wall) in enumerate(met))
    return await asyncio.wait_for(asyncio.gather(*jobs), 10)


def pages(number: int, folder: str = "article") -> list[str]:
    """Give addresses of one part of a site."""
    return [f"https://a.example/{folder}/{n}" for n in range(number)]


async def test_three_walls_spare_the_rest() -> None:
    """Of sixty links, three are asked."""
    got = await go_all(ProtectedSites(3), [(url, WALL) for url in pages(60)])
    assert got == [WALL] * 3 + ["spared: Anubis"] * 57


@pytest.mark.parametrize("at", [0, 1, 2])
@pytest.mark.parametrize("instead", [None, OTHER])
async def test_one_other_answer_among_the_first_three_and_all_are_asked(at: int, instead: Block | None) -> None:
    """A page that was seen, or another wall, shows that the site does not give everybody the same."""
    met: list[tuple[str, Block | None]] = [(url, WALL) for url in pages(60)]
    met[at] = (met[at][0], instead)
    assert not any(isinstance(item, str) for item in await go_all(ProtectedSites(3), met))


async def test_another_part_of_the_site_is_asked() -> None:
    """Walled articles do not hide a dead manual; nor do the walled pages of a site hide its PDFs, or its pictures."""
    sites = ProtectedSites(3)
    await go_all(sites, [(url, WALL) for url in pages(9)])
    assert await go(sites, "https://a.example/manual/1", None) is None
    assert await go(sites, "https://a.example/article/1.pdf", None) is None
    assert await go(sites, "https://a.example/article/10", None, kind="image") is None
    assert await go(sites, "https://b.example/article/10", None) is None
    assert await go(sites, "https://a.example/article/10?page=2#end", None) == "spared: Anubis"


async def test_what_fills_a_site_makes_no_parts() -> None:
    """Users, years and numbers are not how a site is built: their links are judged together."""
    urls = [f"https://a.example/@user{n}/post-{n}" for n in range(5)] + [f"https://a.example/{y}/x" for y in range(9)]
    got = await go_all(ProtectedSites(3), [(url, WALL) for url in urls])
    assert got.count(WALL) == 3


async def test_a_host_of_many_parts_is_left_in_peace_as_a_whole() -> None:
    """A folder for every author does not get three requests for each author."""
    folders = ["".join(chr(97 + int(digit)) for digit in str(n)) for n in range(100, 140)]
    got = await go_all(ProtectedSites(3), [(url, WALL) for folder in folders for url in pages(2, folder)])
    assert got.count(WALL) == 3 * PARTS


async def test_a_part_that_comes_late_is_asked_where_the_host_was_seen() -> None:
    """One page that was seen among the first parts keeps the host open; each walled part is closed by itself."""
    met = [(url, WALL if at else None) for at, url in enumerate(pages(9, "one"))]
    for folder in ("two", "three", "four", "five", "six"):
        met += [(url, WALL) for url in pages(9, folder)]
    got = await go_all(ProtectedSites(3), met)
    assert [got[at : at + 9].count(WALL) for at in range(0, 54, 9)] == [8, 3, 3, 3, 3, 3]


async def test_a_scout_that_fails_sets_the_others_free() -> None:
    """An exception or a cancellation on the way counts as having seen no wall, and nobody waits for ever."""
    sites = ProtectedSites(3)
    on_its_way = asyncio.create_task(go(sites, pages(1)[0], WALL, delay=1_000_000))
    await asyncio.sleep(0)
    others = asyncio.create_task(go_all(sites, [(url, WALL) for url in pages(9)]))
    await asyncio.sleep(0)
    on_its_way.cancel()
    assert await others == [WALL] * 9


async def test_without_strikes_nobody_is_spared() -> None:
    """Zero turns the rule off."""
    assert await go_all(ProtectedSites(0), [(url, WALL) for url in pages(9)]) == [WALL] * 9


ANSWERS = st.sampled_from([WALL, WALL, WALL, OTHER, None])
LINKS = st.lists(st.tuples(st.sampled_from(["one", "two", "three", "four", "five", "six"]), ANSWERS), max_size=60)


@given(links=LINKS, delays=st.lists(st.integers(0, 9), min_size=60, max_size=60))
def test_the_order_of_answers_changes_nothing(links: list[tuple[str, Block | None]], delays: list[int]) -> None:
    """However long each answer takes, the same links are asked and the same are spared, for the same reason."""
    met = [(f"https://a.example/{folder}/{at}", wall) for at, (folder, wall) in enumerate(links)]
    at_once = asyncio.run(go_all(ProtectedSites(3), met))
    assert asyncio.run(go_all(ProtectedSites(3), met, delays)) == at_once
    one_by_one: list[Block | str | None] = []
    sites = ProtectedSites(3)
    for url, wall in met:
        one_by_one.append(asyncio.run(go(sites, url, wall)))
    assert one_by_one == at_once


@given(links=LINKS)
def test_a_part_of_which_anything_was_seen_is_asked_completely(links: list[tuple[str, Block | None]]) -> None:
    """Whatever the rest of the host does: one page among the first three of its part, and no link of it is spared."""
    got = asyncio.run(
        go_all(
            ProtectedSites(3), [(f"https://a.example/{folder}/{at}", wall) for at, (folder, wall) in enumerate(links)]
        )
    )
    parts: dict[str, list[Block | str | None]] = {}
    for (folder, _), item in zip(links, got, strict=True):
        parts.setdefault(folder, []).append(item)
    for part in parts.values():
        if None in part[:3]:
            assert not any(isinstance(item, str) for item in part)
