"""``linkwarden extract``: the links of a list, and the providers that would check them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from itertools import count, islice
from pathlib import Path
from typing import Any

import click

from linkwarden import rules
from linkwarden.cli.check import stdin_for
from linkwarden.cli.options import TableCommand, make_config, table_options
from linkwarden.cli.speech import say
from linkwarden.config import Config
from linkwarden.inputs import (
    InputError,
    LeftOut,
    Source,
    anchors_reader,
    find_root,
    first_folder,
    is_remote,
    local_sources,
    needs_network,
    reading_of,
)
from linkwarden.model import NothingToCheckError, Occurrence, Target
from linkwarden.providers import LoadContext, Provider, Roster, Skip
from linkwarden.records import dataclass
from linkwarden.run.entry import kind_of
from linkwarden.run.selection import Selection
from linkwarden.sinks import json_text
from linkwarden.text import mask_secrets, target_key


@dataclass(frozen=True, slots=True)
class Planned:
    """A link and its providers: those that work offline in their order, then the first that works online."""

    occurrence: Occurrence
    providers: tuple[str, ...]

    def as_row(self) -> dict[str, Any]:
        """Return what the JSON says of it."""
        span = self.occurrence.span
        return {
            "file": span.path,
            "line": span.line,
            "column": span.col,
            "end_line": span.end_line,
            "end_column": span.end_col,
            "markup": self.occurrence.markup.value,
            "url": mask_secrets(self.occurrence.url),
            "text": self.occurrence.text,
            "section": self.occurrence.section,
            "checked_by": list(self.providers),
        }

    def as_line(self) -> str:
        """Return what is printed of it."""
        span = self.occurrence.span
        place = f"{span.path}:{span.line}:{span.col}"
        url = mask_secrets(self.occurrence.url)
        return f"{place}  {self.occurrence.markup.value}  {'+'.join(self.providers) or '-'}  {url}"


class _Plan:
    """Finds out the providers of each link; a URL is looked up once as a link and once as an image."""

    def __init__(self, config: Config) -> None:
        context = LoadContext(
            root=config.root or find_root(first_folder(config.inputs)), offline=True, anchors_of=anchors_reader()
        )
        self._selection = Selection(config)
        self._kinds = config.kinds
        self._providers = Roster(rules.provider_classes(), partial(_load, context))
        self._names_of = cache(_names_of)  # one tuple for all links with the same providers
        self._known: dict[tuple[str, bool], tuple[str, ...] | None] = {}

    def of(self, source: Source) -> Iterator[Planned]:
        """Yield the links of a text that would be checked."""
        for item in source.parse():
            if isinstance(item, Occurrence) and (names := self._providers_of(item, source)) is not None:
                yield Planned(item, names)

    def _providers_of(self, item: Occurrence, source: Source) -> tuple[str, ...] | None:
        """Return the names of the providers that would check a link; None if it is left out."""
        as_image = item.markup.is_image
        key = target_key(item.url, source.name)
        seen_as = key, as_image
        if seen_as not in self._known:
            target = Target(key, item.url, source.address_of(item.url), source.name, (item,))
            claimants = _claimants(target, self._providers)
            wanted = not self._selection.leaves_out(target)
            if self._kinds and wanted:
                wanted = kind_of(target, claimants[0] if claimants else None, as_image=as_image) in self._kinds
            self._known[seen_as] = self._names_of(claimants) if wanted else None
        return self._known[seen_as]


def preview(config: Config, stdin: Callable[[], bytes], problems: list[str]) -> Iterator[Planned]:
    """Yield every link of the inputs that would be checked, with its providers, as it is read.

    Args:
        config: what is read, and what would be checked.
        stdin: reads standard input to its end.
        problems: takes in the problems with inputs.
    """
    plan = _Plan(config)
    seen: set[Path] = set()
    reading = reading_of(config)
    for name in dict.fromkeys(config.inputs):
        if is_remote(name):
            problems.append(needs_network(name).sentence)
            continue
        for source in local_sources(name, stdin, seen, reading):
            if isinstance(source, InputError):
                problems.append(source.sentence)
                continue
            if isinstance(source, LeftOut):
                say(f"{source.name}: {source.sentence}", err=True)
                continue
            yield from plan.of(source)


def _load(context: LoadContext, cls: type[Provider]) -> Provider | None:
    provider = cls.load(context)
    return None if isinstance(provider, Skip) else provider


def _claimants(target: Target, providers: Roster) -> tuple[Provider, ...]:
    claimants: list[Provider] = []
    for provider in providers.concerned(target):
        if provider.claim(target) is not None:
            claimants.append(provider)
            if provider.online:
                break
    return tuple(claimants)


def _names_of(providers: tuple[Provider, ...]) -> tuple[str, ...]:
    return tuple(provider.name for provider in providers)


#: Lines that are printed at once: a flush for each of 100,000 takes seconds.
_AT_ONCE = 1000
_FORMAT_HELP = "What to print: text, one JSON document, or a JSON object on each line. [default: text]"


@click.command(cls=TableCommand)
@click.argument("inputs", nargs=-1, metavar="[INPUTS]...")
@click.option("--format", "wanted", type=click.Choice(["text", "json", "lines"]), help=_FORMAT_HELP)
@click.option("--json", "wanted", flag_value="lines", help="The same as --format lines.")
@table_options("extract")
def extract(inputs: tuple[str, ...], *, wanted: str | None, **options: Any) -> int:
    """List every link: its place, its markup, and the providers that would check it. No request is made."""
    config = make_config(inputs, options)
    problems: list[str] = []
    counter = count()
    links = (link for link, _ in zip(preview(config, stdin_for(config.inputs), problems), counter, strict=False))
    lines = _lines(links, wanted)
    while some := list(islice(lines, _AT_ONCE)):
        say(*some)
    printed = next(counter)
    for problem in problems:
        say(f"Error: {problem}", err=True)
    if not printed and problems:
        return NothingToCheckError.exit_code
    say(f"{printed} links", err=True)
    return 2 if problems else 0


def _lines(links: Iterable[Planned], wanted: str | None) -> Iterator[str]:
    """Yield the lines to print."""
    if wanted != "json":
        yield from (json_text(link.as_row()) if wanted == "lines" else link.as_line() for link in links)
        return
    yield '{"links": ['
    row = ""
    for link in links:
        if row:
            yield f" {row},"
        row = json_text(link.as_row())
    yield f" {row}"
    yield "]}"
