"""Which paper a URL names: arXiv identifiers of both schemes, and every form of URL that carries one.

Sources: arXiv's help page "arXiv identifier", and the behaviour of its web site (``arxiv-base`` and
``arxiv-browse``), which quietly repairs some spellings and answers 404 to the rest. Pure: nothing is asked.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from difflib import get_close_matches
from enum import StrEnum
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from linkwarden.model import Basis
from linkwarden.patterns import pattern
from linkwarden.providers.registry import shown
from linkwarden.text import host_of

#: Archives that gave out identifiers before April 2007 (arXiv, "Category Taxonomy" and its list of subsumed archives).
ARCHIVES = frozenset(
    [
        "acc-phys",
        "adap-org",
        "alg-geom",
        "ao-sci",
        "astro-ph",
        "atom-ph",
        "bayes-an",
        "chao-dyn",
        "chem-ph",
        "cmp-lg",
        "comp-gas",
        "cond-mat",
        "cs",
        "dg-ga",
        "funct-an",
        "gr-qc",
        "hep-ex",
        "hep-lat",
        "hep-ph",
        "hep-th",
        "math",
        "math-ph",
        "mtrl-th",
        "nlin",
        "nucl-ex",
        "nucl-th",
        "patt-sol",
        "physics",
        "plasm-ph",
        "q-alg",
        "q-bio",
        "quant-ph",
        "solv-int",
        "supr-con",
    ]
)


class Form(StrEnum):
    """What part of a paper's presence on the web a URL leads to. The value is the path segment at arXiv."""

    ABS = "abs"
    PDF = "pdf"
    HTML = "html"
    FORMAT = "format"
    SOURCE = "src"
    PS = "ps"
    DVI = "dvi"  # not served any more: arXiv's own source answers 500
    DOI = "doi"  # doi.org/10.48550/arXiv.…
    READER = "reader"  # a page about the paper on somebody else's site


class Problem(StrEnum):
    """What is the matter with the way an identifier is written."""

    MALFORMED = "malformed"  # no paper can have this identifier
    JUNK = "junk"  # a good identifier with something stuck to its end
    REPAIRED = "repaired"  # arXiv redirects from this spelling to the usual one
    MIRROR = "mirror"  # a copy of arXiv at another host


class ArxivRef(NamedTuple):
    """A paper as a URL names it.

    Attributes:
        ident: canonical identifier (``2106.15928v3``, ``math/0309136``); if malformed, what stands in its place.
        form: what the URL leads to.
        canonical_url: the URL as arXiv itself writes it. If malformed, the nearest sensible one, or None.
        problem: what is the matter with the spelling, or None.
        why: one clause about the problem, for a person; "" without one.
        basis: what it rests on that ``canonical_url`` is meant.
    """

    ident: str
    form: Form
    canonical_url: str | None
    problem: Problem | None = None
    why: str = ""
    basis: Basis = Basis.SAME_IDENTIFIER

    @property
    def base(self) -> str:
        """The identifier without version."""
        return split_version(self.ident)[0]

    @property
    def version(self) -> int | None:
        """The version that is asked for, or None for the newest."""
        return split_version(self.ident)[1]

    @property
    def yymm(self) -> int | None:
        """Year and month of the identifier as a number such as 202106, or None if it has none."""
        match = re.search(r"(?:^|(/))(\d\d)(\d\d)", self.base)
        return _year(match[2], old=match[1] is not None) * 100 + int(match[3]) if match else None


def split_version(ident: str) -> tuple[str, int | None]:
    """Split ``2106.15928v3`` into ``("2106.15928", 3)``; without a version the second is None."""
    match = re.fullmatch(r"(.*\d)v(\d+)", ident)
    return (match[1], int(match[2])) if match else (ident, None)


def is_future(ref: ArxivRef, now: datetime) -> bool:
    """Return whether an identifier's month has not begun yet, with a day's grace for clocks and time zones."""
    if ref.yymm is None:
        return False
    latest = now + timedelta(days=1)
    return ref.yymm > latest.year * 100 + latest.month


