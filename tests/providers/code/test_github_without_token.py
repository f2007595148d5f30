"""GitHub links without a token, and with an interface that misbehaves: git tells, REST within its sixty, no guess."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkwarden.model import Evidence, Pass
from linkwarden.net import Net
from linkwarden.providers.code.github.git import read_refs
from linkwarden.providers.code.github.graphql import Question, State, read
from tests.internet.github import FakeGithub, FakeRepository, advertisement
from tests.providers.code.github_desk import Desk, code, suggested


@pytest.fixture
def stranger(net: Net, github: FakeGithub) -> Desk:
    """Somebody without a token."""
    assert github.rest_left == 60
    return Desk(net, None)


async def test_git_tells_whether_repositories_are_there(stranger: Desk, github: FakeGithub) -> None:
    """One small question each, to git's own address: there, renamed, missing or private, empty."""
    github.add("o/fine")
    github.add("now/name", former=("old/name",))
    github.add("o/private", private=True)
    github.add("o/empty", branches={})
    names = ["o/fine", "old/name", "o/private", "o/nope", "o/empty"]

    answers = await stranger.ask(*(f"https://github.com/{name}/" for name in names))

    assert [code(answers[f"https://github.com/{n}/"]) for n in names] == [None, "LW441", "LW440", "LW440", "LW454"]
    assert suggested(answers["https://github.com/old/name/"]) == ("https://github.com/now/name/", True)
    assert sorted(github.git_questions()) == sorted([*names, "now/name"])
    assert github.questions() == []
    assert github.page_views == []


async def test_more_repositories_than_rest_allows(stranger: Desk, github: FakeGithub) -> None:
    """Hundreds of repositories are judged without one question of the sixty; one hint tells about tokens."""
    for n in range(95):
        github.add(f"o/r{n}")
    first = [f"https://github.com/o/r{n}" for n in range(100)]
    second = [f"https://github.com/p/r{n}" for n in range(100)]

    answers = await stranger.ask(*first) | await stranger.ask(*second)

    assert [code(a) for a in answers.values()].count(None) == 95
    assert [code(a) for a in answers.values()].count("LW440") == 105
    assert github.questions() == []
    assert len(stranger.hints) == 1
    assert "GITHUB_TOKEN" in stranger.hints[0]


async def test_few_links_are_not_worth_a_hint(stranger: Desk, github: FakeGithub) -> None:
    """With a handful of GitHub links nobody is told to make a token."""
    github.add("o/r")

    await stranger.ask("https://github.com/o/r", "https://github.com/o/r/issues")

    assert stranger.hints == []


async def test_files_and_folders(stranger: Desk, github: FakeGithub) -> None:
    """Raw files answer for pages of files, git's list for branches, REST for folders."""
    github.add(
        "o/r", branches={"main": {"d/a.md", "b.md"}, "feature/x": {"c.md"}}, tags={"v1": set()}, submodules={"s"}
    )
    base = "https://github.com/o/r"
    expected = {
        f"{base}/blob/main/b.md": None,
        f"{base}/blob/feature/x/c.md": None,
        f"{base}/blob/HEAD/b.md": None,
        f"{base}/blob/master/b.md": "LW446",
        f"{base}/blob/main/nope.md": "LW445",
        f"{base}/blob/feature/x/nope.md": "LW445",
        f"{base}/blob/nope/b.md": "LW448",
        f"{base}/blob/main/d": None,
        f"{base}/tree/main": None,
        f"{base}/tree/feature/x": None,
        f"{base}/tree/v1": None,
        f"{base}/tree/nope": "LW448",
        f"{base}/tree/main/d": None,
        f"{base}/tree/main/s": None,
        f"{base}/tree/main/nope": "LW445",
        f"{base}/releases/tag/v1": None,
        f"{base}/releases/tag/v2": "LW451",
        f"{base}/archive/v1.zip": None,
        f"{base}/wiki": None,
    }

    answers = await stranger.ask(*expected)

    assert {url: code(a) for url, a in answers.items()} == expected
    assert github.git_questions() == ["o/r"]
    assert github.page_views == []


