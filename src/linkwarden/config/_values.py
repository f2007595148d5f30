"""The kinds of values that options take, and how each is read: from a command line, a TOML file or Python code."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import partial
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Any, TypeVar

from linkwarden.anchors import NAMES as ANCHOR_RULES
from linkwarden.config._hosts import read_accounts, read_cookie_files, read_destinations, read_headers
from linkwarden.config._rewrite import read_rewrites
from linkwarden.model import Kind, UsageError, Verdict
from linkwarden.patterns import pattern
from linkwarden.records import dataclass

Word = TypeVar("Word", bound=StrEnum)

_DURATION = pattern(r"(\d{1,9}(?:\.\d{1,6})?)\s*(ms|s|m|h|d|w|)", re.ASCII)
_UNIT_SECONDS = {"ms": 0.001, "": 1, "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_SHARD = pattern(r"(\d{1,4})/(\d{1,4})", re.ASCII)
_COPIED = pattern(r"https?://\S+", re.IGNORECASE)
#: Who can make the requests of a run.
ENGINES = ("single", "dask")
#: More errors of one file are counted.
_MOST_PROBLEMS = 20
_MAX_PATTERN = 200  # longer patterns are never written by hand, and a hostile one gets less room
#: How much of a URL a pattern gets to see: a hostile pair of both is kept short.
_MATCHED_CHARS = 2048
_TYPE_WORDS: Mapping[type, str] = {
    list: "a list",
    tuple: "a list",
    str: "a text in quotes",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    dict: "a table",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A kind of value.

    Attributes:
        types: what a TOML file holds for it; where there are several, for each of them.
        read: takes what was given and ``what`` (its name in messages), and returns what ``Config`` holds.
        native: what Python code may give as well.
        several: a list of values; ``read`` then takes a tuple.
        metavar: stands for such a value in help texts.
        words: how many arguments make one on the command line.
        between: the smallest and the largest number allowed.
    """

    types: tuple[type, ...]
    read: Callable[..., Any]
    native: tuple[type, ...] = ()
    several: bool = False
    metavar: str = ""
    words: int = 1
    between: tuple[int, int] | None = None

    def take(self, given: Any, *, what: str, sample: Callable[[], str]) -> Any:
        """Return what ``Config`` holds for a value as somebody gave it.

        Args:
            given: text, number, list and so on.
            what: its name in messages.
            sample: returns a line that gives the option a value that is right.

        Raises:
            UsageError: it has the wrong type, or cannot be used.
        """
        if self._fits(given):
            return self.read((given,) if self.several else given, what=what)
        if not self.several or isinstance(given, str | Mapping) or not isinstance(given, Iterable):
            wanted = "a list" if self.several else " or ".join(map(_called, self._named_types))
            raise _wrong_type(f"{what}: must be {wanted}", given, sample)
        parts = tuple(given)
        for part in parts:
            if not self._fits(part):
                raise _wrong_type(f"{what}: each part must be {_called(self.types[0])}", part, sample)
        return self.read(parts, what=what)

    @property
    def _named_types(self) -> tuple[type, ...]:
        """The types that a message names; every whole number is a number."""
        return tuple(kind for kind in self.types if kind is not int or float not in self.types)

    def _fits(self, given: Any) -> bool:
        if isinstance(given, bool):
            return bool in self.types
        return isinstance(given, (*self.types, *self.native))


class Problems:
    """What is wrong with a file: errors that are raised in its ``with`` blocks are kept, to be told all at once."""

    def __init__(self) -> None:
        self._found: list[UsageError] = []

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _trace: object) -> bool:
        if isinstance(error, UsageError):
            self._found.extend(part for part in error.parts or (error,) if isinstance(part, UsageError))
            return True
        return False

    def tell(self) -> None:
        """Raise UsageError if there was any."""
        told = self._found[:_MOST_PROBLEMS]
        if len(self._found) > len(told):
            told.append(UsageError(f"{len(self._found) - len(told):,} more mistakes"))
        if len(told) == 1:
            raise told[0]
        if told:
            raise UsageError("\n".join(map(str, told)), parts=tuple(told))


