"""What the user gives one host alone goes to that host, over that scheme and port, and nowhere else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from linkwarden.config import CookieFile, Host
from linkwarden.config._hosts import read_accounts, read_cookie_files, read_destinations, read_headers
from linkwarden.model import UsageError
from linkwarden.net import NetPolicy
from linkwarden.wire import OVERLOOKED, NetError, NetErrorKind, Request, Response
from tests.internet import FakeInternet
from tests.internet.log import Exchange

SECRET = "0123456789abcdef"
KEY = read_headers((f"docs.example.org X-Key: {SECRET}",), what="")


async def get(internet: FakeInternet, url: str, **policy: Any) -> Response:
    """Fetch a page with a policy."""
    async with internet.net(**policy) as net:
        return await net.fetch(Request(url=url, purpose="page"))


def saw(exchanges: list[Exchange]) -> list[str]:
    """Return the schemes and hosts of the requests that brought the secret, in any header."""
    return [f"{e.scheme}://{e.host}{e.path}" for e in exchanges if any(SECRET in value for value in e.headers.values())]


@pytest.mark.parametrize(
    ("to", "url", "sent"),
    [
        ("docs.example.org", "https://docs.example.org/", True),
        ("docs.example.org", "https://DOCS.example.org:443/", True),
        ("docs.example.org", "http://docs.example.org/", False),
        ("docs.example.org", "https://docs.example.org:8443/", False),
        ("docs.example.org", "https://example.org/", False),
        ("docs.example.org", "https://a.docs.example.org/", False),
        ("docs.example.org", "https://evil-docs.example.org/", False),
        ("docs.example.org", "https://docs.example.org.evil.example/", False),
        ("docs.example.org:8443", "https://docs.example.org:8443/", True),
        ("docs.example.org:8443", "https://docs.example.org/", False),
        ("http://docs.example.org", "http://docs.example.org/", True),
        ("http://docs.example.org", "https://docs.example.org/", False),
        ("*.example.org", "https://docs.example.org/", True),
        ("*.example.org", "https://a.docs.example.org/", True),
        ("*.example.org", "https://example.org/", False),
        ("*.example.org", "https://evilexample.org/", False),
        ("DOCS.Example.ORG", "https://docs.example.org/", True),
        ("bücher.example", "https://xn--bcher-kva.example/", True),
        ("docs.example.org", "https://docs.example.org./", False),
    ],
)
async def test_a_header_goes_to_its_destination_only(internet: FakeInternet, to: str, url: str, sent: bool) -> None:  # noqa: FBT001 - a table
    """Scheme, host and port have to be those; a domain with ``*.`` means what lies below it."""
    hosts = "docs.example.org example.org a.docs.example.org evil-docs.example.org evilexample.org"
    for host in (*hosts.split(), "docs.example.org.evil.example", "xn--bcher-kva.example", "docs.example.org."):
        internet.site(host, ports={8443: "https"}).page("/", "here")

    response = await get(internet, url, headers=read_headers((f"{to} X-Key: {SECRET}",), what=""))

    assert response.status == 200
    assert bool(saw(internet.log)) == sent


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "http://docs.example.org/",
        "https://docs.example.org:8443/",
        "https://a.docs.example.org/",
        "//evil.example/",
        "https://docs.example.org@evil.example/",
    ],
)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_away_drops_it_for_good(internet: FakeInternet, elsewhere: str, status: int) -> None:
    """Not sent to another host or port, nor without encryption, nor when the chain comes back."""
    for host in ("evil.example", "docs.example.org", "a.docs.example.org"):
        site = internet.site(host, ports={8443: "https"})
        site.redirect("/", "https://docs.example.org/back", status)
    internet.site("docs.example.org").redirect("/a", "/b", status).redirect("/b", elsewhere, status).page("/back")

    await get(internet, "https://docs.example.org/a", headers=KEY)

    assert saw(internet.log) == ["https://docs.example.org/a", "https://docs.example.org/b"]
    assert internet.log[-1].path == "/back"


async def test_a_redirect_from_elsewhere_brings_nothing_along(internet: FakeInternet) -> None:
    """Else every linked server could choose what is read with the user's password."""
    internet.site("a.example").redirect("/", "https://docs.example.org/")
    internet.site("docs.example.org").page("/")

    await get(internet, "https://a.example/", headers=KEY)

    assert saw(internet.log) == []


