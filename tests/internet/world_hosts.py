"""How the hosts of ``ml-papers.md`` answer when nothing is wrong with them (docs/facts/services.md)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from urllib.parse import quote, unquote, urlsplit

from aiohttp import web

from linkwarden.model import Verdict
from tests.internet import misbehave, pictures
from tests.internet.core import FakeInternet
from tests.internet.stores import error_xml
from tests.internet.walls import WallKind

Verdicts = frozenset[Verdict]

FINE: Verdicts = frozenset({Verdict.OK})
MOVED: Verdicts = frozenset({Verdict.MOVED})
BROKEN: Verdicts = frozenset({Verdict.BROKEN})
EXPIRED: Verdicts = frozenset({Verdict.EXPIRED})
DEGRADED: Verdicts = frozenset({Verdict.DEGRADED})
SUSPECT: Verdicts = frozenset({Verdict.SUSPECT})
UNVERIFIED: Verdicts = frozenset({Verdict.UNVERIFIED})
#: A wall before a picture: nobody can know, and GitHub's proxy does not get past it either.
WALLED_PICTURE: Verdicts = UNVERIFIED | DEGRADED


@dataclass(frozen=True, slots=True)
class Address:
    """One address of the list: as a browser takes it, and whether it stands in ``<img src>``."""

    url: str
    image: bool

    @property
    def host(self) -> str:
        """The host name."""
        return urlsplit(self.url).hostname or ""

    @property
    def path(self) -> str:
        """Path and query as they go over the wire."""
        parts = urlsplit(self.url)
        return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")

    @property
    def fragment(self) -> str:
        """What follows the ``#``."""
        return urlsplit(self.url).fragment

    @property
    def https(self) -> str:
        """The same address with https."""
        return "https://" + self.url.partition("://")[2]


def page(title: str, *ids: str) -> bytes:
    """Make a page of believable size, with these ids in it."""
    sections = "".join(f'<h2 id="{escape(name)}">{escape(name)}</h2><p>Something to read.</p>' for name in ids)
    words = "<p>It says what the list promises, at some length, with figures and references.</p>" * 20
    head = f"<!DOCTYPE html><html><head><title>{escape(title)}</title></head>"
    return f"{head}<body>{sections}{words}</body></html>".encode()


def content(address: Address) -> tuple[str, bytes]:
    """Give media type and bytes of what an address promises."""
    if address.image:
        if "as=webp" in address.path:
            return "image/webp", pictures.WEBP
        wanted = address.path.replace("?format=jpg&name=large", ".jpg")
        return pictures.of(wanted)
    if urlsplit(address.url).path.lower().endswith(".pdf"):
        return "application/pdf", pictures.PDF
    title = unquote(urlsplit(address.url).path.rstrip("/").rpartition("/")[2]) or address.host
    return "text/html; charset=utf-8", page(title, *filter(None, [address.fragment]))


Install = Callable[[FakeInternet, Address], Verdicts]


def serve(internet: FakeInternet, address: Address) -> Verdicts:
    """Answer with what the address promises."""
    media_type, body = content(address)
    internet.site(address.host).page(address.path, body, media_type=media_type)
    return FINE


def walled(kind: WallKind, picture: Verdicts = WALLED_PICTURE, link: Verdicts = UNVERIFIED) -> Install:
    """Answer everything on the host with a bot wall; ``link`` says what may be known of a page all the same."""

    def install(internet: FakeInternet, address: Address) -> Verdicts:
        internet.site(address.host).default(misbehave.bot_wall(kind))
        return picture if address.image else link

    return install


def upgraded(internet: FakeInternet, address: Address) -> Verdicts:
    """Serve over https, and send plain http there for good."""
    serve(internet, address)
    internet.site(address.host).https_only()
    # The same page, with the only change that no reader notices: worth an offer or worth nothing.
    return FINE if address.url.startswith("https:") else MOVED | FINE


def closed(verdicts: Verdicts) -> Install:
    """Answer 404: the service has closed, and a checker may know that without asking."""

    def install(internet: FakeInternet, address: Address) -> Verdicts:
        internet.site(address.host)
        return verdicts

    return install


def ncbi(internet: FakeInternet, address: Address) -> Verdicts:
    """Send PubMed and PMC to their own hosts for good, behind a bot wall (docs/facts/services.md#pubmed-and-pmc).

    NCBI's API knows that the article is there, and the redirect is known without asking.
    """
    host = "pubmed.ncbi.nlm.nih.gov" if address.path.startswith("/pubmed/") else "pmc.ncbi.nlm.nih.gov"
    to = f"https://{host}{address.path.removeprefix('/pubmed')}"
    internet.site(address.host).redirect(address.path, to, 301)
    internet.site(host).default(misbehave.bot_wall("cloudflare"))
    return WALLED_PICTURE if address.image else MOVED


