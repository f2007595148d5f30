"""Services that have closed: knows by a URL alone that what it led to is gone, and what took its place."""

from linkwarden.closed.table import SERVICES, Fate, Grade, Service, find, find_by_text, knows_host

__all__ = ["SERVICES", "Fate", "Grade", "Service", "find", "find_by_text", "knows_host"]
