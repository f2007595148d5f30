"""The table of options. Each is one field with its type, default, sample value, help, and where it may come from.

Everything else that knows options is made from it: the command line, the keys of the configuration file and what is
said of a wrong one, the keywords of ``linkwarden.check``, docs/options.md, and the samples of the tests.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from linkwarden.anchors import NAMES as ANCHOR_RULES
from linkwarden.config._hosts import CookieFile, Destination, Host, PrivateHeader
from linkwarden.config._rewrite import Rewrite
from linkwarden.config._rows import DOOR, ONCE, Option, Place, judged, links, listed, memory, network, printed, result
from linkwarden.config._values import (
    ACCOUNTS,
    ANCHORS,
    CONTACT,
    COOKIE_FILES,
    DESTINATIONS,
    DURATION,
    ENGINE,
    ENGINES,
    FLAG,
    GLOBS,
    HEADERS,
    INSTANT,
    KINDS,
    LEVEL,
    NETWORKS,
    PATH,
    PATHS,
    PATTERNS,
    PROXY,
    REWRITES,
    SCHEDULER,
    SECONDS,
    SHARD,
    TEXT,
    TEXTS,
    TOKEN,
    URLS,
    VERDICTS,
    Shard,
    Value,
    as_it_is,
    whole_number,
)
from linkwarden.model import FAILS_BY_DEFAULT, Kind, Patience, Verdict
from linkwarden.records import dataclass

#: Beside the repository's root, or in the working directory outside of a repository.
DEFAULT_STATE = ".linkwarden/state.sqlite3"
DEFAULT_REPORTS = ("reports/health.md", "reports/health.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignore:
    """An ``[[ignore]]`` entry of the configuration: findings that are known and accepted.

    Attributes:
        url: a regular expression; the entry is about URLs in which it matches.
        place: where the entry stands (``linkwarden.toml:12``), for messages.
        codes: rules that it is about; empty is all.
        reason: the maintainer's own words, or "".
        until: the last day (UTC) on which it holds, or None for ever.
    """

    url: str
    place: str
    codes: tuple[str, ...] = ()
    reason: str = ""
    until: date | None = None


IGNORES = Value(types=(Ignore,), several=True, read=as_it_is)
HOSTS = Value(types=(Host,), several=True, read=as_it_is)
PER_HOST = whole_number(1, 64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The settings of a run. Times are seconds unless the type says otherwise."""

    inputs: tuple[str, ...] = links(
        ("README.md",),
        TEXTS,
        '["README.md", "docs"]',
        'Files, globs, directories, "-" for standard input, URLs of raw lists, or owner/repo.',
        Place.FILE,
    )
    offline: bool = links(
        False,
        FLAG,
        "true",
        "Skip all network checks.",
        ONCE,
        commands=("check", "extract", "probe"),
    )
    expand: int = links(
        0,
        whole_number(0, 3),
        "1",
        "Also check the READMEs of GitHub repositories that the lists link, so many steps deep.",
        ONCE,
    )
    kinds: frozenset[Kind] = listed(
        frozenset(), KINDS, '["paper", "image"]', f"Check only these kinds: {', '.join(Kind)}.", name="kind"
    )
    include: tuple[str, ...] = listed((), PATTERNS, "['^https://example\\.org/']", "Check only URLs that match.")
    exclude: tuple[str, ...] = listed((), PATTERNS, "['^https://example\\.org/']", "Do not check URLs that match.")
    exclude_urls: tuple[str, ...] = listed(
        (),
        URLS,
        '["https://example.org/a?b=c"]',
        "Do not check this URL, written as in the list.",
        flags=("--exclude-url",),
    )
    exclude_paths: tuple[str, ...] = listed(
        (),
        GLOBS,
        '["vendor/**", "*.min.html"]',
        "Do not read files that match, nor folders, where a folder or a pattern is checked.",
        flags=("--exclude-path",),
    )
    gitignore: bool = listed(
        True,
        FLAG,
        "false",
        "Read what git ignores, too, where a folder or a pattern is checked.",
        flags=("--no-gitignore",),
    )
    hidden: bool = listed(False, FLAG, "true", "Look into hidden folders, too.")
    input_kind: str | None = listed(
        None, TEXT, '"text"', "Read every input as this kind, whatever its suffix.", metavar="KIND"
    )
    site_root: Path | None = links(
        None,
        PATH,
        '"public"',
        "The folder where links of a site that begin with / start.",
        name="root",
        flags=("--root-dir",),
        metavar="DIR",
    )
    anchors: tuple[tuple[str, str], ...] = links(
        (),
        ANCHORS,
        '"mkdocs"',
        "How the site that shows the documents names their headings.",
        metavar="RULE",
        choices=ANCHOR_RULES,
        default_text="what the project's own files say, else github",
    )
    diff: str | None = links(
        None,
        TEXT,
        '"main"',
        'Check only links added since this commit or branch; "auto" finds it.',
        ONCE,
        metavar="BASE",
    )
    event: Path | None = links(
        None,
        PATH,
        '"event.json"',
        "What started the workflow, as GitHub describes it; --diff auto reads it.",
        Place.PYTHON,
        environment=("GITHUB_EVENT_PATH",),
    )
    root: Path | None = links(
        None, PATH, '"."', "The root of the repository, for local links; found if nothing is said.", Place.PYTHON
    )
    fail_on: frozenset[Verdict] = result(
        FAILS_BY_DEFAULT, VERDICTS, '["broken", "expired"]', "What makes the exit code 1."
    )
    exit_zero: bool = result(False, FLAG, "true", "Exit with 0 even if there are findings.")
    expiring_within: timedelta = judged(
        timedelta(days=30), DURATION, '"30d"', "Warn about signed URLs that end within this time."
    )
    now: datetime | None = judged(None, INSTANT, '"2026-11-22T03:00:00Z"', "Judge as of this instant (ISO 8601).", DOOR)
    timeout: float = network(20.0, SECONDS, '"20s"', "Time limit for one URL, redirects included.")
    connect_timeout: float = network(
        10.0, SECONDS, '"5s"', "Time limit for one connection, its TLS handshake included."
    )
    max_time: float | None = network(
        None, SECONDS, '"10m"', "Time limit for the whole run; what is left is unverified."
    )
    concurrency: int = network(
        128,
        whole_number(1, 1024),
        "64",
        "Requests at the same time.",  # more would only be refused by routers
    )
    per_host: int = network(6, PER_HOST, "4", "Requests at the same time to one host.")
    engine: str = network(
        "single",
        ENGINE,
        '"dask"',
        "Who makes the requests: this process, or workers of Dask (docs/scale.md).",
        ONCE,
        metavar="ENGINE",
        choices=ENGINES,
        commands=("check",),
    )
    scheduler: str | None = network(
        None,
        SCHEDULER,
        '"tls://scheduler.example.org:8786"',
        "Use the workers of this Dask scheduler; without it, --engine dask starts its own on all cores.",
        DOOR,
        commands=("check",),
    )
    hosts: tuple[Host, ...] = network(
        (), HOSTS, "[]", "Limits of single hosts; in the file, `[[host]]`.", Place.PYTHON, commands=("check",)
    )
    allow_networks: tuple[str, ...] = network(
        (), NETWORKS, '["10.0.0.0/8"]', "Allow requests to this private network.", DOOR, name="allow-network"
    )
    proxy: str | None = network(None, PROXY, '"http://proxy:3128"', "Send all requests through this HTTP proxy.", DOOR)
    headers: tuple[PrivateHeader, ...] = network(
        (),
        HEADERS,
        '["docs.example.org X-Key: 0123456789"]',
        "Send this header to this host only.",
        DOOR,
        name="header",
        environment=("LINKWARDEN_HEADER",),
    )
    basic_auth: tuple[PrivateHeader, ...] = network(
        (),
        ACCOUNTS,
        '["docs.example.org user:password"]',
        "Log in at this host.",
        DOOR,
        environment=("LINKWARDEN_BASIC_AUTH",),
    )
    cookies: tuple[CookieFile, ...] = network(
        (),
        COOKIE_FILES,
        '["docs.example.org cookies.txt"]',
        "Send this host its cookies from a file (Netscape format).",
        DOOR,
        environment=("LINKWARDEN_COOKIES",),
    )
    rewrite: tuple[Rewrite, ...] = network(
        (),
        REWRITES,
        '[["https://example.org/", "https://preview.example.org/"]]',
        "Ask for URLs that begin with FROM below TO: another URL, or a folder.",
        DOOR,
        commands=("check",),
    )
    insecure: tuple[Destination, ...] = network(
        (), DESTINATIONS, '["docs.example.org"]', "Read pages of this host although its certificate is wrong.", DOOR
    )
    archive: bool = network(
        True, FLAG, "false", "Do not look for copies in the Internet Archive.", flags=("--no-archive",)
    )
    github_token: str | None = network(
        None,
        TOKEN,
        '"ghp_0123456789"',
        "For GitHub's API; sent to api.github.com only.",
        DOOR,
        environment=("GITHUB_TOKEN", "GH_TOKEN"),
    )
    contact: str | None = network(
        None, CONTACT, '"you@example.org"', "Goes into the User-Agent, so that site owners can reach you."
    )
    journal: Path | None = memory(
        None, PATH, '"run.jsonl"', "Write down what is settled; a run that finds the file goes on from it.", DOOR
    )
    shard: Shard | None = memory(
        None, SHARD, '"1/4"', "Check this share of the hosts only, for --journal; `linkwarden merge` joins them.", ONCE
    )
    state: Path | None = memory(
        None, PATH, '"memory.sqlite3"', "Where the memory of earlier runs is kept.", DOOR, default_text=DEFAULT_STATE
    )
    fresh_for: timedelta = memory(timedelta(0), DURATION, '"12h"', "Do not check again what was ok within this time.")
    confirm_runs: int = memory(
        3, whole_number(1, 100), "3", "Call an unreachable link broken after this many failed runs in a row …"
    )
    confirm_days: int = memory(3, whole_number(1, 365), "3", "… on this many different days.")
    patient: bool = memory(
        False, FLAG, "true", "Wait as long for links that no earlier run has seen working (for nightly runs)."
    )
    ignores: tuple[Ignore, ...] = memory(
        (), IGNORES, "[]", "Findings that are not reported; in the file, `[[ignore]]`.", Place.PYTHON
    )
    baseline: Path | None = memory(
        None, PATH, '"linkwarden-baseline.json"', "Do not report the findings listed in this file."
    )
    #: The configuration file that was read; no option.
    file: Path | None = None
    #: The command line names other inputs than that file; no option.
    other_inputs: bool = False

    @property
    def given_to(self) -> tuple[Destination, ...]:
        """Where headers, passwords or cookies go."""
        return (*(each.to for each in (*self.headers, *self.basic_auth)), *(each.to for each in self.cookies))

    def is_private(self, host: str) -> bool:
        """Return whether what this host sends is only for this user (headers, cookies), or for this run (insecure)."""
        return any(to.names(host) for to in (*self.given_to, *self.insecure))

    @property
    def patience(self) -> Patience:
        """How long a failure of the network has to last before a link is broken for it."""
        return Patience(self.confirm_runs, self.confirm_days, always=self.patient)


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandLine:
    """The settings of a command: which files it reads and writes, and what it prints."""

    config: Path | None = listed(None, PATH, '"linkwarden.toml"', "Read this configuration file.", Place.COMMAND)
    files_from: Path | None = listed(
        None,
        PATH,
        '"lists.txt"',
        'Read the names of inputs from this file, one a line; "-" is standard input.',
        Place.COMMAND,
    )
    isolated: bool = listed(False, FLAG, "true", "Read no configuration file.", Place.COMMAND)
    no_state: bool = memory(False, FLAG, "true", "Keep no memory, and read none.", Place.COMMAND)
    write_baseline: bool = memory(
        False, FLAG, "true", "Write all findings of this run to the --baseline file.", Place.COMMAND
    )
    output: tuple[Path, ...] = printed(
        (),
        PATHS,
        '["health.md", "health.html"]',
        "Write a report; the suffix chooses the format. May be repeated.",
        flags=("-o", "--output"),
        default_text=" and ".join(DEFAULT_REPORTS),
    )
    no_report: bool = printed(False, FLAG, "true", "Write no report files.")
    format: str = printed("text", TEXT, '"json"', "What to print.")
    stream: bool = printed(
        False, FLAG, "true", "Print findings as soon as they are certain; the rest and the summary come at the end."
    )
    show_secrets: bool = printed(
        False, FLAG, "true", "Do not mask signatures and tokens in JSON.", places=Place.COMMAND | Place.DOOR
    )
    no_progress: bool = printed(False, FLAG, "true", "Hide the progress.")
    quiet: bool = printed(False, FLAG, "true", "Show only what fails, and the summary.", flags=("-q", "--quiet"))
    verbose: int = printed(0, LEVEL, "1", "Show more detail; twice for everything.", flags=("-v", "--verbose"))
    color: str = printed("auto", TEXT, '"never"', "Color on standard output.", choices=("auto", "always", "never"))


