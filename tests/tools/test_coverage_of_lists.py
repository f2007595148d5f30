"""The table of coverage: who takes which links of a list, and how many requests that makes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.coverage_of_lists import main

LIST = """
* [a](https://github.com/owner/one) [b](https://github.com/owner/two) [a again](https://github.com/owner/one)
* [page](https://some-page.org/a#there) [same page](https://some-page.org/a)
* [post](https://medium.com/@somebody/a-post-1) [post](https://medium.com/@somebody/another-2)
* [person](https://www.linkedin.com/in/somebody)
"""


def test_what_a_list_costs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Batches, pages, sites that are tried once for each of their parts, and those that are not tried at all."""
    (tmp_path / "README.md").write_text(LIST)

    main([str(tmp_path)])

    *rows, total, hosts = capsys.readouterr().out.splitlines()
    numbers = {row[:24].strip(): row[24:].split() for row in rows[1:]}
    assert numbers == {
        "github": ["2", "28.6%", "3", "1"],
        "web": ["2", "28.6%", "2", "1"],
        "unknowable, tried once": ["2", "28.6%", "2", "1"],
        "unknowable": ["1", "14.3%", "1", "0"],
        "all": ["7", "100.0%", "8", "3"],
    }
    assert total == "lists read: 1; requests per URL: 0.43"
    assert hosts == "hosts of the pages under “web” (1): some-page.org 2"


def test_one_list_may_be_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file is as good as a folder, and is read once."""
    (tmp_path / "README.md").write_text(LIST)

    main([str(tmp_path / "README.md"), str(tmp_path)])

    assert "lists read: 1; requests per URL: 0.43" in capsys.readouterr().out


@pytest.mark.parametrize("words", [[], ["missing"], ["."]])
def test_without_a_list_it_says_so(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An empty table would look like a result."""
    monkeypatch.chdir(tmp_path)

    with pytest.raises(SystemExit):
        main(words)

    assert "FOLDER" in capsys.readouterr().err
