"""What a change adds is all that is asked for, and what it breaks is reported (``--diff``)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linkwarden.config import Config
from linkwarden.deps import Deps
from linkwarden.model import Run, UsageError
from linkwarden.report._words import TITLE
from linkwarden.run import engine
from tests.internet import FakeInternet
from tests.repository import Repository

Check = Callable[..., Coroutine[Any, Any, Run]]


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """An empty repository, which is also where we are."""
    repository = Repository(tmp_path / "repository")
    monkeypatch.chdir(repository.folder)
    return repository


@pytest.fixture
def check(internet: FakeInternet) -> Check:
    """Check lists of the repository where we are, compared with ``main``, on an internet where everything is there."""
    for name in "abcdefgn":
        internet.site(f"{name}.example").page("/", "<title>Page</title> words")

    async def run(*inputs: str, diff: str = "main", **options: Any) -> Run:
        config = Config(inputs=inputs or ("README.md",), diff=diff, **options)
        deps = Deps(make_net=lambda _config, _observer: internet.net(), now=internet.time.now)
        return await engine.run(config, deps)

    return run


def asked(internet: FakeInternet) -> set[str]:
    """Give the hosts that were asked."""
    return {entry.host for entry in internet.log}


def told(run: Run) -> list[tuple[str, str, str]]:
    """Give document, address and rule of every result with a finding."""
    return [(r.target.path, r.target.url, r.judgement.rule.slug) for r in run.results if r.judgement.rule is not None]


# --- additions ----------------------------------------------------------------------------------------------------


async def test_only_the_added_link_is_asked_for(repository: Repository, check: Check, internet: FakeInternet) -> None:
    """Of three links one is new: one host is asked, one result is given, and the others are counted."""
    repository.commit({"README.md": "[a](https://a.example/) [b](https://b.example/)\n"})
    repository.branch("feature")
    repository.commit({"README.md": "[a](https://a.example/)\n\n[n](https://n.example/) [b](https://b.example/)\n"})

    run = await check()

    assert asked(internet) == {"n.example"}
    assert [r.target.url for r in run.results] == ["https://n.example/"]
    assert run.results[0].target.occurrences[0].span.line == 3
    assert run.compared is not None
    assert run.compared.unchanged == 2
    assert run.compared.base.startswith("main (")
    assert run.exit_code == 0


async def test_what_moves_is_no_addition(repository: Repository, check: Check, internet: FakeInternet) -> None:
    """A section that moves within a list and to another one, indented anew, costs no request and ends with 0."""
    repository.commit(
        {
            "README.md": "# List\n\n* [a](https://a.example/)\n* [b](https://b.example/)\n* [c](https://c.example/)\n",
            "docs/more.md": "[d](https://d.example/)\n",
        }
    )
    repository.branch("feature")
    repository.commit(
        {
            "README.md": "# List\n\n* [c](https://c.example/)\n  * [a](https://a.example/)\n",
            "docs/more.md": "[d](https://d.example/)\n\n1. [other words](https://b.example/)\n",
        }
    )

    run = await check("README.md", "docs")

    assert internet.log == []
    assert run.results == ()
    assert run.exit_code == 0
    assert run.compared is not None
    assert run.compared.unchanged == 4


async def test_a_renamed_list_with_one_new_link(repository: Repository, check: Check, internet: FakeInternet) -> None:
    """A list gets another name, another folder and another order, and one link more: that one alone is asked for."""
    before = "".join(f"* [{n}](https://{n}.example/)\n" for n in "abcdef")
    repository.commit({"list.md": before, "README.md": "[list](list.md)\n"})
    repository.branch("feature")
    repository.remove("list.md")
    after = "".join(f"* [{n}](https://{n}.example/)\n" for n in "fedcbna")
    repository.commit({"docs/papers.md": after, "README.md": "[list](docs/papers.md)\n"})

    run = await check(".")

    assert asked(internet) == {"n.example"}
    assert [r.target.url for r in run.results] == ["docs/papers.md", "https://n.example/"]
    assert run.exit_code == 0


@pytest.mark.parametrize(
    ("before", "after", "added"),
    [
        ("[x](https://a.example/)", "[x](https://n.example/)", {"n.example"}),
        ("[x][r]\n\n[r]: https://a.example/", "[x][r]\n\n[r]: https://n.example/", {"n.example"}),
        ("[x](https://a.example/)", "![x](https://a.example/)", {"a.example"}),
        ("![x](https://a.example/)", "[x](https://a.example/)", set()),
        ("[x](https://a.example/)", "[x](HTTPS://A.example:443)", set()),
        ("[x](https://a.example/#one)", "[x](https://a.example/#two)", {"a.example"}),
        ("[x](//a.example/)", "[x](https://a.example/)", set()),
        ("`https://a.example/`", "<https://a.example/>", {"a.example"}),
        ("<!-- [x](https://a.example/) -->", "[x](https://a.example/)", {"a.example"}),
    ],
)
async def test_what_counts_as_added(
    repository: Repository, check: Check, internet: FakeInternet, before: str, after: str, added: set[str]
) -> None:
    """The same text with another target, another definition, a picture in place of a link: what is new is asked."""
    repository.commit({"README.md": f"[b](https://b.example/)\n\n{before}\n"})
    repository.branch("feature")
    repository.commit({"README.md": f"[b](https://b.example/)\n\n{after}\n"})

    await check()

    assert asked(internet) == added


async def test_what_stands_in_another_list_is_no_addition(
    repository: Repository, check: Check, internet: FakeInternet
) -> None:
    """What an unchanged list has, or another document had, is not asked for; what one keeps, or a report had, is."""
    repository.commit(
        {
            "README.md": "[a](https://a.example/)\n",
            "other.md": "[b](https://b.example/)\n",
            "unlisted.md": "[c](https://c.example/) [d](https://d.example/)\n",
            "reports/health.md": f"{TITLE}\n\nChecked on Monday.\n\n[e](https://e.example/)\n",
        }
    )
    repository.branch("feature")
    repository.commit(
        {
            "README.md": "".join(f"[{n}](https://{n}.example/)\n" for n in "abcde"),
            "unlisted.md": "[c](https://c.example/)\n",
            "reports/health.md": f"{TITLE}\n\nChecked on Tuesday.\n",
        }
    )

    await check("README.md", "other.md")

    assert asked(internet) == {"c.example", "e.example"}


async def test_what_is_not_committed_counts(repository: Repository, check: Check, internet: FakeInternet) -> None:
    """On the branch itself, changes that are not committed are the change; so is a file that git does not know yet."""
    repository.commit({"README.md": "[a](https://a.example/)\n"})
    repository.write(
        {"README.md": "[a](https://a.example/) [b](https://b.example/)\n", "new.md": "[n](https://n.example/)\n"}
    )

    await check(".")

    assert asked(internet) == {"b.example", "n.example"}


@given(order=st.permutations("abcdefg"), cut=st.integers(0, 7), renamed=st.booleans())
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_no_order_and_no_division_is_an_addition(
    tmp_path_factory: pytest.TempPathFactory,
    order: Sequence[str],
    cut: int,
    renamed: bool,  # noqa: FBT001
) -> None:
    """However the entries of a list are ordered, divided and named anew: nothing is added."""
    repository = Repository(tmp_path_factory.mktemp("moved"))
    repository.commit({"one.md": "# One\n" + "".join(f"* [{n}](https://{n}.example/)\n" for n in "abcdefg")})
    parts = [f"* <https://{n}.example/>\n" for n in order]
    repository.write(
        {"one.md": "# x\n[here](two.md)" + "\n".join(parts[:cut]), "two.md": "[x](one.md)\n\n" + "".join(parts[cut:])}
    )
    if renamed:
        (repository.folder / "one.md").rename(repository.folder / "uno.md")
        repository.write({"one.md": "[x](two.md)"})

    def no_network(*_: object) -> Any:
        raise AssertionError

    config = Config(inputs=(str(repository.folder),), diff="HEAD", offline=True)
    run = asyncio.run(engine.run(config, Deps(make_net=no_network)))

    assert {r.target.url for r in run.results} <= {"one.md", "two.md"}
    assert told(run) == []


# --- local links --------------------------------------------------------------------------------------------------


async def test_a_deleted_heading_breaks_links_elsewhere(repository: Repository, check: Check) -> None:
    """Links in unchanged lists to a heading that goes are reported; one that was broken before is not."""
    repository.commit(
        {
            "README.md": "[setup](docs/guide.md#setup) [use](docs/guide.md#use) [x](docs/guide.md#never)\n",
            "docs/guide.md": "# Guide\n\n## Setup\n\n[top](#guide) [s](#setup) [y](#nowhere)\n\n## Use\n",
        }
    )
    repository.branch("feature")
    repository.commit({"docs/guide.md": "# Guide\n\n[top](#guide) [s](#setup) [y](#nowhere)\n\n## Use\n"})

    run = await check("README.md", "docs/guide.md")

    assert told(run) == [
        ("README.md", "docs/guide.md#setup", "anchor-missing"),
        ("docs/guide.md", "#setup", "anchor-missing"),
    ]
    assert len(run.results) == 2
    assert run.exit_code == 1


async def test_a_heading_of_a_document_that_is_no_list(repository: Repository, check: Check) -> None:
    """The heading may stand in a document that is not checked itself."""
    repository.commit({"README.md": "[setup](guide.md#setup)\n", "guide.md": "## Setup\n"})
    repository.branch("feature")
    repository.commit({"guide.md": "## Installation\n"})

    assert told(await check()) == [("README.md", "guide.md#setup", "anchor-missing")]


@pytest.mark.parametrize(
    "settings", [{"mkdocs.yml": "markdown_extensions: [attr_list]\n"}, {".vitepress/config.ts": "x"}]
)
async def test_a_deleted_name_of_a_heading(repository: Repository, check: Check, settings: dict[str, str]) -> None:
    """A name that its author gave to a heading was a place before, if a program builds the page."""
    before = "[x](#given) [y](#never)\n\n## Setup {#given}\n"
    repository.commit({"docs/a.md": before, **settings})
    repository.branch("feature")
    repository.commit({"docs/a.md": before.replace(" {#given}", "")})

    assert told(await check("docs/a.md")) == [("docs/a.md", "#given", "anchor-missing")]


@pytest.mark.parametrize(
    "link", ["Docs/guide.md", "/Docs/guide.md", "Docs/", "./Docs/gu%69de.md?plain=1#x", "docs/Guide.md"]
)
async def test_a_renamed_file_breaks_links_elsewhere(repository: Repository, check: Check, link: str) -> None:
    """Links to a file that is renamed are reported, however they are written; one that led nowhere before is not."""
    repository.commit({"README.md": f"[g]({link}) [x](docs/never.md)\n", "Docs/guide.md": "# x\n"})
    repository.branch("feature")
    repository.git("mv", "Docs", "manual")
    repository.commit()

    assert told(await check()) == [("README.md", link, "file-missing")]


async def test_a_page_of_a_site_that_goes(repository: Repository, check: Check) -> None:
    """Links that the site understood and GitHub did not are looked for as the site does, before as today."""
    repository.commit(
        {
            "docs/index.md": "[a](guide/start#two_1) [b](guide/start#never) [c](guide/other)\n",
            "docs/guide/start.md": "# Two\n\n## Two\n",
            "docs/guide/other.md": "# Other\n",
            "mkdocs.yml": "site_name: x\n",
        }
    )
    repository.branch("feature")
    (repository.folder / "docs" / "guide" / "other.md").unlink()
    repository.commit({"docs/guide/start.md": "# Two\n"})
    assert told(await check("docs/index.md")) == [
        ("docs/index.md", "guide/start#two_1", "anchor-missing"),
        ("docs/index.md", "guide/other", "site-page-unknown"),
    ]


async def test_a_picture_that_is_spoilt(repository: Repository, check: Check) -> None:
    """A picture's file that becomes something else is reported; the one that never was a picture is not."""
    (repository.folder / "logo.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(32))
    repository.commit({"README.md": "![logo](logo.png) ![other](other.png)\n", "other.png": "<html>"})
    repository.branch("feature")
    repository.commit({"logo.png": "<html>"})

    assert [url for _, url, _ in told(await check())] == ["logo.png"]


async def test_a_broken_link_that_moves_along_is_not_reported(repository: Repository, check: Check) -> None:
    """A link was broken before, and moves with its section or its file: the change is not to blame."""
    repository.commit({"README.md": "# A\n[x](#gone) [a](#a)\n", "old.md": "# Old\n[y](missing.md) [o](#old)\n"})
    repository.branch("feature")
    repository.remove("old.md")
    repository.commit({"README.md": "# A\n[a](#a)\n", "new.md": "# Old\n[y](missing.md) [x](#gone) [o](#old)\n"})

    run = await check("README.md", "new.md")

    assert told(run) == []


async def test_a_move_that_breaks_a_link_is_reported(repository: Repository, check: Check) -> None:
    """A section moves into another file or folder, where its relative links lead nowhere."""
    repository.commit({"README.md": "# A\n[a](#a) [p](img/p.txt) [a](#a)\n", "img/p.txt": "x"})
    repository.branch("feature")
    repository.commit({"README.md": "[more](docs/more.md)\n", "docs/more.md": "[a](#a) [p](img/p.txt)\n"})

    run = await check("README.md", "docs/more.md")

    assert told(run) == [("docs/more.md", "#a", "anchor-missing"), ("docs/more.md", "img/p.txt", "file-missing")]


async def test_a_new_link_does_not_account_for_an_old_one_elsewhere(repository: Repository, check: Check) -> None:
    """A new broken link is reported even if another list has the same one and keeps it."""
    repository.commit({"README.md": "# A\n[a](#a)\n", "other.md": "[x](#gone) [h](htps://h.example/)\n"})
    repository.branch("feature")
    repository.commit({"README.md": "# A\n[a](#a) [x](#gone)\n", "other.md": "[x](#gone) [h](htps://h.example/) .\n"})

    assert told(await check("README.md", "other.md")) == [("README.md", "#gone", "anchor-missing")]


async def test_a_new_misspelt_address_is_reported(repository: Repository, check: Check) -> None:
    """What is no web address and no file counts as well: a misspelt scheme, an empty source."""
    repository.commit({"README.md": "[a](htps://old.example/)\n"})
    repository.branch("feature")
    repository.commit({"README.md": '[a](htps://old.example/) [b](htps://new.example/) <img src="">\n'})

    assert [url for _, url, _ in told(await check())] == ["htps://new.example/", ""]
    left_out = await check(exclude=("htps:",))
    assert [(url, rule) for _, url, rule in told(left_out)] == [
        ("htps://new.example/", "excluded"),
        ("", "empty-picture-address"),
    ]


async def test_a_file_in_a_submodule_stays_unverified(repository: Repository, check: Check) -> None:
    """A link into a submodule was not fine before only because the submodule's files are not here."""
    repository.write({".gitmodules": '[submodule "lib"]\n\tpath = lib\n\turl = https://a.example/lib\n'})
    repository.git("add", ".gitmodules")
    repository.git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},lib")
    repository.write({"README.md": "[l](lib/README.md) [folder](lib)\n"})
    repository.git("add", "README.md")
    repository.git("commit", "-q", "-m", "submodule")
    (repository.folder / "lib").mkdir()

    run = await check()

    assert told(run) == []


