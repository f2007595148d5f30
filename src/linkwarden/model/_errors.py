"""Errors that the user can mend."""

from __future__ import annotations


class LinkwardenError(Exception):
    """An error that the user can mend. ``advice`` says how; ``exit_code`` is what the process ends with."""

    exit_code = 2

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.advice = advice


class UsageError(LinkwardenError):
    """An option, a configuration key or an input is wrong (exit code 2)."""


class NothingToCheckError(LinkwardenError):
    """No readable input, or none with a link in it (exit code 4)."""

    exit_code = 4
