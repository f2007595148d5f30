"""``linkwarden init``: sets up a repository, so that it is checked every night and before every merge."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import click

from linkwarden._git import Git, GitError
from linkwarden._version import HOME, __version__
from linkwarden.model import UsageError
from linkwarden.report._sinks import log

CONFIG = "linkwarden.toml"
#: template -> where it goes
WORKFLOWS = {
    "nightly.yml": ".github/workflows/linkwarden-nightly.yml",
    "pr-check.yml": ".github/workflows/linkwarden-pr-check.yml",
}
#: The line of the templates that names the Action; all else in them is the same for everybody.
PLACEHOLDER = f"linkwarden/linkwarden@{'0' * 40} # v0.0.0"
TAG = f"v{__version__}"
_READMES = re.compile(r"readme(\.(md|markdown|mdx|html))?", re.IGNORECASE)
_LISTS = re.compile(r".*\.(md|markdown)", re.IGNORECASE)
#: Files that GitHub or convention gives a meaning of their own; nobody curates links in them.
_HOUSEKEEPING = re.compile(
    r"(agents|changelog|changes|claude|code[_-]of[_-]conduct|contributing|contributors|governance|history|licen[cs]e"
    r"|news|pull_request_template|releasing|security|support)\b.*",
    re.IGNORECASE,
)
_WEB_LINK = re.compile(r"https?://[^\s)>\]]")
#: A file beside the README with so many links is a list of its own.
_MANY = 10
_PATIENCE = 15.0  # seconds for one question to git, the one over the network included
#: Places that do not know GitHub's workflows.
_ELSEWHERE = ("gitlab.", "codeberg.org", "bitbucket.org", "git.sr.ht")


@dataclass(frozen=True, slots=True)
class Pin:
    """What ``uses:`` names.

    Attributes:
        text: ``owner/repository@commit # tag``, or ``owner/repository@tag``.
        fixed: it is a commit, which nobody can change.
    """

    text: str
    fixed: bool


@click.command(short_help="Set up a repository: configuration, nightly check, pull request check.")
@click.argument("folder", default=".", metavar="[DIR]", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Write over files that are there already.")
@click.option("--ref", metavar="COMMIT|TAG", help=f"Of the Action. [default: the commit of {TAG}]")
@click.option("--commit-reports", is_flag=True, help="Also let the nightly run commit its report to reports/.")
def init(folder: Path, *, force: bool, ref: str | None, commit_reports: bool) -> None:
    """Set up the repository that DIR is in: configuration, nightly check and pull request check.

    Nothing that is there already is written over, unless --force is given.
    """
    root = repository(folder)
    inputs = find_inputs(root)
    home = _home(root)
    files = {CONFIG: config_text(inputs, home)}
    elsewhere = home is not None and any(name in home for name in _ELSEWHERE)
    pin = None
    if not elsewhere:
        pin = find_pin(root, ref)
        files |= {place: workflow_text(name, pin, commit=commit_reports) for name, place in WORKFLOWS.items()}
    written = [name for name, text in files.items() if _write(root / name, text, force=force)]
    _say(root, files, written)
    _say_next(root, written, pin)
    if elsewhere:
        click.echo(f"This repository is not at GitHub: {HOME}/blob/main/docs/ci.md says how to check it elsewhere.")


def repository(folder: Path) -> Path:
    """Give the root of the repository that a folder is in.

    Raises:
        UsageError: there is no such folder, or it is in no repository.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder}: no such directory", "Name the directory of a git repository.")
    here = folder.resolve()
    for place in (here, *here.parents):
        if (place / ".git").exists():
            return place
    raise UsageError(
        f"{folder}: not in a git repository",
        "Run `git init` there first; to check a list without a repository, run `linkwarden check LIST`.",
    )


def find_inputs(root: Path) -> list[str]:
    """Give what to check in a repository: its README, lists beside it, and docs/ if there are documents in it.

    Raises:
        UsageError: there is nothing of the kind.
    """
    files = sorted(path for path in root.iterdir() if path.is_file())
    found = [path.name for path in files if _READMES.fullmatch(path.name)]
    found += [path.name for path in files if path.name not in found and _is_list(path)]
    found += [name for name in ("docs", "doc") if _has_document(root / name)]
    if not found:
        raise UsageError(
            f"{root}: no README and no other list to check", f'Write {CONFIG} by hand, with inputs = ["your-list.md"].'
        )
    return found