# --- what cannot be compared --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        (("-",), "standard input"),
        (("https://a.example/x.md",), "a.example"),
        (("../outside.md",), "is outside the repository"),
    ],
)
async def test_only_files_of_the_repository_have_an_earlier_version(
    repository: Repository, check: Check, internet: FakeInternet, inputs: tuple[str, ...], words: str
) -> None:
    """Standard input, an address and a file elsewhere have no base: that is an error, and nothing is asked."""
    repository.commit({"README.md": "[a](https://a.example/)\n"})
    (repository.folder.parent / "outside.md").write_text("[a](https://a.example/)")

    with pytest.raises(UsageError, match=words):
        await check("README.md", *inputs)

    assert internet.log == []


async def test_a_flood_is_refused_before_anything_is_asked(
    repository: Repository, check: Check, internet: FakeInternet
) -> None:
    """More than 500 added addresses are refused; so are more than 50 on one host, unless it is a registry."""
    repository.commit({"README.md": "[a](https://a.example/)\n"})

    repository.write({"README.md": "".join(f"<https://h{n}.example/>\n" for n in range(501))})
    with pytest.raises(UsageError, match="adds 501 URLs; linkwarden checks at most 500") as refusal:
        await check()
    assert "Split the change" in refusal.value.advice

    repository.write({"README.md": "".join(f"<https://victim.example/{n}>\n" for n in range(51))})
    with pytest.raises(UsageError, match="adds 51 URLs on victim"):
        await check()

    assert internet.log == []
    run = await check(offline=True)
    assert len(run.results) == 51
    repository.write({"README.md": "".join(f"<https://arxiv.org/abs/2401.{n:05}>\n" for n in range(51))})
    assert (await check()).compared is not None
    repository.write({"README.md": "".join(f"<https://victim.example/{n}>\n" for n in range(50))})
    assert len((await check()).results) == 50