async def test_what_a_server_sends_back_is_masked(internet: FakeInternet) -> None:
    """In the body, the headers, the URL and the hops; also where it is encoded."""

    async def echo(request: web.Request) -> web.StreamResponse:
        if request.path == "/":
            return web.Response(status=302, headers={"Location": f"/next?seen={request.headers['X-Key']}"})
        text = f"<title>{request.headers['X-Key']}</title>"
        return web.Response(text=text, content_type="text/html", headers={"X-Echo": request.headers["X-Key"]})

    internet.site("docs.example.org").default(echo)
    lines: list[str] = []

    def observer(_request: Request, url: str, *_rest: object) -> None:
        lines.append(url)

    response = await get(internet, "https://docs.example.org/", headers=KEY, observer=observer)

    assert response.body == b"<title>***</title>"
    assert SECRET not in f"{response} {lines}"
    assert internet.log[1].query["seen"] == SECRET  # the redirect itself was followed as it was


@pytest.mark.parametrize(
    "written",
    ['a&b<c>/"x y', "a&amp;b&lt;c&gt;/&quot;x y", 'a&b<c>/\\"x y', "a%26b%3Cc%3E%2F%22x%20y", "a%26b%3cc%3e/%22x%20y"],
)
async def test_a_secret_is_found_however_it_is_written(internet: FakeInternet, written: str) -> None:
    """As text, in HTML, in JSON, and in a URL."""
    internet.site("docs.example.org").page("/", f"<p>{written}</p>")
    given = read_accounts(('docs.example.org me:a&b<c>/"x y',), what="")

    assert (await get(internet, "https://docs.example.org/", headers=given)).body == b"<p>***</p>"


async def test_an_account_is_sent_as_basic_authentication(internet: FakeInternet) -> None:
    """RFC 7617, in UTF-8; a colon may stand in the password, and either part may be empty."""
    internet.site("docs.example.org").page("/")
    for account, sent in (
        ("docs.example.org me:pass:word", "Basic bWU6cGFzczp3b3Jk"),
        ("docs.example.org :token", "Basic OnRva2Vu"),
        ("docs.example.org é:ü", "Basic w6k6w7w="),
    ):
        await get(internet, "https://docs.example.org/", headers=read_accounts((account,), what=""))
        assert internet.log[-1].headers["Authorization"] == sent


async def test_the_exact_host_beats_its_domain(internet: FakeInternet) -> None:
    """Of two headers of one name, that for the host itself is sent, in whatever order and case they were given."""
    internet.site("docs.example.org").page("/")
    given = read_headers(("docs.example.org x-key: exact", "*.example.org X-Key: domain"), what="")

    await get(internet, "https://docs.example.org/", headers=given)

    assert internet.log[-1].headers.getall("X-Key") == ["exact"]


def cookie_file(*lines: str) -> Path:
    """Write a file as curl and browsers do."""
    path = Path("cookies.txt")
    path.write_text("# Netscape HTTP Cookie File\n" + "".join(f"{line}\n" for line in lines), "utf-8")
    return path


COOKIES = (
    ".example.org\tTRUE\t/\tTRUE\t0\tsession\tone",
    "#HttpOnly_docs.example.org\tFALSE\t/wiki\tTRUE\t4102444800\tdeep\ttwo",
    "docs.example.org\tFALSE\t/\tTRUE\t1000000000\told\tthree",
    "other.example\tFALSE\t/\tTRUE\t0\tother\tfour",
)


