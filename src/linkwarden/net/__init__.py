"""The only part of linkwarden that speaks HTTP (and the only importer of aiohttp and tenacity)."""

from linkwarden.net.client import Connectivity, Net
from linkwarden.net.exchange import Observer
from linkwarden.net.policy import NetPolicy

__all__ = ["Connectivity", "Net", "NetPolicy", "Observer"]
