"""Which DOI an address names: doi.org and the publishers' schemes, without the network."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkwarden.providers.papers.doi.urls import (
    Source,
    doi_of,
    encoded,
    resolver_address,
    shorter_readings,
    without_punctuation,
)


@pytest.mark.parametrize(
    ("url", "doi"),
    [
        ("https://doi.org/10.1117/12.2293755", "10.1117/12.2293755"),
        ("http://dx.doi.org/10.1002/CHEM.202000622", "10.1002/chem.202000622"),
        ("https://www.doi.org/doi:10.1000/182", "10.1000/182"),
        ("https://doi.org/10.1371%2Fjournal.pbio.0000057", "10.1371/journal.pbio.0000057"),
        ("https://doi.org/10.1000/abc.", "10.1000/abc."),
        (
            "https://doi.org/10.1002/(SICI)1097-0258(19980815)17:15%3C1661::AID-SIM968%3E3.0.CO;2-2",
            "10.1002/(sici)1097-0258(19980815)17:15<1661::aid-sim968>3.0.co;2-2",
        ),
        ("https://doi.org/10.1000.10/123?nosfx=y#x", "10.1000.10/123"),
    ],
)
def test_a_resolver_address_names_exactly_what_stands_there(url: str, doi: str) -> None:
    """At doi.org nothing is cut off: a reader's browser does not cut anything off either."""
    ref = doi_of(url)

    assert ref is not None
    assert (ref.doi, ref.source) == (doi, Source.RESOLVER)


@pytest.mark.parametrize(
    ("url", "doi"),
    [
        ("https://link.springer.com/chapter/10.1007%2F978-3-030-61598-7_12", "10.1007/978-3-030-61598-7_12"),
        ("https://link.springer.com/article/10.1007/s11263-005-6642-x#Sec2", "10.1007/s11263-005-6642-x"),
        ("https://link.springer.com/content/pdf/10.1007/s11263-005-6642-x.pdf", "10.1007/s11263-005-6642-x"),
        ("https://onlinelibrary.wiley.com/doi/full/10.1002/mrm.27106", "10.1002/mrm.27106"),
        (
            "https://rss.onlinelibrary.wiley.com/doi/10.1111/j.1467-9868.2005.00503.x/full",
            "10.1111/j.1467-9868.2005.00503.x",
        ),
        ("https://dl.acm.org/doi/pdf/10.1145/3292500.3330919", "10.1145/3292500.3330919"),
        ("https://www.tandfonline.com/doi/full/10.1080/01621459.2017.1285773?src=x", "10.1080/01621459.2017.1285773"),
        ("https://journals.sagepub.com/doi/abs/10.1177/0278364913491297", "10.1177/0278364913491297"),
        ("https://www.science.org/doi/10.1126/science.aar6404", "10.1126/science.aar6404"),
        ("https://www.pnas.org/doi/full/10.1073/pnas.1611835114", "10.1073/pnas.1611835114"),
        ("https://pubs.acs.org/doi/10.1021/acs.jcim.0c00675", "10.1021/acs.jcim.0c00675"),
        (
            "https://www.spiedigitallibrary.org/conference-proceedings-of-spie/10574/1/T/10.1117/12.2293755.short?SSO=1",
            "10.1117/12.2293755",
        ),
        ("https://journals.plos.org/plosone/article?id=10.1371/journal.pone.0224426", "10.1371/journal.pone.0224426"),
        (
            "https://journals.plos.org/ploscompbiol/article/file?id=10.1371/journal.pcbi.1&type=printable",
            "10.1371/journal.pcbi.1",
        ),
        ("https://www.biorxiv.org/content/10.1101/2021.05.29.445828v1", "10.1101/2021.05.29.445828"),
        ("https://www.biorxiv.org/content/10.1101/2021.05.29.445828v2.full.pdf", "10.1101/2021.05.29.445828"),
        ("https://www.medrxiv.org/content/10.1101/123456.abstract", "10.1101/123456"),
        ("https://journals.aps.org/prl/abstract/10.1103/PhysRevLett.116.061102", "10.1103/physrevlett.116.061102"),
        ("https://iopscience.iop.org/article/10.1088/1742-6596/1/1/012345/meta", "10.1088/1742-6596/1/1/012345"),
        ("https://www.frontiersin.org/articles/10.3389/fnins.2018.00123/full", "10.3389/fnins.2018.00123"),
        ("https://bmcbioinformatics.biomedcentral.com/articles/10.1186/s12859-019-1", "10.1186/s12859-019-1"),
        ("https://zenodo.org/doi/10.5281/zenodo.42", "10.5281/zenodo.42"),
    ],
)
def test_publishers_addresses_that_spell_the_doi_out(url: str, doi: str) -> None:
    """The DOI is decoded once and freed of the verbs, versions and suffixes of each publisher."""
    ref = doi_of(url)

    assert ref is not None
    assert (ref.doi, ref.source) == (doi, Source.LITERAL)


