"""The options of the commands, made from the table of options, and how they become a ``Config``."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from linkwarden.config import (
    DEFAULT_STATE,
    FLAG,
    LEVEL,
    OPTIONS,
    RUN_OPTIONS,
    CommandLine,
    Config,
    Option,
    Section,
    find_file,
    folder_that_rules,
    inputs_beside,
    load_file,
    nearest,
    read_values,
    with_overrides,
)
from linkwarden.model import UsageError
from linkwarden.plugins import unusable
from linkwarden.tree import read_file

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

#: How much of a file of names is read.
_MOST_NAMES = 16 * 1024 * 1024

F = TypeVar("F", bound=Callable[..., Any])


class FormatName(click.ParamType[str]):
    """The name of a format for standard output; the choices are the formats there are."""

    name = "format"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:  # noqa: ARG002 - click's signature
        """Return the choices for the help text."""
        return f"[{'|'.join(_formats())}]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the name if there is such a format."""
        if value not in _formats():
            broken = "".join(f" {part.path}: {part.message}" for part in unusable())
            self.fail(f"{value!r} is not one of {', '.join(_formats())}.{broken}", param, ctx)
        return str(value)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG002 - click's signature
        """Return the formats that begin so, for the shell's completion."""
        from click.shell_completion import CompletionItem  # noqa: PLC0415 - only where a shell asks

        return [CompletionItem(name) for name in _formats() if name.startswith(incomplete)]


class Word(click.Choice[str]):
    """One of a few words; a misspelt one is told which was meant."""

    def get_invalid_choice_message(self, value: Any, ctx: click.Context | None) -> str:
        """Return what is wrong with a word."""
        near = nearest(str(value), [str(choice) for choice in self.choices])
        message = super().get_invalid_choice_message(value, ctx)
        return f"{message} Did you mean {near}?" if near else message


class InputKind(click.ParamType[str]):
    """The name of a kind of input; the choices are the kinds that are read."""

    name = "kind"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:  # noqa: ARG002 - click's signature
        """Return the choices for the help text."""
        return f"[{'|'.join(_kinds())}]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the name if there is such a kind."""
        if value not in _kinds():
            near = nearest(str(value), _kinds())
            meant = f" Did you mean {near}?" if near else ""
            self.fail(f"{value!r} is not one of {', '.join(_kinds())}.{meant}", param, ctx)
        return str(value)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG002 - click's signature
        """Return the kinds that begin so, for the shell's completion."""
        from click.shell_completion import CompletionItem  # noqa: PLC0415 - only where a shell asks

        return [CompletionItem(name) for name in _kinds() if name.startswith(incomplete)]


def _kinds() -> list[str]:
    from linkwarden.inputs import kinds  # noqa: PLC0415 - not needed by all commands

    return kinds()


def _formats() -> list[str]:
    from linkwarden import report  # noqa: PLC0415 - not needed by all commands

    names = [cls.name for cls in report.formats()]
    return ["text", *(name for name in names if name != "text")]


class TableCommand(click.Command):
    """A command whose options stand in the help text under the headings of the table."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, those of the command itself first."""
        groups: dict[str, list[tuple[str, str]]] = {"Options": [], **{section.value: [] for section in Section}}
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx)
            option = OPTIONS.get(param.name or "")
            if isinstance(param, click.Option) and record is not None:
                groups[option.section.value if option is not None else "Options"].append(record)
        for heading, records in groups.items():
            if records:
                with formatter.section(heading):
                    formatter.write_dl(records)


def table_options(command: str, *, without: frozenset[str] = frozenset()) -> Callable[[F], F]:
    """Return a decorator that adds all options that a command has by the table, but for some fields."""
    mine = [o for o in OPTIONS.values() if o.flags and command in o.commands and o.field not in without]

    def add(function: F) -> F:
        for option in reversed(mine):
            function = click.option(*option.flags, option.field, help=_help(option), **_kind(option))(function)
        return function

    return add


