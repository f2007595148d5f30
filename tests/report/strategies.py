"""Runs as hypothesis makes them up, with the nastiest text that a list or a server could hold."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from hypothesis import Phase, settings
from hypothesis import strategies as st

from linkwarden.model import (
    Basis,
    Evidence,
    Fact,
    Failure,
    Judgement,
    Kind,
    Markup,
    Notice,
    Occurrence,
    Result,
    Rule,
    Run,
    Span,
    Suggestion,
    Target,
    Verdict,
)

T = TypeVar("T")

#: Each has done harm to some report somewhere: terminals, runners' logs, GitHub comments, tables, code spans.
POISON = (
    "\x1b]0;pwn\x07", "\x1b[31m", "\x9b2J", "\u202e", "\u200b", "\ufeff", "\x00", "\ud800", "\U000e0041",
    "\r", "\n", "\r\n::add-mask::e", "::error::", "::set-output name=exit-code::0", "\u2003::debug::x",
    "##[set-output name=exit-code]0", "###[warning]", "##[add-mask]e", "#", "[", "##",
    "@torvalds", "@org/team", "#1", "o/r#1", "GH-7", "a5c3785ed8d6a35868bc169f07e40e889087fd2e", ":tada:",
    "![x](http://evil.example/b.png)", "<img src=http://evil.example/b.png>", "<a href=x>", "</code>", "<!-- x",
    "<!-- linkwarden:report -->", "[x](javascript:alert(1))", "[open](<https://evil.example/>)", "[a]: https://e.example",
    "https://evil.example/a", "http://evil.example", "www.evil.example", "a@evil.example", "mailto:a@evil.example",
    "https://github.com/o/r/issues/1", "`", "``", "```", "~~~", "|", "\\|", "\\\\|", "\\", "\\`", "*", "_a_", "**",
    "~~", "$", "&amp;", "&lt;img&gt;", "1.", "1)", "-", "+", "=", "===", "---", "# h", "> q", "    x", "\t", " ", "(",
    ")", "?sig=s3cret", "&X-Amz-Signature=s3cret", "?token=s3cret",
)  # fmt: skip

hostile = st.lists(st.one_of(st.sampled_from(POISON), st.text(max_size=4), st.just(" ")), max_size=5).map("".join)
schemes = st.sampled_from(("", "", "https://a.example/", "http://b.example:8080/x?", "https://github.com/", "#", "./"))
urls = st.builds("{}{}".format, schemes, hostile)
_VERDICTS = [verdict for verdict in Verdict if verdict is not Verdict.OK]


class _Maker:
    """Makes runs by throwing dice over a pool of texts.

    The texts are hypothesis's and shrink; how they are put together follows from a seed. Drawing every field one
    by one takes a hundred times as long.
    """

    def __init__(self, texts: list[str], addresses: list[str], seed: int) -> None:
        self._texts = texts
        self._addresses = addresses
        self._dice = random.Random(seed)  # noqa: S311 - test data

    def text(self) -> str:
        return self._dice.choice(self._texts)

    def url(self) -> str:
        return self._dice.choice(self._addresses)

    def number(self, low: int, high: int) -> int:
        return self._dice.randint(low, high)

    def coin(self) -> bool:
        return self._dice.random() < 0.5

    def moment(self) -> datetime:
        return datetime(1, 1, 2, tzinfo=UTC) + timedelta(seconds=self._dice.randrange(9998 * 365 * 86_400))

    def some(self, make: Callable[[], T], most: int) -> tuple[T, ...]:
        return tuple(make() for _ in range(self.number(0, most)))

    def span(self) -> Span:
        """Places in a handful of files, so that they collide."""
        path = self._dice.choice(("README.md", "docs/b.md", self.text()))
        line, col = self.number(1, 9), self.number(1, 5)
        return Span(path, line, col, line, col + 1, line * 10 + col, line * 10 + col + 1)

    def rule(self) -> Rule:
        """A code belongs to one rule, so all of it follows from the code."""
        which = self.number(0, len(_VERDICTS) - 1)
        code = f"LW{self.number(0, 3) * 10 + which:03}"
        return Rule(code, f"slug-{code.lower()}", _VERDICTS[which], "the summary", "Explained.", "Do `this | that`.")

    def fact(self) -> Fact:
        return Fact(
            self.text(), self.url() if self.coin() else None, status=self.number(100, 999) if self.coin() else None
        )

    def suggestion(self) -> Suggestion:
        return Suggestion(self.url(), self.text(), Basis.SAME_PAGE if self.coin() else Basis.GUESS)

    def result(self, url: str) -> Result:
        """A result whose parts need not agree; reports must take whatever comes."""

        def occurrence() -> Occurrence:
            markup = self._dice.choice(list(Markup))
            return Occurrence(url, url, markup, self.span(), text=self.text(), section=self.text(), context=self.text())

        target = Target(url, url, url if "://" in url else None, "README.md", self.some(occurrence, 2))
        rule = self.rule() if self.coin() or self.coin() else None
        evidence = Evidence(
            key=url,
            checked_by=self._dice.choice(("web", "arxiv")),
            rule=rule,
            status=self.number(100, 999) if self.coin() else None,
            final_url=self.url() if self.coin() else None,
            facts=self.some(self.fact, 2),
            title=self.text(),
        )
        notes = self.some(lambda: Evidence(key=url, checked_by="camo", facts=self.some(self.fact, 1)), 1)
        judgement = Judgement(
            rule.verdict if rule is not None else Verdict.OK,
            rule,
            self.text(),
            self.moment() if self.coin() else None,
            self.suggestion() if self.coin() else None,
        )
        return Result(target, self._dice.choice(list(Kind)), evidence, notes, judgement)

    def run(self, results: int) -> Run:
        addresses = self._dice.sample(sorted(set(self._addresses)), min(results, len(set(self._addresses))))
        return Run(
            started=self.moment(),
            duration_s=self._dice.uniform(0, 1e5),
            inputs=self.some(lambda: self._dice.choice(("README.md", self.text())), 3),
            results=tuple(map(self.result, addresses)),
            requests=self.number(0, 10**6),
            notices=self.some(lambda: Notice(self.text(), self.number(1, 99), self.text()), 2),
            pages={"README.md": f"https://forge.example/list/{self.text()}?plain=1#L"} if self.coin() else {},
            hints=self.some(self.text, 2),
            failures=self.some(lambda: Failure(self.text(), self.text(), self.text()), 1),
            unreadable=self.some(self.text, 1),
            interrupted=self.number(0, 4) == 0,
            network_down=self.number(0, 4) == 0,
            fail_on=frozenset(self._dice.sample(list(Verdict), self.number(0, 3))),
            exit_zero=self.coin(),
        )


@st.composite
def runs(draw: st.DrawFn, max_results: int = 8) -> Run:
    """Whole runs; keys of targets are distinct, as the engine makes them."""
    texts = draw(st.lists(hostile, min_size=1, max_size=5))
    addresses = draw(st.lists(urls, min_size=1, max_size=max_results))
    return _Maker(texts, addresses, draw(st.integers(0, 2**32))).run(draw(st.integers(0, max_results)))


#: Settings for properties over whole runs: quick on a busy machine.
WHOLE_RUNS = settings(deadline=None, max_examples=80, phases=set(Phase) - {Phase.explain})
