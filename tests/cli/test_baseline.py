"""Living with findings, as a user does it: comments, ``[[ignore]]``, ``--baseline`` and ``--write-baseline``."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from linkwarden import api
from linkwarden.cli import cli, output
from linkwarden.cli.guard import run_guarded
from linkwarden.model import Run
from tests.cli.offline import write
from tests.deps import Build, on_fake_internet
from tests.internet import FakeInternet
from tests.internet.time import START

Command = Callable[..., int]


def usual(internet: FakeInternet) -> None:
    """A page that is there, and two that are not."""
    internet.site("a.example").page("/", "<title>A</title> hello")
    internet.site("b.example").page("/gone", "no", status=404).page("/lost", "no", status=410)


def healed(internet: FakeInternet) -> None:
    """The same, mended."""
    internet.site("a.example").page("/", "<title>A</title> hello")
    internet.site("b.example").page("/gone", "<title>B</title> hello").page("/lost", "<title>B</title> hello")


def down(internet: FakeInternet) -> None:
    """Nobody can be reached."""
    internet.down()


def half(internet: FakeInternet) -> None:
    """One page that is gone, and a host that does not answer tonight."""
    usual(internet)
    internet.dns("a.example", "servfail")


@pytest.fixture
def linkwarden() -> Command:
    """Run ``linkwarden check`` on a fake internet, without memory, and give the exit code."""

    def run(*arguments: str, world: Build = usual) -> int:
        given = ["check", *arguments, "-o", "health.json", "--no-state", "--no-archive"]
        return run_guarded(cli, given, on_fake_internet(world))

    return run


def report() -> Any:
    """Read the last run's report."""
    return json.loads(Path("health.json").read_text("utf-8"))


def links() -> dict[str, tuple[str, str, str]]:
    """Return verdict, code and reason of each address of the last run."""
    return {link["url"]: (link["verdict"], link["code"], link["reason"]) for link in report()["links"]}


def remarks() -> list[str]:
    """Return the remarks of the last run, with their places."""
    return [f"{n['file']}:{n['line']}: {n['message']}" for n in report()["notices"]]


LIST = """# List

* [a](https://a.example/)
* [b](https://b.example/gone) and [c](https://b.example/lost)
* [c again](https://b.example/lost)
"""


def test_a_comment_lets_a_run_pass_and_is_told_when_it_is_no_longer_needed(linkwarden: Command) -> None:
    """The link is asked all the same: once it is mended, the comment can go."""
    comment = "<!-- linkwarden-ignore not-found moved to print -->"
    write(f"# List\n\n* [a](https://a.example/)\n* [b](https://b.example/gone) {comment}\n")

    assert linkwarden() == 0
    assert links()["https://b.example/gone"] == (
        "ignored",
        "LW015",
        "LW301 not-found, accepted in README.md:4: moved to print",
    )
    assert remarks() == []
    assert report()["summary"]["requests"] >= 2

    assert linkwarden(world=healed) == 0
    (remark,) = remarks()
    assert remark.startswith("README.md:4: This comment is no longer needed:")


def test_a_comment_takes_out_its_own_place_only(linkwarden: Command) -> None:
    """An address that stands elsewhere too is still reported there."""
    write(LIST.replace("c again](https://b.example/lost)", "c](https://b.example/lost) <!-- linkwarden-ignore -->"))

    assert linkwarden() == 1

    (lost,) = [link for link in report()["links"] if link["url"].endswith("/lost")]
    assert lost["verdict"] == "broken"
    assert [(o["line"], o["excused"]) for o in lost["occurrences"]] == [(4, False), (5, True)]


def test_a_slip_in_a_comment_is_told(linkwarden: Command, capsys: pytest.CaptureFixture[str]) -> None:
    """It hides nothing, and the reader of the report learns why."""
    write(LIST + "\n<!-- linkwarden-ingore -->\n* [d](https://b.example/gone)\n")

    assert linkwarden() == 1
    assert "Did you mean 'linkwarden-ignore'?" in " ".join(capsys.readouterr().out.split())


