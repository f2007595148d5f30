"""A maintainer for the tests that play whole nights."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.action.maintainer import LIST, Maintainer


@pytest.fixture
def maintainer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Maintainer:
    """A maintainer with a fresh repository and a list, set up by ``linkwarden init``."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    person = Maintainer(tmp_path)
    person.write(LIST)
    person.init()
    person.push()
    return person
