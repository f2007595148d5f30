"""Adding a plug-in is adding a file; one that cannot be used costs a notice, and nothing else."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import linkwarden
from linkwarden import extract, inputs, plugins, providers, report, review, rules
from linkwarden.cli import cli
from linkwarden.cli.guard import run_guarded
from linkwarden.model import Verdict
from linkwarden.plugins import discover, unusable
from tools.docs import INDEX, index_module

REPOSITORY = Path(__file__).parents[2]


class Shape:
    """What the plug-ins of these tests subclass."""


@pytest.fixture(autouse=True)
def _nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget what other tests have come across."""
    monkeypatch.setattr(plugins, "_unusable", {})


@pytest.fixture
def shapes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Make an empty package that can be imported as ``shapes``."""
    folder = tmp_path / "shapes"
    folder.mkdir()
    (folder / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    yield folder
    for name in [name for name in sys.modules if name.partition(".")[0] == "shapes"]:
        del sys.modules[name]


def put(folder: Path, name: str, text: str) -> None:
    """Write a module, and the packages above it."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    for above in path.relative_to(folder).parents:
        (folder / above / "__init__.py").touch()
    path.write_text(f"from {__name__} import Shape\n{text}", "utf-8")


def found(package: ModuleType) -> list[str]:
    """Return the names of the plug-ins of a package."""
    return [shape.name for shape in discover(package, Shape)]  # type: ignore[attr-defined]


def package() -> ModuleType:
    """Import the package of these tests."""
    return importlib.import_module("shapes")


def test_plug_ins_are_found_at_any_depth_in_an_order_of_their_own(shapes: Path) -> None:
    """By rank, then by name; helpers and classes from elsewhere are left out."""
    put(shapes, "b.py", "class B(Shape): name, rank = 'b', 2")
    put(shapes, "deep/deeper/c.py", "class C(Shape): name, rank = 'c', 1")
    put(shapes, "deep/a.py", "from shapes.b import B\nclass A(Shape): name, rank = 'a', 2")
    put(shapes, "_helper.py", "class D(Shape): name, rank = 'd', 0")
    put(shapes, "_deep/e.py", "class E(Shape): name, rank = 'e', 0")

    assert found(package()) == ["c", "a", "b"]
    assert unusable() == ()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("import no_such_library", "ModuleNotFoundError: No module named 'no_such_library'"),
        ("from linkwarden.text import no_such_name", "ImportError: cannot import name 'no_such_name'"),
        ("def f(:", "SyntaxError: invalid syntax"),
        ("raise RuntimeError('a defect.\\nof two lines')", "RuntimeError: a defect. of two lines"),
        ("class B(Shape): pass", "B has no name"),
        ("class B(Shape): name = 'a'", "shapes.a has a plug-in called 'a' already"),
    ],
)
def test_what_cannot_be_used_is_left_out_and_named(shapes: Path, text: str, why: str) -> None:
    """The others are there; what, where, and what to do is said."""
    put(shapes, "a.py", "class A(Shape): name = 'a'")
    put(shapes, "deep/b.py", text)
    put(shapes, "z.py", "class Z(Shape): name = 'z'")

    assert found(package()) == ["a", "z"]
    [part] = unusable()
    assert part.path == "shapes/deep/b.py"
    assert part.why.startswith(why)
    assert "Reinstall linkwarden" in part.message


def test_a_package_that_cannot_be_imported_costs_what_lies_in_it(shapes: Path) -> None:
    """Its own file is named."""
    put(shapes, "a.py", "class A(Shape): name = 'a'")
    put(shapes, "deep/b.py", "class B(Shape): name = 'b'")
    (shapes / "deep" / "__init__.py").write_text("1 / 0", "utf-8")

    assert found(package()) == ["a"]
    assert [part.path for part in unusable()] == ["shapes/deep/__init__.py"]


def test_all_of_our_own_can_be_used() -> None:
    """Nothing of linkwarden itself is left out in silence."""
    discover(providers, providers.Provider)  # type: ignore[type-abstract]
    discover(review, review.Review)  # type: ignore[type-abstract]
    discover(extract, extract.Extractor)  # type: ignore[type-abstract]
    discover(report, report.Report)  # type: ignore[type-abstract]

    assert unusable() == ()


