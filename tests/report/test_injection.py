"""No text from a list, a page, a header or a file name acts in any report, whatever the format and the verbosity.

The formats are those that discovery finds, so a new one is tested from its first day.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from selectolax.lexbor import LexborHTMLParser

from linkwarden.cli.output import Terminal
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
from linkwarden.report import Report, ReportOptions, for_name, formats
from tests.report.harm import LITERALS, Rendered, assert_harmless, cmark
from tests.report.runner import commands, obeyed
from tests.report.sample import REMEMBERED, STARTED
from tests.report.strategies import WHOLE_RUNS, runs

VERBOSITIES = (-1, 0, 1, 2)


def rule(verdict: Verdict) -> Rule:
    """Give a rule; its words are linkwarden's own."""
    code = f"LW9{list(Verdict).index(verdict):02}"
    return Rule(code, f"found-{verdict}", verdict, "the summary", "The explanation.", "Do something.")


def poisoned(text: str) -> Run:
    """Give a run in which a text stands wherever a text can stand, once for every verdict."""
    results = []
    for number, verdict in enumerate(Verdict):
        url = f"https://{verdict}.example/{text}" if number % 2 else text
        span = Span(text, number + 1, 1, number + 1, 9, 0, 8)
        place = Occurrence(url, url, Markup.MD_LINK, span, text=text, section=text, context=text)
        other = replace(place, span=replace(span, path=f"dir/{text}.md"))
        found = None if verdict is Verdict.OK else rule(verdict)
        fact = Fact(text, f"https://fact.example/{text}", 404)
        evidence = Evidence(
            key=url, checked_by="web", rule=found, reason=text, final_url=url, facts=(fact, fact), title=text
        )
        fix = Suggestion(f"https://github.com/{text}", text) if number % 3 else Suggestion(text, text, Basis.SAME_PATH)
        judgement = Judgement(verdict, found, text, STARTED, fix)
        history = History(STARTED, last_ok=STARTED, failing_since=STARTED, failures=3, was=Verdict.OK)
        address = url if "://" in url else None
        target = Target(f"{number}{url}", url, address, text, (place, other))
        results.append(
            Result(target, Kind.PAGE, evidence, (evidence,), judgement, suppressed=(place,), history=history)
        )
    for number, verdict in enumerate((Verdict.BROKEN, Verdict.UNVERIFIED) * 5):  # reports tell these together
        url = f"https://many.example/{number}{text}"
        place = Occurrence(url, url, Markup.MD_LINK, Span(text, number, 1, number, 9, 0, 8), text=text, context=text)
        evidence = Evidence(key=url, checked_by="web", rule=rule(verdict), reason=text)
        target = Target(url, url, url, text, (place,))
        results.append(Result(target, Kind.PAGE, evidence, (), Judgement(verdict, rule(verdict), text)))
    return Run(
        started=STARTED,
        duration_s=1.0,
        inputs=(text, "README.md"),
        results=tuple(results),
        requests=1,
        notices=(Notice(text, 1, text),),
        pages={text: f"https://forge.example/list/{text}#L", f"dir/{text}.md": f"{text}#L"},
        hints=(text,),
        failures=(Failure(text, text, f"Traceback:\n{text}\n"),),
        unreadable=(text,),
        past=(Past(STARTED, {Verdict.OK: 1}),),
        fixed=(Fixed(text, Verdict.BROKEN, "LW900", STARTED, listed=True),),
    )


def render(cls: type[Report], run: Run, verbose: int = 0) -> str:
    """Give a report."""
    return cls().render(run, ReportOptions(verbose=verbose))


EVERY_FORMAT = pytest.mark.parametrize("cls", formats(), ids=lambda cls: cls.name)
EVERY_LITERAL = pytest.mark.parametrize("text", LITERALS, ids=[f"text{n}" for n in range(len(LITERALS))])


def check(cls: type[Report], run: Run) -> None:
    """Fail if a run acts through a format, at any verbosity."""
    for verbose in VERBOSITIES:
        report = render(cls, run, verbose)
        if cls.name == "github":
            only_our_commands(report)
        else:
            assert_harmless(report)
        if cls.name in _LOOK:
            _LOOK[cls.name](report)


@EVERY_FORMAT
@EVERY_LITERAL
def test_known_attacks(cls: type[Report], text: str) -> None:
    """Each literal that ever did harm stands in every field of a run; none does anything."""
    check(cls, poisoned(text))


@EVERY_FORMAT
def test_all_attacks_together(cls: type[Report]) -> None:
    """Texts that are harmless alone must not become an attack side by side."""
    check(cls, poisoned(" ".join(LITERALS)))


@pytest.mark.parametrize("cls", formats(), ids=lambda cls: cls.name)
def test_random_attacks(cls: type[Report]) -> None:
    """Hypothesis puts pieces of attacks together as it likes."""

    @given(runs())
    @WHOLE_RUNS
    def attack(run: Run) -> None:
        check(cls, run)

    attack()


