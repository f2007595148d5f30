"""linkwarden as a process of its own: signals, pipes, and what it costs to start."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import click
import pytest

from linkwarden.cli import cli
from linkwarden.cli.guard import run_guarded

COMMAND = [sys.executable, "-m", "linkwarden"]


class Desk(ThreadingHTTPServer):
    """A server on loopback: ``/gone`` is not there, ``/never`` does not answer."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked_never = threading.Event()
        self.answered_gone = threading.Event()
        self.over = threading.Event()

    @property
    def address(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Desk

    def do_GET(self) -> None:
        if self.path == "/never":
            self.server.asked_never.set()
            self.server.over.wait()
            return
        self.send_response(404 if self.path == "/gone" else 200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")
        if self.path == "/gone":
            self.server.answered_gone.set()

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@pytest.fixture
def desk() -> Iterator[Desk]:
    """A running server."""
    with Desk() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.over.set()
        server.shutdown()
        thread.join()


def start(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start linkwarden in a folder, allowed to ask loopback."""
    return subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONWARNINGS": "error"},
    )


class _Narrow(io.RawIOBase):
    """A file that takes a hundred bytes at a time, as a pipe may whose reader is slow."""

    def __init__(self) -> None:
        self.taken = b""

    def writable(self) -> bool:
        """Say that it can be written."""
        return True

    def write(self, data: Any) -> int:
        """Take the beginning."""
        self.taken += bytes(data[:100])
        return min(len(data), 100)


def test_all_is_written_where_python_does_not_buffer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With PYTHONUNBUFFERED, as in many containers, a report must not end where a pipe was full for a moment."""
    (tmp_path / "README.md").write_text("# A\n" + "[a](#a) [b](#b)\n" * 50, "utf-8")
    monkeypatch.chdir(tmp_path)
    narrow = _Narrow()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(narrow, "utf-8", write_through=True))  # type: ignore[type-var]

    code = run_guarded(cli, ["check", "--offline", "--no-report", "--no-state", "--format", "json"])

    assert code == 1
    assert len(json.loads(narrow.taken)["links"]) == 2


def test_interrupted_it_writes_what_it_found(desk: Desk, tmp_path: Path) -> None:
    """Ctrl-C: the dead link that was found is in the reports, the rest is unverified, and the exit code is 130."""
    (tmp_path / "README.md").write_text(f"<{desk.address}/gone> <{desk.address}/never>", "utf-8")
    with start(tmp_path, "check", "--allow-network", "127.0.0.0/8") as process:
        assert desk.answered_gone.wait(60)
        assert desk.asked_never.wait(60)
        os.kill(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=60)

    assert process.returncode == 130, err
    report = json.loads((tmp_path / "reports" / "health.json").read_text("utf-8"))
    assert [link["verdict"] for link in report["links"]] == ["broken", "unverified"]
    assert report["exit_code"] == 130
    assert "nterrupted" in out
    assert "Traceback" not in err


@pytest.mark.parametrize(
    "at", ["threading", "linkwarden.cli", "linkwarden.cli.guard", "click", "linkwarden.api", "linkwarden.run.engine"]
)
@pytest.mark.parametrize("completing", [False, True])
def test_ctrl_c_while_it_starts_ends_in_one_word(tmp_path: Path, at: str, completing: bool) -> None:  # noqa: FBT001
    """Whatever module is being loaded: exit code 130, no traceback; while a shell completes a line, not a word."""
    (tmp_path / "README.md").write_text("[x](#nowhere)", "utf-8")
    code = f"""
import os, signal, sys
class Impatient:
    def find_spec(self, name, *rest):
        if name == {at!r}:
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Impatient())
from linkwarden.__main__ import main
main(["check", "--offline", "--no-report"])
"""
    environ = {**os.environ, "_LINKWARDEN_COMPLETE": "bash_complete"} if completing else dict(os.environ)

    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environ, capture_output=True, text=True, check=False
    )

    if completing and at in ("linkwarden.api", "linkwarden.run.engine"):
        return  # nothing of it is loaded to complete a line
    assert done.returncode == 130
    assert done.stderr.split() == ([] if completing else ["Interrupted."])
    assert done.stdout == ""


def test_a_closed_pipe_is_no_error(tmp_path: Path) -> None:
    """``linkwarden explain | head -1`` ends without a complaint."""
    with start(tmp_path, "explain") as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("LW001")
        process.stdout.close()
        process.stdout = None
        _, err = process.communicate(timeout=60)

    assert err == ""


def test_the_module_runs_and_ends_with_the_exit_code(tmp_path: Path) -> None:
    """``python -m linkwarden`` is the command, exit code included."""
    (tmp_path / "README.md").write_text("[x](#nowhere)", "utf-8")

    with start(tmp_path, "check", "--offline", "--no-report") as process:
        process.communicate(timeout=60)

    assert process.returncode == 1


def test_next_to_nothing_is_imported_before_ctrl_c_is_seen_to() -> None:
    """Until ``main`` runs, Python itself answers it, with a traceback."""
    code = (
        "import sys, signal; before = set(sys.modules); import linkwarden.__main__; print(*set(sys.modules) - before)"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert set(loaded) <= {"linkwarden", "linkwarden._version", "linkwarden.__main__", "__future__", "gc"}


def test_version_imports_nothing_heavy() -> None:
    """``--version`` loads neither the network stack nor the parsers, so that it starts at once."""
    code = "import sys, linkwarden.__main__ as m\ntry: m.main(['-V'])\nexcept SystemExit: print(*sys.modules)"

    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()

    assert not {"aiohttp", "markdown_it", "click", "rich", "selectolax", "msgspec", "tenacity", "asyncio", "ssl"} & set(
        loaded
    )


@pytest.mark.parametrize(
    "environment", [{}, {"_LINKWARDEN_COMPLETE": "bash_complete", "COMP_WORDS": "linkwarden ", "COMP_CWORD": "1"}]
)
def test_the_overview_of_the_commands_imports_none_of_them(environment: dict[str, str]) -> None:
    """``--help`` and completion name every command, and load neither one of them nor the network stack."""
    code = "import sys, linkwarden.__main__ as m\ntry: m.main(['--help'])\nexcept SystemExit: print(*sys.modules)"

    shown = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ, **environment}
    ).stdout

    loaded = set(shown.split())
    assert {"check", "fix", "history"} <= {word.removeprefix("plain,") for word in loaded}
    assert not {"aiohttp", "tenacity", "markdown_it", "asyncio", "ssl"} & loaded
    assert not {f"linkwarden.cli.{name}" for name in cli.list_commands(click.Context(cli))} & loaded


