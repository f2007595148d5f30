"""What is read from signed URLs: scheme, status and instant, for URLs of our own making."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib import import_module
from unittest.mock import patch
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from linkwarden.signatures import SCHEMES, Status, classify, is_signed, secret_spans
from tests.signatures.samples import (
    DATED,
    INNOCENT,
    NOISE,
    UNDATED,
    Build,
    cloudfront_policy,
    sigv4,
    token,
    unix,
)

END = datetime(2024, 2, 29, 23, 59, 59, tzinfo=UTC)
#: Instants that every scheme can write (ten decimal digits, eight hexadecimal ones), since anybody signs URLs.
INSTANTS = st.datetimes(datetime(2006, 1, 1), datetime(2106, 2, 7)).map(lambda t: t.replace(microsecond=0, tzinfo=UTC))  # noqa: DTZ001 - hypothesis wants naive bounds


@pytest.mark.parametrize(("scheme", "build"), DATED, ids=[f"{s}-{i}" for i, (s, _) in enumerate(DATED)])
@given(end=INSTANTS)
@example(end=END)
def test_reads_back_the_instant(scheme: str, build: Build, end: datetime) -> None:
    """A URL that was built to end at an instant is read as ending at exactly that instant."""
    found = classify(build(end))
    assert (found.scheme, found.status, found.expires_at) == (scheme, Status.DATED, end)
    assert found.why
    assert is_signed(build(end))


@pytest.mark.parametrize(("scheme", "status", "url"), UNDATED, ids=[f"{s}-{t}" for s, t, _ in UNDATED])
def test_reads_addresses_without_an_instant(scheme: str, status: str, url: str) -> None:
    """Temporary, private, server-side, fragile and permanent URLs are told apart."""
    found = classify(url)
    assert (found.scheme, found.status, found.expires_at) == (scheme, status, None)
    assert found.why


@pytest.mark.parametrize("url", INNOCENT)
def test_leaves_innocent_addresses_alone(url: str) -> None:
    """Neither a parameter's name alone, nor a look-alike host, nor an archive's copy makes a signed URL."""
    assert classify(url).status is Status.NONE
    assert not is_signed(url)


def test_every_scheme_has_a_sample() -> None:
    """No scheme is without a sample, so that none goes untested."""
    assert {scheme.id for scheme in SCHEMES} == {s for s, _ in DATED} | {s for s, _, _ in UNDATED}


AMAZON = sigv4(END)
V2 = "https://figures.s3.amazonaws.com/a.png?AWSAccessKeyId=K&Signature=x&Expires="
AZURE = "https://lab.blob.core.windows.net/f/a.png?sv=2022-11-02&sr=b&sig=bm9pc2U%3D"
CLOUDFRONT = "https://d2abc.cloudfront.net/a?Signature=x__"
COS = "https://f.cos.ap-beijing.myqcloud.com/a?q-sign-algorithm=sha1&q-signature=0"
OSS4 = "https://f.oss-cn-beijing.aliyuncs.com/a?x-oss-signature-version=OSS4-HMAC-SHA256&x-oss-signature=0"


@pytest.mark.parametrize(
    ("url", "why"),
    [
        (AMAZON.replace("Expires=7200", "Expires=604801"), "at most 604800 s (7 days)"),
        (AMAZON.replace("Expires=7200", "Expires=0"), "X-Amz-Expires is 0"),
        (AMAZON.replace("Expires=7200", "Expires=-1"), "not a whole positive number"),
        (AMAZON.replace("Expires=7200", "Expires=7_200"), "not a whole positive number"),
        (AMAZON.replace("Expires=7200", "Expires=7200.5"), "not a whole positive number"),
        (AMAZON.replace("Expires=7200", "Expires=%D9%A7%D9%A2"), "not a whole positive number"),
        (AMAZON.replace("Expires=7200", "Expires=" + "9" * 5000), "not a whole positive number"),
        (AMAZON.replace("Expires=7200", "Expires="), "X-Amz-Expires is empty"),
        (AMAZON.replace("&X-Amz-Expires=7200", ""), "X-Amz-Expires is missing"),
        (AMAZON.replace("20240229T215959Z", "20230229T215959Z"), "no such day or time"),
        (AMAZON.replace("20240229T215959Z", "20240229T215960Z"), "no such day or time"),
        (AMAZON.replace("20240229T215959Z", "20240229T250000Z"), "no such day or time"),
        (AMAZON.replace("20240229T215959Z", "2024-02-29T21:59:59Z"), "not of the form"),
        (AMAZON.replace("20240229T215959Z", "20240229T215959"), "not of the form"),
        (AMAZON + "&X-Amz-Expires=60", "2 times with different values"),
        (AMAZON + "&X-Amz-Signature=00", "2 times with different values"),
        (AMAZON.split("?", maxsplit=1)[0] + "?X-Amz-Signature=00", "X-Amz-Date is missing"),
        (AMAZON.replace("X-Amz-Signature", "x"), "X-Amz-Signature is missing"),
        (V2 + "abc", "not a whole positive number"),
        (V2 + "-1", "not a whole positive number"),
        (V2, "Expires is empty"),
        (V2.removesuffix("&Expires="), "Expires is missing"),
        (AZURE, "neither an end (se) nor a stored policy (si)"),
        (AZURE + "&se=2023-02-30", "no such day or time"),
        (AZURE + "&se=soon", "not a date and time"),
        (CLOUDFRONT + "&Expires=1700000000", "Key-Pair-Id is missing"),
        (CLOUDFRONT + "&Key-Pair-Id=K&Policy=e30_", "no end (DateLessThan)"),
        (CLOUDFRONT + "&Key-Pair-Id=K&Policy=!!", "cannot be decoded"),
        (COS + "&q-sign-time=1700000000", "not a range"),
        (COS + "&q-sign-time=1700000000;", "not a range"),
        (OSS4 + "&x-oss-date=20240229T215959Z&x-oss-expires=604801", "at most 604800 s"),
        ("https://cdn.discordapp.com/attachments/1/2/a.png?ex=zz&is=0&hm=0", "not a hexadecimal time"),
        ("https://scontent.xx.fbcdn.net/a.jpg?oh=0&oe=GG", "not a hexadecimal time"),
        ("https://file.notion.so/f/a.png?expirationTimestamp=x", "not a whole positive number"),
        (
            f"https://private-user-images.githubusercontent.com/1/2.png?jwt={token({'exp': True})}",
            "not a point in time",
        ),
    ],
)
def test_says_what_is_wrong_with_a_signature(url: str, why: str) -> None:
    """A signature that its server always refuses is malformed, and the reason names the parameter."""
    found = classify(url)
    assert found.status is Status.MALFORMED
    assert not found.low_confidence
    assert why in found.why


@pytest.mark.parametrize(
    "url",
    [
        "https://docs.lab.example/a?X-Amz-Algorithm=AWS4-HMAC-SHA256",
        "https://lab.example/a?AWSAccessKeyId=K&Signature=x",
        "https://lab.example/a?sig=x&sv=2020-01-01",
    ],
)
def test_doubts_its_own_word_about_foreign_hosts(url: str) -> None:
    """On a host that is not the operator's, a half signature is only a suspicion."""
    found = classify(url)
    assert found.status is Status.MALFORMED
    assert found.low_confidence