def test_an_offline_run_calls_no_comment_unneeded(linkwarden: Command) -> None:
    """What was not asked may still be dead."""
    write(LIST.replace("* [b]", "* **B** <!-- linkwarden-ignore LW301 --> [b]").replace("b.example", "b.site"))

    assert linkwarden("--offline") == 0
    assert remarks() == []
    assert links()["https://b.site/gone"][1] == "LW011"


def test_entries_of_the_configuration_hold_until_their_day(linkwarden: Command) -> None:
    """Until then the run passes; from the day after it fails, and the entry is named."""
    write(LIST)
    day = START.date()
    write(f'[[ignore]]\nurl = "/(gone|lost)$"\nreason = "print"\nuntil = {day}\n', "linkwarden.toml")

    assert linkwarden() == 0
    assert links()["https://b.example/gone"] == (
        "ignored",
        "LW016",
        f"LW301 not-found, accepted in linkwarden.toml:1 until {day}: print",
    )

    assert linkwarden("--now", f"{day.year + 1}-01-01T00:00:00Z") == 1
    assert remarks()[0].startswith(f"linkwarden.toml:1: This [[ignore]] for '/(gone|lost)$' was valid until {day}")


def test_a_rule_that_does_not_exist_stops_the_run(linkwarden: Command, capsys: pytest.CaptureFixture[str]) -> None:
    """A slip in the configuration ignores nothing by accident; nobody is asked before it is mended."""
    write(LIST)
    write('[[ignore]]\nurl = "b"\ncode = "not-fuond"\n', "linkwarden.toml")

    assert linkwarden() == 2
    assert "linkwarden.toml:3:1: code: 'not-fuond' is no rule\n  Did you mean not-found?" in capsys.readouterr().err


def test_a_baseline_is_written_and_used(linkwarden: Command, capsys: pytest.CaptureFixture[str]) -> None:
    """What is there today is written down, one finding a line; only what comes on top is reported from then on."""
    write(LIST + "* [x](#nowhere)\n")
    assert linkwarden() == 1
    capsys.readouterr()

    assert linkwarden("--baseline", "known.json", "--write-baseline") == 0
    assert "Baseline: 3 findings written to known.json." in capsys.readouterr().err
    assert Path("known.json").read_text("utf-8") == (
        '{"schema_version": 1,\n "findings": [\n'
        '  {"code": "LW120", "url": "#nowhere", "file": "README.md"},\n'
        '  {"code": "LW301", "url": "https://b.example/gone"},\n'
        '  {"code": "LW302", "url": "https://b.example/lost"}\n ]}\n'
    )
    assert report()["exit_code"] == 0

    write("* [d](https://b.example/new)\n\nMoved down.\n\n" + LIST + "* [x](#nowhere)\n")
    assert linkwarden("--baseline", "known.json") == 1
    assert links()["https://b.example/gone"] == (
        "ignored",
        "LW017",
        "LW301 not-found, accepted in known.json:4",
    )
    assert links()["https://b.example/new"][0] == "broken"
    assert remarks() == []


def test_lines_of_a_baseline_that_are_no_longer_found_are_told(linkwarden: Command) -> None:
    """One remark with their number, so that the file can shrink."""
    write(LIST)
    assert linkwarden("--baseline", "known.json", "--write-baseline") == 0

    assert linkwarden("--baseline", "known.json", world=healed) == 0
    (remark,) = remarks()
    assert remark == (
        "known.json:3: 2 findings in this baseline are no longer found: LW301 https://b.example/gone, "
        "LW302 https://b.example/lost. Update it with --write-baseline."
    )


