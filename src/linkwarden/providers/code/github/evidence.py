"""Turns what GitHub said into evidence, in words for the maintainer of a list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from linkwarden.foreign import text_at
from linkwarden.model import Basis, Evidence, Fact, FactKind, Pass, Rule, Suggestion
from linkwarden.providers import registry
from linkwarden.providers.code.github import rules, urls
from linkwarden.providers.code.github.urls import HISTORY, GithubRef, What
from linkwarden.providers.registry import Outcome
from linkwarden.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

PROVIDER = "github"
#: Names that default branches had before most went to ``main``. Where one is gone and the repository has another
#: default branch, that is a rename (docs/facts/services.md#github-renames).
OLD_DEFAULTS = frozenset({"master", "main", "develop", "trunk", "dev", "devel"})

_LOCK_REASONS = {
    "BILLING": "for a billing matter",
    "MIGRATING": "while it is being migrated",
    "MOVING": "while it is being moved",
    "RENAME": "while it is being renamed",
    "TRADE_RESTRICTION": "for trade restrictions",
    "TRANSFERRING_OWNERSHIP": "while it changes hands",
}


@dataclass(frozen=True, slots=True)
class Repository:
    """What is known of a repository that exists.

    Attributes:
        full_name: its present name.
        default_branch: or None where there is none or nobody told.
        archived: "" or the date on which it was archived ("an unknown day" where GitHub does not say).
        disabled, empty, private, wiki_off: as GitHub says; False where nobody told.
        locked: "" or why it is locked, as an adverbial.
        source: who told, for the facts.
    """

    full_name: str
    default_branch: str | None = None
    archived: str = ""
    disabled: bool = False
    empty: bool = False
    private: bool = False
    wiki_off: bool = False
    locked: str = ""
    source: str = "git"

    @classmethod
    def from_graphql(cls, data: Mapping[str, Any]) -> Repository:
        """Read the fields of the query's fragment; what is missing or odd counts as not told."""
        date = text_at(data, "archivedAt")[:10]
        return cls(
            full_name=str(data["nameWithOwner"]),
            default_branch=text_at(data, "defaultBranchRef", "name") or None,
            archived=(date if len(date) == 10 else "an unknown day") if data.get("isArchived") is True else "",
            disabled=data.get("isDisabled") is True,
            empty=data.get("isEmpty") is True,
            private=data.get("isPrivate") is True,
            wiki_off=data.get("hasWikiEnabled") is False,
            locked=_LOCK_REASONS.get(text_at(data, "lockReason"), "by GitHub") if data.get("isLocked") is True else "",
            source="GitHub's GraphQL API",
        )

    def renamed_from(self, ref: GithubRef) -> bool:
        """Return whether the URL uses another name; case does not count (docs/facts/services.md#github-graphql)."""
        return self.full_name.casefold() != ref.full_name.casefold()

    @property
    def fact(self) -> Fact:
        """That it exists, and who said so."""
        branch = f", default branch {self.default_branch}" if self.default_branch else ""
        return Fact(f"{self.source}: the repository {self.full_name} exists{branch}")


@dataclass(frozen=True, slots=True)
class Case(registry.Case[GithubRef]):
    """A claim on a URL of GitHub."""

    @property
    def is_picture(self) -> bool:
        """True where the image provider has the last word: an image's bytes must be looked at."""
        return self.claim.target.is_image

    @property
    def is_page_as_image(self) -> bool:
        """True for an image given by its file's page (docs/facts/github-rendering.md#file-pages-as-images)."""
        return self.is_picture and self.ref.what is What.FILE and urls.with_raw(self.url) != self.url

    def evidence(
        self,
        rule: Rule | None = None,
        reason: str = "",
        *,
        status: int | None = None,
        suggestion: Suggestion | None = None,
        facts: Iterable[Fact] = (),
    ) -> Evidence:
        """Return this provider's evidence about the link."""
        return Evidence.of(self.claim, rule, reason, status=status, suggestion=suggestion, facts=tuple(facts))

    def unverified(self, why: str) -> Outcome:
        """Return that nobody could tell; a raw file is then asked for like any file on the web."""
        if self.ref.what is What.RAW or self.is_picture:
            return self.passed()
        return self.evidence(rules.NO_ANSWER, f"{why}.", facts=[Fact(why)])

    def improved(self, repository: Repository | None, branch: str = "") -> str:
        """Return the URL with everything put right that GitHub redirects for good."""
        url = urls.canonical(self.url)
        if branch:
            url = urls.with_branch(url, self.ref, branch)
        if self.is_page_as_image:
            url = urls.with_raw(url)
        if repository is not None and self.ref.repo and repository.renamed_from(self.ref):
            url = urls.with_repository(url, repository.full_name)
        return url


