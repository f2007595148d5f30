"""Reads the HTML report as a browser would."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser, LexborNode

from linkwarden.model import Run
from linkwarden.report import ReportOptions
from linkwarden.report.html import HtmlReport


def write(run: Run) -> str:
    """Give the report."""
    return HtmlReport().render(run, ReportOptions())


def parse(run: Run) -> LexborHTMLParser:
    """Give the report as a browser would read it."""
    return LexborHTMLParser(write(run))


def text(node: LexborNode | None) -> str:
    """Give the words of an element on one line; it must be there."""
    assert node is not None
    return " ".join(node.text().split())


def texts(page: LexborHTMLParser | LexborNode, selector: str) -> list[str]:
    """Give the words of all elements that fit."""
    return [text(node) for node in page.css(selector)]