def test_what_could_not_be_verified_is_neither_written_down_nor_kept_silent(
    linkwarden: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is no finding; that it may become one is said."""
    write(LIST)

    assert linkwarden("--baseline", "known.json", "--write-baseline", world=half) == 0
    said = capsys.readouterr().err
    assert "Baseline: 2 findings written to known.json. 1 link that could not be verified is not in it" in said
    assert "a.example" not in Path("known.json").read_text("utf-8")


def test_what_is_accepted_elsewhere_is_not_written_down(linkwarden: Command) -> None:
    """Comments and entries keep their findings."""
    write(LIST.replace("* [b]", "* **B** <!-- linkwarden-ignore LW301 --> [b]"))

    assert linkwarden("--baseline", "known.json", "--write-baseline") == 0
    assert "gone" not in Path("known.json").read_text("utf-8")


def test_a_baseline_is_written_without_regard_to_the_old_one(linkwarden: Command) -> None:
    """What is still found stays, what is not goes; the configuration may name the file."""
    write(LIST)
    write('baseline = "known.json"\n', "linkwarden.toml")
    write('{"schema_version": 1, "findings": [{"code": "LW301", "url": "https://old.example/"}]}', "known.json")

    assert linkwarden("--write-baseline") == 0
    assert [f["url"] for f in json.loads(Path("known.json").read_text("utf-8"))["findings"]] == [
        "https://b.example/gone",
        "https://b.example/lost",
    ]
    assert linkwarden() == 0


def test_secrets_are_masked_in_a_baseline(linkwarden: Command) -> None:
    """The file is committed, so it holds no token; the finding is known again all the same."""
    write("[b](https://b.example/gone?token=abc123)")

    assert linkwarden("--baseline", "known.json", "--write-baseline") == 0
    assert "abc123" not in Path("known.json").read_text("utf-8")
    assert linkwarden("--baseline", "known.json") == 0


def test_an_empty_baseline_is_one(linkwarden: Command, capsys: pytest.CaptureFixture[str]) -> None:
    """A healthy list has nothing to write down, and says so."""
    write("[a](https://a.example/)")

    assert linkwarden("--baseline", "known.json", "--write-baseline") == 0
    assert "Baseline: 0 findings written" in capsys.readouterr().err
    assert linkwarden("--baseline", "known.json") == 0


def test_when_no_server_can_be_reached_nothing_is_written(
    linkwarden: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    """A bad night must not empty the baseline."""
    write(LIST)
    write('{"schema_version": 1, "findings": []}', "known.json")

    assert linkwarden("--baseline", "known.json", "--write-baseline", world=down) == 4
    assert "known.json was not written, because no server could be reached" in capsys.readouterr().err
    assert Path("known.json").read_text("utf-8") == '{"schema_version": 1, "findings": []}'


def test_an_interrupted_run_writes_nothing(
    linkwarden: Command, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What had no turn would be missing from it."""
    from dataclasses import replace  # noqa: PLC0415 - only here

    whole = api.run_loop
    interrupted: Callable[..., Run] = lambda work, **how: replace(whole(work, **how), interrupted=True)  # noqa: E731 - a stand-in
    monkeypatch.setattr(api, "run_loop", interrupted)
    write(LIST)

    assert linkwarden("--baseline", "known.json", "--write-baseline") == 130
    assert "was not written, because the run was interrupted" in capsys.readouterr().err
    assert not Path("known.json").exists()


def test_an_input_that_cannot_be_read_writes_nothing(linkwarden: Command, capsys: pytest.CaptureFixture[str]) -> None:
    """Its findings would be new tomorrow."""
    write(LIST)

    assert linkwarden("README.md", "nowhere.md", "--baseline", "known.json", "--write-baseline") == 2
    assert "because an input could not be read" in capsys.readouterr().err
    assert not Path("known.json").exists()


def test_a_full_disk_leaves_the_old_baseline(
    linkwarden: Command, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old file or the new one, never half of one; the findings are reported instead."""
    write(LIST)
    write('{"schema_version": 1, "findings": []}', "known.json")

    def full(path: Path, text: str) -> None:
        del path, text
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("linkwarden.cli.baseline.write_atomically", full)

    assert linkwarden("--baseline", "known.json", "--write-baseline") == 3
    assert "known.json: cannot be written: No space left on device" in capsys.readouterr().err
    assert Path("known.json").read_text("utf-8") == '{"schema_version": 1, "findings": []}'
    assert links()["https://b.example/gone"][0] == "broken"
    assert output.write_atomically is not full


@pytest.mark.parametrize(
    ("arguments", "message", "advice"),
    [
        (("--write-baseline",), "--write-baseline: no file is named", "--baseline linkwarden-baseline.json"),
        (
            ("--write-baseline", "--baseline", "x.json", "--diff", "auto"),
            "--write-baseline and --diff contradict each other",
            "Leave one of them out.",
        ),
        (("--write-baseline", "--baseline", "README.md"), "README.md: exists and is no baseline", "another"),
        (("--write-baseline", "--baseline", "folder"), "folder: exists and is no baseline", "another"),
        (("--write-baseline", "--baseline", "README.md/x"), "README.md/x: cannot be written", "another place"),
        (("--baseline", "no.json"), "no.json: there is no such baseline", "--baseline no.json --write-baseline"),
        (("--baseline", "folder"), "folder: the baseline cannot be read", "readable"),
    ],
)
def test_wrong_options_are_told_before_anybody_is_asked(
    linkwarden: Command,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    message: str,
    advice: str,
) -> None:
    """Exit code 2, what is wrong, and how it is written; nothing is written over."""
    write(LIST)
    Path("folder").mkdir()

    assert linkwarden(*arguments) == 2
    err = capsys.readouterr().err
    assert message in err
    assert advice in err
    assert Path("README.md").read_text("utf-8") == LIST
    assert not Path("health.json").exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"schema_version": 1,\n "findings": [\n  oops\n ]}', "known.json:3:3: not JSON"),
        ('{"schema_version": 1,\n "findings": [\n<<<<<<< HEAD\n', "known.json:3:1: not JSON"),
        (
            '{"schema_version": 1,\n "findings": [\n  {"code": "LW301", "url": "u"},\n  {"code": 3}\n ]}',
            "known.json:4: ",
        ),
        ('{"schema_version": 1,\n "findings": [\n  "LW301"\n ]}', "known.json:3: not a finding such as"),
        ('{"schema_version": 2, "findings": []}', "written by a newer linkwarden (schema_version 2)"),
        ('{"schema_version": 1, "links": []}', "known.json: not a baseline of linkwarden"),
        ('{"schema_version": true, "findings": []}', "known.json: not a baseline of linkwarden"),
        ('{"schema_version": 1, "findings": {}}', "known.json: not a baseline of linkwarden"),
        ('{"schema_version": 1, "\\u0066indings": [{"code": "a", "url": "b"}]}', "not a baseline of linkwarden"),
        ("[" * 100_000, "known.json"),
        ('{"schema_version": ' + "1" * 5000 + ', "findings": []}', "known.json: not a baseline of linkwarden"),
        ("[]", "known.json: not a baseline of linkwarden"),
        ("", "known.json:1:1: not JSON"),
        ("\udcff", "known.json: not a baseline of linkwarden: it is not UTF-8 text"),
    ],
)
def test_a_broken_baseline_is_told_with_its_place(
    linkwarden: Command, capsys: pytest.CaptureFixture[str], text: str, message: str
) -> None:
    """A merge conflict, another program's file: exit code 2 before anybody is asked."""
    write(LIST)
    Path("known.json").write_bytes(text.encode("utf-8", "surrogateescape"))

    assert linkwarden("--baseline", "known.json") == 2
    assert message in capsys.readouterr().err


def test_a_baseline_broken_by_a_merge_can_be_written_anew(linkwarden: Command) -> None:
    """The advice that the error gives works."""
    write(LIST)
    write('{"schema_version": 1,\n "findings": [\n<<<<<<< HEAD\n', "known.json")

    assert linkwarden("--baseline", "known.json", "--write-baseline") == 0
    assert linkwarden("--baseline", "known.json") == 0
