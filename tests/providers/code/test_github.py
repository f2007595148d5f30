"""GitHub links with a token: one query for all, REST for what it did not find, nothing accused without proof."""

from __future__ import annotations

from collections import Counter

import pytest

from linkwarden.model import Evidence, Pass
from tests.internet import FakeInternet
from tests.internet.github import FakeGithub
from tests.internet.github_graphql import schema_installed
from tests.links import target
from tests.providers.code.github_desk import Desk, code, suggested
from tests.shared import SHARED, needs_shared


def test_the_real_schema_is_there() -> None:
    """Queries are held against GitHub's own schema; without it this says so."""
    if not schema_installed():
        pytest.skip("GitHub's schema is not installed: npm install --prefix tests/schema")
    assert schema_installed()


async def test_states_of_a_repository(desk: Desk, github: FakeGithub) -> None:
    """Each state that GitHub tells has its own finding, and a healthy repository has none."""
    github.add("o/fine")
    github.add("o/archived", archived_at="2024-05-06T07:08:09Z")
    github.add("o/disabled", disabled=True)
    github.add("o/empty", branches={})
    github.add("o/locked", lock="MIGRATING")
    github.add("o/private", private=True)
    github.add("new/name", former=("old/name",))
    github.add("o/blocked")
    github.blocked["o/blocked"] = "dmca"
    names = ["fine", "archived", "disabled", "empty", "locked", "private", "blocked", "nope"]

    answers = await desk.ask(*(f"https://github.com/o/{name}" for name in names), "https://github.com/old/name#readme")

    found = {url.removeprefix("https://github.com/"): code(a) for url, a in answers.items()}
    assert found == {
        "o/fine": None,
        "o/archived": "LW442",
        "o/disabled": "LW453",
        "o/empty": "LW454",
        "o/locked": "LW455",
        "o/private": "LW456",
        "o/blocked": "LW443",
        "o/nope": "LW440",
        "old/name#readme": "LW441",
    }
    assert suggested(answers["https://github.com/old/name#readme"]) == ("https://github.com/new/name#readme", True)
    archived = answers["https://github.com/o/archived"]
    assert isinstance(archived, Evidence)
    assert "2024-05-06" in archived.reason
    blocked = answers["https://github.com/o/blocked"]
    assert isinstance(blocked, Evidence)
    assert any("dmca" in (fact.url or "") for fact in blocked.facts)


async def test_one_query_and_rest_only_for_what_was_not_found(desk: Desk, github: FakeGithub) -> None:
    """A hundred links are one POST; each repository that GraphQL does not find costs one GET."""
    for n in range(40):
        github.add(f"o/r{n}", "a.md")
    urls = [f"https://github.com/o/r{n}{tail}" for n in range(40) for tail in ("", "/blob/main/a.md", "/issues")]

    await desk.ask(*urls, "https://github.com/o/gone")

    assert github.questions() == [("POST", "/graphql"), ("GET", "/repos/o/gone")]
    assert github.page_views == []


async def test_case_is_no_rename(desk: Desk, github: FakeGithub) -> None:
    """Names that differ only in case are the same repository (docs/facts/services.md#github-graphql)."""
    github.add("Netron/Netron")

    assert await desk.code("https://github.com/netron/NETRON") is None


async def test_a_branch_renamed_breaks_raw_files_only(desk: Desk, github: FakeGithub) -> None:
    """Raw files of a renamed branch are gone, with a fix; pages redirect (docs/facts/services.md#github-renames)."""
    github.add("netron/netron", "media/screenshot.png", former=("lutzroeder/netron",))
    raw = "https://raw.githubusercontent.com/lutzroeder/netron/master/media/screenshot.png"
    page = "https://github.com/lutzroeder/netron/blob/master/media/screenshot.png"

    answers = await desk.ask(page, images=(raw,))

    assert (code(answers[raw]), code(answers[page])) == ("LW447", "LW446")
    better = "https://raw.githubusercontent.com/netron/netron/main/media/screenshot.png"
    assert suggested(answers[raw]) == (better, True)
    assert suggested(answers[page]) == ("https://github.com/netron/netron/blob/main/media/screenshot.png", True)
    assert [q[0] for q in github.questions()] == ["POST"]


async def test_a_folder_is_one_alias(desk: Desk, github: FakeGithub) -> None:
    """Branch and path are one revision expression, in the query with all the others."""
    github.add("ray-project/ray", branches={"master": {"python/ray/tune/x.py"}})

    assert await desk.code("https://github.com/ray-project/ray/tree/master/python/ray/tune") is None
    assert len(github.queries) == 1
    assert github.queries[0].count('object(expression: "master:python/ray/tune")') == 1


