"""What every layer may import, because it imports nothing: the version and a few names."""

__version__ = "0.1.0"

#: linkwarden's own repository at GitHub, as owner/name. Empty until it has a place there that lasts; until then
#: ``linkwarden._home`` finds out where a copy comes from. Nothing else names it.
REPOSITORY = ""

#: A shell sets this variable while it completes a line; then nothing else is to be printed.
COMPLETING = "_LINKWARDEN_COMPLETE"

#: When Python looks for cyclic garbage (``gc.set_threshold``), more rarely than every 700 objects: what linkwarden
#: makes lives to its end, so collections find next to nothing; they took a fifth of the time for 10,000 links.
COLLECT_AFTER = (50_000, 20, 50)
