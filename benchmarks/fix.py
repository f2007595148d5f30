"""Seeds lists with links that have moved, and counts what ``linkwarden fix`` makes of them; then measures its time.

``python benchmarks/fix.py`` or ``make bench-fix``. Each of three real lists gets 500 redirects, 500 renamed
repositories and 500 misspellings in the places of its own links. What is right is known: most seeds have one right
replacement, the others are traps that must stay as they are (sites that redirect everything, moves to other sites,
temporary redirects, repositories that are gone). The web is the tests' fake internet; nothing leaves the machine.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lists import SHARED_LIST, many_links

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from aiohttp import web

from linkwarden.config import Config
from linkwarden.extract.markdown import Markdown
from linkwarden.fix import Fixes, chooser, fixes_of, wishes_in, wishes_of_run
from linkwarden.inputs import Reading
from linkwarden.model import Extracted, Markup, Occurrence
from linkwarden.report import ReportOptions
from linkwarden.report.json import JsonReport
from linkwarden.run import engine
from tests.deps import on_fake_internet
from tests.internet import FakeInternet
from tests.internet.github import FakeGithub

LISTS = ("ml-papers.md", "awesome.md", "awesome-deep-learning-papers.md")
EACH, TRAPS = 500, 100
HOSTS = 40
TOKEN = "good-token"  # noqa: S105 - what the fake GitHub takes
LINKS, SUGGESTED = 100_000, 1_500
_TOPICS = ("ferns", "mosses", "lichens", "algae", "fungi", "grasses")
_SLIPS = ("htps://", "htttps://", "hhttps://", "https:/", "https//", "ttps://", "https;//", "https:///")


@dataclass(frozen=True, slots=True)
class Seed:
    """A URL that is put into a list, and what it is to become: itself, if it is a trap."""

    kind: str
    url: str
    right: str


def redirects() -> Iterator[Seed]:
    """Yield pages that have moved within their site, and traps."""
    for n in range(EACH):
        name, host = f"{_TOPICS[n % len(_TOPICS)]}-{n}", f"moved{n % HOSTS}.org"
        if n >= TRAPS:
            yield Seed("redirect", f"https://{host}/old/{name}.html", f"https://{host}/garden/{name}")
            continue
        trap = (
            f"https://everything.org/{name}.html",
            f"https://{host}/sold/{name}",
            f"https://{host}/for-now/{name}",
        )[n % 3]
        yield Seed("redirect", trap, trap)


def renames() -> Iterator[Seed]:
    """Yield repositories that have another name now, and traps."""
    for n in range(EACH):
        path = ("", "/blob/main/README.md", "/issues", "/tree/main/docs")[n % 4]
        if n >= TRAPS:
            yield Seed("rename", f"https://github.com/former/lib{n}{path}", f"https://github.com/present/lib{n}x{path}")
            continue
        trap = (f"https://github.com/steady/lib{n}", f"https://github.com/deleted/lib{n}")[n % 2]
        yield Seed("rename", trap, trap)


def misspellings() -> Iterator[Seed]:
    """Yield misspelt schemes, and traps."""
    for n in range(EACH):
        rest = f"fine{n % HOSTS}.org/{_TOPICS[n % len(_TOPICS)]}/{n}"
        right = f"https://{rest}"
        yield Seed("misspelling", right if n < TRAPS else f"{_SLIPS[n % len(_SLIPS)]}{rest}", right)


def build(internet: FakeInternet) -> None:
    """Make the web on which the seeds are checked."""
    for n in range(HOSTS):
        internet.site(f"moved{n}.org").default(_moved)
        internet.site(f"fine{n}.org").default(_fine)
    internet.site("everything.org").default(_everything)
    internet.site("buyer.org").default(_fine)
    github = FakeGithub(internet)
    for n in range(EACH):
        github.add(f"present/lib{n}x", "README.md", "docs/a.md", former=[f"former/lib{n}"])
        github.add(f"steady/lib{n}", "README.md")


async def _moved(request: web.Request) -> web.Response:
    folder, _, name = request.path.strip("/").partition("/")
    known = name.removesuffix(".html").partition("-")[0] in _TOPICS
    if folder == "old" and known:
        return web.Response(status=301, headers={"Location": f"/garden/{name.removesuffix('.html')}"})
    if folder == "sold" and known:
        return web.Response(status=301, headers={"Location": f"https://buyer.org/{name}"})
    if folder == "for-now" and known:
        return web.Response(status=302, headers={"Location": f"/garden/{name}"})
    if folder == "garden" and known:
        return _page(name)
    return web.Response(status=404, text="<title>404</title>", content_type="text/html")


async def _everything(request: web.Request) -> web.Response:
    if request.path.endswith(".html"):
        return web.Response(status=301, headers={"Location": request.path.removesuffix(".html")})
    return _page("Everything")


async def _fine(request: web.Request) -> web.Response:
    return _page(request.path)


def _page(title: str) -> web.Response:
    text = f"<title>{title}</title><h1>{title}</h1><p>" + f"Here is what {title} is about, in some words. " * 20
    return web.Response(text=text, content_type="text/html")


def seeded(text: str, seeds: Sequence[Seed]) -> tuple[str, str]:
    """Return a list with the seeds in the places of its own links, and the same list as it should become.

    A list with fewer links than there are seeds is repeated.
    """
    places = _places(text)
    times = -(-len(seeds) // len(places))
    text = "\n\n".join([text] * times)
    before: list[str] = []
    after: list[str] = []
    at = 0
    for item, seed in zip(_places(text), seeds, strict=False):
        before += (text[at : item.span.start], seed.url)
        after += (text[at : item.span.start], seed.right)
        at = item.span.end
    return "".join((*before, text[at:])), "".join((*after, text[at:]))


def _places(text: str) -> list[Occurrence]:
    return [
        item
        for item in _read(text)
        if isinstance(item, Occurrence) and item.markup is Markup.MD_LINK and item.url.startswith("http")
    ]


def _read(text: str) -> list[Extracted]:
    return list(Markdown().extract(text, "README.md"))


def edited(path: Path) -> Fixes:
    """Check a list on the fake web, and return the safe edits."""
    seeds = (r"(moved|everything|fine)\d*\.org", r"github\.com/(former|steady|deleted)/")
    config = Config(inputs=(str(path),), include=seeds, archive=False, github_token=TOKEN)
    run = asyncio.run(engine.run(config, on_fake_internet(build)))
    if run.failures or run.unreadable:
        raise SystemExit(f"the run failed: {run.failures or run.unreadable}")
    return fixes_of(wishes_of_run(run, chooser(())), Reading())


def right_and_wrong() -> bool:
    """Print what is made of the seeds; return whether nothing was made wrong and nothing safe was left."""
    print("| list | seeds | kind | to fix | right | wrong | left | traps | kept |")
    print("|---|---:|---|---:|---:|---:|---:|---:|---:|")
    good = True
    for name in LISTS:
        seeds = [*redirects(), *renames(), *misspellings()]
        random.Random(name).shuffle(seeds)  # noqa: S311 - which seed stands where
        before, after = seeded((SHARED_LIST.parent / name).read_text("utf-8"), seeds)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "README.md")
            path.write_bytes(before.encode())
            fixes = edited(path)
            fixes.write(allow_dirty=True)
            written = path.read_bytes().decode()
            again = edited(path).edits
        urls = {item.span.start: item.url for item in _read(before) if isinstance(item, Occurrence)}
        made = {urls[edit.start]: edit.wanted.url for edit in fixes.edits}
        counts = Counter[tuple[str, str]]()
        for seed in seeds:
            became = made.get(seed.url, seed.url)
            trap = seed.right == seed.url
            sort = "kept" if trap and became == seed.url else "right" if became == seed.right else ""
            counts[seed.kind, sort or ("left" if became == seed.url else "wrong")] += 1
        for kind in ("redirect", "rename", "misspelling"):
            right, wrong, left, kept = (counts[kind, sort] for sort in ("right", "wrong", "left", "kept"))
            print(f"| {name} | {EACH} | {kind} | {EACH - TRAPS} | {right} | {wrong} | {left} | {TRAPS} | {kept} |")
            good = good and not wrong and not left and kept == TRAPS
        elsewhere = set(made) - {seed.url for seed in seeds}
        good = good and not elsewhere and not again and written == after
        print(f"| {name} | | edits elsewhere: {len(elsewhere)}, in a second run: {len(again)} | | | | | | |")
    return good


def timed() -> float:
    """Print how long ``fix --from`` takes for a list of many links, beside reading it; return the quotient."""
    hosts = [f"host{n}.org" for n in range(200)]
    text = "".join(many_links(LINKS, hosts))
    with tempfile.TemporaryDirectory() as folder:
        path, report = Path(folder, "README.md"), Path(folder, "health.json")
        path.write_text(text, "utf-8")
        run = asyncio.run(engine.run(Config(inputs=(str(path),), offline=True), on_fake_internet(build)))
        data = json.loads(JsonReport().render(run, ReportOptions()))
        step = len(data["links"]) // SUGGESTED
        for link in data["links"][::step]:
            new = link["url"].replace("http:", "https:")
            link["code"], link["verdict"] = "LW303", "moved"
            link["suggestion"] = {"url": new, "why": "it moved", "safe": True, "basis": "same-path"}
        report.write_text(json.dumps(data), "utf-8")
        reading = min(_seconds(lambda: _read(text)) for _ in range(3))
        made: list[Fixes] = []

        def fix() -> None:
            found = fixes_of(wishes_in(report, chooser(())), Reading())
            found.patch()
            made.append(found)

        fixing = min(_seconds(fix) for _ in range(3))
    print(f"\n{LINKS:,} links, {len(made[0].edits):,} edits, seconds of the processor:")
    print(f"reading {reading:.2f}, fix --from {fixing:.2f}")
    print(f"fix / reading = {fixing / reading:.2f}")
    return fixing / reading


def _seconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


if __name__ == "__main__":
    good = right_and_wrong()
    timed()
    print("\nAll safe edits are right, nothing else has changed." if good else "\nNOT as it should be.")
    sys.exit(not good)
