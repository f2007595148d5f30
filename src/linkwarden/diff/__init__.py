"""``--diff``: which commit a change is compared with, the lists before and after it, and what it caused."""

from linkwarden.diff._diff import MOST_ADDED, MOST_ON_ONE_HOST, Difference, difference

__all__ = ["MOST_ADDED", "MOST_ON_ONE_HOST", "Difference", "difference"]
