"""Makes the picture of the HTML report that the README shows, with a real Chromium: ``make picture``.

The run is made up: a list of papers with a month of nights behind it.
"""

from __future__ import annotations

import base64
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from linkwarden.model import (
    Basis,
    Evidence,
    History,
    Judgement,
    Kind,
    Markup,
    Occurrence,
    Past,
    Result,
    Rule,
    Run,
    Span,
    Suggestion,
    Target,
    Verdict,
)
from linkwarden.report import ReportOptions
from linkwarden.report.html import HtmlReport
from linkwarden.rules import find_rule

PICTURE = Path(__file__).parents[1] / "docs" / "html-report.webp"
NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
WIDTH, HEIGHT = 1180, 1180
_PAGE = "https://github.com/you/awesome-papers/blob/0123abc/README.md?plain=1#L"
_STORE = "https://s3.us-west-2.amazonaws.com/secure.notion-static.com/0b1c/block.png?X-Amz-Signature=0a1b"
#: How many were broken, expired, suspect and expiring in the nights before.
_NIGHTS = (
    (1, 0, 1, 1), (1, 0, 1, 1), (2, 0, 0, 1), (2, 0, 0, 1), (2, 0, 1, 1), (1, 0, 1, 1), (1, 0, 0, 1), (0, 0, 1, 1),
    (0, 1, 1, 0), (0, 1, 0, 1), (0, 1, 0, 2), (1, 1, 0, 1), (1, 1, 1, 1), (2, 1, 1, 1), (2, 2, 1, 1), (2, 2, 1, 0),
    (0, 2, 0, 0), (1, 2, 1, 0), (0, 2, 1, 0), (1, 2, 0, 0), (0, 3, 0, 1), (1, 3, 0, 2), (1, 3, 1, 3),
)  # fmt: skip


def picture_run() -> Run:
    """Return the run that the picture shows."""
    results = [
        _result(14, ("Optimization", "Contents"), "LW120", "#optimization", "No heading has the name #optimization.",
                Suggestion("#optimization-and-regularisation", 'the heading "Optimization and Regularisation"',
                           Basis.NEAREST)),
        _result(164, ("", "Architectures"), "LW201", _STORE, "The URL was signed to work until 2026-11-20 10:35 UTC.",
                ends=-2, new=True),
        _result(541, ("Bag of Tricks for Image Classification", "Training"), "LW101", "htps://arxiv.org/abs/1812.01187",
                'The URL begins with "htps://".',
                Suggestion("https://arxiv.org/abs/1812.01187", "the beginning spelt right", Basis.SPELLING)),
    ]  # fmt: skip
    signed = "https://cdn.example.org/figures/{}.png?Expires=1"
    results += [
        _result(200 + n, (f"Figure {n + 1}", "Figures"), "LW202", signed.format(n), "The URL has an end.", ends=days)
        for n, days in enumerate((3, 7, 12, 12, 26, 60))
    ]
    results += [
        _result(300 + n, (f"Entry {n}", "More"), code, f"https://site{n}.example.org/")
        for n, code in enumerate(["LW701", *["LW305"] * 4, "LW303", "LW303", *[""] * 146])
    ]
    past = tuple(
        Past(NOW - timedelta(days=len(_NIGHTS) - n), dict(zip(_SHOWN, night, strict=True)))
        for n, night in enumerate(_NIGHTS)
    )
    return Run(
        started=NOW,
        duration_s=24,
        inputs=("README.md",),
        results=tuple(results),
        requests=131,
        past=past,
        pages={"README.md": _PAGE},
    )


_SHOWN = (Verdict.BROKEN, Verdict.EXPIRED, Verdict.SUSPECT, Verdict.EXPIRING)


def _result(
    line: int,
    names: tuple[str, str],
    code: str,
    url: str,
    reason: str = "",
    fix: Suggestion | None = None,
    *,
    ends: int | None = None,
    new: bool = False,
) -> Result:
    rule: Rule | None = find_rule(code) if code else None
    verdict = rule.verdict if rule is not None else Verdict.OK
    markup = Markup.MD_IMAGE if "png" in url else Markup.MD_LINK
    place = Occurrence(
        url, url, markup, Span("README.md", line, 3, line, 9, line, line + 1), text=names[0], section=names[1]
    )
    evidence = Evidence(key=url, checked_by="web", rule=rule, reason=reason)
    judgement = Judgement(verdict, rule, reason, NOW + timedelta(days=ends) if ends is not None else None, fix)
    begun = NOW - timedelta(days=3)
    lost = verdict in (Verdict.BROKEN, Verdict.EXPIRED) and not new
    history = History(
        begun, failing_since=begun if lost else None, failures=4 if lost else 0, was=Verdict.OK if new else verdict
    )
    target = Target(url, url, url if "://" in url else None, "README.md", (place,))
    return Result(target, Kind.PAGE, evidence, (), judgement, history=history)


def main() -> None:
    """Write the picture."""
    from tests.chromium import Browser  # noqa: PLC0415 - needs a browser

    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "health.html"
        page.write_text(HtmlReport().render(picture_run(), ReportOptions()), "utf-8")
        browser = Browser(Path(folder) / "profile")
        shown = browser.open(page.as_uri(), width=WIDTH, height=HEIGHT, prefers_color_scheme="light")
        shot = shown.call("Page.captureScreenshot", format="webp", quality=80)
        browser.close()
    PICTURE.write_bytes(base64.b64decode(shot["data"]))


if __name__ == "__main__":
    main()
