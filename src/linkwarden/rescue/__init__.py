"""Copies of images before they are gone: which are worth one, whether it is an image, and where it is kept."""

from linkwarden.rescue.choice import Candidate, Left, choose
from linkwarden.rescue.download import Saved, Wanted, download, look_up
from linkwarden.rescue.folder import check_folder
from linkwarden.rescue.notes import NAME
from linkwarden.rescue.rewrite import Rewritten, rewrite

__all__ = [
    "NAME",
    "Candidate",
    "Left",
    "Rewritten",
    "Saved",
    "Wanted",
    "check_folder",
    "choose",
    "download",
    "look_up",
    "rewrite",
]
