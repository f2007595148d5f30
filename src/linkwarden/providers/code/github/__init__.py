"""How GitHub is asked: URLs, rules, GraphQL, REST and git's own protocol, for ``providers/github.py``."""