async def test_issues_accounts_gists_and_commits(stranger: Desk, github: FakeGithub) -> None:
    """REST is asked for what only it can tell; discussions it cannot, so they are not known."""
    github.add("o/r", numbers={1: "Issue", 2: "PullRequest", 3: "Discussion"}, commits={"abcdef1"})
    github.gists.add("aa5a315d61ae9438b18d")
    expected = {
        "https://github.com/o": None,
        "https://github.com/nobody-here": "LW444",
        "https://gist.github.com/o/aa5a315d61ae9438b18d": None,
        "https://gist.github.com/o/bb5a315d61ae9438b18d": "LW452",
        "https://github.com/o/r/issues/1": None,
        "https://github.com/o/r/pull/2": None,
        "https://github.com/o/r/issues/9": "LW449",
        "https://github.com/o/r/discussions/3": "LW460",
        "https://github.com/o/r/commit/abcdef1": None,
        "https://github.com/o/r/commit/1234567": "LW448",
    }

    answers = await stranger.ask(*expected)

    assert {url: code(a) for url, a in answers.items()} == expected


async def test_the_sixty_are_kept_to(stranger: Desk, github: FakeGithub) -> None:
    """What is beyond the hour's questions is not known, and a few questions are left for others."""
    github.add("o/r", numbers=dict.fromkeys(range(1, 100), "Issue"))

    answers = await stranger.ask(*(f"https://github.com/o/r/issues/{n}" for n in range(1, 81)))

    codes = [code(a) for a in answers.values()]
    assert (codes.count(None), codes.count("LW460")) == (55, 25)
    assert github.rest_left == 5


async def test_somebody_else_used_up_the_hour(stranger: Desk, github: FakeGithub) -> None:
    """GitHub's own count wins over ours: after one refusal nobody is asked again."""
    github.add("o/r", numbers=dict.fromkeys(range(1, 100), "Issue"))
    github.rest_left = 0

    answers = await stranger.ask(*(f"https://github.com/o/r/issues/{n}" for n in range(1, 9)))

    assert {code(a) for a in answers.values()} == {"LW460"}
    assert len(github.questions()) == 1


@pytest.mark.parametrize("status", [403, 500, 200])
async def test_git_that_does_not_answer_accuses_nobody(stranger: Desk, github: FakeGithub, status: int) -> None:
    """Only 401 and 404 are a no; an HTML page with status 200 is no yes either."""
    github.add("o/r")
    github.git_faults["o/r"] = status

    assert await stranger.code("https://github.com/o/r") == "LW460"


async def test_nobody_is_accused_while_git_finds_nothing_at_all(stranger: Desk, github: FakeGithub) -> None:
    """GitHub may stop to answer clients that are not git: then it does not find what certainly exists either."""
    github.add("o/r")
    github.git_faults |= {"o/r": 404, "git/git": 404}

    answers = await stranger.ask("https://github.com/o/r", "https://github.com/o/nope", "https://github.com/o/other")

    assert {code(answer) for answer in answers.values()} == {"LW460"}
    paths = [e.path for e in github.internet.requests_to("github.com")]
    assert paths.count("/git/git.git/info/refs") == 1
    assert not github.questions()


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("dmca", "GitHub has blocked the repository o/r for a legal claim (451)."),
        ("tos", "GitHub has blocked the repository o/r for breaking its terms of service (403)."),
    ],
)
@pytest.mark.parametrize("token", [True, False])
async def test_blocked_repository(net: Net, github: FakeGithub, reason: str, words: str, *, token: bool) -> None:
    """Git says so in a text with status 403; REST knows why, with the published notice."""
    github.add("o/r")
    github.blocked["o/r"] = reason

    answer = await Desk(net, github.token if token else None).one("https://github.com/o/r")

    assert isinstance(answer, Evidence)
    assert (code(answer), answer.reason) == ("LW443", words)
    assert any("github/dmca" in (fact.url or "") for fact in answer.facts)


