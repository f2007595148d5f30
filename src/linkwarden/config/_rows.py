"""What a row of the table of options says, and how one is written as a field of ``Config`` or ``CommandLine``."""

from __future__ import annotations

from dataclasses import field
from datetime import timedelta
from enum import Flag, StrEnum, auto
from functools import partial
from typing import Any, TypeVar

from linkwarden.config._values import FLAG, SECONDS, Value, show_duration
from linkwarden.records import dataclass

T = TypeVar("T")


class Place(Flag):
    """Where an option may come from."""

    COMMAND = auto()
    FILE = auto()
    PYTHON = auto()
    #: Command line and Python; never from a file of the repository, because it opens a door.
    DOOR = auto()


#: What only the user says, because it is about this one run.
ONCE = Place.COMMAND | Place.PYTHON
EVERYWHERE = ONCE | Place.FILE
DOOR = ONCE | Place.DOOR


class Section(StrEnum):
    """The headings under which ``--help`` and docs/options.md list the options."""

    LINKS = "What is checked"
    RESULT = "What fails"
    NETWORK = "Network"
    MEMORY = "Memory and known findings"
    OUTPUT = "Output"


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One row of the table.

    Attributes:
        field: of ``Config`` or ``CommandLine``, and the keyword of ``linkwarden.check``.
        name: as users write it, with hyphens.
        value: the kind of value.
        default: what holds where nothing is given.
        sample: a right value, as TOML writes it.
        help: what it does, in a sentence.
        section: its heading.
        places: where it may come from.
        flags: on the command line.
        metavar: stands for the value in help texts.
        choices: the words allowed, if these are few.
        default_text: what help texts say of the default if that is not the value itself.
        environment: variables that give it where the command line does not; the first that is set counts.
        commands: that have it.
    """

    field: str
    name: str
    value: Value
    default: Any
    sample: str
    help: str
    section: Section
    places: Place
    flags: tuple[str, ...]
    metavar: str
    choices: tuple[str, ...] = ()
    default_text: str = ""
    environment: tuple[str, ...] = ()
    commands: tuple[str, ...] = ("check",)

    @property
    def switches_off(self) -> bool:
        """True if its flag turns off what is on by default (``--no-archive``)."""
        return self.default is True

    @property
    def keywords(self) -> tuple[str, ...]:
        """How Python code may call it: the field first, then as on the command line."""
        words = (self.field, *(flag[2:] for flag in self.flags if flag.startswith("--")))
        return tuple(dict.fromkeys(word.replace("-", "_") for word in words))

    @property
    def sample_value(self) -> Any:
        """The sample as a TOML reader gives it."""
        import tomllib  # noqa: PLC0415 - only docs and tests show samples

        return tomllib.loads(f"sample = {self.sample}")["sample"]

    def in_file(self) -> str:
        """Return the sample as a line of a configuration file."""
        return f"{self.name} = {self.sample}"

    def in_python(self) -> str:
        """Return the sample as an argument of ``linkwarden.check``."""
        return f"{self.field}={self.sample_value!r}"

    def in_environment(self) -> str:
        """Return the sample as a variable holds it: several values are lines."""
        value = self.sample_value
        return "\n".join(value) if isinstance(value, list) else str(value)

    def on_command_line(self) -> list[str]:
        """Return the sample as arguments of a command."""
        flag = self.flags[-1]
        if self.value is FLAG:
            return [flag]
        value = self.sample_value
        if self.value.words > 1:
            return [word for pair in value for word in (flag, *pair)]
        return [f"{flag}={part}" for part in (value if isinstance(value, list) else [value])]

    @property
    def shown_default(self) -> str:
        """What help texts say of the default, or ""."""
        default = self.default
        if self.default_text or not default or isinstance(default, bool):
            return self.default_text
        if isinstance(default, frozenset | tuple):
            return ",".join(sorted(default))
        if self.value is SECONDS:
            return show_duration(timedelta(seconds=default))
        return show_duration(default) if isinstance(default, timedelta) else str(default)


def row(default: T, value: Value, sample: str, text: str, places: Place = EVERYWHERE, **rest: Any) -> T:
    """Return a dataclass field with a row of the table; ``text`` is the help, ``rest`` what is not as usual."""
    row = {"value": value, "sample": sample, "help": text, "places": places, **rest}
    made: T = field(default=default, metadata=row)
    return made


links = partial(row, section=Section.LINKS)
listed = partial(row, section=Section.LINKS, commands=("check", "extract"))
result = partial(row, section=Section.RESULT)
judged = partial(row, section=Section.RESULT, commands=("check", "probe", "calibrate"))
network = partial(row, section=Section.NETWORK, commands=("check", "probe", "calibrate"))
memory = partial(row, section=Section.MEMORY)
printed = partial(row, section=Section.OUTPUT, places=Place.COMMAND)
