"""Which files an input means: never one outside a repository by a link of the repository, and never without end."""

from __future__ import annotations

import glob
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linkwarden.cli import cli
from linkwarden.cli.guard import run_guarded
from linkwarden.inputs import InputError, local_sources
from linkwarden.tree import root_left


def read(*names: str) -> list[str]:
    """Return the names of the lists that inputs mean; "!" before those that cannot be read."""
    seen: set[Path] = set()
    found = [source for name in names for source in local_sources(name, bytes, seen)]
    return [f"!{item}" if isinstance(item, InputError) else item.name for item in found]


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository, in which we are, beside a folder and another repository that are nobody's business."""
    for name in ("repository/docs/deep", "repository/.git", "outside/private/.git"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("repository/docs/a.md", "repository/docs/deep/b.md", "outside/s.md", "outside/private/s.md"):
        (tmp_path / name).write_text(f"# {name}\n\nhttps://site.example/\n", "utf-8")
    monkeypatch.chdir(tmp_path / "repository")
    return Path.cwd()


@pytest.mark.parametrize(
    ("link", "target", "name"),
    [
        ("README.md", "../outside/s.md", "README.md"),
        ("README.md", "../outside/s.md", "./docs/../README.md"),
        ("README.md", "../outside/s.md", "*.md"),
        ("README.md", "../outside/s.md", "**/READ*"),
        ("lists", "../outside", "lists"),
        ("lists", "../outside", "lists/s.md"),
        ("lists", "../outside", "lists/*.md"),
        ("lists", "../outside", "*/s.md"),
        ("lists", "../outside/private", "lists/s.md"),
        ("lists", "../outside/private", "lists"),
        ("docs/lists", "../../outside", "docs/lists/private/s.md"),
    ],
)
@pytest.mark.parametrize("how", ["relative", "absolute"])
def test_no_link_leads_a_list_out_of_its_repository(
    repository: Path, link: str, target: str, name: str, how: str
) -> None:
    """Whoever wrote the repository could have a file of ours read by it, whose text would stand in the report."""
    (repository / link).symlink_to(target)

    [told] = read(name if how == "relative" else str(repository / name))

    assert told.endswith(f"a symbolic link leads out of {repository}")


def test_links_inside_and_names_outside_are_read(repository: Path) -> None:
    """A README may be kept in docs, and what the user names elsewhere is the user's choice."""
    (repository / "README.md").symlink_to("docs/a.md")
    (repository / "lists").symlink_to("docs/deep")
    (repository / "docs/up.md").symlink_to("../README.md")

    assert read("README.md") == ["README.md"]
    assert read("lists/b.md") == ["lists/b.md"]
    assert read("docs/u*.md") == ["docs/up.md"]
    assert read("../outside/s.md") == ["../outside/s.md"]
    assert read("../outside/*.md") == ["../outside/s.md"]
    assert read(str(repository.parent / "outside" / "private")) == [f"{repository.parent}/outside/private/s.md"]


def test_without_a_repository_a_link_is_the_user_s_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Notes may be kept elsewhere; what only a pattern finds still stays below the folder that it begins in."""
    (tmp_path / "notes").mkdir()
    (tmp_path / "kept.md").write_text("# Kept", "utf-8")
    monkeypatch.chdir(tmp_path / "notes")
    Path("list.md").symlink_to("../kept.md")

    assert read("list.md") == ["list.md"]
    assert read("*.md") == [f"!list.md: a symbolic link leads out of {Path()}"]


def test_one_link_out_costs_a_folder_nothing(repository: Path) -> None:
    """The folder's other lists are read; what lies elsewhere is not its own."""
    (repository / "README.md").symlink_to("../outside/s.md")
    (repository / ".linkwarden").symlink_to("../outside")

    assert read(".") == ["docs/a.md", "docs/deep/b.md"]
    assert read(str(repository)) == [f"{repository}/docs/a.md", f"{repository}/docs/deep/b.md"]
    assert run_guarded(cli, ["check", "docs", "--offline", "--no-state", "-o", "health.md"]) == 0


def test_a_link_that_leads_to_itself_is_an_error(repository: Path) -> None:
    """It is no file, wherever it leads."""
    (repository / "README.md").symlink_to("README.md")

    [told] = read("README.md")

    assert told.startswith("!README.md: ")


# --- patterns -------------------------------------------------------------------------------------------------------


def test_rings_of_links_do_not_make_a_file_many(repository: Path) -> None:
    """Through two links to folders above, one file has names without end."""
    (repository / "docs/deep/top").symlink_to("../..")
    (repository / "docs/again").symlink_to("../docs")

    assert read("**/*.md") == ["docs/a.md", "docs/deep/b.md"]
    assert read("**/**/deep/**/*.md") == ["docs/deep/b.md"]
    assert read("docs/again/deep/*.md") == ["docs/again/deep/b.md"]
    assert read("docs/**") == ["docs/a.md", "docs/deep/b.md"]


_NAMES = st.sampled_from(["a", "b.md", ".hid", "c.md", "[x].md", "ab"])
_PATTERNS = st.lists(
    st.sampled_from(["**", "*", "*.md", "a", "a*", ".*", "?", "[[]x].md", "b.md", "*b"]), min_size=1
).filter(lambda parts: any(map(glob.has_magic, parts[:5])))


@given(paths=st.lists(st.lists(_NAMES, min_size=1, max_size=4), max_size=8), parts=_PATTERNS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_patterns_mean_what_they_mean_elsewhere(
    tmp_path_factory: pytest.TempPathFactory, paths: list[list[str]], parts: list[str]
) -> None:
    """Without links, the same files are found as by Python's ``glob``."""
    folder = tmp_path_factory.mktemp("tree")
    for path in paths:
        place = folder.joinpath(*path)
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.touch()
        except OSError:  # a file stands where a folder is to be
            continue
    pattern = os.path.join(glob.escape(str(folder)), *parts[:5])  # noqa: PTH118 - a pattern
    matches = {name for name in glob.glob(pattern, recursive=True) if not name.endswith("/")}  # noqa: PTH207 - the oracle
    wanted = sorted(name for name in matches if Path(name).suffix in ("", ".md") and Path(name).is_file())

    assert [name for name in read(pattern) if not name.startswith("!")] == wanted


# --- what is written ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "docs/a.md", "--offline"),
        ("check", "docs/a.md", "--offline", "-o", "reports/deep/x.md"),
        ("check", "docs/a.md", "--offline", "--no-report", "--state", "reports/x.sqlite3"),
        ("check", "docs/a.md", "--offline", "--baseline", "reports/x.json", "--write-baseline"),
        ("init", ".", "--action", f"o/r@{'0' * 40}"),
    ],
)
def test_no_link_decides_where_files_are_written(
    repository: Path, arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """A repository's own links lead no report, baseline or workflow out of it."""
    outside = repository.parent / "outside"
    for name in ("reports", ".github"):
        (repository / name).symlink_to(outside)
    (repository / "docs/a.md").write_text("# A\n[a](#a)", "utf-8")
    before = sorted(outside.rglob("*"))

    assert run_guarded(cli, list(arguments)) == (0 if "--state" in arguments else 2)
    assert "a symbolic link leads" in " ".join("".join(capsys.readouterr()).split())
    assert sorted(outside.rglob("*")) == before


def test_a_place_outside_that_was_named_is_written_to(repository: Path) -> None:
    """It is the user's choice, also where it is a link of the user's own, outside of any repository."""
    outside = repository.parent / "outside"
    (repository.parent / "link").symlink_to(outside)

    for name in ("../outside/x.md", "../link/y.md", "reports/z.md"):
        assert run_guarded(cli, ["check", "docs/a.md", "--offline", "--no-state", "-o", name]) == 0
        assert Path(name).exists()


def test_each_repository_on_the_way_counts(repository: Path) -> None:
    """A link into another repository is out of the first one, and a submodule is a repository inside of one."""
    (repository / "sub/.git").mkdir(parents=True)
    (repository / "sub/up.md").symlink_to("../docs/a.md")
    (repository / "private").symlink_to("../outside/private")

    assert root_left(repository / "sub/up.md") == repository / "sub"
    assert root_left(repository / "private/s.md") == repository
    assert root_left(repository / "sub/other.md") is None
