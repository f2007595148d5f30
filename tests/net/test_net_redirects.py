"""Redirects are followed by hand: every hop guarded, slotted and recorded, cookies within one chain, tokens nowhere."""

from __future__ import annotations

import pytest
from aiohttp import web

from linkwarden.net import Net
from linkwarden.wire import NetError, NetErrorKind, Request, Response
from tests.internet import FakeInternet
from tests.internet.misbehave import (
    answer,
    cookie_bounce,
    cookie_loop,
    endless_redirects,
    redirect_loop,
    repeated,
    self_redirect,
)


async def get(net: Net, url: str) -> Response:
    """Fetch a page."""
    return await net.fetch(Request(url=url, purpose="page"))


async def failure(net: Net, url: str) -> NetError:
    """Fetch what cannot be had, and give the reason."""
    with pytest.raises(NetError) as caught:
        await net.fetch(Request(url=url, purpose="page"))
    return caught.value


async def test_hops_are_recorded(internet: FakeInternet, net: Net) -> None:
    """Address, status and absolute target of each hop are kept; the fragment comes along; moves are told apart."""
    internet.site("a.org").redirect("/1", "/2", 301).redirect("/2", "https://b.org/3", 308)
    internet.site("b.org").page("/3", "here").redirect("/t", "http://a.org/1", 302)
    response = await get(net, "http://a.org/1#part")
    assert (response.url, response.body) == ("https://b.org/3#part", b"here")
    assert [(hop.url, hop.status, hop.location) for hop in response.hops] == [
        ("http://a.org/1#part", 301, "http://a.org/2#part"),
        ("http://a.org/2#part", 308, "https://b.org/3#part"),
    ]
    assert response.moved_to == "https://b.org/3#part"
    assert (await get(net, "https://b.org/t")).moved_to is None


async def test_a_fragment_in_location_wins(internet: FakeInternet, net: Net) -> None:
    """The fragment of Location replaces the author's (RFC 9110 section 10.2.2)."""
    internet.site("a.org").redirect("/1", "/2#new").page("/2")
    assert (await get(net, "http://a.org/1#old")).url == "http://a.org/2#new"


async def test_not_followed_when_not_wanted(internet: FakeInternet, net: Net) -> None:
    """With follow=False the redirect itself is the answer."""
    internet.site("a.org").redirect("/1", "/2")
    response = await net.fetch(Request(url="http://a.org/1", purpose="page", follow=False))
    assert (response.status, response.headers["location"], response.hops) == (301, "/2", ())


async def test_ten_hops_pass_and_eleven_do_not(internet: FakeInternet, net: Net) -> None:
    """The limit is max_hops redirects; a chain that never repeats ends there."""
    for step in range(10):
        internet.site("a.org").redirect(f"/{step}", f"/{step + 1}")
    internet.site("a.org").page("/10", "arrived")
    assert (await get(net, "http://a.org/0")).body == b"arrived"
    internet.site("b.org").default(endless_redirects())
    error = await failure(net, "http://b.org/")
    assert (error.kind, len(error.hops)) == (NetErrorKind.TOO_MANY_REDIRECTS, 10)
    assert len(internet.requests_to("b.org")) == 11


@pytest.mark.parametrize("length", [2, 3])
async def test_a_loop_ends_when_it_closes(internet: FakeInternet, net: Net, length: int) -> None:
    """Coming back to the same address with the same cookies is a loop, found without going round again."""
    internet.site("a.org").default(redirect_loop(length))
    error = await failure(net, "http://a.org/?hop=0")
    assert (error.kind, error.host) == (NetErrorKind.REDIRECT_LOOP, "a.org")
    assert len(internet.log) == length


async def test_a_page_that_redirects_to_itself_is_a_loop(internet: FakeInternet, net: Net) -> None:
    """One request is enough to know."""
    internet.site("a.org").default(self_redirect())
    assert (await failure(net, "http://a.org/x")).kind is NetErrorKind.REDIRECT_LOOP
    assert len(internet.log) == 1


