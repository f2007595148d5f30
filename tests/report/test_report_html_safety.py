"""Nothing foreign acts in the HTML report; it is the same for the same run, and small."""

from __future__ import annotations

import re
import subprocess
import sys
from base64 import b64encode
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from urllib.parse import urlsplit

from hypothesis import given
from selectolax.lexbor import LexborHTMLParser

from linkwarden.model import Basis, Compared, Evidence, Fact, Fixed, Run, Suggestion, Verdict
from tests.report.html_page import parse, text, texts, write
from tests.report.sample import (
    EXPIRING,
    FAILURE,
    MOVED,
    NOT_FOUND,
    RESULTS,
    RUN,
    STARTED,
    WALLED,
    occurrence,
    result,
)
from tests.report.strategies import WHOLE_RUNS, runs


def links(page: LexborHTMLParser) -> list[str]:
    """Give every address that a click could lead to, outside of the page."""
    targets = [node.attributes.get("href") or "" for node in page.css("a")]
    return [target for target in targets if not target.startswith("#")]


_HOSTILE = '</script><img src=x onerror=alert(1)>" onmouseover="x\u202e\x1b[31m'


def _hostile() -> Run:
    places = (occurrence(_HOSTILE, text=_HOSTILE, section=_HOSTILE, path=_HOSTILE),)
    finding = result(
        *places,
        finding=NOT_FOUND,
        reason=_HOSTILE,
        by=_HOSTILE,
        final_url=_HOSTILE,
        suggestion=Suggestion("javascript:alert(1)", _HOSTILE, Basis.SAME_PATH),
        facts=(Fact(_HOSTILE, "javascript:alert(2)", 200),),
    )
    walled = result(occurrence("javascript:alert(3)", 2), finding=WALLED, reason=_HOSTILE)
    return replace(
        RUN,
        inputs=(_HOSTILE,),
        results=(finding, walled, result(occurrence(f"https://a.example/{_HOSTILE}", 3))),
        fixed=(Fixed(_HOSTILE, Verdict.BROKEN, _HOSTILE, None, listed=True),),
        hints=(_HOSTILE,),
        unreadable=(_HOSTILE,),
        failures=(replace(FAILURE, where=_HOSTILE, message=_HOSTILE, traceback=_HOSTILE),),
        compared=Compared(_HOSTILE, 1),
    )


def test_hostile_text_is_shown_and_does_nothing() -> None:
    """Tags, attributes, scripts and invisible characters of a list or a server stay letters."""
    html = write(_hostile())
    page = LexborHTMLParser(html)
    assert not page.css("img, iframe, object, embed, form, base")
    assert len(page.css("script")) == len(page.css("style")) == 1
    assert not re.search("[\u202e\x1b]", html)
    assert "\\u{202e}\\u{1b}[31m" in text(page.body)
    assert "</script><img src=x" in text(page.css_first("tr.g"))
    assert not [url for url in links(page) if urlsplit(url).scheme not in {"http", "https"}]


def _checked(page: LexborHTMLParser) -> None:
    """Hold a page to what the policy and the brief of the page demand of every element."""
    for node in page.css("*"):
        names = set(node.attributes)
        assert not {name for name in names if name.startswith("on")}
        assert "style" not in names
        assert "src" not in names
        assert "srcset" not in names
    assert {node.attributes.get("rel") for node in page.css("link")} == {"icon"}
    for node in page.css("a"):
        href = node.attributes.get("href") or ""
        if not href.startswith("#"):
            assert urlsplit(href).scheme in {"http", "https"}
            assert {"noopener", "noreferrer"} <= set((node.attributes.get("rel") or "").split())
            assert not re.search(r"s3cret|\*\*\*", href)


@WHOLE_RUNS
@given(runs())
def test_whatever_a_run_holds_the_page_is_harmless(run: Run) -> None:
    """No handler, no style attribute, no picture, no script but ours, no secret, nothing invisible; all rows there."""
    html = write(run)
    page = LexborHTMLParser(html)
    _checked(page)
    assert "s3cret" not in html
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\ud800-\udfff\ufeff]", html)
    assert len(page.css("script")) == len(page.css("style")) == 1
    assert len(page.css("tr[data-s]")) == len(run.results)
    assert html.endswith("</html>\n")


