"""Speaks with the Internet Archive's Save Page Now 2 (docs/facts/services.md#save-page-now).

What it sends back is read without trust: codes and times are taken by their form, and its words are not passed on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import Enum, auto
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from linkwarden.foreign import read_json
from linkwarden.records import dataclass
from linkwarden.wire import NetError, NetErrorKind, Request, Response

if TYPE_CHECKING:
    from linkwarden.net import Net

HOST = "web.archive.org"
_SAVE = f"https://{HOST}/save"
_STATUS = f"https://{HOST}/save/status"
#: If somebody else has a copy made meanwhile, that one will do.
_RECENT = "30d"
_JOB = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}", re.ASCII)
_TIME = re.compile(r"\d{14}", re.ASCII)
_CODE = re.compile(r"error:[a-z0-9-]{1,60}", re.ASCII)
_ANSWER_BYTES = 1_048_576  # with lists of all that a page consists of
_SECONDS = 60.0

#: The page itself cannot be copied; asking again soon is of no use.
_LASTING = frozenset(
    f"error:{word}"
    for word in (
        *("blocked", "blocked-url", "invalid-url-syntax", "invalid-host-resolution", "not-found", "no-access"),
        *("unauthorized", "bad-request", "filesize-limit", "too-many-redirects", "ftp-access-denied"),
        *("method-not-allowed", "not-implemented", "http-version-not-supported", "network-authentication-required"),
    )
)
#: The account or this machine may not ask for more today.
_ENOUGH_FOR_TODAY = frozenset(
    f"error:{word}" for word in ("max-daily-bandwidth", "max-daily-bandwidth-from-ip", "blocked-client-ip")
)


class KeysRefusedError(Exception):
    """The archive does not take the account's keys."""


class Answer(Enum):
    """What the archive says of a copy."""

    STARTED = auto()  # it makes one; the detail is its name for the job
    RUNNING = auto()  # it is still at work
    SAVED = auto()  # it has made one; the detail is its time
    ALREADY = auto()  # there are several of today
    REFUSED = auto()  # it cannot make one; the detail is its code
    FAILED = auto()  # it could not make one this time; the detail is its code
    SILENT = auto()  # it did not answer, or in words that nobody can read; the detail says how
    FULL = auto()  # it is at work on as many as the account may have
    STOP = auto()  # nothing more today; the detail is why, as a clause


@dataclass(frozen=True, slots=True)
class Said:
    """What the archive says, with a detail that depends on it."""

    answer: Answer
    detail: str = ""


class SavePageNow:
    """Asks for copies, one after the other; how fast is the network layer's affair.

    Args:
        net: a network that gives the account's keys to ``HOST`` alone.
    """

    def __init__(self, net: Net) -> None:
        self._net = net

    async def start(self, url: str) -> Said:
        """Ask for a copy.

        Raises:
            KeysRefusedError: the keys are not valid.
        """
        said = await self._ask(_SAVE, {"url": url, "if_not_archived_within": _RECENT, "skip_first_archive": "1"})
        if isinstance(said, Said):
            return said
        job = said.get("job_id") if isinstance(said, dict) else None
        if isinstance(job, str) and is_job(job) and "status_ext" not in said:
            return Said(Answer.STARTED, job)
        return _read(said)

    async def look(self, jobs: Sequence[str]) -> Mapping[str, Said] | Said:
        """Return what became of jobs, as far as the archive says; or why it does not.

        Raises:
            KeysRefusedError: the keys are not valid.
        """
        said = await self._ask(_STATUS, {"job_ids": ",".join(jobs)})
        if isinstance(said, Said):
            return said
        entries = said if isinstance(said, list) else [said]
        found = {entry.get("job_id"): _read(entry) for entry in entries if isinstance(entry, dict)}
        return {job: found[job] for job in jobs if job in found}

    async def _ask(self, url: str, form: Mapping[str, str]) -> Any:
        """Return the decoded answer, or what is to be made of there being none."""
        ask = Request(
            url=url,
            purpose="save-page-now",
            method="POST",
            accept="application/json",
            headers={"content-type": "application/x-www-form-urlencoded"},
            body=urlencode(form).encode(),
            max_bytes=_ANSWER_BYTES,
            follow=False,
            attempts=1,
            timeout=_SECONDS,
        )
        try:
            response = await self._net.fetch(ask)
        except NetError as error:
            if error.kind in (NetErrorKind.COOLDOWN, NetErrorKind.BUDGET):
                return Said(Answer.STOP, error.detail)
            return Said(Answer.SILENT, error.detail)
        if response.status == 401:
            raise KeysRefusedError
        return _decoded(response)


def is_job(text: str) -> bool:
    """Return whether a text has the form of a job's name."""
    return _JOB.fullmatch(text) is not None


def _decoded(response: Response) -> Any:
    if response.status in (403, 429):
        return Said(Answer.STOP, f"it refuses more (status {response.status})")
    if response.status != 200 or not response.complete:
        return Said(Answer.SILENT, f"it answered with status {response.status}")
    said = read_json(response.body)
    return Said(Answer.SILENT, "its response is no JSON") if said is None else said


def _read(entry: object) -> Said:
    """Return what an entry about one copy says."""
    if not isinstance(entry, dict):
        return Said(Answer.SILENT, "its response cannot be read")
    code, time = entry.get("status_ext"), entry.get("timestamp")
    if entry.get("status") == "success" and isinstance(time, str) and _TIME.fullmatch(time):
        return Said(Answer.SAVED, time)
    if entry.get("status") == "pending":
        return Said(Answer.RUNNING)
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        return Said(Answer.SILENT, "its response cannot be read")
    return _of_code(code)


def _of_code(code: str) -> Said:
    """Return what an error code means; one that is not known is taken to pass."""
    word = code.removeprefix("error:")
    if code in _ENOUGH_FOR_TODAY:
        return Said(Answer.STOP, f"it says {word}")
    if code in _WITHOUT_DETAIL:
        return Said(_WITHOUT_DETAIL[code])
    return Said(Answer.REFUSED if code in _LASTING else Answer.FAILED, word)


_WITHOUT_DETAIL = {"error:user-session-limit": Answer.FULL, "error:too-many-daily-captures": Answer.ALREADY}
