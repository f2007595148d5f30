"""The table of options, and all that is made from it: every row is tried wherever it may come from."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import click
import pytest

import linkwarden
from linkwarden.api import Options, config_for
from linkwarden.cli import cli
from linkwarden.cli.guard import run_guarded
from linkwarden.cli.options import make_config
from linkwarden.config import OPTIONS, RUN_OPTIONS, Config, Option, Place, load_file, with_overrides
from linkwarden.model import Kind, UsageError, Verdict

COMMANDS = ("check", "extract", "probe", "calibrate")
IN_FILE = [option for option in RUN_OPTIONS.values() if Place.FILE in option.places]
IN_PYTHON = [option for option in RUN_OPTIONS.values() if Place.PYTHON in option.places]
ON_COMMAND_LINE = [option for option in OPTIONS.values() if option.flags]


def name(option: object) -> str:
    """Name a test after the option's field."""
    return option.field if isinstance(option, Option) else str(option)


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def command(name: str) -> click.Command:
    """Return a command of the command line."""
    found = cli.get_command(click.Context(cli), name)
    assert found is not None
    return found


def from_command_line(*arguments: str, environ: Mapping[str, str] | None = None) -> Config:
    """Return the configuration for arguments of ``linkwarden check``, without a memory unless they name one."""
    context = command("check").make_context("check", [*arguments])
    options: dict[str, Any] = {**context.params, "isolated": True}
    options["no_state"] = options["state"] is None
    return make_config(options.pop("inputs"), options, environ or {})


def from_file(text: str) -> Config:
    """Return the configuration for the text of a file."""
    Path("linkwarden.toml").write_text(text, "utf-8")
    return with_overrides(Config(), load_file(Path("linkwarden.toml")))


@pytest.mark.parametrize("option", IN_FILE, ids=name)
def test_file_and_command_line_mean_the_same(option: Option) -> None:
    """The sample of each row gives the same configuration, and another one than none."""
    config = from_file(option.in_file())

    arguments = option.on_command_line() if option.flags else option.sample_value
    assert from_command_line(*arguments) == config
    assert config != Config() or option.sample_value in (option.default, option.shown_default.split(","), "30d", "20s")


@pytest.mark.parametrize("option", IN_PYTHON, ids=name)
def test_python_takes_the_words_of_the_command_line(option: Option) -> None:
    """The sample of each row, under each of its names, gives the configuration that the command line gives."""
    for word in option.keywords:
        value = option.sample_value
        if word != option.field and option.switches_off:
            value = not value
        config = config_for("README.md", {word: value})
        if option.flags:
            assert config == from_command_line("README.md", *option.on_command_line())


@pytest.mark.parametrize("option", [row for row in RUN_OPTIONS.values() if row.environment], ids=name)
def test_the_environment_gives_what_the_command_line_does_not(option: Option) -> None:
    """The first variable that is set counts, and the command line beats it."""
    for variable in option.environment:
        config = from_command_line(environ={variable: option.in_environment()})
        assert getattr(config, option.field) == option.value.take(option.sample_value, what="", sample=str)
    if option.flags:
        other = option.in_environment().replace("0", "9")
        beaten = from_command_line(*option.on_command_line(), environ={option.environment[0]: other})
        assert beaten == from_command_line(*option.on_command_line())


@pytest.mark.parametrize("of", COMMANDS)
def test_a_command_has_the_options_of_its_rows(of: str) -> None:
    """Each row that names the command is one of its options, with the row's help."""
    params = {param.name: param for param in command(of).params if isinstance(param, click.Option)}

    for option in ON_COMMAND_LINE:
        assert (option.field in params) == (of in option.commands)
        if option.field in params:
            assert tuple(params[option.field].opts) == option.flags
            assert (params[option.field].help or "").startswith(option.help)


def test_the_typed_options_are_the_rows_for_python() -> None:
    """``Options`` is written out for type checkers; it holds every name of every row for Python, and no other."""
    assert set(Options.__annotations__) == {word for option in IN_PYTHON for word in option.keywords}


def test_all_that_a_file_of_the_repository_can_set() -> None:
    """A new key is looked at here, and in the threat model, before it is let in."""
    assert {option.name for option in OPTIONS.values() if Place.FILE in option.places} == {
        "inputs", "kind", "include", "exclude", "exclude-urls", "exclude-paths", "gitignore", "hidden",
        "input-kind", "root", "anchors", "fail-on", "exit-zero", "timeout", "connect-timeout", "max-time",
        "concurrency", "per-host", "expiring-within", "contact", "archive", "fresh-for", "confirm-runs",
        "confirm-days", "patient", "baseline",
    }  # fmt: skip
    assert not [option.field for option in OPTIONS.values() if Place.DOOR | Place.FILE in option.places]


@pytest.mark.parametrize("option", ON_COMMAND_LINE, ids=name)
def test_what_is_no_key_of_the_file_is_said_with_its_option(option: Option) -> None:
    """Somebody who writes an option into the file learns where it belongs."""
    if Place.FILE in option.places:
        return
    with pytest.raises(UsageError) as caught:
        from_file(option.in_file())

    opens_door = Place.DOOR in option.places
    assert option.flags[-1] in caught.value.advice
    assert ("is not allowed" if opens_door else "unknown key") in str(caught.value)


