"""What a run would do, without doing it: every link and the providers that would take it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from linkwarden import rules
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
from linkwarden.model import Occurrence, Target
from linkwarden.providers import LoadContext, Roster, Skip
from linkwarden.text import target_key


@dataclass(frozen=True, slots=True)
class Planned:
    """A link and who would settle it: the offline claimants in their order, then the first online one."""

    occurrence: Occurrence
    providers: tuple[str, ...]


def preview(config: Config, stdin: Callable[[], bytes]) -> tuple[list[Planned], list[str]]:
    """Read the inputs and give every link with its claimants, and the problems with inputs that were met."""
    context = LoadContext(
        root=config.root or find_root(first_folder(config.inputs)), offline=True, anchors_of=anchors_reader()
    )
    loaded = (cls.load(context) for cls in rules.provider_classes())
    providers = Roster(p for p in loaded if not isinstance(p, Skip))
    planned: list[Planned] = []
    known: dict[tuple[str, bool], tuple[str, ...]] = {}  # an address is settled once, and once more as a picture
    problems: list[str] = []
    seen: set[Path] = set()
    for name in dict.fromkeys(config.inputs):
        if is_remote(name):
            problems.append(needs_network(name).told)
            continue
        for source in local_sources(name, stdin, seen):
            if isinstance(source, InputError):
                problems.append(source.told)
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
