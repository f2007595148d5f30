"""Ordinary pages: asked once, judged by what a reader would get, and never accused on thin evidence."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from aiohttp import web

from linkwarden.model import Evidence, Pass, Verdict
from linkwarden.net import Net
from linkwarden.providers.web.page import WebProvider
from linkwarden.soft404 import judge
from tests.internet import FakeInternet, Handler, Site, misbehave
from tests.internet.stores import FakeStores
from tests.links import answers_of, evidence_of, slug, verdict_of

SITE = "https://a.example.org"
WORDS = "<p>" + "There is much to read on this page. " * 20
GUIDE = f'<html><title>The  guide</title><body><h2 id="install">Install</h2><h2 id="größe">G</h2>{WORDS}</body></html>'


@pytest.fixture
def site(internet: FakeInternet) -> Site:
    """An ordinary site with one page."""
    return internet.site("a.example.org").page("/guide", GUIDE)


async def look(net: Net, url: str) -> str:
    """Name what is found at an address."""
    return slug(await evidence_of(WebProvider, net, url))


@pytest.mark.parametrize(("there", "given"), [(("de", "fr"), "de"), (("ja",), "ja"), (("de", "en"), "en")])
async def test_a_page_in_another_language_is_a_page(
    net: Net, internet: FakeInternet, there: tuple[str, ...], given: str
) -> None:
    """The server negotiates by RFC 9110 section 12.5.4, and refuses who takes none of its languages."""

    async def negotiate(request: web.Request) -> web.Response:
        taken = {}
        for part in request.headers.get("Accept-Language", "*").split(","):
            name, _, quality = part.strip().partition(";q=")
            taken[name] = float(quality or 1)
        best = max(there, key=lambda language: taken.get(language, taken.get("*", 0)))
        if not taken.get(best, taken.get("*", 0)):
            return web.Response(status=406, text="Not Acceptable")
        return web.Response(text=f"<title>{best}</title>{WORDS}", content_type="text/html")

    internet.site("a.example.org").handle("/", negotiate)

    evidence = await evidence_of(WebProvider, net, SITE + "/")

    assert (slug(evidence), evidence.title) == ("ok", given)


async def test_a_page_is_fine_and_its_title_is_kept(net: Net, site: Site) -> None:
    """The title is for later comparison and for reports."""
    evidence = await evidence_of(WebProvider, net, SITE + "/guide")
    assert (slug(evidence), evidence.status, evidence.title) == ("ok", 200, "The guide")
    site.page("/paper.pdf", b"%PDF-1.4", media_type="application/pdf")
    assert (await evidence_of(WebProvider, net, SITE + "/paper.pdf")).title is None


# --- docs/facts/http-answers.md#cases-that-checkers-get-wrong, row by row --------------------------------------------


@pytest.mark.parametrize("path", ["/403", "/999", "/cloudflare", "/waf"])
async def test_who_turns_programs_away_accuses_nobody(net: Net, site: Site, path: str) -> None:
    """Rows "403", "403 + cf-mitigated", "999", and AWS WAF's 202."""
    site.handle("/403", misbehave.answer(b"no", 403)).handle("/999", misbehave.bot_wall("linkedin"))
    site.handle("/cloudflare", misbehave.bot_wall("cloudflare")).handle("/waf", misbehave.bot_wall("aws-waf"))
    assert verdict_of(await evidence_of(WebProvider, net, SITE + path)) is Verdict.UNVERIFIED


async def test_a_rate_limit_is_waited_for(internet: FakeInternet, net: Net, site: Site) -> None:
    """Row "429, Retry-After 1"; and a date in the past means at once (docs/facts/http-answers.md#rate-limiting)."""
    site.handle("/soon", misbehave.retry_after(internet.time, 1, misbehave.answer()))
    site.handle("/past", misbehave.retry_after(internet.time, -60, misbehave.answer(), form="date"))
    assert await look(net, SITE + "/soon") == "ok"
    assert await look(net, SITE + "/past") == "ok"


@pytest.mark.parametrize("failure", [408, 500, 502, 503, "reset"])
async def test_a_trouble_that_passes_leaves_no_trace(net: Net, site: Site, failure: int) -> None:
    """Rows "503 twice, then 200" and "500, 502, 408 or reset once, then 200"."""
    site.handle("/x", misbehave.fail_then(1, failure, misbehave.answer()))
    assert await look(net, SITE + "/x") == "ok"


async def test_a_trouble_that_stays_is_no_accusation(net: Net, site: Site) -> None:
    """A server that is down is down, not gone."""
    site.handle("/x", misbehave.answer(b"down", 503))
    assert verdict_of(await evidence_of(WebProvider, net, SITE + "/x")) is Verdict.UNVERIFIED


