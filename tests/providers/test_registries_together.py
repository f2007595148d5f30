"""A whole run over a list of registry links: each is settled by its registry, and none is left unverified by a wall."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from linkwarden.config import Config
from linkwarden.deps import Deps
from linkwarden.model import Run
from linkwarden.run import engine
from tests.internet import FakeInternet
from tests.internet.crates import FakeCrates
from tests.internet.docker_hub import FakeDockerHub
from tests.internet.forges import FakeForges
from tests.internet.huggingface import FakeHub
from tests.internet.stack_exchange import FakeStackExchange
from tests.internet.video import FakeVideos
from tests.internet.wikipedia import FakeWikipedia

HEALTHY = (
    "https://huggingface.co/google/flan-t5-xl",
    "https://en.wikipedia.org/wiki/Gradient_descent",
    "https://de.wikipedia.org/wiki/Berlin",
    "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
    "https://youtu.be/no-embed-01",
    "https://vimeo.com/76979871",
    "https://codeberg.org/forgejo/forgejo",
    "https://gitlab.com/inkscape/inkscape",
    "https://bitbucket.org/team/tool",
    "https://crates.io/crates/serde",
    "https://hub.docker.com/_/alpine",
    "https://stackoverflow.com/questions/11/why",
)
ILL = (
    "https://huggingface.co/google/gone",
    "https://en.wikipedia.org/wiki/Nope",
    "https://www.youtube.com/watch?v=gone0000000",
    "https://codeberg.org/nobody/nothing",
    "https://gitlab.com/nobody/nothing",
    "https://bitbucket.org/nobody/nothing",
    "https://crates.io/crates/gone",
    "https://hub.docker.com/r/nobody/nothing",
    "https://stackoverflow.com/q/404",
)


def install(internet: FakeInternet) -> None:
    """Put the healthy ones into their services, and nothing else."""
    FakeHub(internet).add("google/flan-t5-xl")
    wiki = FakeWikipedia(internet, "en", "de")
    wiki.pages |= {"en": {"Gradient descent"}, "de": {"Berlin"}}
    videos = FakeVideos(internet)
    videos.videos |= {"dQw4w9WgXcQ": 200, "no-embed-01": 401}
    videos.vimeo["76979871"] = 200
    forges = FakeForges(internet)
    for name in ("codeberg.org/forgejo/forgejo", "gitlab.com/inkscape/inkscape", "bitbucket.org/team/tool"):
        forges.add(name)
    FakeCrates(internet).crates["serde"] = {"1.0.0": False}
    FakeDockerHub(internet)
    FakeStackExchange(internet, "stackoverflow.com").questions["stackoverflow.com", 11] = "Why?"
    for archive in ("archive.org", "web.archive.org"):  # whoever looks for copies finds none
        internet.site(archive)


async def check(internet: FakeInternet, folder: Path) -> Run:
    """Check a list of all of them."""
    text = "# Links\n\n" + "".join(f"- [entry {n}]({url})\n" for n, url in enumerate((*HEALTHY, *ILL)))
    (folder / "README.md").write_text(text, "utf-8")
    config = Config(inputs=(str(folder / "README.md"),), root=folder)
    deps = Deps(
        make_net=lambda c, _: internet.net(concurrency=c.concurrency, per_host=c.per_host),
        now=internet.time.now,
        clock=internet.time.clock,
    )
    return await engine.run(config, deps)


async def test_every_registry_link_is_settled_by_its_registry(internet: FakeInternet, tmp_path: Path) -> None:
    """Walls and lying pages hide nothing: healthy ones are ok, ill ones broken, and no failure of our own."""
    install(internet)

    run = await check(internet, tmp_path)

    verdicts = {r.target.url: r.judgement.verdict.value for r in run.results}
    assert verdicts == dict.fromkeys(HEALTHY, "ok") | dict.fromkeys(ILL, "broken")
    assert run.failures == ()
    asked = Counter(entry.host for entry in internet.log)
    assert asked["en.wikipedia.org"] == asked["de.wikipedia.org"] == 1
    assert asked["api.stackexchange.com"] == 2
