"""What every layer may import, because it imports nothing: the version and a few names."""

__version__ = "0.1.0"

#: linkwarden's own repository at GitHub, as owner/name. Empty until it has a place there that lasts; until then
#: ``linkwarden._home`` finds out where a copy comes from. Nothing else names it.
REPOSITORY = ""

#: A shell sets this variable while it completes a line; then nothing else is to be printed.
COMPLETING = "_LINKWARDEN_COMPLETE"
