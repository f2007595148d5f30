"""The end of the report for a terminal: what matters most, the counts, and how the run ended."""

from __future__ import annotations

from collections.abc import Sequence

from linkwarden.model import Run, Verdict
from linkwarden.report._order import Placed, clusters, fails, line_page, named, whole_url
from linkwarden.report._page import Line, Linked, Page
from linkwarden.report._words import (
    WORDS,
    WORST_FIRST,
    accepted_note,
    changes,
    compared_note,
    conclusion,
    counted,
    friendly,
    plural,
    seconds,
    since,
    unverified_note,
)
from linkwarden.sinks import mask_text, shown_address, shown_place, visible

#: What is longer has scrolled away, and its worst is named again.
_SCREEN = 40
_WORST = 5
#: What a finding takes at least.
_LINES_OF_ONE = 4
#: From so many lines on, it is said how to get fewer.
_LONG = 150
_LONGEST_ADDRESS = 120
_LONGEST_TEXT = 40


def last_screen(page: Page, run: Run, items: Sequence[Placed], *, verbose: bool, quiet: bool, told: int = 0) -> None:
    """Add the last lines of a report.

    Args:
        page: the report so far.
        run: what to tell.
        items: its results, in order.
        verbose: ``-v`` was given.
        quiet: ``-q`` was given.
        told: findings that were shown before this page.
    """
    length = len(page.lines)
    if length + told * _LINES_OF_ONE > _SCREEN:
        _worst(page, run, items)
    page.gap()
    if cheer := friendly(run):
        page.add(("good", cheer))
    counts: Line = []
    for count in counted(run):
        style = WORDS[count.verdict].style if count.number else "quiet"
        counts += [("quiet", ", " if counts else ""), (style, str(count))]
    if counts:
        page.add(*counts)
    page.prose(unverified_note(run, with_unchecked=False), "unknown", indent=0)
    if note := accepted_note(run):
        page.prose(note if verbose else f"{note[:-1]}; -v shows them.", "quiet", indent=0)
    page.prose(changes(run), "quiet", indent=0)
    page.prose(_volume(run), "quiet", indent=0)
    page.prose(mask_text(visible(compared_note(run))), "quiet", indent=0)
    if length > _LONG and not quiet:
        page.add(("quiet", f"{length:,} lines; -q shows only what makes the run fail."))
    page.prose(conclusion(run), "good" if run.exit_code == 0 else "bad", indent=0)


def _worst(page: Page, run: Run, items: Sequence[Placed]) -> None:
    """Add the worst findings again, one of each kind: what is new first, then what is most."""
    lost = [item for item in items if fails(run, item.verdict) and item.verdict is not Verdict.UNVERIFIED]
    lost.sort(key=lambda item: (not item.result.is_new, WORST_FIRST.index(item.verdict)))
    groups = clusters(lost, lambda item: (item.result.judgement.rule, item.host), 2)
    if not groups:
        return
    groups = tuple(sorted(groups, key=lambda group: (not group[0].result.is_new, -len(group))))
    page.heading("Worst first", len(lost))
    for group in groups[:_WORST]:
        item = group[0]
        url = item.result.target.url
        place = item.places[0] if item.places else None
        where = shown_place(place.span.path, place.span.line, place.span.col) if place is not None else "(nowhere)"
        linked = Linked(where, line_page(run, place) if place is not None else "")
        address = Linked(whole_url(item, _LONGEST_ADDRESS), item.result.target.address or url)
        line: Line = [("", "    "), ("place", linked), ("", "  "), (WORDS[item.verdict].style, str(item.verdict))]
        more = f"and {plural(len(group) - 1, 'URL')} more like it" if len(group) > 1 else ""
        said = "  ".join(filter(None, [named(item, _LONGEST_TEXT), since(run, item.result), more]))
        page.add_beside([*line, ("", "  "), ("address", address)], ("quiet", said), indent=6)
    if len(groups) > _WORST:
        left = sum(map(len, groups[_WORST:]))
        page.add(("quiet", f"    … and {plural(left, 'other')} above"))


def _volume(run: Run) -> str:
    names = ", ".join(shown_address(name, _LONGEST_ADDRESS) for name in run.inputs[:3])
    more = f" and {plural(len(run.inputs) - 3, 'more input')}" if len(run.inputs) > 3 else ""
    links = f"{plural(run.occurrences, 'link')} to {plural(len(run.results), 'URL')}"
    return f"{links} in {names}{more}; {plural(run.requests, 'request')} in {seconds(run.duration_s)}"
