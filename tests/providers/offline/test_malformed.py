"""URLs that cannot work as they are spelt are settled without a request; sound ones are left alone."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkwarden.config import Config
from linkwarden.deps import Deps
from linkwarden.inputs import Source, local_sources
from linkwarden.judge import Policy, judge
from linkwarden.model import Claim, Evidence, Markup, Occurrence, Pass, Span, Target, Verdict
from linkwarden.providers import LoadContext
from linkwarden.providers.offline.malformed.provider import MalformedProvider
from linkwarden.providers.offline.malformed.reading import find_flaw
from linkwarden.run import engine
from linkwarden.text import is_http, target_key
from tests.links import NOW
from tests.shared import SHARED, needs_shared


def target(url: str, *, image: bool = False, markup: Markup = Markup.MD_LINK, text: str = "text") -> Target:
    """Return the target of a link that stands once in a README of the working directory."""
    where = Occurrence(url, url, Markup.HTML_IMG if image else markup, Span("README.md", 1, 1, 1, 2, 0, 1), text)
    address = url if is_http(url) else f"https:{url}" if url.startswith("//") else None
    return Target(target_key(address or url, "README.md"), url, address, "README.md", (where,))


async def settle(made: Target, root: Path, *allowed: str) -> Evidence | Pass | None:
    """Let the provider claim and check one target; None if it does not want it."""
    provider = MalformedProvider(LoadContext(root=root, allow_networks=allowed))
    ident = provider.claim(made)
    if ident is None:
        return None
    found = [item async for item in provider.check([Claim(provider.name, made, ident)], None, NOW)]  # type: ignore[arg-type]
    assert len(found) == 1
    assert found[0].key == made.key
    return found[0]


async def broken(url: str, root: Path, *, image: bool = False) -> Evidence:
    """Check a URL that must be settled as broken."""
    found = await settle(target(url, image=image), root)
    assert isinstance(found, Evidence), (url, found)
    assert found.rule is not None
    assert found.rule.verdict is Verdict.BROKEN
    assert found.reason.endswith(".")
    assert found.checked_by == "malformed"
    return found


async def remark(url: str, root: Path) -> Evidence:
    """Check a URL that is merely odd, and give the remark."""
    found = await settle(target(url), root)
    assert isinstance(found, Pass), (url, found)
    assert found.note is not None
    return found.note


@pytest.fixture(autouse=True)
def _in_an_empty_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


SCHEMES = [
    ("htps://arxiv.org/abs/1812.01187v1", "https://arxiv.org/abs/1812.01187v1"),
    ("htp://a.com/x", "http://a.com/x"),
    ("hhttp://a.com/x", "http://a.com/x"),
    ("ttps://a.com/x", "https://a.com/x"),
    ("ttp://a.com/x", "http://a.com/x"),
    ("httpss://a.com/x", "https://a.com/x"),
    ("httsp://a.com/x", "https://a.com/x"),
    ("htpps://a.com/x", "https://a.com/x"),
    ("hptts://a.com/x", "https://a.com/x"),
    ("HTPS://a.com/x", "https://a.com/x"),
    ("xhttps://a.com/x", "https://a.com/x"),
    ("http;//a.com/x", "http://a.com/x"),
    ("https.//a.com/x", "https://a.com/x"),
    ("http//a.com/x", "http://a.com/x"),
    ("https//a.com/x", "https://a.com/x"),
    ("htps//a.com/x", "https://a.com/x"),
    ("http:/a.com/x", "http://a.com/x"),
    ("https:/a.com/x", "https://a.com/x"),
    ("https:a.com/x", "https://a.com/x"),
    ("https: //a.com/x", "https://a.com/x"),
    ("https ://a.com/x", "https://a.com/x"),
    ("http:://a.com/x", "http://a.com/x"),
    ("http:\\\\a.com/x", "http://a.com/x"),
    ("http://https://a.com/x", "https://a.com/x"),
    ("https://http://a.com/x", "http://a.com/x"),
    ("http://http//a.com/x", "http://a.com/x"),
    ("https://https:/a.com/x", "https://a.com/x"),
    ("https://www.https://a.com/x", "https://a.com/x"),
    ("http:https://a.com/x", "https://a.com/x"),
    ("://a.com/x", "https://a.com/x"),
    ('"https://a.com/x', "https://a.com/x"),
    ("(https://a.com/x", "https://a.com/x"),
    ("\u200bhttps://a.com/x", "https://a.com/x"),
    ("%20https://a.com/x", "https://a.com/x"),
]


@pytest.mark.parametrize(("url", "meant"), SCHEMES)
async def test_a_misspelt_beginning_is_broken_and_set_right(url: str, meant: str, tmp_path: Path) -> None:
    """Whatever is wrong before the site's name, the URL that was meant is offered as a safe fix."""
    found = await broken(url, tmp_path)
    assert found.rule is not None
    assert found.rule.code == "LW101"
    assert found.suggestion is not None
    assert found.suggestion.url == meant
    assert found.suggestion.safe
    assert await settle(target(meant), tmp_path) is None


