"""Pages that answer 200 and are not what the list promises: suspect on two signs that agree, never on one."""

from __future__ import annotations

import pytest

from linkwarden.model import Verdict
from linkwarden.net import Net
from linkwarden.soft404.siblings import sibling_of
from tests.internet import FakeInternet, Site, misbehave
from tests.links import slug, verdict_of
from tests.soft404.rot import page as look
from tests.soft404.rot import pages

SITE = "https://a.example.org"
WORDS = "<p>" + "There is much to read on this page. " * 40
ERROR = "<title>Page not found - Example</title><h1>Page not found</h1><p>Sorry."


@pytest.fixture
def site(internet: FakeInternet) -> Site:
    """A site that answers 404 for what it does not have."""
    return internet.site("a.example.org")


# --- error pages ---------------------------------------------------------------------------------------------------


async def test_an_error_title_and_heading_make_a_page_suspect(net: Net, site: Site) -> None:
    """The reason names what was seen, and the facts hold each sign."""
    site.page("/papers/x.html", ERROR)
    evidence = await look(net, SITE + "/papers/x.html")
    assert (slug(evidence), verdict_of(evidence), evidence.status) == ("soft-404", Verdict.SUSPECT, 200)
    assert 'its heading is an error message ("Page not found")' in evidence.reason
    assert sum(fact.what.startswith("sign: ") for fact in evidence.facts) >= 2


async def test_one_sign_is_no_proof(internet: FakeInternet, net: Net, site: Site) -> None:
    """An error title over a page that says much; a sibling is asked for, and the site knows what it has."""
    site.page("/papers/x.html", f"<title>Page not found</title><h1>On lost keys</h1>{WORDS}")
    assert slug(await look(net, SITE + "/papers/x.html")) == "ok"
    assert len(internet.requests_to("a.example.org")) == 2


async def test_a_sibling_with_the_same_page_is_the_second_sign(internet: FakeInternet, net: Net, site: Site) -> None:
    """Whatever its length: what stands at every address is not what the link names."""
    site.default(misbehave.answer(f"<title>Page not found</title><h1>Hello</h1>{WORDS}"))
    evidence = await look(net, SITE + "/papers/x.html")
    assert slug(evidence) == "soft-404"
    assert "made-up URL" in evidence.reason
    asked = internet.requests_to("a.example.org")[1]
    assert asked.path.startswith("/papers/")
    assert asked.path.endswith(".html")
    assert any(fact.url == asked.url and fact.status == 200 for fact in evidence.facts)


async def test_a_page_about_errors_is_fine(net: Net, site: Site) -> None:
    """A guide, and a song whose title the link or the address gives."""
    site.page("/guide", f"<title>How to fix error 404 pages</title><h1>How to fix error 404 pages</h1>{WORDS}")
    site.page("/song/not-found", "<title>Not Found</title><h1>Not Found</h1><p>La la la.")
    site.page("/v/1", "<title>Not Found</title><h1>Not Found</h1><p>La la la.")
    for path, text in (("/guide", ""), ("/song/not-found", ""), ("/v/1", "Not Found (live)")):
        assert slug(await look(net, SITE + path, text)) == "ok", path


@pytest.mark.parametrize("path", ["/", "/index.html", "/en/"])
async def test_a_home_page_is_no_soft_404_of_itself(net: Net, site: Site, path: str) -> None:
    """A studio may be called "Not Found", and its site may give the same page for every address."""
    site.default(misbehave.answer("<title>Not Found</title><h1>Not Found</h1><p>Design."))
    assert slug(await look(net, SITE + path)) == "ok"


async def test_every_deep_link_giving_the_same_page_is_suspect(net: Net, site: Site) -> None:
    """No redirect, no error message: but none of the promised words, and a made-up address gives the same."""
    site.default(misbehave.answer(f"<title>ACME</title><h1>We sell anvils</h1>{WORDS}"))
    assert slug(await look(net, SITE + "/pascal/results.html", "Benchmark results")) == "soft-404"
    assert slug(await look(net, SITE + "/12/34", "We sell anvils")) == "ok"