@pytest.mark.parametrize("status", [403, 404, 405, 501])
async def test_head_is_never_asked(internet: FakeInternet, net: Net, site: Site, status: int) -> None:
    """Row "HEAD 404 or 405, GET 200" (docs/facts/http-answers.md#requests)."""
    site.handle("/x", misbehave.no_head(status=status))
    assert await look(net, SITE + "/x") == "ok"
    assert {entry.method for entry in internet.log} == {"GET"}


@pytest.mark.parametrize(("status", "expected"), [(202, "ok"), (204, "odd-answer")])
async def test_unusual_good_statuses(net: Net, site: Site, status: int, expected: str) -> None:
    """Row "202 / 204": content counts; without it a reader sees nothing, which is no proof either."""
    site.page("/x", b"<p>accepted" if status == 202 else b"", status)
    assert await look(net, SITE + "/x") == expected


async def test_a_permanent_redirect_is_a_fix(net: Net, site: Site) -> None:
    """Row "301 → 200": moved, with the author's fragment on the new address."""
    site.redirect("/old/guide", "/guide", 301)
    evidence = await evidence_of(WebProvider, net, SITE + "/old/guide#install")
    assert slug(evidence) == "moved-permanently"
    assert evidence.suggestion is not None
    assert evidence.suggestion.url == SITE + "/guide#install"
    assert [fact.status for fact in evidence.facts] == [301, 200]


async def test_a_temporary_redirect_is_nothing(net: Net, site: Site) -> None:
    """302 says nothing about tomorrow."""
    site.redirect("/now", "/guide", 302)
    evidence = await evidence_of(WebProvider, net, SITE + "/now")
    assert (slug(evidence), evidence.suggestion, evidence.final_url) == ("ok", None, SITE + "/guide")


async def test_a_permanent_redirect_to_nothing_is_broken(net: Net, site: Site) -> None:
    """The end of the chain decides."""
    site.redirect("/old", "/nowhere", 301)
    assert await look(net, SITE + "/old") == "not-found"


async def test_deep_links_that_land_elsewhere_are_suspect(net: Net, site: Site) -> None:
    """Rows "deep link → /" and "→ /404.html (200)"."""
    site.page("/", "<p>home").page("/404.html", "<p>sorry")
    site.redirect("/a/b", "/", 302).redirect("/c/d", "/404.html", 302)
    assert await look(net, SITE + "/a/b") == "redirected-home"
    assert await look(net, SITE + "/c/d") == "redirected-to-error-page"


async def test_an_expired_storage_address_is_expired(internet: FakeInternet, net: Net) -> None:
    """Row "S3 Request has expired 403": not a bare 403; a private object is no accusation for a page."""
    FakeStores(internet)
    evidence = await evidence_of(WebProvider, net, "https://bucket.s3.amazonaws.com/expired.png")
    assert verdict_of(evidence) is Verdict.EXPIRED
    assert await look(net, "https://bucket.s3.amazonaws.com/denied.png") == "object-refused"


async def test_a_site_that_wants_a_browser_accuses_nobody(net: Net, site: Site) -> None:
    """Row "UA must say Mozilla": we say who we are and are refused."""

    async def picky(request: web.Request) -> web.StreamResponse:
        return web.Response(status=200 if "Mozilla" in request.headers["User-Agent"] else 403)

    site.handle("/x", picky)
    assert verdict_of(await evidence_of(WebProvider, net, SITE + "/x")) is Verdict.UNVERIFIED


async def test_queries_are_pages_of_their_own(net: Net, site: Site) -> None:
    """Row "?id=2 = 404, ?id=1 = 200"."""
    site.page("/x?id=1", "<p>one").page("/x?id=2", b"no", 404)
    found = await answers_of(WebProvider, net, SITE + "/x?id=1", SITE + "/x?id=2")
    assert [slug(item) for item in found.values()] == ["ok", "not-found"]


async def test_a_loop_is_unverified_and_a_cookie_bounce_is_fine(net: Net, site: Site) -> None:
    """Row "redirect loop": cookies are kept, so what is left of loops is most often a wall."""
    site.handle("/loop", misbehave.redirect_loop()).handle("/self", misbehave.self_redirect())
    site.handle("/cookie", misbehave.cookie_bounce(misbehave.answer(WORDS)))
    assert await look(net, SITE + "/loop") == "redirect-loop"
    assert verdict_of(await evidence_of(WebProvider, net, SITE + "/self")) is Verdict.UNVERIFIED
    assert await look(net, SITE + "/cookie") == "ok"


