"""``linkwarden merge``: joins what the shards of one check have found to the reports of a whole run."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from linkwarden.cli.check import deps_for, perform
from linkwarden.cli.options import TableCommand, table_options
from linkwarden.model import UsageError

#: What makes no sense where nothing is requested.
_OF_A_CHECK = frozenset({"diff", "offline", "shard", "journal", "files_from", "expand", "engine", "scheduler"})


@click.command(cls=TableCommand)
@click.argument("parts", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="JOURNAL...")
@table_options("check", without=_OF_A_CHECK)
@click.pass_obj
def merge(obj: Any, /, parts: tuple[Path, ...], **options: Any) -> int:
    """Join what the shards of one check have found.

    Each JOURNAL was written by `linkwarden check --shard I/N --journal JOURNAL`, on the same lists as they are here.
    Nothing is requested again; the reports and the exit code are those of one run over all links.
    """
    from linkwarden.run.journal import read_parts  # noqa: PLC0415 - the network stack is slow to import

    found = read_parts(parts)
    for name, digest in found.inputs.items():
        try:
            data = Path(name).read_bytes()
        except OSError as error:
            raise UsageError(f"{name}: cannot be read: {error.strerror}", "Merge where the lists are.") from error
        if hashlib.sha256(data).hexdigest() != digest:
            raise UsageError(f"{name}: has changed since the shards were checked", "Check the shards again.")
    deps = replace(deps_for(obj), parts=found)
    return perform(deps, tuple(found.inputs), {**dict.fromkeys(_OF_A_CHECK), **options})[1]
