"""``linkwarden.Run``: what ``linkwarden.check`` returns. It writes any report, and notebooks show it as a table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from html import escape
from pathlib import Path
from typing import Self

from linkwarden import model
from linkwarden.config import nearest
from linkwarden.model import UsageError
from linkwarden.permalinks import with_pages
from linkwarden.report import ReportOptions, for_name, for_path, formats
from linkwarden.report._order import Placed, each_placed, is_finding
from linkwarden.report._words import counted, headline
from linkwarden.sinks import one_line, page_target, shown_address, shown_place

#: Rows of the table in a notebook.
_MOST_ROWS = 50
_LONGEST_URL = 60


class Run(model.Run):
    """Everything that a check has found.

    Attributes:
        results: one for each URL, sorted by first occurrence.
        failing: the results that make the run fail.
        counts: how many URLs got each verdict.
        exit_code: what the command line would end with.
    """

    @classmethod
    def of(cls, run: model.Run) -> Self:
        """Return a run as the engine gives it, with the methods of this class."""
        return cls(**{field.name: getattr(run, field.name) for field in fields(run)})

    def to(self, name: str, *, show_secrets: bool = False) -> str:
        """Return the report that ``--format NAME`` prints: "markdown", "json", "html", "text", "sarif" and so on.

        Args:
            name: of the format.
            show_secrets: do not mask signatures and tokens in JSON.

        Raises:
            UsageError: there is no such format.
        """
        report = for_name(name)
        if report is None:
            names = [each.name for each in formats()]
            near = nearest(name, names)
            meant = f"Did you mean {near!r}? " if near else ""
            raise UsageError(f"there is no format {name!r}", f"{meant}Known are: {', '.join(names)}.")
        return report().render(with_pages(self, {}), ReportOptions(show_secrets=show_secrets))

    def to_markdown(self) -> str:
        """Return the health report for GitHub."""
        return self.to("markdown")

    def to_json(self, *, show_secrets: bool = False) -> str:
        """Return the report for programs (docs/verdicts.md)."""
        return self.to("json", show_secrets=show_secrets)

    def to_html(self) -> str:
        """Return the report as one page."""
        return self.to("html")

    def save(self, path: str | Path) -> Path:
        """Write the report that the end of the file's name chooses, as ``--output`` does, and return its path.

        Raises:
            UsageError: no format has names that end so.
            OSError: the file cannot be written.
        """
        report = for_path(Path(path).name)
        if report is None:
            endings = ", ".join(sorted(each.suffix for each in formats() if each.suffix))
            raise UsageError(f"{path}: the end of the name is no format's", f"Use one of: {endings}.")
        with Path(path).open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(report().pieces(with_pages(self, {}), ReportOptions()))
        return Path(path)

    def __repr__(self) -> str:
        """Return counts and inputs; all of the results would fill the screen."""
        counts = _counts(self) or "no links"
        return f"<linkwarden.Run: {counts} in {', '.join(self.inputs)}>"

    def _repr_html_(self) -> str:
        """Return a table of the findings for a notebook; everything in it that others wrote is escaped."""
        found = [item for item in each_placed(self) if is_finding(self, item.verdict)]
        rows = "".join(map(_row, found[:_MOST_ROWS]))
        head = "".join(f"<th>{name}</th>" for name in ("place", "verdict", "URL", "why"))
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>" if found else ""
        more = f"<p>… and {len(found) - _MOST_ROWS:,} more</p>" if len(found) > _MOST_ROWS else ""
        return f"<p><b>{_text(headline(self))}</b> {_counts(self)}</p>{table}{more}"


def _counts(run: Run) -> str:
    return ", ".join(str(count) for count in counted(run) if count.number)


def _row(item: Placed) -> str:
    judgement = item.result.judgement
    code = f" {judgement.rule.code}" if judgement.rule is not None else ""
    place = shown_place(item.places[0].span.path, item.places[0].span.line) if item.places else ""
    cells = (_text(place), f"{judgement.verdict.value}{code}", _link(item.result.target.url), "<br>".join(_why(item)))
    return f"<tr>{''.join(f'<td align=left>{cell}</td>' for cell in cells)}</tr>"


def _why(item: Placed) -> Iterator[str]:
    yield _text(item.full_reason)
    suggestion = item.result.judgement.suggestion
    if suggestion is not None:
        yield f"→ {_link(suggestion.url)}"


def _link(url: str) -> str:
    """Return a URL as people may click it; one with a secret, or that is no web URL, as text."""
    shown = escape(shown_address(url, _LONGEST_URL))
    target = page_target(url)
    if target is None:
        return shown
    return f'<a href="{escape(target)}" rel="noopener noreferrer" target="_blank">{shown}</a>'


def _text(text: str) -> str:
    return escape(one_line(text))
