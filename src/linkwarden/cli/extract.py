"""``linkwarden extract``: the links of a list, and the providers that would check them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
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


def preview(config: Config, stdin: Callable[[], bytes], problems: list[str]) -> Iterator[Planned]:
    """Yield every link of the inputs that would be checked, with its providers, as it is read.

    Args:
        config: what is read, and what would be checked.
        stdin: reads standard input to its end.
        problems: takes in the problems with inputs.
    """
    selection = Selection(config)
    context = LoadContext(
        root=config.root or find_root(first_folder(config.inputs)), offline=True, anchors_of=anchors_reader()
    )
    providers = Roster(rules.provider_classes(), partial(_load, context))
    # A URL is looked up once as a link and once as an image; None is left out.
    known: dict[tuple[str, bool], tuple[str, ...] | None] = {}
    shared: dict[tuple[str, ...], tuple[str, ...]] = {}
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
            for item in source.parse():
                if isinstance(item, Occurrence):
                    key = target_key(item.url, source.name)
                    seen_as = key, item.markup.is_image
                    if seen_as not in known:
                        target = Target(key, item.url, source.address_of(item.url), source.name, (item,))
                        claimants = tuple(_claimants(target, providers))
                        kind = kind_of(target, next(iter(claimants), None), as_image=item.markup.is_image)
                        wanted = not selection.leaves_out(target) and (not config.kinds or kind in config.kinds)
                        names = tuple(provider.name for provider in claimants)
                        known[seen_as] = shared.setdefault(names, names) if wanted else None
                    if (by := known[seen_as]) is not None:
                        yield Planned(item, by)


def _load(context: LoadContext, cls: type[Provider]) -> Provider | None:
    provider = cls.load(context)
    return None if isinstance(provider, Skip) else provider


def _claimants(target: Target, providers: Roster) -> Iterator[Provider]:
    for provider in providers.concerned(target):
        if provider.claim(target) is not None:
            yield provider
            if provider.online:
                return


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
