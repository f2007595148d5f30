"""Wikipedia: one question for fifty pages of a language; only "missing" accuses, and redirects are no finding."""

from __future__ import annotations

import asyncio
import json
from urllib.parse import quote

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from linkwarden.model import Evidence
from linkwarden.net import Net
from linkwarden.providers.sites.wikipedia import Wikipedia
from tests.internet import FakeInternet
from tests.internet.wikipedia import FakeWikipedia
from tests.links import answers_of, evidence_of, load, slug, target

EN = "https://en.wikipedia.org/wiki/"


@pytest.fixture
def wiki(internet: FakeInternet) -> FakeWikipedia:
    """Three wikis with a few pages."""
    wiki = FakeWikipedia(internet, "en", "de", "zh")
    wiki.pages["en"] |= {"Gradient descent", "C++", "AC/DC", "Café", "Machine learning", "Foo (bar)"}
    wiki.pages["de"] |= {"Künstliche Intelligenz"}
    wiki.pages["zh"] |= {"機器學習"}
    wiki.redirects["en", "ML"] = "Machine learning"
    wiki.converted["zh", "机器学习"] = "機器學習"
    wiki.sections["en", "Gradient descent"] = ["Description", "Caf%C3%A9_au_lait", "See_also"]
    return wiki


async def ask(net: Net, url: str) -> str:
    """Settle one address and name the answer."""
    return slug((await answers_of(Wikipedia, net, url))[url])


async def test_one_question_to_each_wiki(net: Net, wiki: FakeWikipedia) -> None:
    """Pages of one language travel together, in any spelling of the address; each wiki is asked once."""
    urls = [
        f"{EN}Gradient_descent",
        "https://en.m.wikipedia.org/wiki/C%2B%2B",
        f"{EN}AC/DC",
        f"{EN}Foo_(bar)",
        "http://en.wikipedia.org/w/index.php?title=Gradient+descent",
        f"{EN}ML?wprov=sfla1",
        f"{EN}Cafe%CC%81",
        f"{EN}Caf%E9",
        f"{EN}gradient_descent",
        "https://de.wikipedia.org/wiki/K%C3%BCnstliche_Intelligenz",
        "https://zh.wikipedia.org/zh-cn/机器学习",
    ]

    found = await answers_of(Wikipedia, net, *urls)

    assert {url: slug(item) for url, item in found.items()} == dict.fromkeys(urls, "ok")
    assert [q["wiki"] for q in wiki.questions] == ["en", "de", "zh"]
    assert all((q["redirects"], q["formatversion"], q["maxlag"]) == ("1", "2", "5") for q in wiki.questions)


async def test_missing_is_broken_among_others(net: Net, wiki: FakeWikipedia) -> None:
    """Only the page that the wiki calls missing is accused, by name and language."""
    del wiki
    found = await answers_of(Wikipedia, net, f"{EN}Gradient_descent", f"{EN}Nope", f"{EN}ML")

    assert [slug(item) for item in found.values()].count("wikipedia-page-missing") == 1
    missing = await evidence_of(Wikipedia, net, f"{EN}Nope")
    assert missing.reason == "Wikipedia (en) has no page called “Nope”."


async def test_a_redirect_is_fine_and_tells_its_page(net: Net, wiki: FakeWikipedia) -> None:
    """Readers land on the page, so nothing is to be done; title and facts name it."""
    del wiki

    found = await evidence_of(Wikipedia, net, f"{EN}ML")

    assert (slug(found), found.title) == ("ok", "Machine learning")
    assert found.facts[-1].what == "“ML” redirects to “Machine learning”"


async def test_a_redirect_into_the_void_is_left_to_the_page(net: Net, wiki: FakeWikipedia) -> None:
    """A redirect whose page is gone still shows readers a page."""
    wiki.redirects["en", "Old"] = "Gone"

    assert await ask(net, f"{EN}Old") == "pass"


async def test_a_circle_of_redirects_ends(net: Net, wiki: FakeWikipedia) -> None:
    """An answer whose redirects run in a circle ends the search, and not the run."""
    circle = {"redirects": [{"from": "A", "to": "B"}, {"from": "B", "to": "A"}], "pages": []}
    wiki.always = lambda: web.json_response({"query": circle})

    assert await ask(net, f"{EN}A") == "registry-silent"


