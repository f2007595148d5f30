"""``linkwarden check``: the main job."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from linkwarden.cli.guard import say_failure
from linkwarden.cli.options import make_config, network_options, shared_options
from linkwarden.cli.output import FormatName, Terminal, reserve, write_reports

DEFAULT_REPORTS = ("reports/health.md", "reports/health.json")


@click.command(short_help="Check the links of one or more lists.")
@click.argument("inputs", nargs=-1, metavar="[INPUTS]...")
@click.option(
    "-o",
    "--output",
    "outputs",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="PATH",
    help=f"Write a report; the suffix chooses the format. May be repeated. [default: {' and '.join(DEFAULT_REPORTS)}]",
)
@click.option("--no-report", is_flag=True, help="Write no report file.")
@click.option("--format", "wanted", type=FormatName(), default="text", help="What standard output gets.")
@click.option(
    "--fail-on", multiple=True, metavar="VERDICT,…", help="What makes the exit code 1. [default: broken,expired]"
)
@click.option("--exit-zero", is_flag=True, default=None, help="Exit 0 even if there are findings.")
@shared_options
@network_options
@click.option("--show-secrets", is_flag=True, help="Do not mask signatures and tokens in JSON.")
@click.option("--no-progress", is_flag=True, help="Say nothing while running.")
@click.option("-q", "--quiet", is_flag=True, help="Only what fails, and the summary.")
@click.option("-v", "--verbose", count=True, help="More detail; twice for all of it.")
@click.option(
    "--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="Colour on standard output."
)
@click.pass_obj
def check(obj: Any, /, inputs: tuple[str, ...], **options: Any) -> int:
    """Check the links of one or more lists.

    INPUTS are files, globs, directories, "-" for standard input, the address of a raw list, or owner/repo for its
    README. Without any, README.md is checked.
    """
    from linkwarden import api, engine  # noqa: PLC0415 - the network stack is slow to import

    config = make_config(inputs, options)
    outputs = () if options["no_report"] else options["outputs"] or tuple(Path(p) for p in DEFAULT_REPORTS)
    reserve(outputs)
    terminal = Terminal(options["color"], quiet=options["quiet"], verbose=options["verbose"])
    progress: AbstractContextManager[Any] = (
        nullcontext() if options["no_progress"] or options["quiet"] else terminal.progress()
    )
    with progress as shown:
        deps = obj or engine.Deps(make_net=api.make_net)
        deps = replace(deps, progress=shown, stdin=sys.stdin.buffer.read)
        run = api.run_loop(engine.run(config, deps))
    written = write_reports(run, outputs, show_secrets=options["show_secrets"])
    terminal.show(run, options["wanted"], show_secrets=options["show_secrets"])
    for problem in run.unreadable:
        click.echo(f"Error: {problem}", err=True)
    for failure in run.failures:
        say_failure(failure)
    if written and options["wanted"].name == "text" and not options["quiet"]:
        click.echo(f"Reports: {', '.join(str(p) for p in written)}", err=True)
    return run.exit_code