@pytest.mark.parametrize(
    ("url", "meant"),
    [
        ("[https://a.com/one](https://b.com/two)", "https://b.com/two"),
        ("![a shape](https://b.com/i.png)", "https://b.com/i.png"),
        ("[text](<https://b.com/two>)", "https://b.com/two"),
        ('[text](https://b.com/two "title")', "https://b.com/two"),
        ("[text](https://b.com/x_(y))", "https://b.com/x_(y)"),
        ("[https://a.com/one](https://b.com/two", "https://b.com/two"),
        ("[text](htps://b.com/two)", "https://b.com/two"),
        ("[text](docs/two.md)", "docs/two.md"),
    ],
)
@pytest.mark.parametrize("image", [False, True])
async def test_a_link_within_a_link_is_named(url: str, meant: str, image: bool, tmp_path: Path) -> None:  # noqa: FBT001 - a parameter of the test
    """The mistake is said, and the URL inside is offered, to be looked at."""
    found = await broken(url, tmp_path, image=image)
    assert found.rule is not None
    assert found.rule.code == "LW133"
    assert found.suggestion is not None
    assert (found.suggestion.url, found.suggestion.safe) == (meant, False)


@pytest.mark.parametrize("end", ["", ")"])
async def test_a_url_with_the_brackets_of_a_link_in_it_offers_the_second(end: str, tmp_path: Path) -> None:
    """The first bracket is missing: the server is asked, and the URL inside is what was probably meant."""
    odd = await remark(f"https://a.com/one](https://b.com/x_(y){end}", tmp_path)
    assert odd.suggestion is not None
    assert odd.suggestion.url == "https://b.com/x_(y)"
    found = await broken(f"https://a.com](https://b.com/two{end}", tmp_path)
    assert found.suggestion is not None
    assert found.suggestion.url == "https://b.com/two"


@pytest.mark.parametrize(
    ("url", "meant"),
    [
        ("[https://a.com/x]", "https://a.com/x"),
        ('"https://a.com/x"', "https://a.com/x"),
        ("<https://a.com>", "https://a.com"),
    ],
)
async def test_what_came_along_at_both_ends_is_taken_off_at_both(url: str, meant: str, tmp_path: Path) -> None:
    """What is offered is not wrong at its other end."""
    found = await broken(url, tmp_path)
    assert found.suggestion is not None
    assert found.suggestion.url == meant


@pytest.mark.parametrize(
    "url",
    [
        *("mailto:a@b.com", "tel:+49301234", "ftp://a.com/x", "ftps://a.com", "sftp://a.com", "ssh://git@a.com/x.git"),
        *("git://a.com/x.git", "git+https://a.com/x", "svn+http://a.com", "magnet:?xt=urn:btih:00", "irc://a.com/x"),
        *("doi:10.1000/182", "urn:isbn:1", "xmpp:a@b.com", "geo:1,2", "sms:+1", "about:blank", "javascript:void(0)"),
        *("vscode:extension/a.b", "obsidian://open", "slack://channel", "zotero://select/x", "steam://run/1"),
        *("tg://resolve?domain=x", "whatsapp://send", "hxxps://malware.com/x", "shttp://a.com", "smtp://a.com"),
        *("rtmp://a.com/x", "nntp://a.com/x", "s3://bucket/key", "data:text/plain,x", "gopher://a.com", "wss://a.com"),
        *("ipfs://bafy", "ntp://a.com", "stp://a.com", "telegram://x", "#models", "#", "docs/setup.md", "./a/b.md"),
        *("../x.md", "/x.md", "http/client.md", "https.md", "httpd/conf.md", "http", "docs//x.md", "?tab=readme"),
        *("a.md", "setup.py", "run.sh", "main.rs", "logo.ai", "read.me", "a.b/c.md", "x.zip", "v1.0/notes.md"),
    ],
)
async def test_other_schemes_and_files_are_left_alone(url: str, tmp_path: Path) -> None:
    """Schemes that are meant, anchors and names of files are nobody's typing mistake."""
    assert await settle(target(url), tmp_path) is None


