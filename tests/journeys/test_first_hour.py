"""From a clone to a useful report, with the commands of the README, for each kind of repository that people have."""

from __future__ import annotations

import json
import os
import tomllib
from pathlib import Path

import pytest

from tests.chromium import Browser, needs_chromium
from tests.journeys.machine import Machine, command_of, is_clone

pytestmark = [
    pytest.mark.skipif(os.name == "nt" or not is_clone(), reason="needs a shell, and a clone to clone"),
    pytest.mark.timeout(600),
]

AWESOME = """\
# Awesome Things

- [Books](#books)
- [Tools](#tool)

## Books

* [SICP](https://books.example.net/sicp) - a book
* [Old edition](https://books.example.net/old)
* [A forum](https://wall.example.net/thread/1)
* [Lost](https://gone.example.net/)

## Tools

* [One](https://tools.example.net/one)
* [Two](https://tools.example.net/two)
"""
SIGNED = (
    "https://s3.us-west-2.amazonaws.com/secure.notion-static.com/0b1c/block.png?X-Amz-Algorithm=AWS4-HMAC-SHA256"
    "&X-Amz-Credential=AKIAEXAMPLE%2F20210209%2Fus-west-2%2Fs3%2Faws4_request&X-Amz-Date=20210209T103524Z"
    "&X-Amz-Expires=86400&X-Amz-Signature=0123456789abcdef&X-Amz-SignedHeaders=host"
)
PAPERS = f"""\
# Papers

* [Attention Is All You Need](https://arxiv.org/abs/1706.03762)
* [A paper with a wrong number](https://arxiv.org/abs/1706.99999)

![plot](https://images.example.net/plot.png)
![no image](https://images.example.net/page.png)
<img src="{SIGNED}" width="350">
"""


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """A machine with a clone; each journey has a repository of its own on it."""
    return Machine(tmp_path_factory.mktemp("machine"))


def verdicts(report: Path) -> dict[str, str]:
    """Return the verdicts that a JSON report has, by URL."""
    return {link["url"]: link["verdict"] for link in json.loads(report.read_text("utf-8"))["links"]}


def test_an_awesome_list(machine: Machine) -> None:
    """``make check`` in the clone reports beside the list; then ``linkwarden fix`` makes the edits it can."""
    folder = machine.repository("an awesome list", {"README.md": AWESOME})
    command = command_of("README.md", "make check").replace("/path/to/README.md", f"'{folder}/README.md'")

    said = machine.run(command, machine.clone)

    assert said.code == 0, said.err  # findings are a result, and no error of make
    assert "make: ***" not in said.err
    assert "README.md:4:11 broken LW120 anchor-missing “Tools”" in said.text
    assert "Failed: 3 broken (exit code 1)." in said.text
    found = verdicts(folder / "reports" / "health.json")
    assert found == {
        "#books": "ok",
        "#tool": "broken",
        "https://books.example.net/sicp": "ok",
        "https://books.example.net/old": "moved",
        "https://wall.example.net/thread/1": "unverified",
        "https://gone.example.net/": "broken",
        "https://tools.example.net/one": "ok",
        "https://tools.example.net/two": "broken",
    }
    assert machine.run("git status --porcelain", folder).out == ""
    assert machine.run("git status --porcelain", machine.clone).out == ""

    machine.install()
    said = machine.run(command_of("README.md", "linkwarden fix README.md --write"), folder)
    assert said.code == 0, said.err
    assert "+- [Tools](#tools)" in said.out  # as git diff shows it


def test_a_list_of_papers_with_images(machine: Machine) -> None:
    """The report as a page says which images readers do not see, with the dates that need no request."""
    machine.install()
    folder = machine.repository("papers", {"README.md": PAPERS})
    command = command_of("README.md", "linkwarden check -o health.html")

    said = machine.run(f"{command} -o health.json", folder)

    assert said.code == 1
    assert "The URL was signed to work until 2021-02-10 10:35:24 UTC" in said.text
    found = verdicts(folder / "health.json")
    assert found["https://arxiv.org/abs/1706.03762"] == "ok"
    assert found["https://arxiv.org/abs/1706.99999"] == "broken"
    assert found["https://images.example.net/plot.png"] == "ok"
    assert found["https://images.example.net/page.png"] == "broken"
    assert sorted(found.values()).count("expired") == 1


