"""Agreement with real signed URLs and a real list, where those are at hand; and what never changes."""

from __future__ import annotations

import html
import json
import re
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkwarden.providers.offline.camo import unwrap
from linkwarden.signatures import Signature, classify
from tests.shared import SHARED, needs_shared
from tests.signatures.samples import DATED, INNOCENT, UNDATED

END = datetime(2024, 2, 29, 23, 59, 59, tzinfo=UTC)
_REFERENCE = re.compile(r"&(?:#[0-9]+|#x[0-9a-f]+|[a-z][a-z0-9]*);", re.IGNORECASE)


def vectors() -> list[Any]:
    """Return the real URLs with what is known of each, or none."""
    path = SHARED / "vectors" / "expiring-urls.json"
    found: list[Any] = json.loads(path.read_text("utf-8")) if path.is_file() else []
    return found


#: Proxies that cannot be taken apart, and services that have closed: other providers settle these.
SETTLED_ELSEWHERE = {"camo", "defunct-host"}


def inside(url: str) -> str:
    """Return the URL inside a camo URL, however deep, or the URL itself."""
    while (inner := unwrap(url)) is not None:
        url = inner
    return url


def instant(text: str | None) -> datetime | None:
    """Read an instant of the vectors."""
    return datetime.fromisoformat(text) if text else None


@needs_shared
@pytest.mark.parametrize("vector", vectors(), ids=lambda vector: vector["id"])
def test_agrees_with_the_vectors(vector: dict[str, Any]) -> None:
    """Scheme, status, instants and doubts are what the vectors' authors measured with the operators' own SDKs."""
    url = vector["url"]
    if vector.get("raw") == "html":
        url = _REFERENCE.sub(lambda match: html.unescape(match[0]), url)
    if "unwraps_to" in vector:
        assert inside(url) == vector["unwraps_to"]
    if vector["scheme"] in SETTLED_ELSEWHERE:
        assert classify(url) == Signature()
        return
    found = classify(inside(url))
    assert (found.scheme, found.status) == (vector["scheme"], vector["status"])
    assert found.expires_at == instant(vector["expires_at"])
    for name in ("not_before", "hard_limit"):
        if name in vector:
            assert getattr(found, name) == instant(vector[name])
    for name in ("upper_bound", "sentinel"):
        if name in vector:
            assert getattr(found, name) == vector[name]
    if "confidence" in vector:
        assert found.low_confidence is (vector["confidence"] == "low")
    if vector["status"] != "none":
        assert found.upper_bound is vector.get("upper_bound", False)


@needs_shared
def test_agrees_with_the_papers_list() -> None:
    """The real list has 21 expired Notion images, 4 thumbnails, and no more."""
    text = (SHARED / "lists" / "ml-papers.md").read_text("utf-8")
    found = [classify(html.unescape(url)) for url in re.findall(r"https?://[^\s\"'<>()]+", text)]
    assert Counter(str(s.status) for s in found) == {"dated": 21, "fragile": 4, "none": 520}
    ends = sorted(s.expires_at for s in found if s.expires_at)
    assert ends[0] == datetime(2021, 2, 6, 14, 28, 24, tzinfo=UTC)
    assert ends[-1] == datetime(2021, 7, 1, 13, 20, 43, tzinfo=UTC)
    assert {s.scheme for s in found if s.expires_at} == {"aws-sigv4"}


@needs_shared
@pytest.mark.parametrize("name", ["awesome.md", "awesome-deep-learning-papers.md"])
def test_accuses_nobody_in_other_lists(name: str) -> None:
    """Lists without signed URLs have none."""
    text = (SHARED / "lists" / name).read_text("utf-8")
    urls = re.findall(r"https?://[^\s\"'<>()]+", text)
    assert urls
    assert [url for url in urls if classify(url).status != "none"] == []


SAMPLES = [
    *(build(END) for _, build in DATED),
    *(url for _, _, url in UNDATED),
    *INNOCENT,
    *(vector["url"] for vector in vectors()),
]


@given(st.data())
def test_mutations_never_raise(data: st.DataObject) -> None:
    """Whatever is cut out of a URL, doubled in it or put into it, reading it gives an answer."""
    url = data.draw(st.sampled_from(SAMPLES))
    at = data.draw(st.integers(0, len(url)))
    until = data.draw(st.integers(at, min(len(url), at + 30)))
    inserted = data.draw(st.one_of(st.just(url[at:until] * 2), st.text(max_size=8), st.sampled_from("&=%/~:;.-0")))
    found = classify(url[:at] + inserted + url[until:])
    assert (found.expires_at is not None) == (found.status == "dated")


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    """Any text, with or without a scheme before it, gives an answer."""
    classify(text)
    assert classify(f"https://{text}").scheme


@given(st.sampled_from([url for url in SAMPLES if "?" in url and "#" not in url]), st.randoms(use_true_random=False))
def test_the_order_of_parameters_means_nothing(url: str, random: Any) -> None:
    """A URL says the same with its parameters in another order."""
    head, _, query = url.partition("?")
    pieces = query.split("&")
    random.shuffle(pieces)
    shuffled = classify(f"{head}?{'&'.join(pieces)}")
    plain = classify(url)
    assert (shuffled.scheme, shuffled.status) == (plain.scheme, plain.status)
    assert (shuffled.expires_at, shuffled.hard_limit) == (plain.expires_at, plain.hard_limit)


@pytest.mark.parametrize(("scheme", "build"), DATED, ids=[f"{s}-{i}" for i, (s, _) in enumerate(DATED)])
def test_scheme_and_host_are_read_in_any_case(scheme: str, build: Any) -> None:
    """Neither ``HTTPS://``, nor a host in capitals, nor a port or a final dot hides a signature."""
    head, slashes, rest = build(END).partition("://")
    host, slash, tail = rest.partition("/")
    name = host.partition(":")[0].upper()
    assert (found := classify(f"{head.upper()}{slashes}u@{name}.:443{slash}{tail}")).scheme == scheme
    assert found.expires_at == END
