"""linkwarden finds dead links, expired images and wrong papers in curated lists.

``linkwarden.check(...)`` is the call for Python code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from linkwarden.api import check as check

from linkwarden._version import __version__

__all__ = ["__version__", "check"]


def __getattr__(name: str) -> object:
    """Load ``check`` on first use, so that ``linkwarden --version`` does not pay for the network stack."""
    if name == "check":
        from linkwarden.api import check  # noqa: PLC0415 - see the docstring

        return check
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
