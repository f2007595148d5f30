"""Private places as a user meets them: options, variables, reports, the memory, the file that may not open doors."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from aiohttp import web

from linkwarden import gha
from linkwarden.cli import cli
from linkwarden.cli.guard import run_guarded
from linkwarden.config import Host, load_file
from linkwarden.model import UsageError
from tests.cli.offline import write
from tests.deps import on_fake_internet
from tests.internet import FakeInternet
from tests.internet.log import Exchange

SECRET = "0123456789abcdef"
ACCOUNT = f"docs.example.net reader:{SECRET}"


def private_site(internet: FakeInternet) -> None:
    """Make a host that shows its pages, and what it was sent, to those who log in."""

    async def page(request: web.Request) -> web.StreamResponse:
        given = request.headers.get("Authorization", "")
        if not given:
            return web.Response(status=401, text="log in")
        if request.path == "/gone":
            return web.Response(status=404, text=f"no such page for {given}")
        headers = {"ETag": '"v1"', "X-Account": given}
        return web.Response(
            text=f"<title>The page of {given}</title><h1>Long enough to be a page</h1>",
            content_type="text/html",
            headers=headers,
        )

    internet.site("docs.example.net").default(page)
    internet.site("web.archive.org").page("/cdx/search/cdx", "[]", media_type="application/json")


def check(*arguments: str, seen: list[Exchange] | None = None) -> int:
    """Check the README."""
    return run_guarded(cli, ["check", *arguments], on_fake_internet(private_site, seen))


@pytest.mark.parametrize("variable", [False, True])
def test_a_page_behind_a_password_is_checked(variable: bool, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: FBT001 - both ways
    """By option or variable; without, it stays unverified. What the server repeats of the password is nowhere."""
    write("[a](https://docs.example.net/a)\n[b](https://docs.example.net/gone)\n")
    reports = ("-o", "health.md", "-o", "health.json", "-o", "health.html", "-o", "all.sarif", "-o", "issue.md", "-v")
    assert check("--no-state", *reports) == 0
    if variable:
        monkeypatch.setenv("LINKWARDEN_BASIC_AUTH", f"\n  {ACCOUNT}\n\n")

    code = check(*reports, *(() if variable else (f"--basic-auth={ACCOUNT}",)))

    assert code == 1
    found = {result["url"]: result for result in json.loads(Path("health.json").read_text("utf-8"))["links"]}
    assert found["https://docs.example.net/a"]["verdict"] == "ok"
    assert found["https://docs.example.net/gone"]["verdict"] == "broken"
    for file in filter(Path.is_file, Path().rglob("*")):
        data = file.read_bytes()
        assert SECRET.encode() not in data, file
        assert b"cmVhZGVyOj" not in data, file  # reader: in base64


def test_nothing_private_is_shared_with_other_runs() -> None:
    """Neither a good response nor a validator is kept: a run without the password asks, and hears that it must not."""
    write("[a](https://docs.example.net/a)\n")
    seen: list[Exchange] = []
    assert check(f"--basic-auth={ACCOUNT}", "--no-report", seen=seen) == 0

    with closing(sqlite3.connect(".linkwarden/state.sqlite3")) as memory, memory:
        assert memory.execute("SELECT count(*) FROM answers").fetchone() == (0,)
    assert check("--fresh-for=1h", "-o", "out.json", seen=seen) == 0

    assert json.loads(Path("out.json").read_text("utf-8"))["links"][0]["verdict"] == "unverified"
    assert [("Authorization" in e.headers, "If-None-Match" in e.headers) for e in seen] == [
        (True, False),
        (False, False),
    ]


def test_the_archive_hears_nothing_of_private_urls() -> None:
    """A lost page of a host with a password is looked up nowhere; of another host it is."""
    write("[a](https://docs.example.net/gone)\n")
    seen: list[Exchange] = []

    assert check(f"--basic-auth={ACCOUNT}", "--no-report", "--no-state", seen=seen) == 1
    assert {exchange.host for exchange in seen} == {"docs.example.net"}


def test_an_insecure_host_is_read_and_remarked(capsys: pytest.CaptureFixture[str]) -> None:
    """Its pages are degraded, not broken; the finding names the option. Other hosts stay broken."""

    def build(internet: FakeInternet) -> None:
        for host in ("own.example.net", "other.example.net"):
            internet.tls(host, "self-signed").page("/", "<title>Here</title><h1>Here we are</h1>")

    write("[a](https://own.example.net/)\n[b](https://other.example.net/)\n")
    arguments = ["check", "--no-report", "--no-state", "--insecure=own.example.net"]

    assert run_guarded(cli, arguments, on_fake_internet(build)) == 1
    out = capsys.readouterr().out
    assert "degraded  LW374 certificate-not-verified" in out
    assert "its certificate was not verified (--insecure): " in " ".join(out.split())
    assert out.count("certificate-not-verified") == 1
    assert "certificate-self-signed" in out


def test_a_host_that_is_in_no_list_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """Else a misspelt one would go unnoticed; its header's value is not shown."""
    write("[a](https://docs.example.net/a)\n")

    check(f"--header=dcos.example.net X-Key: {SECRET}", "--no-report", "--no-state")

    said = capsys.readouterr()
    assert "No URL of the lists is on dcos.example.net" in said.out + said.err
    assert SECRET not in said.out + said.err


