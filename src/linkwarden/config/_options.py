"""The table of options. Each is one field with its type, default, sample value, help, and where it may come from.

Everything else that knows options is made from it: the command line, the keys of the configuration file and what is
said of a wrong one, the keywords of ``linkwarden.check``, docs/options.md, and the samples of the tests.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime, timedelta
from enum import Flag, StrEnum, auto
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from linkwarden.anchors import NAMES as ANCHOR_RULES
from linkwarden.config._hosts import CookieFile, Destination, Host, PrivateHeader
from linkwarden.config._rewrite import Rewrite
from linkwarden.config._values import (
    ACCOUNTS,
    ANCHORS,
    CONTACT,
    COOKIE_FILES,
    DESTINATIONS,
    DURATION,
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
    show_duration,
    whole_number,
)
from linkwarden.model import FAILS_BY_DEFAULT, Kind, Patience, Verdict

T = TypeVar("T")

#: Beside the repository's root, or in the working directory outside of a repository.
DEFAULT_STATE = ".linkwarden/state.sqlite3"
DEFAULT_REPORTS = ("reports/health.md", "reports/health.json")


class Place(Flag):
    """Where an option may come from."""

    COMMAND = auto()
    FILE = auto()
    PYTHON = auto()
    #: Command line and Python; never from a file of the repository, because it opens a door.
    DOOR = auto()


#: What only the user says, because it is about this one run.
_ONCE = Place.COMMAND | Place.PYTHON
_EVERYWHERE = _ONCE | Place.FILE
_DOOR = _ONCE | Place.DOOR


class Section(StrEnum):
    """The headings under which ``--help`` and docs/options.md list the options."""

    LINKS = "What is checked"
    RESULT = "What fails"
    NETWORK = "Network"
    MEMORY = "Memory and known findings"
    OUTPUT = "Output"


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One row of the table.

    Attributes:
        field: of ``Config`` or ``CommandLine``, and the keyword of ``linkwarden.check``.
        name: as users write it, with hyphens.
        value: the kind of value.
        default: what holds where nothing is given.
        sample: a right value, as TOML writes it.
        help: what it does, in a sentence.
        section: its heading.
        places: where it may come from.
        flags: on the command line.
        metavar: stands for the value in help texts.
        choices: the words allowed, if these are few.
        default_text: what help texts say of the default if that is not the value itself.
        environment: variables that give it where the command line does not; the first that is set counts.
        commands: that have it.
    """

    field: str
    name: str
    value: Value
    default: Any
    sample: str
    help: str
    section: Section
    places: Place
    flags: tuple[str, ...]
    metavar: str
    choices: tuple[str, ...] = ()
    default_text: str = ""
    environment: tuple[str, ...] = ()
    commands: tuple[str, ...] = ("check",)

    @property
    def switches_off(self) -> bool:
        """True if its flag turns off what is on by default (``--no-archive``)."""
        return self.default is True

    @property
    def keywords(self) -> tuple[str, ...]:
        """How Python code may call it: the field first, then as on the command line."""
        words = (self.field, *(flag[2:] for flag in self.flags if flag.startswith("--")))
        return tuple(dict.fromkeys(word.replace("-", "_") for word in words))

    @property
    def sample_value(self) -> Any:
        """The sample as a TOML reader gives it."""
        return tomllib.loads(f"sample = {self.sample}")["sample"]

    def in_file(self) -> str:
        """Return the sample as a line of a configuration file."""
        return f"{self.name} = {self.sample}"

    def in_python(self) -> str:
        """Return the sample as an argument of ``linkwarden.check``."""
        return f"{self.field}={self.sample_value!r}"

    def in_environment(self) -> str:
        """Return the sample as a variable holds it: several values are lines."""
        value = self.sample_value
        return "\n".join(value) if isinstance(value, list) else str(value)

    def on_command_line(self) -> list[str]:
        """Return the sample as arguments of a command."""
        flag = self.flags[-1]
        if self.value is FLAG:
            return [flag]
        value = self.sample_value
        if self.value.words > 1:
            return [word for pair in value for word in (flag, *pair)]
        return [f"{flag}={part}" for part in (value if isinstance(value, list) else [value])]

    @property
    def shown_default(self) -> str:
        """What help texts say of the default, or ""."""
        default = self.default
        if self.default_text or not default or isinstance(default, bool):
            return self.default_text
        if isinstance(default, frozenset | tuple):
            return ",".join(sorted(default))
        if self.value is SECONDS:
            return show_duration(timedelta(seconds=default))
        return show_duration(default) if isinstance(default, timedelta) else str(default)


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


def _row(default: T, value: Value, sample: str, text: str, places: Place = _EVERYWHERE, **rest: Any) -> T:
    """Return a dataclass field with a row of the table; ``text`` is the help, ``rest`` what is not as usual."""
    row = {"value": value, "sample": sample, "help": text, "places": places, **rest}
    made: T = field(default=default, metadata=row)
    return made