def _called(kind: type) -> str:
    return _TYPE_WORDS.get(kind, kind.__name__)


def _wrong_type(message: str, given: Any, sample: Callable[[], str]) -> UsageError:
    return UsageError(f"{message}, and this is {_called(type(given))}", f"Write it like this: {sample()}")


def parse_duration(text: str | timedelta, *, what: str) -> timedelta:
    """Return the time that ``30d``, ``12h``, ``90s`` or ``1.5`` (seconds) means.

    Raises:
        UsageError: it is not a duration; ``what`` names the option or key.
    """
    if isinstance(text, timedelta):
        return text
    match = _DURATION.fullmatch(text.strip())
    if match is None:
        raise UsageError(f"{what}: {text!r} is not a duration", "Write a number and a unit, such as 30d, 12h or 90s.")
    try:
        return timedelta(seconds=float(match[1]) * _UNIT_SECONDS[match[2]])
    except OverflowError:
        raise UsageError(f"{what}: {text!r} is longer than the calendar", "Leave it out for no limit.") from None


def show_duration(length: timedelta) -> str:
    """Return a time as ``parse_duration`` reads it, in the largest unit that fits: ``30d``, ``90s``."""
    seconds = length.total_seconds()
    unit = next((unit for unit in ("d", "h", "m") if seconds and not seconds % _UNIT_SECONDS[unit]), "s")
    return f"{seconds / _UNIT_SECONDS[unit]:g}{unit}"


def parse_instant(text: str | datetime, *, what: str) -> datetime:
    """Return the instant that ISO 8601 text means; without a zone it is UTC.

    Raises:
        UsageError: it is not one.
    """
    try:
        instant = text if isinstance(text, datetime) else datetime.fromisoformat(text.strip())
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageError(f"{what}: {text!r} is not an instant", "Write it like 2026-11-22T03:00:00Z.") from None


def check_pattern(pattern: str, *, what: str) -> str:
    """Return a regular expression, or a URL as copied, that can be used (``UrlPattern``).

    Raises:
        UsageError: it is neither, or too long.
    """
    if not pattern:
        raise UsageError(f"{what}: an empty pattern matches every URL", "Write a pattern, or leave it out.")
    if len(pattern) > _MAX_PATTERN:
        raise UsageError(f"{what}: a pattern of {len(pattern)} characters", f"Keep it within {_MAX_PATTERN}.")
    try:
        re.compile(pattern)
    except re.error as error:
        if _COPIED.fullmatch(pattern):
            return pattern
        raise UsageError(
            f"{what}: {pattern!r} is not a regular expression: {error}", "Escape special characters with a backslash."
        ) from None
    return pattern


