"""How GitHub is asked: addresses, rules, GraphQL, REST and git's own protocol, for ``providers/github.py``."""
