"""Documentation sites: which builder makes them, found out from the project's own files, which are never run."""

from linkwarden.docsites._builders import Site, sets_up_builder
from linkwarden.docsites._sites import Sites, forge_of
from linkwarden.docsites._urls import below, files_at, from_page, index_files, is_page_like

__all__ = [
    "Site",
    "Sites",
    "below",
    "files_at",
    "forge_of",
    "from_page",
    "index_files",
    "is_page_like",
    "sets_up_builder",
]
