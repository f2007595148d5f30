"""What a PDF calls itself: read from its bytes, or not at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkwarden.answers.pdf import title_of_pdf
from linkwarden.model import Basis, Markup
from linkwarden.net import Net
from linkwarden.providers.web.page import WebProvider
from linkwarden.wire import Response
from tests.internet import FakeInternet, misbehave
from tests.links import evidence_of, target

NAME = "Deep Learning for Links"


def pdf(details: bytes = b"", *, before: bytes = b"", after: bytes = b"") -> bytes:
    """Return a small PDF with details in object 7."""
    return (
        b"%PDF-1.5\n" + before + b"\n7 0 obj\n<< /Producer (x) " + details + b" >>\nendobj\n" + after
        + b"trailer << /Root 1 0 R /Info 7 0 R >>\nstartxref\n0\n%%EOF"
    )  # fmt: skip


def xmp(title: str) -> bytes:
    """Return metadata with a title."""
    inner = f'<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>'
    return f"<x:xmpmeta><rdf:RDF>{inner}</rdf:RDF></x:xmpmeta>".encode()


def read(body: bytes, *, complete: bool = True) -> str | None:
    """Read the title as of a response."""
    headers = {"content-type": "application/pdf"}
    return title_of_pdf(
        Response(url="https://a.example/a.pdf", status=200, headers=headers, body=body, complete=complete)
    )


@pytest.mark.parametrize(
    "body",
    [
        pdf(b"/Title (Deep Learning for Links)"),
        pdf(b"/Title(Deep Learning\\\n for \\114inks)"),
        pdf(b"/Title <FEFF" + NAME.encode("utf-16-be").hex().encode() + b">"),
        pdf(b"/Title <4465 6570204C6561726E696E6720666F72204C696E6B73>"),
        pdf(b"/Title (\xef\xbb\xbfDeep Learning for Links)"),
        pdf(b"/Title (An older title)", after=b"7 0 obj << /Title (Deep Learning for Links) >> endobj\n"),
        pdf(before=xmp(NAME)),
        pdf(b"/Title (Other \\(and\\) (more))", before=xmp(NAME)).replace(b"/Info", b"/None"),
    ],
)
def test_a_title_is_read(body: bytes) -> None:
    """From the details of the document, in any of its encodings, else from its metadata."""
    assert read(body) == NAME


def test_parentheses_belong_to_the_title() -> None:
    """In pairs as they are, alone behind a backslash."""
    assert read(pdf(rb"/Title (Links \(and\) (more \) things))")) == "Links (and) (more ) things)"


@pytest.mark.parametrize(
    "body",
    [
        pdf(),
        pdf(b"/Title ()"),
        pdf(b"/Title (Microsoft Word - final version.doc)"),
        pdf(b"/Title (my paper.dvi)"),
        pdf(b"/Title (untitled)"),
        pdf(b"/Title (paper_final_3)"),
        pdf(b"/Title (Deep Learning for Links)").replace(b"7 0 obj", b"8 0 obj"),
        pdf(b"/Title (Deep Learning for Links)", before=b"<< /Encrypt 3 0 R >>"),
        pdf(before=xmp(NAME) + xmp("A figure of it")),
        b"<html>/Info 7 0 R",
        b"",
    ],
)
def test_no_title_is_read(body: bytes) -> None:
    """None is there, it is a program's, it is encrypted, or there are two."""
    assert read(body) is None


def test_of_a_long_file_only_one_made_for_it_is_read_from_its_start() -> None:
    """In others the details of a figure may stand first."""
    body = pdf(b"/Title (Deep Learning for Links)")
    assert read(body, complete=False) is None
    assert read(body.replace(b"%PDF-1.5\n", b"%PDF-1.5\n1 0 obj << /Linearized 1 >> endobj\n"), complete=False) == NAME


@given(st.binary(max_size=200), st.sampled_from([b"/Title (", b"/Title <", b"<dc:title><rdf:Alt><rdf:li>", b"\\"]))
def test_nothing_makes_it_raise(junk: bytes, begin: bytes) -> None:
    """Bytes of strangers."""
    read(pdf(begin + junk, before=begin + junk, after=junk))


def test_hostile_bytes_take_no_time_to_speak_of() -> None:
    """Starts without ends, nested as deep as fits in."""
    for part in (b"/Title (", b"(", b"/Title ((", b"<dc:title", b"/Info 7 0 R", b"7 0 obj ", b"\\"):
        assert read(pdf(part * (60_000 // len(part)), before=part * 10)) is None


async def test_a_pdf_that_moved_is_known_by_its_title(internet: FakeInternet, net: Net) -> None:
    """A title that is the text of the link says that the same thing was seen."""
    site = internet.site("papers.example-host.org")
    site.redirect("/p/123.pdf", "/library/x.pdf", 301)
    link = target("https://papers.example-host.org/p/123.pdf", markup=Markup.MD_LINK, text=NAME)
    for title, basis in ((NAME, Basis.SAME_NAME), ("Something else at all", Basis.REDIRECT)):
        body = pdf(b"/Title (" + title.encode() + b")")
        site.handle("/library/x.pdf", misbehave.answer(body, media_type="application/pdf"))

        found = await evidence_of(WebProvider, net, link)

        assert (found.title, found.suggestion and found.suggestion.basis) == (title, basis)
