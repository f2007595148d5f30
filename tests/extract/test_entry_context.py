"""What an entry says of a link that is called "paper": the words that a registry can be asked by."""

from __future__ import annotations

import pytest

from linkwarden.extract.markdown import Markdown
from linkwarden.model import Occurrence

PAPER = "https://example.org/paper"


def context(text: str) -> str:
    """Return the context of the link to ``PAPER``."""
    found = [item for item in Markdown().extract(text, "list.md") if isinstance(item, Occurrence)]
    return next(o.context for o in found if o.url == PAPER)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"- **Going deeper with words**, A. Author. [[pdf]({PAPER})]", "Going deeper with words, A. Author. ["),
        (f"- [[paper]]({PAPER}) Going deeper with words", "Going deeper with words"),
        (f"- [pdf]({PAPER})\n  Going deeper with words", "Going deeper with words"),
        (f"[Going deeper with words](https://a.org)\n[[paper]]({PAPER})", "Going deeper with words"),
        (f"Another paper, not this one\nGoing deeper with words\n[paper]({PAPER})", "Going deeper with words"),
        (f"| Title | Link |\n|---|---|\n| Going deeper with words | [paper]({PAPER}) |", "Going deeper with words"),
        (f"* [Going deeper with words](https://a.org) | [code](https://b.org) | [IEEE]({PAPER})", "Going deeper with"),
    ],
)
def test_the_words_around_a_link_without_title(text: str, words: str) -> None:
    """What stands before it in its item, row or paragraph; else what follows."""
    assert context(text).startswith(words)


@pytest.mark.parametrize(
    "text",
    [
        f"- [Going deeper with words]({PAPER}) by A. Author and others",  # says itself what it is
        f"- [paper]({PAPER})",
        f"- [[code]](https://b.org) [[paper]]({PAPER})",
        f"Running text that goes on and mentions a [paper]({PAPER}) somewhere in its midst.",
        f"Going deeper with words\n\n[paper]({PAPER})",  # another paragraph
        f'<a href="{PAPER}">paper</a>',
    ],
)
def test_where_nothing_is_told(text: str) -> None:
    """A title of its own, no words at all, running text, another paragraph."""
    assert context(text) == ""


def test_it_is_short_whatever_the_entry() -> None:
    """A paragraph of an item is cut."""
    assert len(context(f"- {'word ' * 90}[paper]({PAPER})")) <= 300
    assert len(context(f"- [paper]({PAPER}) {'word ' * 90_000}")) <= 300
