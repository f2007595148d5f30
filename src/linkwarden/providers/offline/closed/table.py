"""Services that have closed: where their addresses stand, what is known, and what to link instead.

Grades: O observed by several people (the source is named), K general knowledge that several people would confirm,
U unsure. Only O and K rows are called dead without a request; U rows are asked like any other, with a remark.
Left out on purpose: goo.gl (links in use were kept), classic Google Sites and free Heroku apps (nothing in the
address tells the living from the dead), godoc.org and jcenter.bintray.com (they redirect to what replaced them),
gitorious.org (volunteers mirror it), images.deepai.org (nothing is known).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from linkwarden.model import Suggestion

if TYPE_CHECKING:
    from linkwarden.providers.offline.signed.address import Address

Suggest = Callable[["Address"], Suggestion | None]


class Fate(StrEnum):
    """What a reader gets from a closed service's addresses."""

    GONE = "gone"  # nothing, or a page about something else
    REPLACED = "replaced"  # something of the kind, at another place
    UNSURE = "unsure"  # probably nothing; nobody has said so


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A closed service, or a part of one.

    Attributes:
        id: short name, the ident of claims.
        name: as a reader knows it.
        hosts: host patterns.
        path: a pattern that the decoded path (without the first slash) begins with; empty: everything.
        since: when it closed, in words.
        fate: what a reader gets.
        grade: how well that is known (O, K, U).
        source: where it is known from.
        remedy: what to link instead, as an imperative sentence.
        suggest: makes the replacing address, where one follows from the old one.
        spares: host patterns that still work.
    """

    id: str
    name: str
    hosts: tuple[str, ...]
    since: str
    fate: Fate
    grade: str
    source: str
    remedy: str
    path: str = ""
    suggest: Suggest = lambda _address: None
    spares: tuple[str, ...] = ()


_ARXIV_ID = re.compile(r"([0-9]{4}\.[0-9]{4,5}(?:v[0-9]+)?|[a-z-]+(?:\.[A-Z]{2})?/[0-9]{7}(?:v[0-9]+)?)")


def _arxiv_abstract(address: Address) -> Suggestion | None:
    rest = "/".join(address.segments[1:]).strip("/")
    if address.segments[:1] != ("papers",) or not _ARXIV_ID.fullmatch(rest):
        return None
    return Suggestion(f"https://arxiv.org/abs/{rest}", "the paper itself; arXiv also shows many papers as web pages")


def _code_archive(address: Address) -> Suggestion | None:
    project = address.segments[1] if len(address.segments) > 1 else ""
    return _archived_project(project)


def _googlecode_archive(address: Address) -> Suggestion | None:
    return _archived_project(address.host.removesuffix(".googlecode.com"))


def _archived_project(project: str) -> Suggestion | None:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", project) or project == "www":
        return None
    return Suggestion(f"https://code.google.com/archive/p/{project}", "Google keeps the project here, read-only")


_WAYBACK = "Look the address up in the Internet Archive (web.archive.org), or remove the link."
_BADGE = "Remove the badge, or put one of a service that runs today in its place."
_FIGURE = "Take the figure from the paper itself, which stands next to it in most lists, and commit it."

SERVICES: tuple[Service, ...] = (
    Service(
        id="groundai",
        name="GroundAI's picture store",
        hosts=("storage.googleapis.com", "storage.cloud.google.com"),
        path=r"groundai-web-prod(?:/|$)",
        since="by November 2024",
        fate=Fate.GONE,
        grade="O",
        source="ashishpatel26/Tools-to-Design-or-Visualize-Architecture-of-Neural-Network issue 12",
        remedy=_FIGURE,
    ),
    Service(
        id="groundai",
        name="GroundAI",
        hosts=("*.groundai.com", "groundai-web-prod.storage.googleapis.com"),
        since="by November 2024",
        fate=Fate.GONE,
        grade="K",
        source="its pictures are reported lost (grade O); the site went with them",
        remedy=_FIGURE,
    ),
    Service(
        id="arxiv-vanity-media",
        name="arXiv Vanity's picture store",
        hosts=("media.arxiv-vanity.com",),
        since="in 2023",
        fate=Fate.UNSURE,
        grade="U",
        source="j3soon/arxiv-utils issues 35 and 36 speak of the pages only",
        remedy=_FIGURE,
    ),
    Service(
        id="arxiv-vanity",
        name="arXiv Vanity",
        hosts=("*.arxiv-vanity.com",),
        since="in 2023",
        fate=Fate.REPLACED,
        grade="O",
        source="j3soon/arxiv-utils issues 35 and 36",
        remedy="Link the paper at arXiv; https://arxiv.org/html/ID shows many papers as web pages.",
        suggest=_arxiv_abstract,
    ),
    Service(
        id="paperswithcode-pages",
        name="Papers with Code",
        hosts=("*.paperswithcode.com",),
        path=r"(?:paper|dataset)/",
        since="in July 2025",
        fate=Fate.REPLACED,
        grade="O",
        source="paperswithcode/paperswithcode-data issue 45: some of these pages redirect again since December 2025",
        remedy="Link the paper at arXiv, or the dataset's own page.",
    ),
    Service(
        id="paperswithcode",
        name="Papers with Code",
        hosts=("*.paperswithcode.com",),
        since="in July 2025",
        fate=Fate.GONE,
        grade="O",
        source="paperswithcode/paperswithcode-data issues 45, 116 and 119",
        remedy="Link the paper or the code itself, or a copy in the Internet Archive (web.archive.org).",
    ),
    Service(
        id="travis-ci.org",
        name="Travis CI for open source (travis-ci.org)",
        hosts=("travis-ci.org", "www.travis-ci.org", "api.travis-ci.org", "secure.travis-ci.org"),
        since="in June 2021",
        fate=Fate.GONE,
        grade="K",
        source="Travis CI's announcement of the move to travis-ci.com",
        remedy="Remove the badge, or link the service that builds the project today (GitHub Actions, travis-ci.com …).",
    ),
    Service(
        id="google-code",
        name="Google Code",
        hosts=("code.google.com",),
        path=r"p/[^/]",
        since="in January 2016",
        fate=Fate.REPLACED,
        grade="K",
        source="Google's announcement; projects stay readable under /archive/p/",
        remedy="Link the place that the project moved to, or its page in Google's archive.",
        suggest=_code_archive,
    ),
    Service(
        id="googlecode",
        name="Google Code's project hosting (googlecode.com)",
        hosts=("*.googlecode.com",),
        since="in January 2016",
        fate=Fate.UNSURE,
        grade="U",
        source="Google's announcement; a few hosts of Google's own projects were kept for longer",
        remedy="Link the place that the project moved to, or its page in Google's archive.",
        suggest=_googlecode_archive,
    ),
    Service(
        id="google-plus",
        name="Google+",
        hosts=("plus.google.com",),
        since="in April 2019",
        fate=Fate.GONE,
        grade="K",
        source="Google's announcement of the end of Google+ for consumers",
        remedy=_WAYBACK,
    ),
    Service(
        id="picasa",
        name="Picasa Web Albums",
        hosts=("picasaweb.google.com",),
        since="in May 2016",
        fate=Fate.GONE,
        grade="K",
        source="Google's announcement; the archive of the albums ended in 2023",
        remedy=_WAYBACK,
    ),
    Service(
        id="bintray",
        name="Bintray",
        hosts=("*.bintray.com",),
        since="in May 2021",
        fate=Fate.GONE,
        grade="K",
        source="JFrog's announcement",
        remedy="Link the project's releases at the place where it publishes today.",
        spares=("jcenter.bintray.com",),
    ),
    Service(
        id="gemnasium",
        name="Gemnasium",
        hosts=("*.gemnasium.com",),
        since="in May 2018",
        fate=Fate.GONE,
        grade="K",
        source="GitLab's announcement of the acquisition",
        remedy=_BADGE,
    ),
    Service(
        id="waffle",
        name="Waffle.io",
        hosts=("*.waffle.io",),
        since="in May 2019",
        fate=Fate.GONE,
        grade="K",
        source="its own announcement",
        remedy=_BADGE,
    ),
    Service(
        id="lgtm",
        name="LGTM.com",
        hosts=("lgtm.com", "www.lgtm.com"),
        since="in December 2022",
        fate=Fate.GONE,
        grade="K",
        source="GitHub's announcement; code scanning took its place",
        remedy=_BADGE,
    ),
    Service(
        id="david-dm",
        name="David (david-dm.org)",
        hosts=("*.david-dm.org",),
        since="about 2022",
        fate=Fate.UNSURE,
        grade="U",
        source="badge services dropped it; no announcement known",
        remedy=_BADGE,
    ),
)


_HOSTS = frozenset(pattern for service in SERVICES for pattern in service.hosts)


def find(address: Address) -> Service | None:
    """Give the row that an address belongs to, or None. Rows of a service's parts stand before the whole."""
    if address.domains.isdisjoint(_HOSTS):
        return None
    path = "/".join(address.segments)
    for service in SERVICES:
        if address.on(*service.hosts) and not address.on(*service.spares) and re.match(service.path, path):
            return service
    return None
