"""What users get wrong, and what their machines do to them: each has a plain answer, and nothing is lost."""

from __future__ import annotations

import errno
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from linkwarden import api
from linkwarden.__main__ import main
from linkwarden.cli import cli
from linkwarden.cli.guard import run_guarded
from linkwarden.inputs import MAX_BYTES
from linkwarden.rules import all_rules
from linkwarden.run import engine
from tests.cli.offline import check, write

COMMAND = [sys.executable, "-m", "linkwarden"]


def counted(*arguments: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, int]:
    """Check and give how many links and how many addresses were found."""
    check("--no-report", "--format", "json", *arguments)
    summary = json.loads(capsys.readouterr().out)["summary"]
    return summary["occurrences"], summary["urls"]


# --- inputs -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["./README.md", "absolute", "symbolic link", "directory", "glob"])
def test_a_list_that_is_named_twice_is_read_once(how: str, capsys: pytest.CaptureFixture[str]) -> None:
    """However its second name is spelt, its links count once and its findings are told once."""
    path = write("[a](#a) [b](#b)")
    if how == "symbolic link":
        Path("link.md").symlink_to(path)
    second = {"absolute": str(path.resolve()), "symbolic link": "link.md", "directory": ".", "glob": "*.md"}

    assert counted("README.md", second.get(how, how), capsys=capsys) == (2, 2)


def test_the_last_report_is_no_list(capsys: pytest.CaptureFixture[str]) -> None:
    """A directory in which our own report lies has the same links at the second run."""
    write("[a](#a)", "lists/a.md")

    for _ in range(2):
        check("lists", "-o", "lists/health.md", "-o", "lists/health.json")
        assert json.loads(Path("lists/health.json").read_text("utf-8"))["inputs"] == ["lists/a.md"]
    capsys.readouterr()
    assert counted("lists/*.md", capsys=capsys) == (1, 1)
    check("--no-report", "lists/health.md")
    assert "lists/health.md" in "".join(capsys.readouterr()), "named by the user it is read"


