"""linkwarden finds dead links, expired images and wrong papers in curated lists.

``linkwarden.check(...)`` is the call for Python code; ``await linkwarden.check_async(...)`` where an event loop runs.
``linkwarden.fix(...)`` returns the edits that a check suggests.
"""

from __future__ import annotations

from linkwarden._version import __version__

TYPE_CHECKING = False  # the command line begins here, and typing takes longer to import than all of this
if TYPE_CHECKING:
    from linkwarden.api import check as check
    from linkwarden.api import check_async as check_async
    from linkwarden.api import fix as fix
    from linkwarden.checked import Run as Run
    from linkwarden.fix import Fixes as Fixes
    from linkwarden.model import LinkwardenError as LinkwardenError
    from linkwarden.model import NothingToCheckError as NothingToCheckError
    from linkwarden.model import Result as Result
    from linkwarden.model import UsageError as UsageError
    from linkwarden.model import Verdict as Verdict

#: Loaded on first use, so that ``linkwarden --version`` does not pay for the network stack.
_PLACES = {
    "check": "linkwarden.api",
    "check_async": "linkwarden.api",
    "fix": "linkwarden.api",
    "Fixes": "linkwarden.fix",
    "LinkwardenError": "linkwarden.model",
    "NothingToCheckError": "linkwarden.model",
    "Result": "linkwarden.model",
    "Run": "linkwarden.checked",
    "UsageError": "linkwarden.model",
    "Verdict": "linkwarden.model",
}
__all__ = [
    "Fixes",
    "LinkwardenError",
    "NothingToCheckError",
    "Result",
    "Run",
    "UsageError",
    "Verdict",
    "__version__",
    "check",
    "check_async",
    "fix",
]

if not TYPE_CHECKING:  # else every name would seem to be there

    def __getattr__(name: str) -> object:
        """Return a public name, loaded on first use."""
        if name not in _PLACES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module  # noqa: PLC0415 - as above

        value = getattr(import_module(_PLACES[name]), name)
        globals()[name] = value
        return value

    def __dir__() -> list[str]:
        """Return the public names, for completion."""
        return sorted({*globals(), *__all__})