@pytest.mark.parametrize(
    ("url", "code", "meant"),
    [
        ("http:///a.com/x", "LW102", "http://a.com/x"),
        ("https:////a.com/x", "LW102", "https://a.com/x"),
        ("https://", "LW102", None),
        ("http:", "LW102", None),
        ("https:///", "LW102", None),
        ("https://?q=1", "LW102", None),
        ("//", "LW102", None),
        ("https://user@/x", "LW102", None),
        ("https://a.com:99999/x", "LW105", None),
        ("https://a.com:0/x", "LW105", None),
        ("https://a.com:80a/x", "LW105", None),
        ("https://a.com:-1/x", "LW105", None),
        ("https://a.com:80:80/x", "LW105", None),
        ("https://github.com:owner/repo", "LW105", "https://github.com/owner/repo"),
        ("https://a .com/x", "LW106", "https://a.com/x"),
        ("https://%20a.com/x", "LW106", "https://a.com/x"),
        ("https:// a.com/x", "LW106", "https://a.com/x"),
        ("https://a..com/x", "LW106", "https://a.com/x"),
        ("https://.a.com/x", "LW106", "https://a.com/x"),
        ("https://a.com,", "LW106", "https://a.com"),
        ("https://a.com)", "LW106", "https://a.com"),
        ("https://a.com;", "LW106", "https://a.com"),
        ("https://a.com”", "LW106", "https://a.com"),
        ("https://a.com_", "LW106", "https://a.com"),
        ("https://<your-site>/x", "LW106", None),
        ("https://{host}.com/x", "LW106", None),
        ("https://a.com…/x", "LW106", None),
        (f"https://{'a' * 64}.com/", "LW106", None),
        (f"https://{'abcdefg.' * 33}com/", "LW106", None),
        ("https://1.2.3.4.5/", "LW106", None),
        ("https://a.123/", "LW106", None),
        ("https://1.2.3.256/", "LW106", None),
        ("https://[::1/x", "LW106", None),
        ("https://[zz]/x", "LW106", None),
        ("https://a.comhttps://b.com/x", "LW106", "https://a.com"),
        ("http://localhost:3000/", "LW107", None),
        ("http://app.localhost/", "LW107", None),
        ("http://intranet/", "LW107", None),
        ("http://wiki.local/x", "LW107", None),
        ("http://db.internal/x", "LW107", None),
        ("http://nas.home.arpa/x", "LW107", None),
        ("http://127.0.0.1/", "LW107", None),
        ("http://127.1:8080/", "LW107", None),
        ("http://0x7f.1/", "LW107", None),
        ("http://0177.0.0.1/", "LW107", None),
        ("http://2130706433/", "LW107", None),
        ("http://0.0.0.0:8000/", "LW107", None),
        ("http://10.0.0.1/", "LW107", None),
        ("http://192.168.1.1./", "LW107", None),
        ("http://169.254.169.254/latest/meta-data/", "LW107", None),
        ("http://224.0.0.1/", "LW107", None),
        ("http://[::1]:80/", "LW107", None),
        ("http://[::ffff:10.0.0.1]/", "LW107", None),
        ("http://[64:ff9b::a9fe:a9fe]/", "LW107", None),
        ("http://[fe80::1%25eth0]/", "LW107", None),
        ("//localhost/x.png", "LW107", None),
        ("file:///home/me/list.md", "LW108", None),
        ("C:\\Users\\me\\list.md", "LW108", None),
        ("C:/Users/me/list.md", "LW108", None),
        ("\\\\server\\share\\list.md", "LW108", None),
        ("www.a.com/u", "LW109", "https://www.a.com/u"),
        ("a.com/v", "LW109", "https://a.com/v"),
        ("A.COM", "LW109", "https://A.COM"),
        ("github.com/o/r#readme", "LW109", "https://github.com/o/r#readme"),
        ("openai.ai/x", "LW109", "https://openai.ai/x"),
        ("www.a.rs/x", "LW109", "https://www.a.rs/x"),
        ("a.com:8080/x", "LW109", "https://a.com:8080/x"),
        ("me@a.com", "LW109", "mailto:me@a.com"),
    ],
)
async def test_what_cannot_work_is_broken(url: str, code: str, meant: str | None, tmp_path: Path) -> None:
    """No site's name, no port, no such site, nobody else's computer: each with the URL that was meant, if any."""
    found = await broken(url, tmp_path)
    assert found.rule is not None
    assert found.rule.code == code
    assert (found.suggestion.url if found.suggestion else None) == meant


