"""The lists that the benchmarks check, made to measure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

#: The real list stands beside the repository and is read at run time.
SHARED_LIST = Path(__file__).resolve().parents[1] / ".." / "shared" / "lists" / "ml-papers.md"


def many_lists(folder: Path, links: int, files: int, hosts: Sequence[str]) -> None:
    """Write a folder of lists with distinct links in all, hosts in turn."""
    for file in range(files):
        with (folder / f"list{file:05}.md").open("w", encoding="utf-8") as out:
            out.write(f"# List {file}\n")
            for number in range(file * links // files, (file + 1) * links // files):
                if number % 50 == 0:
                    out.write(f"\n## Section {number // 50}\n")
                url = f"http://{hosts[number % len(hosts)]}/page/{number}"
                out.write(f"\n- [Link number {number}]({url}) - a short description of what it is, *and why*.")
            out.write("\n")


def many_links(count: int, hosts: Sequence[str]) -> Iterator[str]:
    """Write a list of distinct links in the usual style, hosts in turn; piece by piece, because memory is measured."""
    yield "# A long list\n"
    for number in range(count):
        if number % 50 == 0:
            yield f"\n## Section {number // 50}\n\n"
        address = f"http://{hosts[number % len(hosts)]}/page/{number}"
        yield f"- [Link number {number}]({address}) - a short description of what it is, *and why*.\n"
