"""Reads from an address alone how it ends; no network, no clock. ``classify`` is the way in."""

from linkwarden.providers.offline.signed.address import Address, Signature, Status, parse
from linkwarden.providers.offline.signed.classify import SCHEMES, classify

__all__ = ["SCHEMES", "Address", "Signature", "Status", "classify", "parse"]