@pytest.mark.parametrize("url", ["", " ", "\n"])
async def test_an_empty_address_is_broken(url: str, tmp_path: Path) -> None:
    """An image without a URL is not seen; a link without one leads to its own page."""
    picture, link = await broken(url, tmp_path, image=True), await broken(url, tmp_path)
    assert picture.rule is not None
    assert picture.rule.code == "LW103"
    assert "no image" in picture.reason
    assert link.rule is not None
    assert link.rule.code == "LW104"
    assert "the page that it is on" in link.reason


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("data:image/png;base64,AAAA", "LW115"),
        ("javascript:alert(1)", "LW116"),
        ("attachment:plot.png", "LW116"),
        ("ftp://a.com/x.png", "LW116"),
    ],
)
async def test_a_picture_needs_an_address_that_pages_load_from(url: str, code: str, tmp_path: Path) -> None:
    """GitHub drops other schemes from images, so nobody sees them there; in links they are left alone."""
    found = await settle(target(url, image=True), tmp_path)
    assert isinstance(found, Evidence)
    assert found.rule is not None
    assert found.rule.code == code
    assert await settle(target(url), tmp_path) is None


async def test_a_file_of_that_name_goes_before_a_forgotten_scheme(tmp_path: Path) -> None:
    """What begins like a site is a local file if there is one."""
    (tmp_path / "README.md").write_text("")
    (tmp_path / "a.com").mkdir()
    (tmp_path / "a.com" / "v").write_text("")
    made = target("a.com/v")
    where = Target(made.key, made.url, None, str(tmp_path / "README.md"), made.occurrences)
    assert isinstance(await settle(where, tmp_path), Pass)
    (tmp_path / "a.com" / "v").unlink()
    assert isinstance(await settle(where, tmp_path), Evidence)


async def test_a_list_from_the_web_asks_its_server_about_files(tmp_path: Path) -> None:
    """Whether a file lies beside a fetched list is not known here, unless its name says ``www.``."""
    for url, settled in (("a.com/v", False), ("www.a.com/v", True)):
        made = target(url)
        remote = Target(made.key, url, f"https://github.com/o/r/blob/HEAD/{url}", "o/r", made.occurrences)
        assert isinstance(await settle(remote, tmp_path), Evidence) is settled


