"""Every row of docs/facts/services.md and docs/facts/http-answers.md: no healthy link accused, no ill one spared.

Each row stands with a healthy and an ill link, as far as it has both; ``tests/internet/rows_*.py`` serve them. What
nobody can tell without a live look, or at all, is ``unverified``, and its case says why.

Not served here, each for a reason:

* the two rows whose hosts are registries of packages: no file of the project names them;
* bioRxiv's own interface: its papers have DOIs, which settle them;
* the limits of Hugging Face, and the pauses that services ask for: ``tests/net`` has them for all hosts;
* Range requests and HEAD: linkwarden makes neither, so that no answer to them can mislead it;
* legacy renegotiation (6.5): the fake's servers cannot speak it to the end, ``tests/net`` has the failure;
* redirects made by scripts: nothing of them can be seen without a browser.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from linkwarden.answers.bot_protection import bot_protection
from linkwarden.config import Config
from linkwarden.deps import Deps
from linkwarden.model import Run
from linkwarden.run import engine
from linkwarden.wire import Request
from tests.internet import FakeInternet
from tests.internet.rows import HEALTHY, ILL, UNVERIFIED, Case, Rows
from tests.internet.rows_details import add_details
from tests.internet.rows_http import add_http
from tests.internet.rows_services import add_services


async def check(internet: FakeInternet, folder: Path, cases: list[Case]) -> Run:
    """Check a list of the links of all cases."""
    marks = [f"- {'!' if case.image else ''}[entry {n}]({case.url})\n" for n, case in enumerate(cases)]
    (folder / "README.md").write_text("# Links\n\n" + "".join(marks), "utf-8")
    for archive in ("archive.org", "web.archive.org"):  # whoever looks for copies finds none
        internet.site(archive)
    deps = Deps(
        make_net=lambda c, _: internet.net(concurrency=c.concurrency, per_host=c.per_host),
        now=internet.time.now,
        clock=internet.time.clock,
    )
    config = Config(inputs=(str(folder / "README.md"),), root=folder, github_token="good-token")
    return await engine.run(config, deps)


def add_all_services(rows: Rows) -> None:
    """Add the rows of services with the forms and traps that they mention."""
    add_services(rows)
    add_details(rows)


@pytest.mark.usefixtures("each_engine")
@pytest.mark.parametrize("add", [add_all_services, add_http])
async def test_every_row(internet: FakeInternet, tmp_path: Path, add: Callable[[Rows], None]) -> None:
    """Each link gets the verdict that its row asks for, and nothing fails on our side."""
    rows = Rows(internet)
    add(rows)

    run = await check(internet, tmp_path, rows.cases)

    found = {result.target.url: result.judgement.verdict.value for result in run.results}
    wrong = {
        case.url: f"{case.row}: {found.get(case.url)}, not {case.right}"
        for case in rows.cases
        if found.get(case.url) != case.right
    }
    assert wrong == {}
    assert run.failures == ()
    await assert_offers_resolve(internet, run)


async def assert_offers_resolve(internet: FakeInternet, run: Run) -> None:
    """Whatever web address is offered answers 200, or stands behind a wall where a registry vouches for it."""
    offered = {r.judgement.suggestion.url for r in run.results if r.judgement.suggestion is not None}
    async with internet.net() as net:
        for url in sorted(url for url in offered if url.startswith("http")):
            response = await net.fetch(Request(url=url, purpose="suggestion"))
            assert response.status == 200 or bot_protection(response) is not None, url


def test_the_table_says_why(internet: FakeInternet) -> None:
    """Every verdict of the table is of one class, no address stands twice, and what stays open has a reason."""
    rows = Rows(internet)
    add_all_services(rows)
    add_http(rows)

    assert len({case.url for case in rows.cases}) == len(rows.cases) > 240
    assert {case.right for case in rows.cases} <= HEALTHY | ILL | {UNVERIFIED}
    assert all(bool(case.why) is (case.right == UNVERIFIED) for case in rows.cases)
    walled = [case for case in rows.cases if case.row == "walled, with an identifier"]
    assert len(walled) > 20
    assert all(case.right != UNVERIFIED for case in walled)
