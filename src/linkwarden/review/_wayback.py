"""How reviews ask the Wayback Machine: only for public URLs, a few times, and only while it responds."""

from __future__ import annotations

import asyncio
import ipaddress
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlencode

from linkwarden.foreign import read_json
from linkwarden.git import Git, GitError
from linkwarden.model import Result
from linkwarden.patterns import pattern
from linkwarden.providers import LoadContext
from linkwarden.providers.offline.camo import unwrap
from linkwarden.providers.offline.signed import advice
from linkwarden.records import dataclass
from linkwarden.review._base import Once
from linkwarden.signatures import is_signed
from linkwarden.text import host_of, mask_secrets
from linkwarden.url import parse
from linkwarden.wire import NetError, NetErrorKind, Request

if TYPE_CHECKING:
    from linkwarden.net import Net

INDEX = "https://web.archive.org/cdx/search/cdx"
PLAYBACK = "https://web.archive.org/web"
#: Captures around a date to choose from: the nearest may all be younger than the date.
_NEAREST = 20
_AUTHORITY = pattern(r"(?:[a-z][a-z0-9+.-]*:)?//[^/?#]*", re.IGNORECASE)
_TIMESTAMP = pattern(r"\d{14}\Z", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Capture:
    """One copy in the archive.

    Attributes:
        timestamp: 14 digits, as in playback URLs; sorts by time.
    """

    timestamp: str

    @property
    def day(self) -> str:
        """The day of the copy (UTC), as a reader writes it."""
        return f"{self.timestamp[:4]}-{self.timestamp[4:6]}-{self.timestamp[6:8]}"

    def is_before(self, instant: datetime) -> bool:
        """Return whether the copy was made before an instant, or at it."""
        return self.timestamp <= _stamp(instant)

    def address(self, url: str, *, image: bool) -> str:
        """Return the URL at which the copy is shown; an image without the archive's frame around it."""
        return f"{PLAYBACK}/{self.timestamp}{'im_' if image else ''}/{url}"

    def raw(self, url: str) -> str:
        """Return the URL of the copy's bytes as they were captured."""
        return f"{PLAYBACK}/{self.timestamp}id_/{url}"


def question(url: str, *, image: bool, added: datetime | None, oldest: bool = False) -> str:
    """Return the URL that asks the index for good captures.

    Args:
        url: what was captured.
        image: only captures that were images count.
        added: when the link was added, or None.
        oldest: where that is not known, ask for the first capture and not for the last one.
    """
    parameters = [
        ("url", url),
        ("output", "json"),
        ("fl", "timestamp,original,statuscode,mimetype"),
        ("filter", "statuscode:200"),
    ]
    if image:
        parameters.append(("filter", "mimetype:image/.*"))
    if added is None:
        # ``fastLatest`` looks at the index's end only, where a dead page has errors; README and source disagree on
        # whether a limit of -1 implies it (docs/facts/services.md#wayback-machine).
        parameters += [("limit", "1")] if oldest else [("limit", "-1"), ("fastLatest", "false")]
    else:
        parameters += [("sort", "closest"), ("closest", _stamp(added)), ("limit", str(_NEAREST))]
    return f"{INDEX}?{urlencode(parameters)}"


def captures(body: bytes, url: str, *, image: bool = False) -> list[Capture]:
    """Return a URL's captures in the index's response: a table whose first row names the columns; ``[]`` is "none".

    What was asked for is checked again: filters are the index's own affair, and a page is no copy of an image. The
    index answers for a key that folds case and drops parts of a URL (docs/facts/services.md#wayback-machine), so a row
    counts only if path and query are those of the URL, letter for letter.

    Args:
        body: the response.
        url: what was captured.
        image: only captures that were images count.

    Raises:
        ValueError: the answer is not such a table.
    """
    rows = read_json(body)
    if not isinstance(rows, list) or not all(_is_row(row) for row in rows):
        raise ValueError("not a table of captures")
    if not rows:
        return []
    names = rows[0]
    if not {"timestamp", "statuscode", "original"} <= set(names):
        raise ValueError("a table without timestamps")
    table = [dict(zip(names, row, strict=False)) for row in rows[1:]]
    good = [
        row["timestamp"]
        for row in table
        if row.keys() == set(names)
        and row["statuscode"] == "200"
        and _path_and_query(row["original"]) == _path_and_query(url)
        and (not image or row.get("mimetype", "").lower().startswith("image/"))
    ]
    return [Capture(timestamp) for timestamp in good if _is_time(timestamp)]


def _path_and_query(url: str) -> str:
    """Return what has to be equal for two URLs of one key to be one page; a slash at the end may differ."""
    rest = _AUTHORITY.sub("", url).partition("#")[0]
    path, mark, query = rest.partition("?")
    return unquote(path).rstrip("/") + mark + unquote(query)


def _is_row(row: object) -> bool:
    return isinstance(row, list) and all(isinstance(cell, str) for cell in row)


def best(found: Sequence[Capture], added: datetime | None, which: str = "the newest") -> tuple[Capture, str] | None:
    """Choose a capture and say why: the last one before the link was added, else the first after, else the newest.

    What the author of the list saw is what the link promises; later copies may show what came after it.

    Args:
        found: captures to choose from.
        added: when the link was added, or None.
        which: what the one to choose is called where that is not known ("the oldest", if that was asked for).
    """
    if not found:
        return None
    if added is None:
        newest = max(found)
        return newest, f"archived on {newest.day}, {which} good copy"
    before = [capture for capture in found if capture.is_before(added)]
    if before:
        return max(before), f"archived on {max(before).day}, before the link was added to the list"
    first = min(found)
    return first, f"archived on {first.day}, the first copy after the link was added to the list on {added:%Y-%m-%d}"


def _stamp(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y%m%d%H%M%S")


def _is_time(text: str) -> bool:
    if not _TIMESTAMP.match(text):
        return False
    try:
        datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return False
    return True


#: Seconds for all of git's work in a run; a date makes a suggestion better and is not worth more.
_PATIENCE = 10.0
#: Lines asked about in one file; more would not fit a command line everywhere.
_MOST_LINES = 500
_ENTRY = pattern(r"([0-9a-f]{40,64}) \d+ (\d+) (\d+)\Z")


def lines_added(root: Path, wanted: Mapping[str, Iterable[int]]) -> dict[tuple[str, int], datetime]:
    """Return when lines were written, by file and line number, as far as history tells.

    Nothing is known of files outside ``root`` or outside any repository, of shallow clones (in which every line seems
    to come with the oldest commit that is there), and of lines that are not committed.

    Args:
        root: the repository root.
        wanted: file names as given on the command line, each with line numbers from 1.
    """
    found: dict[tuple[str, int], datetime] = {}
    try:
        git = Git(root, _PATIENCE)
        files = {name: path for name in wanted if (path := _inside(root, name)) is not None}
        if not files or git.text("rev-parse", "--is-shallow-repository") != "false":
            return found
        for name, path in files.items():
            ranges = [f"-L{line},{line}" for line in sorted(set(wanted[name]))[:_MOST_LINES]]
            output = git.text("blame", "--incremental", "--no-textconv", "-w", *ranges, "--", str(path))
            found |= {(name, line): instant for line, instant in _read(output).items()}
    except (OSError, ValueError, OverflowError, GitError):
        pass  # no git, no repository, no such file in it, too slow: then nothing is known
    return found


def _inside(root: Path, name: str) -> Path | None:
    """Return the real place of a file if it lies inside ``root``."""
    path = Path(name).resolve()
    return path if path.is_file() and path.is_relative_to(root.resolve()) else None


def _read(output: str) -> dict[int, datetime]:
    """Read ``git blame --incremental``: entries with a commit's details at its first mention only."""
    instants: dict[str, datetime] = {}
    lines: dict[int, str] = {}
    commit = ""
    for text in output.split("\n"):  # other line ends may stand in a commit's words
        entry = _ENTRY.match(text)
        if entry is not None:
            commit = entry[1]
            lines |= dict.fromkeys(range(int(entry[2]), int(entry[2]) + int(entry[3])), commit)
        elif text.startswith("author-time ") and commit.strip("0"):
            instants[commit] = datetime.fromtimestamp(int(text.removeprefix("author-time ")), UTC)
    return {line: instants[commit] for line, commit in lines.items() if commit in instants}


#: Seconds for all questions of a run, however slowly they are answered …
MAX_SECONDS = 180.0
#: … and how much of ``--max-time``, if there is one.
SHARE_OF_MAX_TIME = 0.25
#: After so many questions in a row without an answer the archive is taken to be down.
_MAX_SILENCES = 2
_ANSWER_BYTES = 65_536

#: What the index says of a site whose owner keeps it out (docs/facts/services.md#wayback-machine).
_EXCLUDED = pattern(rb"Blocked Site|AccessControlException", re.IGNORECASE)
#: Failures that the next question would meet as well.
_HOPELESS = frozenset(
    {NetErrorKind.COOLDOWN, NetErrorKind.GIVEN_UP, NetErrorKind.BUDGET, NetErrorKind.NXDOMAIN, NetErrorKind.BLOCKED}
)
#: Who checked what never was anywhere: misspelt URLs, and identifiers of registries that never forget one.
_NEVER_WAS = frozenset({"malformed", "arxiv-id", "arxiv", "doi"})
#: Archives do not archive each other.
_ARCHIVES = ("archive.org", "archive.today", "archive.ph", "archive.is", "archive.li", "archive.vn", "archive.md")
#: Names that mean something inside a network only (RFC 6761, RFC 6762, RFC 9476 and common practice).
_INSIDE = frozenset({"local", "localhost", "internal", "intranet", "lan", "home", "corp", "private", "arpa", "onion"})


def may_be_asked(ctx: LoadContext) -> bool:
    """Return whether a run may ask the archive: a list that needs private networks holds what nobody is to hear of."""
    return ctx.archive and not ctx.allow_networks


class Dates:
    """When links entered their lists, as far as git tells; many lines are looked up together, and each once."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._known: dict[tuple[str, int], datetime | None] = {}
        self._wanted: dict[str, set[int]] = defaultdict(set)
        self._turn = asyncio.Lock()

    def expect(self, results: Iterable[Result]) -> None:
        """Have links looked up as soon as the date of one of them is wanted."""
        for path, line in _places(results):
            if (path, line) not in self._known:
                self._wanted[path].add(line)

    async def of(self, results: Sequence[Result]) -> datetime | None:
        """Return when the first of some links entered its list; None where that is not known."""
        self.expect(results)
        async with self._turn:
            if self._wanted:
                wanted, self._wanted = self._wanted, defaultdict(set)
                found = await asyncio.to_thread(lines_added, self._root, wanted)
                self._known |= {(path, line): found.get((path, line)) for path in wanted for line in wanted[path]}
        dates = [date for place in _places(results) if (date := self._known.get(place)) is not None]
        return min(dates, default=None)


def _places(results: Iterable[Result]) -> Iterator[tuple[str, int]]:
    return ((o.span.path, o.span.line) for result in results for o in result.target.occurrences)


class Archive:
    """Asks the index, and notices when to stop.

    Attributes:
        answered: questions that were answered.
        closed: why nothing more is asked, one clause, or "".
    """

    def __init__(self, net: Net, *, seconds: float | None = None, once: Once | None = None) -> None:
        """Prepare.

        Args:
            net: the network.
            seconds: for all questions together; None is what a check may spend.
            once: has the answers to questions that were put before.
        """
        self.answered = 0
        self.closed = ""
        self._net = net
        self._once = once if once is not None else Once()
        self._silences = 0
        limit = net.policy.max_time
        share = MAX_SECONDS if limit is None else min(MAX_SECONDS, limit * SHARE_OF_MAX_TIME)
        self._seconds = share if seconds is None else seconds
        self._began = asyncio.get_running_loop().time()

    async def captures(
        self, url: str, added: datetime | None, *, image: bool = False, oldest: bool = False
    ) -> list[Capture]:
        """Return the captures that come into question (see ``question``); none where the archive did not say."""
        asked = question(url, image=image, added=added, oldest=oldest)
        found = await self._once.ask(asked, lambda: self._ask(asked, url, image=image))
        if isinstance(found, str):
            self.closed = self.closed or found
            found = None
        self._count(found)
        return found or []

    async def _ask(self, asked: str, url: str, *, image: bool) -> list[Capture] | str | None:
        """Return the captures; None where the archive did not say, or why it will not say anything more."""
        ask = Request(url=asked, purpose="archive", accept="application/json", max_bytes=_ANSWER_BYTES, attempts=2)
        try:
            response = await self._net.fetch(ask)
            if response.status == 403 and _EXCLUDED.search(response.body):
                return []
            return captures(response.body, url, image=image) if response.status == 200 else None
        except NetError as error:
            if error.kind in _HOPELESS:
                return "the time was used up" if error.kind is NetErrorKind.BUDGET else "it did not answer"
        except ValueError:
            pass  # a page of words in place of the table
        return None

    def _count(self, found: list[Capture] | None) -> None:
        self.answered += found is not None
        self._silences = 0 if found is not None else self._silences + 1
        if self._silences >= _MAX_SILENCES:
            self.closed = self.closed or "it did not answer"
        elif asyncio.get_running_loop().time() - self._began > self._seconds:
            self.closed = self.closed or "it answers too slowly"


def archived_under(result: Result, is_private: Callable[[str], bool]) -> str | None:
    """Return the URL under which an archive may have a lost link's target; None where none can have it.

    URLs that are private or carry secrets are not shown to anybody. Of signed ones, the same file without the
    signature is most likely to have been archived, unless its site gives nothing out without one.
    """
    url = (result.target.address or "").partition("#")[0]
    url = unwrap(url) or url  # archives have the image itself, not GitHub's proxy of it
    if not url or result.evidence.checked_by in _NEVER_WAS or not _is_public_name(host_of(url)):
        return None
    if is_private(host_of(url)):
        return None
    if is_signed(url):
        parts = parse(url)
        if parts is None or advice.site_of(parts) is not None:
            return None
        url = url.partition("?")[0]
    return url if mask_secrets(url) == url else None


def _is_public_name(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        pass
    is_archive = any(host == name or host.endswith(f".{name}") for name in _ARCHIVES)
    return "." in host and host.rpartition(".")[2] not in _INSIDE and not is_archive
