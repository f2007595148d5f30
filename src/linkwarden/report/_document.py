"""A Markdown document with a limit on its size: what has no room is counted, never silently lost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

#: Kept free for tables' heads, the counts of what was left out, and the end.
_RESERVE = 8 * 1024


class Document:
    """Blocks of Markdown, separated by empty lines.

    Args:
        budget: most bytes of UTF-8 that ``text`` may give.
    """

    def __init__(self, budget: int) -> None:
        self._blocks: list[str] = []
        self._room = budget - _RESERVE

    def add(self, block: str) -> None:
        """Add a block of linkwarden's own, short by its nature."""
        self._blocks.append(block)
        self._room -= len(block.encode()) + 2

    def section(self, title: str, parts: Sequence[tuple[str, list[str]]]) -> None:
        """Add a section of list items, if there are any.

        Args:
            title: the heading, our own words.
            parts: lists, each under a heading of its own (already escaped) or under "".
        """
        total = sum(len(items) for _, items in parts)
        if not total:
            return
        self.add(f"## {title}")
        written = 0
        for heading, items in parts:
            fitting = self._fitting(items, extra=heading)
            if not fitting:
                continue
            if heading:
                self._blocks.append(f"### {heading}")
            self._blocks.append("\n".join(fitting))
            written += len(fitting)
        self._left_out(total - written)

    def table(self, title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Add a section with a table, if it has rows; cells come escaped."""
        if not rows:
            return
        self.add(f"## {title}")
        lines = [f"| {' | '.join(row)} |" for row in rows]
        fitting = self._fitting(lines)
        rule = "|" + "---|" * len(head)
        if fitting:
            self._blocks.append("\n".join([f"| {' | '.join(head)} |", rule, *fitting]))
        self._left_out(len(lines) - len(fitting))

    def end(self, block: str) -> None:
        """Add the last words under a rule."""
        self._blocks += ["---", block]

    def text(self) -> str:
        """Give the document, ending in a newline."""
        return "\n\n".join(self._blocks) + "\n"

    def _fitting(self, items: Iterable[str], *, extra: str = "") -> list[str]:
        fitting: list[str] = []
        need = len(extra.encode()) + 8
        for item in items:
            need += len(item.encode()) + 1
            if need > self._room:
                break
            fitting.append(item)
            self._room -= need
            need = 0
        return fitting

    def _left_out(self, count: int) -> None:
        if count:
            self._blocks.append(f"… and {count:,} more, for which there is no room here; the JSON report has them all.")
