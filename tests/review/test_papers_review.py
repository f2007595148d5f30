"""The right paper: a link called by another paper's title is suspect, and nothing else is."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import web

from linkwarden.model import Run, Verdict
from linkwarden.review.papers import NAMES_ANOTHER, Papers
from tests.internet import FakeInternet
from tests.internet.arxiv import FakeArxiv
from tests.internet.doi import FakeDoi
from tests.review.checking import Check, offered, one, verdicts

REVIEWS = (Papers,)

RESNET = "Deep Residual Learning for Image Recognition"
LOTTERY = "The Lottery Ticket Hypothesis: Finding Sparse, Trainable Neural Networks"
CAPSULES = "Dynamic Routing Between Capsules"
INFOMAX = "Greedy InfoMax for Biologically Plausible Self-Supervised Representation Learning"
RENAMED = "Putting An End to End-to-End: Gradient-Isolated Learning of Representations"
ABS = "https://arxiv.org/abs"


@pytest.fixture
def arxiv(internet: FakeInternet) -> FakeArxiv:
    """An arXiv that has four papers."""
    fake = FakeArxiv(internet)
    fake.paper("1512.03385", title=RESNET)
    fake.paper("1803.03635", title=LOTTERY)
    fake.paper("1710.09829", title=CAPSULES)
    fake.paper("1905.11786", title=RENAMED, versions=3, earlier={1: INFOMAX})
    return fake


def _suspects(run: Run) -> list[str]:
    assert run.failures == ()
    return [r.target.url for r in run.results if r.judgement.verdict is Verdict.SUSPECT]


async def test_a_link_that_names_another_paper_is_suspect(check: Check, arxiv: FakeArxiv) -> None:
    """Both titles and the line are in the reason; the registered title stays in the evidence."""
    del arxiv

    run = await check(f"# Papers\n\n- [2019 - Attention Augmented Speech Synthesis at Scale]({ABS}/1512.03385)\n")

    result = run.results[0]
    assert result.judgement.rule is NAMES_ANOTHER
    assert "line 3" in result.judgement.reason
    assert "“2019 - Attention Augmented Speech Synthesis at Scale”" in result.judgement.reason
    assert f"“{RESNET}”" in result.judgement.reason
    assert result.evidence.title == RESNET
    assert result.evidence.checked_by == "arxiv"
    assert result.judgement.suggestion is None
    assert run.exit_code == 0


async def test_swapped_papers_are_offered_for_each_other(check: Check, arxiv: FakeArxiv) -> None:
    """Two papers with exchanged addresses are both suspect, each with the other's address, without a question more."""
    run = await check(
        f"- [2015 - **[ResNet]** {RESNET}]({ABS}/1803.03635)\n- [{LOTTERY}](https://arxiv.org/pdf/1512.03385)\n"
    )

    assert set(verdicts(run).values()) == {Verdict.SUSPECT}
    first, second = offered(run, f"{ABS}/1803.03635"), offered(run, "https://arxiv.org/pdf/1512.03385")
    assert first is not None
    assert second is not None
    assert (first.url, second.url) == (f"{ABS}/1512.03385", "https://arxiv.org/pdf/1803.03635")
    assert not first.safe
    assert "line 2" in first.why
    assert len(arxiv.queries) == 1


async def test_short_titles_are_found_by_the_list_itself(check: Check, arxiv: FakeArxiv) -> None:
    """A title of few words proves nothing by itself; that another paper of the list has it does."""
    del arxiv
    swapped = f"- [{CAPSULES}]({ABS}/1512.03385)\n- [2015 - {RESNET}]({ABS}/1710.09829)\n"

    assert len(_suspects(await check(swapped))) == 2
    assert _suspects(await check(f"- [{CAPSULES}]({ABS}/1512.03385)\n")) == []


async def test_the_paper_that_was_meant_is_looked_up(check: Check, arxiv: FakeArxiv) -> None:
    """What the list itself does not hold is asked of arXiv by title, all in one query, and offered if it is exact."""
    arxiv.paper("2001.00001", title=f"A Reply to: {LOTTERY}")
    text = (
        f"- [2019 - {LOTTERY}](https://arxiv.org/pdf/1512.03385v1)\n"
        f"- [2020 - A Title That Nobody Ever Gave to Anything]({ABS}/1710.09829)\n"
        f"- [2019 - Something Entirely Different About Protein Folding]({ABS}/1905.11786)\n"
    )

    run = await check(text)

    assert len(_suspects(run)) == 2  # the title of the second paper has too few words to be sure
    better = offered(run, "https://arxiv.org/pdf/1512.03385v1")
    assert better is not None
    assert better.url == "https://arxiv.org/pdf/1803.03635"
    assert offered(run, f"{ABS}/1905.11786") is None
    searches = [q["search_query"] for q in arxiv.queries if "search_query" in q]
    assert len(searches) == 1
    assert searches[0].count("ti:") == 2
    assert len(arxiv.queries) == 3  # the papers, their earlier titles, the search