@needs_chromium
def test_the_page_in_a_browser(machine: Machine, tmp_path: Path) -> None:
    """It opens from the file, loads nothing else, and shows what is lost."""
    machine.install()
    folder = machine.repository("papers as a page", {"README.md": PAPERS})
    machine.run(command_of("README.md", "linkwarden check -o health.html"), folder)
    browser = Browser(tmp_path / "profile")
    try:
        page = browser.open((folder / "health.html").as_uri())
        shown = page.js("document.body.innerText")
        assert "3 of 5 URLs are broken or expired" in " ".join(shown.split())
        assert page.complaints == []
        assert set(page.requests) == {(folder / "health.html").as_uri()}
        page.close()
    finally:
        browser.close()


def test_a_site_made_by_mkdocs(machine: Machine) -> None:
    """``init`` finds the pages, and the anchors are those that MkDocs makes, not GitHub's."""
    machine.install()
    folder = machine.repository(
        "site",
        {
            "mkdocs.yml": "site_name: A site\nmarkdown_extensions: [attr_list]\n",
            "docs/index.md": "# Home\n\n[set up](install.md#own-name) [lost](install.md#no-such-name)\n",
            "docs/install.md": "# Install\n\n## Set up {#own-name}\n\n[tool](https://tools.example.net/one)\n",
        },
    )

    said = machine.run(_in(folder, command_of("README.md", "cd /path/to/your/list")), folder)
    assert said.code == 0, said.err
    assert tomllib.loads((folder / "linkwarden.toml").read_text("utf-8"))["inputs"] == ["docs"]
    assert "A first check, without any request: 3 URLs, 1 broken." in said.out
    assert "docs/index.md:3:" in said.out

    assert machine.run(command_of("README.md", "linkwarden check"), folder).code == 1
    assert verdicts(folder / "reports" / "health.json") == {
        "install.md#own-name": "ok",
        "install.md#no-such-name": "broken",
        "https://tools.example.net/one": "ok",
    }


def test_a_repository_whose_list_is_data(machine: Machine) -> None:
    """``init`` finds the data, the README's command checks it, and every place is file, line and column."""
    machine.install()
    data = "- name: One\n  url: https://tools.example.net/one\n- name: Two\n  url: https://tools.example.net/two\n"
    folder = machine.repository("data", {"data/list.yaml": data, "README.md": "# Made from data/list.yaml\n"})

    said = machine.run(_in(folder, command_of("README.md", "cd /path/to/your/list")), folder)
    assert said.code == 0, said.err
    assert "  data/list.yaml  2 links\n" in said.out
    assert tomllib.loads((folder / "linkwarden.toml").read_text("utf-8"))["inputs"] == ["data/list.yaml"]
    workflows = sorted(path.name for path in (folder / ".github" / "workflows").iterdir())
    assert workflows == ["linkwarden-nightly.yml", "linkwarden-pr-check.yml"]
    commit = machine.run("git rev-parse HEAD", machine.clone).out.strip()
    assert f"uses: maker/linkwarden@{commit}\n" in (folder / ".github/workflows/linkwarden-nightly.yml").read_text()

    said = machine.run(command_of("README.md", "linkwarden check data/list.yaml"), folder)
    assert said.code == 1
    assert "data/list.yaml:4:8 broken LW301 not-found" in said.text


def test_a_project_at_gitlab(machine: Machine) -> None:
    """``init`` writes the configuration and no workflow of GitHub's, and says where its pipeline is shown."""
    machine.install()
    folder = machine.repository("at gitlab", {"README.md": AWESOME}, origin="git@gitlab.com:me/list.git")

    said = machine.run(_in(folder, command_of("README.md", "cd /path/to/your/list")), folder)
    assert said.code == 0, said.err
    assert not (folder / ".github").exists()
    assert 'contact = "https://gitlab.com/me/list"' in (folder / "linkwarden.toml").read_text("utf-8")
    assert "docs/ci.md" in said.out
    assert "\n## GitLab CI\n" in (machine.clone / "docs" / "ci.md").read_text("utf-8")

    said = machine.run("linkwarden check -o report.xml --no-state", folder)
    assert said.code == 1
    assert "<testsuite" in (folder / "report.xml").read_text("utf-8")


def _in(folder: Path, command: str) -> str:
    return command.replace("/path/to/your/list", f"'{folder}'")
