"""What folders and patterns leave out, what is read of other kinds, and where names of inputs come from."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from linkwarden.api import check
from linkwarden.cli import cli
from linkwarden.cli.guard import run_guarded
from linkwarden.inputs import InputError, Reading, Source, local_sources
from linkwarden.model import UsageError
from linkwarden.walk import is_excluded


@pytest.fixture(autouse=True)
def _repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A repository of git in which we are."""
    monkeypatch.chdir(tmp_path)
    subprocess.run(["git", "init", "-q", "."], check=True)  # noqa: S607 - the git that linkwarden finds


def write(*names: str, text: str = "[x](https://x.example/)\n") -> None:
    """Write files."""
    for name in names:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text, "utf-8")


def read(name: str, **how: object) -> list[str]:
    """Return the names that an input means, and what is said of those that are left out."""
    items = local_sources(name, bytes, reading=Reading(**how))  # type: ignore[arg-type]  # the test gives right ones
    return [item.name if isinstance(item, Source) else item.sentence for item in items]


def test_a_folder_means_its_documents() -> None:
    """Data is read where it is named or a pattern finds it: a lock file holds URLs that no reader sees."""
    write(
        "d/a.md",
        "d/b.rst",
        "d/c.adoc",
        "d/d.org",
        "d/e.html",
        "d/package-lock.json",
        "d/list.yaml",
        "d/f.txt",
        "d/g.xyz",
    )

    assert read("d") == ["d/a.md", "d/b.rst", "d/c.adoc", "d/d.org", "d/e.html"]
    assert read("d/*.yaml") == ["d/list.yaml"]
    assert read("d/package-lock.json") == ["d/package-lock.json"]


def test_what_git_ignores_is_left_out_and_counted() -> None:
    """By all rules of git: negated ones, those of folders; what is tracked is never ignored."""
    write("a.md", "build/x.md", "docs/tmp.md", "docs/kept.md", "docs/forced.md")
    write(".gitignore", text="build/\n*.md\n!a.md\n!kept.md\n")
    subprocess.run(["git", "add", "-f", "docs/forced.md"], check=True)  # noqa: S607 - as above

    assert read(".") == ["a.md", "docs/forced.md", "docs/kept.md", "Not read: 2 files that git ignores."]
    assert read("**/*.md")[-1] == "Not read: 2 files that git ignores."
    assert len(read(".", ignored=True)) == 5
    assert read("build") == ["build/x.md"]  # named by the user
    assert read("docs/tmp.md") == ["docs/tmp.md"]


def test_a_folder_of_which_nothing_is_left_says_why() -> None:
    """Nobody has to guess."""
    write("d/a.md")
    write(".gitignore", text="*.md\n")

    [said] = local_sources("d", bytes)

    assert isinstance(said, InputError)
    assert "Not read: 1 file that git ignores." in said.sentence


def test_hidden_folders_are_a_choice() -> None:
    """Those of git and other tools are none."""
    write("a.md", ".github/b.md", ".git/c.md")

    assert read(".") == ["a.md", "Not read: 1 hidden folder (--hidden reads it)."]
    assert read(".", hidden=True) == [".github/b.md", "a.md"]


@pytest.mark.parametrize(
    ("pattern", "left_out"),
    [
        ("old", {"old/a.md", "docs/old/b.md"}),
        ("old/", {"old/a.md", "docs/old/b.md"}),
        ("*.x.md", {"docs/c.x.md"}),
        ("docs/*", {"docs/old/b.md", "docs/c.x.md"}),
        ("docs/*.md", {"docs/c.x.md"}),
        ("docs/**", {"docs/old/b.md", "docs/c.x.md"}),
        ("**/old/*.md", {"old/a.md", "docs/old/b.md"}),
        ("./docs/old", {"docs/old/b.md"}),
        ("doc", set()),
        ("docs/**/z/*.md", set()),
    ],
)
def test_exclude_paths(pattern: str, left_out: set[str]) -> None:
    """Names at any depth, paths from the root, and folders with all that is in them; what is named is read."""
    names = ["docs/c.x.md", "docs/old/b.md", "old/a.md"]
    write(*names)

    found = read(".", exclude_paths=(pattern,))

    assert {name for name in names if name not in found} == left_out
    assert read("old/a.md", exclude_paths=(pattern,)) == ["old/a.md"]