@pytest.mark.parametrize("name", ["README.md", "./README.md", "link.md"])
def test_a_report_never_replaces_a_list(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """``-o README.md`` is a slip, not a wish to lose the list."""
    path = write("[a](#a)")
    Path("link.md").symlink_to(path)

    assert check("-o", name) == 2
    assert path.read_text("utf-8") == "[a](#a)"
    assert "the report would replace it" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ((""), 4, "an input has no name"),
        (("loop.md"), 4, "loop.md: cannot be read: Too many levels of symbolic links."),
        (("dangling.md"), 4, "dangling.md: a symbolic link to a file that is not there."),
        (("nowhere.md"), 4, "nowhere.md: no such file. You are in "),
        (("x" * 5000), 4, "cannot be read: File name too long."),
        (("owner/repo"), 4, "no such file here, and a README at GitHub needs the network"),
        (("utf16.md"), 4, "looks like UTF-16 without a byte-order mark. Save it as UTF-8."),
        (("*.md"), 4, "a binary file, not a list"),
        (("pictures"), 4, "pictures: no list in this directory"),
    ],
)
def test_what_cannot_be_read_is_named_with_advice(
    arguments: str, code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Message and advice are two sentences, and none of it is a traceback."""
    Path("loop.md").symlink_to("loop.md")
    Path("dangling.md").symlink_to("nothing.md")
    write("# x [a](#x)".encode("utf-16-le"), "utf16.md")
    write(b"\x89PNG\r\n\x1a\n\x00\x00\x00\r", "picture.md")
    write("x", "pictures/a.csv")

    assert check("--no-report", arguments) == code

    out, err = capsys.readouterr()
    assert said in err
    assert "defect" not in err
    assert out == ""


def test_extract_says_once_why_there_is_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """A missing file is one error, an empty one is named."""
    write("no link", "empty.md")

    assert run_guarded(cli, ["extract", "nowhere.md"]) == 4
    assert capsys.readouterr().err.count("Error:") == 1
    assert run_guarded(cli, ["extract", "empty.md"]) == 0
    assert capsys.readouterr().err == "0 links\n"


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="needs a file without an end")
def test_a_file_without_an_end_is_not_read_to_its_end(capsys: pytest.CaptureFixture[str]) -> None:
    """Devices are not read."""
    assert check("--no-report", "/dev/zero") == 4
    assert "not a regular file" in capsys.readouterr().err


def test_a_list_that_is_too_large_is_not_read_to_its_end(capsys: pytest.CaptureFixture[str]) -> None:
    """Reading stops where a list would be too long."""
    with Path("large.md").open("wb") as file:
        file.truncate(MAX_BYTES + 1)  # takes no room on the disk

    assert check("--no-report", "large.md") == 4
    assert f"larger than {MAX_BYTES >> 20} MiB" in capsys.readouterr().err


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_directory_with_a_pipe_in_it_is_not_waited_for(capsys: pytest.CaptureFixture[str]) -> None:
    """Opening a named pipe would wait for ever."""
    write("[a](#a)", "lists/a.md")
    os.mkfifo("lists/pipe.md")

    assert counted("lists", capsys=capsys) == (1, 1)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_pipes_are_not_waited_for(capsys: pytest.CaptureFixture[str]) -> None:
    """Neither as a list, nor as what a link, an anchor or an image leads to, nor as a file of settings."""
    for name in ("pipe.md", "to.md", "to.png", "linkwarden.toml", "pyproject.toml", "known.json"):
        os.mkfifo(name)
    write("[a](to.md) [b](to.md#x) ![c](to.png) [d](#d)")

    assert check("--no-report", "pipe.md") == 4
    assert "pipe.md: cannot be read: not a regular file" in capsys.readouterr().err
    assert check("--no-report") == 1
    assert check("--no-report", "--baseline", "known.json") == 2
    assert "known.json: the baseline cannot be read: not a regular file" in capsys.readouterr().err


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="needs open files as files")
def test_a_shell_s_own_pipe_is_read(capsys: pytest.CaptureFixture[str]) -> None:
    """``linkwarden check <(command)`` names one by its number."""
    read, written = os.pipe()
    os.write(written, b"# A\n[a](#a)")
    os.close(written)

    assert check("--no-report", f"/dev/fd/{read}") == 0
    os.close(read)
    assert "1 ok" in capsys.readouterr().out


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-8"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends_change_no_finding(
    encoding: str, line_end: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """With a byte-order mark or without, in UTF-16 too, a link stands in the same line and column."""
    write(f"# Ä{line_end}{line_end}[a](#ä) [b](#b){line_end}".encode(encoding))

    check("--no-report")

    out = capsys.readouterr().out
    assert "README.md:3:13" in out
    assert "1 broken, 1 ok" in out


def test_a_list_in_which_everything_is_left_out_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    """Zero checked links are never silent."""
    write("[a](https://a.example/)")

    assert check("--no-report", "--include", "b.example") == 0
    assert "nothing was checked" in " ".join(capsys.readouterr().out.split())


# --- outputs ------------------------------------------------------------------------------------------------


def run(folder: Path, *arguments: str, redirect: str = "", **variables: str) -> subprocess.CompletedProcess[bytes]:
    """Run linkwarden in a process of its own; ``redirect`` is the shell's word for its streams."""
    line = f'"$@" {redirect}'
    return subprocess.run(
        ["/bin/sh", "-c", line, "sh", *COMMAND, *arguments],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env={**os.environ, "PYTHONWARNINGS": "error", **variables},
        check=False,
        timeout=240,
    )


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "ascii"])
def test_an_output_that_cannot_show_an_arrow_gets_a_look_alike(tmp_path: Path, encoding: str) -> None:
    """A pipe on Windows speaks cp1252; our own signs and a list's letters must not end in a traceback there."""
    write("[a](#日本)")

    done = run(tmp_path, "check", "--offline", "--no-report", PYTHONIOENCODING=encoding)

    assert done.returncode == 1
    assert done.stderr == b""
    assert b"->" in done.stdout or "→".encode() in done.stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_no_defect_of_ours(tmp_path: Path) -> None:
    """It is said in one line, and the reports are written all the same."""
    write("[a](#a)")

    done = run(tmp_path, "check", "--offline", redirect=">/dev/full")

    assert done.returncode == 3
    assert b"standard output cannot be written: No space left on device" in done.stderr
    assert b"defect" not in done.stderr
    assert b"Reports: reports/health.md" in done.stderr
    assert Path("reports/health.json").exists()
    assert b"defect" not in run(tmp_path, "explain", redirect=">/dev/full").stderr


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_change_nothing(tmp_path: Path, closed: str) -> None:
    """A caller may close any of the three; the exit code and the reports are the same."""
    write("[a](#a)")

    done = run(tmp_path, "check", "--offline", redirect=closed)

    assert done.returncode == 1
    assert b"Traceback" not in done.stderr
    assert Path("reports/health.md").exists()
    assert run(tmp_path, "--version", redirect=closed).returncode == 0


def test_a_closed_standard_input_is_named_where_it_is_wanted(tmp_path: Path) -> None:
    """``-`` needs it."""
    done = run(tmp_path, "check", "-", "--offline", "--no-report", redirect="<&-")

    assert done.returncode == 4
    assert b"standard input cannot be read: it is closed" in done.stderr


