"""``linkwarden.records.dataclass`` makes what Python's own makes."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import re
from dataclasses import FrozenInstanceError, field, fields, replace
from pathlib import Path
from typing import Any

import pytest

import linkwarden
from linkwarden import records
from linkwarden.model import Span


def _make(dataclass: Any) -> dict[str, type]:
    """Return classes of every shape that the program has, made by one of the two."""

    @dataclass(frozen=True, slots=True)
    class Frozen:
        """With a docstring."""

        a: int
        b: str = "x"
        c: list[int] = field(default_factory=list)
        d: str | None = field(default=None, repr=False)
        e: int = field(default=0, compare=False)

    @dataclass(frozen=True, slots=True)
    class Child(Frozen):
        f: int = 5

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Named:
        a: int
        b: str = "x"

    @dataclass(slots=True)
    class Open:
        a: int
        b: list[int] = field(default_factory=list)

        def __post_init__(self) -> None:
            self.b.append(self.a)

    @dataclass(slots=True, eq=False)
    class ById:
        a: int = 1

    @dataclass(frozen=True, slots=True)
    class Own:  # noqa: PLW1641 - that is what is tested
        a: int

        def __eq__(self, other: object) -> bool:
            return True

        def __repr__(self) -> str:
            return "own"

    @dataclass(frozen=True)
    class Loose:
        a: int

    @dataclass(frozen=True, slots=True)
    class Empty:
        pass

    return {cls.__name__: cls for cls in (Frozen, Child, Named, Open, ById, Own, Loose, Empty)}


_PYTHONS, _OURS = _make(dataclasses.dataclass), _make(records.dataclass)
_CALLS: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
    ("Frozen", (1,), {}),
    ("Frozen", (1, "y", [2], "z", 4), {}),
    ("Frozen", (), {"a": 1, "e": 9}),
    ("Frozen", (), {}),
    ("Frozen", (1,), {"unknown": 2}),
    ("Frozen", (1,), {"a": 2}),
    ("Child", (1, "y"), {"f": 7}),
    ("Named", (), {"a": 3}),
    ("Named", (3,), {}),
    ("Open", (1,), {}),
    ("ById", (), {}),
    ("Own", (1,), {}),
    ("Loose", (1,), {}),
    ("Empty", (), {}),
]


def _result(act: Any) -> Any:
    try:
        return act()
    except (TypeError, FrozenInstanceError) as error:
        return type(error), str(error)


@pytest.mark.parametrize(("name", "args", "given"), _CALLS)
def test_objects_are_those_that_pythons_own_makes(name: str, args: tuple[Any, ...], given: dict[str, Any]) -> None:
    """The same arguments, values, equality, hashes, text and errors."""
    made = []
    for classes in (_PYTHONS, _OURS):
        one, other = (_result(lambda classes=classes: classes[name](*args, **given)) for _ in range(2))
        if isinstance(one, tuple):  # an error
            made.append(one)
            continue
        values = [getattr(one, each.name) for each in fields(one)]
        made.append((repr(one), values, one == other, one != other, one == 1, _hashes(one, other)))
    assert made[0] == made[1]


def _hashes(one: object, other: object) -> object:
    try:
        return hash(one) == hash(other)
    except TypeError as error:
        return str(error)


@pytest.mark.parametrize("name", ["Frozen", "Child", "Named", "Own", "Loose", "Empty"])
def test_what_is_frozen_cannot_be_changed(name: str) -> None:
    """Neither a field nor anything else."""
    given = {each.name: 1 for each in fields(_OURS[name])}
    one = _OURS[name](**given)
    for attribute in (*given, "new"):
        with pytest.raises(FrozenInstanceError):
            setattr(one, attribute, 2)
        with pytest.raises(FrozenInstanceError):
            delattr(one, attribute)
    assert all(getattr(one, each) == 1 for each in given)


def test_a_copy_may_differ_in_some_fields() -> None:
    """``dataclasses.replace`` and ``copy`` know them."""
    one = _OURS["Child"](1, f=2)
    assert replace(one, b="z") == _OURS["Child"](1, "z", f=2)
    assert copy.deepcopy(one) == one
    assert copy.copy(one) == one


def test_objects_can_be_sent_to_another_process() -> None:
    """Workers of a cluster get them pickled."""
    span = Span("README.md", 1, 2, 1, 3, 1, 2)
    assert pickle.loads(pickle.dumps(span)) == span  # noqa: S301 - it was made here


def test_a_default_that_is_a_list_is_not_shared() -> None:
    """Each object has its own."""
    one, other = _OURS["Frozen"](1), _OURS["Frozen"](1)
    one.c.append(1)
    assert other.c == []


def test_every_class_of_the_program_is_made_so() -> None:
    """A frozen class of one kind cannot inherit from a class of the other, and what ours cannot do stands nowhere."""
    folder = Path(linkwarden.__file__).parent
    for file in folder.rglob("*.py"):
        text = file.read_text("utf-8")
        if file.name != "records.py":
            assert not re.search(r"from dataclasses import .*\bdataclass\b|dataclasses\.dataclass", text), file
            assert "init=False" not in text or "dataclass" not in text, file
