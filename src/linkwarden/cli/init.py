"""``linkwarden init``: sets up a repository for a check every night and before every merge."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import chdir
from dataclasses import replace
from importlib import resources
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

import click

from linkwarden._home import home, page_of
from linkwarden._version import __version__
from linkwarden.cli.find_lists import Lists, find_lists, shortened
from linkwarden.cli.options import make_config
from linkwarden.cli.other_checkers import Import, find_other_checkers
from linkwarden.cli.output import is_terminal
from linkwarden.cli.speech import say
from linkwarden.config import DEFAULT_REPORTS, Config
from linkwarden.docsites import Sites
from linkwarden.git import Git, GitError
from linkwarden.model import NothingToCheckError, UsageError, Verdict
from linkwarden.records import dataclass
from linkwarden.report._words import listed, plural
from linkwarden.sinks import cut, one_line, shown_address, visible
from linkwarden.tree import read_file, root_left
from linkwarden.walk import ignored_by_git

CONFIG = "linkwarden.toml"
#: template -> where it goes
WORKFLOWS = {
    "nightly.yml": ".github/workflows/linkwarden-nightly.yml",
    "pr-check.yml": ".github/workflows/linkwarden-pr-check.yml",
}
#: What the templates have in place of the Action's pin; all else in them is the same for everybody.
PLACEHOLDER = f"OWNER/REPOSITORY@{'0' * 40} # v0.0.0"
TAG = f"v{__version__}"
_PATIENCE = 15.0  # seconds for one git command, with or without network
#: Hosts that do not run GitHub's workflows.
_ELSEWHERE = re.compile(r"(.*\.)?(gitlab\..*|codeberg\.org|bitbucket\.org|sr\.ht)")
_ACTION = re.compile(r"(?P<repository>[\w.-]+/[\w.-]+)@(?P<ref>[\w.+/-]+)")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_SAY_ACTION = (
    "Name the repository at GitHub that you have linkwarden from, with a commit or a tag of it: "
    "linkwarden init --action OWNER/REPO@REF"
)
_MOST_SHOWN = 10
_MOST_FINDINGS = 3
_LONGEST_IGNORES = 16 * 1024 * 1024
_LONGEST_URL = 60
_LONGEST_REASON = 100
#: Where ``linkwarden check`` writes its reports unless it is told otherwise.
_REPORTS = f"{PurePosixPath(DEFAULT_REPORTS[0]).parent}/"
#: What the template says of a key that may be taken over from another checker.
_EXCLUDE_HINT = re.compile(r"(?m)^# URLs that are not checked .*\n# exclude = .*\n\n")


@dataclass(frozen=True, slots=True)
class Pin:
    """What ``uses:`` names.

    Attributes:
        text: ``owner/repository@commit # tag``, or ``owner/repository@tag``.
        tag: the tag whose commit is not known, or "".
    """

    text: str
    tag: str = ""


@click.command()
@click.argument("folder", default=".", metavar="[DIR]", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Overwrite existing files.")
@click.option(
    "--action",
    metavar="OWNER/REPO@REF",
    help="The repository of linkwarden at GitHub, and a commit or tag of it. [default: where this copy comes from]",
)
@click.option("--ref", metavar="COMMIT|TAG", help=f"Another commit or tag than that. [default: {TAG}]")
@click.option("--commit-reports", is_flag=True, help="Let the nightly run also commit its report to reports/.")
@click.option(
    "--fix-pr",
    is_flag=True,
    help="Let the nightly run keep one pull request with the safe fixes, and the other check suggest them.",
)
@click.option("--yes", "-y", is_flag=True, help="Add reports/ to .gitignore without asking.")
def init(
    folder: Path, *, force: bool, action: str | None, ref: str | None, commit_reports: bool, fix_pr: bool, yes: bool
) -> None:
    """Set up the repository that DIR is in: configuration, nightly check and pull request check.

    Existing files are kept, unless --force is given. What .lycheeignore, lychee.toml, .markdown-link-check.json and
    .linkspector.yml say is taken over where linkwarden has a place for it, and told line by line.
    """
    root = repository(folder)
    page = page_of(_ask_git(root, "config", "--get", "remote.origin.url") or "")
    at_github = page is None or not _ELSEWHERE.fullmatch(urlsplit(page).netloc)
    repository_of_action, wanted = _wanted(action, ref)
    files: dict[str, str] = {}
    lists, others, anchors = None, Import(), dict[str, str]()
    if "[tool.linkwarden" not in _text(root / "pyproject.toml") and (force or not (root / CONFIG).exists()):
        others = find_other_checkers(root)
        lists = find_lists(root, others.settings.get("exclude-paths", ()))
        if not lists.inputs:
            raise _no_lists(root, lists)
        anchors = _anchors(root, lists.links)
        files[CONFIG] = config_text(list(lists.inputs), page, others, anchors)
    else:
        with chdir(root):
            _configuration(root)  # an error in it is better told before anything is written
    pin, problem = None, None
    if at_github:
        try:
            pin = find_pin(root, repository_of_action, wanted)
            files |= {
                place: workflow_text(name, pin, commit=commit_reports, fix=fix_pr) for name, place in WORKFLOWS.items()
            }
        except UsageError as error:
            problem = error  # the configuration is of use all the same
    if root != Path.cwd():
        say(f"In {root}:")
    if lists is not None:
        say(*_about(lists), *_about_anchors(anchors), *_about_others(others))
    written = [name for name, text in files.items() if _write(root / name, text, force=force)]
    _say_files(root, files, written)
    say(*_first_check(root))
    added: tuple[str, ...] = ()
    done = True
    if not commit_reports and not _is_ignored(root):
        added, done = _offer_to_ignore_reports(root, yes=yes)
    if problem is not None:
        raise problem
    say("", "Next:")
    for number, step in enumerate(_steps([*written, *added], pin, ignored=done, fix=fix_pr), 1):
        first, *more = step.splitlines()
        say(f"  {number}. {first}", *(f"     {line}" for line in more))


def _say_files(root: Path, files: dict[str, str], written: list[str]) -> None:
    for name in written:
        say(f"wrote   {name}")
    for name in [name for name in files if name not in written]:
        same = _text(root / name) == files[name]
        say(f"kept    {name} ({'it says the same' if same else 'it exists; --force overwrites it'})")
    if CONFIG in files:
        return
    if (root / CONFIG).exists():
        say(f"kept    {CONFIG} (it exists; --force overwrites it)")
    else:
        say("kept    pyproject.toml ([tool.linkwarden] in it is the configuration)")


def _no_lists(root: Path, lists: Lists) -> UsageError:
    seen = [f"{name} is {kind}, which linkwarden does not read" for name, kind in lists.unread.items()]
    seen += [f"{shortened(lists.without_links)} without links"] if lists.without_links else []
    seen += [f"{shortened(list(lists.left_out))} with another purpose"] if lists.left_out else []
    found = f" ({'; '.join(seen)})" if seen else ""
    return UsageError(
        f"{root}: no list with links in it{found}",
        f'Write {CONFIG} yourself, with inputs = ["your-list.md"], and run this again.',
    )


def _about(lists: Lists) -> Iterator[str]:
    """Yield what was found: the lists with their links, and what is left out."""
    yield "Lists:"
    shown = list(lists.inputs.items())
    for name, files in shown[:_MOST_SHOWN]:
        where = f" in {plural(len(files), 'file')}" if list(files) != [name] else ""
        yield f"  {name}  {plural(sum(files.values()), 'link')}{where}"
    if len(shown) > _MOST_SHOWN:
        yield f"  … and {len(shown) - _MOST_SHOWN} more"
    if lists.left_out:
        counts = [f"{name} ({plural(count, 'link')})" for name, count in lists.left_out.items()]
        yield f"  left out: {shortened(counts)}"
    if lists.unread:
        kinds = [f"{name} ({kind})" for name, kind in lists.unread.items()]
        yield f"  not read: {shortened(kinds)}"


def _about_anchors(anchors: Mapping[str, str]) -> Iterator[str]:
    """Yield by which rules headings are named, where that is not GitHub's alone."""
    for place, rule in anchors.items():
        yield f"  headings of {'all documents' if place == '.' else place}: named by the rule {rule}"


