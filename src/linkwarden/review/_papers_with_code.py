"""The paper behind a page of Papers with Code, where the same list links that paper at arXiv."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

from linkwarden.model import Result, Suggestion, Verdict
from linkwarden.providers.arxiv import Arxiv

_PAGE = re.compile(r"https?://(?:www\.)?paperswithcode\.com/paper/([a-z0-9-]+)/?(?:[?#].*)?\Z", re.IGNORECASE)
_SEEN = frozenset({Verdict.OK, Verdict.MOVED, Verdict.DEGRADED})
#: Papers with Code cut the names of its pages at a word, so that they stay within this length [U: seen, not stated].
_LONGEST_NAME = 50


def papers_by_name(results: Sequence[Result]) -> Mapping[str, str]:
    """Give the arXiv addresses of a list by the titles of their papers, written as names of pages are."""
    found: dict[str, str] = {}
    for result in results:
        evidence, address = result.evidence, result.target.address
        is_paper = evidence.checked_by == Arxiv.name and result.judgement.verdict in _SEEN
        if is_paper and evidence.title and address:
            found.setdefault(_name(evidence.title), address)
    return found


def paper_behind(address: str, papers: Mapping[str, str]) -> Suggestion | None:
    """Give the arXiv address of the paper that a page of Papers with Code was about, if the list has it."""
    page = _PAGE.match(address)
    if page is None:
        return None
    wanted = page[1].lower().strip("-")
    better = papers.get(wanted) or next((url for name, url in papers.items() if _is_cut(wanted, name)), None)
    if better is None:
        return None
    return Suggestion(better, "the paper itself at arXiv, which this list links elsewhere")


def _name(title: str) -> str:
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall(r"[a-z0-9]+", plain))


def _is_cut(wanted: str, name: str) -> bool:
    """Tell whether ``wanted`` is ``name`` without the words that did not fit."""
    if not name.startswith(wanted + "-"):
        return False
    next_word = name[len(wanted) + 1 :].partition("-")[0]
    return len(wanted) + 1 + len(next_word) > _LONGEST_NAME