def healthy(case: Case, repository: Repository | None, facts: Iterable[Fact] = ()) -> Outcome:
    """The thing itself is there: say what a reader should know of its repository and URL, if anything."""
    noted = list(facts)
    if repository is not None:
        noted.insert(0, repository.fact)
    checked = case.ref.line or case.ref.fragment.lower() in ("", "readme")  # lines, or the README's own heading
    if not checked and not any(f.kind is FactKind.SECTION for f in noted):
        noted.append(Fact(f"the section #{case.ref.fragment} was not checked"))
    rule, reason = _remark(case, repository)
    better = case.improved(repository)
    suggestion = None
    if better != case.url:
        why, basis = "GitHub redirects", Basis.SAME_IDENTIFIER
        if repository and repository.renamed_from(case.ref):
            why, basis = "the repository's present name", Basis.PRESENT_NAME
        elif case.is_page_as_image:
            why = "the file itself"
        suggestion = Suggestion(better, why, basis)
    found = case.evidence(rule, reason, suggestion=suggestion, facts=noted)
    return as_note(case, found) if case.is_picture else found


def as_note(case: Case, found: Evidence) -> Pass:
    """Pass a link on with what was found; that the URL redirects, the next provider sees for itself."""
    worth_it = found.rule is not None and found.rule is not rules.OLD_ADDRESS
    return case.passed(found if worth_it else None)


def _remark(case: Case, repository: Repository | None) -> tuple[Rule | None, str]:
    """Choose what to say of a repository that is there, the gravest first."""
    if repository is not None and case.ref.repo:
        name = repository.full_name
        if repository.private:
            why = f"The repository {name} is private; readers without access are told it does not exist."
            return rules.PRIVATE, why
        state = _image_state(case) if case.is_picture else _state(case, repository)
        if state is not None:
            return state
        if repository.renamed_from(case.ref):
            return rules.RENAMED, f"The repository {case.ref.full_name} is now called {name}."
    if case.improved(None) != case.url:
        return rules.OLD_ADDRESS, "GitHub redirects this URL to https://github.com for good."
    return None, ""


def _state(case: Case, repository: Repository) -> tuple[Rule, str] | None:
    """Return what readers of the repository's pages should know of its state."""
    name = repository.full_name
    if repository.disabled:
        return rules.DISABLED, f"GitHub has disabled the repository {name}."
    if repository.locked:
        return rules.LOCKED, f"The repository {name} is locked {repository.locked}."
    if repository.empty and case.ref.what is What.REPO:
        return rules.EMPTY, f"The repository {name} is empty."
    if repository.archived and case.ref.what not in HISTORY:
        return rules.ARCHIVED, f"The repository {name} was archived on {repository.archived}."
    return None


def _image_state(case: Case) -> tuple[Rule, str] | None:
    if not case.is_page_as_image:
        return None
    return rules.PAGE_AS_IMAGE, "Only GitHub shows an image here: the URL is that of the page about its file."


def no_repository(case: Case, status: int | None, source: str) -> Evidence:
    """There is no such repository for the public."""
    return case.evidence(
        rules.NO_REPOSITORY,
        f"There is no public repository {case.ref.full_name}: it was deleted or made private, or the name is misspelt.",
        status=status,
        facts=[Fact(f"{source}: repository not found", status=status)],
    )


def blocked(case: Case, reason: str, status: int | None, notice: str = "") -> Evidence:
    """GitHub refuses access to everybody.

    Args:
        case: the link.
        reason: ``tos`` or another word of GitHub's for a legal claim; "" where it is not known.
        status: of the response that said so.
        notice: the URL of the public notice, or "".
    """
    facts = [Fact("GitHub has disabled access", status=status)]
    if notice:
        facts.append(Fact("the notice that GitHub published", url=notice))
    thing = f"the gist {case.ref.name}" if case.ref.what is What.GIST else f"the repository {case.ref.full_name}"
    why = {"tos": " for breaking its terms of service", "": ""}.get(reason, " for a legal claim")
    return case.evidence(rules.BLOCKED, f"GitHub has blocked {thing}{why} ({status}).", status=status, facts=facts)


def is_blocked(outcome: Sequence[Outcome]) -> bool:
    """Return whether all links are blocked."""
    return all(isinstance(item, Evidence) and item.rule is rules.BLOCKED for item in outcome)


def no_line(case: Case, repository: Repository, lines: int) -> Evidence:
    """The file is there and ends before the line that the link names."""
    return case.evidence(
        rules.NO_LINE,
        f"The file {case.ref.path.rpartition('/')[2]} has {lines} lines, so there is no line {case.ref.line}.",
        facts=[repository.fact, Fact(f"the raw file has {lines} lines", status=200)],
    )


