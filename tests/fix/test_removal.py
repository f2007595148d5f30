"""What goes is dead, and all that lives stays: in any list."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from linkwarden.extract.markdown import Markdown
from linkwarden.fix import Wanted, apply, emptied, plan
from linkwarden.model import Basis, Extracted, Occurrence

DEAD, LIVE = "https://dead.example/", "https://live.example/"
GONE = Wanted("", "it is dead", Basis.DEAD, "LW301", "not-found")

LINES = st.sampled_from(
    [
        f"- [d]({DEAD}1)",
        f"- [d]({DEAD}2) and [e]({DEAD}3)",
        f"- [d]({DEAD}4) by [l]({LIVE}1)",
        f"- [l]({LIVE}2)",
        f"  - [d]({DEAD}5)",
        f"  - [l]({LIVE}3)",
        f"  text [d]({DEAD}6)",
        "  more text",
        "lazy text",
        "",
        "",
        "# Head",
        f"1. [d]({DEAD}7)",
        "2) two",
        f"| [d]({DEAD}8) |",
        "|---|",
        f"| [l]({LIVE}4) |",
        "> - quoted",
        f"> - [d]({DEAD}9)",
        f"[d]({DEAD}a)",
        "```",
        "<!-- c -->",
        "<div>",
        "</div>",
        f"- [r][r] [d]({DEAD}b)",
        f"  [r]: {LIVE}r",
        "***",
        "\t- [t](#x)",
    ]
)
DOCUMENTS = st.tuples(st.lists(LINES, max_size=14), st.sampled_from(["\n", "\r\n"])).map(lambda d: d[1].join(d[0]))


def read(text: str) -> list[Extracted]:
    """Read Markdown."""
    return list(Markdown().extract(text, "README.md"))


def urls(text: str, begin: str) -> list[str]:
    """Return the URLs of a text that begin so."""
    return [item.url for item in read(text) if isinstance(item, Occurrence) and item.url.startswith(begin)]


def dead(item: Occurrence) -> Wanted | None:
    """Return why a link is dead."""
    return GONE if item.url.startswith(DEAD) else None


@settings(max_examples=500, deadline=None)
@given(DOCUMENTS)
def test_nothing_that_lives_is_lost(text: str) -> None:
    """Whole lines go, with dead links only; every live link, every heading, every line of code stays."""
    found = plan(text, lambda _: None, lambda t: iter(read(t)), dead=dead)
    after = apply(text, found.edits)
    assert urls(after, LIVE) == urls(text, LIVE)
    starts = [(item.used or item.span).start for item in read(text) if isinstance(item, Occurrence) and dead(item)]
    gone = [start for start in starts if any(edit.start <= start < edit.end for edit in found.edits)]
    assert len(urls(after, DEAD)) == len(starts) - len(gone)
    for edit in found.edits:
        assert edit.new == ""
        assert edit.old.splitlines()[0].lstrip()[:2] in ("- ", "1.", "2)", "| ")
        assert LIVE not in edit.old
        assert "# Head" not in edit.old
        assert "lazy" not in edit.old
        assert edit.start == 0 or text[edit.start - 1] == "\n"
        assert edit.end == len(text) or edit.old.endswith("\n")
    assert apply(text, found.edits[::-1]) == after
    assert plan(after, lambda _: None, lambda t: iter(read(t)), dead=dead).edits == ()


def test_the_heading_of_an_emptied_list_is_named() -> None:
    """At the end of the document as well; not where anything is left."""
    text = f"# A\n\n- [d]({DEAD})\n\n# B\n\n- [d]({DEAD})\n- x\n\n## C\n\n- [d]({DEAD})\n"
    edits = plan(text, lambda _: None, lambda t: iter(read(t)), dead=dead).edits
    assert [edit.line for edit in edits] == [3, 7, 12]
    assert list(emptied(text, [(edit.start, edit.end) for edit in edits])) == [(1, "A"), (10, "C")]
