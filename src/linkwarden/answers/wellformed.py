"""Tells XML that browsers show from XML at which they show an error. Expat reads it, and nothing from elsewhere.

Entities are not expanded into anything large: a document that declares more than a few short ones is not judged.
"""

from __future__ import annotations

import codecs
from typing import NamedTuple
from xml.parsers import expat

from linkwarden.patterns import pattern

SVG = "http://www.w3.org/2000/svg"
#: Longer documents are not judged.
MOST_BYTES = 1_048_576
#: An entity may be so long, and all references together may come to so much.
_LONGEST_ENTITY = 200
_MOST_EXPANDED = 2_097_152
_OTHER_VERSION = pattern(rb"\s*<\?xml\s+version\s*=\s*[\"'](?!1\.0[\"'])")
#: Encodings that browsers know and expat reads by itself.
_ENCODINGS = frozenset({"utf-8", "utf-16", "utf-16-le", "utf-16-be", "iso8859-1", "ascii"})


#: What expat does not read and browsers may: a name of an encoding that is not the real one, or is unknown.
_UNSURE = frozenset(
    expat.errors.codes[text]
    for text in (
        expat.errors.XML_ERROR_INCORRECT_ENCODING,
        expat.errors.XML_ERROR_UNKNOWN_ENCODING,
        expat.errors.XML_ERROR_AMPLIFICATION_LIMIT_BREACH,
        expat.errors.XML_ERROR_NO_MEMORY,
    )
)


class Reading(NamedTuple):
    """What was seen of a whole XML document.

    Attributes:
        flaw: why it is not well-formed, a clause for people, or "".
        root: the name of the root element, its namespace before a blank if it has one, or "".
    """

    flaw: str
    root: str


class _NotJudgedError(Exception):
    """The document holds what only a browser may say about."""


def read_xml(body: bytes, charset: str = "") -> Reading | None:
    """Return what a browser makes of a whole XML document; None where that is not known.

    Args:
        body: all of it.
        charset: what the server's header says of its encoding, which goes before what the document says.
    """
    encoding = _encoding(charset)
    if encoding is None or len(body) > MOST_BYTES or _OTHER_VERSION.match(body):
        return None
    roots: list[str] = []
    references = body.count(b"&")

    def declared(_name: str, parameter: int, value: str | None, *_rest: object) -> None:
        """Refuse entities that may hold others, come from elsewhere, or may come to much."""
        if parameter or value is None or len(value) > _LONGEST_ENTITY or "&" in value or "<" in value or "%" in value:
            raise _NotJudgedError
        if references * len(value) > _MOST_EXPANDED:
            raise _NotJudgedError

    def started(name: str, _attributes: object) -> None:
        """Keep the first element's name."""
        roots.append(name)
        parser.StartElementHandler = None

    parser = expat.ParserCreate(encoding or None, " ")
    parser.EntityDeclHandler = declared
    parser.StartElementHandler = started
    try:
        parser.Parse(body, True)
    except expat.ExpatError as error:
        if error.code in _UNSURE:
            return None
        return Reading(f"{expat.ErrorString(error.code)} in line {error.lineno}", roots[0] if roots else "")
    except (_NotJudgedError, LookupError, ValueError):  # an encoding that Python does not know, or not of single bytes
        return None
    return Reading("", roots[0] if roots else "")


def svg_flaw(body: bytes, charset: str = "") -> str | None:
    """Return why browsers do not show a whole SVG as an image, a clause for people; None if they do, or may."""
    reading = read_xml(body, charset)
    if reading is None:
        return None
    if reading.flaw:
        return f"it is not well-formed XML ({reading.flaw})"
    namespace, _, name = reading.root.rpartition(" ")
    if namespace == SVG and name == "svg":
        return None
    return "its root element is not in SVG's namespace" if name == "svg" else f'its root element is "{name[:40]}"'


def _encoding(charset: str) -> str | None:
    """Return a charset by the name that expat knows, "" for none; None if it does not know it."""
    if not charset:
        return ""
    try:
        name = codecs.lookup(charset).name
    except (LookupError, ValueError):
        return None
    return name.replace("iso8859", "iso-8859") if name in _ENCODINGS else None
