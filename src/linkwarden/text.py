"""Small pure helpers on URLs: the key that tells two links apart, and the masking of secrets."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from urllib.parse import urlsplit

from linkwarden.patterns import pattern
from linkwarden.signatures import SCHEMES, has_nothing, secret_spans
from linkwarden.url import plain_host

_DEFAULT_PORT = {"http": 80, "https": 443}
_PERCENT = pattern(r"%([0-9a-fA-F]{2})")
_HTTP = pattern(r"https?://", re.IGNORECASE)
#: URLs that are their own key: scheme and host in lower case, no user info, no port that may be the default
#: one, a path, and nothing percent-encoded. That is nearly every URL of a list, recognised by one look.
_IN_KEY_FORM = pattern(r"https?://[a-z0-9.-]+(?::(?!0|80/|443/)[0-9]{1,5})?/[^%\s]*\Z")


@lru_cache(maxsize=4096)  # engine and providers ask for the hosts of the URLs under way several times over
def host_of(url: str) -> str:
    """Return the host of a URL in lower case and IDNA form, without port, or "" where there is none."""
    plain = plain_host(url)
    if plain is not None:
        return plain
    try:
        return _wire_host(urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""


@lru_cache(maxsize=1024)  # a list names the same few hosts over and over
def domains_of(host: str) -> tuple[str, ...]:
    """Return a host and the domains that it lies in, the host first: ``a.b.c``, ``b.c``, ``c``."""
    labels = host.split(".")
    return tuple(".".join(labels[at:]) for at in range(len(labels)))


def is_http(url: str) -> bool:
    """Return whether a URL has the scheme http or https (in any case) and an authority part."""
    return _HTTP.match(url) is not None


def target_key(url: str, path: str) -> str:
    """Return what makes a URL distinct, so that each is asked once.

    Only what RFC 3986 section 6.2.2 and 6.2.3 call equivalent for every server is merged: case of scheme and
    host, the IDNA form of the host, the default port, an empty path, and the case of percent-encoding digits.
    Path, query order, trailing slash and fragment stay. Idempotent for http(s) URLs.

    Args:
        url: the URL as a browser would take it.
        path: the input it stands in; part of the key where the URL is relative to it.
    """
    if not is_http(url):
        return f"{path}\x00{url}"
    if _IN_KEY_FORM.match(url):
        return url
    try:
        parts = urlsplit(url)
        scheme = parts.scheme.lower()
        host = _wire_host(parts.hostname or "")
        port = parts.port
    except ValueError:
        return url
    if ":" in host:
        host = f"[{host}]"
    userinfo, at, _ = parts.netloc.rpartition("@")
    netloc = f"{userinfo}{at}{host}"
    if port is not None and port != _DEFAULT_PORT[scheme]:
        netloc += f":{port}"
    rest = url.split("//", 1)[1]
    tail_at = min((i for i in (rest.find(c) for c in "/?#") if i >= 0), default=len(rest))
    tail = _PERCENT.sub(lambda m: m.group(0).upper(), rest[tail_at:])
    if not tail.startswith("/"):
        tail = "/" + tail
    return f"{scheme}://{netloc}{tail}"


def _wire_host(host: str) -> str:
    """Return a host as it goes over the wire: lower case, and IDNA for what is not ASCII (RFC 5891).

    Raises:
        ValueError: it is no host name.
    """
    host = host.lower()
    if host.isascii():
        return host
    from yarl import URL  # noqa: PLC0415 - few lists have such a host

    return URL.build(scheme="http", host=host).raw_host or ""


# --- secrets ------------------------------------------------------------------------------------------------------

MASK = "***"

#: Parameters that hold a secret wherever they are; those of the signature schemes come on top.
_SECRET_NAMES = frozenset(
    {"x-amz-signature", "x-amz-credential", "x-goog-signature", "x-goog-credential", "x-oss-signature"}
    | {"x-oss-credential", "x-tos-signature", "x-tos-credential", "awsaccesskeyid", "ossaccesskeyid", "googleaccessid"}
    | {
        "accesskeyid",
        "accesskey",
        "access_key",
        "signature",
        "sig",
        "sign",
        "q-signature",
        "token",
        "jwt",
        "hmac",
        "hm",
    }
    | {"auth", "auth_key", "authorization", "tempauth", "api_key", "api-key", "apikey", "key-pair-id", "policy"}
    | {"hdnea", "hdnts", "hdntl", "__token__", "__cld_token__", "token-hash", "password", "passwd", "secret"}
    | {"pub_secret", "verify", "md5", "oh", "ik-s", "jsessionid", "phpsessid", "sessionid", "session_id"}
)
#: Names of signature schemes that mean something else elsewhere (``s`` of a search); their scheme alone masks them.
_OF_THEIR_SCHEME = frozenset({"s", "t", "key", "hash"})
#: The last word of a name that holds a secret: ``upload_token``, ``X-Amz-S3session-Token``, ``urlSignature``.
_SECRET_WORDS = frozenset(
    {"token", "signature", "sig", "secret", "password", "passwd", "hmac", "jwt", "apikey", "credential"}
)
#: … unless the word before says that it only turns pages.
_PAGING = frozenset({"page", "continuation", "next", "sync", "cursor"})
_WORDS_OF_NAME = pattern(r"[A-Z]?[a-z0-9]+|[A-Z0-9]+")

_NAME = r"([A-Za-z0-9_.\[\]-]{1,64})"
#: Where the value of a parameter begins, and what ends it: in a query or fragment, in an encoded URL, and in a path.
_PARAMETER = pattern(rf"(?:[?&;#]|^){_NAME}=(?=[^&#])"), pattern("[&#]")
_ENCODED = (
    pattern(rf"%(?:25)*(?:3F|26|3B|23){_NAME}%(?:25)*3D", re.IGNORECASE),
    pattern("%(?:25)*(?:26|23)|[&#]"),
)
_IN_PATH = pattern(rf"[/~]{_NAME}(?:=|%3D)(?=[^&#/?~%])", re.IGNORECASE), pattern("[&#/?~%]")
_WHOLE_IN_QUERY = frozenset({"hdnea", "hdnts", "hdntl"})  # in a path they are followed by the token's other parts

_USERINFO = pattern(r"(?i)(?<=://)([^/?#@\s]+)@")
#: What is a token by its looks: signed JSON (RFC 7515) and keys that begin with the mark of their maker.
_TOKEN = pattern(
    r"(?<![A-Za-z0-9_-])(?:(?:eyJ|eyAi|ewo)[\w-]{6,}\.[\w-]*\.[\w-]{6,}"
    r"|A[KS]IA[A-Z0-9]{12,}|AIza[\w-]{35}|gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{20,}"
    r"|xox[abprs]-[\w-]{10,}|sk-[A-Za-z0-9]{32,})",
    re.ASCII,
)
_BOT_TOKEN = pattern(r"(?i)(?<=/file/bot)[^/?#]+")
#: A URL within a URL within a URL is looked at, one deeper is not.
_NESTED = 3


def mask_secrets(text: str) -> str:
    """Return a URL with ``***`` in place of signatures, tokens and user info; the rest stays, so that it can be found.

    What is secret is said by the scheme that signs the URL, by the parameter's name, and by the looks of a token.
    Idempotent. A text without a URL is masked by names and looks.
    """
    # Most texts have none of these, and a report masks every URL, text and heading of a list.
    if "=" not in text and "/" not in text and "@" not in text and "." not in text and "%" not in text:
        return text
    if _has_no_secret(text):
        return text
    return _masked(text) if len(text) <= _WORTH_KEEPING else _masked.__wrapped__(text)


#: Of which one stands in any token that is one by its looks.
_TOKEN_MARKS = (
    *("eyJ", "eyAi", "ewo", "AKIA", "ASIA", "AIza", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-"),
    *("xox", "sk-"),
)


def _has_no_secret(text: str) -> bool:
    """Return whether a text is one URL that has no place for a secret: so are most URLs of a list."""
    if "=" in text or "%" in text or "@" in text or text.count("://") != 1 or not has_nothing(text):
        return False
    for mark in _TOKEN_MARKS:
        if mark in text:
            return False
    return "/bot" not in text.lower()


#: Characters up to which a masked text is kept for the next report.
_WORTH_KEEPING = 2_000


@lru_cache(maxsize=4096)  # each format of a report masks the same URLs
def _masked(text: str) -> str:
    if "://" in text:
        text = _masked_by_scheme(text)
        if "@" in text:
            text = _USERINFO.sub(f"{MASK}@", text)
        text = _BOT_TOKEN.sub(MASK, text)
    if "=" in text:
        text = _masked_values(text, *_PARAMETER)
    if "%" in text:
        text = _masked_values(text, *_ENCODED)
    if "=" in text or "%" in text:
        text = _masked_values(text, *_IN_PATH, but=_WHOLE_IN_QUERY)
    return _TOKEN.sub(MASK, text)


def _masked_by_scheme(text: str) -> str:
    starts = [match.start() for match, _ in zip(_HTTP.finditer(text), range(_NESTED), strict=False)]
    spans = {(start + begin, start + end) for start in starts for begin, end in secret_spans(text[start:])}
    parts: list[str] = []
    at = 0
    for begin, end in sorted(spans):
        if end > at:
            parts += [text[at : max(begin, at)], MASK if begin >= at else ""]
            at = end
    return "".join([*parts, text[at:]])


def _masked_values(text: str, begin: re.Pattern[str], end: re.Pattern[str], but: frozenset[str] = frozenset()) -> str:
    """Mask the values of parameters whose name says that they are secret."""
    parts: list[str] = []
    at = 0
    for match in begin.finditer(text):
        if match.start() >= at and match[1].lower() not in but and _is_secret(match[1]):
            stop = end.search(text, match.end())
            parts += [text[at : match.end()], MASK]
            at = stop.start() if stop else len(text)
    return "".join([*parts, text[at:]])


@lru_cache(maxsize=512)
def _is_secret(name: str) -> bool:
    """Return whether the value of a parameter is secret, by its name."""
    lower = name.lower()
    if lower in _SECRET_NAMES or lower in _of_schemes():
        return True
    words = [word.lower() for word in _WORDS_OF_NAME.findall(name)]
    return len(words) > 1 and words[-1] in _SECRET_WORDS and words[-2] not in _PAGING


@cache
def _of_schemes() -> frozenset[str]:
    return frozenset(name for scheme in SCHEMES for name in scheme.secrets) - _OF_THEIR_SCHEME
