"""Edits of lists: which URLs are replaced, how the new ones are written, and files that are old or new, never half."""

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

from linkwarden.fix.edits import apply, plan
from linkwarden.fix.files import Document, open_document, refuse_unsafe, write_document
from linkwarden.fix.fixes import Fixes, Planned, fixes_of, planned
from linkwarden.fix.of_run import plan_run, replacements
from linkwarden.fix.patch import patch
from linkwarden.fix.removal import emptied
from linkwarden.fix.wanted import Dropped, Edit, Plan, Wanted, Wish
from linkwarden.fix.wishes import Wishes, chooser, wishes_in, wishes_of_report, wishes_of_run

__all__ = [
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
    "chooser",
    "emptied",
    "fixes_of",
    "open_document",
    "patch",
    "plan",
    "plan_run",
    "planned",
    "refuse_unsafe",
    "replacements",
    "wishes_in",
    "wishes_of_report",
    "wishes_of_run",
    "write_document",
]


class _Package(ModuleType):
    """This package, which is the call ``linkwarden.fix(...)`` as well, whichever of the two was used first."""

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        return import_module("linkwarden.api").fix(*arguments, **options)


sys.modules[__name__].__class__ = _Package