@pytest.mark.parametrize(
    ("url", "doi"),
    [
        ("https://www.nature.com/articles/s41467-019-14108-y", "10.1038/s41467-019-14108-y"),
        ("https://www.nature.com/articles/nature14539.pdf?proof=t", "10.1038/nature14539"),
        ("https://www.nature.com/articles/s42256-020-00273-z#author-information", "10.1038/s42256-020-00273-z"),
        ("https://elifesciences.org/articles/56261", "10.7554/elife.56261"),
        ("https://zenodo.org/record/1234567", "10.5281/zenodo.1234567"),
        ("https://zenodo.org/records/1234567", "10.5281/zenodo.1234567"),
    ],
)
def test_addresses_from_which_a_doi_is_derived(url: str, doi: str) -> None:
    """Article numbers of Nature, eLife and Zenodo give the DOI by the publisher's own scheme."""
    ref = doi_of(url)

    assert ref is not None
    assert (ref.doi, ref.source) == (doi, Source.DERIVED)


@pytest.mark.parametrize(
    ("url", "doi"),
    [
        (
            "https://media.springernature.com/full/springer-static/image/art%3A10.1038%2Fs41592-019-0627-0/MediaObjects/1.png",
            "10.1038/s41592-019-0627-0",
        ),
        (
            "https://media.springernature.com/lw785/springer-static/image/chp%3A10.1007%2F978-3-319-46454-1_39/MediaObjects/1.gif",
            "10.1007/978-3-319-46454-1_39",
        ),
    ],
)
def test_a_figures_file_names_the_doi_of_its_paper(url: str, doi: str) -> None:
    """It may help to repair a link; it is marked as a figure, because the DOI does not prove the file."""
    ref = doi_of(url)

    assert ref is not None
    assert (ref.doi, ref.source) == (doi, Source.FIGURE)


@pytest.mark.parametrize(
    "url",
    [
        "https://doi.org/",
        "https://doi.org/10.1000",
        "https://doi.org/10/abc",
        "https://www.doi.org/the-identifier/what-is-a-doi/",
        "http://citeseerx.ist.psu.edu/viewdoc/download?doi=10.1.1.149.802&rep=rep1&type=pdf",
        "https://sci-hub.example/10.1000/182",
        "https://notdoi.org/10.1000/182",
        "https://dl.acm.org/doi/10.5555/3295222.3295349",
        "https://dl.acm.org/citation.cfm?id=1",
        "https://www.nature.com/nature/journal/v529/n7587/full/nature16961.html",
        "https://www.nature.com/articles/nature14539/figures/1",
        "https://zenodo.org/badge/DOI/10.5281/zenodo.42.svg",
        "https://zenodo.org/record/1/files/a.zip",
        "https://link.springer.com/journal/11263",
        "https://link.springer.com/chapter/10.1007%252F978-3-030-61598-7_12",
        "https://www.mitpressjournals.org/doi/pdfplus/10.1162/neco.1997.9.8.1735",
        "https://journals.plos.org/plosone/article?id=abc",
        "https://journals.plos.org/plosone/",
        "https://www.biorxiv.org/content/early/2018/01/01/123456",
        "https://[broken/10.1000/182",
    ],
)
def test_other_addresses_name_no_doi(url: str) -> None:
    """Pages, files, badges, hosts that moved away and numbers that only look like DOIs are left alone."""
    assert doi_of(url) is None


@pytest.mark.parametrize(
    ("doi", "bare"),
    [
        ("10.1000/abc.", "10.1000/abc"),
        ("10.1000/abc).", "10.1000/abc"),
        ("10.1016/s0140-6736(05)71146-6", "10.1016/s0140-6736(05)71146-6"),
        ("10.1016/s0140-6736(05)", "10.1016/s0140-6736(05)"),
        ("10.1016/s0140-6736(05))", "10.1016/s0140-6736(05)"),
        ("10.1000/abc\u200b", "10.1000/abc"),
        ("10.1000/abc ", "10.1000/abc"),
        ("10.1000/abc>", "10.1000/abc"),
    ],
)
def test_punctuation_is_cut_and_paired_brackets_stay(doi: str, bare: str) -> None:
    """DOIs hold brackets in pairs; one without its partner came from the text around it."""
    assert without_punctuation(doi) == bare


def test_shorter_readings_end_at_the_prefix() -> None:
    """What publishers append is taken off piece by piece, and never the name after the prefix."""
    assert shorter_readings("10.1000/a/b/full.") == ("10.1000/a/b/full", "10.1000/a/b", "10.1000/a")
    assert shorter_readings("10.1000/a") == ()


@given(st.text(min_size=1, max_size=30))
def test_a_doi_survives_its_own_address(name: str) -> None:
    """The address made for a DOI names that DOI, and a comma in it cannot be taken for a separator."""
    doi = "10.1000/" + name
    ref = doi_of(resolver_address(doi))

    assert ref is not None
    assert ref.written == doi
    assert "," not in encoded(doi)


@given(
    st.text(max_size=40),
    st.sampled_from(
        ["https://doi.org/10.", "https://www.nature.com/articles/", "https://dl.acm.org/doi/10.1145/", "//"]
    ),
)
def test_any_text_is_read_without_raising(text: str, prefix: str) -> None:
    """Whatever stands in the address, there is an answer, and written and compared form have the same length."""
    ref = doi_of(prefix + text)

    assert ref is None or len(ref.doi) == len(ref.written)
    assert ref is None or all(len(reading) < len(ref.doi) for reading in shorter_readings(ref.doi))
