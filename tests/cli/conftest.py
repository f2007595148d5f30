"""Every test of the command line starts in an empty folder, on a loop that can live in virtual time."""

from __future__ import annotations

from pathlib import Path

import pytest

from linkwarden import api


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(api, "_loop_factory", lambda: None)  # virtual time needs asyncio's own loop
