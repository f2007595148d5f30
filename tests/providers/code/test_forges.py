"""Forges: the interface tells whether a repository is there; groups, sections and pages are no missing repositories."""

from __future__ import annotations

import pytest
from aiohttp import web

from linkwarden.net import Net
from linkwarden.providers.code.forges import Forges
from tests.internet import FakeInternet, misbehave
from tests.internet.forges import FakeForges
from tests.links import answers_of, evidence_of, load, slug, target


@pytest.fixture
def forges(internet: FakeInternet) -> FakeForges:
    """Three forges with a repository or two."""
    forges = FakeForges(internet)
    forges.add("gitlab.com/inkscape/inkscape")
    forges.add("gitlab.com/a/b/c")
    forges.add("codeberg.org/forgejo/forgejo", files={"main": {"docs/a b.md"}, "v1": {"x"}})
    forges.add("bitbucket.org/team/tool")
    forges.groups |= {"a/b", "gitlab-org/security-products"}
    return forges


async def ask(net: Net, url: str) -> str:
    """Settle one address and name the answer."""
    return slug((await answers_of(Forges, net, url))[url])


async def test_what_exists_is_one_question(net: Net, forges: FakeForges) -> None:
    """Each repository is asked about once, whatever its capitals, and no page is fetched."""
    urls = [
        "https://gitlab.com/inkscape/inkscape",
        "https://www.gitlab.com/Inkscape/Inkscape.git",
        "https://gitlab.com/a/b/c/",
        "https://codeberg.org/forgejo/forgejo?tab=readme",
        "https://bitbucket.org/team/tool",
    ]

    found = await answers_of(Forges, net, *urls)

    assert {slug(item) for item in found.values()} == {"ok"}
    assert sorted(forges.questions) == [
        "api.bitbucket.org/2.0/repositories/team/tool",
        "codeberg.org/api/v1/repos/forgejo/forgejo",
        "gitlab.com/api/v4/projects/a/b/c",
        "gitlab.com/api/v4/projects/inkscape/inkscape",
    ]
    assert len(forges.internet.log) == 4


@pytest.mark.parametrize(
    "url",
    [
        "https://gitlab.com/nobody/nothing",
        "https://gitlab.com/nobody/nothing/-/blob/main/a.py",
        "https://gitlab.com/nobody/nothing/issues/3",
        "https://codeberg.org/nobody/nothing/src/branch/main/a.py",
        "https://bitbucket.org/nobody/nothing/src/master/",
    ],
)
async def test_what_is_missing_is_broken_inside_and_out(net: Net, forges: FakeForges, url: str) -> None:
    """A repository that the interface does not have is broken with everything in it; private is admitted."""
    del forges

    found = await evidence_of(Forges, net, url)

    assert slug(found) == "forge-repository-missing"
    assert "it is missing or private" in found.reason
    assert (found.status, found.final_url) == (404, None)


async def test_a_group_is_no_missing_project(net: Net, forges: FakeForges) -> None:
    """GitLab's addresses do not tell groups from projects, so both are asked before anybody is accused."""
    del forges

    assert await ask(net, "https://gitlab.com/gitlab-org/security-products") == "pass"


async def test_an_old_section_is_no_project(net: Net, forges: FakeForges) -> None:
    """Addresses from before ``/-/`` name a section after the project; a project may be called like one."""
    forges.add("gitlab.com/a/b/releases")

    assert await ask(net, "https://gitlab.com/inkscape/inkscape/issues/3") == "pass"
    assert await ask(net, "https://gitlab.com/a/b/releases") == "ok"


async def test_a_group_that_cannot_be_asked_keeps_the_accusation_back(net: Net, forges: FakeForges) -> None:
    """Without the second word the first is not believed."""
    replies = [web.json_response({"message": "404 Project Not Found"}, status=404), web.Response(status=400)]
    forges.always["gitlab.com"] = lambda: replies.pop(0)

    assert await ask(net, "https://gitlab.com/nobody/nothing") == "registry-silent"


async def test_a_page_of_bitbucket_is_no_missing_repository(net: Net, forges: FakeForges) -> None:
    """What answers as a page is asked as one; what nobody can see is not accused."""
    forges.pages.add("/company/about")

    assert await ask(net, "https://bitbucket.org/company/about") == "pass"
    forges.internet.site("bitbucket.org").default(misbehave.bot_wall("anubis"))
    assert await ask(net, "https://bitbucket.org/nobody/nothing") == "registry-silent"


