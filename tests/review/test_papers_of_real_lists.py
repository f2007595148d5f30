"""The right paper, on real lists: with titles as registries have them nobody is accused, and seeded slips are found."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator

import pytest

from linkwarden.extract.markdown import Markdown
from linkwarden.model import Occurrence, Verdict
from linkwarden.providers.papers._arxiv_ids import parse
from linkwarden.providers.papers.doi.urls import doi_of
from linkwarden.review._titles import Match, compare, core
from linkwarden.review.papers import Papers
from tests.internet import FakeInternet
from tests.internet.arxiv import FakeArxiv
from tests.internet.doi import FakeDoi
from tests.review.checking import Check
from tests.shared import SHARED, needs_shared

REVIEWS = (Papers,)
pytestmark = needs_shared

LISTS = ("ml-papers", "awesome-deep-learning-papers", "awesome")
_ENTRY = re.compile(r"- \*{0,2}(?P<title>[^*\[\n]+?)\*{0,2} \(\d{4}\).*?\[\[pdf\]\]\((?P<url>[^)]+)\)")
#: What arXiv has where the list says something else, from memory of arXiv's pages: newer titles and other spellings.
TITLES = {
    "1610.02391": "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based Localization",
    "2012.12556": "A Survey on Vision Transformer",
    "1505.04597": "U-Net: Convolutional Networks for Biomedical Image Segmentation",
    "1412.6980": "Adam: A Method for Stochastic Optimization",
    "1904.02689": "YOLACT: Real-time Instance Segmentation",
    "1712.06087": '"Zero-Shot" Super-Resolution using Deep Internal Learning',
    "2003.11755": "A Survey of Deep Learning for Scientific Discovery",
    "2104.12871": "Why AI is Harder Than We Think",
    "1905.11786": "Putting An End to End-to-End: Gradient-Isolated Learning of Representations",
    "1405.0312": "Microsoft COCO: Common Objects in Context",
    "1911.04252": "Self-training with Noisy Student improves ImageNet classification",
}
EARLIER = {"1905.11786": "Greedy InfoMax for Biologically Plausible Self-Supervised Representation Learning"}


def _text(name: str) -> str:
    return (SHARED / "lists" / f"{name}.md").read_text("utf-8")


def _occurrences(name: str) -> list[Occurrence]:
    return [item for item in Markdown().extract(_text(name), name) if isinstance(item, Occurrence)]


def _titles(name: str) -> dict[str, str]:
    """Give the titles of a list's papers at arXiv, by identifier: from the links' texts, or from the entries' lines."""
    found: dict[str, str] = {}
    for item in _occurrences(name):
        ref = parse(item.url)
        if ref is not None and len(core(item.text).words) > 1 and "://" not in item.text:
            found.setdefault(ref.base, core(item.text).written)
    for match in _ENTRY.finditer(_text(name)):
        ref = parse(match["url"])
        if ref is not None:
            found.setdefault(ref.base, match["title"])
    return found | {base: title for base, title in TITLES.items() if base in found}


def _dois(name: str) -> Iterator[tuple[str, str]]:
    for item in _occurrences(name):
        ref = doi_of(item.url)
        if ref is not None and "://" not in item.text:
            yield ref.doi, core(item.text).written


def _serve(internet: FakeInternet, name: str) -> FakeArxiv:
    """Put the papers of a list into the fake registries."""
    arxiv, doi = FakeArxiv(internet), FakeDoi(internet)
    for base, title in _titles(name).items():
        earlier = {1: EARLIER[base]} if base in EARLIER else {}
        arxiv.paper(base, title=title, versions=12, earlier=earlier)
    doi.titles |= dict(_dois(name))
    return arxiv


@pytest.mark.parametrize("name", LISTS)
async def test_nobody_is_accused(internet: FakeInternet, check: Check, name: str) -> None:
    """Over the whole list, with titles as arXiv has them, no link is suspect."""
    arxiv = _serve(internet, name)
    arxiv.wrap_titles = True

    run = await check(_text(name), include=(r"arxiv\.org|doi\.org|nature\.com|springer|wiley|plos",))

    assert run.failures == ()
    told = [(r.target.url, r.judgement.reason) for r in run.results if r.judgement.verdict is Verdict.SUSPECT]
    assert told == []
    titled = [r for r in run.results if r.evidence.title]
    assert len(titled) >= {"ml-papers": 200, "awesome-deep-learning-papers": 100}.get(name, 0)


def _subtitled(title: str) -> str:
    return f"{title}: A Second Look at What It Means"


def _cut(title: str) -> str:
    return title.partition(":")[0]


def _tex(title: str) -> str:
    return "{\\it " + " ".join(f"{word}" for word in title.split()[:3]) + "} " + " ".join(title.split()[3:])


def _spaced(title: str) -> str:
    return title.replace("-", " ").replace(" ", "\n  ", 1)


def _joined(title: str) -> str:
    return title.replace("-", "")


def _slipped(title: str) -> str:
    middle = len(title) // 2
    return title[:middle] + title[middle + 1 :]


@pytest.mark.parametrize("change", [str.upper, str.title, _subtitled, _cut, _tex, _spaced, _joined, _slipped])
@pytest.mark.parametrize("name", LISTS[:2])
def test_other_dresses_of_the_titles_accuse_nobody(name: str, change: Callable[[str], str]) -> None:
    """Case, TeX, hyphens, slips, and subtitles that were added or left out: nothing becomes another paper."""
    titles = _titles(name)
    texts = [(i.text, ref.base) for i in _occurrences(name) if (ref := parse(i.url)) is not None]
    assert len(texts) > 100

    accused = [
        (text, titles[b]) for text, b in texts if b in titles and compare(text, change(titles[b])) is Match.OTHER
    ]

    assert [pair for pair in accused if pair[1] not in TITLES.values()] == []


async def test_every_pair_of_swapped_papers_is_found(internet: FakeInternet, check: Check) -> None:
    """Twenty pairs of addresses exchanged: each of the forty links is suspect, and the right address is offered."""
    _serve(internet, "ml-papers")
    once = [i for i in _occurrences("ml-papers") if "arxiv.org/abs" in i.url and len(core(i.text).significant) >= 3]
    once = [i for i in once if sum(i.url == o.url for o in once) == 1 and "v" not in i.url.rpartition("/")[2]]
    once = [i for i in once if i.url.rpartition("/")[2] not in TITLES and "?" not in i.url and "://" not in i.text]
    chosen = random.Random(3).sample(once, 40)  # noqa: S311 - the same choice in every run
    text = _text("ml-papers")
    swapped: dict[str, tuple[str, str]] = {}
    for a, b in zip(chosen[::2], chosen[1::2], strict=True):
        swapped |= {a.text: (b.url, a.url), b.text: (a.url, b.url)}
    edits = sorted((i.span.start, i.span.end, swapped[i.text][0]) for i in chosen)
    for start, end, url in reversed(edits):
        text = text[:start] + url + text[end:]

    run = await check(text, include=(r"arxiv\.org",))

    found = {r.target.url: r.judgement for r in run.results if r.judgement.verdict is Verdict.SUSPECT}
    assert set(found) == {wrong for wrong, _ in swapped.values()}
    offered = {url: judgement.suggestion.url for url, judgement in found.items() if judgement.suggestion is not None}
    assert offered == dict(swapped.values())