async def test_a_cookie_bounce_is_no_loop(internet: FakeInternet, net: Net) -> None:
    """A site that sends a visitor back once to set a cookie is reached, as in a browser."""
    internet.site("a.org").default(cookie_bounce(answer("welcome")))
    assert (await get(net, "https://a.org/x")).body == b"welcome"
    assert len(internet.log) == 2


async def test_an_endless_cookie_chain_ends(internet: FakeInternet, net: Net) -> None:
    """New cookies for ever are cut by the hop limit."""
    internet.site("a.org").default(cookie_loop())
    assert (await failure(net, "https://a.org/x")).kind is NetErrorKind.TOO_MANY_REDIRECTS


async def test_cookies_stay_with_their_hosts_and_their_chain(internet: FakeInternet, net: Net) -> None:
    """An identity host's domain cookie reaches its own domain, no other host, and no later fetch."""
    internet.site("www.nature.test").handle("/a", _needs_session).page("/plain")
    internet.site("idp.nature.test").page(
        "/auth", "", 302, {"Location": "https://www.nature.test/a", "Set-Cookie": "sid=1; Domain=nature.test; Path=/"}
    )
    internet.site("other.test").redirect("/go", "https://www.nature.test/a?via=1", 302)
    assert (await get(net, "https://www.nature.test/a")).body == b"article via other"
    await get(net, "https://www.nature.test/plain")
    assert [(e.host, e.headers.get("Cookie")) for e in internet.log] == [
        ("www.nature.test", None),
        ("idp.nature.test", None),
        ("www.nature.test", "sid=1"),
        ("other.test", None),
        ("www.nature.test", "sid=1"),
        ("www.nature.test", None),
    ]


async def _needs_session(request: web.Request) -> web.StreamResponse:
    if "sid" not in request.cookies:
        return web.Response(status=303, headers={"Location": "https://idp.nature.test/auth"})
    if "via" not in request.query:
        return web.Response(status=302, headers={"Location": "https://other.test/go"})
    return web.Response(text="article via other")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_that_goes_nowhere(internet: FakeInternet, net: Net, status: int) -> None:
    """Without Location it is the response, as in browsers; out of the web it is an error, and nothing is opened."""
    internet.site("a.org").page("/none", status=status).redirect("/file", "file:///etc/passwd", status)
    internet.site("a.org").redirect("/empty", "", status).redirect("/port", "http://b.org:99999/", status)
    for path in ("none", "empty"):
        assert (await get(net, f"http://a.org/{path}")).status == status
    error = await failure(net, "http://a.org/port")
    assert (error.kind, error.host) == (NetErrorKind.BAD_REDIRECT, "a.org")
    error = await failure(net, "http://a.org/file")
    assert error.kind is NetErrorKind.BAD_REDIRECT
    assert "passwd" not in error.detail


async def test_a_user_name_in_a_redirect_is_not_sent(internet: FakeInternet, net: Net) -> None:
    """Browsers follow it, and send the name only where the server asks for it; the hop does not show it."""
    internet.site("a.org").redirect("/x", "https://guest:secret@b.org/y")
    internet.site("b.org").page("/y", "here")
    response = await get(net, "http://a.org/x")
    assert (response.body, response.url) == (b"here", "https://b.org/y")
    assert "secret" not in repr(response)
    assert "Authorization" not in internet.log[-1].headers


@pytest.mark.parametrize("status", [200, 302, 404])
@pytest.mark.parametrize("header", ["Location", "Content-Disposition"])
async def test_two_different_headers_of_which_there_is_one(
    internet: FakeInternet, net: Net, header: str, status: int
) -> None:
    """Browsers refuse the response; the same value twice is one value, and other headers may differ."""
    internet.site("a.org").handle("/two", repeated(status, (header, "/y"), (header, "/z")))
    internet.site("a.org").handle("/same", repeated(status, (header, "/y"), (header, "/y"), ("X", "1"), ("X", "2")))
    internet.site("a.org").page("/y", "here")
    error = await failure(net, "http://a.org/two")
    assert (error.kind, error.status, error.host) == (NetErrorKind.CONFLICTING_HEADERS, status, "a.org")
    assert header in error.detail
    assert len(internet.log) == 1
    assert (await get(net, "http://a.org/same")).status == (200 if (header, status) == ("Location", 302) else status)