def test_a_reader_who_goes_away_does_not_change_the_exit_code(tmp_path: Path) -> None:
    """``linkwarden check | head -1`` tells by its exit code what a whole reading would."""
    write("[a](#a)\n\n# a\n")
    pipe = "| true; exit 0"
    script = f'{{ "$@"; echo "code $?" >&2; }} {pipe}'
    done = subprocess.run(
        ["/bin/sh", "-c", script, "sh", *COMMAND, "check", "--offline", "--no-report", "-v"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )

    assert done.stderr == "code 0\n"


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="finds the report by its descriptor")
def test_a_report_that_cannot_be_put_in_its_place_is_saved_and_the_others_are_written(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The disk fills up at the end of the run: nothing is lost, all is said, exit code 3."""
    write("[a](#a)")
    whole, written = os.fsync, 0

    def full(handle: int) -> None:
        nonlocal written
        written += 1
        if written == 1:  # health.md, the first of the two
            raise OSError(errno.ENOSPC, "No space left on device")
        whole(handle)

    monkeypatch.setattr(os, "fsync", full)

    assert check() == 3

    out, err = capsys.readouterr()
    assert "1 broken" in out
    assert "reports/health.md: cannot be written: No space left on device" in err
    saved = Path(err.split("The report was saved as ")[1].split()[0].rstrip("."))
    assert saved.with_suffix(".md").read_text("utf-8").startswith("# Link health")
    saved.with_suffix(".md").unlink()
    assert json.loads(Path("reports/health.json").read_text("utf-8"))["exit_code"] == 1
    assert not Path("reports/health.md").exists()


def test_what_could_not_be_read_is_said_once_on_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The result names it already; only where the result goes elsewhere does standard error repeat it."""
    write("[a](#a)")
    check("--no-report", "README.md", "nowhere.md")
    assert "nowhere.md: no such file" in capsys.readouterr().err

    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    check("--no-report", "--no-progress", "README.md", "nowhere.md")
    out, err = capsys.readouterr()
    assert "nowhere.md" in out
    assert "nowhere.md" not in err


def test_the_end_does_not_wait_for_a_lookup_that_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread that hangs in the name service is left behind; all is written by then."""
    import threading  # noqa: PLC0415 - only here

    ended: list[int] = []
    hanging = threading.Event()
    thread = threading.Thread(target=hanging.wait)
    thread.start()
    monkeypatch.setattr(os, "_exit", ended.append)
    try:
        with pytest.raises(SystemExit):
            main(["explain", "LW201"])
    finally:
        hanging.set()
        thread.join()

    assert ended == [0]


# --- probe and explain --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "ftp://x.org/a",
        "javascript:alert(1)",
        "http://[::1",
        "https://",
        "#frag",
        "/abs",
        "example.org/x",
        "http://a..b/",
    ],
)
def test_probe_takes_every_odd_address(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever is probed gets a verdict, and it is said that nobody was asked."""
    assert run_guarded(cli, ["probe", "--offline", address]) in (0, 1)

    out = capsys.readouterr().out
    assert out.startswith("No request was made.\n")
    assert "Verdict: " in out


def test_rules_speak_of_options_that_exist() -> None:
    """No remedy sends the user to an option that ``check`` does not have."""
    command = cli.get_command(None, "check")  # type: ignore[arg-type]
    assert command is not None
    known = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
    for rule in all_rules().values():
        for word in f"{rule.summary} {rule.explanation} {rule.remedy}".replace("`", " ").split():
            option = word.rstrip(".,;:)")
            assert not option.startswith("--") or option in known, f"{rule.code} speaks of {option}"


def test_the_list_of_rules_is_made_of_sentences(capsys: pytest.CaptureFixture[str]) -> None:
    """Every line begins with a capital, or a name that has none, and ends with a full stop."""
    assert run_guarded(cli, ["explain"]) == 0
    for line in capsys.readouterr().out.splitlines():
        summary = line[57:] if len(line) > 57 else line
        assert summary.endswith((".", "?", "!")), line


def test_standard_input_is_read_before_anything_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C while a list is awaited ends the program at once."""

    class Waiting(io.BytesIO):
        """A pipe at which the user loses patience."""

        def read(self, _size: int | None = -1) -> bytes:
            """Be interrupted."""
            raise KeyboardInterrupt

    def never(*_args: object) -> None:
        raise AssertionError("the run began")

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(Waiting()))
    monkeypatch.setattr(api, "run_loop", never)
    monkeypatch.setattr(engine, "run", never)

    assert run_guarded(cli, ["check", "-", "--no-report"]) == 130


@pytest.mark.parametrize("columns", [40, 100])
def test_a_narrow_terminal_gets_narrow_text_with_colour_and_without(
    columns: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Prose and the reason of a fix keep to the window; only addresses are longer, so that they can be copied."""
    write("[a](htps://a.example/x) [b](#b)")
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)

    check("--no-report", "--no-progress")
    run_guarded(cli, ["explain", "LW201"])

    prose = [line for line in capsys.readouterr().out.splitlines() if "LW1" not in line and "://" not in line]
    assert max(map(len, prose)) <= columns
