"""``--rewrite FROM TO``: URLs of one's own site are asked for at a preview, or looked for in the built site."""

from __future__ import annotations

from pathlib import Path

import pytest

from linkwarden import api
from linkwarden.config import Config, Rewrite, rewritten
from linkwarden.config._rewrite import read_rewrites
from linkwarden.deps import Deps
from linkwarden.model import Run, UsageError
from linkwarden.run import engine
from tests.internet import FakeInternet

LIVE = "https://site.example/docs/"


def rewrites(*pairs: tuple[str, str]) -> tuple[Rewrite, ...]:
    """Return what the command line makes of pairs."""
    return read_rewrites(pairs, what="--rewrite")


async def check(internet: FakeInternet, tmp_path: Path, links: str, **options: object) -> Run:
    """Check a list of links."""
    (tmp_path / "list.md").write_text("".join(f"[x]({link})\n" for link in links.split()))
    config = Config(inputs=(str(tmp_path / "list.md"),), archive=False, **options)  # type: ignore[arg-type]
    run = await engine.run(config, Deps(make_net=lambda _c, _o: internet.net(), now=internet.time.now))
    assert run.failures == ()
    return run


async def test_a_preview_is_asked_and_the_list_s_url_is_reported(internet: FakeInternet, tmp_path: Path) -> None:
    """No request goes to the site itself; the evidence names what was asked."""
    internet.site("preview.example").page("/x/a", "<title>A</title><p>Some words of a page.")
    run = await check(
        internet, tmp_path, f"{LIVE}a {LIVE}gone https://site.example/docsx",
        rewrite=rewrites((LIVE, "https://preview.example/x")),
    )  # fmt: skip
    found = {r.target.url: r for r in run.results}
    assert found[f"{LIVE}a"].judgement.rule is None
    gone = found[f"{LIVE}gone"]
    assert gone.judgement.rule is not None
    assert gone.judgement.rule.slug == "not-found"
    assert any(fact.url == "https://preview.example/x/gone" for fact in gone.evidence.facts)
    assert [entry.path for entry in internet.requests_to("site.example")] == ["/docsx"] * len(
        internet.requests_to("site.example")
    )
    assert f"--rewrite: 2 URLs that begin with {LIVE}, looked for below https://preview.example/x." in run.hints


async def test_a_fix_is_one_of_the_list_s_site(internet: FakeInternet, tmp_path: Path) -> None:
    """Where the preview redirects, the list gets the URL of the site; a redirect to the site itself is no finding."""
    preview = internet.site("preview.example")
    preview.redirect("/old", "/new", status=301).page("/new", "<title>New</title><p>Some words of a page.")
    preview.redirect("/self", "https://site.example/docs/self", status=301)
    internet.site("site.example").page("/docs/self", "<title>Self</title><p>Some words of a page.")
    run = await check(internet, tmp_path, f"{LIVE}old {LIVE}self", rewrite=rewrites((LIVE, "https://preview.example/")))
    old, own = run.results
    assert old.judgement.suggestion is not None
    assert old.judgement.suggestion.url == f"{LIVE}new"
    assert own.judgement.rule is None


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A built site."""
    folder = tmp_path / "public"
    (folder / "guide").mkdir(parents=True)
    (folder / "guide" / "index.html").write_text('<h1 id="top-of-it">G</h1>')
    (folder / "page.html").write_text('<h1 id="here">P</h1>')
    (folder / "empty").mkdir()
    (tmp_path / "secret.html").write_text("s")
    (folder / "leak.html").symlink_to(tmp_path / "secret.html")
    return folder


@pytest.mark.parametrize(
    ("rest", "code"),
    [
        ("page.html", ""),
        ("page", ""),
        ("page?x=1#here", ""),
        ("page#gone", "LW120"),
        ("guide/", ""),
        ("guide#top-of-it", ""),
        ("gone", "LW125"),
        ("empty/", "LW139"),
        ("Page.html", "LW126"),
        ("leak.html", "LW127"),
        ("../../../etc/passwd", "LW127"),
        ("%2e%2e/secret.html", "LW127"),
    ],
)
async def test_a_built_site_is_looked_through(
    internet: FakeInternet, tmp_path: Path, built: Path, rest: str, code: str
) -> None:
    """Pages, ids and folders as servers show them, nothing outside of the folder, and no request."""
    run = await check(internet, tmp_path, LIVE + rest, rewrite=rewrites((LIVE, built.as_uri())), offline=True)
    (result,) = run.results
    assert (result.judgement.rule.code if result.judgement.rule else "") == code
    assert result.target.url == LIVE + rest
    assert any("looked for in" in fact.what for fact in result.evidence.facts)
    if code == "LW126":
        assert result.judgement.suggestion is not None
        assert result.judgement.suggestion.url == f"{LIVE}page.html"


async def test_a_folder_that_is_none_is_said(internet: FakeInternet, tmp_path: Path) -> None:
    """A misspelt folder ends the run with what to do."""
    with pytest.raises(UsageError, match="neither a web URL nor a folder"):
        await check(internet, tmp_path, f"{LIVE}a", rewrite=rewrites((LIVE, "no/such/folder")))


async def test_no_door_opens(internet: FakeInternet, tmp_path: Path) -> None:
    """A place inside is no more reachable than without: that takes --allow-network. It is not the list's fault."""
    run = await check(internet, tmp_path, f"{LIVE}a", rewrite=rewrites((LIVE, "http://127.0.0.1:8000/")))
    (result,) = run.results
    assert result.judgement.rule is not None
    assert result.judgement.rule.slug == "blocked-address"


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("https://a.example/x", "https://p.example/x"),
        ("https://A.example/x", "https://p.example/x"),
        ("https://a.example", "https://p.example"),
        ("https://a.example?q#f", "https://p.example?q#f"),
        ("https://a.example/deep/x", "https://q.example/d/x"),
        ("https://a.example.evil.example/x", None),
        ("https://a.example:8443/x", None),
        ("http://a.example/x", None),
        ("https://other.example/", None),
    ],
)
def test_what_begins_so(url: str, asked: str | None) -> None:
    """The longest beginning counts, and it ends where a part of a URL ends."""
    table = rewrites(("https://a.example", "https://p.example"), ("https://a.example/deep/", "https://q.example/d/"))
    found = rewritten(table, url)
    assert (found[0].forth(found[1]) if found else None) == asked


@pytest.mark.parametrize(
    "pair",
    [("a.example", "https://b.example"), ("https://a.example", ""),
     ("https://a.example", "ftp://b.example/"), ("https://a.example", "file://b.example/etc"),
     ("https://u:p@a.example", "https://b.example"), ("https://a.example",)],
)  # fmt: skip
def test_what_cannot_be_rewritten_is_said(pair: tuple[str, ...]) -> None:
    """Both parts are looked at before anything is checked."""
    with pytest.raises(UsageError, match="--rewrite"):
        read_rewrites((pair,), what="--rewrite")


def test_a_memory_is_not_for_previews(tmp_path: Path) -> None:
    """What a preview answers is not written down as the site's."""
    config = Config(state=tmp_path / "s.sqlite3", rewrite=rewrites(("https://a.example", "https://b.example")))
    with api.memory_for(config) as memory:
        assert memory is None
    assert not (tmp_path / "s.sqlite3").exists()