async def test_a_redirect_that_takes_every_address_along_is_suspect(net: Net, site: Site) -> None:
    """One old address moved is a move; all of them moved to one page is a loss."""
    site.handle("/old", misbehave.answer(b"", 302, Location="/new")).page("/new", f"<title>New</title>{WORDS}")
    site.redirect("/moved/guide", "/handbook", 302).page("/handbook", f"<title>Handbook</title>{WORDS}")
    assert slug(await look(net, SITE + "/old/parser.html")) == "soft-404"
    assert slug(await look(net, SITE + "/moved/guide")) == "ok"


async def test_a_frame_that_scripts_fill_is_not_judged(net: Net, site: Site) -> None:
    """A single-page application gives the same frame for every address."""
    frame = '<title>App</title><link rel="canonical" href="/"><div id="root"></div><script src="a.js"></script>'
    site.default(misbehave.answer(frame))
    assert slug(await look(net, SITE + "/experiments/sorting", "Sorting networks")) == "ok"


async def test_a_gate_that_stands_everywhere_is_not_judged(net: Net, site: Site) -> None:
    """A log-in or consent page is the same for every address as well."""
    site.default(misbehave.answer("<title>Cookie consent</title><h1>Before you continue</h1><button>Yes</button>"))
    assert slug(await look(net, SITE + "/news/mars", "Mars mission")) == "ok"


async def test_a_site_that_is_down_for_now_is_unverified(net: Net, site: Site) -> None:
    """It says that it will be back, so nobody is accused."""
    site.default(misbehave.answer("<title>Under maintenance</title><h1>We'll be back soon</h1>"))
    assert slug(await look(net, SITE + "/data/x")) == "down-for-now"


# --- domains -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        "<title>This domain is for sale</title><body>Buy this domain.",
        '<html data-adblockkey="x"><title>a.example.org</title><script src="//x.parkingcrew.net/a.js"></script>',
        "<script>window.onload=function(){window.location.href='/lander'}</script>",
        "<title>a.example.org</title><p>This domain is registered at Namecheap.",
        '<title>Deals</title><p>This domain is parked. <a href="https://dan.com/buy-domain/a.example.org">Buy',
    ],
)
async def test_a_parked_domain_is_suspect(net: Net, site: Site, body: str) -> None:
    """Two of: a title that offers it, a parking service's script, a registrar's words, a link to the sale."""
    site.default(misbehave.answer(body))
    assert slug(await look(net, SITE + "/")) == "parked-domain"


@pytest.mark.parametrize(
    "to", ["https://dan.com/buy-domain/a.example.org", "http://ww25.a.example.org/?x=a.example.org"]
)
async def test_a_redirect_to_a_parking_host_is_suspect(internet: FakeInternet, net: Net, site: Site, to: str) -> None:
    """The host and the domain's name in the address there are two signs, whatever the page says."""
    site.default(misbehave.answer(b"", 302, Location=to))
    internet.site(to.split("/")[2]).default(misbehave.answer(f"<title>a.example.org</title>{WORDS}"))
    assert slug(await look(net, SITE + "/paper.html")) == "parked-domain"


async def test_a_link_to_the_dealer_is_fine(internet: FakeInternet, net: Net) -> None:
    """The list means the dealer."""
    internet.site("dan.com").page("/", "<title>Domains for sale</title><p>Buy this domain. Make an offer.")
    assert slug(await look(net, "https://dan.com/")) == "ok"


async def test_one_phrase_parks_nothing(net: Net, site: Site) -> None:
    """A house for sale, and an article about selling domains."""
    site.page("/house", "<title>Lighthouse for sale</title><h1>Lighthouse</h1><p>Make an offer.")
    site.page("/tips", f"<title>This domain is for sale</title><h1>What to write</h1>{WORDS * 3}")
    assert slug(await look(net, SITE + "/house")) == "ok"
    assert slug(await look(net, SITE + "/tips")) == "ok"