def _about_others(others: Import) -> Iterator[str]:
    """Yield what became of each setting of other checkers, and which workflows still run one."""
    for name, told in others.told.items():
        yield f"From {name}, which stays as it is:"
        yield from (f"  {line}" for line in told)
    for name, checker in others.workflows.items():
        yield f"{name} still runs {checker}; remove it when you no longer need it."


def _first_check(root: Path) -> Iterator[str]:
    """Yield what a check without any request finds with the configuration that is there, and the first findings."""
    from linkwarden.cli.check import make_run  # noqa: PLC0415 - slow to import

    with chdir(root):
        try:
            run = make_run(None, _configuration(root), None)
        except NothingToCheckError as error:
            yield f"A first check found nothing to check: {error}. Look at inputs in the configuration."
            return
    bad = {verdict.value: run.counts[verdict] for verdict in (Verdict.BROKEN, Verdict.EXPIRED, Verdict.EXPIRING)}
    found = listed([f"{count} {word}" for word, count in bad.items() if count])
    yield f"A first check, without any request: {plural(len(run.results), 'URL')}, {found or 'nothing broken'}."
    shown = run.failing[:_MOST_FINDINGS]
    for result in shown:
        url = shown_address(result.url, _LONGEST_URL)
        yield f"  {visible(result.place)}: {result.verdict} {url}: {cut(one_line(result.reason), _LONGEST_REASON)}"
    if len(run.failing) > len(shown):
        yield f"  … and {len(run.failing) - len(shown)} more"