def test_a_certain_scheme_goes_before_a_doubtful_one() -> None:
    """A half signature that may mean something else does not hide a token that tells its end."""
    found = classify(f"https://lab.example/a?AWSAccessKeyId=K&Signature=x&token={token({'exp': unix(END)})}")
    assert (found.scheme, found.expires_at, found.low_confidence) == ("jwt-query", END, False)


@pytest.mark.parametrize(
    ("value", "end"),
    [
        ("2024-02-29", datetime(2024, 2, 29, tzinfo=UTC)),
        ("2024-02-29T10:30Z", datetime(2024, 2, 29, 10, 30, tzinfo=UTC)),
        ("2024-02-29T10:30:15.1234567Z", datetime(2024, 2, 29, 10, 30, 15, tzinfo=UTC)),
        ("2024-02-29T10:30:15", datetime(2024, 2, 29, 10, 30, 15, tzinfo=UTC)),
        ("2024-02-29T10:30:15%2B02:00", datetime(2024, 2, 29, 8, 30, 15, tzinfo=UTC)),
        ("2024-02-29T10:30:15+02:00", datetime(2024, 2, 29, 8, 30, 15, tzinfo=UTC)),
        ("2024-02-29T23:30:15-02:00", datetime(2024, 3, 1, 1, 30, 15, tzinfo=UTC)),
        ("9999-12-31T23:59:59Z", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_reads_the_forms_of_azure_dates(value: str, end: datetime) -> None:
    """All documented forms of ``se`` are read; a missing zone is UTC, a fraction is cut."""
    assert classify(f"{AZURE}&se={value}").expires_at == end


def test_takes_the_earliest_of_several_ends() -> None:
    """Where several signatures must hold, the first to end decides."""
    soon, late = END - timedelta(hours=1), END + timedelta(hours=1)
    azure = f"{AZURE}&se={quote(END.isoformat())}"
    assert classify(f"{azure}&ske={quote(soon.isoformat())}").expires_at == soon
    assert classify(f"{azure}&ske={quote(late.isoformat())}").expires_at == END
    release = azure.replace("lab.blob.core.windows.net", "release-assets.githubusercontent.com")
    both = classify(f"{release}&jwt={token({'exp': unix(soon)})}")
    assert (both.scheme, both.expires_at) == ("azure-sas", soon)
    custom = f"{CLOUDFRONT}&Key-Pair-Id=K&Policy={cloudfront_policy(END)}"
    assert classify(f"{custom}&Expires={unix(soon)}").expires_at == soon
    assert classify(f"{custom}&Expires={unix(late)}").expires_at == END


def test_a_session_token_makes_the_end_an_upper_bound() -> None:
    """A session may end before the signature: at Amazon within 36 hours, at MinIO when its token says so."""
    opaque = "&X-Amz-Security-Token=FwoG%2F%2F"
    week = classify(sigv4(END, life=604_800, more=opaque))
    assert week.upper_bound
    assert week.expires_at == END
    assert week.hard_limit == week.ends_at == END - timedelta(days=7) + timedelta(hours=36)
    elsewhere = classify(sigv4(END, host="s3.lab.example", more=opaque))
    assert (elsewhere.upper_bound, elsewhere.hard_limit) == (True, None)
    minio = classify(sigv4(END, host="s3.lab.example", more=f"&X-Amz-Security-Token={token({'exp': unix(END) - 60})}"))
    assert (minio.upper_bound, minio.expires_at) == (False, END - timedelta(seconds=60))
    assert classify(f"{V2}{unix(END)}&x-amz-security-token=x").upper_bound
    assert not classify(f"{V2}{unix(END)}").upper_bound


def test_a_session_of_s3_express_lasts_five_minutes() -> None:
    """Whatever lifetime is asked for, the URL ends with the session behind it; an ordinary session is another thing."""
    express = classify(sigv4(END, life=3600, more="&X-Amz-S3session-Token=x"))
    assert (express.status, express.upper_bound) == (Status.DATED, True)
    assert express.ends_at == END - timedelta(minutes=55)
    assert classify(sigv4(END, life=60, more="&x-amz-s3session-token=x")).ends_at == END
    elsewhere = sigv4(END, host="s3express.lab.example", life=3600)
    assert classify(f"{elsewhere}&X-Amz-S3session-Token=x").ends_at == END - timedelta(minutes=55)
    assert classify(f"{elsewhere}&X-Amz-Security-Token=x").ends_at == END


@pytest.mark.parametrize(
    ("url", "bound"),
    [
        (dict(DATED)["baidu-bos"](END), "x-bce-security-token"),
        (dict(DATED)["tencent-cos"](END), "x-cos-security-token"),
        (dict(DATED)["oss-v4"](END), "x-oss-security-token"),
        (dict(DATED)["ks3"](END), "x-kss-security-token"),
    ],
)
def test_a_session_bounds_the_end(url: str, bound: str) -> None:
    """Behind a session the end that is stated is the latest possible one."""
    assert (classify(url).upper_bound, classify(url).ends_at) == (False, END)
    assert (classify(f"{url}&{bound}=x").upper_bound, classify(f"{url}&{bound}=x").ends_at) == (True, END)


@pytest.mark.parametrize(("scheme", "build"), DATED, ids=[f"{s}-{i}" for i, (s, _) in enumerate(DATED)])
@given(end=st.integers(10_000, 1_136_073_599))
def test_a_number_that_is_no_end_ends_nothing_elsewhere(scheme: str, build: Build, end: int) -> None:
    """Before 2006 no URL was signed: on a host that is not the operator's such a number is something else."""
    url = build(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=end))
    found = classify(url)
    at_home = "example" not in url.partition("?")[0].split("/")[2]
    assert at_home or found.status in (Status.NONE, Status.PERMANENT), (scheme, found)


def test_tokens_with_odd_instants() -> None:
    """A fraction is cut, infinity and the far future are no end, and deep nesting is no token."""
    base = "https://lab.supabase.co/a.png?token="
    assert classify(base + token({"exp": 1_700_000_000.9})).expires_at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    assert classify(base + token({"exp": float("inf")})).status is Status.PERMANENT
    assert classify(base + token({"exp": 1e18})).status is Status.PERMANENT
    assert classify(base + token({"exp": float("nan")})).status is Status.MALFORMED
    deep = token("x").replace(token("x").split(".")[1], "W1tb" * 16_000)
    assert classify(base + deep).status is Status.NONE


def test_milliseconds_where_seconds_belong_are_no_end() -> None:
    """A number beyond the year 9999 never comes; the reason says what it looks like."""
    found = classify("https://lab.imgix.net/a.png?expires=1700000000000&s=" + NOISE[:32])
    assert found.status is Status.PERMANENT
    assert "milliseconds" in found.why


def test_nevers_are_marked() -> None:
    """LinkedIn and Patreon write "never" as a date of 2038."""
    assert classify("https://media.licdn.com/a/0?e=2147483647&v=beta&t=x").sentinel
    assert classify("https://c10.patreonusercontent.com/1.png?token-time=2145916800&token-hash=x").sentinel
    assert not classify("https://media.licdn.com/a/0?e=2147483646&v=beta&t=x").sentinel


def test_remarks_about_links_that_never_show_anything() -> None:
    """Upload links and links signed for further request headers are remarked on."""
    assert any("upload link" in r for r in classify(AMAZON + "&x-id=PutObject").remarks)
    headers = classify(AMAZON.replace("SignedHeaders=host", "SignedHeaders=content-type%3Bhost"))
    assert any("content-type;host" in r for r in headers.remarks)
    assert any("another case" in r for r in classify(AMAZON.replace("X-Amz", "x-amz")).remarks)
    assert classify(AMAZON).remarks == ()


@pytest.mark.parametrize(
    ("url", "listed"),
    [
        (
            (
                "https://storage.googleapis.com/b/a?X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Credential=a%2F20261130%2Fauto"
                "%2Fstorage%2Fgoog4_request&X-Goog-Date=20261130T060000Z&X-Goog-Expires=60&X-Goog-Signature=00"
                "&X-Goog-SignedHeaders={}"
            ),
            "host%3Bx-goog-custom",
        ),
        (
            (
                "https://b.tos-cn-beijing.volces.com/a?X-Tos-Algorithm=TOS4-HMAC-SHA256&X-Tos-Credential=a"
                "&X-Tos-Date=20261130T060000Z&X-Tos-Expires=60&X-Tos-Signature=00&X-Tos-SignedHeaders={}"
            ),
            "host%3Bx-tos-meta-a",
        ),
        (
            (
                "https://b.oss-cn-hangzhou.aliyuncs.com/a?x-oss-signature-version=OSS4-HMAC-SHA256&x-oss-credential=a"
                "&x-oss-date=20261130T060000Z&x-oss-expires=60&x-oss-signature=00&x-oss-additional-headers={}"
            ),
            "host%3Bx-meta",
        ),
    ],
)
def test_headers_that_no_browser_sends_are_told(url: str, listed: str) -> None:
    """The store refuses readers' browsers, whose requests lack them; every request has a host."""
    assert any("no browser sends" in remark for remark in classify(url.format(listed)).remarks)
    assert classify(url.format("host")).remarks == ()


def test_undecoded_ampersands_do_no_harm() -> None:
    """Names that begin with ``amp;`` are read, and a fragment is not."""
    assert classify(AMAZON.replace("&", "&amp;")).expires_at == END
    assert classify(AMAZON + "#X-Amz-Expires=1").expires_at == END


PIECES = (
    *("/", "?", "%2F", "=", "--", "~", ":", "1700000000", "202011111111", NOISE[:22]),
    *("0123456789abcdef0123456789abcdef", *(hint for scheme in SCHEMES for hint in scheme.hints)),
)


@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=4)), max_size=6).map("".join))
def test_what_a_short_look_spares_is_not_signed(rest: str) -> None:
    """Most URLs are told by their host and their characters; the long look says the same of them."""
    url = f"https://a.example/{rest}"
    with patch.object(import_module("linkwarden.signatures.classify"), "has_nothing", lambda _text: False):
        long = classify(url), secret_spans(url)
    assert (classify(url), secret_spans(url)) == long


def test_each_scheme_can_be_told_by_a_short_look() -> None:
    """A scheme that any URL may be signed by has parameters or texts of its own."""
    assert all(scheme.marks or scheme.only_on or scheme.hints for scheme in SCHEMES)