async def test_a_hijacked_domain_is_suspect(net: Net, site: Site) -> None:
    """Gambling in the title, and not one word that the entry promises."""
    site.page("/gan", f"<title>Slot Gacor: situs judi online terpercaya</title>{'<p>bonus setiap hari ' * 80}")
    evidence = await look(net, SITE + "/gan", "A zoo of generative adversarial networks")
    assert slug(evidence) == "hijacked-domain"
    assert "gambling" in evidence.reason


async def test_a_list_about_gambling_is_fine(net: Net, site: Site) -> None:
    """The same title under a link that promises it."""
    site.page("/x1", f"<title>Online casinos: roulette and baccarat odds</title>{WORDS}")
    assert slug(await look(net, SITE + "/x1", "Odds of roulette")) == "ok"
    assert slug(await look(net, SITE + "/x1", "")) == "ok"


async def test_another_language_alone_is_fine(net: Net, site: Site) -> None:
    """A Chinese page under an English text: one sign, and the site knows what it has."""
    page = f"<title>图解注意力机制</title><h1>图解注意力机制</h1><p>{'本文用十张图说明它如何计算。' * 40}"
    site.page("/2018/transformer", page)
    assert slug(await look(net, SITE + "/2018/transformer", "The illustrated transformer")) == "ok"
    site.default(misbehave.answer(page))
    assert slug(await look(net, SITE + "/2018/transformer", "The illustrated transformer")) == "hijacked-domain"


async def test_a_placeholder_is_suspect(net: Net, site: Site) -> None:
    """The page that a web server comes with."""
    words = "If you see this page, the nginx web server is successfully installed and working."
    site.page("/", f"<title>Welcome to nginx!</title><h1>Welcome to nginx!</h1><p>{words}")
    assert slug(await look(net, SITE + "/")) == "placeholder-page"


# --- manners and determinism ---------------------------------------------------------------------------------------


async def test_one_sibling_serves_a_folder(internet: FakeInternet, net: Net, site: Site) -> None:
    """Links of one first folder and depth share it, whatever lies between, and all get the same verdict."""
    site.default(misbehave.answer(f"<title>Page not found</title><h1>Hello</h1>{WORDS}"))
    urls = [f"{SITE}/papers/{year}/p{n}" for year in (2012, 2014, 2019) for n in range(10)]
    found = await pages(net, *urls)
    assert {slug(item) for item in found.values()} == {"soft-404"}
    assert len(internet.requests_to("a.example.org")) == len(urls) + 1


@pytest.mark.parametrize("order", [1, -1])
async def test_the_order_of_links_changes_nothing(internet: FakeInternet, net: Net, site: Site, order: int) -> None:
    """Whichever link needs a sibling first, the same address is asked, so the verdicts are the same."""
    site.default(misbehave.answer(f"<title>Page not found</title><h1>Hello</h1>{WORDS}"))
    site.page("/papers/2012/b", f"<title>Lost keys</title>{WORDS}").page("/papers/b.html", ERROR)
    urls = [f"{SITE}/papers/{name}" for name in ("2012/a", "2012/b", "2014/c", "b.html", "c.html")][::order]
    found = await pages(net, *urls)
    assert [slug(found[url]) for url in sorted(urls)] == ["soft-404", "ok", "soft-404", "soft-404", "soft-404"]
    made_up = {entry.url for entry in internet.log} - set(urls)
    assert made_up == {sibling_of(f"{SITE}/papers/1/x"), sibling_of(f"{SITE}/papers/x.html")}


async def test_ordinary_pages_cost_one_request(internet: FakeInternet, net: Net, site: Site) -> None:
    """Short pages, pages that ask not to be listed, and pages in other languages included."""
    site.page("/sift/readme", "<h1>SIFT</h1><p>Unpack and run.").page("/p/1", "<p>ok")
    site.page("/hw1", "<title>Homework 1</title><meta name=robots content=noindex><p>Due Friday.")
    site.page("/guide", f"<title>Guide</title>{WORDS}")
    found = await pages(net, *(SITE + path for path in ("/sift/readme", "/p/1", "/hw1", "/guide")))
    assert {slug(item) for item in found.values()} == {"ok"}
    assert len(internet.log) == 4


