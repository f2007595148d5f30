"""The rows of docs/facts/services.md, and the registries behind publishers' walls."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.internet import misbehave
from tests.internet.arxiv import FakeArxiv
from tests.internet.crates import FakeCrates
from tests.internet.crossref_registry import FakeCrossref
from tests.internet.docker_hub import FakeDockerHub
from tests.internet.doi import FakeDoi
from tests.internet.forges import FakeForges
from tests.internet.github import FakeGithub
from tests.internet.huggingface import FakeHub
from tests.internet.images import badge
from tests.internet.openml import FakeOpenML
from tests.internet.openreview import FakeOpenReview
from tests.internet.pictures import JPEG, png
from tests.internet.pubmed import FakePubMed
from tests.internet.rows import BROKEN, DEGRADED, EXPIRED, MOVED, OK, SUSPECT, UNVERIFIED, Rows
from tests.internet.semantic_scholar import FakeSemanticScholar
from tests.internet.stack_exchange import FakeStackExchange
from tests.internet.stores import FakeStores
from tests.internet.video import FakeVideos
from tests.internet.wikipedia import FakeWikipedia
from tests.internet.x_posts import FakeX
from tests.internet.zenodo import FakeZenodo

_NEVER = "the site never tells programs"
_NOISE = "c0ffee" * 12
_WATCH = "https://www.youtube.com/watch?v="


def add_services(rows: Rows) -> None:
    """Add all rows of services."""
    for add in (_videos, _posts, _medium, _stores, _signed, _google, _hub, _code, _data, _sites, _pictures, _papers):
        add(rows)


def _videos(rows: Rows) -> None:
    videos = FakeVideos(rows.internet)
    videos.videos |= {"dQw4w9WgXcQ": 200, "no-embed-01": 401, "private-001": 403}
    videos.playlists["PLhere"] = 200
    videos.vimeo |= {"76979871": 200, "22": 403}
    for name, right in (("dQw4w9WgXcQ", OK), ("no-embed-01", OK), ("gone0000000", BROKEN), ("private-001", SUSPECT)):
        rows.link("YouTube video", _WATCH + name, right)
    rows.link("YouTube bad id", "https://youtu.be/short", BROKEN)
    rows.link("YouTube playlist", "https://www.youtube.com/playlist?list=PLhere", OK)
    rows.link("YouTube playlist", "https://www.youtube.com/playlist?list=PLgone", SUSPECT)
    rows.internet.site("www.youtube.com").page("/@here", "<title>Somebody - YouTube</title>")
    rows.link("YouTube channel", "https://www.youtube.com/@here", OK)
    rows.page("YouTube channel", "www.youtube.com", "/@gone", BROKEN, 404)
    consent = "https://consent.youtube.com/m?continue=x"
    rows.internet.site("consent.youtube.com").page("/m", "<title>Before you continue</title>")
    rows.redirect("YouTube consent", "https://www.youtube.com/@eu", consent, UNVERIFIED, 302, "a consent page")
    rows.link("YouTube picture", "https://img.youtube.com/vi/dQw4w9WgXcQ/hq.jpg", OK, image=True)
    rows.internet.site("img.youtube.com").page("/vi/dQw4w9WgXcQ/hq.jpg", JPEG, media_type="image/jpeg")
    rows.link("YouTube picture", "https://img.youtube.com/vi/gone0000000/0.jpg", BROKEN, image=True)
    for number, right in (("76979871", OK), ("22", OK), ("404", SUSPECT)):
        rows.link("Vimeo", f"https://vimeo.com/{number}", right)


def _posts(rows: Rows) -> None:
    FakeX(rows.internet).posts |= {"111": 200, "222": 403}
    rows.link("X post", "https://twitter.com/a/status/111", OK)
    rows.link("X post", "https://x.com/a/status/404", BROKEN)
    rows.link("X post, protected", "https://x.com/a/status/222", SUSPECT)
    rows.link("X account", "https://x.com/somebody", UNVERIFIED, "the page of an account means nothing")
    rows.picture("X picture", "pbs.twimg.com", "/media/a?format=jpg&name=large", OK)
    rows.picture("X picture", "pbs.twimg.com", "/media/b?format=jpg&name=large", BROKEN, 404)


def _medium(rows: Rows) -> None:
    rows.page("Medium", "medium.com", "/@a/story-1", OK)
    rows.page("Medium", "medium.com", "/@a/story-2", BROKEN, 404)
    rows.page("Medium", "medium.com", "/@a/story-3", BROKEN, 410)
    wall = misbehave.bot_wall("cloudflare")
    rows.served("Medium wall", "someone.medium.com", "/story", UNVERIFIED, wall, "a bot wall, and no registry")
    rows.picture("Medium picture", "miro.medium.com", "/max/1/a.png", OK)
    rows.picture("Medium picture", "miro.medium.com", "/max/1/b.png", BROKEN, 404)
    why = "[U] what 403 means here needs a live look"
    rows.picture("Medium picture", "cdn-images-1.medium.com", "/c.png", UNVERIFIED, 403, why)


def _stores(rows: Rows) -> None:
    FakeStores(rows.internet).pinned |= {"/736x/aa/a.jpg", "/736x/aa/size.jpg"}
    rows.link("pinimg", "https://i.pinimg.com/736x/aa/a.jpg", OK, image=True)
    rows.link("pinimg, other size", "https://i.pinimg.com/originals/aa/size.jpg", BROKEN, image=True)
    rows.link("pinimg, all refused", "https://i.pinimg.com/originals/aa/gone.jpg", BROKEN, image=True)
    for name, host in (("S3", "lists.s3.amazonaws.com"), ("GCS", "storage.googleapis.com")):
        rows.picture(name, host, "/rows/here.png", OK)
        rows.store(name, host, "/rows/gone.png", BROKEN, "NoSuchKey", 404)
        rows.store(name, host, "/other/gone.png", BROKEN, "NoSuchBucket", 404)
        rows.store(name, host, "/rows/shut.png", BROKEN, "AccessDenied", 403)
        rows.store(name, host, "/rows/shut.pdf", SUSPECT, "AccessDenied", 403, image=False)


def _signed(rows: Rows) -> None:
    past = rows.internet.time.now() - timedelta(days=300)
    for name, host, family in (
        ("S3 presigned", "lists.s3.eu-north-1.amazonaws.com", "X-Amz"),
        ("Notion", "s3.us-west-2.amazonaws.com", "X-Amz"),
        ("GCS signed", "storage.googleapis.com", "X-Goog"),
    ):
        path = "/secure.notion-static.com/u/a.png" if name == "Notion" else "/signed/a.png"
        rows.link(name, f"https://{host}{path}?{_window(family, past)}", EXPIRED, image=True)
    second = int(past.timestamp())
    end = past.strftime("%Y-%m-%dT%H%%3A%M%%3A%SZ")
    rows.link("Azure SAS", f"https://lab.blob.core.windows.net/f/a.png?sp=r&sr=b&sv=2022-11-02&se={end}&sig=x", EXPIRED)
    rows.link("CloudFront", f"https://d2.cloudfront.net/a?Expires={second}&Signature=x__&Key-Pair-Id=K1", EXPIRED)
    notion = f"https://file.notion.so/f/f/s/a.png?expirationTimestamp={second}417&signature={_NOISE}"
    rows.link("Notion", notion, EXPIRED, image=True)


def _window(family: str, start: datetime) -> str:
    return (
        f"{family}-Algorithm=ALG&{family}-Credential=key%2Fscope&{family}-Date={start:%Y%m%dT%H%M%SZ}"
        f"&{family}-Expires=86400&{family}-SignedHeaders=host&{family}-Signature={_NOISE}"
    )


def _google(rows: Rows) -> None:
    for host in ("encrypted-tbn0.gstatic.com", "lh3.googleusercontent.com", "1.bp.blogspot.com"):
        rows.picture(host, host, "/here.png", OK)
        rows.picture(host, host, "/gone.png", BROKEN, 404)
    rows.page("Google Drive", "drive.google.com", "/file/d/HERE/view", OK)
    rows.page("Google Drive", "drive.google.com", "/file/d/GONE/view", BROKEN, 404)
    rows.page("Google Docs", "docs.google.com", "/document/d/e/GONE/pub", BROKEN, 410)
    rows.internet.site("accounts.google.com").page("/ServiceLogin", "<title>Sign in</title>")
    to, why = "https://accounts.google.com/ServiceLogin?x=1", "an account may see it"
    rows.redirect("Google Drive", "https://drive.google.com/file/d/SHUT/view", to, UNVERIFIED, 302, why)
    rows.page("Google Docs", "docs.google.com", "/document/d/SHUT/edit", UNVERIFIED, 401, why)
    github = FakeGithub(rows.internet)
    github.add("o/r", branches={"main": {"a.ipynb"}})
    colab = "https://colab.research.google.com"
    rows.link("Colab", f"{colab}/drive/1AbC", UNVERIFIED, "the frame is always 200")
    rows.link("Colab", f"{colab}/github/o/r/blob/main/a.ipynb", OK)
    rows.link("Colab", f"{colab}/github/o/gone/blob/main/a.ipynb", BROKEN)
    rows.link("Google Scholar", "https://scholar.google.com/scholar?q=x", UNVERIFIED, _NEVER)


def _hub(rows: Rows) -> None:
    hub = FakeHub(rows.internet)
    hub.add("google/flan-t5-xl", files={"main": {"README.md", "config.json"}})
    hub.add("squad/two", "datasets")
    hub.add("meta/gated", gated=True)
    hub.add("org/new-name")
    hub.add("org/shut", disabled=True)
    hub.former["models/org/old-name"] = "models/org/new-name"
    hub.pages |= {"/papers/1706.03762", "/org/new-name"}
    base = "https://huggingface.co"
    for path, right in (
        ("google/flan-t5-xl", OK),
        ("google/flan-t5-xl/tree/main", OK),
        ("datasets/squad/two", OK),
        ("meta/gated", OK),
        ("org/old-name", MOVED),
        ("org/shut", DEGRADED),
        ("google/gone", BROKEN),
        ("datasets/squad/gone", BROKEN),
        ("google/flan-t5-xl/tree/gone", BROKEN),
        ("papers/1706.03762", OK),
    ):
        rows.link("Hugging Face", f"{base}/{path}", right)


def _code(rows: Rows) -> None:
    FakeCrates(rows.internet).crates["serde"] = {"1.0.0": False}
    forges = FakeForges(rows.internet)
    FakeDockerHub(rows.internet)
    FakeStackExchange(rows.internet, "stackoverflow.com").questions["stackoverflow.com", 11] = "Why?"
    for name in ("codeberg.org/forgejo/forgejo", "gitlab.com/inkscape/inkscape", "bitbucket.org/team/tool"):
        forges.add(name)
        rows.link(name, f"https://{name}", OK)
        rows.link(name, f"https://{name.partition('/')[0]}/nobody/nothing", BROKEN)
    for row, here, gone in (
        ("crates.io", "https://crates.io/crates/serde", "https://crates.io/crates/gone"),
        ("Docker Hub", "https://hub.docker.com/_/alpine", "https://hub.docker.com/r/nobody/nothing"),
        ("Stack Overflow", "https://stackoverflow.com/questions/11/why", "https://stackoverflow.com/q/404"),
    ):
        rows.link(row, here, OK)
        rows.link(row, gone, BROKEN)
    cran = rows.internet.site("cran.r-project.org")
    cran.page("/web/packages/old/", "<p>Package ‘old’ was removed from the CRAN repository.</p>")
    rows.link("CRAN, removed", "https://cran.r-project.org/web/packages/old/", DEGRADED)
    for host, path in (
        ("cran.r-project.org", "/package="),
        ("bioconductor.org", "/packages/"),
        ("metacpan.org", "/pod/"),
        ("docs.rs", "/"),
        ("pkg.go.dev", "/example.org/"),
        ("sourceforge.net", "/projects/"),
    ):
        rows.page(host, host, f"{path}here", OK)
        rows.page(host, host, f"{path}gone", BROKEN, 404)
    rows.page("SourceForge, refused", "sourceforge.net", "/projects/shut", UNVERIFIED, 403, "programs are refused")


def _data(rows: Rows) -> None:
    wiki = FakeWikipedia(rows.internet, "en")
    wiki.pages["en"].add("Gradient descent")
    rows.link("Wikipedia", "https://en.wikipedia.org/wiki/Gradient_descent", OK)
    rows.link("Wikipedia", "https://en.wikipedia.org/wiki/Nope", BROKEN)
    rows.page("Kaggle", "www.kaggle.com", "/c/here", OK)
    rows.page("Kaggle", "www.kaggle.com", "/c/live", UNVERIFIED, 404, "404 goes to robots for live pages too")
    rows.link("Papers with Code", "https://paperswithcode.com/paper/mask-r-cnn", SUSPECT)
    FakeOpenML(rows.internet).names["61"] = "iris"
    rows.link("OpenML", "https://www.openml.org/d/61", OK)
    rows.link("OpenML", "https://www.openml.org/d/404", BROKEN)
    rows.link("OpenML", "https://www.openml.org/d/iris", UNVERIFIED, "[U] the frame is said to be always 200")


def _sites(rows: Rows) -> None:
    for host, path in (("www.coursera.org", "/learn/"), ("www.udacity.com", "/course/"), ("www.edx.org", "/course/")):
        rows.page(host, host, f"{path}here", OK)
        rows.page(host, host, f"{path}gone", BROKEN, 404)
    rows.page("Udemy", "www.udemy.com", "/course/x/", UNVERIFIED, 403, "programs are refused")
    for host, status in (
        ("www.linkedin.com", 999),
        ("www.reddit.com", 403),
        ("www.quora.com", 403),
        ("www.facebook.com", 200),
        ("www.instagram.com", 200),
    ):
        rows.page(host, host, "/x", UNVERIFIED, status, _NEVER)


def _pictures(rows: Rows) -> None:
    shields = rows.internet.site("img.shields.io")
    for path, words, right in (("/good", "build: passing", OK), ("/bad", "build: repo not found", DEGRADED)):
        shields.page(path, badge(words), media_type="image/svg+xml;charset=utf-8")
        rows.link("shields.io", f"https://img.shields.io{path}", right, image=True)
    imgur = rows.internet.site("i.imgur.com").page("/removed.png", png(161, 81), media_type="image/png")
    imgur.redirect("/dead1.png", "https://i.imgur.com/removed.png", 302)
    rows.picture("imgur", "i.imgur.com", "/alive.png", OK)
    rows.link("imgur", "https://i.imgur.com/dead1.png", BROKEN, image=True)
    rows.page("imgur", "imgur.com", "/a/x", UNVERIFIED, 429, "asked too often")


def _papers(rows: Rows) -> None:
    """What publishers and scholars' sites hide behind walls, and who knows about it."""
    FakeArxiv(rows.internet)
    doi = FakeDoi(rows.internet)
    doi.missing |= {
        "10.1002/nope",
        "10.5281/zenodo.404",
        "10.5281/zenodo.410",
        "10.1145/404.404",
        "10.6084/m9.figshare.404",
    }
    rows.internet.site("publisher.example").default(misbehave.answer("<title>An article</title>"))
    for host in ("onlinelibrary.wiley.com", "dl.acm.org", "figshare.com", "datadryad.org"):
        rows.internet.site(host).default(misbehave.bot_wall("aws-waf"))
    doi.missing |= {f"10.5281/zenodo.{number}" for number in (200, 404, 410)}
    FakeZenodo(rows.internet).records |= {"200": 200, "410": 410}
    crossref = FakeCrossref(rows.internet)
    crossref.elsevier("S014193822100038X")
    crossref.acm("10.1145/3271625", "A paper that ACM has")
    crossref.ieee("726791", "A paper that IEEE has")
    FakePubMed(rows.internet).missing.add("404404")
    FakeSemanticScholar(rows.internet).missing.add("f" * 40)
    review = FakeOpenReview(rows.internet)
    review.open = True
    review.new["HereHere01"] = "A paper"
    for url, right in (
        ("https://zenodo.org/records/123", OK),
        ("https://zenodo.org/records/200", OK),  # with a DOI of its journal's
        ("https://zenodo.org/records/404", BROKEN),
        ("https://zenodo.org/records/410", BROKEN),
        ("https://doi.org/10.6084/m9.figshare.123", OK),
        ("https://doi.org/10.6084/m9.figshare.404", BROKEN),
        ("https://doi.org/10.17605/OSF.IO/ABCDE", OK),
        ("https://doi.org/10.5061/dryad.abc", OK),
        ("https://onlinelibrary.wiley.com/doi/10.1002/chem.1", OK),
        ("https://onlinelibrary.wiley.com/doi/10.1002/nope", SUSPECT),
        ("https://dl.acm.org/doi/10.1145/1.2", OK),
        ("https://dl.acm.org/doi/10.1145/404.404", SUSPECT),
        ("https://dl.acm.org/citation.cfm?id=3271625", OK),
        ("https://ieeexplore.ieee.org/document/726791", OK),
        ("https://www.sciencedirect.com/science/article/pii/S014193822100038X", OK),
        ("https://pubmed.ncbi.nlm.nih.gov/123456/", OK),
        ("https://pubmed.ncbi.nlm.nih.gov/404404/", BROKEN),
        (f"https://www.semanticscholar.org/paper/{'a' * 40}", OK),
        (f"https://www.semanticscholar.org/paper/{'f' * 40}", SUSPECT),
        ("https://openreview.net/forum?id=HereHere01", OK),
        ("https://openreview.net/forum?id=GoneGone01", BROKEN),
    ):
        rows.link("walled, with an identifier", url, right)
    why = "the wall hides it, and its address has no identifier that a registry knows"
    for url in ("https://figshare.com/articles/dataset/x/1", "https://onlinelibrary.wiley.com/journal/1"):
        rows.link("walled, without identifier", url, UNVERIFIED, why)