async def test_the_name_of_a_method_is_no_title_unless_a_paper_has_it(check: Check, arxiv: FakeArxiv) -> None:
    """Four words in capitals may be a method's name: only where a paper is called so is the link suspect."""
    text = f"- [Gated Recurrent Unit Networks]({ABS}/1803.03635)\n"

    assert _suspects(await check(text)) == []
    arxiv.paper("1506.99999", title="Gated Recurrent Unit Networks")
    assert len(_suspects(await check(text))) == 1


async def test_a_paper_that_was_renamed_is_not_accused(check: Check, arxiv: FakeArxiv) -> None:
    """A list may call a paper by the title of its first version; arXiv is asked for that before anybody is accused."""
    text = f"- [2019 - {INFOMAX}]({ABS}/1905.11786)\n"

    assert _suspects(await check(text)) == []
    arxiv.papers["1905.11786"].earlier.clear()
    assert len(_suspects(await check(text))) == 1


async def test_without_earlier_titles_nobody_is_accused(check: Check, arxiv: FakeArxiv) -> None:
    """If arXiv does not tell a paper's earlier titles, the text may be one of them."""
    text = f"- [2019 - {INFOMAX}]({ABS}/1512.03385)\n"
    good = (await check(text)).results[0]
    assert good.judgement.verdict is Verdict.SUSPECT

    answers = iter([None, *[FakeArxiv.rate_limited] * 50])
    query = arxiv.internet.site("export.arxiv.org").handler_for("https", "/api/query")

    async def sometimes(request: web.Request) -> web.StreamResponse:
        answer = next(answers)
        return await query(request) if answer is None else answer()

    arxiv.internet.site("export.arxiv.org").handle("/api/query", sometimes)

    assert _suspects(await check(text)) == []


async def test_arxiv_in_trouble_is_not_asked_for_titles(check: Check, arxiv: FakeArxiv, internet: FakeInternet) -> None:
    """When arXiv settled nothing in this run, no title query follows, and only what needs none is accused."""
    FakeDoi(internet).titles["10.1000/x"] = "Quantum Gravity in Three Dimensions: A Lattice View"
    arxiv.always = FakeArxiv.denied

    run = await check(f"- [a]({ABS}/1512.03385)\n- [2019 - {LOTTERY}](https://doi.org/10.1000/x)\n")

    assert _suspects(run) == ["https://doi.org/10.1000/x"]
    assert len(arxiv.queries) == 1


async def test_titles_of_other_registries_count(check: Check, arxiv: FakeArxiv, internet: FakeInternet) -> None:
    """A DOI's registered title is compared too; and since preprint and article differ, one common word acquits."""
    del arxiv
    doi = FakeDoi(internet)
    doi.titles |= {
        "10.1000/a": "Quantum Gravity in Three Dimensions: A Lattice View",
        "10.1000/b": "Hypothesis Testing for Quantum Channels and Their Use",
    }

    run = await check(
        f"- [2019 - {LOTTERY}](https://doi.org/10.1000/a)\n- [2019 - {LOTTERY}](https://doi.org/10.1000/b)\n"
    )

    assert _suspects(run) == ["https://doi.org/10.1000/a"]


async def test_titles_of_pages_do_not_count(check: Check, internet: FakeInternet) -> None:
    """What a web page calls itself is its site's affair."""
    page = b"<html><title>Welcome to the Home of Wonderful Gardening Tools</title><p>text</p></html>"
    internet.site("a.example").page("/paper", page)

    assert _suspects(await check(f"- [2019 - {LOTTERY}](https://a.example/paper)\n")) == []


SCHOLARLY = (
    '<title>PMLR</title><meta name="citation_title" content="{title}">'
    '<meta name="citation_doi" content="10.1000/{doi}"><p>The abstract of a paper, which says what is in it.'
)


async def test_the_title_in_the_tags_of_any_page_counts(check: Check, internet: FakeInternet) -> None:
    """Two lines were swapped: each page says what its paper is called, and the list has the right one."""
    site = internet.site("papers.site.org")
    site.page("/a.html", SCHOLARLY.format(title="Sharpness Aware Minimization for Ranking", doi="a"))
    site.page("/b.html", SCHOLARLY.format(title="Graph Attention over Molecular Crystals", doi="b"))

    run = await check(
        "[Graph Attention over Molecular Crystals](https://papers.site.org/a.html)\n"
        "[Sharpness-aware Minimization for Ranking](https://papers.site.org/b.html)\n"
    )

    assert _suspects(run) == ["https://papers.site.org/a.html", "https://papers.site.org/b.html"]
    suggestion = offered(run, "https://papers.site.org/a.html")
    assert suggestion is not None
    assert suggestion.url == "https://papers.site.org/b.html"


