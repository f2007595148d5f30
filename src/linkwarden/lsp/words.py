"""What is said of a finding in an editor: one plain line in the list of problems, Markdown where the pointer rests.

Whatever comes from a list or a server goes through ``linkwarden.sinks``: editors show images and follow links in
Markdown.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkwarden.model import Fact, Result, Verdict
from linkwarden.report._order import instead
from linkwarden.report._words import WORDS, day, instant, plural, rule_url, sentence
from linkwarden.sinks import cut, md_code, md_link, md_text, one_line, shown_address

_LONGEST_PROSE = 1_000
_LONGEST_URL = 200
_MOST_FACTS = 10


def message(result: Result) -> str:
    """Return what is the matter, on one line of plain text, with the replacement if there is one."""
    judgement = result.judgement
    text = _plain(sentence(f"{judgement.reason} {judgement.remark}".strip()))
    if judgement.suggestion is not None:
        text = f"{text} {instead(judgement.suggestion, _LONGEST_URL)}"
    return text


def remark(text: str) -> str:
    """Return a remark on a document, on one line of plain text."""
    return _plain(text)


def hover(result: Result, *, markdown: bool) -> str:
    """Return the evidence for a finding.

    Args:
        result: the finding.
        markdown: the editor shows Markdown; otherwise the same is said in plain text.
    """
    return "\n\n".join(_in_markdown(result)) if markdown else "\n".join(_in_plain_text(result))


def _in_markdown(result: Result) -> Iterator[str]:
    judgement, rule = result.judgement, result.judgement.rule
    code = "" if rule is None else f" · {rule.code} {rule.slug}"
    yield f"**{judgement.verdict}**: a reader {WORDS[judgement.verdict].reader}{code}"
    yield md_code(shown_address(result.target.url, _LONGEST_URL))
    yield _prose(sentence(f"{judgement.reason} {judgement.remark}".strip()))
    if judgement.suggestion is not None:
        fix = judgement.suggestion
        link = md_link(fix.url, "open")
        shown = md_code(shown_address(fix.url, _LONGEST_URL)) + (f" ({link})" if link else "")
        safe = ", safe to replace" if fix.safe else ""
        yield f"**Replace with** {shown}: {_prose(fix.why)}{safe}"
    facts = [f"- {_prose(_of_fact(fact))}" for fact in result.evidence.facts[:_MOST_FACTS]]
    facts += [f"- {_prose(line)}" for line in _times(result)]
    if facts:
        yield "\n".join(facts)
    if rule is not None and judgement.verdict is not Verdict.UNVERIFIED:
        page = rule_url(rule.code)
        more = f" {md_link(page, rule.code)}" if page else ""
        yield f"**What to do:** {_prose(sentence(rule.remedy))}{more}"


def _in_plain_text(result: Result) -> Iterator[str]:
    judgement, rule = result.judgement, result.judgement.rule
    yield f"{judgement.verdict}{'' if rule is None else f' ({rule.code} {rule.slug})'}: {message(result)}"
    for fact in result.evidence.facts[:_MOST_FACTS]:
        yield _plain(_of_fact(fact))
    for line in _times(result):
        yield _plain(line)
    if rule is not None and judgement.verdict is not Verdict.UNVERIFIED:
        yield _plain(f"What to do: {sentence(rule.remedy)}")


def _of_fact(fact: Fact) -> str:
    status = f" (status {fact.status})" if fact.status is not None else ""
    return f"{fact.what}{f': {shown_address(fact.url, _LONGEST_URL)}' if fact.url else ''}{status}"


def _times(result: Result) -> Iterator[str]:
    if result.judgement.expires_at is not None:
        yield f"its URL says until when it works: {instant(result.judgement.expires_at)}"
    history = result.history
    if history is None:
        return
    yield f"first checked on {day(history.first_seen)}"
    if history.last_ok is not None:
        yield f"last seen working on {day(history.last_ok)}"
    if history.failing_since is not None:
        yield f"failing since {day(history.failing_since)}, in {plural(history.failures, 'run')}"


def _prose(text: str) -> str:
    return md_text(cut(one_line(text), _LONGEST_PROSE))


def _plain(text: str) -> str:
    return cut(one_line(text), _LONGEST_PROSE)
