"""Options that several commands share, and how they become a ``Config``."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

import click

from linkwarden.config import Config, find_file, inputs_beside, load_file, read_values, with_overrides
from linkwarden.model import UsageError

#: Beside the repository's root, or in the working directory outside of a repository.
DEFAULT_STATE = ".linkwarden/state.sqlite3"

F = TypeVar("F", bound=Callable[..., Any])

_SHARED = (
    click.option("--offline", is_flag=True, default=None, help="Only what needs no network."),
    click.option("--kind", "kinds", multiple=True, metavar="KIND,…", help="Only these kinds: paper, image, page …"),
    click.option("--include", multiple=True, metavar="REGEX", help="Only addresses that match."),
    click.option("--exclude", multiple=True, metavar="REGEX", help="Leave out addresses that match."),
    click.option("--config", type=click.Path(path_type=Path), help="Read this configuration file."),
    click.option("--isolated", is_flag=True, help="Read no configuration file."),
)
_NETWORK = (
    click.option("--timeout", metavar="TIME", help="For one address, redirects included. [default: 20s]"),
    click.option("--max-time", metavar="TIME", help="For the whole run; what is left is unverified."),
    click.option("--concurrency", type=click.IntRange(1, 1024), metavar="N", help="Requests at once. [default: 128]"),
    click.option(
        "--per-host", type=click.IntRange(1, 64), metavar="N", help="Requests at once to one host. [default: 6]"
    ),
    click.option(
        "--allow-network", "allow_networks", multiple=True, metavar="CIDR", help="Also ask this private network."
    ),
    click.option(
        "--no-archive", "archive", flag_value=False, default=None, help="Look up no copies in the Internet Archive."
    ),
    click.option("--proxy", metavar="URL", help="Ask through this HTTP proxy."),
    click.option("--expiring-within", metavar="TIME", help="An end within this time is a finding. [default: 30d]"),
    click.option("--now", metavar="INSTANT", help="Judge as of this instant (ISO 8601)."),
    click.option("--github-token", metavar="TOKEN", help="For GitHub's API only. [env: GITHUB_TOKEN, GH_TOKEN]"),
    click.option("--contact", metavar="MAIL|URL", help="Goes into the User-Agent, so that hosts can reach you."),
)


_MEMORY = (
    click.option(
        "--state",
        type=click.Path(path_type=Path),
        metavar="PATH",
        help=f"Where the memory of earlier runs is. [default: {DEFAULT_STATE}]",
    ),
    click.option("--no-state", is_flag=True, help="Remember nothing, and read no memory."),
    click.option(
        "--fresh-for", metavar="TIME", help="Do not ask again for what was fine within this time. [default: 0s]"
    ),
    click.option(
        "--confirm-runs",
        type=click.IntRange(1, 100),
        metavar="N",
        help="Call a host that does not answer broken after so many runs in a row … [default: 3]",
    ),
    click.option(
        "--confirm-days", type=click.IntRange(1, 365), metavar="N", help="… on so many different days. [default: 3]"
    ),
    click.option(
        "--patient",
        is_flag=True,
        default=None,
        help="Wait as long for hosts that never answered in an earlier run (for runs by night).",
    ),
    click.option("--diff", metavar="BASE", help='Only what was added since this commit or branch; "auto" finds it.'),
    click.option(
        "--baseline", type=click.Path(path_type=Path), metavar="FILE", help="Do not report the findings in this file."
    ),
    click.option("--write-baseline", is_flag=True, help="Write all findings of this run to the --baseline file."),
)

_RUN_OPTIONS = frozenset(f.name for f in fields(Config)) - {"inputs", "github_token", "root"}


def shared_options(function: F) -> F:
    """Add the options that choose which links are looked at."""
    return _with(function, _SHARED)


def memory_options(function: F) -> F:
    """Add the options on earlier runs, earlier commits and findings that are known."""
    return _with(function, _MEMORY)


def network_options(function: F) -> F:
    """Add the options that say how the network is asked."""
    return _with(function, _NETWORK)


def make_config(inputs: tuple[str, ...], options: Mapping[str, Any], environ: Mapping[str, str] = os.environ) -> Config:
    """Lay the command line over the configuration file over the defaults.

    Raises:
        UsageError: a value cannot be used; the message names the option or the file, line and key.
    """
    from linkwarden.inputs import find_root  # noqa: PLC0415 - reads documents, so it is slow to import

    config = Config()
    if options.get("config"):
        config = with_overrides(config, {**load_file(options["config"], _rule_names), "file": options["config"]})
    elif not options.get("isolated") and (found := find_file(Path.cwd())):
        said = load_file(found, _rule_names)
        if "inputs" in said:
            said["inputs"] = inputs_beside(found, said["inputs"])
        config = with_overrides(config, {**said, "file": found})
    # What was not given is None, or () where an option may be repeated; only what a run knows is a field.
    given = {key: value for key, value in options.items() if value not in (None, ()) and key in _RUN_OPTIONS}
    parsed = read_values(given, lambda name: f"--{name}")
    parsed["inputs"] = inputs or None
    if options.get("no_state", True):
        parsed["state"] = None
    elif "state" not in parsed:
        parsed["state"] = find_root(Path.cwd()) / DEFAULT_STATE
    if options.get("diff") is not None and environ.get("GITHUB_EVENT_PATH"):
        parsed["event"] = Path(environ["GITHUB_EVENT_PATH"])
    parsed["github_token"] = _token(options.get("github_token"), environ)
    return with_overrides(config, parsed)


def _rule_names() -> Mapping[str, str]:
    from linkwarden.suppress import rule_names  # noqa: PLC0415 - slow to import

    return rule_names()


def _token(option: str | None, environ: Mapping[str, str]) -> str | None:
    token = (option or environ.get("GITHUB_TOKEN") or environ.get("GH_TOKEN") or "").strip()
    if not token:
        return None
    if not re.fullmatch(r"[\x21-\x7e]+", token):
        raise UsageError("the GitHub token holds characters that no token has", "Copy it again, without quotes.")
    return token


def _with(function: F, options: tuple[Callable[[F], F], ...]) -> F:
    for option in reversed(options):
        function = option(function)
    return function
