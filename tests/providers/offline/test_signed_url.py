"""What the signed-url provider says at a given instant, and in which words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from linkwarden.model import Evidence, Pass, Verdict
from linkwarden.net import Net
from linkwarden.providers import LoadContext
from linkwarden.providers.offline.signed.provider import SignedUrlProvider, settle
from tests.links import answers_of, target
from tests.signatures.samples import DATED, INNOCENT, NOISE, UNDATED, Build, sigv4, token, unix

END = datetime(2021, 2, 10, 10, 35, 24, tzinfo=UTC)
LATER = datetime(2026, 11, 22, 12, tzinfo=UTC)
NOTION = sigv4(END, host="s3.us-west-2.amazonaws.com", life=86_400).replace("/plots/", "/secure.notion-static.com/")
UNSURE = {"generic-signed"}


def note(url: str, now: datetime, *, image: bool = False) -> Evidence:
    """Return the remark with which a URL is passed on."""
    answer = settle(target(url, image=image), now)
    assert isinstance(answer, Pass)
    assert answer.note is not None
    return answer.note


def proof(url: str, now: datetime, *, image: bool = False) -> Evidence:
    """Return the evidence that settles a URL."""
    answer = settle(target(url, image=image), now)
    assert isinstance(answer, Evidence)
    assert answer.rule is not None
    return answer


def code(evidence: Evidence) -> str:
    """Return a finding's code."""
    assert evidence.rule is not None
    return evidence.rule.code


def test_an_expired_picture_is_settled_with_its_instant_and_advice() -> None:
    """The reason says until when it worked, how long ago that was, what readers see, and what to do."""
    found = proof(NOTION, LATER, image=True)
    assert code(found) == "LW201"
    assert found.expires_at == END
    assert found.reason == (
        "The URL was signed to work until 2021-02-10 10:35:24 UTC; that was 5 years ago, so readers see nothing. "
        "Export the page from Notion as “Markdown & CSV” and commit the files; a fresh Notion link would end as well."
    )
    assert "X-Amz-Date plus X-Amz-Expires (86400 s)" in found.facts[0].what


async def test_the_provider_settles_what_it_claims(net: Net) -> None:
    """Through the provider's own surface, an expired URL is evidence and a temporary one is passed on."""
    temporary = "https://replicate.delivery/pbxt/x/out.png"
    answers = await answers_of(SignedUrlProvider, net, NOTION, temporary, now=LATER)
    assert isinstance(answers[NOTION], Evidence)
    assert isinstance(answers[temporary], Pass)


@pytest.mark.parametrize(("scheme", "build"), DATED, ids=[f"{s}-{i}" for i, (s, _) in enumerate(DATED)])
def test_the_end_is_exact_to_the_second(scheme: str, build: Build) -> None:
    """One second before its end a URL is expiring, at its end it is expired: for every dated scheme."""
    url = build(END)
    before = note(url, END - timedelta(seconds=1))
    assert (code(before), before.expires_at) == ("LW202", END)
    if scheme in UNSURE or "tiktokcdn" in url:
        assert code(note(url, END)) == "LW208"
    else:
        at_end = proof(url, END)
        assert (code(at_end), at_end.expires_at) == ("LW201", END)


@pytest.mark.parametrize("url", [*(build(END) for _, build in DATED), *(url for _, _, url in UNDATED)])
@pytest.mark.parametrize("now", [END - timedelta(days=1), END + timedelta(days=1)])
def test_no_secret_is_printed(url: str, now: datetime) -> None:
    """No sentence holds a signature, key or token of the URL."""
    answer = settle(target(url, image=True), now)
    found = answer if isinstance(answer, Evidence) else answer.note
    if found is None:
        return
    suggested = found.suggestion.url if found.suggestion else ""
    said = " ".join([found.reason, suggested, *(fact.what for fact in found.facts)])
    for piece in urlsplit(url).query.split("&"):
        name, _, value = piece.partition("=")
        assert name == "id" or len(value) < 12 or value not in said
    assert NOISE[:20] not in said
    assert "SECRET" not in said


def test_innocent_addresses_are_not_claimed() -> None:
    """What is not signed, permanent or closed belongs to other providers."""
    provider = SignedUrlProvider.load(LoadContext(root=Path()))
    assert isinstance(provider, SignedUrlProvider)
    others = [url for _, status, url in UNDATED if status == "permanent"]
    closed = ["https://www.groundai.com/a.png", "https://camo.githubusercontent.com/00/zz"]
    doubtful = [url for scheme, _, url in UNDATED if scheme == "aliyun-cdn-b"]
    for url in (*INNOCENT, *others, *closed, *doubtful):
        assert provider.claim(target(url)) is None, url
    # Drive's old form shows no image any more, and still downloads files.
    drive = "https://drive.google.com/uc?export=download&id=0Babcdefghij"
    assert provider.claim(target(drive)) is None
    assert provider.claim(target(drive, image=True)) == "google-drive-embed"