def _configuration(root: Path) -> Config:
    """Return the configuration of a check without any request in the root, where the command stands.

    Raises:
        UsageError: the file is wrong.
    """
    return replace(make_config((), {"offline": True}), root=root)


def _is_ignored(root: Path) -> bool:
    """Return whether git ignores the reports, or has them under its control already."""
    report = root / DEFAULT_REPORTS[0]
    return bool(ignored_by_git([report]) or _ask_git(root, "ls-files", "--", _REPORTS))


def _offer_to_ignore_reports(root: Path, *, yes: bool) -> tuple[tuple[str, ...], bool]:
    """Return what was written, and whether there is nothing left to say of it: somebody was asked, or has agreed."""
    asks = is_terminal(sys.stdin) and is_terminal(sys.stdout)
    question = f"Add {_REPORTS} to .gitignore? `linkwarden check` writes its report there."
    if yes or (asks and click.confirm(question, default=True)):
        return (_ignore_reports(root),), True
    return (), asks


def _ignore_reports(root: Path) -> str:
    """Add the reports to ``.gitignore``, and return its name."""
    path = root / ".gitignore"
    _refuse_links(path)
    try:
        data = read_file(path, _LONGEST_IGNORES) if path.exists() else b""
        end = b"\r\n" if b"\r\n" in data else b"\n"
        gap = b"" if not data or data.endswith(b"\n") else end
        with path.open("ab") as file:
            file.write(gap + f"/{_REPORTS}".encode() + end)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}", "Check its permissions.") from None
    say(f"added   /{_REPORTS} to {path.name}")
    return path.name


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


def _wanted(action: str | None, ref: str | None) -> tuple[str, str]:
    """Return the Action's repository and the commit or tag of it, as far as the user names them."""
    repository_of_action = ""
    if action:
        match = _ACTION.fullmatch(action)
        if match is None:
            raise UsageError(f"--action {action}: not OWNER/REPO@REF", "Write it like owner/linkwarden@v1.2.3.")
        repository_of_action, ref = match["repository"], ref or match["ref"]
    if ref and not re.fullmatch(r"[\w.+/-]+", ref):
        raise UsageError(f"--ref {ref}: neither a commit nor a tag", f"Write 40 hexadecimal digits, or a tag: {TAG}.")
    return repository_of_action, ref or ""


def find_pin(root: Path, action: str, ref: str) -> Pin:
    """Return what ``uses:`` names: a commit if it is known, because a tag can be moved to other code.

    Args:
        root: the repository; its git settings hold (a proxy, say).
        action: owner/name of the Action's repository as the user names it, or "" for where this linkwarden comes from.
        ref: a commit or a tag that the user wants, or "" for this linkwarden's own.

    Raises:
        UsageError: the workflow could not run: the repository is not known, or has no such tag.
    """
    known = home()
    name = action or known.repository
    if not name:
        raise UsageError(
            "no workflow was written: it is not known which repository at GitHub this linkwarden comes from",
            _SAY_ACTION,
        )
    commit = known.commit if not action and not ref else ""
    if commit or _COMMIT.fullmatch(ref):
        return Pin(f"{name}@{commit or ref}")
    tag = ref or TAG
    answer = _tags(root, f"https://github.com/{name}", tag)
    commits = re.findall(r"(?m)^([0-9a-f]{40})\t", answer or "")
    if commits:
        return Pin(f"{name}@{commits[-1]} # {tag}")
    if ref and answer is None:  # the user knows; without a network nobody can say otherwise
        return Pin(f"{name}@{tag}", tag=tag)
    what = "has no tag" if answer is not None else "could not be asked for the tag"
    raise UsageError(f"no workflow was written: github.com/{name} {what} {tag}", _SAY_ACTION)


def _tags(root: Path, url: str, tag: str) -> str | None:
    """Return what git says of a tag of a repository: lines with commits; None if the repository cannot be reached."""
    # The commit of an annotated tag is on the line that ends in ^{}, which comes last.
    over_https = ("-c", "protocol.https.allow=always")  # else git is kept from fetching anything
    return _ask_git(root, *over_https, "ls-remote", "--quiet", url, f"refs/tags/{tag}", f"refs/tags/{tag}^{{}}")