ODD = [
    ("https://a.com/x).", "LW110", "https://a.com/x"),
    ("https://a.com/x)", "LW110", "https://a.com/x"),
    ("https://a.com/x(1))", "LW110", "https://a.com/x(1)"),
    ("https://a.com/x,", "LW110", "https://a.com/x"),
    ("https://a.com/x.", "LW110", "https://a.com/x"),
    ("https://a.com/x>", "LW110", "https://a.com/x"),
    ("https://a.com/x”", "LW110", "https://a.com/x"),
    ('https://a.com/x"', "LW110", "https://a.com/x"),
    ("https://a.com/x'", "LW110", "https://a.com/x"),
    ("https://a.com/x…", "LW110", "https://a.com/x"),
    ("https://a.com/x]", "LW110", "https://a.com/x"),
    ("https://a.com/x%20", "LW110", "https://a.com/x"),
    ("https://a.com/x%22", "LW110", "https://a.com/x"),
    ("https://a.com/x%E2%80%8B", "LW110", "https://a.com/x"),
    ("https://a.com/x</a>", "LW110", "https://a.com/x"),
    ("https://a.com/x?q=1),", "LW110", "https://a.com/x?q=1"),
    ("https://en.wikipedia.org/wiki/Foo_(bar))", "LW110", "https://en.wikipedia.org/wiki/Foo_(bar)"),
    ("https://a.com/xhttps://b.com", "LW111", "https://a.com/x"),
    ("https://a.com/x%5Cnhttp://b.com", "LW111", "https://a.com/x"),
    ("https://a.com/x)http://b.com/y", "LW111", "https://a.com/x)"),
    ("https://a.com/x\u200by", "LW112", "https://a.com/xy"),
    ("https://a\u200b.com/x", "LW112", "https://a.com/x"),
    ("https://a.com/\ufeffx", "LW112", "https://a.com/x"),
    ("https://a.com/x\u00a0y", "LW112", "https://a.com/xy"),
    ("https://a.com/x\u00ady", "LW112", "https://a.com/xy"),
    ("https://a.com/x\u200e", "LW112", "https://a.com/x"),
    ("https://a.com/x y", "LW114", "https://a.com/x%20y"),
    ("https://a.com/x\x01y", "LW114", "https://a.com/x%01y"),
    ("https://a.com/x\u2014\u200by", "LW112", "https://a.com/x--y"),
    ("https://a.com/v1\u2026\u200bv2", "LW112", "https://a.com/v1...v2"),
    ("https://a.com/x\u2014y\u200b/z", "LW112", "https://a.com/x\u2014y/z"),
    ("https://a.com/\u00a0ann/n.pdf", "LW112", "https://a.com/~ann/n.pdf"),
    ("https://a.com\\x", "LW119", "https://a.com/x"),
    ("https://a.com/a\\..\\b", "LW119", "https://a.com/a/../b"),
    ("https://a.com/x?a=1\\&b=2", "LW119", "https://a.com/x?a=1&b=2"),
    ("https://a.com/a\\_b\\_c", "LW119", "https://a.com/a_b_c"),
    ("https://a.com/x\\[1\\]", "LW119", "https://a.com/x[1]"),
]


@pytest.mark.parametrize(("url", "code", "meant"), ODD)
async def test_what_is_merely_odd_yields_to_the_page(url: str, code: str, meant: str, tmp_path: Path) -> None:
    """An oddity is reported as suspect with the URL that was meant, unless the page is there as it stands."""
    note = await remark(url, tmp_path)
    assert note.rule is not None
    assert note.rule.code == code
    assert note.suggestion is not None
    assert note.suggestion.url == meant
    assert not note.suggestion.safe
    seen = Evidence(key=url, checked_by="web")
    assert judge(seen, [note], Policy(NOW)).verdict is Verdict.OK
    assert await settle(target(meant.replace(")", "")), tmp_path) is None


async def test_a_cut_address_has_no_certain_continuation(tmp_path: Path) -> None:
    """Three dots at the end are what is left of a longer URL."""
    note = await remark("https://a.com/some/long...", tmp_path)
    assert "..." in note.reason


async def test_user_names_are_not_asked_with(tmp_path: Path) -> None:
    """A password in a public list is worth a word, is not repeated in it, and is not sent."""
    found = await settle(target("https://me:hunter2@a.com/x"), tmp_path)
    assert isinstance(found, Pass)
    assert found.instead == "https://a.com/x"
    assert found.note is not None
    assert found.note.rule is not None
    assert found.note.rule.verdict is Verdict.DEGRADED
    assert "hunter2" not in found.note.reason
    unwrapped = Target("k", "https://me:hunter2@a.com/x", "https://a.com/x", "README.md", target("x").occurrences)
    assert await settle(unwrapped, tmp_path) is None


async def test_the_readers_own_computer_may_stand_in_instructions(tmp_path: Path) -> None:
    """Instructions may open localhost; a list entry or image that leads there is not."""
    url = "http://localhost:3000/"
    for made in (target(url, markup=Markup.MD_BARE), target(url, text="http://localhost:3000")):
        found = await settle(made, tmp_path)
        assert isinstance(found, Evidence)
        assert found.rule is not None
        assert found.rule.verdict is Verdict.UNVERIFIED
    await broken(url, tmp_path, image=True)
    await broken(url, tmp_path)


async def test_networks_that_were_allowed_are_left_to_the_network(tmp_path: Path) -> None:
    """``--allow-network`` says that the list's readers are inside; names without a dot are then for DNS to settle."""
    allowed = ("10.0.0.0/8", "127.0.0.0/8")
    for url in ("http://10.1.2.3/x", "http://127.0.0.1:8000/x", "http://intranet/x", "http://localhost/x"):
        assert await settle(target(url), tmp_path, *allowed) is None
    assert isinstance(await settle(target("http://192.168.0.1/"), tmp_path, *allowed), Evidence)


