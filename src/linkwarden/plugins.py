"""Finds plug-ins (providers, reports, extractors) in a package, so that adding one is adding a file."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from types import ModuleType

T = TypeVar("T")


def discover(package: ModuleType, base: type[T]) -> tuple[type[T], ...]:
    """Return every concrete subclass of ``base`` that a public module of ``package`` defines, at any depth.

    Modules and packages whose name starts with ``_`` are helpers and are not looked at. The classes come sorted by
    ``(rank, name)`` where they have a rank, else by name, so that the order never depends on the file system.

    Args:
        package: the package whose modules are plug-ins.
        base: the class that plug-ins subclass; it must give each of them a ``name``.

    Raises:
        ValueError: two plug-ins have the same name.
    """
    found: dict[str, type[T]] = {}
    for module_name in _modules(package.__path__, f"{package.__name__}."):
        module = importlib.import_module(module_name)
        for member in vars(module).values():
            if not inspect.isclass(member) or not issubclass(member, base) or inspect.isabstract(member):
                continue
            if member.__module__ != module.__name__:
                continue
            name = member.name  # type: ignore[attr-defined]  # every base declares it
            if name in found:
                raise ValueError(f"two plug-ins are called {name!r}: {found[name]} and {member}")
            found[name] = member
    return tuple(sorted(found.values(), key=lambda cls: (getattr(cls, "rank", 0), cls.name)))  # type: ignore[attr-defined]


def _modules(path: Iterable[str], prefix: str) -> list[str]:
    names: list[str] = []
    for info in pkgutil.iter_modules(path, prefix):
        if info.name.removeprefix(prefix).startswith("_"):
            continue
        names.append(info.name)
        if info.ispkg:
            names += _modules(importlib.import_module(info.name).__path__, f"{info.name}.")
    return names
