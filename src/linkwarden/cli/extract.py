"""``linkwarden extract``: what would be checked, and by whom."""

from __future__ import annotations

from typing import Any

import click

from linkwarden.cli.options import make_config, shared_options
from linkwarden.cli.speech import say
from linkwarden.cli.stdin import stdin_for
from linkwarden.model import NothingToCheckError
from linkwarden.sinks import json_text
from linkwarden.text import mask_secrets


@click.command(short_help="Show which links a list holds and who would check them.")
@click.argument("inputs", nargs=-1, metavar="[INPUTS]...")
@click.option("--json", "as_json", is_flag=True, help="JSON Lines, one object a link.")
@shared_options
def extract(inputs: tuple[str, ...], *, as_json: bool, **options: Any) -> int:
    """Show every link of a list: where it stands, how it is written, and who would check it. Asks nobody."""
    from linkwarden.preview import preview  # noqa: PLC0415 - imports every provider

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
    if not planned:
        raise NothingToCheckError(f"no link found in {', '.join(config.inputs)}", "Is it the right file?")
    say(f"{len(planned)} links", err=True)
    return 2 if problems else 0
