"""Whatever a registry sends, reading it gives a verdict or none, never a crash, and nobody is accused by nonsense."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkwarden import rules
from linkwarden.model import Evidence, Pass, Verdict
from linkwarden.providers import Provider
from linkwarden.wire import Request, Response
from tests.links import answers_of, load, target, verdict_of

REGISTRIES = [cls for cls in rules.provider_classes() if cls.online and 100 <= cls.rank < 500]
#: Whose response is a page for readers, so that any page with status 200 is good news.
PAGES = {"cran"}
#: Who is asked in another way with a token.
WITH_TOKEN = {"github"}
#: Who believes "no such thing" only beside something that is certainly there.
NEEDS_CANARY = (
    {"semantic-scholar", "pubmed", "crossref"} | {"apple", "vscode", "chrome-web-store", "discord"} | {"google-play"}
)
LINKS = {
    cls: [target(example.url, image=example.image) for example in cls.examples if example.ident is not None]
    for cls in REGISTRIES
}
ODD = {
    "list": b"[]",
    "null": b"null",
    "true": b"true",
    "number": b"17",
    "text": b'"text"',
    "object": b"{}",
    "list of nulls": b"[null, null]",
    "list of objects": b"[{}, {}]",
    "list of lists": b"[[1, [2, {}]]]",
    "nested": b"[" * 60 + b"]" * 60,
    "nested too deep": b"[" * 5_000,
    "nested objects": b'{"data":' * 400 + b"1" + b"}" * 400,
    "digits without end": b"9" * 100_000,
    "huge number": b"[1e999, -1e999, 123456789012345678901234567890]",
    "no number": b"[NaN, Infinity]",
    "half a pair": rb'{"name": "\ud800", "message": "\udfff", "items": ["\ud800\ud800"]}',
    "not UTF-8": b'{"name": "\xff\xfe"}',
    "cut": b'{"name": "te',
    "nothing": b"",
    "markup": b"<html><title>Hello</title>",
}
#: Keys and words that registries use.
WORDS = """
    result uids 5 PMC5 uid title pubtype error records requested-id pmcid status live ok false notes id B1QRgziT-
    content value name NotFoundError ForbiddenError message items DOI alternative-id resource paperId primary URL
    https://ieeexplore.ieee.org/document/5/ http://[ data_set_description 61 111 code errors version versions crate
    html type has_more question_id answer_id post_id quota_remaining error_id error_name bad_parameter packages
    monolog/monolog abandoned query normalized converted redirects interwiki pages missing known special invalid from
    to parse sections anchor path_with_namespace full_name archived has_issues gated disabled data attributes titles
    update-to updated-by retraction RA Crossref DataCite responseCode r0 r1 nameWithOwner login errors path NOT_FOUND
    FORBIDDEN rateLimit remaining defaultBranchRef archivedAt x0 block reason html_url number platform serde 1.0.0
    results resultCount trackId collectionId artistId trackName 361309726 1 extensions publisher publisherName
    extensionName displayName 10006 guild expires_at 2026-12-24T00:00:00+00:00 docs response identifier opensource
    is_dark metadata files private halId_s title_s fileMain_s version_i hal-01234567 deprecated-package in-favour-of
    normal-version deprecated-version packageName aeson room_id releases info yanked latest deprecated elements pageid
    1706.03762 649def34f8be52c8b66281af98ae884c09aef38b 23193287 PMC3531190
"""
_WORDS = st.sampled_from(WORDS.split())
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.integers() | st.floats() | st.text(max_size=3) | _WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_WORDS, inner, max_size=5),
    max_leaves=15,
)


class _Fixed:
    """A network that gives one response to every request."""

    def __init__(self, status: int, body: bytes) -> None:
        self._status, self._body = status, body

    async def fetch(self, request: Request) -> Response:
        headers = {"content-type": "application/json"}
        return Response(url=request.url, status=self._status, headers=headers, body=self._body)


def _ask(cls: type[Provider], status: int, body: bytes) -> list[Evidence | Pass]:
    """Let a provider settle its own examples; each gets exactly one answer."""
    net: Any = _Fixed(status, body)
    found: list[Evidence | Pass] = []
    for token in (None, "a-token") if cls.name in WITH_TOKEN else (None,):
        provider = load(cls, github_token=token)
        for link in LINKS[cls][:4]:
            found += asyncio.run(answers_of(provider, net, link)).values()
    return found


@pytest.mark.parametrize("body", ODD.values(), ids=ODD)
@pytest.mark.parametrize("cls", REGISTRIES, ids=lambda cls: cls.name)
def test_nonsense_with_a_good_status_proves_nothing(cls: type[Provider], body: bytes) -> None:
    """A status is no word of a registry: without its JSON the link is unverified, or somebody else's."""
    for item in _ask(cls, 200, body):
        passed = isinstance(item, Pass) or verdict_of(item) is Verdict.UNVERIFIED
        assert passed or cls.name in PAGES, item


@pytest.mark.parametrize("status", [400, 401, 403, 404, 412, 429, 451, 500])
@pytest.mark.parametrize("body", ODD.values(), ids=ODD)
def test_nonsense_with_a_bad_status_crashes_nobody(body: bytes, status: int) -> None:
    """What such a status means is each provider's own knowledge; reading the body goes well."""
    for cls in REGISTRIES:
        assert _ask(cls, status, body)


@given(
    cls=st.sampled_from(REGISTRIES),
    status=st.sampled_from([200, 200, 200, 403, 404, 412]),
    value=_JSON,
)
def test_no_json_crashes_a_provider(cls: type[Provider], status: int, value: object) -> None:
    """The words that a registry uses, in any place and of any type, are read without trust."""
    for item in _ask(cls, status, json.dumps(value).encode()):
        accused = isinstance(item, Evidence) and verdict_of(item) in (Verdict.BROKEN, Verdict.SUSPECT)
        assert not (accused and cls.name in NEEDS_CANARY), item
