"""The findings that only pictures can give: rules LW501 to LW516."""

from __future__ import annotations

from linkwarden.model import Rule, Verdict

_REPLACE = "Put the picture into the repository, or link to a copy that is still there."
_OWN_COPY = "Put the picture into the repository in a form that GitHub shows (PNG, JPEG, GIF, WebP or SVG)."
_PROXY = (
    "GitHub does not let readers' browsers fetch pictures from other sites; its image proxy fetches them, and it has "
    "rules about what it passes on. A browser that opens the address directly may well show the picture."
)

NOT_A_PICTURE = Rule(
    "LW501",
    "not-a-picture",
    Verdict.BROKEN,
    "something else stands where a picture should",
    "The server answers that all is well, but the first bytes are not those of any kind of picture. Readers see the "
    "sign for a missing picture.",
    _REPLACE,
)
EMPTY_PICTURE = Rule(
    "LW502",
    "empty-picture",
    Verdict.BROKEN,
    "the picture's file is empty",
    "The server answers that all is well and sends no bytes.",
    _REPLACE,
)
REMOVED_PICTURE = Rule(
    "LW503",
    "removed-picture",
    Verdict.BROKEN,
    'the host shows its "picture was removed" sign',
    "The host sends readers to the stand-in that it keeps for pictures that were removed.",
    _REPLACE,
)
LFS_POINTER = Rule(
    "LW504",
    "lfs-pointer",
    Verdict.BROKEN,
    "a Git LFS note stands where the picture should",
    "The picture is kept in Git LFS (large file storage), and this address gives the short note that stands for it, "
    "not the picture.",
    "Use `https://github.com/OWNER/REPO/raw/BRANCH/PATH`, which leads to the picture, or take the file out of LFS.",
)
TYPE_NOT_SHOWN = Rule(
    "LW505",
    "type-not-shown",
    Verdict.DEGRADED,
    "GitHub does not show pictures of this type",
    _PROXY + " It passes on a fixed list of media types only.",
    _OWN_COPY,
)
TOO_LARGE = Rule(
    "LW506",
    "picture-too-large",
    Verdict.DEGRADED,
    "the picture is too large for GitHub to show",
    _PROXY + " It refuses files of more than 5 MiB.",
    "Make the picture smaller, or put it into the repository.",
)
TOO_MANY_HOPS = Rule(
    "LW507",
    "too-many-picture-redirects",
    Verdict.DEGRADED,
    "GitHub does not follow this many redirects to a picture",
    _PROXY + " It follows at most four redirects.",
    "Link to the final address of the picture.",
)
REDIRECT_308 = Rule(
    "LW508",
    "picture-redirect-308",
    Verdict.DEGRADED,
    "GitHub does not follow this kind of redirect to a picture",
    _PROXY + " It follows redirects with status 301, 302, 303 and 307, but not 308.",
    "Link to the final address of the picture.",
)
NO_TYPE = Rule(
    "LW509",
    "picture-without-type",
    Verdict.DEGRADED,
    "the server does not say what type the picture is",
    _PROXY + " It refuses answers without a Content-Type header.",
    _OWN_COPY,
)
SLOW_PICTURE = Rule(
    "LW510",
    "slow-picture",
    Verdict.DEGRADED,
    "the picture comes too slowly for GitHub",
    _PROXY + " It gives up on a server that is silent for ten seconds.",
    "Put the picture into the repository.",
)
PICTURE_REFUSED = Rule(
    "LW511",
    "picture-refused",
    Verdict.BROKEN,
    "the storage service does not hand out the picture",
    "The object store refuses access for everyone who has no key: the file is private or no longer there. Readers "
    "see no picture, and neither does GitHub's image proxy.",
    _REPLACE,
)
CUT_SHORT = Rule(
    "LW512",
    "picture-cut-short",
    Verdict.DEGRADED,
    "the picture's file ends too early",
    "The file was read whole, and the mark with which its format ends is missing. Browsers show a part or nothing.",
    "Upload the picture again.",
)
BADGE_ERROR = Rule(
    "LW513",
    "badge-error",
    Verdict.DEGRADED,
    "the badge says that something was not found",
    "Badge services draw their error messages as badges, with a status that says that all is well.",
    "Correct the badge's address, or take the badge out.",
)
STAND_IN = Rule(
    "LW514",
    "stand-in-picture",
    Verdict.SUSPECT,
    "a stand-in is shown, not the picture",
    "The picture is a single pixel, or the address redirects to a file that is named like a sign for missing pictures.",
    _REPLACE + " If it is meant to count visits, leave its address out with --exclude.",
)
UNKNOWN_PICTURE = Rule(
    "LW515",
    "unreadable-picture",
    Verdict.SUSPECT,
    "the file does not look like a picture",
    "The bytes are not text, and they do not begin as any kind of picture does that browsers show.",
    "Open the address in a browser; if no picture appears, replace it.",
)

PICTURE_RULES: tuple[Rule, ...] = tuple(value for value in list(globals().values()) if isinstance(value, Rule))
