"""``linkwarden init``: sets up a repository for a check every night and before every merge."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from urllib.parse import urlsplit

import click

from linkwarden._version import HOME, __version__
from linkwarden.cli.speech import say
from linkwarden.git import Git, GitError
from linkwarden.model import UsageError
from linkwarden.tree import root_left

CONFIG = "linkwarden.toml"
#: template -> where it goes
WORKFLOWS = {
    "nightly.yml": ".github/workflows/linkwarden-nightly.yml",
    "pr-check.yml": ".github/workflows/linkwarden-pr-check.yml",
}
#: The Action, and what the templates have in place of its pin; all else in them is the same for everybody.
ACTION = "linkwarden/linkwarden"
PLACEHOLDER = f"{ACTION}@{'0' * 40} # v0.0.0"
TAG = f"v{__version__}"
_READMES = re.compile(r"readme(\.(md|markdown|mdx|html))?", re.IGNORECASE)
_LISTS = re.compile(r".*\.(md|markdown)", re.IGNORECASE)
#: Files to which GitHub or convention gives a meaning; they are no lists.
_HOUSEKEEPING = re.compile(
    r"(agents|changelog|changes|claude|code[_-]of[_-]conduct|contributing|contributors|governance|history|licen[cs]e"
    r"|news|pull_request_template|releasing|security|support)\b.*",
    re.IGNORECASE,
)
_WEB_LINK = re.compile(r"https?://[^\s)>\]]")
#: A file beside the README with so many links is a list of its own.
_MANY = 10
_PATIENCE = 15.0  # seconds for one git command, with or without network
#: Hosts that do not run GitHub's workflows.
_ELSEWHERE = re.compile(r"(.*\.)?(gitlab\..*|codeberg\.org|bitbucket\.org|sr\.ht)")


@dataclass(frozen=True, slots=True)
class Pin:
    """What ``uses:`` names.

    Attributes:
        text: ``owner/repository@commit # tag``, or ``owner/repository@tag``.
        tag: the tag whose commit is not known, or "".
    """

    text: str
    tag: str = ""


@click.command(short_help="Set up a repository: configuration, nightly check, pull request check.")
@click.argument("folder", default=".", metavar="[DIR]", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Overwrite existing files.")
@click.option("--ref", metavar="COMMIT|TAG", help=f"Of the Action. [default: the commit of {TAG}]")
@click.option("--commit-reports", is_flag=True, help="Let the nightly run also commit its report to reports/.")
def init(folder: Path, *, force: bool, ref: str | None, commit_reports: bool) -> None:
    """Set up the repository that DIR is in: configuration, nightly check and pull request check.

    Existing files are kept, unless --force is given.
    """
    root = repository(folder)
    home = _home(root)
    files: dict[str, str] = {}
    if "[tool.linkwarden" not in _text(root / "pyproject.toml"):
        inputs = find_inputs(root)
        if not inputs and (force or not (root / CONFIG).exists()):
            raise UsageError(
                f"{root}: no README and no other list to check",
                f'Write {CONFIG} yourself, with inputs = ["your-list.md"], and run this again.',
            )
        files[CONFIG] = config_text(inputs, home)
    pin = None
    if home is None or not _ELSEWHERE.fullmatch(urlsplit(home).netloc):
        pin = find_pin(root, ref)
        files |= {place: workflow_text(name, pin, commit=commit_reports) for name, place in WORKFLOWS.items()}
    if root != Path.cwd():
        say(f"In {root}:")
    written = [name for name, text in files.items() if _write(root / name, text, force=force)]
    for name in written:
        say(f"wrote   {name}")
    for name in [name for name in files if name not in written]:
        same = _text(root / name) == files[name]
        say(f"kept    {name} ({'it says the same' if same else 'it exists; --force overwrites it'})")
    if CONFIG not in files:
        say("kept    pyproject.toml ([tool.linkwarden] in it is the configuration)")
    say("", "Next:")
    for number, step in enumerate(_steps(root, written, pin, commit=commit_reports), 1):
        first, *more = step.splitlines()
        say(f"  {number}. {first}", *(f"     {line}" for line in more))


def repository(folder: Path) -> Path:
    """Return the root of the repository that a folder is in.

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
    """Return what to check in a repository: its README, lists beside it, and docs/ if there are documents in it."""
    files = sorted(path for path in root.iterdir() if path.is_file() and path.name.isprintable())
    found = [path.name for path in files if _READMES.fullmatch(path.name)]
    if not found and (root / ".github" / "README.md").is_file():  # GitHub shows it where there is no other
        found.append(".github/README.md")
    found += [path.name for path in files if path.name not in found and _is_list(path)]
    found += [name for name in ("docs", "doc") if _has_document(root / name)]
    return found


