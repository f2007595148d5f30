"""The only part of linkwarden that speaks HTTP (and the only importer of aiohttp and tenacity)."""

from linkwarden.net.client import Net
from linkwarden.net.elsewhere import HostState, Outcome, Step
from linkwarden.net.exchange import Observer
from linkwarden.net.hosts import Connectivity
from linkwarden.net.policy import NetPolicy

__all__ = ["Connectivity", "HostState", "Net", "NetPolicy", "Observer", "Outcome", "Step"]
