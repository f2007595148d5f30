"""From a run to a text. Each public module is one format; ``_base`` says what that is."""

from linkwarden.report._base import Report, ReportOptions

__all__ = ["Report", "ReportOptions"]