async def test_a_publisher_wall_without_identifier_is_unverified(internet: FakeInternet, net: Net) -> None:
    """A wall proves nothing (docs/facts/services.md#publisher-bot-protection), nor does Kaggle's 404."""
    internet.site("onlinelibrary.wiley.com").default(misbehave.bot_wall("cloudflare"))
    assert await look(net, "https://onlinelibrary.wiley.com/journal/1") == "bot-wall"
    internet.site("www.kaggle.com")
    assert await look(net, "https://www.kaggle.com/c/titanic") == "untrusted-404"


async def test_dead_hosts_are_told_apart(internet: FakeInternet, net: Net) -> None:
    """No name, no answer of the name service, refused, bad certificate (docs/facts/http-answers.md#dns-and-network)."""
    internet.dns("ill.example.org", "servfail")
    internet.refuse("shut.example.org")
    for fault in ("expired", "wrong-host", "self-signed"):
        internet.tls(f"{fault}.example.org", fault)
    found = {
        host: await look(net, f"https://{host}.example.org/")
        for host in ("nowhere", "ill", "shut", "expired", "wrong-host", "self-signed")
    }
    assert found == {
        "nowhere": "no-such-host",
        "ill": "dns-failure",
        "shut": "connection-refused",
        "expired": "certificate-expired",
        "wrong-host": "certificate-wrong-host",
        "self-signed": "certificate-self-signed",
    }


# --- sites that never tell -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "https://scholar.google.co.uk/scholar?q=x",
        "https://www.linkedin.com/in/x",
        "https://x.com/a/status/1",
        "https://www.researchgate.net/publication/1",
        "https://colab.research.google.com/drive/1AbC",
        "https://www.youtube.com/watch?v=aaaaaaaaaaa",
        "https://youtu.be/aaaaaaaaaaa",
    ],
)
async def test_who_never_tells_is_not_asked(internet: FakeInternet, net: Net, url: str) -> None:
    """Unverified, with the reason, and no request (docs/facts/services.md#sites-that-never-tell)."""
    evidence = await evidence_of(WebProvider, net, url)
    assert (slug(evidence), internet.log) == ("site-never-tells", [])
    assert evidence.reason.endswith(", so no request was made; open it in a browser.")


@pytest.mark.parametrize("host", ["notlinkedin.com", "box.com", "ax.com", "scholar.google.com.example.org"])
async def test_hosts_are_compared_by_whole_labels(internet: FakeInternet, net: Net, host: str) -> None:
    """A host whose name only ends alike is asked."""
    internet.site(host).page("/in/x", "<p>x")
    assert await look(net, f"https://{host}/in/x") == "ok"


async def test_a_notebook_from_github_is_github_s_business(net: Net) -> None:
    """Colab's frame is always there; the notebook behind it is what matters."""
    base = "https://colab.research.google.com"
    found = await answers_of(
        WebProvider, net, base + "/github/o/r/blob/main/a.ipynb#scrollTo=x", base + "/gist/u/abc/b.ipynb"
    )
    assert list(found.values()) == [
        Pass(base + "/github/o/r/blob/main/a.ipynb#scrollTo=x", instead="https://github.com/o/r/blob/main/a.ipynb"),
        Pass(base + "/gist/u/abc/b.ipynb", instead="https://gist.github.com/u/abc/b.ipynb"),
    ]


# --- places on pages -----------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("site")
async def test_places_of_one_page_cost_one_request(internet: FakeInternet, net: Net) -> None:
    """Each link is judged by its own fragment, from one GET."""
    urls = [SITE + "/guide" + f for f in ("", "#install", "#gr%C3%B6%C3%9Fe", "#nothing", "#Install")]
    found = await answers_of(WebProvider, net, *urls)
    assert [slug(item) for item in found.values()] == [
        "ok",
        "ok",
        "ok",
        "place-missing-on-page",
        "place-missing-on-page",
    ]
    assert len(internet.requests_to("a.example.org")) == 1
    last = found[urls[-1]]
    assert isinstance(last, Evidence)
    assert last.suggestion is not None
    assert last.suggestion.url == SITE + "/guide#install"


@pytest.mark.parametrize(
    "fragment",
    ["", "/route", "!/route", ":~:text=much", "install:~:text=x", "page=3", "L10", "top", "Top", "12", "comment-7"],
)
@pytest.mark.usefixtures("site")
async def test_what_names_no_place_is_not_judged(net: Net, fragment: str) -> None:
    """Routes, text fragments, PDF pages, lines, comments (docs/facts/http-answers.md#fragments)."""
    assert await look(net, f"{SITE}/guide#{fragment}") == "ok"


@pytest.mark.parametrize(
    "body",
    [
        f'<div id="root"></div><script src="app.js"></script>{WORDS}',
        '<p id="a">Loading<script>go()</script>',
        WORDS,
        f"<p id=a>{WORDS}<script>onhashchange = () => show(location.hash)</script>",
    ],
)
async def test_pages_that_may_make_the_place_are_not_judged(net: Net, site: Site, body: str) -> None:
    """Scripts, or a page without a single id, leave the question open."""
    site.page("/app", body)
    assert await look(net, SITE + "/app#part") == "ok"