async def test_an_allowed_network_reaches_the_run() -> None:
    """A run that was given ``allow_networks`` does not call a URL in them broken."""
    for allowed, verdict in (((), Verdict.BROKEN), (("127.0.0.0/8",), Verdict.UNVERIFIED)):
        config = Config(inputs=("-",), offline=True, allow_networks=allowed)
        run = await engine.run(config, Deps(make_net=None, stdin=lambda: b"[x](http://127.0.0.1/)"))  # type: ignore[arg-type]
        assert [r.judgement.verdict for r in run.results] == [verdict]


async def test_tor_is_not_the_public_web(tmp_path: Path) -> None:
    """Nobody can say from here whether an onion service is up."""
    found = await settle(target("http://duckduckgogg42xjoc72x3sjasowoarfbgcmvfimaftt6twagswzczad.onion/"), tmp_path)
    assert isinstance(found, Evidence)
    assert found.rule is not None
    assert found.rule.verdict is Verdict.UNVERIFIED


@pytest.mark.parametrize(
    "url",
    [
        "https://en.wikipedia.org/wiki/Foo_(bar)",
        "https://en.wikipedia.org/wiki/Yahoo!",
        "https://en.wikipedia.org/wiki/Apple_Inc.",
        "https://en.wikipedia.org/wiki/Hello_world.",
        "https://a.com/about/Apple_Inc.",
        "https://en.wikipedia.org/wiki/%22Heroes%22",
        "https://en.wikipedia.org/wiki/Ruby_(programming_language)#History_(old)",
        "https://a.com/people/Smith_J.",
        "https://web.archive.org/web/2019/https://a.com/x",
        "https://web.archive.org/web/20190101000000if_/http://a.com",
        "https://r.jina.ai/https://a.com/x",
        "https://a.com/?url=https://b.com/x",
        "https://a.com/login#next=https://b.com/x",
        "https://a.com/page#:~:text=the%20end.",
        "https://a.com./x",
        "https://my_page.a.com/x",
        "https://https.cio.gov/",
        "https://http.cat/404",
        "https://http2.github.io/",
        "https://medium.com/@user/post",
        "https://a.com/x;y=1|2~3'4",
        "https://fa.wikipedia.org/wiki/می\u200cخواهم",
        "https://münchen.de/straße",
        "https://例え。jp/",
        "https://i❤.ws/",
        "https://a.com:8443/x",
        "https://a.com:/x",
        "https://a.com:0443/x",
        "http://8.8.8.8/",
        "http://[2606:4700::1111]:8080/",
        "http://ai/",
        "HTTPS://A.COM/X",
        "https://a.com/#/route",
        "https://www.semanticscholar.org/paper/Dupont-Goli'nski/1bf444b8",
        "https://a.com/?q=[1,2]&r={x}",
        "https://a.com?q=me@b.com",
        "//cdn.a.com/x.js",
    ],
)
async def test_sound_addresses_are_left_alone(url: str, tmp_path: Path) -> None:
    """What works in browsers and is usual in lists gets no remark at all."""
    assert await settle(target(url), tmp_path) is None
    assert await settle(target(url, image=True), tmp_path) is None


LABEL = st.from_regex(r"[a-z0-9]([a-z0-9_-]{0,10}[a-z0-9])?", fullmatch=True)
TOP = st.sampled_from(["com", "org", "io", "co.uk", "xn--p1ai", "рф", "museum", "photography", "de."])
PATH = st.text(alphabet="abcXYZ019-._~!$&'()*+,;=:@%2F/äß日|\"^`{}[]", max_size=40).map(lambda p: f"/{p}")
PUBLIC_IP = st.ip_addresses().filter(lambda ip: ip.is_global and not ip.is_multicast and ip.version == 4)
HOSTS = st.one_of(
    st.builds(lambda labels, top: ".".join([*labels, top]), st.lists(LABEL, min_size=1, max_size=4), TOP),
    st.sampled_from(["münchen.de", "例え.テスト.jp", "8.8.8.8", "[2606:4700:4700::1111]", "sub_domain.a.org"]),
    PUBLIC_IP.map(str),
)


