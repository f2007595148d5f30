"""What is found about images: rules LW501 to LW529."""

from __future__ import annotations

from linkwarden.model import Rule, Verdict

_REPLACE = "Put the image into the repository, or link to a copy that is still there."
_OWN_COPY = "Put the image into the repository in a form that GitHub shows (PNG, JPEG, GIF, WebP or SVG)."
_PROXY = (
    "GitHub does not let readers' browsers fetch images from other sites; its image proxy fetches them, and it has "
    "rules about what it passes on. A browser that opens the URL directly may well show the image."
)

NOT_AN_IMAGE = Rule(
    "LW501",
    "not-a-picture",
    Verdict.BROKEN,
    "something else stands where an image should",
    "The server says 200 OK, but the first bytes are not those of any kind of image. Readers see the "
    "icon for a missing image.",
    _REPLACE,
)
EMPTY_IMAGE = Rule(
    "LW502",
    "empty-picture",
    Verdict.BROKEN,
    "the image's file is empty",
    "The server says 200 OK and sends no bytes.",
    _REPLACE,
)
REMOVED_IMAGE = Rule(
    "LW503",
    "removed-picture",
    Verdict.BROKEN,
    'the host shows its "image was removed" stand-in',
    "The host sends readers to the stand-in that it keeps for images that were removed.",
    _REPLACE,
)
LFS_POINTER = Rule(
    "LW504",
    "lfs-pointer",
    Verdict.BROKEN,
    "a Git LFS pointer stands where the image should",
    "The image is kept in Git LFS (large file storage), and this URL gives the short note that stands for it, "
    "not the image.",
    "Use `https://github.com/OWNER/REPO/raw/BRANCH/PATH`, which leads to the image, or take the file out of LFS.",
)
TYPE_NOT_SHOWN = Rule(
    "LW505",
    "type-not-shown",
    Verdict.DEGRADED,
    "GitHub does not show images of this type",
    _PROXY + " It passes on a fixed list of media types only.",
    _OWN_COPY,
)
TOO_LARGE = Rule(
    "LW506",
    "picture-too-large",
    Verdict.DEGRADED,
    "the image is too large for GitHub to show",
    _PROXY + " It refuses files of more than 5 MiB.",
    "Make the image smaller, or put it into the repository.",
)
TOO_MANY_HOPS = Rule(
    "LW507",
    "too-many-picture-redirects",
    Verdict.DEGRADED,
    "GitHub does not follow this many redirects to an image",
    _PROXY + " It follows at most four redirects.",
    "Link to the final URL of the image.",
)
REDIRECT_308 = Rule(
    "LW508",
    "picture-redirect-308",
    Verdict.DEGRADED,
    "GitHub does not follow this kind of redirect to an image",
    _PROXY + " It follows redirects with status 301, 302, 303 and 307, but not 308.",
    "Link to the final URL of the image.",
)
NO_TYPE = Rule(
    "LW509",
    "picture-without-type",
    Verdict.DEGRADED,
    "the server does not say what type the image is",
    _PROXY + " It refuses responses without a Content-Type header.",
    _OWN_COPY,
)
SLOW_IMAGE = Rule(
    "LW510",
    "slow-picture",
    Verdict.DEGRADED,
    "the image comes too slowly for GitHub",
    _PROXY + " It gives up on a server that is silent for ten seconds.",
    "Put the image into the repository.",
)
IMAGE_REFUSED = Rule(
    "LW511",
    "picture-refused",
    Verdict.BROKEN,
    "the storage service does not hand out the image",
    "The object store refuses access for everyone who has no key: the file is private or no longer there. Readers "
    "see no image, and neither does GitHub's image proxy.",
    _REPLACE,
)
CUT_SHORT = Rule(
    "LW512",
    "picture-cut-short",
    Verdict.DEGRADED,
    "the image's file ends too early",
    "The file was read whole, and the mark with which its format ends is missing. Browsers show a part or nothing.",
    "Upload the image again.",
)
BADGE_ERROR = Rule(
    "LW513",
    "badge-error",
    Verdict.DEGRADED,
    "the badge says that something was not found",
    "Badge services draw their error messages as badges, with status 200.",
    "Correct the badge's URL, or take the badge out.",
)
BADGE_TROUBLE = Rule(
    "LW529",
    "badge-without-source",
    Verdict.UNVERIFIED,
    "the badge says that its source does not answer for now",
    "The badge service could not reach the service that it shows something about. That may pass by itself.",
    "Look again in some days.",
)
STAND_IN = Rule(
    "LW514",
    "stand-in-picture",
    Verdict.SUSPECT,
    "a stand-in is shown, not the image",
    "The image is a single pixel, or the URL redirects to a file that is named like a stand-in for missing images.",
    _REPLACE + " If it is meant to count visits, leave its URL out with --exclude.",
)
UNKNOWN_IMAGE = Rule(
    "LW515",
    "unreadable-picture",
    Verdict.SUSPECT,
    "the file does not look like an image",
    "The bytes are not text, and they do not begin as any kind of image does that browsers show.",
    "Open the URL in a browser; if no image appears, replace it.",
)
WRONG_TYPE = Rule(
    "LW516",
    "image-under-another-type",
    Verdict.BROKEN,
    "the server calls the image by a type under which no browser shows it",
    "Browsers show a bitmap under the type of any bitmap, but an SVG only as `image/svg+xml`, and nothing else under "
    "that type.",
    _OWN_COPY,
)
BAD_SVG = Rule(
    "LW517",
    "svg-not-shown",
    Verdict.BROKEN,
    "the SVG is not one that browsers show",
    "An SVG in an `<img>` has to be well-formed XML, and its root element has to be `svg` in the namespace "
    "`http://www.w3.org/2000/svg`. Browsers that open the file directly show an error message, or a part of it.",
    "Correct the file, or " + _REPLACE[0].lower() + _REPLACE[1:],
)
FORMAT_NOT_SHOWN = Rule(
    "LW518",
    "format-not-shown",
    Verdict.DEGRADED,
    "the image is of a type that most browsers do not show",
    "TIFF, JPEG 2000, HEIC, Photoshop's files and the like are images, but no browser or only one shows them.",
    _OWN_COPY,
)

IMAGE_RULES: tuple[Rule, ...] = tuple(value for value in list(globals().values()) if isinstance(value, Rule))