def make_config(inputs: tuple[str, ...], options: Mapping[str, Any], environ: Mapping[str, str] = os.environ) -> Config:
    """Return the configuration file with the environment and the command line laid over it.

    Args:
        inputs: what the command line names, if anything.
        options: what click made of the options, by field.
        environ: the environment.

    Raises:
        UsageError: a value cannot be used; the message names the option, the variable, or the file, line and key.
    """
    from linkwarden.inputs import find_root  # noqa: PLC0415 - reads documents, so it is slow to import

    if options.get("files_from") is not None:
        inputs = (*inputs, *_named_in(options["files_from"]))
    config, folder = Config(), folder_that_rules(inputs)
    if options.get("config"):
        config = with_overrides(config, {**load_file(options["config"], _rule_names), "file": options["config"]})
    elif not options.get("isolated") and (found := find_file(folder)):
        said = load_file(found, _rule_names)
        if "inputs" in said:
            said["inputs"] = inputs_beside(found, said["inputs"])
        config = with_overrides(config, {**said, "file": found})
    parsed = _from_environment(environ) | _from_command_line(options, RUN_OPTIONS)
    parsed["inputs"] = inputs or None
    parsed["other_inputs"] = bool(inputs) and config.file is not None and set(inputs) != set(config.inputs)
    if options.get("no_state", True):
        parsed["state"] = None
    elif "state" not in parsed:
        parsed["state"] = find_root(folder) / DEFAULT_STATE
    return with_overrides(config, parsed)


def _named_in(file: Path) -> tuple[str, ...]:
    """Return the inputs that a file names: one a line, or with a NUL after each; what begins with ``#`` is a comment.

    Raises:
        UsageError: it cannot be read, or names none.
    """
    name = "standard input" if str(file) == "-" else str(file)
    try:
        data = sys.stdin.buffer.read(_MOST_NAMES) if str(file) == "-" else read_file(file, _MOST_NAMES)
    except (OSError, ValueError, AttributeError) as error:
        raise UsageError(
            f"--files-from: {name} cannot be read: {getattr(error, 'strerror', None) or error}", "Name a text file."
        ) from None
    text = os.fsdecode(data.removeprefix(b"\xef\xbb\xbf"))
    if "\0" in text:
        names = tuple(line for line in text.split("\0") if line)
    else:
        lines = (line.strip() for line in text.splitlines())
        names = tuple(line for line in lines if line and not line.startswith("#"))
    if not names:
        raise UsageError(f"--files-from: {name} names no input", "Write one file, folder or URL a line.")
    if "-" in names and str(file) == "-":
        raise UsageError("--files-from: standard input cannot name itself", "Leave out the line with the hyphen.")
    return names


def read_command_line(options: Mapping[str, Any]) -> CommandLine:
    """Return the settings of a command; ``options`` is what click made of them, by field."""
    return CommandLine(**_from_command_line(options, [one.name for one in fields(CommandLine)]))


def _from_command_line(options: Mapping[str, Any], known: Iterable[str]) -> dict[str, Any]:
    # What was not given is None, or () where an option may be repeated. Scripts give an empty token for none.
    given = {field: options.get(field) for field in known if options.get(field) not in (None, ())}
    given = {field: value for field, value in given.items() if value != "" or not OPTIONS[field].environment}
    return read_values(given, lambda option: option.flags[-1], lambda option: " ".join(option.on_command_line()))


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for option in RUN_OPTIONS.values():
        name = next((name for name in option.environment if environ.get(name)), None)
        if name is not None:
            given = _lines_of(environ[name]) if option.value.several else environ[name]
            values[option.field] = option.value.take(given, what=name, sample=partial(_variable, name, option))
    return values


def _variable(name: str, option: Option) -> str:
    return f"{name}={option.in_environment()}"


def _lines_of(text: str) -> list[str]:
    """Return the values that a variable holds, one a line."""
    return [line.strip() for line in text.split("\n") if line.strip()]


def _rule_names() -> Mapping[str, str]:
    from linkwarden.suppress import rule_names  # noqa: PLC0415 - slow to import

    return rule_names()


def _help(option: Option) -> str:
    between = f" [{option.value.between[0]} to {option.value.between[1]}]" if option.value.between else ""
    default = f" [default: {option.shown_default}]" if option.shown_default else ""
    variables = f" [env: {', '.join(option.environment)}]" if option.environment else ""
    return f"{option.help}{between}{default}{variables}"


def _kind(option: Option) -> dict[str, Any]:
    """Return the arguments of ``click.option`` besides names and help."""
    value = option.value
    if value is LEVEL:
        return {"count": True}
    if value is FLAG:
        return {"is_flag": True, "flag_value": not option.switches_off, "default": None}
    kind: click.ParamType[Any] | None = None
    if option.field == "format":
        kind = FormatName()
    elif option.field == "input_kind":
        kind = InputKind()
    elif option.choices:
        kind = Word(option.choices)
    elif int in value.types and float not in value.types:
        kind = click.INT
    elif Path in value.native:
        kind = click.Path(path_type=Path)
    return {
        "type": kind,
        "multiple": value.several,
        "nargs": value.words,
        "metavar": None if option.field == "input_kind" else option.metavar or None,
    }