async def test_branches_with_slashes(desk: Desk, github: FakeGithub) -> None:
    """A branch name with slashes is found by a second query, the same for all."""
    github.add("o/r", branches={"main": {"x/d/a.md"}, "feature/x": {"d/a.md"}, "a/b/c": {"e.md"}})

    answers = await desk.ask(
        "https://github.com/o/r/blob/feature/x/d/a.md",
        "https://github.com/o/r/tree/feature/x",
        "https://github.com/o/r/tree/a/b/c",
        "https://github.com/o/r/blob/a/b/c/e.md",
    )

    assert [code(a) for a in answers.values()] == [None] * 4
    assert len(github.queries) == 2


async def test_paths_that_are_not_there(desk: Desk, github: FakeGithub) -> None:
    """A missing file, a file on another branch, a missing branch and a missing commit are told apart."""
    github.add("o/r", branches={"main": {"new.md"}, "v1": {"old.md"}}, tags={"t": set()}, submodules={"sub"})
    base = "https://github.com/o/r"
    expected = {
        f"{base}/blob/main/nope.md": "LW445",
        f"{base}/blob/v1/new.md": "LW445",
        f"{base}/tree/nope": "LW448",
        f"{base}/blob/nope/new.md": "LW448",
        f"{base}/blob/nope/nope.md": "LW448",
        f"{base}/tree/master": "LW446",
        f"{base}/commit/abcdef1234": "LW448",
        f"{base}/archive/v9.zip": "LW448",
        f"{base}/archive/refs/tags/t.tar.gz": None,
        f"{base}/tree/main/sub": None,
        f"{base}/blob/main/sub": None,
    }

    answers = await desk.ask(*expected)

    assert {url: code(a) for url, a in answers.items()} == expected
    assert suggested(answers[f"{base}/blob/v1/new.md"]) == (f"{base}/blob/main/new.md", False)


async def test_a_renamed_branch_that_was_not_the_default(desk: Desk, github: FakeGithub) -> None:
    """REST knows renamed branches; the page redirects, so nothing is broken."""
    github.add("o/r", branches={"main": {"a.md"}, "next": {"a.md"}}, renamed_branches={"wip": "next"})

    answer = await desk.one("https://github.com/o/r/blob/wip/a.md")

    assert code(answer) == "LW446"
    assert suggested(answer) == ("https://github.com/o/r/blob/next/a.md", True)


async def test_numbers_releases_and_sections(desk: Desk, github: FakeGithub) -> None:
    """Issues, discussions, milestones, releases and the wiki are asked about by what they are."""
    github.add(
        "o/r",
        tags={"v1": set()},
        releases={"v1"},
        commits={"abcdef1"},
        wiki=False,
        numbers={1: "Issue", 2: "PullRequest", 3: "Discussion", 4: "deleted", 5: "Milestone",
                 6: "https://github.com/new/home/issues/1"},
    )  # fmt: skip
    github.add("new/home", numbers={1: "Issue"})
    base = "https://github.com/o/r"
    expected = {
        f"{base}/issues/1": None,
        f"{base}/issues/2": None,
        f"{base}/pull/2/files": None,
        f"{base}/issues/3": "LW450",
        f"{base}/issues/4": "LW449",
        f"{base}/issues/6": "LW450",
        f"{base}/issues/99": "LW449",
        f"{base}/discussions/3": None,
        f"{base}/discussions/99": "LW449",
        f"{base}/milestone/5": None,
        f"{base}/milestone/99": "LW449",
        f"{base}/releases/tag/v1": None,
        f"{base}/releases/tag/v9": "LW451",
        f"{base}/commit/abcdef1": None,
        f"{base}/wiki": "LW458",
        f"{base}/actions": None,
    }

    answers = await desk.ask(*expected)

    assert {url: code(a) for url, a in answers.items()} == expected
    assert suggested(answers[f"{base}/issues/3"]) == (f"{base}/discussions/3", True)
    assert github.page_views == []


async def test_accounts_and_gists(desk: Desk, github: FakeGithub) -> None:
    """Accounts travel in the same query; gists are asked by REST."""
    github.add("octocat/r")
    github.gists.add("aa5a315d61ae9438b18d")

    answers = await desk.ask(
        "https://github.com/octocat",
        "https://github.com/nobody-at-all",
        "https://gist.github.com/octocat/aa5a315d61ae9438b18d",
        "https://gist.github.com/octocat/bb5a315d61ae9438b18d",
        "https://github.com/octocat/r",
    )

    assert [code(a) for a in answers.values()].count(None) == 3
    assert code(answers["https://github.com/nobody-at-all"]) == "LW444"
    assert code(answers["https://gist.github.com/octocat/bb5a315d61ae9438b18d"]) == "LW452"
    assert len(github.queries) == 1