async def test_what_is_missing_and_known_is_there(net: Net, wiki: FakeWikipedia) -> None:
    """A file page that Commons provides has no page of its own here and is shown all the same."""
    wiki.shared.add("File:Plot.png")

    assert await ask(net, f"{EN}File:Plot.png") == "ok"


@pytest.mark.parametrize("title", ["Foo%5Bbar", "Foo%7Cbar", "A%3Cb%3E", "%7B%7Bname%7D%7D"])
async def test_impossible_names_need_no_question(net: Net, wiki: FakeWikipedia, title: str) -> None:
    """Names with characters that MediaWiki forbids are broken without asking, and the others are still asked."""
    found = await answers_of(Wikipedia, net, f"{EN}{title}", f"{EN}ML")

    assert slug(found[f"{EN}{title}"]) == "wikipedia-title-impossible"
    assert slug(found[f"{EN}ML"]) == "ok"
    assert [q["titles"] for q in wiki.questions] == ["ML"]


async def test_the_wiki_may_call_a_name_impossible(net: Net, wiki: FakeWikipedia) -> None:
    """What the wiki itself calls invalid is broken."""
    del wiki

    assert await ask(net, f"{EN}A%26amp;B") == "wikipedia-title-impossible"


@pytest.mark.parametrize("path", ["de:Berlin", "Spezial:Zufall"])
async def test_other_wikis_and_special_pages_are_passed_on(net: Net, wiki: FakeWikipedia, path: str) -> None:
    """Where the interface has no page to speak of, the page itself is asked."""
    del wiki

    assert await ask(net, f"{EN}{path}") == "pass"


async def test_sections_are_looked_up_only_where_named(net: Net, wiki: FakeWikipedia) -> None:
    """A heading settles the link; any other name is left to the page, which may have it as an id."""
    assert await ask(net, f"{EN}Gradient_descent#See_also") == "ok"
    assert await ask(net, f"{EN}Gradient_descent#cite_note-3") == "pass"
    assert await ask(net, f"{EN}Gradient_descent#:~:text=step") == "ok"
    assert await ask(net, f"{EN}Gradient_descent#/media/File:Plot.png") == "ok"
    assert [q["action"] for q in wiki.questions].count("parse") == 2


async def test_a_missing_page_is_told_before_its_section(net: Net, wiki: FakeWikipedia) -> None:
    """Of a page that is not there no section is asked for."""
    assert await ask(net, f"{EN}Nope#History") == "wikipedia-page-missing"
    assert len(wiki.questions) == 1


async def test_fifty_to_a_question_one_after_the_other(net: Net, internet: FakeInternet, wiki: FakeWikipedia) -> None:
    """120 pages with long names are a few questions, none longer than eight kilobytes and never two at once."""
    names = [f"Page {'ж' * 40} {n}" for n in range(120)]
    wiki.pages["en"] |= set(names)
    urls = [f"{EN}{name.replace(' ', '_')}" for name in names]

    found = await answers_of(Wikipedia, net, *urls)

    assert {slug(item) for item in found.values()} == {"ok"}
    assert sum(len(q["titles"].split("|")) for q in wiki.questions) == 120
    assert max(len(e.url) for e in internet.log) < 8_000
    assert internet.peak("en.wikipedia.org") == 1


async def test_batches_wait_for_each_other(net: Net, internet: FakeInternet, wiki: FakeWikipedia) -> None:
    """Several batches of one run still ask a wiki one after the other, as MediaWiki's etiquette wants."""
    del wiki
    internet.latency = lambda _host: 1.0
    provider = load(Wikipedia)

    await asyncio.gather(*(answers_of(provider, net, f"{EN}{name}") for name in ("ML", "C%2B%2B", "Nope")))

    assert internet.peak("en.wikipedia.org") == 1


async def test_lag_and_limits_are_unverified(net: Net, wiki: FakeWikipedia) -> None:
    """A wiki whose copies lag, or that limits us, says nothing about pages, and no page is asked instead."""
    wiki.lagging = True
    lagging = await evidence_of(Wikipedia, net, f"{EN}ML")
    wiki.always = lambda: web.Response(status=429, headers={"Retry-After": "86400"})
    limited = await evidence_of(Wikipedia, net, f"{EN}ML")

    assert (slug(lagging), slug(limited)) == ("registry-silent", "registry-silent")
    assert "come back later" in lagging.reason
    assert {e.path for e in wiki.internet.log} == {"/w/api.php"}