def is_fresh(ref: ArxivRef, now: datetime) -> bool:
    """Return whether a paper may be so new that arXiv's index need not have it yet.

    The index is renewed at most daily; three days cover a weekend at the turn of a month.
    """
    earlier = now - timedelta(days=3)
    return ref.yymm is not None and ref.yymm >= earlier.year * 100 + earlier.month


def parse(url: str) -> ArxivRef | None:
    """Return the paper that a URL names, or None if the URL is not that of a paper.

    Listings, searches, author pages and help pages at arXiv are not papers. Never raises.

    Args:
        url: an absolute http(s) URL.
    """
    host = host_of(url)
    if host not in HOSTS:  # nearly every URL of a list
        return None
    parts = urlsplit(url)
    path = unquote(parts.path)
    if host in _ARXIV_HOSTS or host in _MIRRORS:
        ref = _at_arxiv(path, parts.query)
        return _as_mirror(ref, host) if ref is not None and host in _MIRRORS else ref
    if host in _DOI_HOSTS:
        return _in_doi(path)
    return _at_reader(host, path)


# --- URLs -------------------------------------------------------------------------------------------------

_ARXIV_HOSTS = frozenset({"arxiv.org", "www.arxiv.org", "export.arxiv.org"})
# The mirrors closed in 2024; all of them held copies of the same URLs (docs/facts/services.md#arxiv-mirrors).
_MIRRORS = frozenset(
    {
        f"{name}.arxiv.org"
        for name in "au br cn de es fr il in jp kr ru tw uk za aps lanl xxx browse beta".split()  # noqa: SIM905 - a list of words
    }
    | {"xxx.lanl.gov", "xxx.arxiv.cornell.edu", "xxx.itp.ac.cn", "xxx.uni-augsburg.de"}
)
_DOI_HOSTS = frozenset({"doi.org", "dx.doi.org", "www.doi.org"})
_READERS: dict[str, re.Pattern[str]] = {
    "ar5iv.org": pattern(r"/(?:abs|html|pdf)/(.+?)/?"),
    "ar5iv.labs.arxiv.org": pattern(r"/(?:abs|html|pdf)/(.+?)/?"),
    "alphaxiv.org": pattern(r"/(?:abs|pdf|overview)/(.+?)/?"),
    "scirate.com": pattern(r"/arxiv/(.+?)/?"),
    "huggingface.co": pattern(r"/papers/(.+?)/?"),
    "hf.co": pattern(r"/papers/(.+?)/?"),
}
#: Every host whose URLs may name a paper.
HOSTS = _ARXIV_HOSTS | _MIRRORS | _DOI_HOSTS | _READERS.keys() | {f"www.{name}" for name in _READERS}
_FORMS = {form.value: form for form in Form if form not in (Form.DOI, Form.READER)} | {"e-print": Form.SOURCE}


def _at_arxiv(path: str, query: str) -> ArxivRef | None:
    match = re.fullmatch(r"/+([a-z-]+)(?:/+(.*))?", path, re.DOTALL)
    form = _FORMS.get(match[1]) if match else None
    if match is None or form is None:
        return None
    written = match[2] or ""
    if form is Form.ABS and "/" not in written:
        written = _legacy(written, query)
    if not written.strip("/ "):
        return None
    if form is Form.HTML:
        written = written.removesuffix(".html")
    ref = read(written, form)
    if form is Form.HTML and ref.problem is None and written[len(ref.ident) :].strip("/"):
        return None  # a figure or another file beside the HTML paper: the identifier does not prove that
    return ref


def _legacy(written: str, query: str) -> str:
    """Undo the forms of the nineties: ``/abs?id=…``, ``/abs/hep-th?papernum=9901001`` and ``/abs/hep-th?9901001``."""
    pairs = parse_qsl(query, keep_blank_values=True)
    for name, value in pairs:
        if not written and name == "id":
            return value
        if written and name == "papernum":
            return f"{written}/{value}"
        if written and not value and re.fullmatch(r"\d{7}", name):
            return f"{written}/{name}"
    return written