async def test_a_blocked_repository_needs_no_rest(stranger: Desk, github: FakeGithub) -> None:
    """Where REST may not be asked any more, git's own word suffices."""
    github.add("o/r")
    github.blocked["o/r"] = "dmca"
    github.rest_left = 0

    assert await stranger.code("https://github.com/o/r") == "LW443"


async def test_a_blocked_gist(stranger: Desk, github: FakeGithub) -> None:
    """Gists are blocked in the same way."""
    github.gists.add("aa5a315d61ae9438b18d")
    github.blocked["aa5a315d61ae9438b18d"] = "dmca"

    assert await stranger.code("https://gist.github.com/o/aa5a315d61ae9438b18d") == "LW443"


@pytest.mark.parametrize("token", [True, False])
async def test_lines_beyond_the_end_of_a_file(net: Net, github: FakeGithub, *, token: bool) -> None:
    """A link to a line that is not there opens the file at its top; each file is read once."""
    github.add("o/r", "a.py", "old.py", "data.bin", "lfs.py", "huge.py")
    github.pictures |= {
        "a.py": (b"x\n" * 10, "text/plain"),
        "old.py": (b"x\r" * 10, "text/plain"),
        "data.bin": (b"\0\n", "application/octet-stream"),
        "lfs.py": (b"version https://git-lfs.github.com/spec/v1\n", "text/plain"),
        "huge.py": (b"x" * 2_000_000, "text/plain"),
    }
    page = "https://github.com/o/r/blob/main/"
    fine = ("a.py#L10", "a.py#L11", "a.py?plain=1#L3-L99", "a.py#L2C1-L3C9", "old.py#L9", "a.py#usage")
    unknown = ("data.bin#L99", "lfs.py#L99", "huge.py#L99")
    beyond = ("a.py#L12", "a.py#L99-L120", "a.py#L999999999", "old.py#L99")

    answers = await Desk(net, github.token if token else None).ask(*(page + link for link in fine + unknown + beyond))

    assert {link: code(answers[page + link]) for link in fine + unknown} == dict.fromkeys(fine + unknown)
    assert {link: code(answers[page + link]) for link in beyond} == dict.fromkeys(beyond, "LW461")
    first = answers[page + "a.py#L99-L120"]
    assert isinstance(first, Evidence)
    assert first.reason == "The file a.py has 11 lines, so there is no line 99."
    read = [e.path for e in github.internet.requests_to("raw.githubusercontent.com")]
    most = 1 if token else 1 + sum(link.startswith("a.py") for link in fine + beyond)
    assert read.count("/o/r/main/a.py") <= most


@pytest.mark.parametrize("token", [True, False])
async def test_an_image_given_by_the_page_of_its_file(net: Net, github: FakeGithub, *, token: bool) -> None:
    """GitHub shows the file for its page, and nobody else does: the file is offered."""
    github.add("now/r", "a.png", former=("old/r",))
    desk = Desk(net, github.token if token else None)
    page, old = "https://github.com/now/r/blob/main/a.png", "http://www.github.com/old/r/blob/main/a.png"
    query = f"{page}?raw=true"

    answers = await desk.ask(images=(page, old, query))

    for url in (page, old):
        answer = answers[url]
        assert isinstance(answer, Pass)
        assert answer.note is not None
        assert code(answer.note) == "LW462"
        assert suggested(answer.note) == ("https://github.com/now/r/raw/main/a.png", True)
    assert answers[query] == Pass(query)
    assert await desk.code(page) is None


