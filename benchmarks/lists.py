"""The lists that the benchmarks check, made to measure."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

#: Where the real list comes from: beside the repository, read at run time.
SHARED_LIST = Path(__file__).resolve().parents[1] / ".." / "shared" / "lists" / "ml-papers.md"


def many_links(count: int, hosts: Sequence[str]) -> str:
    """Write a list of distinct links in the usual style, hosts in turn."""
    lines = ["# A long list\n"]
    for number in range(count):
        if number % 50 == 0:
            lines.append(f"\n## Section {number // 50}\n\n")
        address = f"http://{hosts[number % len(hosts)]}/page/{number}"
        lines.append(f"- [Link number {number}]({address}) - a short description of what it is, *and why*.\n")
    return "".join(lines)