def find_pin(root: Path, ref: str | None) -> Pin:
    """Return what ``uses:`` names: a commit if it is known, because a tag can be moved to other code.

    Args:
        root: the repository; its settings of git hold (a proxy, say).
        ref: a commit or a tag that the user wants, or None for this version's.
    """
    wanted = ref or TAG
    if re.fullmatch(r"[0-9a-f]{40}", wanted):
        return Pin(f"{ACTION}@{wanted}")
    if not re.fullmatch(r"[\w.+/-]+", wanted):
        raise UsageError(
            f"--ref {wanted}: neither a commit nor a tag", f"Write 40 hexadecimal digits, or a tag: {TAG}."
        )
    # The commit of an annotated tag is on the line that ends in ^{}, which comes last.
    over_https = ("-c", "protocol.https.allow=always")  # else git is kept from fetching anything
    answer = _ask_git(
        root, *over_https, "ls-remote", "--quiet", HOME, f"refs/tags/{wanted}", f"refs/tags/{wanted}^{{}}"
    )
    commits = re.findall(r"(?m)^([0-9a-f]{40})\t", answer or "")
    return Pin(f"{ACTION}@{commits[-1]} # {wanted}") if commits else Pin(f"{ACTION}@{wanted}", tag=wanted)


def config_text(inputs: list[str], contact: str | None) -> str:
    """Return the configuration for a repository.

    Args:
        inputs: what to check.
        contact: its URL, or None if it has no public one.
    """
    line = f'contact = "{contact}"' if contact else '# contact = "you@example.org"'
    return _template(CONFIG).replace("@@INPUTS@@", json.dumps(inputs, ensure_ascii=False)).replace("@@CONTACT@@", line)


def workflow_text(name: str, pin: Pin, *, commit: bool = False) -> str:
    """Return a workflow of ``WORKFLOWS`` that uses the Action at a pin.

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
    return len(_WEB_LINK.findall(_text(path))) >= _MANY


def _has_document(folder: Path) -> bool:
    return any(_LISTS.fullmatch(name) for _, _, names in os.walk(folder) for name in names)


def _home(root: Path) -> str | None:
    """Return the URL of the repository's origin, without any secret in it, or None."""
    origin = (_ask_git(root, "config", "--get", "remote.origin.url") or "").strip()
    match = re.fullmatch(
        r"(?:https?://(?:[^@/]*@)?|ssh://git@|git@)([\w.-]+)(?::\d+)?[:/]([\w./-]+?)(?:\.git)?/?", origin
    )
    return f"https://{match[1]}/{match[2]}" if match else None


def _ask_git(root: Path, *arguments: str) -> str | None:
    """Return what git prints, or None if it fails."""
    try:
        return Git(root, _PATIENCE).text(*arguments)
    except GitError:
        return None


def _write(path: Path, text: str, *, force: bool) -> bool:
    left = root_left(path)
    if left is not None:
        raise UsageError(f"{path}: not written: a symbolic link leads out of {left}", "Remove the link.")
    if path.exists() and not force:
        return False
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8", newline="\n")
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}", "Check its permissions.") from None
    return True


def _text(path: Path) -> str:
    """Return the text of a file, or "" if it cannot be read."""
    try:
        return path.read_text("utf-8", errors="replace")
    except OSError:
        return ""


def _steps(root: Path, written: list[str], pin: Pin | None, *, commit: bool) -> Iterator[str]:
    """Yield what is left to the maintainer, each on a line or two."""
    yield "linkwarden check    shows what it finds today."
    if pin is not None and pin.tag and not set(written).isdisjoint(WORKFLOWS.values()):
        yield (
            f"Could not look up the commit of {pin.tag}, and a tag can be moved to other code. In the workflows, "
            f"replace it with the commit that this prints:\ngit ls-remote {HOME} {pin.tag}"
        )
    if not commit and "reports" not in _text(root / ".gitignore"):
        yield "Add reports/ to .gitignore: `linkwarden check` writes its report there."
    if written:
        yield f"git add {' '.join(written)} && git commit && git push"
    if pin is not None:
        yield 'On GitHub, below Actions, run "links (nightly)" now, or wait for the night.'
    else:
        yield f"This repository is not at GitHub. How to check it where it is: {HOME}/blob/main/docs/ci.md"
