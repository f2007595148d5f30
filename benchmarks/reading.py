"""What several processes or kept results would spare where many files are read: ``python benchmarks/reading.py``.

Prints processor time, of all processes, of the fastest of three runs over 400 files of Markdown: read in one process;
read in two others, which send what they found as rows; and made from such rows, as they would lie in a memory. Rows
are the quickest way that was found: objects as pickle writes them take as long as reading the text again.
"""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor

import msgspec
from lists import SHARED_LIST, many_links

from linkwarden.extract.markdown import Markdown
from linkwarden.model import Markup, Occurrence, Span

FILES, RUNS = 400, 3
Row = tuple[str, str, str, tuple[int, int, int, int, int, int, int, int], str, str, int, bool, str, str]


def texts() -> list[str]:
    """Return lists of two kinds, as many of one as of the other."""
    plain = "".join(many_links(100, ["a.example", "b.example"]))
    real = SHARED_LIST.read_text(encoding="utf-8").split("\n")
    step = len(real) // 10
    return [plain if number % 2 else "\n".join(real[number % 10 * step :][:step]) for number in range(FILES)]


def rows_of(text: str) -> list[Row]:
    """Return the links of a text, flat."""
    return [row(item) for item in Markdown().extract(text, "x.md") if isinstance(item, Occurrence)]


def row(link: Occurrence) -> Row:
    """Return a link without objects in it."""
    s = link.span
    place = s.line, s.col, s.end_line, s.end_col, s.start, s.end, s.wide, s.end_wide
    entry = link.entry, link.leads, link.context, link.parent
    return link.url, link.raw, link.markup.value, place, link.text, link.section, *entry


def count_of(text: str) -> int:
    """Return how many links a text has."""
    return sum(isinstance(item, Occurrence) for item in Markdown().extract(text, "x.md"))


def encoded(some: Sequence[str]) -> bytes:
    """Return the links of some texts as another process would send them."""
    return msgspec.msgpack.encode([rows_of(text) for text in some])


def made(data: bytes) -> int:
    """Make the links again; return how many."""
    markups = {markup.value: markup for markup in Markup}
    count = 0
    for rows in msgspec.msgpack.decode(data, type=list[list[Row]]):
        for url, raw, markup, place, text, section, entry, leads, context, parent in rows:
            span = Span("x.md", *place)
            Occurrence(url, raw, markups[markup], span, text, section, None, entry, leads, context, parent)
            count += 1
    return count


def in_processes(wanted: Sequence[str]) -> int:
    """Read texts in two other processes."""
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        return sum(map(made, pool.map(encoded, [wanted[at : at + 20] for at in range(0, len(wanted), 20)])))


def cost(work: Callable[[], int]) -> tuple[float, int]:
    """Return the processor time that something takes, in this process and those that it starts, and what it returns."""
    best, count = float("inf"), 0
    for _ in range(RUNS):
        before = sum(os.times()[:4])
        count = work()
        best = min(best, sum(os.times()[:4]) - before)
    return best, count


def main() -> None:
    """Print a table."""
    wanted = texts()
    kept = encoded(wanted)
    ways: dict[str, Callable[[], int]] = {
        "one process": lambda: sum(count_of(text) for text in wanted),
        "two other processes": lambda: in_processes(wanted),
        "kept rows": lambda: made(kept),
    }
    print(f"{FILES} files, {sum(map(len, wanted)) / 1e6:.1f} MB; {time.strftime('%Y-%m-%d')}\n")
    print("| way | links | CPU s |\n|---|---:|---:|")
    for way, work in ways.items():
        seconds, count = cost(work)
        print(f"| {way} | {count:,} | {seconds:.2f} |", flush=True)


if __name__ == "__main__":
    main()
