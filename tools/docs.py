"""Writes what the documentation shows of the code: the pages of rules and options, and the README's example.

``make docs`` runs it; tests compare the pages with the program.
"""

from __future__ import annotations

import contextlib
import re
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from linkwarden import extract, providers, report, review
from linkwarden.api import check
from linkwarden.config import OPTIONS, Option, Place, Section
from linkwarden.extract import Extractor
from linkwarden.inputs import extractors
from linkwarden.model import Rule
from linkwarden.plugins import index_of
from linkwarden.providers import Provider
from linkwarden.report import Report, ReportOptions
from linkwarden.report._words import sentence
from linkwarden.report.text import TextReport
from linkwarden.review import Review
from linkwarden.rules import all_rules, provider_classes

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

#: What the README says of services that are asked about many things at once, and of the others.
_SERVICES = {
    "one request to its own API for many of a list": True,
    "its own API, or what it offers to programs": False,
}
RULES = "docs/rules.md"
INDEX = "src/linkwarden/_index.py"
_INDEX_INTRO = "What is known of each plug-in before it is imported. Made by `make docs` from the modules themselves."
OPTIONS_PAGE = "docs/options.md"
_MADE = "<!-- Made by `make docs` from the rules in src/linkwarden; edit them there. -->"
_OPTIONS_INTRO = """\
<!-- Made by `make docs` from the table in src/linkwarden/config/_options.py; edit it there. -->
# Options

What `linkwarden check` can be told, on the command line, in `linkwarden.toml` (or below `[tool.linkwarden]` in
`pyproject.toml`) and from Python (`linkwarden.check`). The command line beats the environment, which beats the file.
Where there is a dash, the option cannot be given: what opens doors never comes from a file of the repository
([threat model](threat-model.md)). From Python there is no memory unless `state` names one.
"""


def rules_page() -> str:
    """Return the page of all rules as Markdown: a table, then a section for each rule, whose anchor is its code."""
    rules = all_rules().values()
    rows = "".join(
        f"| [{r.code}](#{r.code.lower()}) | {r.slug} | `{r.verdict.value}` | {sentence(r.summary)} |\n" for r in rules
    )
    return (
        f"{_MADE}\n# Rules\n\nEvery finding has one of these codes; `linkwarden explain CODE` prints the same text. "
        "Codes are never reused. What the verdicts mean: [verdicts](verdicts.md).\n\n"
        f"| code | name | verdict | what is wrong |\n|---|---|---|---|\n{rows}\n" + "\n".join(map(_section, rules))
    )


def _section(rule: Rule) -> str:
    repeat = (
        "It can pass by itself, so a failure that is seen again over days means more than one that is seen once.\n\n"
        if rule.repeatable
        else ""
    )
    return (
        f"## {rule.code}\n\n"
        f"`{rule.slug}`, verdict `{rule.verdict.value}`: **{sentence(rule.summary)}**\n\n"
        f"{sentence(rule.explanation)}\n\n{repeat}"
        f"**What to do:** {sentence(rule.remedy)}\n"
    )


def options_page() -> str:
    """Return the page of all options as Markdown, a table for each section."""
    parts = [_OPTIONS_INTRO]
    for section in Section:
        rows = "".join(_option_row(option) for option in OPTIONS.values() if option.section is section)
        parts.append(
            f"## {section}\n\n| command line | file | Python | default | what it does |\n|---|---|---|---|---|\n{rows}"
        )
    return "\n".join(parts)


def _option_row(option: Option) -> str:
    flags = ", ".join(f"`{flag}`" for flag in option.flags)
    variables = "".join(f" or `{name}`" for name in option.environment)
    shell = f"{flags}{variables}".removeprefix(" or ") or ("arguments" if option.field == "inputs" else "–")
    file = f"`{option.in_file()}`" if Place.FILE in option.places else "–"
    python = " or ".join(f"`{word}`" for word in option.keywords) if Place.PYTHON in option.places else "–"
    between = f" [{option.value.between[0]} to {option.value.between[1]}]" if option.value.between else ""
    cells = (shell, file, "first argument" if option.field == "inputs" else python, option.shown_default)
    return f"| {' | '.join(cells)} | {option.help}{between} |\n"


