"""Repairs: a suggestion where the same thing answers elsewhere, none where it does not, and few questions."""

from __future__ import annotations

import pytest
from aiohttp import web

from linkwarden.model import Verdict
from linkwarden.net import Net
from linkwarden.review.repairs import RepairsReview
from linkwarden.wire import Request
from tests.internet import FakeInternet, misbehave, pictures
from tests.internet.arxiv import FakeArxiv
from tests.review.checking import Check, facts, offered

REVIEWS = (RepairsReview,)

PAGE = "<html><title>A page</title><p id=part>It is there.</p></html>"
SIGNED = (
    "?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAEXAMPLE%2F20210209%2Fus-west-2%2Fs3%2Faws4_request"
    "&X-Amz-Date=20210209T103524Z&X-Amz-Expires=86400&X-Amz-Signature=0123456789abcdef&X-Amz-SignedHeaders=host"
)


async def answers(net: Net, url: str) -> int:
    """Give the status behind a suggestion."""
    return (await net.fetch(Request(url=url, purpose="page"))).status


@pytest.fixture(autouse=True)
def _somebody_answers(internet: FakeInternet) -> None:
    """Let one host be there, so that dead names are not taken for a dead network."""
    internet.site("alive.b.example").page("/", PAGE)


def asked(internet: FakeInternet, *hosts: str) -> list[str]:
    """Give what hosts were asked for, in order, without the made-up addresses that look for soft errors."""
    known = ("/", "/x", "/old", "/new", "/a.png")
    return [e.url for e in internet.log if e.path in known and (not hosts or e.host in hosts)]


async def over_https_only(request: web.Request) -> web.Response:
    """Have the page over https, and not over http."""
    return web.Response(text=PAGE, content_type="text/html", status=200 if request.secure else 404)