def test_the_policy_names_exactly_this_style_and_this_script() -> None:
    """A Content-Security-Policy with a wrong hash would leave the page bare; one with more would be no wall."""
    html = write(_hostile())
    page = LexborHTMLParser(html)
    meta = page.css_first('meta[http-equiv="Content-Security-Policy"]')
    assert meta is not None
    policy = dict(part.split(" ", 1) for part in (meta.attributes["content"] or "").split("; "))

    def hashed(tag: str) -> str:
        inner = html.split(f"<{tag}>", 1)[1].split(f"</{tag}>", 1)[0]
        return f"'sha256-{b64encode(sha256(inner.encode()).digest()).decode()}'"

    assert policy == {
        "default-src": "'none'",
        "style-src": hashed("style"),
        "script-src": hashed("script"),
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    assert html.index("Content-Security-Policy") < html.index("<style>") < html.index("<body>")


def test_the_page_is_kept_out_of_indexes_and_says_nothing_to_others() -> None:
    """A report is for maintainers: not for search engines, and a click on a link names no referrer."""
    page = parse(RUN)
    metas = {node.attributes.get("name"): node.attributes.get("content") for node in page.css("meta")}
    assert metas["robots"] == "noindex"
    assert metas["referrer"] == "no-referrer"


def test_addresses_with_secrets_are_masked_and_not_links() -> None:
    """The signature is left out of text, attribute and copy button alike."""
    signed = "https://a.example/x.png?X-Amz-Signature=s3cret"
    item = result(
        occurrence(signed),
        finding=MOVED,
        suggestion=Suggestion(signed + "2", "moved"),
        facts=(Fact("GET", signed, 200),),
    )
    page = parse(replace(RUN, results=(item,), hints=()))
    assert "s3cret" not in (page.html or "")
    row = page.css_first("tr[data-v]")
    assert row is not None
    assert "X-Amz-Signature=***" in text(row)
    assert not row.css('a[href^="http"], code.c')


def test_what_came_masked_is_no_link() -> None:
    """The memory keeps addresses masked; a click on one would lead elsewhere."""
    fixed = (Fixed("https://a.example/?token=***", Verdict.BROKEN, "LW301", None, listed=True),)
    page = parse(replace(RUN, fixed=fixed))
    assert texts(page, ".fixed .u") == ["https://a.example/?token=***"]
    assert not page.css(".fixed a")


def test_userinfo_does_not_slip_into_the_calendar() -> None:
    """The calendar leaves out the scheme, by which masking knows user names."""
    item = result(occurrence("https://me:s3cret@a.example/"), finding=EXPIRING, expires_at=STARTED + timedelta(days=1))
    assert "s3cret" not in write(replace(RUN, results=(item,)))


def test_only_who_wants_the_page_pays_for_its_template() -> None:
    """The formats are found by importing their modules; jinja2 is not among what that costs."""
    code = "import sys; from linkwarden.report import formats; formats(); print('jinja2' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


# --- always the same, and small -----------------------------------------------------------------------------------


@WHOLE_RUNS
@given(runs())
def test_the_same_answers_in_another_order_give_the_same_bytes(run: Run) -> None:
    """What answered first does not matter."""
    assert write(run) == write(replace(run, results=run.results[::-1]))


def test_a_long_address_stands_whole_but_can_be_shown_in_part() -> None:
    """Beginning, end of the path and query are told apart; together they are the address, which is told once."""
    url = f"https://a.example/{'very/' * 20}long/file-name.png?{'x=1&' * 10}"
    page = parse(replace(RUN, results=(result(occurrence(url), finding=NOT_FOUND, facts=(Fact("GET", url, 404),)),)))
    row = page.css_first("tr[data-v]")
    assert row is not None
    shown = row.css_first(".u")
    assert shown is not None
    assert shown.text() == url
    head, rest = text(shown.css_first(".h")), text(shown.css_first(".r"))
    assert url[len(head) : -len(rest)] == "y/long/file-name.png"
    assert row.text().count(url) == 1
    assert text(row.css_first("li")) == "GET 404"


def test_a_link_that_stands_in_many_places_names_few_and_counts_the_rest() -> None:
    """Three places are in view, some more can be unfolded, and none is left out of the number."""
    places = tuple(occurrence("https://a.example/", line) for line in range(1, 101))
    page = parse(replace(RUN, results=(result(*places, finding=NOT_FOUND),)))
    cell = page.css("tr[data-v] td")[2]
    assert texts(cell, "summary") == ["97 more"]
    assert len(cell.css(".p")) == 50
    assert text(cell).endswith("and 50 more")


def test_a_list_of_five_thousand_stays_small() -> None:
    """A mail server or a browser takes it: 5,000 links, one in ten with a finding, are below 2 MB."""
    fine = [result(occurrence(f"https://example.org/{n}/some/path.html", n + 1), status=200) for n in range(4_500)]
    ill = [
        result(
            occurrence(f"https://gone.example/{n}/some/path.html", n + 1, path="b.md", text="a title"),
            finding=NOT_FOUND,
            reason="The server says that there is no such page (404).",
            status=404,
            facts=(Fact("GET", f"https://gone.example/{n}/some/path.html", 404),),
        )
        for n in range(500)
    ]
    html = write(replace(RUN, inputs=("README.md", "b.md"), results=(*fine, *ill)))
    assert len(html) < 2_000_000


def test_evidence_names_what_is_not_said_elsewhere() -> None:
    """Status and final address are told once: not again where a fact or the suggestion holds them."""
    item = RESULTS[8]  # moved: final address and suggestion are one
    page = parse(replace(RUN, results=(item,)))
    assert texts(page, "tr[data-v] dl")[0] == "Status301Checked byweb"
    elsewhere = replace(item, evidence=replace(item.evidence, final_url="https://third.example/"))
    assert "Redirected tohttps://third.example/" in texts(parse(replace(RUN, results=(elsewhere,))), "tr[data-v] dl")[0]


def test_notes_on_the_way_are_evidence_too() -> None:
    """What earlier providers remarked stands before what decided."""
    note = Evidence(key="k", checked_by="camo", facts=(Fact("unwrapped"),))
    item = replace(RESULTS[2], notes=(note,))
    assert texts(parse(replace(RUN, results=(item,))), "tr[data-v] ol li")[0] == "unwrapped"
