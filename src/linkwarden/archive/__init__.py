"""Copies in the Internet Archive of links that work today: which are worth one, and asking for it."""

from linkwarden.archive.round import Looked, Round, look_up, worth_a_copy
from linkwarden.archive.save_page_now import HOST, KeysRefusedError, SavePageNow

__all__ = ["HOST", "KeysRefusedError", "Looked", "Round", "SavePageNow", "look_up", "worth_a_copy"]