@EVERY_LITERAL
@pytest.mark.parametrize("color", ["always", "never"])
@pytest.mark.parametrize("verbose", [0, 1, 2])
def test_the_terminal(text: str, color: str, verbose: int, capsys: pytest.CaptureFixture[str]) -> None:
    """With colours as without: the only control sequences are our own colours, and a runner finds no command."""
    Terminal(color, verbose=verbose).show(poisoned(text), "text")

    assert_harmless(capsys.readouterr().out, colour=color == "always")


@EVERY_LITERAL
def test_the_port_of_the_runner_knows_an_attack(text: str) -> None:
    """The tests above could not fail if the port found nothing: what acts in a raw log is found in it."""
    acts = re.search(r"(?:^|[\r\n])\s*::[a-z-]+[^:]*::|##\[[a-z-]+[^]]*\]", text) is not None

    assert bool(obeyed(text)) == acts


# --- what each format must not become ---------------------------------------------------------------------------


def only_our_commands(report: str) -> None:
    """Fail if a runner finds a command that is not an annotation of ours, or more than ten of a level."""
    told = obeyed(report)
    names = [command.name for command in told]
    assert len(told) == len(commands(report)) == sum(line.startswith("::") for line in report.splitlines())
    assert all(names.count(level) <= 10 for level in ("error", "warning", "notice"))
    for command in told:
        assert command.name in {"error", "warning", "notice"}
        assert set(command.properties) <= {"file", "line", "endLine", "col", "endColumn", "title"}
        assert_harmless("> " + command.data)
    assert_harmless("\n".join(f"> {line}" for line in report.splitlines()))


def is_json(report: str) -> None:
    """Fail if it does not parse, or is not plain ASCII."""
    assert report.isascii()
    json.loads(report)


def is_xml(report: str) -> None:
    """Fail if it does not parse, or holds an element that is not ours."""
    ours = {"testsuites", "testsuite", "testcase", "failure", "skipped", "error", "system-out"}
    assert {element.tag for element in ET.fromstring(report.encode()).iter()} <= ours  # noqa: S314 - our own text


def is_plain_markdown(report: str) -> None:
    """Fail if GitHub would show a picture, another link than ours, a mention, a reference or foreign HTML."""
    marks = re.findall(r"\A<!-- linkwarden:report sha256=[0-9a-f]{64} -->\n", report)
    page = Rendered(cmark(report))
    assert not page.tags & {"img", "script", "iframe", "b", "input"}
    assert page.tags <= {
        "h1", "h2", "h3", "p", "strong", "code", "ul", "li", "br", "hr", "a",
        "table", "thead", "tbody", "tr", "th", "td",
    }  # fmt: skip
    assert len(page.comments) == len(marks)
    for href, words in page.links:
        assert words == "open" or words in page.coded
        assert re.match(r"https?://(?!(?:www\.)?github\.com)", href, re.IGNORECASE)
    assert not re.search(r"@\w|#\d|\bGH-\d|www\.|://", page.prose)


def is_still_html(report: str) -> None:
    """Fail if a browser would run, load or link to anything but what stands in the page of a harmless run."""
    page, harmless = LexborHTMLParser(report), _harmless_page()
    assert _scripts(page) == _scripts(harmless)
    assert page.css_first("meta[http-equiv='Content-Security-Policy' i]") is not None
    assert {node.tag for node in page.css("*")} <= {node.tag for node in harmless.css("*")} | _HARMLESS_TAGS
    for node in page.css("*"):
        for name, value in node.attributes.items():
            assert not name.lower().startswith("on"), (node.tag, name)
            assert name.lower() not in {"srcset", "srcdoc", "formaction", "ping", "background", "poster"}
            if name.lower() in {"href", "src", "action", "xlink:href", "data"}:
                assert re.match(r"https?://[^/]|#|data:image/(png|svg)", value or "#", re.IGNORECASE), (name, value)


#: What a page of other findings may have beside those of the sample.
_HARMLESS_TAGS = frozenset({"-text", "p", "pre", "code", "ul", "li", "a", "span", "div", "strong", "em", "section"})


def _scripts(page: LexborHTMLParser) -> list[str]:
    return [node.text() for node in page.css("script") if "json" not in (node.attributes.get("type") or "")]


@cache
def _harmless_page() -> LexborHTMLParser:
    found = for_name("html")
    assert found is not None
    return LexborHTMLParser(render(found, REMEMBERED))


_LOOK: dict[str, Callable[[str], Any]] = {
    "json": is_json,
    "sarif": is_json,
    "badge": is_json,
    "junit": is_xml,
    "markdown": is_plain_markdown,
    "issue": is_plain_markdown,
    "html": is_still_html,
}
