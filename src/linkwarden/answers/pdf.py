"""Reads what a PDF calls itself, where it is small, or made to be read from its start.

Good news only: most PDFs name no title, and many name one of a template or of the file that they were printed from
(docs/facts/services.md#what-a-pdf-calls-itself). Of the two places for a title the one that editors change is believed.
Nothing is unpacked, and what is looked at is bounded.
"""

from __future__ import annotations

import re
from html import unescape

from linkwarden.foreign import title_of
from linkwarden.patterns import pattern
from linkwarden.wire import Response

#: The mark may stand behind some other bytes (ISO 32000-1, annex H, note 13).
_MARK_WITHIN = 1024
#: The parameters of a file that is made to be read from its start stand there, too (ISO 32000-1, annex F).
_LINEARIZED = b"/Linearized"
#: More of a file is not looked at.
_MOST = 65_536
#: An object with a document's own details is shorter than this.
_DETAILS = 8_192
_INFO = pattern(rb"/Info[ \r\n]{1,4}(\d{1,9})[ \r\n]{1,4}(\d{1,5})[ \r\n]{1,4}R\b")
_TITLE = pattern(
    rb"/Title[ \r\n\t]{0,4}(?:\(((?:[^()\\]|\\.|\((?:[^()\\]|\\.){0,200}\)){0,1000})\)|<([0-9A-Fa-f\s]{0,4000})>)",
    re.DOTALL,
)
#: A title in the document's metadata (XMP specification, part 1).
_XMP = pattern(
    rb"<dc:title\b[^<>]{0,200}>\s{0,99}<rdf:Alt\b[^<>]{0,200}>\s{0,99}<rdf:li\b[^<>]{0,200}>([^<>]{1,2000})</rdf:li>"
)
_ESCAPE = pattern(rb"\\(?:([0-7]{1,3})|\r\n|(.))", re.DOTALL)
_ESCAPED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"", b"f": b"", b"\n": b"", b"\r": b""}
#: What programs write for a title where nobody gave one: the name of a file, or of themselves.
_NO_TITLE = pattern(
    r"(?:microsoft (?:word|powerpoint)\b|untitled|no title|title\Z|slide \d|document\d*\Z|layout \d|print\b)"
    r"|[^ ]{1,200}\Z|.{0,300}\.(?:docx?|dvi|tex|pdf|indd|rtf|ps|pptx?|qxd|fm|odt)\Z",
    re.IGNORECASE | re.DOTALL,
)


def title_of_pdf(response: Response) -> str | None:
    """Return the title that a PDF gives itself, or None: it is none, names none, or was not read far enough."""
    body = response.body[:_MOST]
    if b"%PDF-" not in body[:_MARK_WITHIN] or b"/Encrypt" in body:
        return None
    if not response.complete and _LINEARIZED not in body[: 2 * _MARK_WITHIN]:
        return None
    title = title_of(_from_details(body) or _from_metadata(body))
    return None if title is None or _NO_TITLE.match(title) else title


def _from_details(body: bytes) -> str:
    """Return the title in the dictionary of details, to which the last trailer points that was read."""
    pointers = _INFO.findall(body)
    if not pointers:
        return ""
    number, generation = pointers[-1]
    ends = [found.end() for found in re.finditer(rb"(?<!\d)%b[ \r\n]%b[ \r\n]obj\b" % (number, generation), body)]
    if not ends:
        return ""
    details = body[ends[-1] : ends[-1] + _DETAILS].partition(b"endobj")[0]  # of several the last one counts
    found = _TITLE.search(details)
    if found is None:
        return ""
    if found[2] is None:
        return _text(_ESCAPE.sub(_unescaped, found[1]))
    digits = re.sub(rb"\s", b"", found[2])
    return _text(bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode()))


def _from_metadata(body: bytes) -> str:
    """Return the title in the metadata; images in the file may have theirs, so that there must be but one."""
    found = set(_XMP.findall(body))
    return unescape(found.pop().decode("utf-8", "replace")) if len(found) == 1 else ""


def _unescaped(found: re.Match[bytes]) -> bytes:
    if found[1] is not None:
        return bytes([int(found[1], 8) & 0xFF])
    return b"" if found[2] is None else _ESCAPED.get(found[2], found[2])


def _text(data: bytes) -> str:
    """Return a text string (ISO 32000-2, section 7.9.2.2); its own encoding differs from Latin-1 in marks only."""
    if data.startswith(b"\xfe\xff"):
        return data[2:].decode("utf-16-be", "replace")
    return data.decode("utf-8-sig" if data.startswith(b"\xef\xbb\xbf") else "latin-1", "replace")