async def test_a_sibling_that_gives_no_answer_accuses_nobody(net: Net, site: Site) -> None:
    """No answer, a refusal or a wall is no second sign."""
    site.page("/papers/x", f"<title>Page not found</title><h1>Hello</h1>{WORDS}")
    for handler in (misbehave.answer(b"", 403), misbehave.reset, misbehave.redirect_loop()):
        site.default(handler)
        assert slug(await look(net, SITE + "/papers/x")) == "ok"


async def test_hostile_pages_are_only_data(net: Net, site: Site) -> None:
    """Huge titles, nesting and broken markup neither crash nor accuse."""
    site.page("/a", "<title>" + "not found " * 5000 + "</title>" + "<h1>" * 2000)
    site.page("/b", "<meta name=description content='" + "casino " * 9000 + "'>" + "<div>" * 3000)
    site.page("/c", b"\xff\xfe<title>\x00404\x00</title><link rel=canonical href='http://[bad'><a href='http://[x'>")
    for path in "abc":
        assert verdict_of(await look(net, f"{SITE}/{path}")) in {Verdict.OK, Verdict.SUSPECT}


# --- what a fresh set of pages taught -------------------------------------------------------------------------------


async def test_a_reply_to_a_message_about_an_error_is_no_error(net: Net, site: Site) -> None:
    """In an archive of a mailing list the subject quotes the error; the page is the mail."""
    site.page("/m/12.html", "<title>Re: File not found</title><h1>Re: File not found</h1><p>Fixed it in CVS. Ana")
    site.page("/m/13.html", "<title>File not found</title><h1>File not found</h1><p>Sorry.")
    found = await pages(net, SITE + "/m/12.html", SITE + "/m/13.html")
    assert [slug(evidence) for evidence in found.values()] == ["ok", "soft-404"]


async def test_a_status_page_may_speak_of_maintenance(internet: FakeInternet, net: Net) -> None:
    """Troubles are what such a site is about; the same words elsewhere mean that the site itself is down."""
    text = "<title>Scheduled maintenance</title><h1>Scheduled maintenance</h1><p>Storage: Sunday."
    for host in ("status.a.example.org", "shop.a.example.org"):
        internet.site(host).page("/", text)
    found = await pages(net, "https://status.a.example.org/", "https://shop.a.example.org/")
    assert [slug(evidence) for evidence in found.values()] == ["ok", "down-for-now"]


@pytest.mark.parametrize(("where", "expected"), [("canonical", "soft-404"), ("text", "ok")])
async def test_the_name_of_the_site_in_its_own_address_keeps_no_promise(
    net: Net, site: Site, where: str, expected: str
) -> None:
    """A domain that was sold still names itself in its pages' addresses; one that speaks of the project is its own."""
    about = "The Example benchmark is closed." if where == "text" else "The best mattresses of the year."
    home = f'<link rel="canonical" href="{SITE}/"><title>Sleep well</title><h1>Sleep well</h1><p>{about}</p>{WORDS}'
    site.default(misbehave.answer(home))
    assert slug(await look(net, SITE + "/2014/table.html", "Example benchmark")) == expected


@pytest.mark.parametrize(("entries", "expected"), [("cgi-bin", "placeholder-page"), ("cgi-bin data", "ok")])
async def test_a_listing_without_anything_of_the_owner_is_a_placeholder(
    net: Net, site: Site, entries: str, expected: str
) -> None:
    """Hosts put ``cgi-bin`` into each site; a listing with more in it was put there by somebody."""
    listed = "".join(f'<li><a href="{name}/"> {name}/</a></li>' for name in entries.split())
    site.page("/", f"<title>Index of /</title><h1>Index of /</h1><ul>{listed}</ul>")
    assert slug(await look(net, SITE + "/")) == expected
