"""What can be the matter with a URL of GitHub."""

from __future__ import annotations

from linkwarden.model import Rule, Verdict

NO_REPOSITORY = Rule(
    "LW440",
    "no-such-repository",
    Verdict.BROKEN,
    "The repository does not exist for the public.",
    "GitHub answers that there is no such repository, and that no renamed one goes by this name. It was deleted or "
    "made private, or the name is misspelt. GitHub gives the same answer for all three.",
    "Look for a fork or a successor of the project, or take the entry out.",
)
RENAMED = Rule(
    "LW441",
    "repository-renamed",
    Verdict.MOVED,
    "The repository has a new name.",
    "GitHub redirects the old name for as long as nobody uses it again. On the day somebody does, the link leads to a "
    "stranger's project without any error.",
    "Put the new URL in.",
)
ARCHIVED = Rule(
    "LW442",
    "repository-archived",
    Verdict.DEGRADED,
    "The repository is archived: its owner has stopped working on it.",
    "An archived repository can be read and cloned, but takes no issues and no changes.",
    "Say so in the entry, or look for a successor.",
)
BLOCKED = Rule(
    "LW443",
    "repository-blocked",
    Verdict.BROKEN,
    "GitHub has blocked the repository or gist.",
    "GitHub says that it has disabled access for everybody: for a legal claim (451), or because its terms of service "
    "were broken (403).",
    "Take the entry out, or link to a source that is still offered lawfully.",
)
NO_ACCOUNT = Rule(
    "LW444",
    "no-such-github-account",
    Verdict.BROKEN,
    "There is no GitHub user or organisation of that name.",
    "Both of GitHub's APIs say so. It was deleted or renamed; GitHub does not redirect renamed accounts.",
    "Look for the person's or project's present account.",
)
NO_PATH = Rule(
    "LW445",
    "no-such-path",
    Verdict.BROKEN,
    "The repository is there, but this file or folder is not in it.",
    "GitHub's API, asked for exactly this path on this branch, tag or commit, says that nothing lies there.",
    "Find where the file went (the repository's history tells), or link to the repository.",
)
BRANCH_RENAMED = Rule(
    "LW446",
    "branch-renamed",
    Verdict.MOVED,
    "The branch has a new name; GitHub's web pages redirect to it.",
    "Most often the default branch went from master to main. Pages redirect while the old "
    "name is free; raw files do not.",
    "Put the new branch name in.",
)
RAW_BRANCH_RENAMED = Rule(
    "LW447",
    "raw-branch-renamed",
    Verdict.BROKEN,
    "The raw file's branch is gone; the file lies on the default branch.",
    "GitHub does not redirect raw file URLs when a branch is renamed, so images and downloads break although "
    "the file is still there.",
    "Put the default branch's name in, or HEAD, which always means the default branch.",
)
NO_REF = Rule(
    "LW448",
    "no-such-revision",
    Verdict.BROKEN,
    "The repository has no such branch, tag or commit.",
    "GitHub's API, asked for exactly this name, does not know it, nor a branch that was renamed from it.",
    "Link to a branch or tag that exists.",
)
NO_NUMBER = Rule(
    "LW449",
    "no-such-issue",
    Verdict.BROKEN,
    "The repository is there, but it has no issue, pull request, discussion or milestone of that number.",
    "GitHub's API, asked for this number, says that it does not exist or was deleted.",
    "Correct the number, or take the link out.",
)
NUMBER_MOVED = Rule(
    "LW450",
    "issue-moved",
    Verdict.MOVED,
    "The issue was transferred, or turned into a discussion.",
    "GitHub redirects the old URL.",
    "Put the new URL in.",
)
NO_RELEASE = Rule(
    "LW451",
    "no-such-release",
    Verdict.BROKEN,
    "The repository has no such release or tag.",
    "Neither a release nor a tag of that name exists.",
    "Link to a release that exists, or to /releases/latest.",
)
NO_GIST = Rule(
    "LW452",
    "no-such-gist",
    Verdict.BROKEN,
    "There is no such gist.",
    "GitHub's API says that the gist does not exist: it was deleted, or the id is misspelt.",
    "Look for a copy, or take the link out.",
)
DISABLED = Rule(
    "LW453",
    "repository-disabled",
    Verdict.DEGRADED,
    "GitHub has disabled the repository.",
    "The repository's name is taken, but GitHub's staff has switched it off; readers may get a notice in its place.",
    "Look at the page, and for a successor.",
)
EMPTY = Rule(
    "LW454",
    "repository-empty",
    Verdict.DEGRADED,
    "The repository is empty.",
    "The repository exists but holds no commit, so a reader finds nothing in it.",
    "Link to where the content is, or take the entry out.",
)
LOCKED = Rule(
    "LW455",
    "repository-locked",
    Verdict.DEGRADED,
    "The repository is locked, for instance because it is being moved.",
    "GitHub names the reason (migration, transfer, billing, trade restrictions). It may come back or go elsewhere.",
    "Look again in some days.",
)
PRIVATE = Rule(
    "LW456",
    "repository-private",
    Verdict.DEGRADED,
    "The repository is private: the token may see it, most readers may not.",
    'Whoever has no access to the repository gets "not found".',
    "Make the repository public, or take the entry out of a public list.",
)
NO_SECTION = Rule(
    "LW457",
    "readme-section-missing",
    Verdict.DEGRADED,
    "The repository's README has no such section.",
    "The link opens the repository, but at its top. GitHub's own rendering of the README has no anchor of that name.",
    "Correct the part after #, or leave it out.",
)
WIKI_OFF = Rule(
    "LW458",
    "wiki-switched-off",
    Verdict.BROKEN,
    "The repository is there, but its wiki is switched off.",
    "GitHub's API says that the repository has no wiki.",
    "Link to the repository or to its documentation.",
)
OLD_ADDRESS = Rule(
    "LW459",
    "github-address-redirects",
    Verdict.MOVED,
    "The URL works, but GitHub redirects it for good to https://github.com.",
    "Addresses that begin with `http://` or `www.` are redirected permanently, which costs each reader a detour.",
    "Put the https:// URL in.",
)
NO_ANSWER = Rule(
    "LW460",
    "github-not-checked",
    Verdict.UNVERIFIED,
    "GitHub did not say whether this exists.",
    "GitHub limited us, did not answer, refused the question or answered something unreadable. That says nothing "
    "about the link.",
    "Run again later; with a GitHub token (GITHUB_TOKEN) far more questions are allowed.",
)
NO_LINE = Rule(
    "LW461",
    "line-beyond-file",
    Verdict.DEGRADED,
    "The file is there, but it has fewer lines than the link names.",
    "The link opens the file at its top. The file has become shorter since the link was written, or another branch was "
    "meant.",
    "Link to the line where the passage is now, or to the file on the commit that was meant (press y on GitHub).",
)
PAGE_AS_IMAGE = Rule(
    "LW462",
    "file-page-as-image",
    Verdict.DEGRADED,
    "The image is given by its file's page, which only GitHub shows as an image.",
    "GitHub puts the file in the place of its `/blob/` page when it renders a README. Package registries, editors and "
    "documentation sites get a web page there and show no image.",
    "Put /raw/ in the place of /blob/ in the URL.",
)

RULES: tuple[Rule, ...] = (
    NO_REPOSITORY,
    RENAMED,
    ARCHIVED,
    BLOCKED,
    NO_ACCOUNT,
    NO_PATH,
    BRANCH_RENAMED,
    RAW_BRANCH_RENAMED,
    NO_REF,
    NO_NUMBER,
    NUMBER_MOVED,
    NO_RELEASE,
    NO_GIST,
    DISABLED,
    EMPTY,
    LOCKED,
    PRIVATE,
    NO_SECTION,
    WIKI_OFF,
    OLD_ADDRESS,
    NO_ANSWER,
    NO_LINE,
    PAGE_AS_IMAGE,
)
