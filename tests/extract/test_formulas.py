"""Formulas that look like links, and links that stand between dollar signs."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkwarden.extract.markdown import Markdown
from linkwarden.model import Notice, Occurrence
from tests.extract.test_markdown_oracle import PARTS, mixtures


def read(text: str, path: str = "list.md") -> tuple[list[str], list[Notice]]:
    """Return the URLs and the notices of a text."""
    items = list(Markdown().extract(text, path))
    return [i.url for i in items if isinstance(i, Occurrence)], [i for i in items if isinstance(i, Notice)]


FORMULAS = [
    r"$\mathcal{F}[f](\omega)$",
    r"the transform $\mathcal{F}[f](\omega)$, and so on",
    "$[a+b](c+d)$",
    "$P[X](1)$",
    "($f[x](y)$)",
    r"$\mathbb{E}_{x \sim p}[X](\theta_{t+1})$ grows",
    "$$\n\\mathcal{L}[g](s) = \\int_0^\\infty g(t) e^{-st} dt\n$$",
    "$$ f[x](y) = 1 $$",
    "$$\nf[x](y)\n= 1\n$$",
    "$$\n\\begin{aligned}\n- a[b](c) &= 1\n\\end{aligned}\n$$",
    "> $$\n> - a[b](c) + 1\n> $$",
    "\\begin{align}\na[b](c) &= d \\\\\ne[f](g) &= h\n\\end{align}",
    "- item with $f[x](y)$\n- another with $\\hat{y}[t](data)$",
    "| a | $f[x](y)$ |\n|---|---|\n| $g[y](z)$ | b |",
    "# Heading $f[x](y)$",
    r"$\text{the value of } f[x](y)$",
    r"\\(\mathcal{F}[f](\omega)\\)",
    r"$n![k](\alpha)$",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_is_no_link(text: str) -> None:
    """GitHub takes a part of it for a link, which costs a remark and no finding."""
    links, notices = read(text)
    assert links == []
    assert len(notices) == 1
    assert "formula" in notices[0].message
    assert notices[0].about == ("formula-as-link",)


@pytest.mark.parametrize("suffix", ["qmd", "Rmd"])
@pytest.mark.parametrize("text", [text for text in FORMULAS if not text.startswith("\\\\(")])
def test_pandoc_s_formulas_are_no_links_beyond_doubt(text: str, suffix: str) -> None:
    """Quarto and R Markdown show them, and there is nothing to say."""
    assert read(text, f"paper.{suffix}") == ([], [])


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("It costs $5, see [the shop](shop) and 10$ more [note](note.md)", ["shop", "note.md"]),
        ("It costs $5, see [a](at) and 10$ more", ["at"]),
        ("$5 or [a](b) 10$, $5k [a](b)$, $1,000 [a](b)$", ["b", "b", "b"]),
        ("From $5 ([shop](https://a.example/x)) to 7$.", ["https://a.example/x"]),
        ("$5 [shop](gone.md)$ and $6 [shop](#shop)$ and $7 [x](../y)$", ["gone.md", "#shop", "../y"]),
        ("$5-[shop](buy)-10$", ["buy"]),
        ("In US $ [a](gone) $ and \\$[b](gone2)\\$", ["gone", "gone2"]),
        ("- [Cafe](cafe) $$\n- [Bar](bar) $$$\n- [Inn](inn) $$", ["cafe", "bar", "inn"]),
        ("| $5 | [shop](buy) | 10$ |\n|---|---|---|\n| $x$ | [y](z) | $z$ |", ["buy", "z"]),
        ("$x$ [a](b) $y$", ["b"]),
        ("`$` [a](b) `$`", ["b"]),
        ("\\`` $ [a](b) \\``` $", ["b"]),
        ("$x\n\n[a](b)$", ["b"]),
        (r"\[[pdf](pdf)\] \(see [a](b)\)", ["pdf", "b"]),
        ("[formula $x$](b)", ["b"]),
        ("$`f[x](y)`$\n\n```math\nf[x](y)\n```\n\n[a](b)", ["b"]),
        ("Run `echo $A` or see [b](c) in $HOME", ["c"]),
        ("$HOME/[x](y.md) and $PATH", ["y.md"]),
    ],
)
def test_links_between_dollar_signs_stay_links(text: str, links: list[str]) -> None:
    """Prices, names of variables, brackets that are meant as such, and formulas beside links."""
    assert read(text) == (links, [])


@pytest.mark.parametrize(
    ("text", "links", "notices"),
    [
        ("It costs $5, see [the shop](shop.md) and 10$ more [note](note.md)", ["note.md"], 1),
        ("$20 and $30 [x](y.md)$", [], 1),
        ("$a$1 [x](y.md)$", [], 1),
        ("a $x [a](b.md) $ c", ["b.md"], 0),
        ("$5[b](c)$6", ["c"], 0),
        ("\\$[b](c)\\$ z", ["c"], 0),
        ("[x $a](b.md) c$", [], 1),
        ("[t $a$](b)", ["b"], 0),
        ("`$` [a](b) `$`", ["b"], 0),
        ("$x\n\n[a](b)$", ["b"], 0),
    ],
)
def test_pandoc_hides_links_between_dollar_signs(text: str, links: list[str], notices: int) -> None:
    """By its own rules, whatever is meant; a link that looks like a real one costs a remark (tried with Pandoc 3.9)."""
    found, told = read(text, "paper.qmd")
    assert found == links
    assert [n.about[0] for n in told] == ["link-in-formula"] * notices


def test_many_formulas_are_one_remark() -> None:
    """It names the first place and counts the others."""
    _, (notice,) = read("# A\n\n$f[x](y)$\n\n$f[x](y)$ $g[x](y)$\n")
    assert notice.line == 3
    assert "2 more" in notice.message


@settings(max_examples=150, deadline=None)
@given(
    mixtures(PARTS), st.sampled_from(["$", "$$", " $x$ ", "\\(", "\\begin{a}", "$f[x](y)$", "$5 "]).map(lambda s: [s])
)
def test_dollar_signs_add_no_link(text: str, signs: list[str]) -> None:
    """Whatever stands between them, dollar signs of a formula only ever take links away."""
    with_signs = f"{signs[0]}\n\n{text}"
    assert set(read(with_signs)[0]) <= set(read(f"x\n\n{text}")[0])