class UrlPattern:
    """A regular expression that is looked for in URLs. A URL as copied works, too: its own text counts as well.

    Args:
        text: a regular expression.
    """

    __slots__ = ("_compiled", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        try:
            self._compiled = re.compile(text)
        except re.error:
            self._compiled = re.compile(re.escape(text))

    def search(self, url: str) -> bool:
        """Return whether it matches somewhere in the first part of a URL (docs/threat-model.md, "patterns")."""
        seen = url[:_MATCHED_CHARS]
        return self._compiled.search(seen) is not None or self.text in seen


def as_it_is(given: Any, *, what: str) -> Any:
    """Return the value that was given."""
    del what
    return given


def _path(given: str | Path, *, what: str) -> Path:
    del what
    return Path(given)


def _seconds(given: str | float | timedelta, *, what: str) -> float:
    length = given if isinstance(given, timedelta) else parse_duration(str(given), what=what)
    if not length > timedelta(0):
        raise UsageError(f"{what}: {str(given).removesuffix('.0')} leaves no time", "For no requests, use --offline.")
    return length.total_seconds()


def _patterns(given: tuple[str, ...], *, what: str) -> tuple[str, ...]:
    return tuple(check_pattern(pattern, what=what) for pattern in given)


def _urls(given: tuple[str, ...], *, what: str) -> tuple[str, ...]:
    if not all(url.strip() for url in given):
        raise UsageError(f"{what}: a URL is empty", "Copy it from the list.")
    return tuple(url.strip() for url in given)


def _globs(given: tuple[str, ...], *, what: str) -> tuple[str, ...]:
    if not all(glob.strip(" /") for glob in given):
        raise UsageError(
            f"{what}: an empty pattern matches no file", "Write a pattern such as vendor/**, or leave it out."
        )
    return given


def _networks(given: Iterable[object], *, what: str) -> tuple[str, ...]:
    cidrs = tuple(map(str, given))
    try:
        for cidr in cidrs:
            ip_network(cidr, strict=False)
    except ValueError as error:
        raise UsageError(f"{what}: {error}", "Write a network such as 10.0.0.0/8 or ::1/128.") from None
    return cidrs


def _proxy(given: str, *, what: str) -> str:
    if not re.fullmatch(r"http://[^\s/?#]+/?", given, re.IGNORECASE):
        raise UsageError(f"{what}: {given!r} is not the URL of an HTTP proxy", "Write it like http://proxy:3128.")
    return given


def _engine(given: str, *, what: str) -> str:
    if given not in ENGINES:
        raise UsageError(f"{what}: {given!r} is no engine", f"Known are: {', '.join(ENGINES)}.")
    return given


def _scheduler(given: str, *, what: str) -> str:
    """Return the address of a Dask scheduler: without TLS, whoever reaches it runs code on its workers and here."""
    found = re.fullmatch(r"(tls|tcp)://(\[[0-9a-f:.]+\]|[\w.-]+):(\d{1,5})/?", given, re.ASCII | re.IGNORECASE)
    if found is None:
        raise UsageError(f"{what}: {given!r} is no address of a scheduler", "Write it like tls://10.0.0.5:8786.")
    if found[1].lower() == "tcp" and not _is_loopback(found[2].strip("[]")):
        raise UsageError(
            f"{what}: {given} is not on this machine, and tcp:// lets anybody run code on its workers",
            "Start scheduler and workers with TLS, and write tls:// (docs/scale.md).",
        )
    return given


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _contact(given: str, *, what: str) -> str:
    """Return a contact that can stand in a request's header."""
    if not re.fullmatch(r"[!-'*-~][ -'*-~]*", given):
        raise UsageError(f"{what}: {given!r} cannot be sent", "Give an email address or a URL.")
    return given


def _token(given: str, *, what: str) -> str | None:
    token = given.strip()
    if token and not re.fullmatch(r"[\x21-\x7e]+", token):
        raise UsageError(f"{what}: holds characters that no token has", "Copy it again, without quotes.")
    return token or None


@dataclass(frozen=True, slots=True)
class Shard:
    """A share of the hosts: one of so many, from 1."""

    number: int
    of: int

    def has(self, lane: str) -> bool:
        """Return whether a queue of requests belongs to this share: the same on every machine (FNV-1a, 64 bits)."""
        value = 0xCBF29CE484222325
        for byte in lane.encode("utf-8", "surrogatepass"):
            value = (value ^ byte) * 0x100000001B3 % 2**64
        return value % self.of == self.number - 1

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"


def parse_shard(given: str, *, what: str) -> Shard:
    """Return the share that ``I/N`` names.

    Raises:
        UsageError: it is not of that form, or there is no such share.
    """
    found = _SHARD.fullmatch(given.strip())
    shard = Shard(int(found[1]), int(found[2])) if found else Shard(0, 0)
    if not 1 <= shard.number <= shard.of:
        raise UsageError(f"{what}: {given!r} is no share", "Write I/N, such as 1/4 for the first of four.")
    return shard


def _number(given: int, *, what: str, least: int, most: int) -> int:
    if not least <= given <= most:
        raise UsageError(f"{what}: {given} is not from {least} to {most}")
    return given


def _words(given: tuple[str, ...], *, what: str, known: type[Word]) -> frozenset[Word]:
    """Return the words of an enumeration; each item may hold several, with commas."""
    names = [word.value for word in known]
    words = [word.strip().lower() for item in given for word in item.split(",") if word.strip()]
    if given and not words:
        raise UsageError(f"{what}: nothing is named", f"Known are: {', '.join(names)}.")
    for word in words:
        if word not in names:
            near = nearest(word, names)
            meant = f"Did you mean {near}? " if near else ""
            raise UsageError(f"{what}: unknown word {word!r}", f"{meant}Known are: {', '.join(names)}.")
    return frozenset(map(known, words))


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the known word that was probably meant, or ""."""
    return next(iter(difflib.get_close_matches(word, list(known), n=1)), "")


def whole_number(least: int, most: int) -> Value:
    """Return the kind of a whole number within bounds."""
    return Value(types=(int,), read=partial(_number, least=least, most=most), between=(least, most), metavar="N")


def _anchors(given: str | Mapping[str, Any], *, what: str) -> tuple[tuple[str, str], ...]:
    """Return rules of anchors by folder: "" stands for all documents, other folders are absolute paths."""
    by_folder = {"": given} if isinstance(given, str) else given
    for name in by_folder.values():
        if name not in ANCHOR_RULES:
            near = nearest(name, ANCHOR_RULES) if isinstance(name, str) else ""
            meant = f"Did you mean {near}? " if near else ""
            raise UsageError(f"{what}: unknown rule {name!r}", f"{meant}Known are: {', '.join(ANCHOR_RULES)}.")
    # As they are written, without following links.
    return tuple((os.path.abspath(folder) if folder else "", name) for folder, name in by_folder.items())  # noqa: PTH100


FLAG = Value(types=(bool,), read=as_it_is)
#: How often a flag was given.
LEVEL = Value(types=(int,), read=as_it_is)
TEXT = Value(types=(str,), read=as_it_is)
TEXTS = Value(types=(str,), native=(Path,), several=True, read=as_it_is)
SECONDS = Value(types=(float, int, str), native=(timedelta,), read=_seconds, metavar="TIME")
DURATION = Value(types=(str,), native=(timedelta,), read=parse_duration, metavar="TIME")
SHARD = Value(types=(str,), read=parse_shard, metavar="I/N")
INSTANT = Value(types=(str,), native=(datetime,), read=parse_instant, metavar="INSTANT")
PATTERNS = Value(types=(str,), several=True, read=_patterns, metavar="REGEX")
GLOBS = Value(types=(str,), several=True, read=_globs, metavar="GLOB")
URLS = Value(types=(str,), several=True, read=_urls, metavar="URL")
NETWORKS = Value(types=(str,), native=(IPv4Network, IPv6Network), several=True, read=_networks, metavar="CIDR")
PROXY = Value(types=(str,), read=_proxy, metavar="URL")
ENGINE = Value(types=(str,), read=_engine)
SCHEDULER = Value(types=(str,), read=_scheduler, metavar="URL")
CONTACT = Value(types=(str,), read=_contact, metavar="EMAIL|URL")
TOKEN = Value(types=(str,), read=_token, metavar="TOKEN")
HEADERS = Value(types=(str,), several=True, read=read_headers, metavar="HOST NAME:VALUE")
ACCOUNTS = Value(types=(str,), several=True, read=read_accounts, metavar="HOST USER:PASSWORD")
COOKIE_FILES = Value(types=(str,), several=True, read=read_cookie_files, metavar="HOST FILE")
DESTINATIONS = Value(types=(str,), several=True, read=read_destinations, metavar="HOST")
PATH = Value(types=(str,), native=(Path,), read=_path, metavar="PATH")
PATHS = Value(types=(str,), native=(Path,), several=True, read=as_it_is, metavar="PATH")
VERDICTS = Value(types=(str,), several=True, read=partial(_words, known=Verdict), metavar="VERDICT,…")
ANCHORS = Value(types=(str, dict), read=_anchors, metavar="RULE")
KINDS = Value(types=(str,), several=True, read=partial(_words, known=Kind), metavar="KIND,…")
REWRITES = Value(types=(tuple, list), several=True, read=read_rewrites, metavar="FROM TO", words=2)