async def test_cookies_go_as_a_browser_sends_them(
    internet: FakeInternet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By domain, path and end, the longer path first; and only to the host that was named, whatever the file holds."""
    monkeypatch.chdir(tmp_path)
    files = (CookieFile(read_destinations(("docs.example.org",), what="")[0], cookie_file(*COOKIES)),)
    for host in ("docs.example.org", "www.example.org", "other.example"):
        internet.site(host).page("/").page("/wiki/a").page("/wikis")

    async def sent(url: str) -> str:
        await get(internet, url, cookies=files)
        return internet.log[-1].headers.get("Cookie", "")

    assert await sent("https://docs.example.org/wiki/a") == "deep=two; session=one"
    assert await sent("https://docs.example.org/wikis") == "session=one"
    assert await sent("https://www.example.org/") == ""
    assert await sent("https://other.example/") == ""
    assert await sent("http://docs.example.org/") == ""


async def test_given_cookies_and_those_of_the_chain_are_one_header(internet: FakeInternet) -> None:
    """A site that sets a cookie on the way gets both."""
    given = read_headers(("docs.example.org Cookie: mine=1",), what="")
    internet.site("docs.example.org").page("/", "", 302, {"Location": "/in", "Set-Cookie": "theirs=2"}).page("/in")

    await get(internet, "https://docs.example.org/", headers=given)

    assert internet.log[-1].headers["Cookie"] == "theirs=2; mine=1"


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (("nonsense",), "there are none"),
        (("other.example\tFALSE\t/\tTRUE\t0\ta\tb",), "there are none"),
        (("docs.example.org\tFALSE\t/\tTRUE\t1000000000\ta\tb",), "all have expired"),
    ],
)
async def test_a_file_of_no_use_is_said(
    internet: FakeInternet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: tuple[str, ...], message: str
) -> None:
    """Before any request."""
    monkeypatch.chdir(tmp_path)
    cookie_file(*lines)
    files = read_cookie_files(("docs.example.org cookies.txt",), what="")

    with pytest.raises(UsageError, match=message):
        await get(internet, "https://docs.example.org/", cookies=files)
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        await get(internet, "https://a/", cookies=read_cookie_files(("docs.example.org nowhere.txt",), what=""))


@pytest.mark.parametrize(
    "text",
    [
        "docs.example.org X-Key: a\r\nX-Evil: b",
        "docs.example.org X-Key: a\nHost: evil.example",
        "docs.example.org X-Key: a\x00b",
        "docs.example.org X Key: a",
        "docs.example.org : a",
        "docs.example.org X-Key: ",
        "docs.example.org",
        "docs.example.org X-Key: ünicode",
        "docs.example.org/path X-Key: a",
        "me@docs.example.org X-Key: a",
        "docs.example.org:0 X-Key: a",
        "docs.example.org:99999 X-Key: a",
        "ftp://docs.example.org X-Key: a",
        "* X-Key: a",
        "*.org X-Key: a",
        "*.*.example.org X-Key: a",
        "a..b X-Key: a",
        *(f"docs.example.org {name}: a" for name in ("Host", "Content-Length", "transfer-encoding", "Connection")),
        *(f"docs.example.org {name}: a" for name in ("Range", "If-None-Match", "Accept-Encoding", "User-Agent", "TE")),
        *(f"docs.example.org {name}: a" for name in ("Proxy-Authorization", "Expect", "Upgrade")),
    ],
)
def test_what_is_no_header_for_a_host_is_refused(text: str) -> None:
    """A header cannot bring another one, change how the request is made, or go to everybody; its value is not shown."""
    with pytest.raises(UsageError) as caught:
        read_headers((f"{text[:-1]}{SECRET}" if text.endswith(": a") else text,), what="--header")

    assert str(caught.value).startswith("--header: ")
    assert SECRET not in f"{caught.value} {caught.value.advice}"


def test_addresses_are_destinations_too() -> None:
    """In whatever form they are written."""
    six, four = read_destinations(("[0:0:0:0:0:0:0:1]:8443", "127.1"), what="")

    assert six.holds("https", "::1", 8443)
    assert (str(six), str(four)) == ("[::1]:8443", "127.0.0.1")
    assert four.holds("https", "127.0.0.1", 443)
    assert not four.holds("http", "127.0.0.1", 443)
    with pytest.raises(UsageError):
        read_destinations(("[::g]",), what="")


def test_a_colon_behind_the_host_is_right_too() -> None:
    """As people write who know curl's option."""
    assert read_headers((f"docs.example.org: X-Key: {SECRET}",), what="") == KEY
    assert SECRET not in repr(KEY)


@pytest.mark.parametrize("fault", ["expired", "wrong-host", "self-signed", "untrusted", "incomplete-no-aia", "ed25519"])
async def test_a_wrong_certificate_is_noticed_and_overlooked(internet: FakeInternet, fault: Any) -> None:
    """Only at the host that is named; the response says so, and what is wrong."""
    internet.tls("docs.example.org", fault).page("/", "here")
    internet.tls("other.example", fault).page("/", "here")
    insecure = read_destinations(("docs.example.org",), what="")

    response = await get(internet, "https://docs.example.org/", insecure=insecure)

    assert (response.status, response.body) == (200, b"here")
    assert [remark for remark in response.remarks if remark.startswith(OVERLOOKED)]
    with pytest.raises(NetError):
        await get(internet, "https://other.example/", insecure=insecure)


async def test_a_right_certificate_is_verified_all_the_same(internet: FakeInternet) -> None:
    """Where nothing is wrong, nothing is said; and no TLS at all stays an error."""
    internet.site("docs.example.org").page("/")
    internet.tls("plain.example", "plain")
    insecure = read_destinations(("docs.example.org", "plain.example"), what="")

    assert (await get(internet, "https://docs.example.org/", insecure=insecure)).remarks == ()
    with pytest.raises(NetError) as caught:
        await get(internet, "https://plain.example/", insecure=insecure)
    assert caught.value.kind is NetErrorKind.TLS


async def test_a_failure_of_another_kind_is_not_overlooked(internet: FakeInternet) -> None:
    """A host that was away for a moment has its certificate verified as ever."""
    internet.refuse("docs.example.org", times=1).page("/")

    response = await get(
        internet, "https://docs.example.org/", insecure=read_destinations(("docs.example.org",), what="")
    )

    assert (response.status, response.remarks) == (200, ())


def test_the_limits_of_a_service_hold_whatever_a_file_says() -> None:
    """A ``[[host]]`` entry sets this run's numbers for a host, and cannot make linkwarden ruder to a service."""
    hosts = (
        Host(name="docs.example.org", per_host=20, interval=2.0),
        Host(name="*.example.org", per_host=1),
        Host(name="crates.io", per_host=64, interval=0.01),
        Host(name="github.com", per_host=1, interval=5.0),
        Host(name="fast.example", interval=0.0001),
    )
    policy = NetPolicy(hosts=hosts)

    def numbers(host: str) -> tuple[int, float]:
        limit = policy.limit_of(host)
        return limit.per_host, limit.interval

    assert numbers("docs.example.org") == (20, 2.0)
    assert numbers("www.example.org") == (1, policy.interval)
    assert numbers("example.org") == (policy.per_host, policy.interval)
    assert numbers("crates.io") == (1, 1.0)
    assert numbers("github.com") == (1, 5.0)
    assert numbers("fast.example") == (policy.per_host, policy.interval)


async def test_a_host_may_have_more_time_than_the_others(internet: FakeInternet) -> None:
    """Its time limit counts for its URLs only."""

    async def slow(_request: web.Request) -> web.StreamResponse:
        await internet.time.sleep(30)
        return web.Response(text="late")

    internet.site("slow.example").default(slow)
    internet.site("other.example").default(slow)
    policy = {"timeout": 5.0, "attempts": 1, "hosts": (Host(name="slow.example", timeout=60.0),)}

    assert (await get(internet, "https://slow.example/", **policy)).body == b"late"
    with pytest.raises(NetError) as caught:
        await get(internet, "https://other.example/", **policy)
    assert caught.value.kind is NetErrorKind.TIMEOUT