async def test_pictures_go_on_to_be_looked_at(desk: Desk, github: FakeGithub) -> None:
    """A picture that GitHub says is there still needs its bytes checked; a dead one does not."""
    github.add("now/r", "x.png", former=("old/r",), archived_at="2024-01-01T00:00:00Z")
    there, renamed = "https://github.com/now/r/raw/main/x.png", "https://raw.githubusercontent.com/old/r/main/x.png"
    gone = "https://raw.githubusercontent.com/now/r/main/y.png"

    answers = await desk.ask(images=(there, renamed, gone))

    assert answers[there] == Pass(there)
    passed = answers[renamed]
    assert isinstance(passed, Pass)
    assert passed.note is not None
    assert code(passed.note) == "LW441"
    assert code(answers[gone]) == "LW445"


async def test_a_raw_page_is_asked_itself_when_its_branch_went(desk: Desk, github: FakeGithub) -> None:
    """Whether github.com/…/raw/… redirects after a rename is unsure, so its own 404 is the proof."""
    github.add("o/r", "x.png")
    url = "https://github.com/o/r/raw/master/x.png"

    answer = await desk.one(url, image=True)

    assert code(answer) == "LW447"
    assert suggested(answer) == ("https://github.com/o/r/raw/main/x.png", True)


async def test_readme_sections(desk: Desk, github: FakeGithub) -> None:
    """README anchors are looked up in GitHub's own rendering, which is asked for once per repository."""
    github.add(
        "o/r", readme='<div><h2>Use</h2><a id="user-content-use" href="#use"></a><a name="user-content-Old"></a></div>'
    )
    base = "https://github.com/o/r"
    expected = {
        f"{base}#use": None,
        f"{base}#user-content-use": None,
        f"{base}?tab=readme-ov-file#old": None,
        f"{base}#nope": "LW457",
        f"{base}?tab=MIT-1-ov-file#nope": None,
        f"{base}#readme": None,
        f"{base}#:~:text=anything": None,
    }

    answers = await desk.ask(*expected)

    assert {url: code(a) for url, a in answers.items()} == expected
    assert [q for q in github.questions() if q[1].endswith("/readme")] == [("GET", "/repos/o/r/readme")]


async def test_http_and_www_are_put_right(desk: Desk, github: FakeGithub) -> None:
    """The address that GitHub redirects for good is offered in its lasting form."""
    github.add("o/r")

    answer = await desk.one("http://www.github.com/o/r?x#readme")

    assert code(answer) == "LW459"
    assert suggested(answer) == ("https://github.com/o/r?x#readme", True)


@needs_shared
async def test_the_real_list_is_one_query(desk: Desk, github: FakeGithub, internet: FakeInternet) -> None:
    """All of ml-papers.md is one POST and no page of github.com, when nothing is missing."""
    urls = _github_urls((SHARED / "lists" / "ml-papers.md").read_text())
    links = {url: ref for url in urls if (ref := desk.provider.claim(target(url)))}
    for ident in set(links.values()):
        paths = {u.partition("/master/")[2] for u, i in links.items() if i == ident and "/master/" in u}
        files = {p if "." in p else f"{p}/x.py" for p in paths}
        readme = '<a id="user-content-style-transfer"></a><a id="user-content-generative-models"></a>'
        github.add(ident, branches={"master": files}, readme=readme + '<a id="user-content-domain-randomization"></a>')

    answers = await desk.ask(*links)

    assert [a for a in answers.values() if code(a)] == []
    assert len(set(links.values())) >= 50
    assert Counter(method for method, _ in github.questions())["POST"] == 1
    assert internet.requests_to("github.com") == []


def _github_urls(text: str) -> list[str]:
    import re  # noqa: PLC0415 - this test only

    found = re.findall(r"https?://(?:github\.com|raw\.githubusercontent\.com)/[^\s)\"'<>]+", text)
    return sorted(set(found))


async def test_many_paths_of_one_repository(desk: Desk, github: FakeGithub) -> None:
    """A list that links hundreds of files of one repository is split over queries, and no file is forgotten."""
    github.add("o/r", *(f"d/{n}.md" for n in range(0, 250, 2)))
    urls = [f"https://github.com/o/r/blob/main/d/{n}.md" for n in range(250)]

    answers = await desk.ask(*urls)

    assert [code(answers[url]) for url in urls] == [None, "LW445"] * 125
    assert max(query.count("object(") for query in github.queries) <= 200
    assert github.internet.peak("api.github.com") == 1


async def test_rest_knows_a_rename_that_graphql_does_not(desk: Desk, github: FakeGithub) -> None:
    """A repository that only REST finds, under a new name, has moved and is not gone."""
    github.add("now/r", former=("old/r",))
    not_found = '{"data":{"r0":null},"errors":[{"type":"NOT_FOUND","path":["r0"],"message":"Could not resolve"}]}'
    github.graphql_faults = [(200, not_found, {})]

    answer = await desk.one("https://github.com/old/r/issues")

    assert code(answer) == "LW441"
    assert suggested(answer) == ("https://github.com/now/r/issues", True)
