"""Who settles which address. Each public module is one provider; ``_base`` says what that is."""

from linkwarden.providers.base import Example, LoadContext, Provider, Roster, Skip, by_ident

__all__ = ["Example", "LoadContext", "Provider", "Roster", "Skip", "by_ident"]
