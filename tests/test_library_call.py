"""``linkwarden.check`` as other programs call it."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

import linkwarden
from linkwarden.api import user_agent
from linkwarden.model import NothingToCheckError, Verdict
from linkwarden.report import formats


def test_check_takes_a_path_or_several(tmp_path: Path) -> None:
    """One path, as string or Path, or several; the run says what was found."""
    one, other = tmp_path / "a.md", tmp_path / "b.md"
    one.write_text("[x](#nowhere)", "utf-8")
    other.write_text("# Here\n\n[x](#here)", "utf-8")

    assert linkwarden.check(str(one), offline=True).counts[Verdict.BROKEN] == 1
    run = linkwarden.check([one, other], offline=True)

    assert run.counts[Verdict.BROKEN] == 1
    assert run.counts[Verdict.OK] == 1
    assert run.exit_code == 1
    assert [r.target.path for r in run.failing] == [one.as_posix()]


def test_errors_are_exceptions(tmp_path: Path) -> None:
    """What a user must mend is raised, with the exit code that the command line would end with."""
    with pytest.raises(NothingToCheckError):
        linkwarden.check(tmp_path / "nowhere.md", offline=True)
    list_ = tmp_path / "a.md"
    list_.write_text("https://a.example/", "utf-8")


def test_the_user_agent_says_who_asks() -> None:
    """Name, version, address, and the contact as a mail address or a URL."""
    assert user_agent(None).startswith("linkwarden/")
    assert "mailto:me@example.org" in user_agent("me@example.org")
    assert "https://example.org/me" in user_agent("https://example.org/me")


def test_files_may_be_named_by_strings(tmp_path: Path) -> None:
    """Memory and baseline are found as strings too, as the list itself is."""
    (tmp_path / "a.md").write_text("[x](#nowhere)", "utf-8")
    (tmp_path / "known.json").write_text('{"schema_version": 1, "findings": []}', "utf-8")
    run = linkwarden.check(
        str(tmp_path / "a.md"), offline=True, state=str(tmp_path / "s.sqlite3"), baseline=str(tmp_path / "known.json")
    )

    assert run.exit_code == 1
    assert (tmp_path / "s.sqlite3").exists()


async def test_inside_a_running_loop_the_other_call_is_named(tmp_path: Path) -> None:
    """In a notebook ``check`` says what to use; nothing is left that was never awaited (warnings are errors here)."""
    (tmp_path / "a.md").write_text("[x](#nowhere)", "utf-8")

    with pytest.raises(RuntimeError, match=r"await linkwarden\.check_async"):
        linkwarden.check(tmp_path / "a.md", offline=True)
    run = await linkwarden.check_async(tmp_path / "a.md", offline=True)

    assert run.counts[Verdict.BROKEN] == 1


def test_public_names_are_found_by_completion() -> None:
    """All of ``__all__`` is there, and ``dir`` names it."""
    assert set(linkwarden.__all__) <= set(dir(linkwarden))
    for name in linkwarden.__all__:
        assert getattr(linkwarden, name) is not None
    with pytest.raises(AttributeError, match="chek"):
        linkwarden.chek  # type: ignore[attr-defined]  # noqa: B018


def test_a_result_says_what_and_where(tmp_path: Path) -> None:
    """Without a long way: URL, verdict, reason, line, and the place as editors take it."""
    (tmp_path / "a.md").write_text("# A\n\nsee [x](#nowhere)\n", "utf-8")

    (result,) = linkwarden.check(tmp_path / "a.md", offline=True).results

    assert (result.url, result.verdict, result.line) == ("#nowhere", linkwarden.Verdict.BROKEN, 3)
    assert result.place == f"{(tmp_path / 'a.md').as_posix()}:3:9"
    assert result.reason.startswith("No heading")


def test_a_run_writes_every_report(tmp_path: Path) -> None:
    """As text by its name or one of three methods, as a file by the end of the name; what is misspelt is guessed."""
    (tmp_path / "a.md").write_text("[x](#nowhere)", "utf-8")
    run = linkwarden.check(tmp_path / "a.md", offline=True)

    assert isinstance(run, linkwarden.Run)
    assert run.to_markdown() == run.to("markdown")
    assert json.loads(run.to_json())["exit_code"] == 1
    assert run.to_html().startswith("<!doctype html>")
    assert all(run.to(report.name) for report in formats())
    assert run.save(tmp_path / "health.MD").read_text("utf-8") == run.to_markdown()
    with pytest.raises(linkwarden.UsageError) as caught:
        run.to("markdwon")
    assert "Did you mean 'markdown'?" in caught.value.advice
    with pytest.raises(linkwarden.UsageError, match="no format's"):
        run.save(tmp_path / "health.doc")


def test_a_run_is_short_in_a_shell(tmp_path: Path) -> None:
    """Its ``repr`` has counts and inputs, not thousands of results."""
    (tmp_path / "a.md").write_text("[x](#nowhere)", "utf-8")

    run = linkwarden.check(tmp_path / "a.md", offline=True)

    assert repr(run) == f"<linkwarden.Run: 1 broken in {tmp_path / 'a.md'}>"


class _Tags(HTMLParser):
    """Collects the elements of a page and what stands in their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "'><b>x",
    "\x1b[31m",
    "\u202eback",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_notebook_shows_a_table_in_which_nothing_of_the_list_acts(tmp_path: Path, text: str) -> None:
    """URLs, names and reasons are escaped; links go to web pages only; secrets are masked and not linked."""
    signed = "https://b.s3.amazonaws.com/a?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=20200101T000000Z&X-Amz-Expires=9"
    name = f"{text.replace('/', '_')}.md"
    (tmp_path / name).write_text(
        f"[x](<#{text}>)\n[y](<javascript:{text}>)\n[z](<http://a.example/{text}>)\n[u]({signed}&X-Amz-Signature=5ecre7)\n",
        "utf-8",
    )
    run = linkwarden.check(tmp_path / name, offline=True)

    shown = run._repr_html_()

    parser = _Tags()
    parser.feed(shown)
    assert {tag for tag, _ in parser.found} <= {*["p", "b", "table", "thead", "tbody", "tr", "th", "td", "a", "br"]}
    for tag, attributes in parser.found:
        assert set(attributes) <= {"align", "href", "rel", "target"}
        if tag == "a":
            assert re.match(r"https?://", attributes["href"] or "")
    assert "5ecre7" not in shown
    assert "\x1b" not in shown
    assert "\u202e" not in shown


def test_a_notebook_shows_so_many_rows(tmp_path: Path) -> None:
    """And says how many more there are; where nothing is wrong there is no table."""
    (tmp_path / "a.md").write_text("".join(f"[x](#n{n})\n" for n in range(60)), "utf-8")
    (tmp_path / "b.md").write_text("# Here\n\n[x](#here)", "utf-8")

    shown = linkwarden.check(tmp_path / "a.md", offline=True)._repr_html_()

    assert shown.count("<tr>") == 51
    assert "… and 10 more" in shown
    assert "<table>" not in linkwarden.check(tmp_path / "b.md", offline=True)._repr_html_()