def _as_mirror(ref: ArxivRef, host: str) -> ArxivRef:
    if ref.problem in (Problem.MALFORMED, Problem.JUNK):
        return ref
    return ArxivRef(ref.ident, ref.form, ref.canonical_url, Problem.MIRROR, f"{host} is a copy of arXiv")


def _in_doi(path: str) -> ArxivRef | None:
    """Read ``10.48550/arXiv.ID``, the DOI that arXiv gives to each paper; it names no version (arXiv help, "DOIs")."""
    match = re.fullmatch(r"/+10\.48550/arxiv\.(.+?)/?", path, re.IGNORECASE)
    ref = read(match[1], Form.DOI) if match else None
    return ref if ref is not None and ref.problem is None and ref.version is None else None


def _at_reader(host: str, path: str) -> ArxivRef | None:
    pattern = _READERS.get(host.removeprefix("www."))
    match = pattern.fullmatch(path) if pattern else None
    ref = read(match[1], Form.READER) if match else None
    return ref if ref is not None and ref.problem is None else None


# --- identifiers -----------------------------------------------------------------------------------------------

_SUFFIX = pattern(r"\.(?:pdf|ps|gz|ps\.gz)$")
_NEW = pattern(r"(?P<yy>\d\d)(?P<mm>\d\d)\.(?P<num>\d{4,5})(?:v(?P<version>[1-9]\d*))?(?=$|[^0-9A-Za-z])")
_OLD = pattern(
    r"(?P<archive>[a-z]+(?:-[a-z]{2,})?)(?:\.[A-Za-z-]{2,})?/(?P<yy>\d\d)(?P<mm>\d\d)(?P<num>\d{3})"
    r"(?:v(?P<version>[1-9]\d*))?(?=$|[^0-9A-Za-z])"
)
# Archive names that people wrote without their hyphen, and that arXiv still understands: hepph, condmat.
_HYPHENLESS = pattern(r"(?<=[^a-])(ph|ex|th|qc|mat|lat|sci)(?=/|$)")
# Separators that people type where the dot belongs: 2106-15928, 2106/15928.
_NO_DOT = pattern(r"(\d{4})[-_/:, ](\d{4,5})(v[1-9]\d*)?")
_EMBEDDED = pattern(r"(?<![\d.])\d{4}\.\d{4,5}(?:v[1-9]\d*)?(?![\d.]*\d)")
# What Markdown, chat programs and word processors leave at the end of a URL.
_PUNCTUATION = pattern(r"[\s.,;:!?)\]}>'\"*_`|\\\u200b-\u200f\u2060\ufeff\u2018-\u201d\u3001\u3002\uff0c\uff09]+")


def read(written: str, form: Form) -> ArxivRef:
    """Read an identifier as arXiv's web site does, from what follows ``/abs/`` and the like (decoded once).

    Args:
        written: the identifier as it stands, perhaps with ``.pdf``, a version, a tail.
        form: what the URL leads to.
    """
    text = _normalised(written)
    match = _OLD.match(text) or _NEW.match(text)
    if match is None:
        return _malformed(written, form)
    old = "archive" in match.groupdict()
    number = int(match["num"])
    year = _year(match["yy"], old=old)
    complaint = _complaint(match, year, number)
    if complaint:
        return _malformed(written, form, complaint)
    if old:
        ident = f"{match['archive']}/{match['yy']}{match['mm']}{match['num']}"
    else:
        ident = f"{match['yy']}{match['mm']}.{number:0{5 if year >= 2015 else 4}d}"
    if match["version"]:
        ident += f"v{match['version']}"
    return _judged(written, text[match.end() :], ident, form)


def _normalised(written: str) -> str:
    """Apply the substitutions that arXiv makes before it reads an identifier (``arxiv-base``, ``Identifier``)."""
    text = re.sub(r"//+", "/", _SUFFIX.sub("", written).lstrip("/"))
    text = re.sub(r"--+", "-", re.sub(r"^arxiv:", "", text, flags=re.IGNORECASE))
    head, slash, tail = text.partition("/")
    return _HYPHENLESS.sub(r"-\1", head.lower() + slash, count=1) + tail


def _year(digits: str, *, old: bool) -> int:
    year = int(digits)
    return year + (1900 if old and year >= 91 else 2000)