class TestTwins:
    """The same page over https, with or without ``www.``."""

    async def test_https_answers_where_http_is_closed(self, internet: FakeInternet, check: Check, net: Net) -> None:
        """Port 80 is closed, https answers: a safe suggestion, which keeps the fragment."""
        internet.site("a.example", ports={80: "refused"}).page("/x", PAGE)  # type: ignore[dict-item]

        run = await check("http://a.example/x#part")

        better = offered(run, "http://a.example/x#part")
        assert better is not None
        assert (better.url, better.safe) == ("https://a.example/x#part", True)
        assert await answers(net, better.url) == 200
        assert run.results[0].judgement.verdict is Verdict.BROKEN
        assert "suggested URL works" in facts(run, "http://a.example/x#part")

    async def test_https_answers_where_http_says_404(self, internet: FakeInternet, check: Check) -> None:
        """Somebody serves http and lacks the page: the suggestion is made, and is to be looked at."""
        internet.site("a.example").handle("/x", over_https_only)

        better = offered(await check("http://a.example/x"), "http://a.example/x")

        assert better is not None
        assert (better.url, better.safe) == ("https://a.example/x", False)

    @pytest.mark.parametrize(
        ("dead", "alive"),
        [
            ("https://a.example/x?y=1", "https://www.a.example/x?y=1"),
            ("https://www.a.example/x", "https://a.example/x"),
            ("http://www.a.example/x", "https://a.example/x"),
            ("https://lab.ac.uk/x", "https://www.lab.ac.uk/x"),
        ],
    )
    async def test_the_name_with_or_without_www(
        self, internet: FakeInternet, check: Check, net: Net, dead: str, alive: str
    ) -> None:
        """The name does not exist, its twin does and has the page."""
        internet.site(alive.split("/")[2]).page("/x", PAGE)

        run = await check(f"{dead} https://alive.b.example/")

        better = offered(run, dead)
        assert better is not None
        assert (better.url, better.safe) == (alive, False)
        assert await answers(net, better.url) == 200

    async def test_a_twin_that_speaks_http_only(self, internet: FakeInternet, check: Check) -> None:
        """An http link to a name that is gone may lead to its twin over http."""
        internet.site("www.a.example", ports={443: "refused"}).page("/x", PAGE)  # type: ignore[dict-item]

        better = offered(await check("http://a.example/x https://alive.b.example/"), "http://a.example/x")

        assert better is not None
        assert better.url == "http://www.a.example/x"

    async def test_a_certificate_for_www_only(self, internet: FakeInternet, check: Check) -> None:
        """The certificate does not cover the bare name, as happens often."""
        internet.tls("a.example", "wrong-host")
        internet.site("www.a.example").page("/x", PAGE)

        better = offered(await check("https://a.example/x"), "https://a.example/x")

        assert better is not None
        assert better.url == "https://www.a.example/x"

    async def test_a_twin_that_moved_offers_where_it_leads(self, internet: FakeInternet, check: Check) -> None:
        """The twin redirects for good: the end of the redirects is offered."""
        internet.site("www.a.example").redirect("/x", "https://b.example/x", 301)
        internet.site("b.example").page("/x", PAGE)

        better = offered(await check("https://a.example/x"), "https://a.example/x")

        assert better is not None
        assert better.url == "https://b.example/x"

    async def test_no_twin_no_suggestion(self, internet: FakeInternet, check: Check) -> None:
        """Where the twins have no such page either, nothing is offered and nothing said."""
        internet.site("a.example")
        internet.site("www.a.example")

        run = await check("http://a.example/x")

        assert offered(run, "http://a.example/x") is None
        assert "suggested" not in facts(run, "http://a.example/x")

    async def test_a_twin_must_show_a_picture_for_a_picture(self, internet: FakeInternet, check: Check) -> None:
        """A page where the picture was lost is no repair; a picture is."""
        internet.site("www.a.example").page("/a.png", PAGE)
        internet.site("www.b.example").page("/b.png", pictures.PNG, media_type="image/png")
        dead = ["https://a.example/a.png", "https://b.example/b.png"]

        run = await check("\n\n".join(f"![x]({url})" for url in dead))

        assert offered(run, dead[0]) is None
        better = offered(run, dead[1])
        assert better is not None
        assert better.url == "https://www.b.example/b.png"

    @pytest.mark.parametrize(
        "url", ["https://a.b.example/x", "https://a.example:8443/x", "https://127.66.0.1/x", "https://www.x/"]
    )
    async def test_where_nothing_follows_nobody_is_asked(self, internet: FakeInternet, check: Check, url: str) -> None:
        """Subdomains, ports and numbers have no twin."""
        before = await check(f"{url} https://alive.b.example/", reviews=())
        lookups, attempts = len(internet.lookups), len(internet.attempts)

        run = await check(f"{url} https://alive.b.example/")

        assert offered(run, url) is None
        assert before.requests == run.requests
        assert (len(internet.lookups), len(internet.attempts)) == (2 * lookups, 2 * attempts)

    async def test_what_was_asked_already_is_not_asked_again(self, internet: FakeInternet, check: Check) -> None:
        """Who redirects to https and ends in 404 has shown the https twin; another link's answer is used."""
        internet.site("a.b.example").https_only()
        internet.site("c.d.example").handle("/x", over_https_only)

        run = await check("http://a.b.example/x http://c.d.example/x https://c.d.example/x")

        assert asked(internet, "a.b.example") == ["http://a.b.example/x", "https://a.b.example/x"]
        assert sorted(asked(internet, "c.d.example")) == ["http://c.d.example/x", "https://c.d.example/x"]
        better = offered(run, "http://c.d.example/x")
        assert better is not None
        assert better.url == "https://c.d.example/x"

    async def test_places_on_one_page_share_the_question(self, internet: FakeInternet, check: Check) -> None:
        """Ten links to places on one lost page are mended by one question."""
        internet.site("a.b.example").handle("/x", over_https_only)

        run = await check(" ".join(f"http://a.b.example/x#p{n}" for n in range(10)))

        assert asked(internet, "a.b.example").count("https://a.b.example/x") == 1
        assert {r.judgement.suggestion.url for r in run.results if r.judgement.suggestion} == {
            f"https://a.b.example/x#p{n}" for n in range(10)
        }

    async def test_two_questions_at_most(self, internet: FakeInternet, check: Check) -> None:
        """A lost page costs two more requests and not one more."""
        internet.site("a.example")
        internet.site("www.a.example")

        await check("http://a.example/x")

        assert asked(internet) == ["http://a.example/x", "https://a.example/x", "https://www.a.example/x"]

    async def test_a_twin_in_trouble_is_tried_once(self, internet: FakeInternet, check: Check) -> None:
        """A guess is not worth retries."""
        internet.site("www.a.example").default(misbehave.answer(b"", 503))

        await check("https://a.example/x https://alive.b.example/")

        assert len(internet.requests_to("www.a.example")) == 1