def _options(of: type) -> dict[str, Option]:
    table = {}
    for one in fields(of):
        if one.metadata:
            name = one.metadata.get("name", one.name.replace("_", "-"))
            flags = (f"--{name}",) if Place.COMMAND in one.metadata["places"] else ()
            usual = {"name": name, "flags": flags, "metavar": one.metadata["value"].metavar}
            table[one.name] = Option(field=one.name, default=one.default, **(usual | dict(one.metadata)))
    return table


#: The rows of ``Config``, by field.
RUN_OPTIONS: Mapping[str, Option] = _options(Config)
#: All rows, in the order of the help texts.
OPTIONS: Mapping[str, Option] = {**RUN_OPTIONS, **_options(CommandLine)}


def read_values(
    given: Mapping[str, Any], what: Callable[[Option], str], sample: Callable[[Option], str]
) -> dict[str, Any]:
    """Return what ``Config`` holds for values as a person gave them.

    Args:
        given: by field.
        what: names an option in messages.
        sample: shows how it is given.

    Raises:
        UsageError: a value cannot be used.
    """
    return {
        name: OPTIONS[name].value.take(value, what=what(OPTIONS[name]), sample=partial(sample, OPTIONS[name]))
        for name, value in given.items()
    }


def with_overrides(config: Config, overrides: Mapping[str, Any]) -> Config:
    """Return a configuration with the values that were really given (not None) laid over it."""
    return replace(config, **{name: value for name, value in overrides.items() if value is not None})
