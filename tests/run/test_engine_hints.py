"""What the user is advised to do depends on what the run could do."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from linkwarden.config import Config
from linkwarden.deps import Deps
from linkwarden.run import engine
from tests.internet import FakeInternet


async def test_without_a_network_there_is_one_thing_to_do(internet: FakeInternet, tmp_path: Path) -> None:
    """Who could not be asked at all could not have been asked better: no token is recommended, only a connection."""
    internet.down()
    path = tmp_path / "list.md"
    await asyncio.to_thread(path.write_text, "\n\n".join(f"https://github.com/a/b{n}" for n in range(9)), "utf-8")
    deps = Deps(make_net=lambda *_: internet.net(), now=internet.time.now, clock=internet.time.clock)

    run = await engine.run(Config(inputs=(str(path),)), deps)

    assert run.network_down
    assert [hint.partition(",")[0] for hint in run.hints] == ["Check the connection"]


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("[a](htps://a.org/)", "1 URL can be replaced safely: `linkwarden fix {} --write`."),
        (
            "[a](htps://a.org/) [b](htps://b.org/) [c](#tps)\n\n# Tips",
            "2 URLs can be replaced safely: `linkwarden fix {} --write`; --interactive asks about 1 more.",
        ),
        ("[c](#tps)\n\n# Tips", "1 URL can be replaced after a look: `linkwarden fix {} --interactive` asks."),
        ("[a](#nowhere)", None),
        ("[a](htps://a.org/) <!-- linkwarden-ignore -->", None),
    ],
)
async def test_the_command_that_fixes_is_named(tmp_path: Path, text: str, hint: str | None) -> None:
    """With the list's name as a shell takes it; not where nothing can be fixed."""
    path = tmp_path / "my list.md"
    await asyncio.to_thread(path.write_text, text, "utf-8")
    deps = Deps(make_net=lambda *_: FakeInternet().net())
    run = await engine.run(Config(inputs=(str(path),), offline=True), deps)
    assert run.hints == ((hint.format(f"'{path}'"),) if hint else ())


async def test_no_command_fixes_what_is_no_file() -> None:
    """A list from standard input cannot be edited."""
    deps = Deps(make_net=lambda *_: FakeInternet().net(), stdin=lambda: b"[a](htps://a.org/)")
    assert (await engine.run(Config(inputs=("-",), offline=True), deps)).hints == ()
