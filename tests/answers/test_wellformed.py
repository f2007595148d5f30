"""XML that browsers show, and XML at which they show an error."""

from __future__ import annotations

import pytest

from linkwarden.answers.wellformed import MOST_BYTES, read_xml, svg_flaw

NS = 'xmlns="http://www.w3.org/2000/svg"'


@pytest.mark.parametrize(
    "text",
    [
        f"<svg {NS}/>",
        f'\ufeff<?xml version="1.0"?>\n<svg {NS}/>',
        '<s:svg xmlns:s="http://www.w3.org/2000/svg"><s:g/></s:svg>',
        f'<!DOCTYPE svg [<!ENTITY c "green"><!ENTITY ns "http://ns.example/">]><svg {NS} xmlns:x="&ns;" fill="&c;"/>',
        f'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://dtd.example/svg11.dtd"><svg {NS}/>',
        f"<svg {NS}><title>&#160;&lt;&amp;</title></svg>",
        f"<?xml-stylesheet href='a.css'?><svg {NS}/>",
    ],
)
def test_what_browsers_show_has_no_flaw(text: str) -> None:
    """Prefixes, marks of byte order, entities of the document's own, references to a DTD."""
    assert svg_flaw(text.encode()) is None


@pytest.mark.parametrize(
    "text",
    [
        "<svg/>",
        '<svg xmlns="http://www.w3.org/2000/SVG"/>',
        f"<html {NS}/>",
        f"<svg {NS}>&nbsp;</svg>",
        f"<svg {NS}>a & b</svg>",
        f'<svg {NS}><use xlink:href="#a"/></svg>',
        f"<svg {NS}><g></svg>",
        f"<svg {NS}",
        f' <?xml version="1.0"?><svg {NS}/>',
        f"<svg {NS}/>more",
        f"<svg {NS} {NS}/>",
        "",
    ],
)
def test_what_browsers_do_not_show_has_one(text: str) -> None:
    """No namespace or a wrong one, and whatever is not well-formed."""
    assert svg_flaw(text.encode())


def test_the_header_goes_before_the_document() -> None:
    """Bytes that are no UTF-8 are fine where the header names their charset."""
    latin = f"<svg {NS}>é</svg>".encode("latin-1")
    assert svg_flaw(latin)
    assert svg_flaw(latin, "ISO-8859-1") is None
    assert svg_flaw(latin, "no-such-charset") is None


@pytest.mark.parametrize(
    "text",
    [
        f'<!DOCTYPE svg [<!ENTITY a "x"><!ENTITY b "&a;&a;">]><svg {NS}>&b;<',
        f'<!DOCTYPE svg [<!ENTITY a "{"x" * 300}">]><svg {NS}>&a;<',
        f'<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/hostname">]><svg {NS}>&a;<',
        f'<?xml version="1.1"?><svg {NS}><',
        f'<?xml version="1.0" encoding="gbk"?><svg {NS}><',
        f"<svg {NS}>" + " " * MOST_BYTES,
    ],
)
def test_what_is_not_read_is_not_judged(text: str) -> None:
    """Entities that may come to much or from elsewhere, encodings that only browsers know, and what is too long."""
    assert read_xml(text.encode()) is None
