"""Writes the pages that derive from the code: one page a rule, and their index.

``python -m linkwarden.docs docs`` writes them below ``docs``, and help text and example into the README beside it;
tests hold pages, README and program together.
"""

from __future__ import annotations

import contextlib
import re
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click

from linkwarden.api import check
from linkwarden.cli import cli
from linkwarden.model import Rule
from linkwarden.report import ReportOptions
from linkwarden.report.text import TextReport
from linkwarden.rules import all_rules

#: The list of the README's example, as anybody might have it.
EXAMPLE_LIST = """\
# Reading list

- [Networks](#networks)
- [Data sets](#datasets)

## Networks

* [Attention](https://arxiv.org/abs/1706.03762)

<img src="https://s3.us-west-2.amazonaws.com/secure.notion-static.com/0b1c/block.png?X-Amz-Algorithm=AWS4-HMAC-SHA256\
&X-Amz-Credential=AKIAEXAMPLE%2F20210209%2Fus-west-2%2Fs3%2Faws4_request&X-Amz-Date=20210209T103524Z\
&X-Amz-Expires=86400&X-Amz-Signature=0123456789abcdef&X-Amz-SignedHeaders=host" width="350">

## Datasets and tools
"""

_MADE = "<!-- Made by `make docs` from the rules in src/linkwarden; edit them there. -->"


def page(rule: Rule) -> str:
    """Give the page of one rule as Markdown."""
    repeat = (
        "\nIt can pass by itself, so a failure that is seen again over days means more than one that is seen once.\n"
        if rule.repeatable
        else ""
    )
    return (
        f"{_MADE}\n# {rule.code} {rule.slug}\n\n"
        f"**{_sentence(rule.summary)}** Verdict: `{rule.verdict.value}` (see [verdicts](../verdicts.md)).\n\n"
        f"## Why, and how linkwarden knows\n\n{_sentence(rule.explanation)}\n{repeat}\n"
        f"## What to do\n\n{_sentence(rule.remedy)}\n"
    )


def index() -> str:
    """Give the list of all rules as Markdown."""
    rows = "".join(
        f"| [{r.code}]({r.code}.md) | {r.slug} | `{r.verdict.value}` | {_sentence(r.summary)} |\n"
        for r in all_rules().values()
    )
    return (
        f"{_MADE}\n# Rules\n\nEvery finding carries one of these codes; `linkwarden explain CODE` prints the same. "
        f"Codes are never reused.\n\n| code | name | verdict | what is the matter |\n|---|---|---|---|\n{rows}"
    )


def pages() -> Mapping[str, str]:
    """Give every page that derives from the code, by path below the documentation folder."""
    made = {f"rules/{rule.code}.md": page(rule) for rule in all_rules().values()}
    return {"rules/README.md": index(), **made}


def help_text() -> str:
    """Give what ``linkwarden check --help`` prints in a terminal of 80 columns."""
    command = cli.get_command(click.Context(cli), "check")
    if command is None:
        raise LookupError("check")
    parent = click.Context(cli, info_name="linkwarden", **cli.context_settings)
    return command.get_help(click.Context(command, info_name="check", parent=parent, terminal_width=80))


def example_output() -> str:
    """Give what ``linkwarden check README.md --offline`` prints for the example's list, on the day of the example."""
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        Path("README.md").write_text(EXAMPLE_LIST, "utf-8")
        run = check("README.md", offline=True, now=datetime(2026, 11, 22, 3, tzinfo=UTC))
    return TextReport().render(replace(run, duration_s=0.1), ReportOptions())


def with_example(readme: str) -> str:
    """Give the README with what the program prints today for the example."""
    return re.sub(
        r"(<!-- example: .*?-->\n```text\n).*?(```)",
        lambda m: f"{m[1]}$ linkwarden check README.md --offline\n{example_output()}{m[2]}",
        readme,
        flags=re.DOTALL,
    )


def with_help(readme: str) -> str:
    """Give the README with the help text that the program prints today."""
    return re.sub(
        r"(<!-- help: .*?-->\n```text\n).*?(```)",
        lambda m: f"{m[1]}$ linkwarden check --help\n{help_text()}\n{m[2]}",
        readme,
        flags=re.DOTALL,
    )


def main(folder: Path) -> None:
    """Write the pages below a folder, remove pages of rules that are no more, and renew the README."""
    readme = folder.parent / "README.md"
    if readme.exists():
        readme.write_text(with_example(with_help(readme.read_text("utf-8"))), encoding="utf-8", newline="\n")
    wanted = pages()
    for name, text in wanted.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="\n")
    for old in (folder / "rules").glob("LW*.md"):
        if f"rules/{old.name}" not in wanted:
            old.unlink()


def _sentence(text: str) -> str:
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."


if __name__ == "__main__":
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_dir():
        sys.exit("usage: python -m linkwarden.docs FOLDER  (the folder of the documentation, which must be there)")
    main(Path(sys.argv[1]))
