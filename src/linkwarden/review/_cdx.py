"""The Wayback Machine's index: how it is asked for captures of an address, and which one to offer. Pure.

Source: "Wayback CDX Server API" (README of internetarchive/wayback), and its source for ``sort=closest``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

import msgspec

INDEX = "https://web.archive.org/cdx/search/cdx"
PLAYBACK = "https://web.archive.org/web"
#: Captures around a date to choose from: the nearest may all be younger than the date.
_NEAREST = 20
_TIMESTAMP = re.compile(r"\d{14}\Z", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Capture:
    """One copy in the archive.

    Attributes:
        timestamp: 14 digits, as in playback addresses; sorts by time.
    """

    timestamp: str

    @property
    def day(self) -> str:
        """The day of the copy (UTC), as a reader writes it."""
        return f"{self.timestamp[:4]}-{self.timestamp[4:6]}-{self.timestamp[6:8]}"

    def is_before(self, instant: datetime) -> bool:
        """Tell whether the copy was made before an instant, or at it."""
        return self.timestamp <= _stamp(instant)

    def address(self, url: str, *, image: bool) -> str:
        """Give the address at which the copy is shown; a picture without the archive's frame around it."""
        return f"{PLAYBACK}/{self.timestamp}{'im_' if image else ''}/{url}"

    def raw(self, url: str) -> str:
        """Give the address of the copy's bytes as they were captured."""
        return f"{PLAYBACK}/{self.timestamp}id_/{url}"


def question(url: str, *, image: bool, added: datetime | None, oldest: bool = False) -> str:
    """Give the address that asks the index for good captures.

    Args:
        url: what was captured.
        image: only captures that were pictures count.
        added: when the link was added, or None.
        oldest: where that is not known, ask for the first capture and not for the last one.
    """
    parameters = [
        ("url", url),
        ("output", "json"),
        ("fl", "timestamp,statuscode,mimetype"),
        ("filter", "statuscode:200"),
    ]
    if image:
        parameters.append(("filter", "mimetype:image/.*"))
    if added is None:
        # Not ``fastLatest``: it looks at the end of the index only, where a dead page has nothing but errors [U].
        parameters.append(("limit", "1" if oldest else "-1"))
    else:
        parameters += [("sort", "closest"), ("closest", _stamp(added)), ("limit", str(_NEAREST))]
    return f"{INDEX}?{urlencode(parameters)}"


def captures(body: bytes) -> list[Capture]:
    """Read the index's answer: a table whose first row names the columns; ``[]`` is "none".

    Raises:
        ValueError: the answer is not such a table.
    """
    try:
        rows = msgspec.json.decode(body, type=list[list[str]])
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise ValueError("not a table of captures") from error
    if not rows:
        return []
    names = rows[0]
    if not {"timestamp", "statuscode"} <= set(names):
        raise ValueError("a table without timestamps")
    table = [dict(zip(names, row, strict=False)) for row in rows[1:]]
    good = [row["timestamp"] for row in table if row.keys() == set(names) and row["statuscode"] == "200"]
    return [Capture(timestamp) for timestamp in good if _is_time(timestamp)]


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