@pytest.mark.parametrize("status", [300, 304, 305])
async def test_other_statuses_from_300_are_answers(internet: FakeInternet, net: Net, status: int) -> None:
    """Multiple choices and the like are not followed, Location or not."""
    internet.site("a.org").page("/", status=status, headers={"Location": "/x"})
    assert (await get(net, "http://a.org/")).status == status


@pytest.mark.parametrize(
    ("status", "method", "body"),
    [(301, "GET", b""), (302, "GET", b""), (303, "GET", b""), (307, "POST", b"data"), (308, "POST", b"data")],
)
async def test_post_goes_on_as_browsers_do(
    internet: FakeInternet, net: Net, status: int, method: str, body: bytes
) -> None:
    """301 to 303 turn POST into GET without a body; 307 and 308 keep both (RFC 9110 section 15.4)."""
    internet.site("a.org").redirect("/1", "/2", status).page("/2")
    await net.fetch(Request(url="http://a.org/1", purpose="api", method="POST", body=b"data"))
    assert (internet.log[1].method, internet.log[1].body) == (method, body)


async def test_a_downgrade_is_seen(internet: FakeInternet, net: Net) -> None:
    """A step from https to http is followed, as readers' browsers do, and visible in the hops."""
    internet.site("a.org").redirect("/s", "http://a.org/p").page("/p")
    response = await get(net, "https://a.org/s")
    assert [hop.location for hop in response.hops] == ["http://a.org/p"]


@pytest.mark.parametrize(
    ("url", "token_host", "seen"),
    [
        ("https://api.test/x", "api.test", "Bearer t0ken"),
        ("http://api.test/x", "api.test", None),
        ("http://api.test:443/x", "api.test", None),
        ("https://api.test:8443/x", "api.test", None),
        ("https://other.test/x", "api.test", None),
        ("https://api.test/x", None, None),
    ],
)
async def test_a_token_is_for_one_host_only(
    internet: FakeInternet, net: Net, url: str, token_host: str | None, seen: str | None
) -> None:
    """A token goes over https to port 443 of its own host, and nowhere else."""
    for host in ("api.test", "other.test"):
        internet.site(host, ports={8443: "https", 443: "http" if url.startswith("http:") else "https"}).page("/x")
    await net.fetch(Request(url=url, purpose="api", token="t0ken", token_host=token_host))
    assert internet.log[0].headers.get("Authorization") == seen


async def test_a_token_never_crosses_a_redirect(internet: FakeInternet, net: Net) -> None:
    """Not to another host, not even to another address of its own; private headers stay with the first host."""
    internet.site("api.test").redirect("/x", "/y", 302).redirect("/y", "https://evil.test/z", 302)
    internet.site("evil.test").page("/z")
    headers = {"x-github-api-version": "2022-11-28"}
    await net.fetch(
        Request(url="https://api.test/x", purpose="api", token="t0ken", token_host="api.test", headers=headers)
    )
    assert [entry.headers.get("Authorization") for entry in internet.log] == ["Bearer t0ken", None, None]
    assert ["x-github-api-version" in entry.headers for entry in internet.log] == [True, True, False]
    assert "t0ken" not in repr(Request(url="https://api.test/x", purpose="api", token="t0ken"))


async def test_what_every_request_says(internet: FakeInternet) -> None:
    """An honest name, a normal Accept, no Referer, no cookie, no coding that cannot be read."""
    internet.site("a.org").redirect("/", "/x").page("/x")
    async with internet.net(user_agent="linkwarden/1.0 (+https://example.org)") as net:
        await get(net, "http://a.org/")
    for entry in internet.log:
        assert entry.headers["User-Agent"] == "linkwarden/1.0 (+https://example.org)"
        assert entry.headers["Accept"].startswith("text/html")
        assert entry.headers["Accept-Encoding"] == "gzip, deflate"
        assert not {"Referer", "Cookie", "Authorization"} & set(entry.headers)
