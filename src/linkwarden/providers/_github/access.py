"""What one run may still ask of api.github.com: the token, and whether it is any good."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

API = "https://api.github.com"
API_HOST = "api.github.com"
#: GitHub's REST documentation, "API versions": names the version whose answers we read.
API_HEADERS: Mapping[str, str] = {"x-github-api-version": "2022-11-28"}


@dataclass(slots=True)
class Access:
    """The token of a run, until GitHub refuses it.

    Attributes:
        token: the token, or None.
        hint: tells the user something once.
    """

    token: str | None
    hint: Callable[[str], None] = field(repr=False)

    def refuse(self, status: int) -> None:
        """Note that GitHub did not take the token; said once, and never sent again."""
        if self.token is None:
            return
        self.token = None
        self.hint(
            f"GitHub refused the token ({status}): it is wrong, expired or revoked. linkwarden went on without it, "
            "which is slower and cannot tell archived repositories. Set GITHUB_TOKEN to a valid token."
        )


def limited(status: int, headers: Mapping[str, str]) -> str | None:
    """Say why an answer means "not now" (REST documentation, "Rate limits"), or None if it is something else."""
    if status not in (403, 429):
        return None
    if headers.get("x-ratelimit-remaining", "").strip() == "0":
        return "GitHub's limit of questions per hour is used up"
    if status == 429 or "retry-after" in headers:
        return "GitHub asked us to slow down"
    return None
