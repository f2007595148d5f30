"""What is secret in a signed URL, by the scheme that signs it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkwarden.signatures import SCHEMES, classify, secret_spans
from tests.signatures.samples import DATED, INNOCENT, NOISE, UNDATED, sigv4, token

END = datetime(2024, 2, 29, 23, 59, 59, tzinfo=UTC)
SAMPLES = [*((scheme, build(END)) for scheme, build in DATED), *((scheme, url) for scheme, _, url in UNDATED)]
#: Of these nothing is secret: the site asks for a log-in, or shows the file to everybody who has its name.
OPEN = {"notion-image-proxy", "slack-private", "linear", "google-drive-embed", "google-thumbnail", "replicate"}


def masked(url: str) -> str:
    """Return a URL with its secrets replaced."""
    for start, end in reversed(secret_spans(url)):
        url = f"{url[:start]}***{url[end:]}"
    return url


@pytest.mark.parametrize(("scheme", "url"), SAMPLES, ids=[f"{s}-{i}" for i, (s, _) in enumerate(SAMPLES)])
def test_every_scheme_says_what_is_secret(scheme: str, url: str) -> None:
    """The signature is masked, whatever it is called and wherever it is; how and when the URL ends stays readable."""
    if (
        scheme in OPEN
        or url == "https://cdn.discordapp.com/attachments/1/2/a.png"
        or "/v2/x" in url
        or "/insecure/" in url
    ):
        assert masked(url) == url
        return
    assert "***" in masked(url)
    assert NOISE[:22] not in masked(url)
    assert "eyJ" not in masked(url) or scheme == "kaggle-kf"
    assert masked(url).startswith(url.split("/", 3)[0])


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (
            sigv4(END, more="&X-Amz-S3session-Token=a%2Fb"),
            (
                "https://figures.s3.eu-north-1.amazonaws.com/plots/loss.png?X-Amz-Algorithm=ALG&X-Amz-Credential=***"
                "&X-Amz-Date=20240229T215959Z&X-Amz-Expires=7200&X-Amz-SignedHeaders=host&X-Amz-Signature=***"
                "&X-Amz-S3session-Token=***"
            ),
        ),
        (
            "https://a.example/hdnts=exp=1700000000~acl=/*~hmac=c0ffee/a.png#hmac=1",
            "https://a.example/hdnts=exp=1700000000~acl=/*~hmac=***/a.png#hmac=1",
        ),
        (
            "https://a.example/a?hdnts=st%3D1600000000~exp%3D1700000000~hmac%3Dc0ffee&b=1",
            "https://a.example/a?hdnts=st%3D1600000000~exp%3D1700000000~hmac%3D***&b=1",
        ),
        (
            "https://a.example/a?b=1&temp_url_sig=c0ffee&temp_url_expires=1700000000",
            "https://a.example/a?b=1&temp_url_sig=***&temp_url_expires=1700000000",
        ),
        (
            f"https://customer-1.cloudflarestream.com/{token({'exp': 1_700_000_000})}/thumbnails/t.jpg",
            "https://customer-1.cloudflarestream.com/***/thumbnails/t.jpg",
        ),
        (
            "https://a.example/a?AccessKeyId=KEY&Expires=1700000000&Signature=c2Vj%3D",
            "https://a.example/a?AccessKeyId=***&Expires=1700000000&Signature=***",
        ),
        (
            f"https://a.example/a?ixlib=js-3.8.0&expires=1700000000&s={NOISE[:32]}",
            "https://a.example/a?ixlib=js-3.8.0&expires=1700000000&s=***",
        ),
        ("https://api.telegram.org/file/bot1:SECRET/photos/a.jpg", "https://api.telegram.org/file/bot***/photos/a.jpg"),
        (
            f"https://lab.example/a?sig={NOISE}&amp;signature=short&amp;exp=1700000000",
            "https://lab.example/a?sig=***&amp;signature=***&amp;exp=1700000000",
        ),
    ],
)
def test_what_is_masked_and_what_is_not(url: str, shown: str) -> None:
    """Only the secret is masked: host, path, end and fragment stay."""
    assert masked(url) == shown


@pytest.mark.parametrize("url", [url for url in INNOCENT if "temp_url_sig" not in url and "archive" not in url])
def test_nothing_is_secret_in_innocent_urls(url: str) -> None:
    """A name such as ``s`` or ``token`` is secret in a signed URL only, though also in an archived one."""
    assert secret_spans(url) == ()


def test_secret_names_are_in_lower_case() -> None:
    """Names are compared in lower case."""
    assert all(name == name.lower() for scheme in SCHEMES for name in scheme.secrets)


@given(st.sampled_from([url for _, url in SAMPLES]), st.integers(0, 300), st.text(max_size=6))
def test_spans_are_in_order_and_inside(url: str, at: int, inserted: str) -> None:
    """Whatever is put into a URL, spans follow each other inside of it."""
    text = url[:at] + inserted + url[at:]
    classify(text)
    edges = [edge for span in secret_spans(text) for edge in span]
    assert edges == sorted(set(edges))
    assert all(0 <= edge <= len(text) for edge in edges)