def _anchors(root: Path, documents: Iterable[str]) -> dict[str, str]:
    """Return the rules that name the headings of documents, by folder or file, as the project's own files tell."""
    sites = Sites(root)
    found: dict[str, str] = {}
    others: dict[str, str] = {}
    for name in documents:
        document = root / name
        rule, sure = sites.rule_of(document)
        site = sites.site_of(document)
        if site is None:
            others[name] = rule.name
        elif sure:
            found[site.pages.relative_to(sites.root).as_posix()] = rule.name
    if sites.forge != "github" and others and "." not in found:
        found = {".": sites.forge, **found}
    if found.get(".", sites.forge) != sites.forge:  # the site's pages lie beside what the forge shows
        found |= {name: rule for name, rule in others.items() if "/" not in name}
    return found


def config_text(inputs: list[str], contact: str | None, others: Import, anchors: Mapping[str, str]) -> str:
    """Return the configuration for a repository.

    Args:
        inputs: what to check.
        contact: its URL, or None if it has no public one.
        others: what is taken over from other checkers.
        anchors: the rules that name headings, by folder or file.
    """
    told = '# anchors = "github"'
    if anchors.keys() == {"."}:
        told = f"anchors = {json.dumps(anchors['.'])}"
    elif anchors:
        pairs = (f"{json.dumps(place, ensure_ascii=False)} = {json.dumps(rule)}" for place, rule in anchors.items())
        told = f"anchors = {{ {', '.join(pairs)} }}"
    line = f'contact = "{contact}"' if contact else '# contact = "you@example.org"'
    taken = others.lines()
    if taken:
        line += f"\n\n# Taken over from {listed(list(others.told))}.\n{taken}".rstrip()
    text = _template(CONFIG)
    if "exclude" in others.settings:
        text = _EXCLUDE_HINT.sub("", text)
    return (
        text.replace("@@INPUTS@@", json.dumps(inputs, ensure_ascii=False))
        .replace("@@CONTACT@@", line)
        .replace("@@ANCHORS@@", told)
        + others.tables()
    )


def workflow_text(name: str, pin: Pin, *, commit: bool = False, fix: bool = False) -> str:
    """Return a workflow of ``WORKFLOWS`` that uses the Action at a pin.

    Args:
        name: of the template.
        pin: what ``uses:`` names.
        commit: the nightly run also commits its report.
        fix: the nightly run also keeps a pull request with the safe fixes, and the other check suggests them.
    """
    text = _template(name)
    if commit and name == "nightly.yml":
        text += _template("nightly-commit.yml")
    if fix:
        text += _template({"nightly.yml": "nightly-fix.yml", "pr-check.yml": "pr-suggest.yml"}[name])
    return text.replace(PLACEHOLDER, pin.text)


def _template(name: str) -> str:
    return resources.files("linkwarden.cli").joinpath("templates", name).read_text("utf-8")


def _ask_git(root: Path, *arguments: str) -> str | None:
    """Return what git prints, or None if it fails."""
    try:
        return Git(root, _PATIENCE).text(*arguments)
    except GitError:
        return None


def _write(path: Path, text: str, *, force: bool) -> bool:
    _refuse_links(path)
    if path.exists() and not force:
        return False
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8", newline="\n")
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}", "Check its permissions.") from None
    return True


def _refuse_links(path: Path) -> None:
    left = root_left(path)
    if left is not None:
        raise UsageError(f"{path}: not written: a symbolic link leads out of {left}", "Remove the link.")


def _text(path: Path) -> str:
    """Return the text of a file, or "" if it cannot be read."""
    try:
        return path.read_text("utf-8", errors="replace")
    except OSError:
        return ""


def _steps(written: list[str], pin: Pin | None, *, ignored: bool, fix: bool) -> Iterator[str]:
    """Yield what is left to the maintainer, each on a line or two."""
    yield "linkwarden check    shows what it finds today."
    if pin is not None and pin.tag and not set(written).isdisjoint(WORKFLOWS.values()):
        yield (
            f"Could not look up the commit of {pin.tag}, and a tag can be moved to other code. In the workflows, "
            f"replace it with the commit that this prints:\n"
            f"git ls-remote https://github.com/{pin.text.partition('@')[0]} {pin.tag}"
        )
    if not ignored:
        yield f"Add {_REPORTS} to .gitignore (--yes does it): `linkwarden check` writes its report there."
    if written:
        yield f"git add {' '.join(written)} && git commit && git push"
    if pin is not None and fix:
        yield (
            "On GitHub, in Settings, Actions, General, allow GitHub Actions to create pull requests;\n"
            "without that, the fixes stay on the branch linkwarden/fixes."
        )
    if pin is not None:
        yield 'On GitHub, on the Actions tab, run "links (nightly)" now, or wait for the night.'
    else:
        yield "This repository is not at GitHub. docs/ci.md of linkwarden shows how to check it where it is."
