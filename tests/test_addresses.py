"""The key that tells two links apart, and the masking of secrets."""

from __future__ import annotations

from unittest.mock import patch
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkwarden.text import host_of, mask_secrets, target_key

urls = st.from_regex(
    r"[hH][tT][tT][pP][sS]?://[a-zA-Z0-9.-]{1,20}(:[0-9]{1,4})?[/?#]?[a-zA-Z0-9%/?#&=+;,.~_-]{0,40}", fullmatch=True
)


@given(urls)
def test_key_is_idempotent(url: str) -> None:
    """The key of a key is itself."""
    key = target_key(url, "README.md")
    assert target_key(key, "README.md") == key


@given(urls)
def test_the_short_way_to_a_key_leads_to_the_same(url: str) -> None:
    """An address that is its own key at first sight gets the same key as in capitals, which is taken apart."""
    scheme, _, rest = url.partition(":")
    short, long = f"{scheme.lower()}:{rest}", f"{scheme.upper()}:{rest}"
    key = target_key(long, "a.md")
    assert target_key(short, "a.md") == (short if key == long else key)  # what cannot be read stays as it is


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("HTTP://Example.ORG/a", "http://example.org/a"),
        ("https://example.org", "https://example.org/"),
        ("https://example.org:443/a", "https://example.org/a"),
        ("http://example.org:80/a", "http://example.org/a"),
        ("https://example.org/%c3%a9", "https://example.org/%C3%A9"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://example.org?q", "https://example.org/?q"),
    ],
)
def test_key_merges_what_no_server_tells_apart(one: str, other: str) -> None:
    """RFC 3986 section 6.2.2: such addresses are one."""
    assert target_key(one, "a.md") == target_key(other, "b.md")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.org/a", "http://example.org/a"),
        ("https://example.org/a", "https://example.org/a/"),
        ("https://example.org/A", "https://example.org/a"),
        ("https://example.org/?a=1&b=2", "https://example.org/?b=2&a=1"),
        ("https://example.org/?id=1", "https://example.org/?id=2"),
        ("https://example.org/a%2Fb", "https://example.org/a/b"),
        ("https://example.org/a+b", "https://example.org/a%20b"),
        ("https://example.org/a#x", "https://example.org/a#y"),
        ("https://example.org/a", "https://www.example.org/a"),
        ("https://example.org:8443/a", "https://example.org/a"),
        ("https://me@example.org/a", "https://example.org/a"),
        ("https://example.org/a//b", "https://example.org/a/b"),
        ("https://example.org/a/../b", "https://example.org/b"),
    ],
)
def test_key_keeps_apart_what_a_server_may_tell_apart(one: str, other: str) -> None:
    """Nothing is merged that could be two things."""
    assert target_key(one, "a.md") != target_key(other, "a.md")


@given(urls)
def test_the_short_way_to_a_host_leads_to_the_same(url: str) -> None:
    """The host is what the standard library reads, in lower case and without a final dot."""
    try:
        expected = (urlsplit(url).hostname or "").lower().rstrip(".")  # it keeps the case of a zone ("%A")
    except ValueError:
        expected = ""
    assert host_of(url) == expected


def test_key_of_a_relative_link_belongs_to_its_file() -> None:
    """The same anchor in two files is two links."""
    assert target_key("#top", "a.md") != target_key("#top", "b.md")


@given(st.text(max_size=60))
def test_key_and_host_never_raise(text: str) -> None:
    """Whatever stands there has a key, and a host or none."""
    assert target_key(text, "a.md")
    assert target_key(f"https://{text}", "a.md")
    assert isinstance(host_of(f"https://{text}"), str)


