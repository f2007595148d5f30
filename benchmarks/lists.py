"""The lists that the benchmarks check, made to measure."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

#: The real list stands beside the repository and is read at run time.
SHARED_LIST = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../shared/lists/ml-papers.md")


def many_links(count: int, hosts: Sequence[str]) -> Iterator[str]:
    """Write a list of distinct links in the usual style, hosts in turn; piece by piece, because memory is measured."""
    yield "# A long list\n"
    for number in range(count):
        if number % 50 == 0:
            yield f"\n## Section {number // 50}\n\n"
        address = f"http://{hosts[number % len(hosts)]}/page/{number}"
        yield f"- [Link number {number}]({address}) - a short description of what it is, *and why*.\n"
