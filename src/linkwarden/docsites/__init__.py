"""Documentation sites: which builder makes them, found out from the project's own files, which are never run."""

from linkwarden.docsites._builders import Site, sets_up_builder
from linkwarden.docsites._sites import Sites, forge_of

__all__ = ["Site", "Sites", "forge_of", "sets_up_builder"]