@pytest.mark.parametrize(
    ("url", "masked"),
    [
        (
            "https://b.s3.amazonaws.com/a.png?X-Amz-Date=20210205T142824Z&X-Amz-Signature=abc&X-Amz-Expires=9",
            "https://b.s3.amazonaws.com/a.png?X-Amz-Date=20210205T142824Z&X-Amz-Signature=***&X-Amz-Expires=9",
        ),
        ("https://a.example/x?sig=s%2F1&sv=2020", "https://a.example/x?sig=***&sv=2020"),
        ("https://a.example/x?jwt=a.b.c#f", "https://a.example/x?jwt=***#f"),
        ("https://a.example/x#access_token=t&x=1", "https://a.example/x#access_token=***&x=1"),
        ("https://user:secret@a.example/x", "https://***@a.example/x"),
        ("https://api.telegram.org/file/bot12:AA/x.png", "https://api.telegram.org/file/bot***/x.png"),
        ("https://arxiv.org/abs/2012.01714?s=09", "https://arxiv.org/abs/2012.01714?s=09"),
        ("https://a.example/design?assign=1", "https://a.example/design?assign=1"),
        # by the last word of a name
        ("https://a.example/x?temp_url_sig=ab&b=1", "https://a.example/x?temp_url_sig=***&b=1"),
        ("https://a.example/x?X-Any-S3session-Token=ab", "https://a.example/x?X-Any-S3session-Token=***"),
        ("https://a.example/x?uploadToken=ab&urlSignature=cd", "https://a.example/x?uploadToken=***&urlSignature=***"),
        ("https://a.example/x?pageToken=3&next-page-token=4", "https://a.example/x?pageToken=3&next-page-token=4"),
        ("https://a.example/x?tokenizer=a&design=b&signature_style=c&s=d&key=e&t=f&hash=g", None),
        # by the scheme that signs the URL
        ("https://a.imgix.net/x.png?expires=1&s=abc", "https://a.imgix.net/x.png?expires=1&s=***"),
        # in a path
        ("https://a.example/exp=1~acl=/*~hmac=ab/x.png?y=1", "https://a.example/exp=1~acl=/*~hmac=***/x.png?y=1"),
        ("https://a.example/token=ab/x.png", "https://a.example/token=***/x.png"),
        # by its looks
        ("https://a.example/eyJhbGciOiJI.eyJleHAi.c2VjcmV0/x.jpg", "https://a.example/***/x.jpg"),
        ("https://a.example/x?key=AIza" + "Sy" * 17 + "D&b=1", "https://a.example/x?key=***&b=1"),
        ("https://a.example/sk-the-name-of-a-page/ghp_short/eyJust.a.name", None),
        # inside of another URL
        ("https://b.example/?u=https://a.example/x?sig=ab", "https://b.example/?u=https://a.example/x?sig=***"),
        (
            "https://b.example/?u=https%3A%2F%2Fa.example%2Fx%3Fsig%3Dab%26b%3D1",
            "https://b.example/?u=https%3A%2F%2Fa.example%2Fx%3Fsig%3D***%26b%3D1",
        ),
        (
            "https://web.archive.org/web/2020id_/https://a.imgix.net/x.png?expires=1&s=abc",
            "https://web.archive.org/web/2020id_/https://a.imgix.net/x.png?expires=1&s=***",
        ),
    ],
)
def test_secrets_are_masked_and_the_rest_stays(url: str, masked: str | None) -> None:
    """Signatures, tokens and user info become ``***``; the link can still be found by what is left."""
    masked = url if masked is None else masked
    assert mask_secrets(url) == masked
    assert mask_secrets(masked) == masked


PIECES = (
    *("/", "?", "%2F", "=", "@", ":", "://", "https://", "/file/bot", "/FILE/BOT", "token", "s--", "exp:", "hmac"),
    *("A" * 20, "eyJabcdefgh.", ".eyJabcdefgh", "AKIA", "AIza", "ghp_", "github_pat_", "glpat-", "xoxb-", "sk-"),
    *("a" * 40, "http://b.example/", " and "),
)


@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=4)), max_size=6).map("".join))
def test_what_a_short_look_spares_has_no_secret(rest: str) -> None:
    """Most URLs are told by their characters; the long look leaves them as they are."""
    url = f"https://a.example/{rest}"
    short = mask_secrets(url)
    with patch("linkwarden.text._has_no_secret", lambda _text: False):
        assert mask_secrets(url) == short