_links = partial(_row, section=Section.LINKS)
_listed = partial(_row, section=Section.LINKS, commands=("check", "extract"))
_result = partial(_row, section=Section.RESULT)
_judged = partial(_row, section=Section.RESULT, commands=("check", "probe", "calibrate"))
_network = partial(_row, section=Section.NETWORK, commands=("check", "probe", "calibrate"))
_memory = partial(_row, section=Section.MEMORY)
_output = partial(_row, section=Section.OUTPUT, places=Place.COMMAND)


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The settings of a run. Times are seconds unless the type says otherwise."""

    inputs: tuple[str, ...] = _links(
        ("README.md",),
        TEXTS,
        '["README.md", "docs"]',
        'Files, globs, directories, "-" for standard input, URLs of raw lists, or owner/repo.',
        Place.FILE,
    )
    offline: bool = _links(
        False,
        FLAG,
        "true",
        "Skip all network checks.",
        _ONCE,
        commands=("check", "extract", "probe"),
    )
    kinds: frozenset[Kind] = _listed(
        frozenset(), KINDS, '["paper", "image"]', f"Check only these kinds: {', '.join(Kind)}.", name="kind"
    )
    include: tuple[str, ...] = _listed((), PATTERNS, "['^https://example\\.org/']", "Check only URLs that match.")
    exclude: tuple[str, ...] = _listed((), PATTERNS, "['^https://example\\.org/']", "Do not check URLs that match.")
    exclude_urls: tuple[str, ...] = _listed(
        (),
        URLS,
        '["https://example.org/a?b=c"]',
        "Do not check this URL, written as in the list.",
        flags=("--exclude-url",),
    )
    exclude_paths: tuple[str, ...] = _listed(
        (),
        GLOBS,
        '["vendor/**", "*.min.html"]',
        "Do not read files that match, nor folders, where a folder or a pattern is checked.",
        flags=("--exclude-path",),
    )
    gitignore: bool = _listed(
        True,
        FLAG,
        "false",
        "Read what git ignores, too, where a folder or a pattern is checked.",
        flags=("--no-gitignore",),
    )
    hidden: bool = _listed(False, FLAG, "true", "Look into hidden folders, too.")
    input_kind: str | None = _listed(
        None, TEXT, '"text"', "Read every input as this kind, whatever its suffix.", metavar="KIND"
    )
    site_root: Path | None = _links(
        None,
        PATH,
        '"public"',
        "The folder where links of a site that begin with / start.",
        name="root",
        flags=("--root-dir",),
        metavar="DIR",
    )
    anchors: tuple[tuple[str, str], ...] = _links(
        (),
        ANCHORS,
        '"mkdocs"',
        "How the site that shows the documents names their headings.",
        metavar="RULE",
        choices=ANCHOR_RULES,
        default_text="what the project's own files say, else github",
    )
    diff: str | None = _links(
        None,
        TEXT,
        '"main"',
        'Check only links added since this commit or branch; "auto" finds it.',
        _ONCE,
        metavar="BASE",
    )
    event: Path | None = _links(
        None,
        PATH,
        '"event.json"',
        "What started the workflow, as GitHub describes it; --diff auto reads it.",
        Place.PYTHON,
        environment=("GITHUB_EVENT_PATH",),
    )
    root: Path | None = _links(
        None, PATH, '"."', "The root of the repository, for local links; found if nothing is said.", Place.PYTHON
    )
    fail_on: frozenset[Verdict] = _result(
        FAILS_BY_DEFAULT, VERDICTS, '["broken", "expired"]', "What makes the exit code 1."
    )
    exit_zero: bool = _result(False, FLAG, "true", "Exit with 0 even if there are findings.")
    expiring_within: timedelta = _judged(
        timedelta(days=30), DURATION, '"30d"', "Warn about signed URLs that end within this time."
    )
    now: datetime | None = _judged(
        None, INSTANT, '"2026-11-22T03:00:00Z"', "Judge as of this instant (ISO 8601).", _DOOR
    )
    timeout: float = _network(20.0, SECONDS, '"20s"', "Time limit for one URL, redirects included.")
    max_time: float | None = _network(
        None, SECONDS, '"10m"', "Time limit for the whole run; what is left is unverified."
    )
    concurrency: int = _network(
        128,
        whole_number(1, 1024),
        "64",
        "Requests at the same time.",  # more would only be refused by routers
    )
    per_host: int = _network(6, PER_HOST, "4", "Requests at the same time to one host.")
    hosts: tuple[Host, ...] = _network(
        (), HOSTS, "[]", "Limits of single hosts; in the file, `[[host]]`.", Place.PYTHON, commands=("check",)
    )
    allow_networks: tuple[str, ...] = _network(
        (), NETWORKS, '["10.0.0.0/8"]', "Allow requests to this private network.", _DOOR, name="allow-network"
    )
    proxy: str | None = _network(
        None, PROXY, '"http://proxy:3128"', "Send all requests through this HTTP proxy.", _DOOR
    )
    headers: tuple[PrivateHeader, ...] = _network(
        (),
        HEADERS,
        '["docs.example.org X-Key: 0123456789"]',
        "Send this header to this host only.",
        _DOOR,
        name="header",
        environment=("LINKWARDEN_HEADER",),
    )
    basic_auth: tuple[PrivateHeader, ...] = _network(
        (),
        ACCOUNTS,
        '["docs.example.org user:password"]',
        "Log in at this host.",
        _DOOR,
        environment=("LINKWARDEN_BASIC_AUTH",),
    )
    cookies: tuple[CookieFile, ...] = _network(
        (),
        COOKIE_FILES,
        '["docs.example.org cookies.txt"]',
        "Send this host its cookies from a file (Netscape format).",
        _DOOR,
        environment=("LINKWARDEN_COOKIES",),
    )
    rewrite: tuple[Rewrite, ...] = _network(
        (),
        REWRITES,
        '[["https://example.org/", "https://preview.example.org/"]]',
        "Ask for URLs that begin with FROM below TO: another URL, or a folder.",
        _DOOR,
        commands=("check",),
    )
    insecure: tuple[Destination, ...] = _network(
        (), DESTINATIONS, '["docs.example.org"]', "Read pages of this host although its certificate is wrong.", _DOOR
    )
    archive: bool = _network(
        True, FLAG, "false", "Do not look for copies in the Internet Archive.", flags=("--no-archive",)
    )
    github_token: str | None = _network(
        None,
        TOKEN,
        '"ghp_0123456789"',
        "For GitHub's API; sent to api.github.com only.",
        _DOOR,
        environment=("GITHUB_TOKEN", "GH_TOKEN"),
    )
    contact: str | None = _network(
        None, CONTACT, '"you@example.org"', "Goes into the User-Agent, so that site owners can reach you."
    )
    journal: Path | None = _memory(
        None, PATH, '"run.jsonl"', "Write down what is settled; a run that finds the file goes on from it.", _DOOR
    )
    shard: Shard | None = _memory(
        None, SHARD, '"1/4"', "Check this share of the hosts only, for --journal; `linkwarden merge` joins them.", _ONCE
    )
    state: Path | None = _memory(
        None, PATH, '"memory.sqlite3"', "Where the memory of earlier runs is kept.", _DOOR, default_text=DEFAULT_STATE
    )
    fresh_for: timedelta = _memory(timedelta(0), DURATION, '"12h"', "Do not check again what was ok within this time.")
    confirm_runs: int = _memory(
        3, whole_number(1, 100), "3", "Call an unreachable link broken after this many failed runs in a row …"
    )
    confirm_days: int = _memory(3, whole_number(1, 365), "3", "… on this many different days.")
    patient: bool = _memory(
        False, FLAG, "true", "Wait as long for links that no earlier run has seen working (for nightly runs)."
    )
    ignores: tuple[Ignore, ...] = _memory(
        (), IGNORES, "[]", "Findings that are not reported; in the file, `[[ignore]]`.", Place.PYTHON
    )
    baseline: Path | None = _memory(
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

    config: Path | None = _listed(None, PATH, '"linkwarden.toml"', "Read this configuration file.", Place.COMMAND)
    files_from: Path | None = _listed(
        None,
        PATH,
        '"lists.txt"',
        'Read the names of inputs from this file, one a line; "-" is standard input.',
        Place.COMMAND,
    )
    isolated: bool = _listed(False, FLAG, "true", "Read no configuration file.", Place.COMMAND)
    no_state: bool = _memory(False, FLAG, "true", "Keep no memory, and read none.", Place.COMMAND)
    write_baseline: bool = _memory(
        False, FLAG, "true", "Write all findings of this run to the --baseline file.", Place.COMMAND
    )
    output: tuple[Path, ...] = _output(
        (),
        PATHS,
        '["health.md", "health.html"]',
        "Write a report; the suffix chooses the format. May be repeated.",
        flags=("-o", "--output"),
        default_text=" and ".join(DEFAULT_REPORTS),
    )
    no_report: bool = _output(False, FLAG, "true", "Write no report files.")
    format: str = _output("text", TEXT, '"json"', "What to print.")
    show_secrets: bool = _output(
        False, FLAG, "true", "Do not mask signatures and tokens in JSON.", places=Place.COMMAND | Place.DOOR
    )
    no_progress: bool = _output(False, FLAG, "true", "Hide the progress.")
    quiet: bool = _output(False, FLAG, "true", "Show only what fails, and the summary.", flags=("-q", "--quiet"))
    verbose: int = _output(0, LEVEL, "1", "Show more detail; twice for everything.", flags=("-v", "--verbose"))
    color: str = _output("auto", TEXT, '"never"', "Color on standard output.", choices=("auto", "always", "never"))


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
        name: OPTIONS[name].value.take(value, what=what(OPTIONS[name]), sample=sample(OPTIONS[name]))
        for name, value in given.items()
    }


def with_overrides(config: Config, overrides: Mapping[str, Any]) -> Config:
    """Return a configuration with the values that were really given (not None) laid over it."""
    return replace(config, **{name: value for name, value in overrides.items() if value is not None})
