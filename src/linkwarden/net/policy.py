"""The numbers that the network layer goes by, each with its reason."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

#: The first pause after a refusal that does not say how long (429 without Retry-After).
FIRST_PAUSE = 2.0


@dataclass(frozen=True, slots=True)
class Manners:
    """How one host wants to be asked.

    Attributes:
        per_host: requests under way at once.
        interval: seconds between two starts.
        reason: who says so.
        pause: seconds to wait after a refusal that does not say how long; doubled if it is refused again.
    """

    per_host: int
    interval: float
    reason: str
    pause: float = FIRST_PAUSE


_ARXIV = Manners(
    1,
    4.0,
    "arXiv API terms of use: one connection, one request every three seconds; as arXiv counts them, and the first "
    "request of a connection reaches it up to a second after its start (name, TCP, TLS), the next one at once",
    pause=30.0,
)
_GITHUB_SITE = Manners(
    3,  # so that ten a second are reached where an answer takes 0.3 s
    0.1,
    "GitHub limits clients without an account since 2025 and publishes no figure; ten a second judges the 56 "
    "repositories of a usual list in six seconds and 3,000 in five minutes, and the first 429 slows it down (guess)",
)

#: By exact host name, or host and first path segment. "(guess)" marks what no document states: careful guesses.
MANNERS: dict[str, Manners] = {
    "export.arxiv.org": _ARXIV,
    "arxiv.org": _ARXIV,
    "www.arxiv.org": _ARXIV,
    "oaipmh.arxiv.org": _ARXIV,
    "api.github.com": Manners(1, 0.0, "GitHub REST best practices: requests one after the other", pause=60.0),
    "github.com": _GITHUB_SITE,
    "gist.github.com": _GITHUB_SITE,
    "raw.githubusercontent.com": Manners(4, 0.05, "limited without an account since 2025, no figure known (guess)"),
    "crates.io": Manners(1, 1.0, "crates.io data access policy: one request per second"),
    "doi.org": Manners(2, 0.2, "no figure published, five a second (guess)"),
    "dx.doi.org": Manners(2, 0.2, "the same service as doi.org (guess)"),
    "api.crossref.org": Manners(1, 0.4, "Crossref REST: three list requests a second"),
    "api.datacite.org": Manners(1, 0.6, "DataCite: 500 requests in five minutes without a name (guess)"),
    "api.semanticscholar.org": Manners(1, 1.1, "Semantic Scholar: one request per second"),
    "eutils.ncbi.nlm.nih.gov": Manners(1, 0.4, "NCBI E-utilities: three requests a second"),
    "pmc.ncbi.nlm.nih.gov": Manners(1, 0.4, "NCBI's identifier converter: three requests a second"),
    "api.openreview.net": Manners(1, 0.4, "no figure published (guess)"),
    "api2.openreview.net": Manners(1, 0.4, "no figure published (guess)"),
    "api.stackexchange.com": Manners(1, 0.1, "Stack Exchange API: 30 requests a second at most, backoff when told"),
    "hub.docker.com": Manners(2, 0.2, "no figure published for the web API (guess)"),
    "www.youtube.com": Manners(2, 0.1, "no figure published for oEmbed (guess)"),
    "zenodo.org": Manners(1, 1.0, "Zenodo: 60 requests a minute for guests"),
    "publish.twitter.com": Manners(1, 0.5, "no figure published for oEmbed (guess)"),
    "openaccess.thecvf.com": Manners(1, 1.0, "one request a second is what it is known to bear (guess)"),
    "web.archive.org": Manners(2, 0.2, "Internet Archive playback: 600 requests a minute", pause=60.0),
    "web.archive.org/cdx": Manners(1, 2.5, "Internet Archive CDX: 24 requests a minute", pause=60.0),
    "archive.org": Manners(1, 1.0, "Internet Archive: no figure for this host (guess)", pause=60.0),
}

#: Hosts of which one path is counted apart.
_COUNTED_APART = {"web.archive.org": "cdx"}


def counted_with(host: str, path: str) -> str:
    """Name the group of requests that share one limit: the host, or host and first path segment (see MANNERS)."""
    apart = _COUNTED_APART.get(host)
    if apart is not None and path.startswith(f"/{apart}/"):
        return f"{host}/{apart}"
    return host


Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True, kw_only=True)
class NetPolicy:
    """Limits and manners of one run. Times are seconds, sizes bytes.

    Attributes:
        user_agent: sent with every request; honest, with a way to reach us.
        timeout: for one whole chain of redirects, all attempts of a hop together excluded.
        max_time: the run budget; None is no budget.
        concurrency: requests under way at once, over all hosts.
        per_host: requests under way at once to one host.
        interval: least time between two starts to one host.
        attempts: how often a transient failure is tried in all.
        patience: the longest that a host's cool-down may last before its links are given up as rate limited.
        strikes: how many times in a row a host may be silent before it is given up for the run, and how many links to
            a part of it must meet a bot wall before the rest is spared (0: none ever is; see ``walls.py``).
        allow_networks: networks that may be asked although they are not public (``--allow-network``).
        proxy: URL of an HTTP proxy, only when asked for.
    """

    user_agent: str = "linkwarden"
    timeout: float = 20.0
    max_time: float | None = None
    concurrency: int = 128
    per_host: int = 6
    interval: float = 0.02
    attempts: int = 3
    patience: float = 90.0
    strikes: int = 3
    allow_networks: tuple[Network, ...] = ()
    proxy: str | None = None
