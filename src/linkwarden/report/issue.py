"""The text of the one issue that a nightly run keeps up to date."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import ClassVar

from linkwarden.model import Run
from linkwarden.report._base import Report, ReportOptions
from linkwarden.report._levels import is_finding
from linkwarden.report._words import REPORT_MARK
from linkwarden.report.markdown import health
from linkwarden.text import mask_secrets

#: GitHub takes 65,536 characters for the text of an issue.
BUDGET = 60_000


class IssueReport(Report):
    """The health report with a mark in front by which the next run finds the issue and knows what it says."""

    name: ClassVar[str] = "issue"
    suffix: ClassVar[str] = "issue.md"

    def render(self, run: Run, options: ReportOptions) -> str:
        """Give the mark and the report, at most 60,000 bytes of UTF-8."""
        del options
        mark = f"{REPORT_MARK} sha256={fingerprint(run)} -->\n"
        # The text stands for as long as the findings do: what is said of the run before would soon be untrue.
        return mark + health(replace(run, past=(), fixed=()), BUDGET - len(mark))


def fingerprint(run: Run) -> str:
    """Give a hash of what is amiss: verdict, rule, address and files of every finding, and nothing that passes.

    Times, line numbers and the number of requests are not in it, so that a night that found the same leaves the
    issue alone. Addresses that could not be verified are not in it either: they change from night to night.
    """
    findings = sorted(
        [
            str(result.judgement.verdict),
            result.judgement.rule.code if result.judgement.rule else "",
            mask_secrets(result.target.url),
            sorted({place.span.path for place in result.target.occurrences}),
        ]
        for result in run.results
        if is_finding(run, result.judgement.verdict)
    )
    return hashlib.sha256(json.dumps(findings).encode()).hexdigest()
