"""The HTML report in a real Chromium: filters, order, memory, keyboard, print, and no request to anybody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from linkwarden.model import Past, Run, Verdict
from linkwarden.report._words import headline
from tests.chromium import Browser, Page, needs_chromium
from tests.report.html_page import write
from tests.report.sample import FINE, NOT_FOUND, RUN, STARTED, occurrence, result

pytestmark = [needs_chromium, pytest.mark.timeout(600)]

Open = Callable[..., Page]

_PAST = (Past(STARTED - timedelta(days=1), {Verdict.BROKEN: 3}), Past(STARTED - timedelta(hours=2), {Verdict.OK: 1}))
WHOLE = replace(RUN, past=_PAST)
#: Addresses of the rows that a reader sees, in their order, without those in folded lists.
_SEEN = (
    "[...document.querySelectorAll('main tr[data-s]')].filter(row => !row.hidden && !row.closest('[hidden]')"
    " && (row.closest('details') ?? {open: true}).open).map(row => row.querySelector('.u').textContent)"
)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One browser for all tests of the module."""
    chromium = Browser(tmp_path_factory.mktemp("chromium"))
    yield chromium
    chromium.close()


@pytest.fixture
def show(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    """Open the report of a run; whatever a test does, the console stays silent and nothing is asked for."""
    pages: list[Page] = []
    file = tmp_path / "health.html"

    def open_(run: Run = WHOLE, *, at: str = "", **how: Any) -> Page:
        file.write_text(write(run), encoding="utf-8")
        pages.append(browser.open(file.as_uri() + at, **how))
        return pages[-1]

    yield open_
    for page in pages:
        assert page.complaints == []
        assert set(page.requests) == {file.as_uri()}
        page.close()


def seen(page: Page) -> list[str]:
    """Give the addresses in view."""
    addresses: list[str] = page.js(_SEEN)
    return addresses


def click(page: Page, selector: str) -> None:
    """Press what a selector finds, as a pointer would."""
    page.js(f"document.querySelector({selector!r}).click()")


def tile(page: Page, verdict: str) -> None:
    """Press the tile of a verdict."""
    click(page, f'#tiles [data-v="{verdict}"] button')


def search(page: Page, words: str) -> None:
    """Write into the search field, and wait until the page has answered."""
    page.js("document.querySelector('#q').focus(); document.querySelector('#q').select()")
    page.type(words)
    page.wait(f"new URLSearchParams(location.hash.slice(1)).get('find') === {words!r}")


def test_everything_is_there(show: Open) -> None:
    """Headline, every row, chart and calendar; filters are offered."""
    page = show()
    assert page.js("document.querySelector('h1').textContent") == headline(WHOLE)
    assert page.js("document.querySelectorAll('tr[data-s]').length") == len(WHOLE.results)
    assert page.js("document.querySelector('.trend').getBoundingClientRect().height") > 50
    assert page.js("document.querySelectorAll('.month .has').length") == 1
    assert page.js("document.querySelector('#filters').checkVisibility()")
    assert len(seen(page)) == 10  # all but the unverified, the fine and the ignored


def test_a_tile_filters_by_verdict_and_several_add_up(show: Open) -> None:
    """Pressed tiles say so to a screen reader; parts and list sections without a row in view go."""
    page = show()
    tile(page, "broken")
    assert seen(page) == ["#optimization", "https://gone.example/paper.pdf"]
    assert page.js("document.querySelector('#tiles [data-v=broken] button').getAttribute('aria-pressed')") == "true"
    assert page.js("document.querySelector('#lost .n').textContent") == "2 of 5"
    assert not page.js("document.querySelector('#repairs').checkVisibility()")
    assert page.js("document.querySelector('#shown').textContent") == "2 of 16 URLs"
    tile(page, "suspect")
    assert len(seen(page)) == 3
    tile(page, "broken")
    assert seen(page) == ["https://soft.example/entry"]


def test_a_tile_unfolds_what_is_folded(show: Open) -> None:
    """Who asks for the unverified ones sees them; they fold again with the filter's end."""
    page = show()
    tile(page, "unverified")
    assert len(seen(page)) == 4
    click(page, "#clear")
    assert len(seen(page)) == 10


def test_words_find_addresses_reasons_and_sections(show: Open) -> None:
    """All words have to be there, in any part of the entry, in any case."""
    page = show()
    search(page, "MODELS untitled")
    assert len(seen(page)) == 2
    search(page, "turns robots")
    assert len(seen(page)) == 3  # found in a folded list only, so it is unfolded
    search(page, "no such words anywhere")
    assert seen(page) == []
    assert page.js("document.querySelector('#shown').textContent") == "0 of 16 URLs"


def test_nothing_found_is_said_and_escape_takes_all_filters_away(show: Open) -> None:
    """From the search field as from anywhere else; and there is a button for it."""
    page = show()
    assert not page.js("document.querySelector('#none').checkVisibility()")
    tile(page, "broken")
    search(page, "no such words anywhere")
    assert "No URL fits" in page.js("document.querySelector('#none').innerText")
    page.press("Escape")
    page.wait("location.hash === ''")
    assert len(seen(page)) == 10
    assert page.js("document.querySelector('#q').value") == ""
    assert not page.js("document.querySelector('#none').checkVisibility()")
    search(page, "no such words anywhere")
    click(page, "#none button")
    assert len(seen(page)) == 10
    tile(page, "broken")
    page.js("document.activeElement.blur()")
    page.press("Escape")
    page.wait("location.hash === ''")


def test_a_place_that_is_no_link_can_be_copied(show: Open) -> None:
    """By a click, or marked by it where copying is not allowed."""
    page = show()
    page.js("navigator.clipboard.writeText = async text => { window.copied = text; }")
    click(page, "tr[data-v=moved] .p")
    page.wait("window.copied && document.querySelector('.copied')")
    assert page.js("window.copied") == "README.md:150"


def test_section_and_host_can_be_chosen(show: Open) -> None:
    """Both together narrow further."""
    page = show()
    for field, words in (("#s", "Tools"), ("#h", "old.example")):
        option = f"[...field.options].find(option => option.text === {words!r}).value"
        page.js(
            f"{{ const field = document.querySelector('{field}'); field.value = {option};"
            " field.dispatchEvent(new Event('change')); }"
        )
    assert seen(page) == ["http://old.example/a", "http://old.example/b"]


def test_columns_sort_and_back(show: Open) -> None:
    """A click sorts, the next one turns the order round, and the column of places restores the list's sections."""
    page = show()
    before = seen(page)
    click(page, "th[data-o=verdict] button")
    assert seen(page)[:2] == ["#optimization", "https://gone.example/paper.pdf"]
    assert page.js("document.querySelector('th[data-o=verdict]').getAttribute('aria-sort')") == "ascending"
    assert not page.js("document.querySelector('tr.g').checkVisibility()")
    click(page, "th[data-o=verdict] button")
    assert seen(page)[3:5] == ["#optimization", "https://gone.example/paper.pdf"]
    click(page, "th[data-o=time] button")
    click(page, "th[data-o=time] button")
    assert ["/c/" in url for url in seen(page)[:3]] == [True, False, False]  # the youngest first
    assert seen(page)[3:5] == ["#optimization", "https://gone.example/paper.pdf"]  # what has no time comes last
    click(page, "th[data-o=place] button")
    assert seen(page) == before
    assert page.js("document.querySelector('tr.g').checkVisibility()")


def test_the_address_remembers_what_was_chosen(show: Open) -> None:
    """A link to a filtered report shows it filtered; nonsense in it does no harm."""
    page = show()
    tile(page, "expired")
    search(page, "b/untitled")
    click(page, "th[data-o=host] button")
    state = page.js("location.hash")
    again = show(at=state)
    assert seen(again) == seen(page)
    assert len(seen(again)) == 1
    assert again.js("document.querySelector('#q').value") == "b/untitled"
    assert again.js("document.querySelector('th[data-o=host]').getAttribute('aria-sort')") == "ascending"
    for nonsense in ("#verdict=constructor,nonsense&order=-toString&section=%FF&host=%22", "#lost", "#%"):
        assert len(seen(show(at=nonsense))) == 10


def test_the_keyboard_is_enough(show: Open) -> None:
    """The skip link comes first and is seen, a slash goes to the search field, Enter and space press and unfold."""
    expired = [url for url in seen(show()) if "notion" in url]
    page = show()
    page.press("Tab")
    assert page.js("document.activeElement.className") == "skip"
    assert page.js("document.activeElement.getBoundingClientRect().top") >= 0
    page.press("Enter", text="\r")
    page.wait("location.hash === '#findings'")
    page.press("/", "Slash", "/")
    assert page.js("document.activeElement.id") == "q"
    assert page.js("document.activeElement.value") == ""
    page.js("document.querySelector('#tiles button').focus()")
    page.press("Tab")
    page.press(" ", "Space", " ")
    assert seen(page) == expired
    page.js("document.querySelector('tr:not([hidden]) .e summary').focus({focusVisible: true})")
    outline = page.js("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    page.press("Enter", text="\r")
    page.wait("document.activeElement.parentNode.open")
    page.wait("document.querySelector('.open .do')")


def test_unfolded_evidence_says_what_to_do_and_shows_the_whole_address(show: Open) -> None:
    """The remedy comes from the page's own list of rules; a folded row shortens its address in the middle."""
    page = show(width=360)
    row = "[...document.querySelectorAll('tr')].find(row => row.textContent.includes('/a/Untitled'))"
    assert page.js(f"{row}.querySelector('.u').getBoundingClientRect().height") < 30
    page.js(f"{row}.querySelector('.e').open = true")
    page.wait(f"{row}.querySelector('.do')")
    assert "Put the picture into the repository" in page.js(f"{row}.querySelector('.do').textContent")
    assert page.js(f"{row}.querySelector('.h').getClientRects().length") > 1


def test_a_suggestion_can_be_copied(show: Open) -> None:
    """The button gives the address as it should stand in the list, or marks it where copying is not allowed."""
    page = show()
    page.js("navigator.clipboard.writeText = async text => { window.copied = text; }")
    click(page, "tr[data-v=moved] .copy")
    page.wait("window.copied")
    assert page.js("window.copied") == "https://new.example/a"
    page.js("navigator.clipboard.writeText = () => Promise.reject(new Error())")
    click(page, "tr[data-v=broken] .copy")
    page.wait("String(getSelection()) === '#optimisation'")


def test_with_scripts_off_everything_can_be_read(show: Open) -> None:
    """No dead button, no filter; lists unfold by themselves; addresses are whole."""
    page = show(scripts=False)
    assert not page.js("document.querySelector('#filters').checkVisibility()")
    assert page.js("document.querySelectorAll('main button:not(#filters *), #tiles button').length") == 0
    assert len(seen(page)) == 10
    assert page.js("getComputedStyle(document.querySelector('.h')).display") == "inline"
    page.js("document.querySelector('.fold summary').click()")
    page.wait("document.querySelector('.fold').open")
    assert page.js("document.querySelector('.fold .u').checkVisibility()")


def _contrasts(page: Page) -> list[tuple[str, float]]:
    """Give the words that stand out too little from what is behind them (WCAG 2.2, 1.4.3: at least 4.5 to 1)."""
    found: list[tuple[str, float]] = page.js("""(() => {
      const light = (rgb) => rgb.slice(0, 3).map((c) => c / 255)
        .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
        .reduce((sum, c, at) => sum + c * [0.2126, 0.7152, 0.0722][at], 0);
      const parse = (text) => text.match(/[\\d.]+/g).map(Number);
      const behind = (node) => {
        for (; node; node = node.parentElement) {
          const colour = parse(getComputedStyle(node).backgroundColor);
          if (colour.length < 4 || colour[3] > 0) return colour;
        }
      };
      return [...document.querySelectorAll('body *')]
        .filter((node) => [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim()))
        .filter((node) => node.checkVisibility() && !node.closest('svg'))
        .map((node) => [light(parse(getComputedStyle(node).color)), light(behind(node)), node])
        .map(([one, other, node]) => [node.className + ': ' + node.textContent.slice(0, 30),
          (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05)])
        .filter(([, ratio]) => ratio < 4.5);
    })()""")
    return found


def test_colours_can_be_read_in_light_and_dark(show: Open) -> None:
    """Dark mode applies, and every word stands out enough in both (WCAG AA)."""
    light = show(prefers_color_scheme="light")
    dark = show(prefers_color_scheme="dark")
    paper = "getComputedStyle(document.body).backgroundColor"
    assert light.js(paper) == "rgb(250, 249, 246)"
    assert dark.js(paper) == "rgb(20, 23, 27)"
    for page in (light, dark):
        page.js("for (const fold of document.querySelectorAll('details')) fold.open = true")
        assert _contrasts(page) == []
        tile(page, "broken")
        assert _contrasts(page) == []


def test_paper_gets_what_can_be_read_on_paper(show: Open) -> None:
    """Print leaves out what is to be pressed, lays out every row, and is white also where the screen is dark."""
    page = show(media="print")
    for selector in ("#filters", ".copy", ".e", ".skip"):
        assert not page.js(f"document.querySelector('{selector}').checkVisibility()"), selector
    assert page.js("getComputedStyle(document.querySelector('tr[data-s]')).contentVisibility") == "visible"
    dark = show(media="print", prefers_color_scheme="dark")
    assert dark.js("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert _contrasts(dark) == []


@pytest.mark.parametrize("width", [320, 390, 820])
def test_nothing_sticks_out_on_narrow_screens(show: Open, width: int) -> None:
    """No sideways scrolling (WCAG 2.2, 1.4.10), however long an address or a word is."""
    long = result(occurrence(f"https://a.example/{'x' * 400}", section="y" * 300), finding=NOT_FOUND, reason="z" * 300)
    page = show(replace(WHOLE, results=(*WHOLE.results, long), inputs=("w" * 200,)), width=width)
    page.js("for (const fold of document.querySelectorAll('details')) fold.open = true")
    assert page.js("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [390, 1280])
def test_a_list_is_a_table_to_a_screen_reader(show: Open, width: int) -> None:
    """Rows are laid out as grids or blocks; they stay rows with cells in a named table all the same."""
    page = show(width=width)
    page.call("Accessibility.enable")
    nodes = page.call("Accessibility.getFullAXTree")["nodes"]
    told = [
        (node["role"]["value"], node.get("name", {}).get("value"))
        for node in nodes
        if not node["ignored"] and "role" in node
    ]
    assert ("table", "What readers no longer get 5") in told
    assert ("columnheader", "Verdict") in told
    assert ("rowheader", "Models") in told
    assert sum(role == "row" for role, _ in told) > 15
    assert sum(role == "cell" for role, _ in told) > 15
    assert ("button", "2 broken") in told


def test_a_page_without_findings_works_too(show: Open) -> None:
    """Nothing to filter, nothing to trip over."""
    page = show(FINE)
    tile(page, "ok")
    assert seen(page) == ["https://example.org/fine"]


def test_what_a_list_would_run_or_load_is_only_letters(show: Open) -> None:
    """Even the browser finds no element, no request and no violation of the policy in hostile text."""
    poison = "</script></style><img src=https://evil.example/x onerror=alert(1)><svg onload=alert(1)>"
    item = result(
        occurrence(f"https://a.example/{poison}", text=poison, section=poison), finding=NOT_FOUND, reason=poison
    )
    page = show(replace(WHOLE, results=(item,), hints=(poison,), inputs=(poison,)))
    assert page.js("document.querySelectorAll('img, script, style').length") == 2
    search(page, "<img")
    assert len(seen(page)) == 1


def test_thousands_of_findings_are_filtered_and_sorted(show: Open) -> None:
    """3,000 findings: the page opens, finds one of them, and turns the order round."""
    many = tuple(
        result(
            occurrence(f"https://gone.example/{n}", n + 1, section=f"S{n // 100}"), finding=NOT_FOUND, reason="Gone."
        )
        for n in range(3_000)
    )
    page = show(replace(WHOLE, results=many))
    search(page, "example/2718")
    assert seen(page) == ["https://gone.example/2718"]
    click(page, "#clear")
    click(page, "th[data-o=place] button")
    assert len(seen(page)) == 3_000
