"""``linkwarden.check`` as other programs call it."""

from __future__ import annotations

from pathlib import Path

import pytest

import linkwarden
from linkwarden.api import user_agent
from linkwarden.model import NothingToCheckError, Verdict


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
