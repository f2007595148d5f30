"""The last resorts, on any host: a parameter that holds a JSON Web Token, and an end beside a signature."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from linkwarden.providers._signed import instants, jwt
from linkwarden.providers._signed.model import Scheme, Signature
from linkwarden.providers._signed.stores import dated

if TYPE_CHECKING:
    from linkwarden.providers._signed.address import Address

_TOKEN_NAMES = ("token", "jwt", "access_token", "auth", "sig", "signature", "t")
#: Hosts at which a token in the query is the key to the file, so that a bad one is refused.
_TOKEN_HOSTS = ("*.supabase.co", "api.media.atlassian.com", "uploads.linear.app", "*.githubusercontent.com")


def _jwt(address: Address) -> Signature | None:
    for name in _TOKEN_NAMES:
        token = jwt.decode(address.any_value(name))
        if token is not None:
            address.one(name)
            return jwt.read(token, f"the token in “{name}”")
    return None


_END_NAMES = ("expires", "expire", "exp", "expiry", "expires_at")
_PROOF_NAMES = ("signature", "sig", "hmac", "hash", "sign", "token")
_SHORTEST_PROOF = 16


def _generic(address: Address) -> Signature | None:
    ends = [(name, value) for name, value in address.params if name in _END_NAMES and re.fullmatch("[0-9]{10}", value)]
    proofs = [name for name, value in address.params if name in _PROOF_NAMES and len(value) >= _SHORTEST_PROOF]
    if not ends or not proofs or len({value for _, value in ends}) > 1 or int(ends[0][1]) == 0:
        return None
    name, value = ends[0]
    return dated(instants.unix(value, name), f"looks signed: {name} beside {proofs[0]}", low_confidence=True)


TOKENS: tuple[Scheme, ...] = (Scheme(id="jwt-query", marks=_TOKEN_NAMES, read=_jwt, home=_TOKEN_HOSTS),)
GENERIC: tuple[Scheme, ...] = (Scheme(id="generic-signed", marks=_END_NAMES, read=_generic),)