def branch_renamed(case: Case, repository: Repository, branch: str) -> Evidence:
    """A page's branch has another name now; GitHub redirects the page."""
    return case.evidence(
        rules.BRANCH_RENAMED,
        f"The branch {case.ref.branch} of {repository.full_name} is now called {branch}.",
        suggestion=Suggestion(case.improved(repository, branch), "the branch's present name", Basis.PRESENT_NAME),
        facts=[repository.fact, Fact(f"there is no branch or tag {case.ref.branch}")],
    )


def raw_branch_renamed(case: Case, repository: Repository, *, status: int | None = None) -> Evidence:
    """A raw file's branch is gone and the file lies on the default branch (docs/facts/services.md#github-renames)."""
    branch = repository.default_branch or "HEAD"
    return case.evidence(
        rules.RAW_BRANCH_RENAMED,
        f"The branch {case.ref.branch} of {repository.full_name} is gone, and GitHub does not redirect raw files; "
        f"the file is on the branch {branch}.",
        status=status,
        suggestion=Suggestion(
            case.improved(repository, branch),
            "the same file on the default branch",
            Basis.PRESENT_NAME if case.ref.branch in OLD_DEFAULTS else Basis.NEAREST,
        ),
        facts=[
            repository.fact,
            Fact(f"there is no branch or tag {case.ref.branch}"),
            Fact(f"{case.ref.path} is on the default branch"),
        ],
    )


def no_path(case: Case, repository: Repository, *, on_default: bool = False, status: int | None = None) -> Evidence:
    """Nothing lies at the path."""
    where = f"{case.ref.branch} of {repository.full_name}"
    reason = f"There is no {case.ref.path or case.ref.branch} on {where}."
    suggestion = None
    if on_default and repository.default_branch:
        reason = f"{reason[:-1]}, but there is on {repository.default_branch}."
        suggestion = Suggestion(
            case.improved(repository, repository.default_branch), "the same path on the default branch", Basis.NEAREST
        )
    return case.evidence(
        rules.NO_PATH,
        reason,
        status=status,
        suggestion=suggestion,
        facts=[repository.fact, Fact(f"{case.ref.path or '/'} was not found on {case.ref.branch}", status=status)],
    )


def no_revision(case: Case, repository: Repository, *, on_default: bool = False, status: int | None = None) -> Evidence:
    """There is no such branch, tag or commit."""
    name = case.ref.name or case.ref.branch
    what = "commit" if case.ref.what is What.COMMIT else "branch, tag or commit"
    suggestion = None
    if on_default and repository.default_branch:
        better = case.improved(repository, repository.default_branch)
        suggestion = Suggestion(better, "the same path on the default branch", Basis.NEAREST)
    return case.evidence(
        rules.NO_REF,
        f"The repository {repository.full_name} has no {what} {name}.",
        status=status,
        suggestion=suggestion,
        facts=[repository.fact, Fact(f"{name} is not known", status=status)],
    )


def no_release(case: Case, repository: Repository, *, status: int | None = None) -> Evidence:
    """There is neither a release nor a tag of that name."""
    return case.evidence(
        rules.NO_RELEASE,
        f"The repository {repository.full_name} has no release or tag {case.ref.name}.",
        status=status,
        facts=[repository.fact, Fact(f"neither a release nor a tag {case.ref.name} was found", status=status)],
    )


def no_number(case: Case, repository: Repository, status: int | None) -> Evidence:
    """There is no issue, pull request, discussion or milestone of that number."""
    how = "was deleted" if status == 410 else "does not exist"
    return case.evidence(
        rules.NO_NUMBER,
        f"The {case.ref.what} {case.ref.number} of {repository.full_name} {how}.",
        status=status,
        facts=[repository.fact, Fact(f"number {case.ref.number} {how}", status=status)],
    )


def number_moved(case: Case, repository: Repository, url: str) -> Evidence:
    """An issue was transferred or became a discussion."""
    return case.evidence(
        rules.NUMBER_MOVED,
        f"Number {case.ref.number} of {case.ref.full_name} is now at another URL.",
        suggestion=Suggestion(url, "where GitHub redirects", Basis.PRESENT_NAME),
        facts=[repository.fact, Fact("GitHub names the new URL", url=url)],
    )


def no_account(case: Case, status: int | None) -> Evidence:
    """There is no such user or organisation."""
    return case.evidence(
        rules.NO_ACCOUNT,
        f"There is no GitHub user or organisation {case.ref.owner}.",
        status=status,
        facts=[Fact("GitHub's REST API: no such account", status=status)],
    )