async def test_pictures(stranger: Desk, github: FakeGithub) -> None:
    """Pictures go on to be looked at, except those whose branch was renamed, which get the fix at once."""
    github.add("now/r", "x.png", former=("old/r",))
    fine, renamed = "https://github.com/now/r/raw/main/x.png", "https://raw.githubusercontent.com/old/r/main/x.png"
    branch = "https://raw.githubusercontent.com/now/r/master/x.png"
    hidden = "https://raw.githubusercontent.com/o/unknown/main/x.png"
    github.git_faults["o/unknown"] = 500

    answers = await stranger.ask(images=(fine, renamed, branch, hidden))

    assert answers[fine] == Pass(fine)
    assert answers[hidden] == Pass(hidden)
    passed = answers[renamed]
    assert isinstance(passed, Pass)
    assert passed.note is not None
    assert code(passed.note) == "LW441"
    assert code(answers[branch]) == "LW447"
    assert suggested(answers[branch]) == ("https://raw.githubusercontent.com/now/r/main/x.png", True)


# -- an interface that misbehaves -------------------------------------------------------------------------------


async def test_a_bad_token_is_one_hint(net: Net, github: FakeGithub) -> None:
    """A refused token is sent once, said once, and everything is settled without it."""
    desk = Desk(net, "stale-token")
    for n in range(60):
        github.add(f"o/r{n}")

    answers = await desk.ask(*(f"https://github.com/o/r{n}" for n in range(61)), "https://github.com/o")

    assert [code(a) for a in answers.values()].count(None) == 61
    assert code(answers["https://github.com/o/r60"]) == "LW440"
    assert len(desk.hints) == 1
    assert "401" in desk.hints[0]
    assert "stale-token" not in repr(desk.hints) + repr(answers)
    sent = [e.headers.get("Authorization") for e in github.internet.log]
    assert sent.count("Bearer stale-token") == 1


async def test_a_slow_query_is_halved(desk: Desk, github: FakeGithub) -> None:
    """502 means "too much at once": the same repositories are asked in halves, one query after the other."""
    for n in range(40):
        github.add(f"o/r{n}")
    github.too_many = 10

    answers = await desk.ask(*(f"https://github.com/o/r{n}" for n in range(40)))

    assert {code(a) for a in answers.values()} == {None}
    assert [q.count(": repository(") for q in github.queries] == [40, 20, 10, 10, 20, 10, 10]
    assert github.git_questions() == []
    assert github.internet.peak("api.github.com") == 1


_SLOW = '{"data":null,"errors":[{"message":"Something went wrong while executing your query."}]}'
_LIMITED = (
    '{"data":{"rateLimit":{"remaining":0}},"errors":[{"type":"RATE_LIMITED","message":"API rate limit exceeded"}]}'
)


@pytest.mark.parametrize(
    ("status", "body", "headers"),
    [
        (200, "<html>unicorn</html>", {}),
        (200, '{"data":{"r0":{"nameWithOwner":"o/', {}),
        (200, "[]", {}),
        (200, '{"data":{}}', {}),
        (200, '{"data":{"r0":null,"r1":null}}', {}),
        (200, '{"data":{"r0":{"nameWithOwner":7}}}', {}),
        (200, '{"data":{"r0":null},"errors":"nonsense"}', {}),
        (200, _LIMITED, {}),
        (403, '{"message":"API rate limit exceeded"}', {"x-ratelimit-remaining": "0"}),
        (403, '{"message":"secondary rate limit"}', {"retry-after": "60"}),
        (403, "<html>no</html>", {}),
    ],
)
async def test_what_graphql_cannot_say_git_may(
    desk: Desk, github: FakeGithub, status: int, body: str, headers: dict[str, str]
) -> None:
    """No odd answer is a no: git is asked instead, and what git cannot tell is not known."""
    github.add("o/r", numbers={3: "Discussion"})
    github.graphql_faults = [(status, body, headers)] * 20

    answers = await desk.ask("https://github.com/o/r", "https://github.com/p/r", "https://github.com/o/r/discussions/3")

    assert [code(a) for a in answers.values()].count("LW440") == 1
    assert code(answers["https://github.com/p/r"]) == "LW440"
    assert code(answers["https://github.com/o/r"]) is None
    assert code(answers["https://github.com/o/r/discussions/3"]) == "LW460"
    posts = [q for q in github.questions() if q[0] == "POST"]
    assert len(posts) == (2 if "retry-after" in headers else 1)  # the network layer waits once, as told
    assert desk.hints == []


