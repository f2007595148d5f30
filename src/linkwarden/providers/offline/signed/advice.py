"""What a maintainer does about a URL that ends: a sentence per site, and a lasting URL where there is one."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from linkwarden.datafile import Row, read_table
from linkwarden.model import Suggestion
from linkwarden.patterns import pattern

if TYPE_CHECKING:
    from linkwarden.url import Url

GENERAL = "Copy the file into the repository, or link the page that it comes from."
_STORES = ("*.amazonaws.com", "*.amazonaws.com.cn", "*.googleapis.com")
_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_ATTACHMENT = pattern(rf"[0-9]+-({_UUID})(?:\.[a-z0-9]+)?", re.IGNORECASE)


class Site(NamedTuple):
    """A site whose URLs people paste into lists: a row of ``sites.tsv``.

    Attributes:
        hosts: where it is known by its host.
        buckets: where it is known by a bucket of an object store (``*`` at the end: any bucket beginning so).
        remedy: what to do, as an imperative sentence.
        lasting: returns a lasting URL for one that ends, where that can be done.
    """

    hosts: tuple[str, ...]
    buckets: tuple[str, ...]
    remedy: str
    lasting: Callable[[Url], Suggestion | None]


def site_of(url: Url) -> Site | None:
    """Return the site that made a URL, or None."""
    store = url.on(*_STORES)
    for site in _SITES:
        if url.on(*site.hosts) or (store and any(_in_bucket(url, bucket) for bucket in site.buckets)):
            return site
    return None


def _in_bucket(url: Url, pattern: str) -> bool:
    """Return whether an object store's URL names a bucket, as first path segment or in front of the host."""
    names = (*url.segments[:1], url.host)
    if pattern.endswith("*"):
        return any(name.startswith(pattern[:-1]) for name in names)
    return url.segments[:1] == (pattern,) or url.host.startswith(pattern + ".")


def _attachment(url: Url) -> Suggestion | None:
    match = _ATTACHMENT.fullmatch(url.segments[-1]) if url.segments else None
    if not match:
        return None
    return Suggestion(f"https://github.com/user-attachments/assets/{match[1]}", "the attachment's own URL")


def _without_token(url: Url) -> Suggestion | None:
    plain = url.text.split("#", 1)[0].split("?", 1)[0]
    return Suggestion(plain, "works without a token if the repository is public")


def _drive_thumbnail(url: Url) -> Suggestion | None:
    file_id = url.any_value("id") or ""
    if not re.fullmatch(r"[A-Za-z0-9_-]{10,}", file_id):
        return None
    thumbnail = f"https://drive.google.com/thumbnail?id={file_id}&sz=w1000"
    return Suggestion(thumbnail, "Drive still shows images under this kind of URL")


_LASTING: Mapping[str, Callable[[Url], Suggestion | None]] = {
    "": lambda _url: None,
    "attachment": _attachment,
    "no-token": _without_token,
    "drive-thumbnail": _drive_thumbnail,
}


def _site(row: Row) -> Site:
    if row["lasting"] not in _LASTING:
        raise row.error(f"lasting: there is no {row['lasting']!r}")
    if not row["remedy"] or not (row["hosts"] or row["buckets"]):
        raise row.error("needs a remedy, and hosts or buckets")
    hosts, buckets = tuple(row["hosts"].split()), tuple(row["buckets"].split())
    return Site(hosts, buckets, row["remedy"], _LASTING[row["lasting"]])


_COLUMNS = ("site", "hosts", "buckets", "lasting", "remedy")
_SITES = tuple(_site(row) for row in read_table(__package__, "sites.tsv", _COLUMNS))
