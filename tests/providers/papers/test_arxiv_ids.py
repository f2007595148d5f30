"""Which paper an address names: every form of arXiv identifier and address, without the network."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkwarden.providers.papers._arxiv_ids import ARCHIVES, Form, Problem, is_fresh, is_future, parse, split_version
from tests.shared import SHARED, needs_shared


@pytest.mark.parametrize(
    ("url", "ident", "form"),
    [
        ("https://arxiv.org/abs/2106.15928", "2106.15928", Form.ABS),
        ("https://arxiv.org/abs/2106.15928v3", "2106.15928v3", Form.ABS),
        ("http://www.arxiv.org/abs/0704.0001", "0704.0001", Form.ABS),
        ("https://ARXIV.org/abs/1412.9999", "1412.9999", Form.ABS),
        ("https://export.arxiv.org/abs/1501.00001", "1501.00001", Form.ABS),
        ("https://arxiv.org/abs/hep-th/9901001", "hep-th/9901001", Form.ABS),
        ("https://arxiv.org/abs/cond-mat/0703470v2", "cond-mat/0703470v2", Form.ABS),
        ("https://arxiv.org/abs/math%2F0309136", "math/0309136", Form.ABS),
        ("https://arxiv.org/abs/2012.01714?s=09", "2012.01714", Form.ABS),
        ("https://arxiv.org/abs/2012.01714?utm_source=x&context=cs", "2012.01714", Form.ABS),
        ("https://arxiv.org/abs/2012.01714?fmt=txt#top", "2012.01714", Form.ABS),
        ("https://arxiv.org/abs/2012.01714/", "2012.01714", Form.ABS),
        ("https://arxiv.org/abs?id=2012.01714", "2012.01714", Form.ABS),
        ("https://arxiv.org/abs/hep-th?papernum=9901001", "hep-th/9901001", Form.ABS),
        ("https://arxiv.org/abs/hep-th?9901001", "hep-th/9901001", Form.ABS),
        ("https://arxiv.org/pdf/1904.11491", "1904.11491", Form.PDF),
        ("https://arxiv.org/pdf/1904.11491.pdf", "1904.11491", Form.PDF),
        ("http://arxiv.org/pdf/1502.03044v2.pdf?utm_content=buffer", "1502.03044v2", Form.PDF),
        ("https://arxiv.org/pdf/hep-th/9901001v3.pdf", "hep-th/9901001v3", Form.PDF),
        ("https://arxiv.org/html/2403.12345v1", "2403.12345v1", Form.HTML),
        ("https://arxiv.org/html/2403.12345.html", "2403.12345", Form.HTML),
        ("https://arxiv.org/ps/2106.15928", "2106.15928", Form.PS),
        ("https://arxiv.org/format/2106.15928", "2106.15928", Form.FORMAT),
        ("https://arxiv.org/src/2106.15928", "2106.15928", Form.SOURCE),
        ("https://arxiv.org/e-print/2106.15928v1", "2106.15928v1", Form.SOURCE),
        ("https://doi.org/10.48550/arXiv.2106.15928", "2106.15928", Form.DOI),
        ("https://doi.org/10.48550/ARXIV.hep-th/9901001", "hep-th/9901001", Form.DOI),
        ("https://ar5iv.org/abs/2106.15928", "2106.15928", Form.READER),
        ("https://ar5iv.labs.arxiv.org/html/2106.15928", "2106.15928", Form.READER),
        ("https://www.alphaxiv.org/abs/2106.15928v2", "2106.15928v2", Form.READER),
        ("https://huggingface.co/papers/2106.15928", "2106.15928", Form.READER),
        ("https://scirate.com/arxiv/2106.15928", "2106.15928", Form.READER),
    ],
)
def test_every_form_of_address_gives_its_identifier(url: str, ident: str, form: Form) -> None:
    """Each form of address that a list may hold is read, and nothing is said against it."""
    ref = parse(url)

    assert ref is not None
    assert (ref.ident, ref.form, ref.problem) == (ident, form, None)


@pytest.mark.parametrize(
    "url",
    [
        "https://arxiv.org/",
        "https://arxiv.org/abs",
        "https://arxiv.org/abs/",
        "https://arxiv.org/list/cs.CV/recent",
        "https://arxiv.org/a/author_1",
        "https://arxiv.org/search/?query=2106.15928",
        "https://arxiv.org/help",
        "https://arxiv.org/corr",
        "https://arxiv.org/catchup",
        "https://arxiv.org/html/2403.12345v1/x1.png",
        "https://info.arxiv.org/abs/2106.15928",
        "https://huggingface.co/papers",
        "https://huggingface.co/papers/trending",
        "https://huggingface.co/papers/2113.00001",
        "https://doi.org/10.48550/arXiv.2106.15928v2",
        "https://doi.org/10.1000/182",
        "https://media.arxiv-vanity.com/render-output/1976701/x3.png",
        "https://notarxiv.org/abs/2106.15928",
        "https://arxiv.org.evil.example/abs/2106.15928",
        "https://[broken/abs/2106.15928",
    ],
)
def test_other_addresses_are_not_papers(url: str) -> None:
    """Listings, help pages, figures, other DOIs and look-alike hosts are nobody's paper."""
    assert parse(url) is None


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("2113.00001", "month 13"),
        ("2100.00001", "month 00"),
        ("1412.12345", "before 2015"),
        ("2106.00000", "number 0"),
        ("0704.0000", "number 0"),
        ("0703.0001", "since April 2007"),
        ("math/0704001", "July 1991 to March 2007"),
        ("hep-th/9101001", "July 1991 to March 2007"),
        ("hep-xx/9901001", "archive called"),
        ("hep-th/9901000", "number 0"),
        ("2106.15928v0", "not an arXiv identifier"),
        ("2106.159288", "not an arXiv identifier"),
        ("2106.159", "not an arXiv identifier"),
        ("abc", "not an arXiv identifier"),
        ("XXXX.XXXXX", "not an arXiv identifier"),
        ("hep-th", "is an archive"),
    ],
)
def test_impossible_identifiers_are_malformed(written: str, words: str) -> None:
    """What the scheme rules out is found without asking, and the reason names the rule that it breaks."""
    ref = parse(f"https://arxiv.org/abs/{written}")

    assert ref is not None
    assert ref.problem is Problem.MALFORMED
    assert words in ref.why


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2106-15928", "2106.15928"),
        ("2106/15928v2", "2106.15928v2"),
        ("2106.15928v", "2106.15928"),
        ("2106.15928v0", "2106.15928"),
        ("https://arxiv.org/abs/2106.15928", "2106.15928"),
        ("%202106.15928", "2106.15928"),
        ("cond-matt/9901001", "cond-mat/9901001"),
    ],
)
def test_the_nearest_identifier_is_offered_where_it_can_be_told(written: str, meant: str) -> None:
    """A wrong separator, a doubled address or a misspelt archive has one sensible reading; it wants a look."""
    ref = parse(f"https://arxiv.org/pdf/{written}")

    assert ref is not None
    assert ref.problem is Problem.MALFORMED
    assert ref.canonical_url == f"https://arxiv.org/pdf/{meant}"
    assert not ref.basis.is_safe