def test_each_command_explains_itself_in_the_overview() -> None:
    """The overview holds the name of each command that can be called, and each has help of its own."""
    context = click.Context(cli)

    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        assert command is not None
        assert command.name == name
        assert command.help


#: What a check of one ordinary link without a request has no use for, and what is slow to import.
_OF_OTHER_RUNS = frozenset(
    {"aiohttp", "tenacity", "yarl", "idna", "multidict", "uvloop", "urllib.request", "http.client", "email", "sqlite3"}
    | {"msgspec", "jinja2", "yaml", "rich", "pygls", "distributed", "ahocorasick_rs", "selectolax", "typing_extensions"}
    | {"importlib.metadata", "tomllib", "shutil", "tempfile", "decimal", "click.shell_completion"}
    | {f"linkwarden.{part}" for part in ("net", "fix", "diff", "store.memory", "checked", "cli.baseline", "lsp", "gha")}
)


def test_an_offline_check_does_without_what_it_does_not_use(tmp_path: Path) -> None:
    """A check that asks nobody and remembers nothing loads no network stack, database, edits or templates."""
    (tmp_path / "README.md").write_text("[x](https://a.example/)", "utf-8")

    loaded = _loaded_by(tmp_path, "check", "--offline", "--no-state", "--no-report", "--quiet")

    assert "linkwarden.run.engine" in loaded
    assert sorted(_OF_OTHER_RUNS & loaded) == []


def test_a_rule_is_explained_without_the_providers_that_do_not_have_it(tmp_path: Path) -> None:
    """The index knows which provider has which rule; so it does when a list or a configuration names one."""
    loaded = _loaded_by(tmp_path, "explain", "LW301")
    assert "linkwarden.providers.web.page" in loaded
    assert not {"linkwarden.providers.code.github.provider", "linkwarden.run.engine"} & loaded

    (tmp_path / "README.md").write_text("[x](#gone) <!-- linkwarden-ignore LW120 -->", "utf-8")
    (tmp_path / "linkwarden.toml").write_text("[[ignore]]\nurl = 'x'\ncode = 'not-found'\n", "utf-8")
    loaded = _loaded_by(tmp_path, "check", "--offline", "--no-state", "--no-report", "--quiet")
    assert "linkwarden.run.engine" in loaded
    assert not {"linkwarden.providers.code.github.provider", "linkwarden.providers.papers.crossref"} & loaded


def _loaded_by(folder: Path, *arguments: str) -> set[str]:
    """Return the modules that a command has loaded when it ends."""
    code = "import sys, linkwarden.__main__ as m\ntry: m.main(sys.argv[1:])\nexcept SystemExit: print(*sys.modules)"
    command = [sys.executable, "-c", code, *arguments]
    shown = subprocess.run(command, capture_output=True, text=True, check=True, cwd=folder).stdout
    return set(shown.splitlines()[-1].split())