async def test_an_empty_list_of_changes(repository: Repository, check: Check, internet: FakeInternet) -> None:
    """Nothing has changed: no request, no result, exit code 0."""
    repository.commit({"README.md": "# A\n\n[a](https://a.example/) [a](#a) [b](#gone)\n"})

    run = await check()

    assert internet.log == []
    assert run.results == ()
    assert run.exit_code == 0


async def test_remarks_that_held_before_are_left_out(repository: Repository, check: Check) -> None:
    """A remark on a list is told where the change is to blame for it, and not in every pull request after that."""
    repository.commit({"README.md": "[a](https://a.example/)\n", "other.md": "\ufffd [b](https://b.example/)\n"})
    repository.write({"README.md": "\ufffd [a](https://a.example/)\n", "other.md": "words\n\n\ufffd [b](b)\n"})

    run = await check("README.md", "other.md")

    assert [notice.path for notice in run.notices] == ["README.md"]


@pytest.mark.parametrize(
    "remark",
    [
        "<!-- linkwarden-ingore -->\n",
        "<!-- linkwarden-ignore-end -->\n",
        "<!-- linkwarden-ignore-start -->\n",
        "Ã¤ Ã¶ Ã¼\n",
        ">" * 5000 + " deep\n",
    ],
)
async def test_each_kind_of_remark_is_known_again(repository: Repository, check: Check, remark: str) -> None:
    """Where it held before, moving it is no news; where the change brings it, it is."""
    link = "[a](https://a.example/)\n\n"
    repository.commit({"README.md": link, "other.md": link + remark})
    repository.write({"README.md": link + remark, "other.md": link + "words\n\n" + remark})

    run = await check("README.md", "other.md")

    assert {notice.path for notice in run.notices} == {"README.md"}


