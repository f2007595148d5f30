"""docs/private-hosts.md: its configuration is read, and its options and variables exist."""

from __future__ import annotations

import re
from pathlib import Path

from linkwarden.config import OPTIONS, Host, load_file

PAGE = (Path(__file__).parents[2] / "docs" / "private-hosts.md").read_text("utf-8")


def test_the_configuration_is_read(tmp_path: Path) -> None:
    """It means what the page says of it, and sets every key that there is."""
    example = re.search(r"<!-- config: .*?-->\n```toml\n(.*?)```", PAGE, re.DOTALL)
    assert example is not None
    file = tmp_path / "linkwarden.toml"
    file.write_text(example[1], "utf-8")

    (host,) = load_file(file)["hosts"]

    assert host == Host(name="docs.example.org", timeout=60.0, per_host=2, interval=0.5)


def test_every_option_is_told_with_its_variable() -> None:
    """A row for each, and the keywords of Python."""
    for field in ("headers", "basic_auth", "cookies"):
        option = OPTIONS[field]
        assert f"| `{option.flags[-1]}` | `{option.environment[0]}` |" in PAGE
        assert f"`{field}`" in PAGE
