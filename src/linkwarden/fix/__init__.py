"""Edits of lists: which URLs are replaced, how the new ones are written, and files that are old or new, never half."""

from linkwarden.fix.edits import apply, plan
from linkwarden.fix.files import Document, open_document, refuse_unsafe, write_document
from linkwarden.fix.fixes import Fixes, Planned, fixes_of, planned
from linkwarden.fix.of_run import plan_run, replacements
from linkwarden.fix.patch import patch
from linkwarden.fix.removal import emptied
from linkwarden.fix.wanted import Dropped, Edit, Plan, Wanted, Wish
from linkwarden.fix.wishes import MAX_REPORT_BYTES, Wishes, wishes_of_report, wishes_of_run

__all__ = [
    "MAX_REPORT_BYTES",
    "Document",
    "Dropped",
    "Edit",
    "Fixes",
    "Plan",
    "Planned",
    "Wanted",
    "Wish",
    "Wishes",
    "apply",
    "emptied",
    "fixes_of",
    "open_document",
    "patch",
    "plan",
    "plan_run",
    "planned",
    "refuse_unsafe",
    "replacements",
    "wishes_of_report",
    "wishes_of_run",
    "write_document",
]
