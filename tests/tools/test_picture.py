"""The picture in the README is made from a run that shows what the HTML report can."""

from __future__ import annotations

from linkwarden.model import Verdict
from tests.report.html_page import parse, texts
from tools.picture import PICTURE, picture_run


def test_the_run_has_something_for_every_part_of_the_picture() -> None:
    """A trend, a calendar that is not folded, links to lines, names of entries, a finding that is new."""
    run = picture_run()
    page = parse(run)

    assert run.counts[Verdict.UNVERIFIED] == 4
    assert page.css(".trend rect")
    assert page.css(".month .has")
    assert not page.css(".weeks")
    assert len(page.css("a.p")) > 100
    assert "Optimization" in texts(page, ".t")
    assert texts(page, ".new") == ["new"]


def test_the_picture_is_small() -> None:
    """A README is read over slow lines, too."""
    data = PICTURE.read_bytes()

    assert data[:4] + data[8:12] == b"RIFFWEBP"
    assert len(data) < 100_000
