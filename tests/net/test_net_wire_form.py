"""An address goes on the wire as its author wrote it; only what the protocol forbids is encoded."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkwarden.net.wire_form import follow, wire_url
from linkwarden.wire import NetError, NetErrorKind

SENT = [
    ("http://a.org", "http://a.org/"),
    ("HTTP://A.Org/Path", "http://a.org/Path"),
    ("  http://a.org/x\n", "http://a.org/x"),
    ("http://a.org/a\tb\r\nc", "http://a.org/abc"),
    ("http://a.org?q=1", "http://a.org/?q=1"),
    ("http://a.org/a b", "http://a.org/a%20b"),
    ("http://a.org/ü?ö=é#ß", "http://a.org/%C3%BC?%C3%B6=%C3%A9#%C3%9F"),
    ('http://a.org/"<>\\^`{|}', "http://a.org/%22%3C%3E%5C%5E%60%7B%7C%7D"),
    ("http://a.org/%2F%3a+'(),;:@&=$!*[]~", "http://a.org/%2F%3a+'(),;:@&=$!*[]~"),
    ("http://a.org/100%/50%zz", "http://a.org/100%/50%zz"),
    ("http://a.org/x?b=2&a=1&b=1&c", "http://a.org/x?b=2&a=1&b=1&c"),
    ("http://a.org//x//", "http://a.org//x//"),
    ("http://a.org/a/./b/../c", "http://a.org/a/c"),
    ("http://a.org/../../x", "http://a.org/x"),
    ("http://a.org/a/%2E%2e/b?/../c", "http://a.org/b?/../c"),
    ("http://a.org/a/..", "http://a.org/"),
    ("http://a.org/.hidden/..x", "http://a.org/.hidden/..x"),
    ("http://a.org/\x00\x7f", "http://a.org/%00%7F"),
    ("http://bücher.example/", "http://xn--bcher-kva.example/"),
    ("http://my_site.example./", "http://my_site.example./"),
    ("http://a.org:8080/", "http://a.org:8080/"),
    ("http://a.org:/", "http://a.org/"),
    ("https://a.org:0443/", "https://a.org/"),
    ("http://[2606:4700::1]:8080/", "http://[2606:4700::1]:8080/"),
    ("http://8.8.8.8/", "http://8.8.8.8/"),
    # What only browsers read as a URL, and IP addresses in other notations, which the guard looks at.
    ("http:/a.org/x", "http://a.org/x"),
    ("http:a.org/x", "http://a.org/x"),
    ("http:///a.org//x", "http://a.org//x"),
    ("http:\\\\a.org\\x\\y", "http://a.org/x/y"),
    ("http://a.org\\x", "http://a.org/x"),
    ("http://%61.org/x", "http://a.org/x"),
    ("http://ＡＢＣ.org/x", "http://abc.org/x"),
    ("http://faß.example/", "http://xn--fa-hia.example/"),
    ("http://127.1/", "http://127.0.0.1/"),
    ("http://127.0.0.1./", "http://127.0.0.1/"),
    ("http://2130706433/", "http://127.0.0.1/"),
    ("http://0x7f.1/", "http://127.0.0.1/"),
    ("http://0177.0.0.1/", "http://127.0.0.1/"),
    ("http://①②⑦.⓪.⓪.①/", "http://127.0.0.1/"),
    ("http://0/", "http://0.0.0.0/"),
    ("http://%31/", "http://0.0.0.1/"),
    ("http://a.org:0000000000000000000000000443/", "http://a.org:443/"),
    # Legal and illegal together: only the illegal is touched.
    ("http://a.org/%2F a?q='b'&c=%5C|", "http://a.org/%2F%20a?q='b'&c=%5C%7C"),
    ("http://a.org/a\\b%5Cc", "http://a.org/a%5Cb%5Cc"),
    ("http://host1/", "http://host1/"),
]


@pytest.mark.parametrize(("written", "sent"), SENT)
def test_what_is_sent(written: str, sent: str) -> None:
    """Illegal characters are encoded, the host is made ASCII, dot segments go; all else stays."""
    assert str(wire_url(written)) == sent


REFUSED = [
    ("ftp://a.org/", NetErrorKind.INVALID_URL),
    ("file:///etc/passwd", NetErrorKind.INVALID_URL),
    ("//a.org/", NetErrorKind.INVALID_URL),
    ("", NetErrorKind.INVALID_URL),
    ("http://", NetErrorKind.INVALID_URL),
    ("http:", NetErrorKind.INVALID_URL),
    ("http:///", NetErrorKind.INVALID_URL),
    ("http://?x", NetErrorKind.INVALID_URL),
    ("http://./", NetErrorKind.INVALID_URL),
    ("http://a..org/", NetErrorKind.INVALID_URL),
    ("http://a.org%00/", NetErrorKind.INVALID_URL),
    ("http://a b.org/", NetErrorKind.INVALID_URL),
    ("http://a.org:99999/", NetErrorKind.INVALID_URL),
    ("http://a.org:0/", NetErrorKind.INVALID_URL),
    ("http://a.org:x/", NetErrorKind.INVALID_URL),
    ("http://a.org:٨/", NetErrorKind.INVALID_URL),
    ("http://[::1/", NetErrorKind.INVALID_URL),
    ("http://[12]/", NetErrorKind.INVALID_URL),
    ("http://" + "a" * 64 + ".org/", NetErrorKind.INVALID_URL),
    ("http://a.org/" + "x" * 20_000, NetErrorKind.INVALID_URL),
    ("http://user:secret@a.org/", NetErrorKind.BLOCKED),
    ("http://a.org@b.org/", NetErrorKind.BLOCKED),
    ("http:/user:secret@a.org/", NetErrorKind.BLOCKED),
    ("http://1.2.3.4.5/", NetErrorKind.INVALID_URL),
    ("http://256.1.1.1/", NetErrorKind.INVALID_URL),
    ("http://x.1/", NetErrorKind.INVALID_URL),
    ("http://a.org:8099999/", NetErrorKind.INVALID_URL),
    ("http://a.org:00008099999/", NetErrorKind.INVALID_URL),
    ("http://a.org:" + "9" * 9_000 + "/", NetErrorKind.INVALID_URL),
    ("http://" + "é" * 3_000 + "/", NetErrorKind.INVALID_URL),
    ("http://[fe80::1%25eth0]/", NetErrorKind.BLOCKED),
]


@pytest.mark.parametrize(("written", "kind"), REFUSED)
def test_what_cannot_be_sent(written: str, kind: NetErrorKind) -> None:
    """What is no web address, or would carry credentials or a disguised IP address, is refused with its reason."""
    with pytest.raises(NetError) as caught:
        wire_url(written)
    assert caught.value.kind is kind
    assert "secret" not in str(caught.value)


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_text_is_sendable_or_refused(host: str, rest: str) -> None:
    """Whatever stands in a list, the answer is a clean ASCII address or a NetError; sending it twice is the same."""
    try:
        url = wire_url(f"http://{host}/{rest}")
    except NetError:
        return
    assert re.fullmatch(r"https?://[!#-;=?-\[\]_a-z~]+", str(url), re.IGNORECASE)
    assert wire_url(str(url)) == url


@given(st.text("abcXYZ019-._~%!$&'()*+,;=:@/?[]", max_size=60))
def test_a_legal_address_is_not_touched(rest: str) -> None:
    """Signed addresses survive byte for byte: nothing legal is decoded, encoded, sorted or trimmed."""
    written = f"https://a.org/s?q{rest}"
    assert str(wire_url(written)) == written


FOLLOWED = [
    ("http://a.org/d/x?q#old", "y", "http://a.org/d/y#old"),
    ("http://a.org/d/x#old", "/y#new", "http://a.org/y#new"),
    ("http://a.org/x", "//b.org/y", "http://b.org/y"),
    ("http://a.org/x?q=1", "?q=2", "http://a.org/x?q=2"),
    ("http://a.org/x", " https://b.org/y \r\n", "https://b.org/y"),
    ("http://a.org/x", "/é", "http://a.org/%C3%A9"),
    ("http://a.org/x", b"/\xe9".decode("utf-8", "surrogateescape"), "http://a.org/%E9"),
    ("http://a.org/x", "/a b", "http://a.org/a%20b"),
    ("http://a.org/x", "HTTPS://B.org", "https://b.org/"),
    ("http://a.org/a/b/", "../c", "http://a.org/a/c"),
    # As browsers resolve them: backslashes, runs of slashes, a scheme without slashes, tabs, numbers, user info.
    ("http://a.org/d/x", "\\new\\page", "http://a.org/new/page"),
    ("http://a.org/d/x", "new\\page", "http://a.org/d/new/page"),
    ("http://a.org/x", "http:\\\\b.org\\y", "http://b.org/y"),
    ("http://a.org/x", "\\\\b.org/y", "http://b.org/y"),
    ("http://a.org/x", "/\\b.org/y", "http://b.org/y"),
    ("http://a.org/x", "////b.org/y", "http://b.org/y"),
    ("http://a.org/x", "http:/y", "http://a.org/y"),
    ("http://a.org/d/x", "http:y", "http://a.org/d/y"),
    ("http://a.org/x", "https:/b.org/y", "https://b.org/y"),
    ("http://a.org/x", "http:///b.org/y", "http://b.org/y"),
    ("http://a.org/x", "/a\tb\nc", "http://a.org/abc"),
    ("http://a.org/x", "http://0x08080808/y", "http://8.8.8.8/y"),
    ("http://a.org/x", "http://b%2Eorg/y", "http://b.org/y"),
    ("http://a.org/x", "http://guest:secret@b.org/y@z", "http://b.org/y@z"),
    ("http://a.org/x", "//guest@b.org", "http://b.org/"),
    ("http://a.org/x", "http://b.org:/y", "http://b.org/y"),
    ("http://a.org/x", "", "http://a.org/x"),
    # What is encoded stays encoded, what is legal stays as it is.
    ("http://a.org/x", "/d%5Ce", "http://a.org/d%5Ce"),
    ("http://a.org/x", "/y?q='a'&b=%2f%zz", "http://a.org/y?q='a'&b=%2f%zz"),
    ("http://a.org/x?q='a'", "#y", "http://a.org/x?q='a'#y"),
    ("http://a.org/x", "/y?q=\\\\a|b", "http://a.org/y?q=%5C%5Ca%7Cb"),
    ("http://a.org/x", "/y#", "http://a.org/y"),
    ("http://a.org/x#old", "/y#", "http://a.org/y"),
]


@pytest.mark.parametrize(("base", "location", "target"), FOLLOWED)
def test_where_a_redirect_leads(base: str, location: str, target: str) -> None:
    """Location is resolved like a browser does; the fragment is inherited (RFC 9110 section 10.2.2)."""
    assert str(follow(wire_url(base), location)) == target


@pytest.mark.parametrize(
    ("location", "kind"),
    [
        ("file:///etc/passwd", NetErrorKind.BAD_REDIRECT),
        ("javascript:alert(1)", NetErrorKind.BAD_REDIRECT),
        ("data:text/html,x", NetErrorKind.BAD_REDIRECT),
        ("mailto:list@a.org", NetErrorKind.BAD_REDIRECT),
        ("about:blank", NetErrorKind.BAD_REDIRECT),
        ("http://[x/", NetErrorKind.BAD_REDIRECT),
        ("http://a.org:99999/", NetErrorKind.INVALID_URL),
        ("http://a.org:00008099999/", NetErrorKind.INVALID_URL),
        ("http://a.org:0/", NetErrorKind.INVALID_URL),
        ("http://a..org/", NetErrorKind.INVALID_URL),
        ("/" + "x" * 20_000, NetErrorKind.INVALID_URL),
    ],
)
def test_where_a_redirect_may_not_lead(location: str, kind: NetErrorKind) -> None:
    """Redirects out of the web, and to what is no URL, end the chain."""
    with pytest.raises(NetError) as caught:
        follow(wire_url("http://a.org/"), location)
    assert caught.value.kind is kind
