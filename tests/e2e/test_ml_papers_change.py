"""A pull request to the list that linkwarden was made for: three links of 593 change, and three are asked for."""

from __future__ import annotations

import asyncio
from pathlib import Path

from linkwarden.config import Config
from linkwarden.deps import Deps
from linkwarden.model import Run
from linkwarden.run import engine
from tests.internet import FakeInternet
from tests.internet.world import LIST, World
from tests.repository import Repository
from tests.shared import needs_shared

pytestmark = needs_shared

#: A paper, a picture and a document of the list, and the addresses that a pull request puts in their places.
CHANGES = {
    "https://arxiv.org/abs/1410.5401": "https://arxiv.org/abs/1410.5402",
    "https://hszhao.github.io/projects/pspnet/figures/pspnet.png": "https://hszhao.github.io/projects/pspnet/figures/psp.png",
    "http://yann.lecun.com/exdb/publis/pdf/farabet-pami-13.pdf": "http://yann.lecun.com/exdb/publis/pdf/other.pdf",
}


async def check_change(internet: FakeInternet, folder: Path, text: str) -> Run:
    """Commit the list, change it to a text, and check the change."""
    repository = Repository(folder)
    await asyncio.to_thread(repository.commit, {"README.md": LIST.read_text("utf-8")})
    await asyncio.to_thread(repository.write, {"README.md": text})
    await asyncio.to_thread(World, internet, folder / "README.md", token=False)
    config = Config(inputs=(str(folder / "README.md"),), diff="main", root=folder)
    deps = Deps(make_net=lambda _config, _observer: internet.net(), now=internet.time.now, clock=internet.time.clock)
    return await engine.run(config, deps)


async def test_three_changed_links_cost_requests_for_three(internet: FakeInternet, tmp_path: Path) -> None:
    """A paper, a picture and a document get other addresses: arXiv's interface and two hosts are asked, once each."""
    text = await asyncio.to_thread(LIST.read_text, "utf-8")
    for old, new in CHANGES.items():
        assert text.count(old) == 1
        text = text.replace(old, new)

    run = await check_change(internet, tmp_path, text)

    assert {r.target.url: r.judgement.verdict.value for r in run.results} == dict.fromkeys(CHANGES.values(), "ok")
    asked = sorted(entry.url.partition("?")[0] for entry in internet.log)
    assert asked == sorted(["https://export.arxiv.org/api/query", *list(CHANGES.values())[1:]])
    assert run.requests == 3
    assert run.compared is not None
    assert run.compared.unchanged == 529
    assert run.notices == ()
    assert run.exit_code == 0


async def test_a_section_that_moves_costs_nothing(internet: FakeInternet, tmp_path: Path) -> None:
    """A hundred lines with their expired pictures and dead links move to the end: no request, exit code 0."""
    lines = (await asyncio.to_thread(LIST.read_text, "utf-8")).splitlines(keepends=True)
    moved = lines[:300] + lines[400:] + ["\n"] + lines[300:400]

    run = await check_change(internet, tmp_path, "".join(moved))

    assert internet.log == []
    assert run.results == ()
    assert run.exit_code == 0
