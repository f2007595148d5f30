"""Who settles which address. Each public module is one provider; ``_base`` says what that is."""

from linkwarden.providers._base import Example, LoadContext, Provider, Skip, by_ident
from linkwarden.providers._roster import Roster

__all__ = ["Example", "LoadContext", "Provider", "Roster", "Skip", "by_ident"]
