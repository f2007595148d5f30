"""Stack Exchange: a hundred posts to a question, absence believed twice, quota and pauses kept."""

from __future__ import annotations

import pytest
from aiohttp import web

from linkwarden.net import Net
from linkwarden.providers.sites.stack_exchange import StackExchange
from tests.internet import FakeInternet, misbehave
from tests.internet.stack_exchange import FakeStackExchange
from tests.links import answers_of, evidence_of, load, slug, target

SO = "https://stackoverflow.com"
STATS = "https://stats.stackexchange.com"


@pytest.fixture
def stack(internet: FakeInternet) -> FakeStackExchange:
    """Two sites with a few posts."""
    stack = FakeStackExchange(internet, "stackoverflow.com", "stats.stackexchange.com")
    stack.questions |= {
        ("stackoverflow.com", 11): "Why is &quot;a&quot; &lt; b?",
        ("stackoverflow.com", 12): "Another",
        ("stats.stackexchange.com", 2): "On normality",
    }
    stack.answers |= {("stackoverflow.com", 21)}
    return stack


async def ask(net: Net, url: str) -> str:
    """Settle one address and name the answer."""
    return slug((await answers_of(StackExchange, net, url))[url])


async def test_one_question_for_each_site_and_sort(net: Net, stack: FakeStackExchange) -> None:
    """All questions of a site travel together, and so do all answers; no page is asked."""
    urls = [
        f"{SO}/questions/11/why",
        f"{SO}/q/12/99",
        f"{SO}/a/21",
        f"{SO}/questions/11/why/21#21",
        f"{SO}/questions/12#comment5_12",
        f"{STATS}/questions/2",
    ]

    found = await answers_of(StackExchange, net, *urls)

    assert {slug(item) for item in found.values()} == {"ok"}
    assert stack.asked == [
        ("stackoverflow.com", "questions", 2),
        ("stackoverflow.com", "answers", 1),
        ("stats.stackexchange.com", "questions", 1),
    ]
    assert stack.internet.hosts == {"api.stackexchange.com"}
    assert (await evidence_of(StackExchange, net, urls[0])).title == 'Why is "a" < b?'


async def test_a_hundred_on_one_page(net: Net, stack: FakeStackExchange) -> None:
    """The interface gives thirty posts unless told otherwise; a hundred are asked for and none is accused."""
    stack.questions |= {("stackoverflow.com", n): f"Q{n}" for n in range(1000, 1100)}

    found = await answers_of(StackExchange, net, *(f"{SO}/q/{n}" for n in range(1000, 1100)))

    assert {slug(item) for item in found.values()} == {"ok"}
    assert len(stack.asked) == 1


async def test_absence_is_believed_twice(net: Net, stack: FakeStackExchange) -> None:
    """Deleted posts are broken after a second question for all of them; a gap in one answer accuses nobody."""
    stack.hidden.add(12)

    found = await answers_of(StackExchange, net, f"{SO}/q/11", f"{SO}/q/12", f"{SO}/q/404", f"{SO}/a/405")

    assert [slug(found[f"{SO}/{path}"]) for path in ("q/11", "q/12", "q/404", "a/405")] == [
        "ok",
        "ok",
        "stack-exchange-post-missing",
        "stack-exchange-post-missing",
    ]
    assert stack.asked[-1] == ("stackoverflow.com", "posts", 3)
    assert (await evidence_of(StackExchange, net, f"{SO}/a/405")).reason == (
        "stackoverflow.com no longer has the answer 405."
    )


async def test_an_answer_linked_as_a_question_is_there(net: Net, stack: FakeStackExchange) -> None:
    """The site leads from an answer's number to the answer, whatever the address calls it."""
    del stack

    assert await ask(net, f"{SO}/questions/21") == "ok"


async def test_a_deleted_answer_of_a_living_question_is_degraded(net: Net, stack: FakeStackExchange) -> None:
    """Readers land on the question, which is offered."""
    del stack

    found = await evidence_of(StackExchange, net, f"{SO}/questions/11/why/404#404")

    assert slug(found) == "stack-exchange-answer-missing"
    assert found.suggestion is not None
    assert found.suggestion.url == f"{SO}/q/11"
    assert await ask(net, f"{SO}/questions/405/why/21#21") == "stack-exchange-post-missing"


async def test_a_page_that_stands_keeps_the_accusation_back(net: Net, stack: FakeStackExchange) -> None:
    """A question that moved to another site is gone from the interface and still leads readers there."""
    stack.internet.site("stackoverflow.com").page("/q/404", "<title>Moved</title>")

    assert await ask(net, f"{SO}/questions/404/old") == "pass"


async def test_a_page_is_asked_once_for_all_links_to_it(net: Net, stack: FakeStackExchange) -> None:
    """Several links to one deleted question cost one look at its page."""
    await answers_of(StackExchange, net, f"{SO}/q/404", f"{SO}/questions/404/slug", f"{SO}/q/404/7")

    assert len(stack.internet.requests_to("stackoverflow.com")) == 1


async def test_a_throttle_stops_all_questions(net: Net, stack: FakeStackExchange) -> None:
    """Told off once, linkwarden asks nothing more: all links that are left are unverified."""
    stack.misbehaviour.append(stack.throttled)

    found = await answers_of(StackExchange, net, f"{SO}/q/11", f"{SO}/a/21", f"{STATS}/q/2")

    assert {slug(item) for item in found.values()} == {"registry-silent"}
    assert len(stack.asked) == 1