async def test_an_interface_that_is_down_is_left_alone(desk: Desk, github: FakeGithub) -> None:
    """A hundred repositories do not cause two hundred failing queries."""
    for n in range(100):
        github.add(f"o/r{n}")
    github.graphql_faults = [(200, _SLOW, {})] * 300

    answers = await desk.ask(*(f"https://github.com/o/r{n}" for n in range(100)))

    assert {code(a) for a in answers.values()} == {None}
    assert len(github.questions()) <= 8


@pytest.mark.parametrize("kind", ["FORBIDDEN", "SAML_FAILURE", "SOMETHING_NEW"])
async def test_refused_is_not_gone(desk: Desk, github: FakeGithub, kind: str) -> None:
    """Only NOT_FOUND speaks about the repository; with other errors REST is asked, and its "no" is not believed."""
    github.add("o/r", forbidden=kind)
    github.add("o/hidden", forbidden=kind)
    github.add("o/s")
    github.rest_faults = [(200, '{"full_name": "o/r"}', {}), (404, '{"message": "Not Found"}', {})]

    answers = await desk.ask("https://github.com/o/r", "https://github.com/o/hidden", "https://github.com/o/s")

    assert code(answers["https://github.com/o/r"]) is None
    assert code(answers["https://github.com/o/hidden"]) == "LW460"
    assert code(answers["https://github.com/o/s"]) is None


@pytest.mark.parametrize(
    "fault", [(500, "oops", {}), (200, "<html>", {}), (403, "{}", {}), (403, "{}", {"retry-after": "9"})]
)
async def test_a_no_of_graphql_needs_rest_to_agree(
    desk: Desk, github: FakeGithub, fault: tuple[int, str, dict[str, str]]
) -> None:
    """Where REST cannot confirm that a repository is missing, it is not known."""
    github.rest_faults = [fault] * 20

    assert await desk.code("https://github.com/o/nope") == "LW460"


async def test_no_network_at_all(stranger: Desk, github: FakeGithub) -> None:
    """Without a network nothing is accused; pictures go on to whoever says so better."""
    github.internet.down()
    picture = "https://raw.githubusercontent.com/o/r/main/x.png"

    answers = await stranger.ask("https://github.com/o/r", "https://github.com/o", images=(picture,))

    assert code(answers["https://github.com/o/r"]) == "LW460"
    assert code(answers["https://github.com/o"]) == "LW460"
    assert isinstance(answers[picture], Pass)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from(["o/r", "octocat", "FORBIDDEN", "r0", ""]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["data", "errors", "r0", "r1", "type", "path", "nameWithOwner", "login", "x", "rateLimit"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(_JSON)
def test_no_reply_without_not_found_accuses_a_repository(payload: object) -> None:
    """Whatever JSON comes back, reading it does not raise, and a repository is missing only by NOT_FOUND."""
    questions = [Question("o/r", "o", "r", {"x": "object"}), Question("o/s", "o", "s")]

    replies = read(questions, payload) or []

    assert State.MISSING not in {reply.state for reply in replies}


def test_a_cut_off_list_of_branches_says_only_what_it_knows() -> None:
    """Names sort before the cut are known to be absent; those after it are not."""
    repository = FakeRepository("o/r", branches={name: set() for name in ("main", "b", "d", "z")}, tags={"t": set()})
    body = advertisement(repository)
    whole, cut = read_refs(body), read_refs(body[: body.index(b"refs/heads/z")])

    assert (whole.head, whole.has("d"), whole.has("t"), whole.has("c")) == ("main", True, True, False)
    assert (cut.head, cut.has("refs/heads/d"), cut.has("refs/heads/c")) == ("main", True, False)
    assert (cut.has("refs/heads/z"), cut.has("t"), cut.has("refs/heads/x")) == (None, None, None)
    assert read_refs(b"<html>").has("main") is None
    assert read_refs(b"").has("main") is None
