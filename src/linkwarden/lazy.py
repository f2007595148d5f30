"""Attributes that are found out when they are first read. ``functools.cached_property`` locks until Python 3.12."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, Self, TypeVar, overload

_Owner = TypeVar("_Owner")
_Value = TypeVar("_Value")


class lazy(Generic[_Owner, _Value]):  # noqa: N801 - a decorator
    """Keeps what a method returns as an attribute of the same name. For objects that one thread uses at a time.

    Args:
        find: the method.
    """

    def __init__(self, find: Callable[[_Owner], _Value]) -> None:
        self._find = find
        self._name = find.__name__
        self.__doc__ = find.__doc__

    @overload
    def __get__(self, owner: None, kind: type[_Owner]) -> Self: ...

    @overload
    def __get__(self, owner: _Owner, kind: type[_Owner] | None = None) -> _Value: ...

    def __get__(self, owner: _Owner | None, kind: type[_Owner] | None = None) -> Self | _Value:
        """Return the value; the next time, Python finds it in the object and does not come here."""
        if owner is None:
            return self
        value = self._find(owner)
        owner.__dict__[self._name] = value
        return value
