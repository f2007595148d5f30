"""Names of saved images are safe everywhere; notes are added to SOURCES.md and nothing there is changed."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkwarden.inputs import extractor_for
from linkwarden.model import Occurrence
from linkwarden.rescue.naming import captions, file_name, relative_url, slug
from linkwarden.rescue.notes import Note, with_notes

DIGEST = "0123456789abcdef" * 4
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
SAFE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*-0123456789abcdef\.png")


@pytest.mark.parametrize(
    ("caption", "url", "name"),
    [
        ("Residual block", "https://a.example/x/12.png", "residual-block"),
        ("Über uns, café №5", "https://a.example/", "uber-uns-cafe-no5"),
        ("", "https://a.example/x/My%20Net_v2.png?raw=1", "my-net-v2"),
        ("", "https://a.example/x/cb00d86700bc4e926170f5b80d5503a2.jpg", "image"),
        ("image", "https://a.example/x/Untitled.png", "image"),
        ("图", "https://a.example/", "image"),
        ("../../etc/passwd", "https://a.example/", "etc-passwd"),
        ("CON", "https://a.example/", "con"),
        ("", "https://a.example/..%2F..%2Fxyz.png", "xyz"),
        ("word " * 40, "https://a.example/", "word-word-word-word-word-word-word-word-word"),
        ("w" * 200, "https://a.example/", "w" * 48),
    ],
)
def test_a_name_says_what_the_entry_says(caption: str, url: str, name: str) -> None:
    """Else the URL's last part, if it has words; with the digest it is a name on any system."""
    assert file_name(caption, url, DIGEST, "png") == f"{name}-0123456789abcdef.png"


@given(st.text(), st.text())
def test_no_text_makes_an_unsafe_name(text: str, path: str) -> None:
    """Letters, digits and single hyphens; never a separator, a dot in front, or a name without an end."""
    name = file_name(text, f"https://a.example/{path}", DIGEST, "png")
    assert SAFE.fullmatch(name)
    assert len(name) <= 70
    assert slug(slug(text)) == slug(text)


def test_an_image_is_called_as_its_entry() -> None:
    """By its own text, else by the title before it or on its line; not by that of another section."""
    text = (
        "- [Deep nets](x:a)\n\n  ![](x:1)\n- ![own words](x:2) [Wide nets](x:b)\n- ![](x:3) [Thin nets](x:c)\n\n"
        "![image](x:4)\n\n# Other\n\n![](x:5)\n"
    )
    reader = extractor_for(".md")
    assert reader is not None
    named = captions(reader.extract(text, "README.md"))
    assert named == {"x:1": "Deep nets", "x:2": "own words", "x:3": "Thin nets", "x:4": "Thin nets", "x:5": ""}


def test_a_relative_url_leads_from_the_document_to_the_image() -> None:
    """With forward slashes, and what is no letter percent-encoded."""
    assert relative_url(Path("/r/README.md"), Path("/r/images/a.png")) == "images/a.png"
    assert relative_url(Path("/r/docs/x/a.md"), Path("/r/im ages:1/é.png")) == "../../im%20ages%3A1/%C3%A9.png"
    assert relative_url(Path("/r/images/a.md"), Path("/r/images/a.png")) == "a.png"


def note(name: str = "a-1.png", source: str = "https://a.example/a.png", text: str = "") -> Note:
    """Return a note of an image."""
    return Note(name, source, NOW, places=(("README.md", text),))


WORDS = st.text(st.sampled_from("# ab*`\r\n\x0b\u2028-1.pngS"), max_size=80)


@given(WORDS, st.lists(st.builds(note, st.sampled_from(["a-1.png", "b-2.png"]), st.sampled_from(["x:y", "x:z"]))))
def test_what_is_there_stays_and_a_second_time_adds_nothing(text: str, notes: list[Note]) -> None:
    """Every line of the old text is there, in its order; of an empty one there is nothing to keep."""
    after = with_notes(text, notes)
    assert with_notes(after, notes) == after
    lines = iter(after.split("\n"))
    for line in text.split("\n") if text.strip() else []:
        assert any(line.rstrip("\r") == other.rstrip("\r") for other in lines)
    for one in notes:
        assert f"## {one.file}" in after
        assert after.count(f"\n{one.source_line}") <= 2


@pytest.mark.parametrize(
    "harm",
    [
        "](https://evil.example/)",
        "`](https://evil.example/)`",
        "<https://evil.example/>",
        "\n\n# https://evil.example/",
    ],
)
def test_nothing_in_the_notes_is_a_link(harm: str) -> None:
    """Sources are dead soon, and words are not ours: a check of the folder finds nothing to check in them."""
    text = with_notes("", [note(source=f"https://a.example/{harm}", text=harm)])
    reader = extractor_for(".md")
    assert reader is not None
    found = [item for item in reader.extract(text, "SOURCES.md") if isinstance(item, Occurrence)]
    assert found == []
    assert text.count("\n## ") == 1


def test_secrets_are_not_noted() -> None:
    """A signature is worth nothing when it has ended, and something before."""
    assert "secret" not in with_notes("", [note(source="https://a.example/a.png?token=secret")])
