"""The contracts of import-linter cover what they promise to cover."""

from __future__ import annotations

import tomllib
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]


def test_every_extractor_stands_in_the_contract() -> None:
    """A new kind of document must not lean on another one: its module is named, since helpers are no extractors."""
    settings = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))
    contracts = {contract["name"]: contract for contract in settings["tool"]["importlinter"]["contracts"]}
    folder = REPOSITORY / "src" / "linkwarden" / "extract"
    public = {path.stem for path in folder.glob("*.py") if not path.stem.startswith("_")} - {"base"}

    named = contracts["extractors do not know each other"]["modules"]

    assert {name.rpartition(".")[2] for name in named} == public
