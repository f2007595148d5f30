"""The only part of linkwarden that speaks HTTP (and the only importer of aiohttp and tenacity)."""

from linkwarden.net.client import Net, NetWeather, Observer
from linkwarden.net.policy import NetPolicy

__all__ = ["Net", "NetPolicy", "NetWeather", "Observer"]