async def test_a_page_that_was_not_read_whole_is_not_judged(net: Net, site: Site) -> None:
    """A megabyte is read for a place; what may stand behind it is not accused, what stands before it is found."""
    site.page("/long", "<h2 id='near'>x</h2>" + WORDS * 1000 + "<h2 id='far'>y</h2>")
    site.page("/longer", "<h2 id='near'>x</h2>" + WORDS * 20_000)
    assert await look(net, SITE + "/long#far") == "ok"
    assert await look(net, SITE + "/long#nowhere") == "place-missing-on-page"
    assert await look(net, SITE + "/longer#nowhere") == "ok"


async def test_a_place_in_a_pdf_is_not_judged(net: Net, site: Site) -> None:
    """Only HTML has ids."""
    site.page("/x.pdf", b"%PDF-1.4", media_type="application/pdf")
    assert await look(net, SITE + "/x.pdf#section.2") == "ok"


# --- pages that are more or less than they seem --------------------------------------------------------------------


async def test_a_page_that_sends_readers_on_is_followed(internet: FakeInternet, net: Net, site: Site) -> None:
    """As browsers do: whatever its size and status, and again where it ends; a circle ends where it began."""
    hop = '<meta http-equiv="refresh" content="0; url={}">'
    site.page("/r", hop.format("/guide")).page("/dead", hop.format("/nowhere")).page("/twice", hop.format("/r"))
    site.page("/late", '<meta http-equiv="refresh" content="60; url=/nowhere"><p>news')
    site.page("/again", hop.format("/again") + "<p>news")
    evidence = await evidence_of(WebProvider, net, SITE + "/r")
    assert (slug(evidence), evidence.title, evidence.final_url) == ("ok", "The guide", SITE + "/guide")
    assert await look(net, SITE + "/dead") == "not-found"
    assert await look(net, SITE + "/twice") == "ok"
    assert await look(net, SITE + "/late") == "ok"
    before = len(internet.log)
    assert await look(net, SITE + "/again") == "ok"
    assert len(internet.log) == before + 1
    site.page("/error", hop.format("/guide"), status=404).page("/long", hop.format("/dead") + "<p>word " * 4000)
    site.page("/ring1", hop.format("/ring2") + "<p>news").page("/ring2", hop.format("/ring1") + "<p>news")
    assert [await look(net, SITE + path) for path in ("/error", "/long", "/ring1")] == ["ok", "not-found", "ok"]


async def test_a_log_in_form_instead_of_a_page_is_unverified(net: Net, site: Site) -> None:
    """A page that is called "Sign in" and asks for a password hides the page; an article about it does not."""
    form = "<form><input type=password></form>"
    site.page("/x", f"<title>Sign in to Example</title>{form}")
    site.page("/forum", f"<title>How we tune networks</title>{form}{WORDS}")
    site.page("/post", f"<title>Sign in with Example: a guide</title>{WORDS}")
    assert await look(net, SITE + "/x") == "log-in-required"
    assert await look(net, SITE + "/forum") == "ok"
    assert await look(net, SITE + "/post") == "ok"


async def test_an_empty_page_is_not_called_fine(net: Net, site: Site) -> None:
    """A reader sees a blank page; that may be the site's answer to programs."""
    site.page("/x", b"")
    assert await look(net, SITE + "/x") == "odd-answer"


@pytest.mark.parametrize(
    "handler",
    [misbehave.endless(), misbehave.gzip_bomb(20), misbehave.truncated_body(), misbehave.reset_mid_body()],
)
async def test_hostile_bodies_are_survived(net: Net, site: Site, handler: Handler) -> None:
    """Whatever comes, the link gets a verdict that accuses nobody."""
    site.handle("/x", handler)
    found = await evidence_of(WebProvider, net, "http://a.example.org/x#part")
    assert verdict_of(found) in {Verdict.OK, Verdict.UNVERIFIED}


async def test_large_pages_are_looked_at_beside_the_run(net: Net, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """What one server sends does not keep the others waiting."""
    threads = []
    look = judge.judge_page

    def watched(*arguments: Any) -> Evidence:
        """Note who looks."""
        threads.append(threading.current_thread())
        return look(*arguments)

    monkeypatch.setattr(judge, "judge_page", watched)
    site.page("/small", "<title>Ferns</title><p>All about ferns.")
    site.page("/large", "<title>Ferns</title>" + "<div>" * 5000 + "All about ferns.")

    await answers_of(WebProvider, net, f"{SITE}/small", f"{SITE}/large")

    small, large = threads
    assert small is threading.current_thread()
    assert large is not small
