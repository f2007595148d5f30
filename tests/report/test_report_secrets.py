"""No secret of a URL is in a report: what a signature scheme calls secret, by name, and by its looks."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import unquote

import pytest

from linkwarden.model import Fact, Failure, Notice, Suggestion
from linkwarden.report import ReportOptions, formats
from linkwarden.report._base import Report
from linkwarden.signatures import secret_spans
from linkwarden.text import mask_secrets
from tests.report.sample import NOT_FOUND, RUN, occurrence, result
from tests.shared import SHARED, needs_shared
from tests.signatures.samples import DATED, UNDATED

END = datetime(2024, 2, 29, 23, 59, 59, tzinfo=UTC)
SAMPLES = [*(build(END) for _, build in DATED), *(url for _, _, url in UNDATED)]
#: Shorter ones could be anywhere by chance.
_SHORTEST = 6


def secrets(url: str) -> set[str]:
    """Return the secrets of a URL, as written and decoded, but for what is elsewhere in it as well."""
    spans = secret_spans(url)
    rest = url
    for start, end in reversed(spans):
        rest = f"{rest[:start]} {rest[end:]}"
    written = {url[start:end] for start, end in spans}
    return {text for raw in written for text in (raw, unquote(raw)) if len(text) >= _SHORTEST and text not in rest}


def report_of(report: type[Report], url: str) -> str:
    """Return a report with a URL wherever a run can have one."""
    found = replace(
        result(
            occurrence(url, text=url, section=f"See {url}"),
            finding=NOT_FOUND,
            reason=f"Nothing at {url} (404).",
            final_url=url,
            suggestion=Suggestion(url, f"as {url}"),
            facts=(Fact(f"redirect to {url}", url, 301),),
        )
    )
    run = replace(
        RUN,
        results=(found,),
        inputs=(url,),
        notices=(Notice(url, 1, f"not a link: {url}"),),
        hints=(f"Look at {url}.",),
        failures=(Failure(url, f"KeyError: {url}", f"at {url}"),),
        unreadable=(f"{url}: no such file",),
    )
    return report().render(run, ReportOptions(verbose=1))


def leaks(report: type[Report], urls: list[str]) -> list[tuple[str, str]]:
    """Return the secrets of URLs that their reports hold, each with its URL."""
    hidden = {url: secrets(url) for url in urls}
    assert sum(map(len, hidden.values())) > 50
    texts = {url: report_of(report, url) for url, known in hidden.items() if known}
    return [(secret, url) for url, text in texts.items() for secret in hidden[url] if secret in text]


@pytest.mark.parametrize("report", formats(), ids=lambda report: report.name)
def test_no_secret_of_a_scheme_is_in_a_report(report: type[Report]) -> None:
    """A URL that still works opens the file to whoever reads the report."""
    assert leaks(report, SAMPLES) == []


@needs_shared
@pytest.mark.parametrize("report", formats(), ids=lambda report: report.name)
def test_no_secret_of_real_urls_is_in_a_report(report: type[Report]) -> None:
    """What the operators' own SDKs signed."""
    vectors = json.loads((SHARED / "vectors" / "expiring-urls.json").read_text("utf-8"))
    urls = [vector["url"] for vector in vectors]
    assert leaks(report, urls) == []


@pytest.mark.parametrize("url", SAMPLES)
def test_masking_again_changes_nothing(url: str) -> None:
    """What is masked in a run is masked once more by the report."""
    masked = mask_secrets(url)
    assert mask_secrets(masked) == masked


@pytest.mark.parametrize("report", formats(), ids=lambda report: report.name)
def test_nothing_is_cut_before_it_is_masked(report: type[Report]) -> None:
    """A secret that is cut in two is not known as one any more, and half of it is too much."""
    signature = "0123456789abcdef" * 2
    url = f"https://pics.a.example/a.png?ixlib=js-3.8.0&expires=1709251199&s={signature}"
    for longest in (40, 80, 100, 120, 160, 300, 600, 1_000):
        text = f"{'x' * (longest - len(url) + 12)} {url}" if longest > len(url) else url
        found = result(occurrence(url, text=text, section=text), finding=NOT_FOUND, reason=text, suggestion=None)
        run = replace(RUN, results=(found,), notices=(Notice("a.md", 1, text),), hints=(text,), unreadable=(text,))
        written = report().render(run, ReportOptions(verbose=1))
        assert signature[:8] not in written