@pytest.mark.parametrize(
    ("given", "field", "value"),
    [
        ({"timeout": "5s"}, "timeout", 5.0),
        ({"timeout": timedelta(seconds=5)}, "timeout", 5.0),
        ({"max_time": None}, "max_time", None),
        ({"fail_on": "broken"}, "fail_on", {Verdict.BROKEN}),
        ({"fail_on": "broken,suspect"}, "fail_on", {Verdict.BROKEN, Verdict.SUSPECT}),
        ({"fail_on": [Verdict.BROKEN, "EXPIRED"]}, "fail_on", {Verdict.BROKEN, Verdict.EXPIRED}),
        ({"kinds": "image"}, "kinds", {Kind.IMAGE}),
        ({"kind": ("image", "page")}, "kinds", {Kind.IMAGE, Kind.PAGE}),
        ({"exclude": r"\.pdf$"}, "exclude", (r"\.pdf$",)),
        ({"expiring_within": timedelta(days=2)}, "expiring_within", timedelta(days=2)),
        ({"now": "2026-11-22"}, "now", datetime(2026, 11, 22, tzinfo=UTC)),
        ({"now": datetime(2026, 11, 22, tzinfo=UTC)}, "now", datetime(2026, 11, 22, tzinfo=UTC)),
        ({"allow_network": "10.0.0.0/8"}, "allow_networks", ("10.0.0.0/8",)),
        ({"allow_networks": [ip_network("::1/128")]}, "allow_networks", ("::1/128",)),
        ({"no_archive": True}, "archive", False),
        ({"baseline": "known.json"}, "baseline", Path("known.json")),
        ({"github_token": " "}, "github_token", None),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_values_that_python_code_gives(given: dict[str, Any], field: str, value: object) -> None:
    """As text, as on the command line, or as the objects that Python has for them; one value where several may be."""
    assert getattr(config_for("README.md", given), field) == value


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"timeout": "soon"}, "timeout: 'soon' is not a duration"),
        ({"timeout": 0}, "timeout: 0 leaves no time"),
        ({"timeout": [5]}, "timeout: must be a number or a text in quotes, and this is a list"),
        ({"timeout": True}, "timeout: must be a number"),
        ({"offline": "yes"}, "offline: must be true or false, and this is a text in quotes"),
        ({"concurrency": 0}, "concurrency: 0 is not from 1 to 1024"),
        ({"concurrency": "4"}, "concurrency: must be a whole number"),
        ({"fail_on": "brokn"}, "fail_on: unknown word 'brokn'"),
        ({"kind": ["picture"]}, "kind: unknown word 'picture'"),
        ({"fail_on": 3}, "fail_on: must be a list, and this is a whole number"),
        ({"exclude": [3]}, "exclude: each part must be a text in quotes"),
        ({"exclude": {"a": 1}}, "exclude: must be a list, and this is a table"),
        ({"exclude": "("}, "exclude: '(' is not a regular expression"),
        ({"allow_network": "nonsense"}, "allow_network: 'nonsense' does not appear"),
        ({"now": "soon"}, "now: 'soon' is not an instant"),
        ({"proxy": "proxy:3128"}, "proxy: 'proxy:3128' is not the URL"),
        ({"ignores": ["https://a.example/"]}, "ignores: each part must be Ignore"),
        ({"github_token": "a b"}, "github_token: holds characters"),
        ({"header": "docs.example.org"}, "header: not a host, a name and a value"),
        ({"basic_auth": ["docs.example.org me"]}, "basic_auth: not a host, a user and a password"),
        ({"hosts": [{"name": "a"}]}, "hosts: each part must be Host"),
    ],
    ids=str,
)
def test_wrong_values_are_named_as_python_code_named_them(given: dict[str, Any], message: str) -> None:
    """The same errors as on the command line, before anything is read or asked."""
    with pytest.raises(UsageError) as caught:
        linkwarden.check("nowhere.md", **given)  # type: ignore[arg-type, unused-ignore]

    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"offlin": True}, "Did you mean 'offline'?"),
        ({"allow_netwrk": "x"}, "Did you mean 'allow_network'?"),
        ({"inputs_from": "x"}, "docs/options.md"),
        ({"kind": "image", "kinds": "page"}, "are two names of one option"),
        ({"archive": True, "no_archive": True}, "are two names of one option"),
    ],
    ids=str,
)
def test_unknown_names_are_answered_with_what_was_meant(given: dict[str, Any], message: str) -> None:
    """As on the command line."""
    with pytest.raises(TypeError) as caught:
        config_for("README.md", given)

    assert message in str(caught.value)


@pytest.mark.parametrize("flag", ["--concurrency=0", "--per-host=65", "--confirm-runs=101", "--confirm-days=366"])
def test_a_number_out_of_its_range_is_an_error(flag: str, capsys: pytest.CaptureFixture[str]) -> None:
    """With exit code 2 and the range."""
    assert run_guarded(cli, ["check", flag]) == 2
    option, _, number = flag.partition("=")
    assert f"{option}: {number} is not from 1 to" in capsys.readouterr().err


def test_the_table_loads_neither_the_command_line_nor_the_network() -> None:
    """Every start reads it, so it costs next to nothing."""
    code = (
        "import linkwarden.config, sys; print(*{'click', 'aiohttp', 'asyncio', 'rich', 'msgspec'} & set(sys.modules))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == ""
