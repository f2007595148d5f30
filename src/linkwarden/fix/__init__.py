"""Edits of lists: which URLs are replaced, how the new ones are written, and files that are old or new, never half."""

from linkwarden.fix.edits import Dropped, Edit, Plan, Wanted, apply, plan, wanted_of
from linkwarden.fix.patch import patch

__all__ = ["Dropped", "Edit", "Plan", "Wanted", "apply", "patch", "plan", "wanted_of"]
