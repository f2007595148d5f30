"""Papers in open proceedings: the page of a paper and its PDF are one thing, which one request for the page settles.

The page names the paper, and most name their PDF, so that a link to the PDF needs no request of its own. Whatever the
page does not say is left to the link itself. Source: docs/facts/services.md#proceedings-page-and-pdf.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from linkwarden.model import Basis, Evidence, Kind, Rule, Suggestion, Verdict
from linkwarden.patterns import pattern
from linkwarden.providers.base import Example
from linkwarden.providers.registry import Case, OneByOne, Outcome, Place, Reply, answered, ask
from linkwarden.records import dataclass
from linkwarden.soft404.page import Page, is_html
from linkwarden.text import host_of

if TYPE_CHECKING:
    from linkwarden.net import Net

_BYTES = 131_072
#: How the path of a PDF leads to that of its page, host by host; the page's own path stays as it is.
_PAGES = {
    "openaccess.thecvf.com": (
        (pattern(r"/(content\w*(?:/[\w.-]+)?)/papers/([^/]+)\.pdf"), r"/\1/html/\2.html"),
        (pattern(r"/content\w*(?:/[\w.-]+)?/html/[^/]+\.html"), ""),
    ),
    "papers.nips.cc": (
        (pattern(r"/(paper(?:_files/paper)?/\d{4})/file/(\w+)-Paper(-\w+)?\.pdf"), r"/\1/hash/\2-Abstract\3.html"),
        (pattern(r"/paper(?:_files/paper)?/\d{4}/hash/\w+-Abstract(?:-\w+)?\.html"), ""),
        (pattern(r"/paper/(\d{1,5}-[\w-]+)(?:\.pdf)"), r"/paper/\1"),
        (pattern(r"/paper/\d{1,5}-[\w-]+"), ""),
    ),
    "proceedings.mlr.press": (
        (pattern(r"/([vr]\d+)/(?:[\w-]+/)?([\w-]+)\.pdf"), r"/\1/\2.html"),
        (pattern(r"/[vr]\d+/[\w-]+\.html"), ""),
    ),
    "jmlr.org": (
        (pattern(r"/papers/volume(\d+)/([\w-]+)/[\w-]+\.pdf"), r"/papers/v\1/\2.html"),
        (pattern(r"/papers/v\d+/[\w-]+\.html"), ""),
    ),
    "aclanthology.org": (
        (pattern(r"/([A-Z]\d\d-\d{4}|\d{4}\.[\w-]+\.\d+)(?:v\d+)?\.pdf"), r"/\1/"),
        (pattern(r"/(?:[A-Z]\d\d-\d{4}|\d{4}\.[\w-]+\.\d+)/?"), ""),
    ),
    "aclweb.org": (
        (pattern(r"/anthology/(?:[A-Z]/[A-Z]\d\d/)?([A-Z]\d\d-\d{4}|\d{4}\.[\w-]+\.\d+)\.pdf"), r"/anthology/\1"),
        (pattern(r"/anthology/(?:[A-Z]/[A-Z]\d\d/)?([A-Z]\d\d-\d{4}|\d{4}\.[\w-]+\.\d+)/?"), r"/anthology/\1"),
    ),
}
_PAGES["proceedings.neurips.cc"] = _PAGES["papers.nips.cc"]

MOVED = Rule(
    "LW683",
    "paper-moved",
    Verdict.MOVED,
    "the proceedings have the paper under another URL now",
    "The site leads from the old URL of the paper's page to the present one for good, and the page there names the "
    "paper and its PDF.",
    "Put the present URL into the list.",
)


@dataclass(frozen=True, slots=True)
class _Paper:
    """A paper: the URL of its page, and whether the link is to its PDF."""

    page: str
    is_pdf: bool

    @property
    def ident(self) -> str:
        return self.page


class Proceedings(OneByOne[_Paper]):
    """Settles papers whose page says which paper it is."""

    name = "proceedings"
    title = "the CVF library, NeurIPS, PMLR, JMLR and the ACL Anthology"
    rank = 180
    kind = Kind.PAPER
    domains = frozenset(_PAGES)
    rules = (MOVED,)
    examples = (
        Example(
            "https://openaccess.thecvf.com/content_cvpr_2016/papers/He_Deep_CVPR_2016_paper.pdf",
            "https://openaccess.thecvf.com/content_cvpr_2016/html/He_Deep_CVPR_2016_paper.html",
        ),
        Example(
            "https://proceedings.neurips.cc/paper/2020/file/ab12-Paper.pdf",
            "https://proceedings.neurips.cc/paper/2020/hash/ab12-Abstract.html",
        ),
        Example(
            "https://proceedings.mlr.press/v97/name19a/name19a.pdf", "https://proceedings.mlr.press/v97/name19a.html"
        ),
        Example("http://www.jmlr.org/papers/volume3/name03a/name03a.pdf", "https://jmlr.org/papers/v3/name03a.html"),
        Example("https://aclanthology.org/P18-1001.pdf", "https://aclanthology.org/P18-1001/"),
        Example("https://aclanthology.org/2020.acl-main.1", "https://aclanthology.org/2020.acl-main.1/"),
        Example("http://papers.nips.cc/paper/4824-imagenet.pdf", "https://papers.nips.cc/paper/4824-imagenet"),
        Example("http://aclweb.org/anthology/N/N16/N16-1030.pdf", "https://www.aclweb.org/anthology/N16-1030"),
        Example("https://proceedings.mlr.press/v97/", None),
        Example("https://aclanthology.org/events/acl-2020/", None),
        Example("https://aclanthology.org/P18-1001.pdf", None, image=True),
    )

    def read(self, place: Place) -> _Paper | None:
        for form, page in _PAGES.get(place.host, ()):
            found = form.fullmatch(place.path)
            if found is not None and not place.query and not place.fragment:
                path = found.expand(page) if page else place.path
                if place.host == "aclanthology.org":
                    path = path.rstrip("/") + "/"
                host = f"www.{place.host}" if place.host == "aclweb.org" else place.host
                return _Paper(f"https://{host}{path}", place.path.endswith(".pdf"))
        return None

    async def settle(self, net: Net, cases: Sequence[Case[_Paper]]) -> Sequence[Outcome]:
        """Read the page; settle the links to it, and those to the PDF that it names."""
        reply = await ask(net, cases[0].ref.page, "paper-page", accept="text/html", max_bytes=_BYTES)
        response = reply.response
        if response is None or reply.status != 200 or reply.wall is not None or not is_html(response):
            return [case.passed() for case in cases]
        page = Page(response)
        if page.paper is None:
            return [case.passed() for case in cases]
        settled: list[Outcome] = []
        for case in cases:
            if response.hops and _bare(response.url) != _bare(case.ref.page):
                settled.append(_moved(case, reply, page))
                continue
            if case.ref.is_pdf and _bare(page.meta("citation_pdf_url")) != _bare(case.url):
                settled.append(case.passed())
                continue
            seen = "its page names this PDF" if case.ref.is_pdf else "the page names the paper"
            (item,) = answered([case], reply, seen, title=page.paper.title)
            settled.append(replace(item, paper=page.paper) if isinstance(item, Evidence) else item)
        return settled


def _moved(case: Case[_Paper], reply: Reply, page: Page) -> Outcome:
    """Return what is said of a paper whose page leads to another one: for good, at a site of the same proceedings."""
    there = reply.response.moved_to if reply.response is not None else None
    better = page.meta("citation_pdf_url").strip() if case.ref.is_pdf else there
    if there is None or not better or page.paper is None:
        return case.passed()
    if any(host_of(url).removeprefix("www.") not in _PAGES for url in (there, better)):
        return case.passed()
    (item,) = answered(
        [case],
        reply,
        "the page of the old URL leads to the present one",
        MOVED,
        "The paper has another URL now.",
        title=page.paper.title,
        suggestion=Suggestion(better, "the paper's present URL", Basis.PRESENT_NAME),
    )
    return replace(item, paper=page.paper) if isinstance(item, Evidence) else item


def _bare(url: str) -> str:
    """Return a URL without what makes no other file at such a host: scheme, ``www.`` and a slash at the end."""
    return re.sub(r"\Ahttps?://(?:www\.)?", "", url.strip(), flags=re.IGNORECASE).rstrip("/")
