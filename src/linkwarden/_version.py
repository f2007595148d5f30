"""The version and the repository of linkwarden, on their own so that every layer may import them."""

__version__ = "0.1.0"

#: linkwarden's own repository at GitHub, as owner/name. Empty until it has a place there that lasts; until then
#: ``linkwarden._home`` finds out where a copy comes from. Nothing else names it.
REPOSITORY = ""
