"""Lists of lists: repositories that a list links are read as lists of their own, and each list gets its row."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from linkwarden.config import Config, with_overrides
from linkwarden.deps import Deps
from linkwarden.model import ListHealth, Run, UsageError
from linkwarden.report import ReportOptions, formats
from linkwarden.run import engine, expansion
from tests.internet import FakeInternet

pytestmark = pytest.mark.usefixtures("wherever_links_lie")

TOP = """# Awesome

- [One](https://github.com/a/one) and [again](https://github.com/A/One/#readme)
- [Two](https://github.com/b/two.git)
- [Gone](https://github.com/c/gone)
- [Inside](https://github.com/d/inside/blob/main/LIST.md), [a topic](https://github.com/topics/awesome)
- [![shown](https://github.com/e/shown)](https://site.org/)
- [Page](https://site.org/)
"""


@pytest.fixture
def readmes(internet: FakeInternet) -> dict[str, str]:
    """What is read at GitHub, by repository."""
    texts = {
        "a/one": "- [page](https://site.org/) and [lost](https://site.org/lost), [two](https://github.com/b/two)\n",
        "b/two": "- [three](https://github.com/f/three), [one](https://github.com/a/one), [self](https://github.com/b/two)\n",
        "f/three": "- [page](https://site.org/)\n",
    }
    raw = internet.site("raw.githubusercontent.com")
    for name, text in texts.items():
        raw.page(f"/{name}/HEAD/README.md", text, media_type="text/plain")
    internet.site("site.org").page("/", "<title>Page</title><p>Words that are there, and readable.")
    internet.site("github.com")
    return texts


async def check(internet: FakeInternet, folder: Path, **options: Any) -> Run:
    """Give the run over the list of lists."""
    path = folder / "list.md"
    await asyncio.to_thread(path.write_text, TOP, "utf-8")
    deps = Deps(make_net=lambda *_: internet.net(), now=internet.time.now, clock=internet.time.clock)
    return await engine.run(with_overrides(Config(), {"inputs": (str(path),), "archive": False, **options}), deps)


def read(run: Run) -> list[str]:
    """Give the lists that were read, but the first."""
    return list(run.inputs[1:])


@pytest.mark.usefixtures("readmes")
async def test_repositories_are_read_as_lists(internet: FakeInternet, tmp_path: Path) -> None:
    """Each once, only repositories' own pages; one that is gone costs a notice and no exit code."""
    run = await check(internet, tmp_path, expand=1)

    assert read(run) == ["a/one", "b/two"]
    assert [n.message for n in run.notices if "c/gone" in n.message]
    assert not run.unreadable
    assert [e.path for e in internet.requests_to("raw.githubusercontent.com")].count("/a/one/HEAD/README.md") == 1
    assert [e.path for e in internet.requests_to("site.org")].count("/") == 1


@pytest.mark.usefixtures("readmes")
async def test_expansion_goes_as_deep_as_it_is_told(internet: FakeInternet, tmp_path: Path) -> None:
    """Two steps find the list that only a list of the list links."""
    assert read(await check(internet, tmp_path, expand=2)) == ["a/one", "b/two", "f/three"]
    assert read(await check(internet, tmp_path)) == []


@pytest.mark.usefixtures("readmes")
async def test_there_is_a_limit(internet: FakeInternet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is beyond it is counted."""
    monkeypatch.setattr(expansion, "MOST", 1)

    run = await check(internet, tmp_path, expand=2)

    assert read(run) == ["a/one"]
    assert [hint for hint in run.hints if "1 repositories were read" in hint and "2 more" in hint]


@pytest.mark.usefixtures("readmes")
async def test_each_list_has_its_row(internet: FakeInternet, tmp_path: Path) -> None:
    """In every report that tells of lists, the worst first where people read it."""
    run = await check(internet, tmp_path, expand=1)

    health = {one.name: one for one in run.lists}
    assert health["a/one"] == ListHealth("a/one", links=3, broken=1, expiring=0, unverified=health["a/one"].unverified)
    written = await asyncio.to_thread(
        lambda: {report.name: report().render(run, ReportOptions()) for report in formats()}
    )
    assert [one["name"] for one in json.loads(written["json"])["lists"]] == list(run.inputs)
    assert "links  broken  expiring  unverified" in written["text"]
    assert "| `a/one` | 3 | 1 |" in written["markdown"]


@pytest.mark.parametrize("other", [{"offline": True}, {"diff": "main"}])
async def test_expansion_needs_the_network(internet: FakeInternet, tmp_path: Path, other: dict[str, Any]) -> None:
    """And a change is about the lists that it changes."""
    with pytest.raises(UsageError, match="--expand and"):
        await check(internet, tmp_path, expand=1, **other)
