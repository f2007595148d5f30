"""Which links of a list a copy in the Internet Archive is worth asking for. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from linkwarden.model import WORKING, Result
from linkwarden.review._wayback import archived_under


def worth_a_copy(results: Iterable[Result], is_private: Callable[[str], bool]) -> dict[str, Result]:
    """Return the links that readers get, by the URL that is saved: without fragment, each once, in source order.

    Left out is what nobody else is to hear of (internal names, secrets, signatures, hosts that get the user's headers),
    other archives, and papers that a registry keeps for good (arXiv, DOIs).

    Args:
        results: of a check.
        is_private: tells of a host that what it sends is for the user alone.
    """
    found: dict[str, Result] = {}
    for result in results:
        url = (result.target.address or "").partition("#")[0]
        if result.judgement.verdict in WORKING and url and archived_under(result, is_private) == url:
            found.setdefault(url, result)
    return found
