"""Reads from a URL alone whether and when it ends; no network, no clock. ``classify`` is the way in."""

from linkwarden.signatures.classify import SCHEMES, classify, has_nothing, is_signed, refuses_with_401, secret_spans
from linkwarden.signatures.model import Signature, Status

__all__ = ["SCHEMES", "Signature", "Status", "classify", "has_nothing", "is_signed", "refuses_with_401", "secret_spans"]