def _complaint(match: re.Match[str], year: int, number: int) -> str:
    """Return why no paper can have such an identifier, or "" (arXiv help, "arXiv identifier")."""
    month = match["mm"]
    when = year * 100 + int(month)
    old = "archive" in match.groupdict()
    archive = match["archive"] if old else ""
    complaints = (
        (not 1 <= int(month) <= 12, f"there is no month {month}"),
        (number == 0, "arXiv counts from 1, so there is no paper number 0"),
        (old and archive not in ARCHIVES, f"arXiv never had an archive called “{archive}”"),
        (
            old and not 199107 <= when <= 200703,
            "identifiers of this kind were given out from July 1991 to March 2007 only",
        ),
        (not old and when < 200704, "identifiers of this kind have been given out since April 2007 only"),
        (when < 201501 and number > 9999, "identifiers before 2015 have four digits after the dot"),
    )
    return next((words for applies, words in complaints if applies), "")


def _judged(written: str, tail: str, ident: str, form: Form) -> ArxivRef:
    """Tell a clean identifier, one that arXiv repairs, and one with junk at its end apart."""
    address = address_of(ident, form)
    tail = re.sub(r"^\.(?:pdf|ps)(?![a-z])", "", tail)
    if tail and tail[0] not in "/#":
        harmless = _PUNCTUATION.fullmatch(tail) is not None
        seen = f"“{shown(tail)}”" if tail.strip() else "a space"
        why = f"{seen} at its end does not belong to the identifier {ident}"
        return ArxivRef(ident, form, address, Problem.JUNK, why, Basis.SPELLING if harmless else Basis.GUESS)
    plain = _SUFFIX.sub("", written.lstrip("/"))
    if plain[: len(ident)] == ident:
        return ArxivRef(ident, form, address)
    return ArxivRef(ident, form, address, Problem.REPAIRED, f"arXiv writes this identifier {ident}")


def _malformed(written: str, form: Form, complaint: str = "") -> ArxivRef:
    """Describe something that is no identifier, with the nearest that is one if that can be told."""
    name = shown(_SUFFIX.sub("", written.strip("/")))
    archive = name.lower()
    if archive in ARCHIVES:
        why = f"“{name}” is an archive of arXiv, not a paper"
        return ArxivRef(name, form, f"https://arxiv.org/list/{archive}/recent", Problem.MALFORMED, why, Basis.GUESS)
    why = complaint or f"“{name}” is not an arXiv identifier"
    nearest = _nearest(written)
    address = address_of(nearest, form) if nearest else None
    return ArxivRef(name, form, address, Problem.MALFORMED, why, Basis.GUESS)


def _nearest(written: str) -> str | None:
    """Guess the identifier that was meant, from separators, surroundings and archive names only, never from digits."""
    head, slash, tail = _normalised(written).partition("/")
    close = get_close_matches(head, sorted(ARCHIVES), n=2, cutoff=0.8) if slash and head not in ARCHIVES else []
    guesses = [f"{close[0]}/{tail}"] if len(close) == 1 else []
    if match := _NO_DOT.fullmatch(_SUFFIX.sub("", written.strip())):
        guesses.append(f"{match[1]}.{match[2]}{match[3] or ''}")
    found = _EMBEDDED.findall(written)
    if len(set(found)) == 1:
        guesses.append(found[0])
    if bare := re.fullmatch(r"(.*\d)[vV]0*", _SUFFIX.sub("", written)):
        guesses.append(bare[1])
    for guess in guesses:
        match = _OLD.fullmatch(guess) or _NEW.fullmatch(guess)
        if match and not _complaint(match, _year(match["yy"], old="archive" in match.groupdict()), int(match["num"])):
            return guess
    return None


def address_of(ident: str, form: Form) -> str:
    """Return the URL that arXiv itself uses for a paper."""
    if form is Form.DOI:
        return f"https://doi.org/10.48550/arXiv.{ident}"
    segment = Form.ABS if form in (Form.READER, Form.DVI) else form
    return f"https://arxiv.org/{segment}/{ident}"