def find_pin(root: Path, ref: str | None) -> Pin:
    """Give what ``uses:`` is to name: a commit where one is known, because a tag can be moved to other code.

    Args:
        root: the repository; its settings of git hold (a proxy, say).
        ref: a commit or a tag that the user wants, or None for this version's.
    """
    action = HOME.removeprefix("https://github.com/")
    wanted = ref or TAG
    if re.fullmatch(r"[0-9a-f]{40}", wanted):
        return Pin(f"{action}@{wanted}", fixed=True)
    if not re.fullmatch(r"[\w.+/-]+", wanted):
        raise UsageError(
            f"--ref {wanted}: neither a commit nor a tag", f"Write 40 hexadecimal digits, or a tag: {TAG}."
        )
    # The commit of an annotated tag stands on the line that ends in ^{}, which comes last.
    over_https = ("-c", "protocol.https.allow=always")  # else git is kept from fetching anything
    answer = _ask_git(
        root, *over_https, "ls-remote", "--quiet", HOME, f"refs/tags/{wanted}", f"refs/tags/{wanted}^{{}}"
    )
    commits = re.findall(r"(?m)^([0-9a-f]{40})\t", answer or "")
    return Pin(f"{action}@{commits[-1]} # {wanted}", fixed=True) if commits else Pin(f"{action}@{wanted}", fixed=False)


def config_text(inputs: list[str], contact: str | None) -> str:
    """Give the configuration for a repository.

    Args:
        inputs: what to check.
        contact: its address, or None if it has none that the world knows.
    """
    line = f'contact = "{contact}"' if contact else '# contact = "you@example.org"'
    return _template(CONFIG).replace("@@INPUTS@@", json.dumps(inputs, ensure_ascii=False)).replace("@@CONTACT@@", line)


def workflow_text(name: str, pin: Pin, *, commit: bool = False) -> str:
    """Give a workflow of ``WORKFLOWS`` that uses the Action at a pin.

    Args:
        name: of the template.
        pin: what ``uses:`` names.
        commit: the nightly run also commits its report.
    """
    text = _template(name)
    if commit and name == "nightly.yml":
        text += _template("nightly-commit.yml")
    return text.replace(PLACEHOLDER, pin.text)


def _template(name: str) -> str:
    return resources.files("linkwarden.cli").joinpath("templates", name).read_text("utf-8")


def _is_list(path: Path) -> bool:
    if not _LISTS.fullmatch(path.name) or _HOUSEKEEPING.fullmatch(path.name) or path.is_symlink():
        return False
    try:
        return len(_WEB_LINK.findall(path.read_text("utf-8", errors="replace"))) >= _MANY
    except OSError:
        return False


def _has_document(folder: Path) -> bool:
    return any(_LISTS.fullmatch(name) for _, _, names in os.walk(folder) for name in names)


def _home(root: Path) -> str | None:
    """Give the web address of the repository's origin, without what may be secret in it."""
    origin = (_ask_git(root, "config", "--get", "remote.origin.url") or "").strip()
    match = re.fullmatch(
        r"(?:https?://(?:[^@/]*@)?|ssh://git@|git@)([\w.-]+)(?::\d+)?[:/]([\w./-]+?)(?:\.git)?/?", origin
    )
    return f"https://{match[1]}/{match[2]}" if match else None


def _ask_git(root: Path, *arguments: str) -> str | None:
    """Give what git answers, or None where it cannot, or says no."""
    try:
        return Git(root, _PATIENCE).text(*arguments)
    except GitError:
        return None


def _write(path: Path, text: str, *, force: bool) -> bool:
    if path.exists() and not force:
        return False
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8", newline="\n")
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}", "Check its permissions.") from None
    return True


def _say(root: Path, files: dict[str, str], written: list[str]) -> None:
    for name in written:
        click.echo(f"wrote   {name}")
    for name, text in files.items():
        if name not in written:
            same = (root / name).read_text("utf-8", errors="replace") == text
            click.echo(f"kept    {name} ({'it says the same' if same else 'it was there; --force writes over it'})")


def _say_next(root: Path, written: list[str], pin: Pin | None) -> None:
    steps = [*_steps(root, written, pin)]
    click.echo("\nNext:")
    for number, step in enumerate(steps, 1):
        click.echo(f"  {number}. {log(step)}")


def _steps(root: Path, written: list[str], pin: Pin | None) -> Iterator[str]:
    yield "linkwarden check                  see what it finds today"
    if pin is not None and not pin.fixed:
        yield (
            f"The commit of {TAG} could not be found out, so the workflows name the tag, which can be moved to other "
            f"code. With a network: linkwarden init --force, or put there what `git ls-remote {HOME} {TAG}` prints."
        )
    if _ask_git(root, "check-ignore", "-q", ".linkwarden/state.sqlite3") is None:
        yield "Add .linkwarden/ and reports/ to .gitignore: they are what runs leave behind."
    if written:
        yield f"git add {' '.join(written)} && git commit && git push"
    if pin is not None:
        yield 'On GitHub, below Actions, "links (nightly)" can be run at once; else it runs tonight.'
