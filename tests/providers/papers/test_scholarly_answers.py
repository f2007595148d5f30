"""Whatever JSON a scholarly registry sends, reading it gives a value or a refusal, and never a crash."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from linkwarden.model import Evidence, Pass, Verdict
from linkwarden.net import Net
from linkwarden.providers import Provider
from linkwarden.providers.papers.crossref import Crossref
from linkwarden.providers.papers.openreview import OpenReview
from linkwarden.providers.papers.pubmed import PubMed
from linkwarden.providers.papers.semantic_scholar import CANARY, SemanticScholar
from linkwarden.wire import Request, Response
from tests.links import answers_of, verdict_of

_SHA = "38f93092ece8eee9771e61c1edaf11b1293cae1b"
_CASES: tuple[tuple[type[Provider], str], ...] = (
    (SemanticScholar, f"https://www.semanticscholar.org/paper/{_SHA}"),
    (PubMed, "https://pubmed.ncbi.nlm.nih.gov/5"),
    (PubMed, "https://pmc.ncbi.nlm.nih.gov/articles/PMC5"),
    (Crossref, "https://www.sciencedirect.com/science/article/pii/S014193822100038X"),
    (OpenReview, "https://openreview.net/forum?id=B1QRgziT-"),
)
_WORDS = st.sampled_from(
    "result uids 5 PMC5 uid title pubtype error records requested-id pmcid status live ok false notes id B1QRgziT-"
    f" content value name NotFoundError ForbiddenError message items DOI alternative-id resource {_SHA} {CANARY}"
    " paperId S014193822100038X primary URL https://ieeexplore.ieee.org/document/5/ http://[".split()
)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(allow_nan=False) | _WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_WORDS, inner, max_size=4),
    max_leaves=12,
)


class _Fixed:
    """A network that gives one answer to every question."""

    def __init__(self, status: int, value: Any) -> None:
        self._status, self._body = status, json.dumps(value).encode()

    async def fetch(self, ask: Request) -> Response:
        return Response(url=ask.url, status=self._status, headers={}, body=self._body)


@given(case=st.sampled_from(_CASES), status=st.sampled_from([200, 200, 200, 403, 404]), value=_JSON)
def test_no_answer_crashes_a_provider(case: tuple[type[Provider], str], status: int, value: Any) -> None:
    """Every link gets evidence or is handed on; and no answer that holds no canary accuses where one is asked for."""
    provider, url = case
    net: Any = _Fixed(status, value)

    async def ask(net: Net) -> Evidence | Pass:
        return (await answers_of(provider, net, url))[url]

    item = asyncio.run(ask(net))

    if isinstance(item, Pass):
        assert provider is Crossref
    elif provider is not OpenReview:  # there an answer has no canary, and 404 twice from both interfaces is one
        assert verdict_of(item) in (Verdict.OK, Verdict.MOVED, Verdict.DEGRADED, Verdict.UNVERIFIED)