@pytest.mark.parametrize(
    "tags",
    [
        # Several papers: a table of contents.
        '<meta name="citation_title" content="Something Else Entirely"><meta name="citation_title" content="A Third">',
        # A cited paper's title, in another tag.
        '<meta name="citation_reference" content="citation_title=Something Else Entirely;citation_year=2001">',
        '<meta property="og:title" content="Something Else Entirely">',
        "<!-- <meta name='citation_title' content='Something Else Entirely'> -->",
    ],
)
async def test_other_tags_say_nothing_about_the_paper(check: Check, internet: FakeInternet, tags: str) -> None:
    """Only a page with one title of one paper says which paper it is about."""
    internet.site("papers.site.org").page("/a.html", f"<title>x</title>{tags}<p>Some words of a page, enough to see.")

    run = await check("[Graph Attention over Molecular Crystals](https://papers.site.org/a.html)")

    assert _suspects(run) == []


async def test_pictures_and_bare_addresses_do_not_count(check: Check, arxiv: FakeArxiv, internet: FakeInternet) -> None:
    """The alternative text of a picture in a link describes the picture."""
    del arxiv
    png = (
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x10\x00\x00\x00\x10\x08\x02\x00\x00\x00\x90\x91h6"
        + b"\0" * 99
    )
    internet.site("a.example").page("/p.png", png, media_type="image/png")
    alt = "2020 - Overview Diagram: Complete Pipeline With Frobnication Stages"
    text = (
        f"[![{alt}](https://a.example/p.png)]({ABS}/1512.03385)\n\n"
        f'<a href="{ABS}/1803.03635"><img src="https://a.example/p.png" alt="{alt}"></a>\n\n{ABS}/1710.09829\n'
    )

    assert _suspects(await check(text)) == []


async def test_only_what_is_there_is_compared(check: Check, arxiv: FakeArxiv) -> None:
    """A paper that arXiv does not have stays broken, and a withdrawn one that is called by its title stays degraded."""
    arxiv.missing.add("1804.00001")
    arxiv.paper("1804.00002", title=LOTTERY, comment="This paper has been withdrawn by the author")

    run = await check(f"- [2019 - {INFOMAX}]({ABS}/1804.00001)\n- [{LOTTERY}]({ABS}/1804.00002)\n")

    assert list(verdicts(run).values()) == [Verdict.BROKEN, Verdict.DEGRADED]


async def test_one_wrong_text_among_right_ones_is_told(check: Check, arxiv: FakeArxiv) -> None:
    """The line above was copied and its address forgotten: the second line is named."""
    del arxiv

    run = await check(f"- [2015 - {RESNET}]({ABS}/1512.03385)\n- [2019 - {LOTTERY}]({ABS}/1512.03385)\n")

    assert "line 2" in one(run, f"{ABS}/1512.03385").judgement.reason


async def test_nothing_is_asked_where_nothing_is_doubted(check: Check, arxiv: FakeArxiv) -> None:
    """A list in order costs no request more, and texts that are no titles are in order."""
    texts = [
        "pdf",
        "paper",
        "[1]",
        "He et al., 2015",
        RESNET,
        f"2015 - **[ResNet]** {RESNET} (CVPR)",
        "the ResNet paper",
    ]
    await check("".join(f"- [{text}]({ABS}/1512.03385)\n" for text in texts))

    assert len(arxiv.queries) == 1


async def test_a_title_cannot_smuggle_anything_into_the_query(check: Check, arxiv: FakeArxiv) -> None:
    """Quotes and operators in a hostile text stay words of a title; the query keeps its one field."""
    hostile = '2019 - Alpha" OR all:"Beta Gamma & id_list=1 Delta Epsilon Zeta Eta'

    await check(f"- [{hostile}]({ABS}/1512.03385)\n")

    asked = [e.url for e in arxiv.internet.requests_to("export.arxiv.org") if "search_query" in e.url]
    assert len(asked) == 1
    fields = parse_qs(urlsplit(asked[0]).query)
    assert fields["search_query"] == ['ti:"alpha or all beta gamma id list 1 delta epsilon zeta eta"']
    assert "id_list" not in fields


@pytest.mark.parametrize("answer", [FakeArxiv.denied, FakeArxiv.maintenance, FakeArxiv.empty])
async def test_a_useless_search_costs_only_the_suggestion(
    check: Check, arxiv: FakeArxiv, answer: Callable[[], web.Response]
) -> None:
    """When arXiv's search says nothing of use, what is sure is still suspect, without an address."""
    query = arxiv.internet.site("export.arxiv.org").handler_for("https", "/api/query")

    async def without_search(request: web.Request) -> web.StreamResponse:
        return answer() if "search_query" in request.query else await query(request)

    arxiv.internet.site("export.arxiv.org").handle("/api/query", without_search)

    run = await check(f"- [2019 - {LOTTERY}]({ABS}/1512.03385)\n")

    assert len(_suspects(run)) == 1
    assert run.results[0].judgement.suggestion is None
