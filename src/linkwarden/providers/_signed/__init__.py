"""Reads from an address alone how it ends; no network, no clock. ``classify`` is the way in."""

from linkwarden.providers._signed.address import Address, parse
from linkwarden.providers._signed.classify import SCHEMES, classify
from linkwarden.providers._signed.model import Signature, Status

__all__ = ["SCHEMES", "Address", "Signature", "Status", "classify", "parse"]
