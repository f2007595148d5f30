"""The command line as a user meets it: what it prints where, and with which exit code it ends."""

from __future__ import annotations

import json
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest

from linkwarden import __version__
from linkwarden.__main__ import main
from linkwarden.cli import cli
from linkwarden.cli.guard import run_guarded
from linkwarden.inputs import Source
from linkwarden.model import Extracted
from tests.cli.offline import write
from tests.deps import Build, on_fake_internet
from tests.internet import FakeInternet
from tests.repository import Repository

Command = Callable[..., int]


def living(internet: FakeInternet) -> None:
    """Two pages that are there, one that is not."""
    internet.site("a.example").page("/", "<title>A</title> hello")
    internet.site("b.example").page("/gone", "no", status=404)


@pytest.fixture
def linkwarden() -> Command:
    """Run a command line on a fake internet and give the exit code."""

    def run(*arguments: str, world: Build = living) -> int:
        return run_guarded(cli, list(arguments), on_fake_internet(world))

    return run


def test_a_healthy_list_ends_with_0(linkwarden: Command, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing fails: exit code 0 and a friendly line."""
    write("[a](https://a.example/)")

    assert linkwarden("check", "README.md") == 0
    assert "1 ok" in capsys.readouterr().out


def test_a_dead_link_ends_with_1_and_is_placed(linkwarden: Command, capsys: pytest.CaptureFixture[str]) -> None:
    """A dead link is named with file, line, column, code and reason; both reports are written."""
    write("# List\n\n* [b](https://b.example/gone)\n")

    assert linkwarden("check") == 1

    out, err = capsys.readouterr()
    assert "README.md:3:7" in out
    assert "LW301" in out
    assert "Reports: reports/health.md, reports/health.json" in err
    report = json.loads(Path("reports/health.json").read_text("utf-8"))
    assert report["exit_code"] == 1
    assert report["links"][0]["occurrences"][0]["line"] == 3
    assert "README.md:3" in Path("reports/health.md").read_text("utf-8")


def test_only_the_result_goes_to_standard_output(linkwarden: Command, capsys: pytest.CaptureFixture[str]) -> None:
    """``--format json`` can be piped into a JSON reader."""
    write("[b](https://b.example/gone)")

    assert linkwarden("check", "--format", "json", "--no-report") == 1

    out, _ = capsys.readouterr()
    assert json.loads(out)["summary"]["verdicts"]["broken"] == 1
    assert not Path("reports").exists()


def test_output_paths_choose_the_format(linkwarden: Command) -> None:
    """Each --output is written in the format of its suffix, in folders that are made; no default report then."""
    write("[a](https://a.example/)")

    assert linkwarden("check", "-o", "out/x/links.json", "-o", "links.md") == 0

    assert json.loads(Path("out/x/links.json").read_text("utf-8"))["schema_version"] == 1
    assert Path("links.md").read_text("utf-8").startswith("# ")
    assert not Path("reports").exists()
    assert stat.S_IMODE(Path("links.md").stat().st_mode) & 0o444


def test_a_report_that_nobody_asked_for_is_not_seen_by_git(linkwarden: Command) -> None:
    """The folder of the usual reports hides itself where linkwarden has made it, as the memory's does."""
    repository = Repository(Path.cwd())
    repository.commit({"README.md": "[x](https://a.example/)"})

    linkwarden("check")
    assert Path("reports/health.md").exists()
    assert repository.git("status", "--porcelain", "--untracked-files=all") == ""

    linkwarden("check", "-o", "mine/health.md")
    assert repository.git("status", "--porcelain", "--untracked-files=all") == "?? mine/health.md"

    repository.commit({"reports/kept.txt": "x"})
    Path("reports/.gitignore").unlink()
    linkwarden("check")
    assert not Path("reports/.gitignore").exists()


def test_findings_can_be_left_to_others(linkwarden: Command) -> None:
    """--exit-zero reports and ends with 0; --fail-on chooses what fails."""
    write("[b](https://b.example/gone)")

    assert linkwarden("check", "--exit-zero") == 0
    assert linkwarden("check", "--fail-on", "expired") == 0
    assert linkwarden("check", "--fail-on", "expired,broken") == 1


def test_network_down_ends_with_4_and_is_said(linkwarden: Command, capsys: pytest.CaptureFixture[str]) -> None:
    """No host answers: said once, offline findings stay, exit code 4."""
    write("[a](https://a.example/) [b](https://b.example/) [x](#nowhere)")

    assert linkwarden("check", world=lambda internet: internet.down()) == 4

    out, _ = capsys.readouterr()
    assert out.lower().count("network") >= 1
    assert "1 broken" in out
    assert "2 unverified" in out


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("check", "nowhere.md"), 4, "nowhere.md: no such file"),
        (("check", "empty"), 4, "no list in this directory"),
        (("check", "picture.md"), 4, "a binary file, not a list"),
        (("check", "slides.pdf"), 4, "slides.pdf: a PDF, not a list. Save it as Markdown"),
        (("check", "*.qmd"), 4, "*.qmd: no list matches"),
        (("check", "--fail-on", "borken"), 2, "Did you mean broken?"),
        (("check", "--timeout", "soon"), 2, "--timeout: 'soon' is not a duration"),
        (("check", "--now", "yesterday"), 2, "--now: 'yesterday' is not an instant"),
        (("check", "--exclude", "("), 2, "--exclude: '(' is not a regular expression"),
        (("check", "-o", "x.pdf"), 2, "no report format has the suffix '.pdf'"),
        (("check", "-o", "file.md/x.md"), 2, "file.md/x.md: cannot be written"),
        (("check", "-o", "empty"), 2, "--output empty: a directory"),
        (("check", "--format", "yaml"), 2, "'yaml' is not one of text"),
        (("check", "--config", "nowhere.toml"), 2, "nowhere.toml: cannot be read"),
        (("check", "--nonsense"), 2, "No such option"),
        (("chekc",), 2, "No such command"),
        (("explain", "LW2O1"), 2, "Did you mean"),
        (("probe", ""), 2, "the URL is empty"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_mistakes_are_clear_errors(
    arguments: tuple[str, ...], code: int, said: str, linkwarden: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each says what is wrong on standard error, with its exit code, and nothing on standard output."""
    Path("empty").mkdir()
    Path("picture.md").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    write("%PDF-1.7", "slides.pdf")
    write("only text", "nolinks.md")
    write("[x](#x)", "file.md")
    write("[x](#x)\n\n# x")

    assert linkwarden(*arguments) == code

    out, err = capsys.readouterr()
    assert said in err
    assert out == ""


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a place that nobody may write to")
def test_an_unwritable_directory_is_said_before_the_run(
    linkwarden: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    """No result is lost for a directory that cannot be written to: the run does not start."""
    write("[a](https://a.example/)")

    assert linkwarden("check", "-o", "/proc/x.md") == 2

    out, err = capsys.readouterr()
    assert "/proc/x.md: cannot be written" in err
    assert "--output" in err
    assert out == ""


def test_a_config_file_is_used_and_flags_beat_it(linkwarden: Command) -> None:
    """``linkwarden.toml`` in the working directory counts; a flag beats it; --isolated leaves it out."""
    write("[b](https://b.example/gone)")
    write('fail-on = ["expired"]', "linkwarden.toml")

    assert linkwarden("check") == 0
    assert linkwarden("check", "--fail-on", "broken") == 1
    assert linkwarden("check", "--isolated") == 1


def test_invalid_utf8_is_read_and_said(linkwarden: Command, capsys: pytest.CaptureFixture[str]) -> None:
    """Bytes that are no text do not stop the check, and the file is left as it is."""
    data = b"caf\xe9 [a](https://a.example/)\n"
    Path("README.md").write_bytes(data)

    assert linkwarden("check") == 0
    assert capsys.readouterr().out.count("not all valid UTF-8") == 1
    assert Path("README.md").read_bytes() == data


def test_standard_input_is_a_list(linkwarden: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """``-`` reads a list from a pipe."""
    import io  # noqa: PLC0415 - only here
    import sys  # noqa: PLC0415

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"[b](https://b.example/gone)")))

    assert linkwarden("check", "-", "--no-report") == 1


def test_a_list_is_fetched_by_address(linkwarden: Command, capsys: pytest.CaptureFixture[str]) -> None:
    """The address of a raw list is an input; its relative links start from there."""

    def world(internet: FakeInternet) -> None:
        site = internet.site("raw.example")
        site.page("/lists/a.md", "[x](other.md) [y](/top.md)", media_type="text/plain")
        site.page("/lists/other.md", "here", media_type="text/plain")
        site.page("/top.md", "gone", status=404)

    assert linkwarden("check", "https://raw.example/lists/a.md", "--no-report", world=world) == 1
    out, _ = capsys.readouterr()
    assert "1 ok" in out
    assert "1 broken" in out


def test_owner_repo_means_its_readme(linkwarden: Command) -> None:
    """``owner/repo`` checks the README of a GitHub repository."""

    def world(internet: FakeInternet) -> None:
        raw = internet.site("raw.githubusercontent.com")
        raw.page("/o/r/HEAD/README.md", "x", status=404)
        raw.page("/o/r/HEAD/readme.md", "[b](https://b.example/gone)", media_type="text/plain")
        living(internet)

    assert linkwarden("check", "o/r", "--no-report", world=world) == 1


def test_probe_shows_every_request_and_the_reasoning(linkwarden: Command, capsys: pytest.CaptureFixture[str]) -> None:
    """``probe`` prints the requests with their statuses, the rule, and where to read more."""

    def world(internet: FakeInternet) -> None:
        internet.site("a.example").redirect("/old", "https://b.example/gone", status=301)
        living(internet)

    assert linkwarden("probe", "https://a.example/old", world=world) == 1

    out, _ = capsys.readouterr()
    assert "GET https://a.example/old" in out
    assert "301" in out
    assert "GET https://b.example/gone" in out
    assert "404" in out
    assert "Verdict: broken LW301" in out
    assert "linkwarden explain LW301" in out


def test_probe_masks_secrets(linkwarden: Command, capsys: pytest.CaptureFixture[str]) -> None:
    """A signature never shows in what probe prints."""
    linkwarden("probe", "https://a.example/?token=verysecretvalue")

    assert "verysecretvalue" not in "".join(capsys.readouterr())


def test_extract_shows_what_would_be_checked(linkwarden: Command, capsys: pytest.CaptureFixture[str]) -> None:
    """``extract`` lists every link with its place, its markup and its provider, and asks nobody."""
    write('[p](https://arxiv.org/abs/1512.03385)\n\n<img src="https://a.site/x.png">\n')

    assert linkwarden("extract") == 0
    assert capsys.readouterr().out.splitlines() == [
        "README.md:1:5  md-link  arxiv-id+arxiv  https://arxiv.org/abs/1512.03385",
        "README.md:3:11  html-img  image  https://a.site/x.png",
    ]

    assert linkwarden("extract", "--json") == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert rows[0]["checked_by"] == ["arxiv-id", "arxiv"]
    assert rows[1]["column"] == 11


def test_explain_prints_a_rule_and_lists_all(linkwarden: Command, capsys: pytest.CaptureFixture[str]) -> None:
    """``explain CODE`` says what, why and what to do; without a code every rule is listed."""
    assert linkwarden("explain", "lw201") == 0
    out = capsys.readouterr().out
    assert out.startswith("LW201 signed-url-expired")
    assert "Verdict: expired" in out
    assert "What to do:" in out

    assert linkwarden("explain") == 0
    assert "LW201" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("word", "told"),
    [
        (
            "404",
            ("The server says that there is no such page (404).", "LW301 not-found", "LW404 unknown-arxiv-version is"),
        ),
        ("410", ("LW302 gone",)),
        ("403", ("LW307 access-refused",)),
        ("429", ("LW308 rate-limited",)),
        ("503", ("LW309 server-error",)),
        ("308", ("LW303 moved-permanently",)),
        ("999", ("LW307 access-refused",)),
        ("200", ("A response with status 200 is ok",)),
        ("302", ("A response with status 302 is ok", "LW302 gone is another rule")),
        ("expired", ("expired: a reader does not get it", "LW201  expired", "LW319  expired")),
        ("Moved", ("moved: a reader gets it", "LW303  moved")),
    ],
)
def test_explain_knows_statuses_and_verdicts(
    linkwarden: Command, capsys: pytest.CaptureFixture[str], word: str, told: tuple[str, ...]
) -> None:
    """What a report shows beside the code can be looked up, too."""
    assert linkwarden("explain", word) == 0

    out = capsys.readouterr().out
    assert all(part in out for part in told), out


@pytest.mark.parametrize(
    ("word", "meant"), [("lw3O1", "LW301"), ("expird", "expired"), ("not-fuond", "not-found"), ("000", "")]
)
def test_explain_asks_what_was_meant(
    linkwarden: Command, capsys: pytest.CaptureFixture[str], word: str, meant: str
) -> None:
    """And a number that is no status is none."""
    assert linkwarden("explain", word) == 2

    assert (f"Did you mean {meant}?" in capsys.readouterr().err) is bool(meant)


@pytest.mark.parametrize("arguments", [("README.md",), ("--offline", "README.md"), ("README.md", "--no-state", "-q")])
def test_a_list_in_place_of_a_command_is_checked(
    linkwarden: Command, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    """With options before or behind it."""
    write("[a](#nowhere)")

    assert linkwarden(*arguments, "--no-report") == 1
    assert "LW120" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [("nowhere.md",), ("chekc", "nowhere.md"), ("--offline",), ("--version", "x.md")])
def test_what_is_no_list_is_no_check(linkwarden: Command, arguments: tuple[str, ...]) -> None:
    """A slip in a command, or the version, is none."""
    assert linkwarden(*arguments) == (0 if "--version" in arguments else 2)


def test_extract_prints_while_it_reads(
    linkwarden: Command, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A long list is not held: what was read is printed before the rest is read."""
    write("".join(f"https://a.example/{number}\n\n" for number in range(2_500)))
    printed: list[int] = []
    read = 0
    parse = Source.parse

    def counted(source: Source) -> Iterator[Extracted]:
        nonlocal read
        for item in parse(source):
            read += 1
            yield item

    def say(*lines: str, err: bool = False) -> None:
        if not err:
            printed.append(read)
        click.echo("\n".join(lines), err=err)

    monkeypatch.setattr(Source, "parse", counted)
    monkeypatch.setattr("linkwarden.cli.extract.say", say)

    assert linkwarden("extract", "--format", "json") == 0

    out, err = capsys.readouterr()
    assert [link["line"] for link in json.loads(out)["links"]] == [*range(1, 5_000, 2)]
    assert "2500 links" in err
    assert printed == [1_000, 2_000, 2_500]


def test_extract_prints_one_document_and_leaves_out_what_is_not_checked(
    linkwarden: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    """``--format json`` as ``check`` has it; include, exclude and kind mean what they mean there."""
    write("[p](https://arxiv.org/abs/1512.03385) ![i](https://a.site/x.png) [a](#a)\n\n[b](https://a.site/b)\n")
    urls = {
        (): ["https://arxiv.org/abs/1512.03385", "https://a.site/x.png", "#a", "https://a.site/b"],
        ("--exclude", "a.site"): ["https://arxiv.org/abs/1512.03385", "#a"],
        ("--include", "a.site", "--exclude-url", "https://a.site/b"): ["https://a.site/x.png"],
        ("--kind", "image,anchor"): ["https://a.site/x.png", "#a"],
        ("--kind", "paper"): ["https://arxiv.org/abs/1512.03385"],
    }
    for options, wanted in urls.items():
        assert linkwarden("extract", "--format", "json", *options) == 0
        links = json.loads(capsys.readouterr().out)["links"]
        assert [link["url"] for link in links] == wanted, options
    linkwarden("extract", "--format", "lines")
    lines = capsys.readouterr().out
    linkwarden("extract", "--json")
    assert capsys.readouterr().out == lines
    assert [json.loads(line)["url"] for line in lines.splitlines()] == urls[()]


@pytest.mark.parametrize(
    ("environ", "colored"),
    [
        ({"CLICOLOR_FORCE": "1"}, True),
        ({"CLICOLOR_FORCE": "0"}, False),
        ({"CLICOLOR_FORCE": ""}, False),
        ({"CLICOLOR_FORCE": "1", "NO_COLOR": "1"}, False),
        ({"CLICOLOR": "0", "FORCE_COLOR": "1"}, True),
    ],
)
def test_color_by_the_environment(
    linkwarden: Command,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    environ: dict[str, str],
    colored: bool,  # noqa: FBT001 - a parameter
) -> None:
    """As no-color.org and bixense.com/clicolors say it."""
    write("[b](#nowhere)")
    for name, value in environ.items():
        monkeypatch.setenv(name, value)

    linkwarden("check", "--no-report", "--offline")

    assert ("\x1b[" in capsys.readouterr().out) is colored


@pytest.mark.parametrize(("clicolor", "colored"), [("0", False), ("1", True)])
def test_color_on_a_terminal_can_be_switched_off(
    linkwarden: Command,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    clicolor: str,
    colored: bool,  # noqa: FBT001 - a parameter
) -> None:
    """``CLICOLOR=0``."""
    write("[b](#nowhere)")
    monkeypatch.setenv("CLICOLOR", clicolor)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)

    linkwarden("check", "--no-report", "--offline", "--no-progress")

    assert ("\x1b[" in capsys.readouterr().out) is colored


def test_completion_prints_a_script(linkwarden: Command, capsys: pytest.CaptureFixture[str]) -> None:
    """``completion`` prints what a shell can source."""
    for shell in ("bash", "zsh", "fish"):
        assert linkwarden("completion", shell) == 0
        assert "_LINKWARDEN_COMPLETE" in capsys.readouterr().out


def test_version_is_said_by_option_and_short_option(capsys: pytest.CaptureFixture[str]) -> None:
    """``--version`` and ``-V`` print name and version."""
    for option in ("--version", "-V"):
        with pytest.raises(SystemExit) as stop:
            main([option])
        assert stop.value.code == 0
        assert capsys.readouterr().out == f"linkwarden {__version__}\n"


def test_a_defect_of_ours_ends_with_3_and_a_report(
    linkwarden: Command, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unexpected exception is exit code 3, with a text to paste into an issue and no secret in it."""
    write("[a](https://a.example/)")

    def broken(_run: object) -> None:
        raise RuntimeError("https://x.example/?token=verysecretvalue")

    monkeypatch.setattr("linkwarden.run.engine.hints", broken)

    assert linkwarden("check") == 3
    err = capsys.readouterr().err
    assert "This is a defect of linkwarden" in err
    assert "Traceback" in err
    assert "verysecretvalue" not in err


def test_colour_only_where_it_is_wanted(
    linkwarden: Command, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No colour in a pipe; --color and FORCE_COLOR switch it on, NO_COLOR off."""
    write("[b](https://b.example/gone)")

    linkwarden("check", "--no-report")
    assert "\x1b[" not in capsys.readouterr().out
    linkwarden("check", "--no-report", "--color", "always")
    assert "\x1b[" in capsys.readouterr().out
    monkeypatch.setenv("FORCE_COLOR", "1")
    linkwarden("check", "--no-report")
    assert "\x1b[" in capsys.readouterr().out
    monkeypatch.setenv("NO_COLOR", "1")
    linkwarden("check", "--no-report")
    assert "\x1b[" not in capsys.readouterr().out


def test_hostile_text_does_not_reach_the_terminal(linkwarden: Command, capsys: pytest.CaptureFixture[str]) -> None:
    """Escape sequences in a list come out as words."""
    write("[\x1b]0;pwned\x07](https://b.example/gone?\x1b[2J)")

    linkwarden("check", "--no-report", "-v")

    assert "\x1b" not in "".join(capsys.readouterr())
