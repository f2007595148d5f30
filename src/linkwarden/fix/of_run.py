"""The edits that a run suggests, for what shows them beside its findings."""

from __future__ import annotations

import re
from collections.abc import Iterator

from linkwarden.fix.files import open_document
from linkwarden.fix.fixes import Planned, planned
from linkwarden.fix.wishes import wishes_of_run
from linkwarden.inputs import Reading
from linkwarden.model import LinkwardenError, Run

_FOREIGN_BYTE = re.compile(r"[\udc80-\udcff]")


def plan_run(run: Run, reading: Reading, *, unsafe: bool = False) -> Iterator[Planned]:
    """Yield the documents for which a run suggests edits, with these.

    What is no file of this machine any more, or another than the one that was checked, is passed over.

    Args:
        run: the run.
        reading: how its inputs were read.
        unsafe: also plan the replacements that somebody should look at.
    """
    wishes = wishes_of_run(run, lambda _code, _slug, _kind: True)
    if not wishes.by_key:
        return
    for name in dict.fromkeys(run.inputs):
        try:
            document = open_document(name, reading)
        except LinkwardenError:  # the check has said so
            continue
        if document is None or document.source.sha256 != run.sha256.get(name):
            continue
        one = planned(document, wishes.of(document.source), unsafe=unsafe)
        if one.edits:
            yield one


def replacements(run: Run, reading: Reading) -> dict[tuple[str, int], str]:
    """Return what a report can offer in place of URLs (``ReportOptions.replacements``), safe or not.

    Args:
        run: the run.
        reading: how its inputs were read.
    """
    found: dict[tuple[str, int], str] = {}
    for one in plan_run(run, reading, unsafe=True):
        document = one.document
        if _FOREIGN_BYTE.search(document.source.text):  # the check has counted other characters
            continue
        found |= {(document.source.name, edit.start): edit.new for edit in one.edits}
    return found
