"""What is known of copies in the Internet Archive: which URLs have one, and what became of asking for one."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from enum import StrEnum

from linkwarden.records import dataclass
from linkwarden.store.records import digest, instant, seconds
from linkwarden.text import target_key


class State(StrEnum):
    """What is known of a URL's copy."""

    THERE = "there"  # the archive's index has one
    ASKED = "asked"  # the archive was asked to make one; the detail is its name for the job
    SAVED = "saved"  # it has made one; the detail is the time of the copy, as in its URL
    REFUSED = "refused"  # it cannot make one; the detail is its code for why


_STATES = {state.value: state for state in State}


@dataclass(frozen=True, slots=True)
class Known:
    """What is known, since when, and a detail that depends on the state."""

    state: State
    at: datetime
    detail: str = ""


class Copies:
    """Keeps what is known, each entry at once, so that a run that is killed loses nothing.

    Args:
        connection: of a memory, or None to keep it for this run only.
    """

    def __init__(self, connection: sqlite3.Connection | None) -> None:
        self._connection = connection
        self._known: dict[bytes, Known] = {}
        rows = connection.execute("SELECT key, at, state, detail FROM copies") if connection is not None else ()
        for key, at, state, detail in rows:
            if state in _STATES:  # a later linkwarden may know others
                self._known[key] = Known(_STATES[state], instant(at), detail)

    def of(self, url: str) -> Known | None:
        """Return what is known of a URL, or None."""
        return self._known.get(digest(target_key(url, "")))

    def keep(self, url: str, known: Known) -> None:
        """Take down what is known of a URL now."""
        key = digest(target_key(url, ""))
        self._known[key] = known
        if self._connection is not None:
            row = (key, seconds(known.at), known.state.value, known.detail)
            self._connection.execute("INSERT OR REPLACE INTO copies VALUES (?, ?, ?, ?)", row)

    def forget(self, url: str) -> None:
        """Know nothing of a URL any more."""
        key = digest(target_key(url, ""))
        self._known.pop(key, None)
        if self._connection is not None:
            self._connection.execute("DELETE FROM copies WHERE key = ?", (key,))