async def test_a_new_name_is_offered(net: Net, forges: FakeForges) -> None:
    """A moved repository is found under its new name, and what follows the name stays."""
    forges.former["gitlab.com/old/place/x"] = "a/b/c"
    forges.former["codeberg.org/me/old"] = "forgejo/forgejo"

    root = await evidence_of(Forges, net, "https://gitlab.com/old/place/x?ref=1")
    file = await evidence_of(Forges, net, "https://codeberg.org/me/old/src/branch/main/docs/a%20b.md#L3")

    assert (slug(root), slug(file)) == ("forge-repository-moved", "forge-repository-moved")
    assert root.suggestion is not None
    assert file.suggestion is not None
    assert root.suggestion.url == "https://gitlab.com/a/b/c?ref=1"
    assert file.suggestion.url == "https://codeberg.org/forgejo/forgejo/src/branch/main/docs/a%20b.md#L3"


async def test_an_archived_repository_is_degraded(net: Net, forges: FakeForges) -> None:
    """Archived is worth a remark on the repository itself."""
    forges.add("codeberg.org/x/old", archived=True, files={"main": {"a"}})
    forges.add("gitlab.com/x/old", archived=True)

    assert await ask(net, "https://codeberg.org/x/old") == "forge-repository-archived"
    assert await ask(net, "https://gitlab.com/x/old") == "forge-repository-archived"
    assert await ask(net, "https://codeberg.org/x/old/src/branch/main/a") == "ok"


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("https://gitlab.com/inkscape/inkscape/-/blob/main/README.md", "pass"),
        ("https://gitlab.com/inkscape/inkscape/-/issues", "pass"),
        ("https://bitbucket.org/team/tool/src/master/a.py", "pass"),
        ("https://codeberg.org/forgejo/forgejo/src/branch/main/docs/a%20b.md", "ok"),
        ("https://codeberg.org/forgejo/forgejo/src/tag/v1/x", "ok"),
        ("https://codeberg.org/forgejo/forgejo/issues", "ok"),
        ("https://codeberg.org/forgejo/forgejo/issues/7", "pass"),
        ("https://codeberg.org/forgejo/forgejo/src/branch/main/gone.md", "pass"),
        ("https://codeberg.org/forgejo/forgejo/src/branch/feat/new/docs/a", "pass"),
    ],
)
async def test_what_lies_inside(net: Net, forges: FakeForges, url: str, wanted: str) -> None:
    """Gitea's interface confirms files past Codeberg's wall; everything else inside is the page's to tell."""
    del forges

    assert await ask(net, url) == wanted


async def test_a_section_of_the_readme_is_admitted_as_unseen(net: Net, forges: FakeForges) -> None:
    """Forges build READMEs by script, so that a section is neither confirmed nor accused."""
    del forges

    found = await evidence_of(Forges, net, "https://gitlab.com/inkscape/inkscape#install")

    assert slug(found) == "ok"
    assert found.facts[-1].what == "the section of the README was not looked for"


@pytest.mark.parametrize(
    "handler",
    [
        lambda: web.Response(text="<html></html>", content_type="text/html"),
        lambda: web.json_response([]),
        lambda: web.json_response({}),
        lambda: web.json_response({"path_with_namespace": 7, "full_name": "../../etc"}),
        lambda: web.Response(status=404, text="not here", content_type="text/html"),
        lambda: web.json_response({"odd": 1}, status=404),
        lambda: web.json_response({"message": "no"}, status=403),
        lambda: web.Response(status=429, headers={"Retry-After": "86400"}),
    ],
)
async def test_odd_answers_leave_it_to_the_page(net: Net, forges: FakeForges, handler: object) -> None:
    """Whatever is not the interface's own word accuses nobody: the page is asked instead."""
    hosts = ("gitlab.com", "codeberg.org", "bitbucket.org")
    forges.always = dict.fromkeys(hosts, handler)  # type: ignore[arg-type]

    found = await answers_of(Forges, net, *(f"https://{host}/a/b" for host in hosts))

    assert {slug(item) for item in found.values()} == {"pass"}


@pytest.mark.parametrize(
    "url",
    [
        "https://gitlab.com/",
        "https://gitlab.com/inkscape",
        "https://gitlab.com/users/sign_in",
        "https://gitlab.com/groups/a/-/issues",
        "https://gitlab.com/a/-/issues",
        "https://gitlab.com/a b/c",
        "https://codeberg.org/org/teams",
        "https://codeberg.org/o/-/packages",
        "https://bitbucket.org/product/features",
        "https://gitlab.com.example/a/b",
        "https://docs.gitlab.com/a/b",
        "https://pages.codeberg.org/a/b",
    ],
)
def test_what_is_no_repository_is_not_claimed(url: str) -> None:
    """Accounts, the forges' own pages and other hosts are left to the web."""
    assert load(Forges).claim(target(url)) is None