class TestVisionLibrary:
    """openaccess.thecvf.com."""

    @pytest.mark.parametrize(
        ("dead", "alive"),
        [
            (
                "https://openaccess.thecvf.com/content_CVPR_2017/html/He_Deep_CVPR_2017_paper.html",
                "https://openaccess.thecvf.com/content_cvpr_2017/html/He_Deep_CVPR_2017_paper.html",
            ),
            (
                "http://openaccess.thecvf.com/content_eccv_2018/papers/Wu_Group_ECCV_2018_paper.pdf",
                "https://openaccess.thecvf.com/content_ECCV_2018/papers/Wu_Group_ECCV_2018_paper.pdf",
            ),
            (
                "http://www.cv-foundation.org//openaccess/content_iccv_2015/papers/Girshick_Fast_ICCV_2015_paper.pdf",
                "https://openaccess.thecvf.com/content_iccv_2015/papers/Girshick_Fast_ICCV_2015_paper.pdf",
            ),
            (
                "http://www.cv-foundation.org/openaccess/content_CVPR_2016/papers/Yang_CVPR_2016_paper.pdf",
                "https://openaccess.thecvf.com/content_cvpr_2016/papers/Yang_CVPR_2016_paper.pdf",
            ),
        ],
    )
    async def test_the_spelling_that_answers_is_offered(
        self, internet: FakeInternet, check: Check, net: Net, dead: str, alive: str
    ) -> None:
        """Another case of the meeting, or the host that the library moved to."""
        internet.site("openaccess.thecvf.com").page(alive.split("thecvf.com")[1], PAGE)

        run = await check(f"[x]({dead}) https://alive.b.example/")

        better = offered(run, dead)
        assert better is not None
        assert better.url == alive
        assert await answers(net, better.url) == 200

    @pytest.mark.parametrize(
        ("dead", "alive"),
        [
            ("http://aclweb.org/anthology/N/N16/N16-1030.pdf", "https://aclanthology.org/N16-1030.pdf"),
            ("https://www.aclweb.org/anthology/2020.acl-main.1", "https://aclanthology.org/2020.acl-main.1/"),
            ("http://papers.nips.cc/paper/4824-imagenet.pdf", "https://papers.nips.cc/paper/4824-imagenet"),
        ],
    )
    async def test_a_moved_archive_gets_its_new_address_once_it_has_answered(
        self, internet: FakeInternet, check: Check, net: Net, dead: str, alive: str
    ) -> None:
        """Papers kept their identifiers."""
        host, _, path = alive.removeprefix("https://").partition("/")
        site = internet.site(host)
        run = await check(f"[x]({dead}) https://alive.b.example/")
        assert offered(run, dead) is None

        site.page(f"/{path}", PAGE)
        run = await check(f"[x]({dead}) https://alive.b.example/")

        better = offered(run, dead)
        assert better is not None
        assert better.url == alive
        assert await answers(net, better.url) == 200

    async def test_two_guesses_and_no_more(self, internet: FakeInternet, check: Check) -> None:
        """Of the four addresses at which a paper of the old library might stand, two are tried."""
        internet.site("openaccess.thecvf.com")
        internet.site("www.cv-foundation.org")
        internet.site("cv-foundation.org")

        await check("[x](http://www.cv-foundation.org/openaccess/content_CVPR_2016/papers/Yang_CVPR_2016_paper.pdf)")

        assert [e.host for e in internet.log] == ["www.cv-foundation.org", *["openaccess.thecvf.com"] * 2]


