"""Which DOI a URL names: ``doi.org``, and the DOIs inside the URLs of publishers. Pure.

Sources: the DOI Handbook (syntax, case), and docs/facts/services.md#dois-in-publisher-urls (as observed).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from urllib.parse import parse_qs, quote, unquote, urlsplit

from linkwarden.patterns import pattern
from linkwarden.records import dataclass
from linkwarden.text import host_of


class Source(StrEnum):
    """How a URL names its DOI, and so how much the registry's answer says about the URL."""

    RESOLVER = "resolver"  # doi.org: the URL works if and only if the DOI is registered
    LITERAL = "literal"  # a publisher's URL that spells the DOI out
    DERIVED = "derived"  # made from a publisher's article number by its scheme
    FIGURE = "figure"  # an image file of the paper with this DOI


@dataclass(frozen=True, slots=True)
class DoiRef:
    """A DOI as a URL names it.

    Attributes:
        doi: in lower case (DOIs do not depend on case), percent-decoded once. At doi.org exactly what stands
            there, junk included; elsewhere without the publisher's suffixes.
        source: how the URL names it.
        written: the same in the case of the URL, for suggestions.
        behind: what stands behind it at doi.org, with ``?`` or ``#``: for a browser no part of it.
    """

    doi: str
    source: Source
    written: str
    behind: str = ""

    @property
    def longer(self) -> str:
        """The DOI with what stands behind it: it may hold any character (docs/facts/services.md#doi-syntax)."""
        return fold(self.written + self.behind) if self.behind else ""

    @property
    def ident(self) -> str:
        """What makes one request to the registry."""
        return self.doi


def doi_of(url: str) -> DoiRef | None:
    """Return the DOI that an http(s) URL names, or None. Never raises."""
    host = host_of(url)
    reader = _reader_of(host)
    if reader is None:  # nearly every URL of a list
        return None
    parts = urlsplit(url)
    ref = reader(unquote(parts.path), parts.query)
    if ref is not None and ref.source is Source.RESOLVER:
        at = min((i for i in (url.find("?"), url.find("#")) if i >= 0), default=len(url))
        return replace(ref, behind=unquote(url[at:]))
    return ref


@lru_cache(maxsize=1024)  # a list names the same few hosts over and over
def _reader_of(host: str) -> Callable[[str, str], DoiRef | None] | None:
    """Return what reads the DOI in a URL of this host: by host, or by the domain that it lies in."""
    if host in RESOLVERS:
        return lambda path, _query: _in_resolver(path)
    if host in _FIGURE_HOSTS:
        return lambda path, _query: _ref(Source.FIGURE, _FIGURE.search(path))
    labels = host.split(".")
    names = (".".join(labels[cut:]) for cut in range(len(labels) - 1))
    return next((_READERS[name] for name in names if name in _READERS), None)


def fold(doi: str) -> str:
    """Return the form in which DOIs are compared: only ASCII letters have case in a DOI (DOI Handbook, "Case")."""
    return re.sub("[A-Z]+", lambda match: match[0].lower(), doi)


def shorter_readings(doi: str) -> tuple[str, ...]:
    """Return what a DOI may have been before something was stuck to its end, likeliest first.

    Punctuation goes first (a closing bracket only where none was opened: SICI-style DOIs hold pairs), then whole
    path segments, as publishers append them.
    """
    readings: list[str] = []
    bare = without_punctuation(doi)
    if bare != doi:
        readings.append(bare)
    while len(readings) < _MAX_READINGS and _DOI.fullmatch(bare := bare.rpartition("/")[0]):
        readings.append(bare)
    return tuple(readings)


def without_punctuation(doi: str) -> str:
    """Cut off what texts leave at the end of a URL: punctuation, quotes, invisible characters, odd brackets."""
    while doi:
        opening = {")": "(", "]": "[", "}": "{", ">": "<"}.get(doi[-1])
        unpaired = opening is not None and doi.count(doi[-1]) > doi.count(opening)
        if not unpaired and doi[-1] not in _JUNK and not doi[-1].isspace():
            break
        doi = doi[:-1]
    return doi


def encoded(doi: str) -> str:
    """Percent-encode a DOI for a path, the comma too, which separates DOIs in ``doiRA`` requests."""
    return quote(doi, safe="/:;()._-~!*'@$&+=", errors="replace")


def resolver_address(doi: str) -> str:
    """Return the URL that the DOI Handbook asks to display: https, doi.org, without ``dx``."""
    return f"https://doi.org/{encoded(doi)}"