def example_output() -> str:
    """Return what ``linkwarden check README.md --offline`` prints for the example's list, on the day of the example."""
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        Path("README.md").write_text(EXAMPLE_LIST, "utf-8")
        run = check("README.md", offline=True, now=datetime(2026, 11, 22, 3, tzinfo=UTC))
    return TextReport().render(replace(run, duration_s=0.1), ReportOptions())


def with_example(readme: str) -> str:
    """Return the README with what the program prints today for the example."""
    return re.sub(
        r"(<!-- example: .*?-->\n```text\n).*?(```)",
        lambda m: f"{m[1]}$ linkwarden check README.md --offline\n{example_output()}{m[2]}",
        readme,
        flags=re.DOTALL,
    )


def with_kinds(readme: str) -> str:
    """Return the README with the kinds of files that are read."""
    documents = [e for e in extractors() if e.of_folders]
    ordered = [*documents, *(e for e in extractors() if not e.of_folders)]
    rows = ""
    for extractor in ordered:
        apart = [f"`{suffix}`" for suffix in extractor.suffixes if suffix not in extractor.of_folders]
        where = "no" if not extractor.of_folders else f"yes, but not {' '.join(apart)}" if apart else "yes"
        files = " ".join(f"`{suffix}`" for suffix in extractor.suffixes)
        rows += f"| {extractor.title} (`{extractor.name}`) | {files} | {where} |\n"
    return re.sub(
        r"(<!-- kinds: .*?-->\n)(.*?\n\|---\|---\|---\|\n).*?(<!-- end of kinds -->)",
        lambda m: f"{m[1]}{m[2]}{rows}{m[3]}",
        readme,
        flags=re.DOTALL,
    )


def with_services(readme: str) -> str:
    """Return the README with the services that are asked their own way, in the rows whose second cell is as here."""
    for how, gathers in _SERVICES.items():
        row = ", ".join(cls.title for cls in provider_classes() if cls.title and cls.gathers == gathers) + f" | {how}"
        readme = re.sub(rf"^\| [^|\n]* \| {re.escape(how)} \|$", f"| {row} |", readme, flags=re.MULTILINE)
    return readme


def index_module() -> str:
    """Return the module that says of each plug-in what is to be known before it is imported."""
    packages = ((extract, Extractor), (providers, Provider), (report, Report), (review, Review))
    index = {module: entry for package, base in packages for module, entry in index_of(package, base).items()}
    lines = "".join(f"    {module!r}: {_literal(index[module])},\n" for module in sorted(index))
    head = "MODULES: dict[str, dict[str, dict[str, object]]] = {\n"
    return f'"""{_INDEX_INTRO}"""\n\n# fmt: off\n{head}{lines}}}\n'


def _literal(value: object) -> str:
    """Return a value as code, the same in each run: sets in order."""
    if isinstance(value, frozenset):
        return f"frozenset({{{', '.join(map(repr, sorted(value)))}}})" if value else "frozenset()"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key!r}: {_literal(inner)}' for key, inner in value.items())}}}"
    return repr(value)


def main(root: Path) -> None:
    """Write the pages, and renew what the README shows of the program."""
    readme = root / "README.md"
    readme.write_text(
        with_services(with_kinds(with_example(readme.read_text("utf-8")))), encoding="utf-8", newline="\n"
    )
    (root / INDEX).write_text(index_module(), encoding="utf-8", newline="\n")
    for page, text in ((RULES, rules_page()), (OPTIONS_PAGE, options_page())):
        (root / page).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(Path(__file__).parents[1])