@pytest.mark.parametrize("written", ["2113.00001", "1412.12345", "2106.159288", "hep-fh/9901001", "abc", "2106.159"])
def test_digits_are_never_guessed(written: str) -> None:
    """Where only digits are wrong nobody can tell which paper was meant, so nothing is offered."""
    ref = parse(f"https://arxiv.org/abs/{written}")

    assert ref is not None
    assert ref.canonical_url is None


@pytest.mark.parametrize("junk", ["%20", ".", ",", ")", "%E2%80%8B", "\u200b", "%29.", "%22", ".pdf)"])
def test_swallowed_punctuation_is_found_with_a_safe_fix(junk: str) -> None:
    """Punctuation and invisible characters stuck to the end are malformed, and cutting them off is safe."""
    ref = parse(f"https://arxiv.org/pdf/2106.15928{junk}")

    assert ref is not None
    assert (ref.problem, ref.canonical_url, ref.basis.is_safe) == (
        Problem.JUNK,
        "https://arxiv.org/pdf/2106.15928",
        True,
    )


def test_several_addresses_glued_together_want_a_look() -> None:
    """An export that wrote its newlines as backslash-n (a real list has one) is malformed; the fix is not safe."""
    ref = parse("https://arxiv.org/pdf/1511.07289.pdf%5Cnhttp://arxiv.org/abs/1511.07289")

    assert ref is not None
    assert (ref.problem, ref.canonical_url, ref.basis.is_safe) == (
        Problem.JUNK,
        "https://arxiv.org/pdf/1511.07289",
        False,
    )


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("1805.0001", "1805.00001"),
        ("1412.01234", "1412.1234"),
        ("math.GT/0309136", "math/0309136"),
        ("MATH/0309136", "math/0309136"),
        ("arxiv:physics/9707012", "physics/9707012"),
        ("arXiv:2106.15928", "2106.15928"),
        ("hepph/9901001v2", "hep-ph/9901001v2"),
        ("condmat/9901001", "cond-mat/9901001"),
        ("2106.15928V3", "2106.15928v3"),
        ("hep--th/9901001", "hep-th/9901001"),
    ],
)
def test_spellings_that_arxiv_repairs_are_told_from_broken_ones(written: str, canonical: str) -> None:
    """These are redirected by arXiv; they work, and the usual spelling is offered."""
    ref = parse(f"https://arxiv.org/abs/{written}")

    assert ref is not None
    assert (ref.problem, ref.ident) == (Problem.REPAIRED, canonical)
    assert ref.canonical_url == f"https://arxiv.org/abs/{canonical}"
    assert ref.basis.is_safe


