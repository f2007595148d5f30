"""``make coverage-of-lists``: which share of the links of real lists each provider takes, and what a run would request.

Reads every Markdown file below the folders given, without a network. A link to a site that no program can tell about
counts as unknowable, with one request for each part of the sites that are tried once; a batch counts as one request for
each ``per_question`` things. Below the table stand the hosts that most of the other pages are on.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from math import ceil
from pathlib import Path

from linkwarden import rules
from linkwarden.answers.unknowable import site_of
from linkwarden.extract.markdown import Markdown
from linkwarden.model import Occurrence, Target
from linkwarden.net.protected import part_of
from linkwarden.providers import LoadContext, Provider, Roster, Skip
from linkwarden.text import host_of, target_key

UNKNOWABLE = "unknowable"
ONCE = "unknowable, tried once"
NOBODY = "nobody"
#: Offline providers after whom nobody is asked; the others only add remarks.
_FINAL = frozenset({"reserved", "closed-services"})
#: A host of a provider that asks one by one, or the provider itself where it gathers; and what is asked about.
Asked = tuple[str, str]
#: So many hosts are named.
_HOSTS = 20


def main(words: Sequence[str]) -> None:
    """Print the table; say what is wrong where there is no list to read."""
    parser = argparse.ArgumentParser(
        prog="coverage_of_lists.py",
        description="Which provider takes which share of the links of lists, and how many requests a run would make. "
        "No request is made.",
        epilog="“web” are pages that are requested as any page is; “unknowable” are those at sites that never tell "
        "programs the truth, which are not requested, or one of each part of a site.",
    )
    parser.add_argument("lists", nargs="+", metavar="FOLDER", help="a Markdown file, or a folder with such files")
    wanted = parser.parse_args(words).lists
    paths = sorted({path for word in wanted for path in _files(Path(word))})
    if not paths:
        parser.error(f"no Markdown file found: {', '.join(wanted)}")
    roster = Roster(rules.provider_classes(), _load)
    urls: Counter[str] = Counter()
    links: Counter[str] = Counter()
    things: dict[str, set[str]] = defaultdict(set)
    hosts: Counter[str] = Counter()
    for target, count in _targets(paths):
        name, ident = _taken_by(target, roster)
        urls[name] += 1
        links[name] += count
        things[name].add(ident)
        if name == "web":
            hosts[host_of(ident).removeprefix("www.")] += 1
    batches = {p.name: p.per_question if p.gathers else 1 for p in rules.provider_classes() if p.online} | {ONCE: 1}
    requests = {name: ceil(len(found) / batches[name]) for name, found in things.items() if name in batches}
    whole = urls.total() or 1
    print(f"{'provider':<24} {'URLs':>8} {'share':>7} {'links':>8} {'requests':>8}")
    for name, count in urls.most_common():
        print(f"{name:<24} {count:>8} {count / whole:>7.1%} {links[name]:>8} {requests.get(name, 0):>8}")
    total = sum(requests.values())
    print(f"{'all':<24} {urls.total():>8} {1:>7.1%} {links.total():>8} {total:>8}")
    print(f"lists read: {len(paths)}; requests per URL: {total / whole:.2f}")
    most = ", ".join(f"{host} {count}" for host, count in hosts.most_common(_HOSTS))
    print(f"hosts of the pages under “web” ({len(hosts)}): {most}")


def _load(cls: type[Provider]) -> Provider | None:
    provider = cls.load(LoadContext(root=Path()))
    return None if isinstance(provider, Skip) else provider


def _files(path: Path) -> Iterable[Path]:
    return path.rglob("*.md") if path.is_dir() else [path] * path.is_file()


def _targets(paths: Iterable[Path]) -> Iterator[tuple[Target, int]]:
    """Yield the distinct URLs of all lists, each with the number of its links."""
    found: dict[str, tuple[Target, int]] = {}
    for path in paths:
        name = str(path)
        for item in Markdown().extract(path.read_text("utf-8", "replace"), name):
            if isinstance(item, Occurrence) and item.url.lower().startswith(("http://", "https://")):
                key = target_key(item.url, name)
                target, count = found.get(key, (Target(key, item.url, item.url, name, (item,)), 0))
                found[key] = target, count + 1
    yield from found.values()


def _taken_by(target: Target, roster: Roster) -> Asked:
    for provider in roster.concerned(target):
        ident = provider.claim(target)
        if ident is not None and (provider.online or provider.name in _FINAL):
            site = site_of(target.address) if provider.name == "web" else None
            if site is None:
                return provider.name, ident
            return (ONCE, host_of(ident) + part_of(ident)) if site.asked else (UNKNOWABLE, ident)
    return NOBODY, target.key


if __name__ == "__main__":
    main(sys.argv[1:])
