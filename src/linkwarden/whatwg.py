"""URLs as browsers read them (URL standard, https://url.spec.whatwg.org), by ada, the parser of Node.js.

What browsers read otherwise than RFC 3986: backslashes are slashes, any number of slashes may follow ``http:``, tabs
and line ends vanish, and hosts may be percent-encoded, in other scripts, or numbers (docs/facts/http-answers.md#urls).
"""

from __future__ import annotations


def resolve(reference: str, base: str | None = None) -> str | None:
    """Return the absolute URL that a browser makes of a reference, or None where it makes none.

    What is legal stays as it was written: browsers encode apostrophes in a query, and nothing rests on that.

    Args:
        reference: what stands in an attribute, a header or a list.
        base: the absolute URL that it is relative to; None if it has to be absolute itself.
    """
    import ada_url  # noqa: PLC0415 - takes a tenth of a second, and most runs of a list need it late or never

    text = reference.encode("utf-8", "replace").decode()  # halves of surrogate pairs are no text
    try:
        url = ada_url.URL(text, base) if base is not None else ada_url.URL(text)
    except ValueError:
        return None
    if "%27" not in url.search:
        return url.href
    written = text if "?" in text.partition("#")[0] else (base or "")
    if "'" not in written or "%27" in written:
        return url.href
    head, mark, tail = url.href.partition("?")
    query, hash_, fragment = tail.partition("#")
    return head + mark + query.replace("%27", "'") + hash_ + fragment


def host(text: str) -> str | None:
    """Return the host that a browser connects to for what stands between ``//`` and the port; None for no host."""
    if any(mark in text for mark in "/?#\\@:"):
        return None
    url = resolve(f"http://{text}/")
    return None if url is None else url.removeprefix("http://").removesuffix("/")