class TestUnsigned:
    """Files whose signed address has ended."""

    async def test_a_public_file_is_offered_without_its_signature(
        self, internet: FakeInternet, check: Check, net: Net
    ) -> None:
        """One GET without the query gives the picture: a safe suggestion, and the link stays expired."""
        plain = "https://figures.s3.us-west-2.amazonaws.com/a.png"
        internet.site("figures.s3.us-west-2.amazonaws.com").page("/a.png", pictures.PNG, media_type="image/png")

        run = await check(f"![a]({plain}{SIGNED})")

        better = offered(run, plain + SIGNED)
        assert better is not None
        assert (better.url, better.safe) == (plain, True)
        assert await answers(net, better.url) == 200
        assert run.results[0].judgement.verdict is Verdict.EXPIRED
        assert [e.url for e in internet.log][:1] == [plain]
        assert len(internet.log) == 2

    async def test_a_private_file_stays_expired(self, internet: FakeInternet, check: Check) -> None:
        """The store refuses without the signature: one request, and no suggestion."""
        site = internet.site("figures.s3.us-west-2.amazonaws.com")
        site.page("/a.png", pictures.S3_ACCESS_DENIED, 403, media_type="application/xml")
        url = f"https://figures.s3.us-west-2.amazonaws.com/a.png{SIGNED}"

        run = await check(f"![a]({url})")

        assert offered(run, url) is None
        assert len(internet.log) == 1

    @pytest.mark.parametrize(
        "plain",
        [
            "https://s3.us-west-2.amazonaws.com/secure.notion-static.com/0b1c/block.png",
            "https://cdn.example/a.png",
        ],
    )
    async def test_private_sites_and_other_hosts_are_not_asked(
        self, internet: FakeInternet, check: Check, plain: str
    ) -> None:
        """Notion keeps every file private, and of other hosts nobody knows what the query is for."""
        host, path = plain.removeprefix("https://").split("/", 1)
        internet.site(host).page(f"/{path}", pictures.PNG, media_type="image/png")

        run = await check(f"![a]({plain}{SIGNED})")

        assert offered(run, plain + SIGNED) is None
        assert all(e.url != plain for e in internet.log)


class TestPapersWithCode:
    """Pages of a closed service, named by the paper's title."""

    @pytest.mark.parametrize("name", ["attention-is-all-you-need", "bert-pre-training-of-deep-bidirectional"])
    async def test_the_paper_in_the_same_list_is_offered(self, internet: FakeInternet, check: Check, name: str) -> None:
        """The list links the paper at arXiv: that link is offered, and nobody is asked for it."""
        arxiv = FakeArxiv(internet)
        titles = {
            "1706.03762": "Attention Is All You Need",
            "1810.04805": "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding",
        }
        for ident, title in titles.items():
            arxiv.paper(ident, title=title)
        links = " ".join(f"https://arxiv.org/abs/{ident}" for ident in titles)
        url = f"https://paperswithcode.com/paper/{name}"

        run = await check(f"{links} {url} https://paperswithcode.com/paper/attention-is-all")

        better = offered(run, url)
        assert better is not None
        wanted = "1706.03762" if name.startswith("attention") else "1810.04805"
        assert (better.url, better.safe) == (f"https://arxiv.org/abs/{wanted}", False)
        assert offered(run, "https://paperswithcode.com/paper/attention-is-all") is None


async def test_what_has_a_suggestion_keeps_it(internet: FakeInternet, check: Check) -> None:
    """A misspelt scheme has its repair already; nobody is asked."""
    run = await check("[x](htps://a.example/x)")

    better = offered(run, "htps://a.example/x")
    assert better is not None
    assert better.url == "https://a.example/x"
    assert internet.log == []


async def test_healthy_links_are_left_alone(internet: FakeInternet, check: Check) -> None:
    """Only what fails is looked at: pages that are there, moved or unknown cost nothing more."""
    internet.site("a.example").page("/", PAGE).redirect("/old", "/new").page("/new", PAGE)
    internet.site("b.example").default(misbehave.bot_wall("cloudflare"))

    await check("http://a.example/ http://a.example/old http://b.example/")

    assert sorted(asked(internet)) == [
        "http://a.example/",
        "http://a.example/new",
        "http://a.example/old",
        "http://b.example/",
    ]


class TestClosedServices:
    """What took the place of a closed service, where it is only probable that it has the thing."""

    async def test_offered_once_it_has_answered(self, internet: FakeInternet, check: Check) -> None:
        """One package was carried over, the other was not."""
        internet.site("packages.pulsar-edit.dev").page("/packages/linter", PAGE)

        run = await check("https://atom.io/packages/linter https://atom.io/packages/gone https://alive.b.example/")

        better = offered(run, "https://atom.io/packages/linter")
        assert better is not None
        assert (better.url, better.safe) == ("https://packages.pulsar-edit.dev/packages/linter", False)
        assert offered(run, "https://atom.io/packages/gone") is None
        assert {r.judgement.verdict for r in run.results[:2]} == {Verdict.BROKEN}

    async def test_nothing_is_offered_offline(self, internet: FakeInternet, check: Check) -> None:
        """Without a request nobody knows."""
        run = await check("https://atom.io/packages/linter", offline=True)
        assert offered(run, "https://atom.io/packages/linter") is None
        assert asked(internet) == []