@pytest.mark.parametrize(
    ("scheme", "expected", "verdict"),
    [
        ("replicate", "LW204", Verdict.EXPIRING),
        ("slack-private", "LW205", Verdict.SUSPECT),
        ("tencent-cdn-a", "LW206", Verdict.DEGRADED),
        ("google-thumbnail", "LW207", Verdict.DEGRADED),
    ],
)
def test_undated_addresses_are_passed_on_with_a_remark(scheme: str, expected: str, verdict: Verdict) -> None:
    """Whoever is asked next finds out whether they work; the remark stays, with what to do."""
    url = next(url for name, _, url in UNDATED if name == scheme)
    found = note(url, LATER)
    assert code(found) == expected
    assert found.rule is not None
    assert found.rule.verdict is verdict
    assert found.expires_at is None
    assert found.reason.count(".") >= 2


def test_a_refused_signature_is_broken_with_its_cause() -> None:
    """A lifetime that S3 never grants is wrong at any time, and the reason says so with both numbers."""
    found = proof(NOTION.replace("Expires=86400", "Expires=2592000"), END - timedelta(days=1))
    assert code(found) == "LW203"
    assert "X-Amz-Expires is 2592000 s; Amazon S3 allows at most 604800 s (7 days)" in found.reason


def test_a_doubtful_signature_is_left_to_the_network() -> None:
    """Names that mean something else elsewhere accuse nobody by themselves."""
    assert code(note("https://lab.example/a?AWSAccessKeyId=K&Signature=x", LATER)) == "LW208"
    assert code(note(f"https://lab.example/d?expires={unix(END)}&signature={NOISE}", LATER)) == "LW208"


def test_an_end_far_away_or_never_is_no_remark() -> None:
    """An end in more than five years, and an operator's way to write "never", are passed without a word."""
    v2 = "https://figures.s3.amazonaws.com/a.png?AWSAccessKeyId=K&Signature=x&Expires="
    assert settle(target(f"{v2}{unix(LATER + timedelta(days=2000))}"), LATER) == Pass(
        f"{v2}{unix(LATER + timedelta(days=2000))}"
    )
    never = "https://media.licdn.com/a/0?e=2147483647&v=beta&t=x"
    assert settle(target(never), datetime(2037, 12, 31, tzinfo=UTC)) == Pass(never)


def test_the_end_of_a_session_is_the_latest_end() -> None:
    """A week that a session cannot last ends with the longest session, "at the latest"."""
    url = sigv4(END, life=604_800, more="&X-Amz-Security-Token=x")
    limit = END - timedelta(days=7) + timedelta(hours=36)
    assert "at the latest;" in note(url, limit - timedelta(hours=1)).reason
    found = proof(url, limit)
    assert (code(found), found.expires_at) == ("LW201", limit)
    assert "at the latest" in found.reason
    assert any("session" in fact.what for fact in found.facts)


def test_an_address_that_does_not_work_yet_says_so() -> None:
    """A start in the future is named in the reason and among the facts."""
    found = note(sigv4(END), END - timedelta(days=1))
    assert "was signed to work from 2021-02-10 08:35:24 UTC until 2021-02-10 10:35:24 UTC only" in found.reason
    assert any("does not work before 2021-02-10 08:35:24 UTC" in fact.what for fact in found.facts)


def test_remarks_become_facts() -> None:
    """An upload link is said to be one: whoever reads the list could overwrite the file."""
    found = proof(sigv4(END, more="&x-id=PutObject"), LATER)
    assert any("upload link" in fact.what for fact in found.facts)


@pytest.mark.parametrize(
    ("distance", "words"),
    [
        (timedelta(minutes=14), "that is now"),
        (timedelta(minutes=15), "in 15 minutes"),
        (timedelta(hours=1), "in 1 hour"),
        (timedelta(days=3, hours=5), "in 3 days"),
        (timedelta(days=45), "in 1 month"),
    ],
)
def test_distances_are_said_in_their_largest_unit(distance: timedelta, words: str) -> None:
    """A maintainer reads "3 days", not a number of seconds; near the edge nobody is precise."""
    v2 = "https://figures.s3.amazonaws.com/a.png?AWSAccessKeyId=K&Signature=x&Expires="
    assert words in note(f"{v2}{unix(END)}", END - distance).reason


@pytest.mark.parametrize(
    ("url", "lasting"),
    [
        (
            "https://private-user-images.githubusercontent.com/7/8-0a1b2c3d-0000-4000-8000-00000000beef.png?jwt="
            + token({"exp": unix(END)}),
            "https://github.com/user-attachments/assets/0a1b2c3d-0000-4000-8000-00000000beef",
        ),
        (
            "https://raw.githubusercontent.com/lab/private/main/a.png?token=GHSAT0",
            "https://raw.githubusercontent.com/lab/private/main/a.png",
        ),
        (
            "https://drive.google.com/uc?export=view&id=0Babcdefghij",
            "https://drive.google.com/thumbnail?id=0Babcdefghij&sz=w1000",
        ),
        (NOTION, None),
    ],
)
def test_suggests_a_lasting_address_where_there_is_one(url: str, lasting: str | None) -> None:
    """GitHub's and Drive's URLs lead to lasting ones; Notion's do not. None is replaced without a look."""
    answer = settle(target(url, image=True), LATER)
    found = answer if isinstance(answer, Evidence) else answer.note
    assert found is not None
    assert (found.suggestion.url if found.suggestion else None) == lasting
    assert found.suggestion is None or not found.suggestion.safe