def test_a_wrong_value_is_an_error_that_does_not_show_it(capsys: pytest.CaptureFixture[str]) -> None:
    """Logs are read by many."""
    for option in ("--header", "--basic-auth", "--cookies"):
        assert check(f"{option}={SECRET}") == 2
        error = capsys.readouterr().err
        assert option in error
        assert "Write it like this" in error
        assert SECRET not in error


def test_the_action_takes_them_out_of_its_environment() -> None:
    """So that nothing that it starts inherits them; they reach the command as options."""
    environ = {"LINKWARDEN_BASIC_AUTH": ACCOUNT, "LINKWARDEN_HEADER": f"a.example X: {SECRET}\nb.example Y: 1\n"}

    taken = gha._take_private(environ)

    assert taken == [f"--header=a.example X: {SECRET}", "--header=b.example Y: 1", f"--basic-auth={ACCOUNT}"]
    assert environ == {}


def test_git_does_not_inherit_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor anything else that is started: a hook of somebody's could look."""
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    (bin_ / "git").write_text(f"#!/bin/sh\nenv >> '{tmp_path}/seen'\nexit 1\n", "utf-8")
    (bin_ / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{bin_}:{os.environ['PATH']}")
    monkeypatch.setenv("LINKWARDEN_BASIC_AUTH", ACCOUNT)
    write("[a](https://docs.example.net/gone)\n")
    Path(".git").mkdir()

    assert check("--no-report", "--no-state", "--diff=main") == 2

    assert "PATH=" in (tmp_path / "seen").read_text("utf-8")
    assert SECRET not in (tmp_path / "seen").read_text("utf-8")


def from_file(text: str) -> dict[str, object]:
    """Return what a configuration says."""
    return load_file(write(text, "linkwarden.toml"))


def test_a_file_sets_limits_of_single_hosts() -> None:
    """In ``[[host]]`` tables, in the words of the options."""
    assert from_file(
        '[[host]]\nname = "Docs.example.org"\ntimeout = "60s"\n\n[[host]]\nname = "*.example.org"\n'
        'per-host = 2\ninterval = "500ms"\n'
    ) == {
        "hosts": (
            Host(name="docs.example.org", timeout=60.0),
            Host(name="*.example.org", per_host=2, interval=0.5),
        )
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[[host]]\nname = "a.example"\nheader = "X-Key: 1"', "linkwarden.toml:3:1: the key 'header' is not allowed"),
        (
            '[[host]]\nname = "a.example"\nbasic-auth = "a:b"',
            "linkwarden.toml:3:1: the key 'basic-auth' is not allowed",
        ),
        ('[[host]]\nname = "a.example"\ninsecure = true', "linkwarden.toml:3:1: the key 'insecure' is not allowed"),
        ('[[host]]\nname = "a.example"\ncookies = "f"', "linkwarden.toml:3:1: the key 'cookies' is not allowed"),
        ('[[host]]\nname = "a.example"\nproxy = "f"', "linkwarden.toml:3:1: the key 'proxy' is not allowed"),
        ('[[host]]\nname = "a.example"\ntimout = "5s"', "linkwarden.toml:3:1: unknown key 'timout' in [[host]]"),
        ('[[host]]\nname = "a.example"\nper-host = 65', "linkwarden.toml:3:1: per-host: 65 is not from 1 to 64"),
        ('[[host]]\nname = "a.example"\ntimeout = 0', "linkwarden.toml:3:1: timeout: 0 leaves no time"),
        ('[[host]]\nname = "https://a.example/"', "linkwarden.toml:2:1: a [[host]] without the name of a host"),
        ('[[host]]\ntimeout = "5s"', "linkwarden.toml:1:1: a [[host]] without the name of a host"),
        ('[host]\nname = "a.example"', "linkwarden.toml:1:1: [host] is one table"),
        ('host = ["a.example"]', "linkwarden.toml:1:1: host: must be tables"),
        ('[[host]]\nname = "a.example"\n[[host]]\nname = "A.example"', "linkwarden.toml:4:1: a second [[host]]"),
        ('insecure = ["a.example"]', "linkwarden.toml:1:1: the key 'insecure' is not allowed"),
        ('basic-auth = ["a.example me:x"]', "linkwarden.toml:1:1: the key 'basic-auth' is not allowed"),
        ('password = "x"', "linkwarden.toml:1:1: the key 'password' is not allowed"),
    ],
)
def test_a_file_opens_no_door(text: str, message: str) -> None:
    """What a pull request could bring along is an error that says where such things belong."""
    with pytest.raises(UsageError) as caught:
        from_file(text)

    assert str(caught.value).startswith(message)
