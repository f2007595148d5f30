"""``linkwarden extract``: the links of a list, and the providers that would check them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
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
    anchors_reader,
    find_root,
    first_folder,
    is_remote,
    local_sources,
    needs_network,
)
from linkwarden.model import NothingToCheckError, Occurrence, Target
from linkwarden.providers import LoadContext, Roster, Skip
from linkwarden.sinks import json_text
from linkwarden.text import mask_secrets, target_key


@dataclass(frozen=True, slots=True)
class Planned:
    """A link and its providers: those that work offline in their order, then the first that works online."""

    occurrence: Occurrence
    providers: tuple[str, ...]


def preview(config: Config, stdin: Callable[[], bytes]) -> tuple[list[Planned], list[str]]:
    """Return every link of the inputs with its providers, and the problems with inputs."""
    context = LoadContext(
        root=config.root or find_root(first_folder(config.inputs)), offline=True, anchors_of=anchors_reader()
    )
    loaded = (cls.load(context) for cls in rules.provider_classes())
    providers = Roster(p for p in loaded if not isinstance(p, Skip))
    planned: list[Planned] = []
    known: dict[tuple[str, bool], tuple[str, ...]] = {}  # a URL is looked up once as a link and once as an image
    problems: list[str] = []
    seen: set[Path] = set()
    for name in dict.fromkeys(config.inputs):
        if is_remote(name):
            problems.append(needs_network(name).sentence)
            continue
        for source in local_sources(name, stdin, seen):
            if isinstance(source, InputError):
                problems.append(source.sentence)
                continue
            for item in source.parse():
                if isinstance(item, Occurrence):
                    key = target_key(item.url, source.name)
                    seen_as = key, item.markup.is_image
                    if seen_as not in known:
                        target = Target(key, item.url, source.address_of(item.url), source.name, (item,))
                        known[seen_as] = tuple(_claimants(target, providers))
                    planned.append(Planned(item, known[seen_as]))
    return planned, problems


def _claimants(target: Target, providers: Roster) -> Iterator[str]:
    for provider in providers.concerned(target):
        if provider.claim(target) is not None:
            yield provider.name
            if provider.online:
                return


@click.command(cls=TableCommand, short_help="List the links of a list and the providers that would check them.")
@click.argument("inputs", nargs=-1, metavar="[INPUTS]...")
@click.option("--json", "as_json", is_flag=True, help="Print JSON Lines, one object for each link.")
@table_options("extract")
def extract(inputs: tuple[str, ...], *, as_json: bool, **options: Any) -> int:
    """List every link: its place, its markup, and the providers that would check it. No request is made."""
    config = make_config(inputs, options)
    planned, problems = preview(config, stdin_for(config.inputs))
    lines: list[str] = []  # printed at once: a flush for each of 100,000 lines takes seconds
    for link in planned:
        span = link.occurrence.span
        url = mask_secrets(link.occurrence.url)
        if as_json:
            row = {
                "file": span.path,
                "line": span.line,
                "column": span.col,
                "end_line": span.end_line,
                "end_column": span.end_col,
                "markup": link.occurrence.markup.value,
                "url": url,
                "text": link.occurrence.text,
                "section": link.occurrence.section,
                "checked_by": list(link.providers),
            }
            lines.append(json_text(row))
        else:
            place = f"{span.path}:{span.line}:{span.col}"
            lines.append(f"{place}  {link.occurrence.markup.value}  {'+'.join(link.providers) or '-'}  {url}")
    if lines:
        say(*lines)
    for problem in problems:
        say(f"Error: {problem}", err=True)
    if not planned and problems:
        return NothingToCheckError.exit_code
    say(f"{len(planned)} links", err=True)
    return 2 if problems else 0
