"""``dataclass`` as Python's own, made in a fifth of the time: its methods are written when one is first called.

A program that runs for a moment makes a hundred of these classes, and has objects of a third. Objects of frozen ones
are also made faster, because ``__init__`` writes to their slots directly.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any, NoReturn, ParamSpec, TypeVar, cast

T = TypeVar("T")
P = ParamSpec("P")
Method = Callable[..., Any]
_NOT_GIVEN = object()


def _written_late(
    *, frozen: bool = False, slots: bool = False, eq: bool = True, order: bool = False, kw_only: bool = False
) -> Callable[[type[T]], type[T]]:
    """Return a decorator that makes a dataclass; the arguments are those of ``dataclasses.dataclass``.

    Not for fields that are no arguments (``init=False``, ``InitVar``).
    """

    def make(cls: type[T]) -> type[T]:
        own = {name for name, value in vars(cls).items() if value is not None}  # __hash__ is None beside an own __eq__
        cls.__doc__ = cls.__doc__ or cls.__name__  # else Python's looks at the signature, which takes a millisecond
        if order or (frozen and not slots):
            return dataclasses.dataclass(frozen=frozen, slots=slots, eq=eq, order=order, kw_only=kw_only)(cls)
        made = dataclasses.dataclass(init=False, repr=False, eq=False, slots=slots, kw_only=kw_only)(cls)
        methods: dict[str, Method | None] = {"__init__": _later(made, _frozen_init if frozen else _init)}
        methods["__repr__"] = _repr
        if eq:
            methods |= {"__eq__": _later(made, _eq), "__hash__": _later(made, _hash) if frozen else None}
        if frozen:
            methods |= {"__setattr__": _refuse, "__delattr__": _refuse}
            methods["__reduce__"] = _later(made, _reduce)  # pickle would set attributes
        for name, method in methods.items():
            if name not in own:
                setattr(made, name, method)
        return made

    return make


if TYPE_CHECKING:  # type checkers know Python's own
    from dataclasses import dataclass as dataclass  # noqa: PLC0414 - others import it from here
else:
    dataclass = _written_late


def maker(cls: Callable[P, T]) -> Callable[P, T]:
    """Return a function that makes objects of a frozen class with slots in a third of the time that calling it takes.

    The object is filled as one of a class that is not frozen, and has the same slots. For objects of which a list has
    hundreds of thousands.
    """
    made = cast("Any", cls)
    arguments, lines, known = _signature(made, "new.{0} = {1}")
    known |= {"filled": type(made.__name__, (), {"__slots__": made.__slots__}), "cls": made}
    lines = ["new = filled()", *lines, "new.__class__ = cls", "return new"]
    return cast("Callable[P, T]", _compiled("make", arguments, lines, known))


def _later(cls: type, write: Callable[[type], Method]) -> Method:
    """Return a method that puts what ``write`` returns into its own place when it is first called."""

    def method(self: object, /, *args: Any, **given: Any) -> Any:
        written = write(cls)
        written.__qualname__ = f"{cls.__qualname__}.{written.__name__}"
        setattr(cls, written.__name__, written)
        return written(self, *args, **given)

    return method


def _frozen_init(cls: type) -> Method:
    """Return an ``__init__`` that sets what is frozen afterwards, by the descriptors of the slots."""
    names = {f"set_{field.name}": getattr(cls, field.name).__set__ for field in _fields(cls)}
    return _init_with(cls, "set_{0}(self, {1})", names)


def _init(cls: type) -> Method:
    return _init_with(cls, "self.{0} = {1}", {})


def _init_with(cls: type, assign: str, names: Mapping[str, object]) -> Method:
    arguments, lines, known = _signature(cls, assign)
    if hasattr(cls, "__post_init__"):
        lines.append("self.__post_init__()")
    return _compiled("__init__", ["self", *arguments], lines, {**known, **names})


def _signature(cls: type, assign: str) -> tuple[list[str], list[str], dict[str, object]]:
    """Return what arguments an object of a class is made from, the lines that set its fields, and their names."""
    known: dict[str, object] = {"not_given": _NOT_GIVEN}
    places: list[str] = []
    by_name: list[str] = []
    lines: list[str] = []
    for field in _fields(cls):
        argument, value = field.name, field.name
        if field.default is not dataclasses.MISSING:
            known[f"default_{field.name}"] = field.default
            argument += f"=default_{field.name}"
        elif field.default_factory is not dataclasses.MISSING:
            known[f"make_{field.name}"] = field.default_factory
            argument += "=not_given"
            value = f"make_{field.name}() if {field.name} is not_given else {field.name}"
        (by_name if field.kw_only else places).append(argument)
        lines.append(assign.format(field.name, value))
    return [*places, *(["*", *by_name] if by_name else [])], lines, known


def _eq(cls: type) -> Method:
    lines = ["if other.__class__ is not self.__class__:", " return NotImplemented"]
    lines.append(f"return {_compared(cls, 'self')} == {_compared(cls, 'other')}")
    return _compiled("__eq__", ["self", "other"], lines, {})


def _hash(cls: type) -> Method:
    return _compiled("__hash__", ["self"], [f"return hash({_compared(cls, 'self')})"], {})


def _compared(cls: type, of: str) -> str:
    return f"({''.join(f'{of}.{field.name}, ' for field in _fields(cls) if field.compare)})"


def _compiled(name: str, arguments: Sequence[str], lines: Iterable[str], known: dict[str, object]) -> Method:
    """Return a function. Its source is made of nothing but the names of fields."""
    body = "\n ".join(lines) or "pass"
    exec(f"def {name}({', '.join(arguments)}):\n {body}", known)  # noqa: S102 - see above
    return cast("Method", known[name])


def _fields(cls: type) -> tuple[dataclasses.Field[Any], ...]:
    return dataclasses.fields(cls)


@recursive_repr()
def _repr(self: Any) -> str:
    shown = (f"{field.name}={getattr(self, field.name)!r}" for field in dataclasses.fields(self) if field.repr)
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _refuse(_self: object, name: str, *_value: object) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _reduce(cls: type) -> Method:
    """Return a ``__reduce__`` by which pickle makes the object again as it was made."""
    values = "".join(f"self.{field.name}, " for field in _fields(cls))
    if any(field.kw_only for field in _fields(cls)):
        return _compiled("__reduce__", ["self"], [f"return made, (self.__class__, {values})"], {"made": _by_name})
    return _compiled("__reduce__", ["self"], [f"return self.__class__, ({values})"], {})


def _by_name(cls: type[T], *values: object) -> T:
    return cls(**dict(zip(_names(cast("Any", cls)), values, strict=True)))


@cache
def _names(cls: type) -> tuple[str, ...]:
    return tuple(field.name for field in _fields(cls))