async def test_the_days_quota_is_kept(net: Net, stack: FakeStackExchange) -> None:
    """When the interface says that none is left, no further question is asked."""
    stack.quota = 1

    found = await answers_of(StackExchange, net, f"{SO}/q/11", f"{SO}/q/404", f"{STATS}/q/2")

    assert slug(found[f"{SO}/q/11"]) == "ok"
    assert slug(found[f"{SO}/q/404"]) == slug(found[f"{STATS}/q/2"]) == "registry-silent"
    assert len(stack.asked) == 1


async def test_a_pause_is_kept_for_the_same_method(net: Net, stack: FakeStackExchange) -> None:
    """The interface names the seconds before the same method may be asked again; a long pause ends the questions."""
    stack.backoff = 10

    assert len(await answers_of(StackExchange, net, f"{SO}/q/11", f"{STATS}/q/2")) == 2
    first, second = stack.internet.starts("api.stackexchange.com")
    assert second - first >= 10

    stack.backoff = 3_600
    found = await answers_of(StackExchange, net, f"{SO}/q/11", f"{STATS}/q/2")
    assert sorted(map(slug, found.values())) == ["ok", "registry-silent"]


async def test_an_incomplete_page_accuses_nobody(net: Net, stack: FakeStackExchange) -> None:
    """Where there is more than was shown, absence proves nothing."""
    body = {"items": [{"question_id": 11}], "has_more": True, "quota_remaining": 9}
    stack.always = lambda: web.json_response(body)

    found = await answers_of(StackExchange, net, f"{SO}/q/11", f"{SO}/q/12")

    assert (slug(found[f"{SO}/q/11"]), slug(found[f"{SO}/q/12"])) == ("ok", "registry-silent")


async def test_a_second_answer_of_no_use_accuses_nobody(net: Net, stack: FakeStackExchange) -> None:
    """One complete answer is one word; without the second nothing is believed."""
    good = {"items": [], "has_more": False, "quota_remaining": 9}
    stack.misbehaviour += [lambda: web.json_response(good), lambda: web.Response(status=400, text="no")]

    assert await ask(net, f"{SO}/q/404") == "registry-silent"


async def test_an_answer_about_other_posts_accuses_nobody(net: Net, stack: FakeStackExchange) -> None:
    """An answer with posts that were not asked for is somebody else's, however well the second one is formed."""
    odd = {"items": [{"question_id": 999}], "has_more": False, "quota_remaining": 9}
    good = {"items": [], "has_more": False, "quota_remaining": 8}
    stack.misbehaviour += [lambda: web.json_response(odd), lambda: web.json_response(good)]

    assert await ask(net, f"{SO}/q/404") == "registry-silent"


async def test_an_unknown_site_is_left_to_its_pages(net: Net, stack: FakeStackExchange) -> None:
    """Where the interface knows no such site, whoever answers there must tell."""
    del stack

    assert await ask(net, "https://nosuch.stackexchange.com/q/1") == "pass"


@pytest.mark.parametrize(
    "handler",
    [
        lambda: web.Response(text="<html></html>", content_type="text/html"),
        lambda: web.json_response([]),
        lambda: web.json_response({"items": None, "has_more": False}),
        lambda: web.json_response({"items": [7], "has_more": False}),
        lambda: web.json_response({"items": [{"question_id": 999}], "has_more": False}),
        lambda: web.json_response({"items": [{"question_id": "11"}], "has_more": False}),
        lambda: web.json_response({"items": []}),
        lambda: web.Response(status=503),
        lambda: web.Response(status=429, headers={"Retry-After": "86400"}),
    ],
)
async def test_odd_answers_are_unverified(net: Net, stack: FakeStackExchange, handler: object) -> None:
    """Whatever is not the documented form accuses nobody."""
    stack.always = handler  # type: ignore[assignment]

    assert await ask(net, f"{SO}/questions/11") == "registry-silent"


async def test_walls_are_unverified(net: Net, internet: FakeInternet) -> None:
    """A challenge in front of the interface is no answer of it."""
    internet.site("api.stackexchange.com").default(misbehave.bot_wall("cloudflare"))

    found = await evidence_of(StackExchange, net, f"{SO}/q/11")

    assert slug(found) == "registry-silent"
    assert "turned linkwarden away" in found.reason


@pytest.mark.parametrize(
    ("url", "ident"),
    [
        ("https://www.stackoverflow.com/questions/5", "stackoverflow.com/q/5"),
        ("https://es.stackoverflow.com/q/5", "es.stackoverflow.com/q/5"),
        ("https://meta.stackexchange.com/q/5", "meta.stackexchange.com/q/5"),
        ("https://meta.superuser.com/q/5", "meta.superuser.com/q/5"),
        ("https://mathoverflow.net/questions/5/a-b", "mathoverflow.net/q/5"),
        ("https://math.meta.stackexchange.com/q/5", "math.meta.stackexchange.com/q/5"),
        ("https://askubuntu.com/questions/5/x#answer-7", "askubuntu.com/q/5/7"),
        ("https://stackoverflow.com/questions/5/404", "stackoverflow.com/q/5"),
        ("https://stackoverflow.com/", None),
        ("https://stackoverflow.com/questions", None),
        ("https://stackoverflow.com/questions/tagged/c%2B%2B", None),
        ("https://stackoverflow.com/users/5/name", None),
        ("https://stackoverflow.com/questions/0", None),
        ("https://stackoverflow.com/questions/12345678901234", None),
        ("https://chat.stackexchange.com/questions/5", None),
        ("https://stackoverflow.blog/questions/5", None),
        ("https://stackexchange.com/questions/5", None),
        ("https://stackoverflow.com.example/questions/5", None),
    ],
)
def test_what_is_claimed(url: str, ident: str | None) -> None:
    """Posts of all sites of the family are claimed, and nothing else."""
    assert load(StackExchange).claim(target(url)) == ident