CACHES = (
    rules.provider_classes,
    rules.review_classes,
    rules.all_rules,
    rules.rule_names,
    inputs.extractors,
    report.formats,
)


@pytest.fixture
def broken(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Put a file that cannot be imported into one of linkwarden's packages."""
    package: ModuleType = request.param
    folder = tmp_path / "more"
    folder.mkdir()
    (folder / "flawed.py").write_text("import no_such_library", "utf-8")
    monkeypatch.setattr(package, "__path__", [*package.__path__, str(folder)])
    for cached in CACHES:
        cached.cache_clear()
    yield f"{package.__name__.replace('.', '/')}/flawed.py"
    for cached in CACHES:
        cached.cache_clear()


PACKAGES = pytest.mark.parametrize("broken", [providers, review, extract, report], indirect=True)


@PACKAGES
def test_a_run_goes_on_without_a_part_that_cannot_be_loaded(broken: str, tmp_path: Path) -> None:
    """The list is checked; a notice says what is missing, where, and what to do."""
    path = tmp_path / "list.md"
    path.write_text("# Here\n[a](#here) [b](#nowhere)", "utf-8")
    run = linkwarden.check(path, offline=True)

    assert [r.judgement.verdict for r in run.results] == [Verdict.OK, Verdict.BROKEN]
    assert [notice.path for notice in run.notices] == [broken]
    assert "no_such_library" in run.notices[0].message
    assert run.exit_code == 1


@PACKAGES
def test_the_command_line_says_so(
    broken: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever reads only the terminal sees it as well, also where the format is the part that is missing."""
    monkeypatch.chdir(tmp_path)
    Path("list.md").write_text("# Here\n[a](#here)", "utf-8")

    assert run_guarded(cli, ["check", "--offline", "--no-report", "list.md"]) == 0
    assert broken in capsys.readouterr().out
    assert run_guarded(cli, ["check", "--offline", "--format", "flawed", "list.md"]) == 2
    assert broken in capsys.readouterr().err


def test_the_index_says_what_the_modules_say() -> None:
    """What is known of a plug-in before it is imported is what it says of itself: `make docs` writes it."""
    assert (REPOSITORY / INDEX).read_text("utf-8") == index_module()


def test_a_run_imports_only_what_its_list_needs(tmp_path: Path) -> None:
    """Providers of other domains, readers of other documents and other reports are not imported."""
    (tmp_path / "README.md").write_text("[x](https://a.example/) [y](https://crates.io/crates/serde)", "utf-8")
    arguments = ["check", "--offline", "--no-state", "--no-report", "--quiet"]
    code = f"import sys, linkwarden.__main__ as m\ntry: m.main({arguments})\nexcept SystemExit: print(*sys.modules)"

    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path
    ).stdout.split()

    assert "linkwarden.providers.code.crates" in loaded
    assert not {
        *("linkwarden.providers.code.cran", "linkwarden.providers.sites.wikipedia", "linkwarden.extract.rst"),
        *("linkwarden.report.sarif", "linkwarden.review.second_opinion"),
    } & set(loaded)


def test_a_plug_in_that_the_index_does_not_have_is_imported_at_once(
    shapes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of one that it has, the rest is asked of the module when it is wanted."""
    put(shapes, "a.py", "class A(Shape): name, rank, more = 'a', 2, 'of a'")
    put(shapes, "deep/b.py", "class B(Shape): name, rank, more = 'b', 1, 'of b'")
    known = {"shapes.deep": {}, "shapes.deep.b": {"B": {"name": "b", "rank": 1}}}
    monkeypatch.setattr(plugins, "MODULES", known)

    b, a = discover(package(), Shape)

    assert (b.name, a.name) == ("b", "a")  # type: ignore[attr-defined]  # plug-ins have names
    assert "shapes.a" in sys.modules
    assert "shapes.deep.b" not in sys.modules
    assert b.more == "of b"  # type: ignore[attr-defined]  # this one has it
    assert isinstance(b(), Shape)