async def test_another_remark_of_the_same_kind_is_news(repository: Repository, check: Check) -> None:
    """A second comment, misspelt in another way, is told; the first one is not."""
    repository.commit({"README.md": "[a](https://a.example/)\n\n<!-- linkwarden-ingore -->\n"})
    repository.write(
        {"README.md": "[a](https://a.example/)\n\n<!-- linkwarden-ingore -->\n\n<!-- linkwarden-ignroe -->\n"}
    )

    run = await check()

    assert ["ignroe" in notice.message for notice in run.notices] == [True]


async def test_interrupted_it_keeps_what_it_found(repository: Repository, check: Check, internet: FakeInternet) -> None:
    """Ctrl-C gives what is settled of the change, with what the base says of local links, and exit code 130."""
    repository.commit({"README.md": "# A\n\n[a](https://a.example/) [old](#gone) [b](#a)\n"})
    repository.write({"README.md": "# B\n\n[a](https://a.example/) [old](#gone) [b](#a) <https://never.example/>\n"})
    reached = asyncio.Event()

    async def never(_request: web.Request) -> web.Response:
        reached.set()
        await asyncio.Event().wait()
        return web.Response()

    internet.site("never.example").handle("/", never)
    task = asyncio.ensure_future(check())
    await reached.wait()
    await internet.time.sleep(1)  # what needs no network is settled by now, whoever came first
    task.cancel()

    run = await task

    assert run.exit_code == 130
    assert [(r.target.url, r.judgement.verdict.value) for r in run.results] == [
        ("#a", "broken"),
        ("https://never.example/", "unverified"),
    ]


async def test_a_base_that_cannot_be_read_in_the_end_loses_nothing(
    repository: Repository, check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where git or the disk fails after all was asked, every finding is told, and the failure is one of ours."""
    repository.commit({"README.md": "# A\n\n[old](#gone)\n"})
    repository.write({"README.md": "# A\n\n[old](#gone) [n](https://n.example/)\n"})

    def no_room(**_: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("linkwarden.diff._former.tempfile.mkdtemp", no_room)

    run = await check()

    assert [r.target.url for r in run.results] == ["#gone", "https://n.example/"]
    assert "comparing with main" in run.failures[0].where
    assert run.exit_code == 3