async def test_no_such_wiki_is_left_to_the_page(net: Net, internet: FakeInternet) -> None:
    """A host without MediaWiki's interface is asked as a page."""
    internet.site("xx.wikipedia.org").page("/wiki/A", "x")

    assert await ask(net, "https://xx.wikipedia.org/wiki/A") == "pass"


@pytest.mark.parametrize(
    "body",
    [
        "<html>Wikipedia</html>",
        "[]",
        "null",
        '{"query": []}',
        '{"query": {"pages": {"1": {"title": "ML"}}}}',
        '{"query": {"pages": [null, 3, {"title": 7, "missing": true}]}}',
        '{"query": {"redirects": [{"from": 1}], "pages": "x"}}',
        '{"error": {"code": "internal_api_error"}}',
    ],
)
async def test_odd_answers_are_unverified(net: Net, wiki: FakeWikipedia, body: str) -> None:
    """Whatever is not the documented form accuses nobody and crashes nothing."""
    wiki.always = lambda: web.Response(text=body, content_type="application/json")

    assert await ask(net, f"{EN}ML") == "registry-silent"


async def test_an_odd_section_list_leaves_it_to_the_page(net: Net, wiki: FakeWikipedia) -> None:
    """Without a readable list of sections the page itself is looked at."""
    pages = [{"title": "ML"}]
    wiki.always = lambda: web.Response(text=json.dumps({"query": {"pages": pages}, "parse": {"sections": [1, "a"]}}))

    assert await ask(net, f"{EN}ML#Uses") == "pass"


@pytest.mark.parametrize(
    "url",
    [
        "https://en.wikipedia.org/",
        "https://en.wikipedia.org/wiki/",
        "https://en.wikipedia.org/wiki/Special:Search?search=a",
        "https://en.wikipedia.org/w/index.php?title=A&diff=2",
        "https://en.wikipedia.org/wiki/A?oldid=3",
        "https://en.wikipedia.org/?curid=5",
        "https://www.wikipedia.org/wiki/A",
        "https://wikipedia.org/wiki/A",
        "https://upload.wikimedia.org/wikipedia/commons/a/a1/A.png",
        "https://en.wikipedia.org.example/wiki/A",
    ],
)
def test_what_is_no_page_is_not_claimed(url: str) -> None:
    """Main pages, special pages, old versions and other hosts are left to the web."""
    assert load(Wikipedia).claim(target(url)) is None


@given(st.text(max_size=60))
def test_any_name_can_be_asked(name: str) -> None:
    """The ident of any name is stable: claiming it again under its own address gives the same one."""
    provider = load(Wikipedia)
    ident = provider.claim(target(f"{EN}{quote(name, errors='replace')}"))
    if ident is not None:
        again = quote(ident.removeprefix("en:").replace(" ", "_"), errors="replace")
        assert provider.claim(target(f"{EN}{again}")) == ident


async def test_sister_projects_are_asked_by_their_own_api(internet: FakeInternet, net: Net) -> None:
    """Each wiki is one request; what a wiki is called stands in the reason."""
    hosts = ("de.wikibooks.org", "commons.wikimedia.org", "www.mediawiki.org", "www.wikidata.org")
    for host in hosts:
        internet.site(host).handle("/w/api.php", _every_second_page)
    links = {
        "https://de.wikibooks.org/wiki/Here": "ok",
        "https://de.m.wikibooks.org/wiki/Gone": "wikipedia-page-missing",
        "https://commons.wikimedia.org/wiki/Here": "ok",
        "https://www.mediawiki.org/wiki/Gone": "wikipedia-page-missing",
        "https://www.wikidata.org/wiki/Here": "ok",
    }

    found = await answers_of(Wikipedia, net, *links)

    assert {url: slug(item) for url, item in found.items()} == links
    assert sorted(entry.host for entry in internet.log) == sorted(hosts)
    gone = found["https://de.m.wikibooks.org/wiki/Gone"]
    assert isinstance(gone, Evidence)
    assert gone.reason == "Wikibooks (de) has no page called “Gone”."


async def _every_second_page(request: web.Request) -> web.StreamResponse:
    pages = [
        {"title": title, **({} if title == "Here" else {"missing": True})}
        for title in request.query["titles"].split("|")
    ]
    return web.json_response({"query": {"pages": pages}})
