"""``linkwarden probe``: every request for one URL, its response, and how the verdict follows from them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field, replace
from typing import Any

import click

from linkwarden.cli.check import deps_for
from linkwarden.cli.options import TableCommand, make_config, table_options
from linkwarden.cli.speech import say, say_failure
from linkwarden.extract import Extractor
from linkwarden.inputs import Source
from linkwarden.model import Extracted, Markup, Occurrence, Result, Span, UsageError
from linkwarden.records import dataclass
from linkwarden.text import mask_secrets
from linkwarden.wire import Request

NAME = "<command line>"


@click.command(cls=TableCommand)
@click.argument("url")
@click.option("--image", is_flag=True, help="Check it as an image.")
@table_options("probe")
@click.pass_obj
def probe(obj: Any, /, url: str, *, image: bool, **options: Any) -> int:
    """Show every request for one URL, its response, and how the verdict follows from them."""
    from linkwarden import api  # noqa: PLC0415 - the network stack is slow to import
    from linkwarden.run import engine  # noqa: PLC0415 - with it

    if not url.strip():
        raise UsageError("the URL is empty", "Give one, such as https://example.org/page.")
    config = make_config((NAME,), {**options, "isolated": True})
    log = _Log()
    deps = deps_for(obj)
    deps = replace(deps, observer=log)
    source = Source(NAME, url, _OneLink(Markup.HTML_IMG if image else Markup.MD_LINK))
    run = api.run_loop(engine.run(config, deps, sources=(source,)))
    say(*(log.lines or ["No request was made."]))
    for result in run.results:
        say(*_reasoning(result))
    for hint in run.hints:
        say(f"Hint: {hint}", err=True)
    for failure in run.failures:
        say_failure(failure)
    return run.exit_code


@dataclass(slots=True)
class _Log:
    lines: list[str] = field(default_factory=list)

    def __call__(self, request: Request, url: str, status: int | None, elapsed: float, note: str) -> None:
        outcome = str(status) if status is not None else "no response"
        tail = f"  {note}" if note else ""
        asked = f"{request.method} {mask_secrets(url)}  [{request.purpose}]"
        self.lines.append(f"{len(self.lines) + 1:>3}. {asked}  {outcome}  {elapsed:.2f} s{tail}")


class _OneLink(Extractor):
    """Reads a text that is one URL."""

    name = "one-link"
    suffixes = ()

    def __init__(self, markup: Markup) -> None:
        self._markup = markup

    def extract(self, text: str, path: str) -> Iterator[Extracted]:
        span = Span(path, 1, 1, 1, len(text) + 1, 0, len(text))
        yield Occurrence(text, text, self._markup, span)


def _reasoning(result: Result) -> Iterator[str]:
    judgement, evidence = result.judgement, result.evidence
    yield ""
    yield f"Checked by: {evidence.checked_by}"
    for piece in (*result.notes, evidence):
        for fact in piece.facts:
            status = f" ({fact.status})" if fact.status is not None else ""
            where = f" {mask_secrets(fact.url)}" if fact.url else ""
            yield f"  seen: {fact.what}{status}{where}"
    for note in result.notes:
        yield f"  note: {note.rule.code + ' ' if note.rule else ''}{note.reason}"
    rule = f" {judgement.rule.code} {judgement.rule.slug}" if judgement.rule else ""
    yield f"Verdict: {judgement.verdict.value}{rule}"
    if judgement.reason:
        yield f"  {judgement.reason}"
    if judgement.expires_at is not None:
        yield f"  ends: {judgement.expires_at:%Y-%m-%d %H:%M:%S} UTC"
    if judgement.suggestion is not None:
        safe = "safe" if judgement.suggestion.safe else "look first"
        yield f"  fix: {mask_secrets(judgement.suggestion.url)} ({judgement.suggestion.why}; {safe})"
    if judgement.rule is not None:
        yield f"  `linkwarden explain {judgement.rule.code}` says more."
