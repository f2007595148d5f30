"""Takes the picture's own address out of GitHub's picture proxy (README of atmos/camo)."""

from __future__ import annotations

import re
from urllib.parse import parse_qs

HOST = "camo.githubusercontent.com"
DEEPEST = 3  # a proxy address inside a proxy address is a paste gone wrong, not a place to search on
# The digest is an HMAC: 40 hex digits of SHA-1 (older) or 64 of SHA-256. The address follows byte by byte in hex.
_CAMO = re.compile(
    rf"https?://{re.escape(HOST)}(?::[0-9]+)?/(?:[0-9a-f]{{40}}|[0-9a-f]{{64}})"
    r"(?:/((?:[0-9a-f]{2})+)/?(?:[?#].*)?|\?([^#]*)(?:#.*)?)",
    re.IGNORECASE | re.DOTALL,
)
_ADDRESS = re.compile(r"https?://[^\s/\x00-\x20\x7f][^\s\x00-\x20\x7f]*", re.IGNORECASE)


def unwrap(url: str) -> str | None:
    """Give the address inside a camo address (one layer), or None where there is none that can be read."""
    match = _CAMO.fullmatch(url)
    if not match:
        return None
    if match[1] is None:
        values = parse_qs(match[2]).get("url", [])  # the proxy's other documented form
        inner = values[0] if len(values) == 1 else ""
    else:
        try:
            inner = bytes.fromhex(match[1]).decode("utf-8")
        except UnicodeDecodeError:
            return None
    return inner if _ADDRESS.fullmatch(inner) else None
