"""A made-up run with one of everything that a report can have to tell."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from linkwarden.model import (
    Basis,
    Evidence,
    Fact,
    Failure,
    Fixed,
    History,
    Judgement,
    Kind,
    Markup,
    Notice,
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

STARTED = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


def rule(code: str, slug: str, verdict: Verdict, summary: str, remedy: str = "") -> Rule:
    """Give a rule; the explanation is made up."""
    return Rule(code, slug, verdict, summary, f"{summary}, and here is why that matters.", remedy)


def occurrence(
    url: str,
    line: int = 1,
    col: int = 1,
    *,
    path: str = "README.md",
    text: str = "",
    section: str = "",
    markup: Markup = Markup.MD_LINK,
) -> Occurrence:
    """Give a place; offsets are made up."""
    span = Span(path, line, col, line, col + len(url), line * 1000 + col, line * 1000 + col + len(url))
    return Occurrence(url, url, markup, span, text=text, section=section)


def result(
    *places: Occurrence,
    finding: Rule | None = None,
    reason: str = "",
    kind: Kind = Kind.PAGE,
    by: str = "web",
    status: int | None = None,
    final_url: str | None = None,
    expires_at: datetime | None = None,
    suggestion: Suggestion | None = None,
    facts: tuple[Fact, ...] = (),
    notes: tuple[Evidence, ...] = (),
) -> Result:
    """Give a result whose judgement follows from its evidence."""
    url = places[0].url
    address = url if "://" in url else None
    target = Target(url, url, address, places[0].span.path, places)
    evidence = Evidence(
        key=url,
        checked_by=by,
        rule=finding,
        reason=reason,
        status=status,
        final_url=final_url,
        expires_at=expires_at,
        suggestion=suggestion,
        facts=facts,
    )
    verdict = finding.verdict if finding is not None else Verdict.OK
    return Result(target, kind, evidence, notes, Judgement(verdict, finding, reason, expires_at, suggestion))


EXPIRED = rule(
    "LW201",
    "signed-url-expired",
    Verdict.EXPIRED,
    "the address was signed for a time that is over",
    "Put the picture into the repository and link to it there.",
)
EXPIRING = rule("LW202", "signed-url-expiring", Verdict.EXPIRING, "the address carries its own end", "Copy it in time.")
NOT_FOUND = rule(
    "LW301", "not-found", Verdict.BROKEN, "the server has no such page", "Link to an archived copy, or take it out."
)
MOVED = rule("LW303", "moved-permanently", Verdict.MOVED, "the page has a new permanent address", "Use the new one.")
NO_ANCHOR = rule("LW120", "no-such-heading", Verdict.BROKEN, "no heading makes this anchor", "Mend the link.")
ARCHIVED = rule("LW444", "repository-archived", Verdict.DEGRADED, "the repository is archived", "Name a successor.")
SOFT_404 = rule("LW531", "soft-404", Verdict.SUSPECT, "a page that says it is not there", "Have a look at it.")
WALLED = rule("LW310", "bot-wall", Verdict.UNVERIFIED, "the site turns robots away", "Look by hand.")
TIMEOUT = rule("LW350", "timeout", Verdict.UNVERIFIED, "no answer in time", "Wait for the next run.")
EXCLUDED = rule("LW010", "excluded", Verdict.IGNORED, "left out by --exclude")

_S3 = "https://s3.us-west-2.amazonaws.com/notion-static/"
_SIGNED = "?X-Amz-Date=20210209T103524Z&X-Amz-Expires=86400&X-Amz-Signature=0123456789abcdef"


def _expired(line: int, name: str, day: int) -> Result:
    ended = datetime(2021, 2, day, 10, 35, 24, tzinfo=UTC)
    place = occurrence(_S3 + name + _SIGNED, line, 11, section="Models", markup=Markup.HTML_IMG)
    reason = f"The signature ended on 2021-02-{day} at 10:35 UTC, so readers see no picture."
    return result(place, finding=EXPIRED, reason=reason, kind=Kind.IMAGE, by="signed-url", expires_at=ended)


RESULTS = (
    result(occurrence("https://example.org/fine", 3, 5, text="fine"), status=200),
    _expired(87, "a/Untitled.png", 10),
    result(
        occurrence("https://gone.example/paper.pdf", 90, 3, text="The *paper*", section="Models"),
        occurrence("https://gone.example/paper.pdf", 120, 7, text="again", section="Data"),
        finding=NOT_FOUND,
        reason="The server says that there is no such page (404).",
        status=404,
        suggestion=Suggestion("https://web.archive.org/web/2020/https://gone.example/paper.pdf", "an archived copy"),
        facts=(Fact("GET", "https://gone.example/paper.pdf?token=s3cret", 404),),
    ),
    _expired(91, "b/Untitled.png", 11),
    _expired(92, "c/Diagram.png", 12),
    result(
        occurrence("#optimization", 12, 4, text="Optimization", section="Contents"),
        finding=NO_ANCHOR,
        reason="No heading of this document is called “optimization”.",
        kind=Kind.ANCHOR,
        by="local",
        suggestion=Suggestion("#optimisation", "the nearest heading"),
    ),
    result(
        occurrence("https://cdn.example/soon.png?Expires=1795910400&Signature=abc", 130, 2, markup=Markup.MD_IMAGE),
        finding=EXPIRING,
        reason="The address ends on 2026-11-29 at 00:00 UTC, in 6 days.",
        kind=Kind.IMAGE,
        by="signed-url",
        expires_at=datetime(2026, 11, 29, tzinfo=UTC),
    ),
    result(
        occurrence("https://soft.example/entry", 140, 2, section="Tools"),
        finding=SOFT_404,
        reason="The page calls itself “Page not found”.",
        status=200,
    ),
    result(
        occurrence("http://old.example/a", 150, 2, section="Tools"),
        finding=MOVED,
        reason="The page has moved for good.",
        status=301,
        final_url="https://new.example/a",
        suggestion=Suggestion("https://new.example/a", "every redirect on the way is permanent", Basis.SAME_PATH),
    ),
    result(
        occurrence("http://old.example/b", 151, 2, section="Tools"),
        finding=MOVED,
        reason="The page has moved for good.",
        status=301,
        final_url="https://new.example/b",
        suggestion=Suggestion("https://new.example/b", "every redirect on the way is permanent", Basis.SAME_PATH),
    ),
    result(
        occurrence("https://github.com/someone/something", 160, 2, section="Tools"),
        finding=ARCHIVED,
        reason="The repository has been archived since 2023; nobody maintains it.",
        kind=Kind.REPOSITORY,
        by="github",
    ),
    *(
        result(
            occurrence(f"https://www.semanticscholar.org/paper/{n}", 170 + n, 2, section="Papers"),
            finding=WALLED,
            reason="The site turns robots away (AWS WAF).",
            status=202,
        )
        for n in range(3)
    ),
    result(
        occurrence("https://slow.example/", 180, 2), finding=TIMEOUT, reason="The server did not answer in 30 seconds."
    ),
    result(occurrence("mailto:someone@example.org", 190, 2), finding=EXCLUDED, reason="Left out by --exclude."),
)

#: What a memory could know of three of them.
HISTORIES = {
    "https://soft.example/entry": History(
        datetime(2026, 1, 1, tzinfo=UTC), last_ok=datetime(2026, 11, 21, 3, 0, tzinfo=UTC), was=Verdict.OK
    ),
    "https://slow.example/": History(
        datetime(2026, 1, 1, tzinfo=UTC),
        last_ok=datetime(2026, 11, 20, 3, 0, tzinfo=UTC),
        failing_since=datetime(2026, 11, 21, 3, 0, tzinfo=UTC),
        failures=2,
        was=Verdict.UNVERIFIED,
    ),
    "https://gone.example/paper.pdf": History(
        datetime(2026, 1, 1, tzinfo=UTC),
        failing_since=datetime(2026, 11, 19, 3, 0, tzinfo=UTC),
        failures=4,
        was=Verdict.BROKEN,
    ),
}

RUN = Run(
    started=STARTED,
    duration_s=21.4,
    inputs=("README.md",),
    results=RESULTS,
    requests=14,
    notices=(Notice("README.md", 1739, "The HTML block that begins here swallows the heading of line 1743."),),
    hints=("A GitHub token makes this faster: set GITHUB_TOKEN.",),
)
FAILURE = Failure("provider arxiv", "KeyError: 'entry'", "Traceback (most recent call last):\n  …\nKeyError: 'entry'\n")
EMPTY = Run(started=STARTED, duration_s=0.1, inputs=("README.md",), results=())
FINE = Run(started=STARTED, duration_s=1.5, inputs=("README.md",), results=RESULTS[:1], requests=1)

BEFORE = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
#: The same with a memory: one finding is new, one is days old, one link has not answered lately, two are none any more.
REMEMBERED = replace(
    RUN,
    results=tuple(
        replace(
            r, history=HISTORIES.get(r.target.url, History(datetime(2026, 1, 1, tzinfo=UTC), was=r.judgement.verdict))
        )
        for r in RESULTS
    ),
    past=(
        Past(datetime(2026, 11, 20, 3, 0, tzinfo=UTC), {Verdict.OK: 14, Verdict.BROKEN: 2}),
        Past(BEFORE, {Verdict.OK: 13, Verdict.BROKEN: 3}),
    ),
    fixed=(
        Fixed("https://back.example/", Verdict.BROKEN, "LW301", datetime(2026, 11, 1, tzinfo=UTC), listed=True),
        Fixed("https://gone.example/", Verdict.EXPIRED, "LW201", None, listed=False),
    ),
)
