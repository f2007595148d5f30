"""What is found about links inside the repository: rules LW120 to LW132, and LW134 to LW139."""

from __future__ import annotations

from linkwarden.model import Rule, Verdict

ANCHOR_MISSING = Rule(
    "LW120",
    "anchor-missing",
    Verdict.BROKEN,
    "The document has no heading or element with this name.",
    "GitHub makes a name from each heading: small letters, a hyphen for each space, punctuation and emoji left out, "
    "and -1, -2 … behind repeated ones. GitLab and the builders of documentation sites have rules of their own "
    "(`--anchors`). No heading gives this name, and no HTML element of the document has it as id or name, so the link "
    "leads to the top of the page or nowhere.",
    "Fix the name after `#`, or add the heading.",
)
ANCHOR_CASE = Rule(
    "LW121",
    "anchor-case",
    Verdict.DEGRADED,
    "The name after `#` differs from the heading's in upper and lower case.",
    "Names made from headings are all in small letters. GitHub's own pages find them in any case; other places that "
    "show the document do not.",
    "Write the name in small letters, as suggested.",
)
ANCHORS_UNKNOWN = Rule(
    "LW122",
    "anchors-unknown",
    Verdict.UNVERIFIED,
    "The document was not read for headings, so the name after `#` cannot be judged.",
    "The document is not one whose headings linkwarden knows, its anchors are made by a script, or only some versions "
    "or settings of the program that builds the page make this name.",
    "Look at the link yourself.",
)
ANCHOR_ON_GITHUB = Rule(
    "LW123",
    "anchor-on-github-only",
    Verdict.DEGRADED,
    "The name after `#` works on GitHub, and not on the site that is built from the document.",
    "Documentation builders do not name headings as GitHub does. The settings of one were found, so the document is a "
    "page of a site, on which the link leads to the top of the page.",
    "Write the name that the builder makes, or give the heading an id of its own. If the document is read on GitHub "
    "only, say so with `--anchors github`.",
)
PAGE_UNKNOWN = Rule(
    "LW124",
    "site-page-unknown",
    Verdict.UNVERIFIED,
    "The sources of the site have no such page, but its builder may make it.",
    "Builders make pages of their own (tags, generated references, redirects, other languages), and lay sites below a "
    "path of their host, so a path that no file of the sources stands for may work.",
    "Check the site once it is built: `linkwarden check FOLDER --root-dir FOLDER`.",
)
NO_INDEX = Rule(
    "LW139",
    "folder-without-index",
    Verdict.UNVERIFIED,
    "The link leads to a folder without an index file.",
    "For a folder, servers show its `index.html`. Where there is none, most answer that there is no such page, and "
    "some show a list of the files.",
    "Add an index file, or link to a file.",
)
FILE_MISSING = Rule(
    "LW125",
    "file-missing",
    Verdict.BROKEN,
    "The repository has no such file or folder.",
    "The link is relative, so it leads to a file of the repository: from the folder of the list, or with a leading "
    "`/` from the repository's root, as on GitHub.",
    "Correct the path, or add the file.",
)
FILE_CASE = Rule(
    "LW126",
    "file-case",
    Verdict.BROKEN,
    "The file's name is spelt differently in upper and lower case.",
    "On GitHub the case of a path counts, so the link leads to no page, although it may work on a computer with "
    "Windows or macOS.",
    "Write the path as suggested.",
)
OUTSIDE = Rule(
    "LW127",
    "outside-the-repository",
    Verdict.UNVERIFIED,
    "The link leads out of the repository, where linkwarden does not look.",
    "Links such as `../../issues` lead to the repository's pages on GitHub, and links into submodules to another "
    "repository. Other files of this computer are not looked at.",
    "Write the full URL if the link leads to a page on the web; correct the path if it should lead to a file of the "
    "repository.",
)
NOT_A_PICTURE = Rule(
    "LW128",
    "file-not-a-picture",
    Verdict.BROKEN,
    "The file that is shown as an image is not an image.",
    "The first bytes of the file are not those of any kind of image, so readers see the sign for a missing one.",
    "Replace the file with the image, or correct the path.",
)
LFS_POINTER = Rule(
    "LW129",
    "file-in-lfs",
    Verdict.UNVERIFIED,
    "The image is kept in Git LFS and was not fetched.",
    "Only Git LFS's pointer to the image is here. GitHub shows the image if it was uploaded to LFS, which cannot be "
    "seen from here.",
    "Run `git lfs pull` and check again.",
)
TEMPLATE = Rule(
    "LW130",
    "template-address",
    Verdict.UNVERIFIED,
    "A program fills in the URL before readers see it.",
    "It holds a placeholder such as `{{ site.url }}`, and only that program knows what replaces it.",
    "Check the finished pages instead.",
)
DOUBTFUL_PICTURE = Rule(
    "LW131",
    "file-hardly-a-picture",
    Verdict.SUSPECT,
    "The file that is shown as an image does not begin as images do.",
    "The bytes are not text, and they are not the beginning of any kind of image that browsers show.",
    "Open the file; if no image appears, replace it.",
)
BACKSLASHES = Rule(
    "LW132",
    "backslash-in-path",
    Verdict.BROKEN,
    "The path is written with backslashes.",
    "Only Windows reads a backslash as a slash. GitHub looks for a file with a backslash in its name.",
    "Write `/`, as suggested.",
)

FILE_ENCODING = Rule(
    "LW134",
    "file-name-encoding",
    Verdict.BROKEN,
    "The file's name has letters with accents in another encoding.",
    "Unicode can write such a letter as one character or as a letter and a mark (composed and decomposed). They look "
    "alike, and GitHub takes them for different names, although macOS does not.",
    "Write the path as suggested.",
)
TYPE_NOT_SHOWN = Rule(
    "LW135",
    "file-type-not-shown",
    Verdict.DEGRADED,
    "The file is an image of a type that browsers do not show.",
    "Browsers show PNG, JPEG, GIF, WebP, AVIF, SVG, BMP and ICO. Of other types readers see the sign for a missing "
    "image, or some of them do.",
    "Convert the image to PNG, JPEG or WebP, and link to that.",
)
SITE_ROOT_UNKNOWN = Rule(
    "LW136",
    "site-root-unknown",
    Verdict.UNVERIFIED,
    "The link starts at the root of the site, and it is not known which folder that is (`--root-dir`).",
    "In an HTML page a leading `/` means the root of the site, which need not be the root of the repository. The "
    "repository's root has no such file.",
    "Name the folder: `--root-dir FOLDER`, or `root` in the configuration.",
)

MISNAMED_IMAGE = Rule(
    "LW137",
    "file-named-as-another-type",
    Verdict.BROKEN,
    "The image's name says that it is of another type.",
    "Servers tell browsers the type of a file by its name. Bitmaps are shown under the name of any bitmap, but an SVG "
    "is not shown under such a name, nor is anything else under the name of an SVG.",
    "Give the file the suffix of its type, and correct the path.",
)

BAD_SVG = Rule(
    "LW138",
    "svg-file-not-shown",
    Verdict.BROKEN,
    "The SVG is not one that browsers show.",
    "An SVG that stands as an image has to be well-formed XML, and its root element has to be `svg` in the namespace "
    "`http://www.w3.org/2000/svg`. Otherwise readers see the icon for a missing image.",
    "Correct the file.",
)

ANCHOR_RULES = (ANCHOR_MISSING, ANCHOR_CASE, ANCHORS_UNKNOWN, ANCHOR_ON_GITHUB)
FILE_RULES: tuple[Rule, ...] = tuple(value for value in list(globals().values()) if isinstance(value, Rule))