def test_a_hostile_pattern_costs_no_time() -> None:
    """Many stars are tried in time that grows with their number."""
    assert not is_excluded(Path("a/" * 100 + "b.md"), ("/".join(["**", "a"] * 40) + "/c",))
    assert not is_excluded(Path("a" * 200), ("*a" * 60 + "b",))


def test_the_run_says_what_was_left_out() -> None:
    """In every report."""
    write("docs/a.md", "docs/old/b.md")

    run = check("docs", offline=True, exclude_paths=["old"])

    assert [(n.path, n.message) for n in run.notices] == [("docs", "Not read: 1 file by exclude-paths.")]


def test_a_suffix_that_is_not_read_is_said_with_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    """And --input-kind does it."""
    write("a.xyz", text="see https://x.example/a).\n")

    assert run_guarded(cli, ["extract", "a.xyz"]) == 4
    assert "give --input-kind text" in capsys.readouterr().err
    assert run_guarded(cli, ["extract", "a.xyz", "--input-kind", "text", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["url"] == "https://x.example/a"
    assert run_guarded(cli, ["extract", "a.xyz", "--input-kind", "txt"]) == 2
    assert "Did you mean text?" in capsys.readouterr().err


def test_python_names_a_wrong_kind_of_input() -> None:
    """As the command line does."""
    write("a.md")
    with pytest.raises(UsageError, match="unknown kind of input 'yml'"):
        check("a.md", offline=True, input_kind="yml")


def test_binary_files_are_said_with_what_to_do() -> None:
    """Nobody gets the links of a PDF from its bytes."""
    Path("a.pdf").write_bytes(b"%PDF-1.7 https://x.example/")

    assert read("a.pdf") == ["a.pdf: a PDF, not a list. Save it as Markdown or HTML and name that file."]


@pytest.mark.parametrize("names", ["a.md\n# b.md\n\n c.yaml \r\n", "a.md\0c.yaml\0"])
@pytest.mark.parametrize("standard_input", [True, False])
def test_names_of_inputs_from_a_file(
    names: str,
    standard_input: bool,  # noqa: FBT001 - a parameter of a test
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """One a line, or as ``git ls-files -z`` gives them."""
    write("a.md", "b.md", "c.yaml")
    Path("names.txt").write_bytes(names.encode())
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(names.encode())))

    assert run_guarded(cli, ["extract", "--files-from", "-" if standard_input else "names.txt"]) == 0
    assert [line.split(":")[0] for line in capsys.readouterr().out.splitlines()] == ["a.md", "c.yaml"]


@pytest.mark.parametrize("text", ["", "# only\n", None])
def test_a_file_without_names_is_an_error(text: str | None, capsys: pytest.CaptureFixture[str]) -> None:
    """README.md is not checked instead."""
    write("README.md")
    if text is not None:
        write("names.txt", text=text)

    assert run_guarded(cli, ["extract", "--files-from", "names.txt"]) == 2
    assert "--files-from: names.txt " in capsys.readouterr().err


def test_a_list_of_urls_on_standard_input() -> None:
    """Each line is one URL, to its last character; other text is Markdown."""
    [urls] = local_sources("-", lambda: b"https://x.example/a.\r\n\r\nhttps://x.example/(b\n")
    [text] = local_sources("-", lambda: b"https://x.example/a.\n\nwords\n")

    assert isinstance(urls, Source)
    assert isinstance(text, Source)
    assert [getattr(o, "url", "") for o in urls.parse()] == ["https://x.example/a.", "https://x.example/(b"]
    assert [getattr(o, "url", "") for o in text.parse()] == ["https://x.example/a"]


def test_anchors_of_other_documents_are_looked_at_where_they_are_known() -> None:
    """What includes other documents may get the anchor from them, and data has none."""
    write("a.rst", text="Title One\n=========\n")
    write("b.rst", text=".. include:: c.rst\n")
    write("c.yaml", text="a: 1\n")
    write("README.md", text="[1](a.rst#title-one) [2](a.rst#title-two) [3](b.rst#x) [4](c.yaml#x)\n")

    run = check("README.md", offline=True)

    assert [r.judgement.verdict.value for r in run.results] == ["ok", "broken", "ok", "ok"]