@given(
    scheme=st.sampled_from(["http", "https", "HTTP", "Https"]),
    host=HOSTS,
    port=st.one_of(st.just(""), st.integers(1, 65535).map(lambda p: f":{p}")),
    path=st.one_of(st.just(""), PATH),
    query=st.one_of(st.just(""), st.text(alphabet="abc019=&%20+;/?:@'[](),.~|ü", max_size=30).map(lambda q: f"?{q}")),
    fragment=st.one_of(st.just(""), st.text(alphabet="abc-/!:~=019ü()", max_size=20).map(lambda f: f"#{f}")),
    image=st.booleans(),
)
async def test_a_well_formed_address_is_never_called_broken(
    scheme: str,
    host: str,
    port: str,
    path: str,
    query: str,
    fragment: str,
    image: bool,  # noqa: FBT001
) -> None:
    """Whatever a generator of well-formed URLs comes up with, its server is asked."""
    url = f"{scheme}://{host}{port}{path}{query}{fragment}"
    found = await settle(target(url, image=image), Path("/nonexistent"))
    assert found is None or isinstance(found, Pass), found


@given(
    text=st.text(max_size=60), start=st.sampled_from(["", "http", "http:", "https://", "htps://a.", "//", "C:", "["])
)
async def test_no_text_is_too_odd(text: str, start: str) -> None:
    """Any text gets an answer, and a suggestion is never the URL itself."""
    for image in (False, True):
        found = await settle(target(start + text, image=image), Path("/nonexistent"))
        evidence = found.note if isinstance(found, Pass) else found
        if evidence is not None and evidence.suggestion is not None:
            assert evidence.suggestion.url != start + text


#: Seen by eye: a reference manager's field with three URLs and the line ends between them.
THREE_IN_ONE = (
    r"https://arxiv.org/pdf/1511.07289.pdf%5Cnhttp://arxiv.org/abs/1511.07289%5Cnhttp://arxiv.org/abs/1511.07289"
)


@needs_shared
@pytest.mark.parametrize(
    ("name", "accused"),
    [
        ("ml-papers.md", {"htps://arxiv.org/abs/1812.01187v1": "LW101", "": "LW103"}),
        ("awesome.md", {}),
        ("awesome-deep-learning-papers.md", {THREE_IN_ONE: "LW111"}),
    ],
)
async def test_real_lists_are_accused_of_nothing_else(name: str, accused: dict[str, str], tmp_path: Path) -> None:
    """The real lists hold these malformed URLs, and no remark is made on any other."""
    source = await asyncio.to_thread(next, local_sources(str(SHARED / "lists" / name), lambda: b""))
    assert isinstance(source, Source)
    found: dict[str, str] = {}
    for item in source.parse():
        if isinstance(item, Occurrence):
            made = Target(item.url, item.url, source.address_of(item.url), source.name, (item,))
            answer = await settle(made, tmp_path)
            evidence = answer.note if isinstance(answer, Pass) else answer
            if evidence is not None and evidence.rule is not None:
                found[item.url] = evidence.rule.code
    assert found == accused


_HOSTS_AT_HAND = st.one_of(
    st.from_regex(r"[a-z0-9-]{1,4}(\.[a-z0-9-]{1,4}){0,3}", fullmatch=True),
    st.from_regex(r"[0-9]{1,3}(\.[0-9]{1,3}){3}", fullmatch=True),
    st.sampled_from(["127.0.0.1", "10.1.2.3", "192.168.0.1", "8.8.8.8", "0.0.0.0", "a.local", "localhost", "a.onion"]),
)


@given(
    st.sampled_from(["http", "https"]),
    _HOSTS_AT_HAND,
    st.sampled_from(["", ":80", ":8080", ":0", ":99999"]),
    st.from_regex(r"(/[A-Za-z0-9._~/+=&?#@%:,;!-]{0,8})?", fullmatch=True),
    st.booleans(),
    st.booleans(),
)
def test_the_short_look_says_what_the_long_one_says(
    scheme: str,
    host: str,
    port: str,
    rest: str,
    image: bool,  # noqa: FBT001 - a parameter of the test
    instruction: bool,  # noqa: FBT001
) -> None:
    """A scheme in upper case means the same and keeps a URL from the short look."""
    url = f"{host}{port}{rest}"
    short = find_flaw(f"{scheme}://{url}", image=image, instruction=instruction)
    long = find_flaw(f"{scheme.upper()}://{url}", image=image, instruction=instruction)
    if short is None or long is None:
        assert short == long
    else:
        assert (short.rule, short.reason) == (long.rule, long.reason)