@pytest.mark.parametrize("host", ["lanl.arxiv.org", "cn.arxiv.org", "xxx.lanl.gov", "browse.arxiv.org"])
def test_mirrors_are_recognised(host: str) -> None:
    """A mirror's address names a paper, and arXiv's own address is offered."""
    ref = parse(f"http://{host}/abs/1707.08567")

    assert ref is not None
    assert (ref.problem, ref.canonical_url) == (Problem.MIRROR, "https://arxiv.org/abs/1707.08567")


@pytest.mark.parametrize(
    ("ident", "now", "future"),
    [
        ("2611.00001", datetime(2026, 11, 22, tzinfo=UTC), False),
        ("2612.00001", datetime(2026, 11, 22, tzinfo=UTC), True),
        ("2612.00001", datetime(2026, 11, 30, 12, tzinfo=UTC), False),
        ("2701.00001", datetime(2026, 12, 31, 1, tzinfo=UTC), False),
        ("9912.00001", datetime(2026, 11, 22, tzinfo=UTC), True),
        ("hep-th/9912001", datetime(2026, 11, 22, tzinfo=UTC), False),
    ],
)
def test_a_month_that_has_not_come_is_future(ident: str, now: datetime, future: bool) -> None:  # noqa: FBT001 - a table
    """The month after this one is impossible, with one day of grace for clocks; old identifiers are of the past."""
    ref = parse(f"https://arxiv.org/abs/{ident}")

    assert ref is not None
    assert is_future(ref, now) is future


def test_papers_of_this_month_are_fresh_and_so_are_those_of_the_last_days() -> None:
    """On the second of a month papers of the month before may still be on their way into the index."""
    ref = parse("https://arxiv.org/abs/2610.00001")

    assert ref is not None
    assert is_fresh(ref, datetime(2026, 10, 31, tzinfo=UTC))
    assert is_fresh(ref, datetime(2026, 11, 2, tzinfo=UTC))
    assert not is_fresh(ref, datetime(2026, 11, 5, tzinfo=UTC))


_versions = st.one_of(st.just(""), st.integers(1, 99).map(lambda n: f"v{n}"))
_new = st.builds(
    lambda year, month, number, version: f"{year:02d}{month:02d}.{number:05d}{version}",
    st.integers(15, 25),
    st.integers(1, 12),
    st.integers(1, 99_999),
    _versions,
)
_old = st.builds(
    lambda archive, year, month, number, version: f"{archive}/{year:02d}{month:02d}{number:03d}{version}",
    st.sampled_from(sorted(ARCHIVES)),
    st.integers(92, 99),
    st.integers(1, 12),
    st.integers(1, 999),
    _versions,
)


@given(st.one_of(_new, _old), st.sampled_from(["abs", "pdf", "html", "src", "format", "ps"]))
def test_a_canonical_address_is_a_fixed_point(ident: str, segment: str) -> None:
    """A canonical address parses to its identifier without complaint, and its canonical address is itself."""
    url = f"https://arxiv.org/{segment}/{ident}"
    ref = parse(url)

    assert ref is not None
    assert (ref.ident, ref.problem, ref.canonical_url) == (ident, None, url)
    assert split_version(ref.ident) == (ref.base, ref.version)


@given(
    st.text(max_size=40), st.sampled_from(["https://arxiv.org/abs/", "http://xxx.lanl.gov/pdf/", "https://doi.org/"])
)
def test_any_text_is_read_without_raising_and_every_offer_is_sound(text: str, prefix: str) -> None:
    """Whatever stands in the address, parsing gives an answer, and an offered address has nothing wrong with it."""
    ref = parse(prefix + text)

    if ref is not None and ref.canonical_url is not None and "/list/" not in ref.canonical_url:
        offered = parse(ref.canonical_url)
        assert offered is not None
        assert offered.problem is None


@needs_shared
def test_the_real_list_has_197_papers_and_no_bad_identifier() -> None:
    """All arXiv addresses of the real list are read: 197 distinct identifiers, none accused."""
    text = (SHARED / "lists" / "ml-papers.md").read_text(encoding="utf-8")
    refs = [parse(url) for url in re.findall(r"https?://arxiv\.org/(?:abs|pdf)/[^)\s\"]+", text)]

    assert {ref.problem for ref in refs if ref} == {None}
    assert None not in refs
    assert len({ref.ident for ref in refs if ref}) == 197
