"""Finds plug-ins (providers, reviews, reports, extractors) in a package, so that adding one is adding a file."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from types import ModuleType

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Unusable:
    """A module that was to bring a plug-in and cannot.

    Attributes:
        path: of its file, from the folder that the outermost package lies in.
        why: what is wrong, without a full stop.
    """

    path: str
    why: str

    @property
    def message(self) -> str:
        """What is wrong, what that costs and what to do."""
        return (
            f"This part of linkwarden cannot be loaded, so the run goes on without it: {self.why}. "
            "Reinstall linkwarden; if you have added or changed this file, fix it or remove it."
        )


_unusable: dict[str, Unusable] = {}


def unusable() -> tuple[Unusable, ...]:
    """Return what ``discover`` has come across so far that cannot be used."""
    return tuple(_unusable.values())


def discover(package: ModuleType, base: type[T]) -> tuple[type[T], ...]:
    """Return every concrete subclass of ``base`` that a public module of ``package`` defines, at any depth.

    Modules and packages whose name starts with ``_`` are helpers and are not looked at. What cannot be imported is
    left out and kept for ``unusable``. The classes come sorted by ``(rank, name)`` where they have a rank, else by
    name, so that the order never depends on the file system.

    Args:
        package: the package whose modules are plug-ins.
        base: the class that plug-ins subclass; it must give each of them a ``name``.
    """
    found: dict[str, type[T]] = {}
    for module in _modules(package.__path__, f"{package.__name__}."):
        for member in vars(module).values():
            if not inspect.isclass(member) or not issubclass(member, base) or inspect.isabstract(member):
                continue
            if member.__module__ != module.__name__:
                continue
            name = getattr(member, "name", None)
            if not isinstance(name, str):
                _leave_out(module.__name__, f"{member.__qualname__} has no name")
            elif name in found:
                _leave_out(module.__name__, f"{found[name].__module__} has a plug-in called {name!r} already")
            else:
                found[name] = member
    return tuple(sorted(found.values(), key=lambda cls: (getattr(cls, "rank", 0), cls.name)))  # type: ignore[attr-defined]  # looked at above


def _modules(path: Iterable[str], prefix: str) -> Iterator[ModuleType]:
    for info in pkgutil.iter_modules(path, prefix):
        if info.name.removeprefix(prefix).startswith("_"):
            continue
        try:
            module = importlib.import_module(info.name)
        except Exception as error:  # noqa: BLE001 - whatever a file holds, it costs what it was to add and no more
            _leave_out(info.name, f"{type(error).__name__}: {error}", is_package=info.ispkg)
            continue
        yield module
        if info.ispkg:
            yield from _modules(module.__path__, f"{info.name}.")


def _leave_out(module: str, why: str, *, is_package: bool = False) -> None:
    path = module.replace(".", "/") + ("/__init__.py" if is_package else ".py")
    _unusable[module] = Unusable(path, " ".join(why.split()).rstrip("."))
