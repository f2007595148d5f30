"""Finds plug-ins (providers, reviews, reports, extractors) in a package, so that adding one is adding a file.

A run needs few of them. What has to be known of one before it is needed (its name, its rank, the domains that it looks
at) stands in an index (``_index.py``, made by ``make docs``); a module is imported when more of it is wanted, and one
that the index does not have at once.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast

from linkwarden._index import MODULES

if TYPE_CHECKING:
    from types import ModuleType

T = TypeVar("T")


class Unusable(NamedTuple):
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


class _Deferred:
    """Stands in for a plug-in, or a class of one, that is made when more is asked of it than the index has."""

    def __init__(self, make: Callable[[], Any], known: Mapping[str, object]) -> None:
        vars(self).update(known)
        self._make = make
        self._known = known

    def __getattr__(self, name: str) -> Any:
        return getattr(self.made, name)

    def __call__(self, *args: Any, **options: Any) -> Any:
        return self.made(*args, **options)

    @cached_property
    def made(self) -> Any:
        return self._make()

    def instance(self) -> _Deferred:
        return _Deferred(self, self._known)


def discover(package: ModuleType, base: type[T]) -> tuple[type[T], ...]:
    """Return every concrete subclass of ``base`` that a public module of ``package`` defines, at any depth.

    Modules and packages whose name starts with ``_`` are helpers and are not looked at. What cannot be imported is
    left out and kept for ``unusable``. The classes come sorted by ``(rank, name)`` where they have a rank, else by
    name, so that the order never depends on the file system. In place of a class there may be what imports it when it
    is called, or asked for what the index does not have.

    Args:
        package: the package whose modules are plug-ins.
        base: the class that plug-ins subclass; it must give each of them a ``name``.
    """
    found: dict[str, type[T]] = {}
    places: dict[str, str] = {}
    for module, made in _modules(package.__path__, f"{package.__name__}."):
        for member in made if made is not None else _plugins_of(sys.modules[module], base):
            name = getattr(member, "name", None)
            if not isinstance(name, str):
                _leave_out(module, f"{member.__qualname__} has no name")
            elif name in found:
                _leave_out(module, f"{places[name]} has a plug-in called {name!r} already")
            else:
                found[name], places[name] = cast("type[T]", member), module
    return tuple(sorted(found.values(), key=lambda cls: (getattr(cls, "rank", 0), cls.name)))  # type: ignore[attr-defined]  # looked at above


def class_of(found: type[T]) -> type[T]:
    """Return the class itself of what ``discover`` found, imported."""
    deferred: object = found
    return cast("type[T]", deferred.made) if isinstance(deferred, _Deferred) else found


def instance_of(cls: type[T]) -> T:
    """Return one of what ``discover`` found; made when it is needed, like the class."""
    deferred: object = cls
    return cast("T", deferred.instance()) if isinstance(deferred, _Deferred) else cls()


def index_of(package: ModuleType, base: type[T]) -> dict[str, dict[str, dict[str, object]]]:
    """Return what the index is to have of a package: by module, what is known before of each of its plug-ins.

    That are the class attributes that the base class declares, where they are text, numbers or collections of text.
    """
    index = {}
    for module, _ in _modules(package.__path__, f"{package.__name__}.", indexed=False):
        index[module] = {cls.__qualname__: _known(cls, base) for cls in _plugins_of(sys.modules[module], base)}
    return index


def _known(cls: type, base: type) -> dict[str, object]:
    values = {name: getattr(cls, name, 0) for name in (*base.__annotations__, "rank")}
    sets = {name: frozenset(value) for name, value in values.items() if isinstance(value, AbstractSet)}
    return {name: value for name, value in {**values, **sets}.items() if _is_plain(value)}


def _is_plain(value: object) -> bool:
    if type(value) in (tuple, frozenset):
        return all(type(item) is str for item in cast("Iterable[object]", value))
    return value is None or type(value) in (str, int, bool)


def _plugins_of(module: ModuleType, base: type[T]) -> list[type[T]]:
    own = (member for member in vars(module).values() if inspect.isclass(member))
    return [
        member
        for member in own
        if issubclass(member, base) and not inspect.isabstract(member) and member.__module__ == module.__name__
    ]


def _modules(path: Iterable[str], prefix: str, *, indexed: bool = True) -> Iterator[tuple[str, list[_Deferred] | None]]:
    """Yield the names of public modules: of those that are not imported yet, with what stands in for their plug-ins."""
    for info in pkgutil.iter_modules(path, prefix):
        if info.name.removeprefix(prefix).startswith("_"):
            continue
        module = sys.modules.get(info.name)
        known = MODULES.get(info.name) if indexed and module is None else None
        folder = getattr(info.module_finder, "path", None)
        if known is not None and folder is not None:
            yield info.name, [_Deferred(partial(_load, info.name, cls), about) for cls, about in known.items()]
            if info.ispkg:
                yield from _modules([f"{folder}/{info.name.removeprefix(prefix)}"], f"{info.name}.")
            continue
        try:
            module = importlib.import_module(info.name)
        except Exception as error:  # noqa: BLE001 - whatever a file holds, it costs what it was to add and no more
            _leave_out(info.name, f"{type(error).__name__}: {error}", is_package=info.ispkg)
            continue
        yield info.name, None
        if info.ispkg:
            yield from _modules(module.__path__, f"{info.name}.", indexed=indexed)


def _load(module: str, name: str) -> Any:
    return getattr(importlib.import_module(module), name)


def _leave_out(module: str, why: str, *, is_package: bool = False) -> None:
    path = module.replace(".", "/") + ("/__init__.py" if is_package else ".py")
    _unusable[module] = Unusable(path, " ".join(why.split()).rstrip("."))