def papers_with_code(internet: FakeInternet, address: Address) -> Verdicts:
    """Send everything to one page elsewhere (docs/facts/closed-services.md#where-a-table-beats-a-request)."""
    there = "https://huggingface.co/papers/trending"
    internet.site(address.host).redirect(address.path, there, 301)
    internet.site("huggingface.co").page("/papers/trending", page("Trending Papers"))
    return BROKEN | SUSPECT


def amazon(internet: FakeInternet, address: Address) -> Verdicts:
    """Answer as S3 does to a signature whose time is over; nobody should ask."""
    late = error_xml("AccessDenied", "Request has expired", "<X-Amz-Expires>86400</X-Amz-Expires>")

    async def refuse(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=403, body=late, content_type="application/xml")

    internet.site(address.host).default(refuse)
    return EXPIRED


def dead_bucket(internet: FakeInternet, address: Address) -> Verdicts:
    """Answer as Google's storage does for a bucket that is gone (docs/facts/http-answers.md#object-store-errors)."""
    body = error_xml("NoSuchBucket", "The specified bucket does not exist.")
    internet.site(address.host).page(address.path, body, 404, media_type="application/xml; charset=UTF-8")
    return BROKEN


def nature(internet: FakeInternet, address: Address) -> Verdicts:
    """Bounce through idp.nature.com until its cookie comes back (docs/facts/services.md#publisher-bot-protection)."""
    _, body = content(address)
    identity = internet.site("idp.nature.com")

    async def article(request: web.Request) -> web.StreamResponse:
        if "idp_session" in request.cookies:
            return web.Response(body=body, headers={"Content-Type": "text/html; charset=utf-8"})
        target = quote(f"https://{request.host}{request.raw_path}", safe="")
        to = f"https://idp.nature.com/authorize?response_type=cookie&client_id=grover&redirect_uri={target}"
        return web.Response(status=303, headers={"Location": to})

    async def authorize(request: web.Request) -> web.StreamResponse:
        headers = {
            "Location": request.query["redirect_uri"],
            "Set-Cookie": "idp_session=s1; Domain=.nature.com; Path=/; Secure; HttpOnly",
        }
        return web.Response(status=302, headers=headers)

    internet.site(address.host).handle(urlsplit(address.url).path, article)
    identity.handle("/authorize", authorize)
    return FINE


def youtube(internet: FakeInternet, address: Address) -> Verdicts:
    """Answer 200 for every video, and tell the truth by oEmbed (docs/facts/services.md#video)."""
    site = internet.site(address.host)
    site.default(misbehave.answer(page("YouTube"), media_type="text/html; charset=utf-8"))
    site.handle("/oembed", misbehave.answer(b'{"title":"A talk","type":"video"}', media_type="application/json"))
    return FINE | UNVERIFIED  # only who asks oEmbed can know


def camo(internet: FakeInternet, address: Address) -> Verdicts:
    """Serve the image from its own URL only: the proxy has forgotten it, so that readers see nothing."""
    internet.site(address.host).default(misbehave.answer(b"Not Found", 404, "text/plain"))
    original = bytes.fromhex(address.path.rpartition("/")[2]).decode()
    serve(internet, Address(original, image=True))
    return BROKEN


def pinterest(internet: FakeInternet, address: Address) -> Verdicts:
    """Serve the picture; what is not there is S3's 403 (docs/facts/services.md#image-hosts)."""

    async def denied(_request: web.Request) -> web.StreamResponse:
        body = error_xml("AccessDenied", "Access Denied")
        return web.Response(status=403, body=body, content_type="application/xml")

    internet.site(address.host).default(denied)
    return serve(internet, address)


#: The hosts that do not simply serve. What a registry knows by the DOI or number in the address counts as ``ok``.
HOSTS: dict[str, Install] = {
    "s3.us-west-2.amazonaws.com": amazon,
    "storage.googleapis.com": dead_bucket,
    "www.groundai.com": closed(BROKEN),
    "media.arxiv-vanity.com": closed(BROKEN),
    "paperswithcode.com": papers_with_code,
    "i.pinimg.com": pinterest,
    "ieeexplore.ieee.org": walled("ieee"),
    "www.semanticscholar.org": walled("aws-waf", link=FINE),
    "onlinelibrary.wiley.com": walled("cloudflare", link=FINE),
    "www.biorxiv.org": walled("cloudflare", link=FINE),
    "dl.acm.org": walled("cloudflare-title", link=FINE),
    "www.sciencedirect.com": walled("cloudflare", link=FINE),
    "www.spiedigitallibrary.org": walled("incapsula", picture=WALLED_PICTURE),
    "www.ncbi.nlm.nih.gov": ncbi,
    "www.nature.com": nature,
    "www.youtube.com": youtube,
    "camo.githubusercontent.com": camo,
    "openaccess.thecvf.com": upgraded,
    "karpathy.github.io": upgraded,
    "wuhuikai.me": upgraded,
    "encrypted-tbn0.gstatic.com": lambda net, at: serve(net, at) | DEGRADED,
    "colab.research.google.com": lambda net, at: serve(net, at) | UNVERIFIED,
}