RESOLVERS = frozenset({"doi.org", "www.doi.org", "dx.doi.org"})
_JUNK = frozenset(
    ".,;:!?'\"*_`|\\/\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u2018\u2019\u201c\u201d\u3001\u3002\uff0c\uff09"
)
_MAX_READINGS = 4
_DOI = pattern(r"10\.\d{4,9}(?:\.\d+)*/\S+")
_IN_PATH = pattern(r"/(?:doi:)?(10\.\d{4,9}/[^\s/].*)", re.DOTALL)
_FIGURE_HOSTS = frozenset({"media.springernature.com", "static-content.springer.com"})
_FIGURE = pattern(r"/(?:art|chp):(10\.\d{4,9}/.+?)/")
# What publishers append to the DOI for the parts and formats of an article.
_SUFFIXES = pattern(
    r"(?:/(?:abs|abstract|full|fulltext|full-xml|pdf|epdf|pdfplus|epub|html|meta|summary|references|citations|metrics"
    r"|full-text)|\.(?:full|full-text|short|abstract|long|pdf|html|xml|epub))+/?$",
    re.IGNORECASE,
)


def _ref(source: Source, match: re.Match[str] | None, template: str = "{}") -> DoiRef | None:
    if match is None:
        return None
    written = template.format(match[1])
    return DoiRef(fold(written), source, written)


def _in_resolver(path: str) -> DoiRef | None:
    """Take everything after the slash, if it looks like a DOI at all; the registry says whether it is one.

    A short DOI (``doi.org/10/abc``) and the site's own pages are not read: those are asked as ordinary pages.
    """
    return _ref(Source.RESOLVER, re.fullmatch(r"/+(?:doi:)?(10\.\d[\d.]*/.+)", path, re.DOTALL | re.IGNORECASE))


def _literal(path: str, _query: str) -> DoiRef | None:
    match = _IN_PATH.search(path)
    if match is None:
        return None
    written = _SUFFIXES.sub("", match[1])
    # ACM gives numbers under 10.5555, Crossref's prefix for tests, to works that have no DOI. The pages exist,
    # the registry knows none of them (JabRef issue 11019), so it is not asked.
    if written.startswith("10.5555/") or not _DOI.fullmatch(written):
        return None
    return DoiRef(fold(written), Source.LITERAL, written)


def _plos(path: str, query: str) -> DoiRef | None:
    if not re.fullmatch(r"/\w+/article(?:/\w+)?/?", path):
        return None
    return _ref(Source.LITERAL, re.fullmatch(r"(10\.\d{4,9}/\S+)", parse_qs(query).get("id", [""])[0]))


def _biorxiv(path: str, _query: str) -> DoiRef | None:
    """Leave the version and everything behind it out: the DOI stands for all versions."""
    match = re.match(r"/content/(10\.\d{4,9}/(?:\d{4}\.\d\d\.\d\d\.)?\d+)(?:v\d+)?(?=$|[./])", path)
    return _ref(Source.LITERAL, match)


def _nature(path: str, _query: str) -> DoiRef | None:
    match = re.fullmatch(r"/articles/([A-Za-z0-9][A-Za-z0-9.-]*?)(?:(?:_reference)?\.pdf)?/?", path)
    return _ref(Source.DERIVED, match, "10.1038/{}")


def _elife(path: str, _query: str) -> DoiRef | None:
    match = re.fullmatch(r"/(?:articles|reviewed-preprints)/(\d+)(?:v\d+)?/?", path)
    return _ref(Source.DERIVED, match, "10.7554/eLife.{}")


def _zenodo(path: str, query: str) -> DoiRef | None:
    match = re.fullmatch(r"/records?/(\d+)/?", path)
    if match is None and path.startswith("/doi/"):  # elsewhere a DOI in the path is that of a badge
        return _literal(path, query)
    return _ref(Source.DERIVED, match, "10.5281/zenodo.{}")


# Hosts that have moved away (mitpressjournals.org, aip.scitation.org) are left out: there the DOI is well and the
# URL is not. Oxford, JAMA, Elsevier, IEEE and MDPI do not put the DOI into their URLs.
_LITERAL_HOSTS = (
    "link.springer.com biomedcentral.com springeropen.com onlinelibrary.wiley.com dl.acm.org tandfonline.com"
    " journals.sagepub.com science.org pnas.org pubs.acs.org spiedigitallibrary.org journals.aps.org link.aps.org"
    " iopscience.iop.org frontiersin.org epubs.siam.org pubsonline.informs.org journals.physiology.org"
    " journals.asm.org ahajournals.org nejm.org arc.aiaa.org ascelibrary.org degruyter.com worldscientific.com"
    " royalsocietypublishing.org annualreviews.org liebertpub.com psycnet.apa.org direct.mit.edu dx.plos.org"
)
_READERS: Mapping[str, Callable[[str, str], DoiRef | None]] = MappingProxyType(
    {
        **dict.fromkeys(_LITERAL_HOSTS.split(), _literal),
        "journals.plos.org": _plos,
        "biorxiv.org": _biorxiv,
        "medrxiv.org": _biorxiv,
        "nature.com": _nature,
        "elifesciences.org": _elife,
        "zenodo.org": _zenodo,
    }
)
#: Every domain whose URLs may name a DOI.
DOMAINS = RESOLVERS | _FIGURE_HOSTS | _READERS.keys()
