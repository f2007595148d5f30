"""What a change adds (``--diff``): which commit it is compared with, the lists on both sides, and what it caused."""

from linkwarden.diff._diff import MOST_ADDED, MOST_ON_ONE_HOST, Difference, difference

__all__ = ["MOST_ADDED", "MOST_ON_ONE_HOST", "Difference", "difference"]
