"""What the spelling of a URL shows by itself: rules LW101 to LW119, and LW133."""

from __future__ import annotations

from linkwarden.model import Rule, Verdict

_CORRECT = "Correct the URL."
_BROWSERS = "linkwarden follows the WHATWG URL standard, as browsers do."

MISSPELT_SCHEME = Rule(
    "LW101",
    "misspelt-scheme",
    Verdict.BROKEN,
    "The beginning of the URL, `http://` or `https://`, is misspelt.",
    "GitHub does not link a URL whose scheme it does not know, or takes it for a file of the repository; browsers do "
    "not repair it either, or not everywhere. Many link checkers do not even see such a URL.",
    "Write `https://` (or `http://`) as suggested.",
)
NO_HOST = Rule(
    "LW102",
    "address-without-host",
    Verdict.BROKEN,
    "The URL names no web site.",
    "The name of a site must follow `//` (RFC 9110, section 4.2), and there is none.",
    _CORRECT,
)
EMPTY_PICTURE_ADDRESS = Rule(
    "LW103",
    "empty-picture-address",
    Verdict.BROKEN,
    "An image has no URL.",
    'An empty `src=""` or `![]()` shows the sign for a missing image, or nothing at all.',
    "Add the image's URL, or remove the image.",
)
EMPTY_LINK = Rule(
    "LW104",
    "empty-link",
    Verdict.BROKEN,
    "A link has no URL.",
    "An empty link leads to the page that it is on, so readers do not get what its text names.",
    "Add the URL, or remove the link and keep its text.",
)
BAD_PORT = Rule(
    "LW105",
    "bad-port",
    Verdict.BROKEN,
    "The URL's port is not a port.",
    "After the site's name and a colon, only a number from 1 to 65535 is allowed. Browsers refuse anything else.",
    "Correct the port, or remove it together with the colon.",
)
BAD_HOST = Rule(
    "LW106",
    "bad-host",
    Verdict.BROKEN,
    "The site's name in the URL cannot exist.",
    f"It holds something that no site's name can hold, such as a space or an empty part. {_BROWSERS}",
    _CORRECT,
)
NOT_PUBLIC = Rule(
    "LW107",
    "not-public",
    Verdict.BROKEN,
    "The URL leads into a private network.",
    "Names without a dot, names that are reserved for private use (RFC 6761, RFC 6762, RFC 8375) and private IP "
    "addresses (IANA's special-purpose registries) mean something only inside one network. A reader elsewhere gets "
    "nothing, or something else. Name the network with --allow-network if the list is only for people inside it.",
    "Link to a public URL, or remove the link.",
)
ON_ONE_COMPUTER = Rule(
    "LW108",
    "on-one-computer",
    Verdict.BROKEN,
    "The URL is a path on somebody's own computer.",
    "Only its owner has the file, and browsers do not follow such links from a web page.",
    "Add the file to the repository and link to it with a relative path, or link to a public copy.",
)
FORGOTTEN_SCHEME = Rule(
    "LW109",
    "forgotten-scheme",
    Verdict.BROKEN,
    "The URL lacks its `https://`, so it is taken for a file of the repository.",
    "A link without a scheme is relative: GitHub looks for a file of that name beside the list. There is none, and "
    "the name begins like a site's.",
    "Add `https://` in front, and check that the page is there.",
)
SWALLOWED_TAIL = Rule(
    "LW110",
    "swallowed-tail",
    Verdict.SUSPECT,
    "The end of the URL belongs to the text around it.",
    "A full stop, a quotation mark, a closing bracket without an opening one or a cut-off mark at the end of a URL is "
    "seldom meant. Some servers do not mind; if the page is there under the URL as is, nothing is reported.",
    "Remove it from the URL.",
)
GLUED = Rule(
    "LW111",
    "glued-addresses",
    Verdict.SUSPECT,
    "Two URLs are stuck together.",
    "A second `https://` begins right after a letter or digit of the first URL. URLs of archives and proxies, which "
    "rightly hold another one, are not meant.",
    "Separate the two.",
)
INVISIBLE = Rule(
    "LW112",
    "invisible-character",
    Verdict.SUSPECT,
    "The URL has an invisible character in it.",
    "Characters without width, marks of writing direction and hard spaces come along when a URL is copied from a page "
    "or a PDF. Most servers do not know the URL with such a character in it.",
    "Remove the character; typing the URL again is easiest.",
)
CREDENTIALS = Rule(
    "LW113",
    "user-name-in-address",
    Verdict.DEGRADED,
    "The URL holds a user name or password.",
    "Whoever reads the list reads it too. Browsers warn of such URLs or drop that part. linkwarden requests the page "
    "without it.",
    "Remove what comes before the `@`, and change the password if it was one.",
)
SPACES = Rule(
    "LW114",
    "space-in-address",
    Verdict.SUSPECT,
    "The URL has a space or control character in it.",
    "GitHub and browsers write `%20` for it, which may or may not be what the server calls the page; other programs "
    "cut the URL at the space.",
    "Copy the URL from the browser's address bar.",
)
DATA_PICTURE = Rule(
    "LW115",
    "data-picture",
    Verdict.DEGRADED,
    "The image is written into the page itself, which GitHub does not show.",
    "GitHub removes the source of images that begins with `data:`, so its readers see none. Other places may show it.",
    "Save the image as a file in the repository and link to that.",
)
PICTURE_SCHEME = Rule(
    "LW116",
    "picture-not-on-the-web",
    Verdict.BROKEN,
    "The image's URL is not one that a web page can load.",
    "Pages show images from http and https URLs and from files beside them. GitHub drops everything else, and "
    "browsers have nothing to load.",
    "Add the image to the repository, or use a URL that begins with https.",
)
OTHER_NETWORK = Rule(
    "LW117",
    "other-network",
    Verdict.UNVERIFIED,
    "The site is in another network than the public web, such as Tor.",
    "Names that end in `.onion` or `.i2p` are not in the public directory of names (RFC 7686); only people with the "
    "right program reach them, and linkwarden does not.",
    "Nothing, if it is meant; look at it with Tor Browser or I2P now and then.",
)
OWN_COMPUTER = Rule(
    "LW118",
    "readers-own-computer",
    Verdict.UNVERIFIED,
    "The URL leads to whatever runs on the reader's own computer.",
    '`localhost` and 127.0.0.1 are right in an instruction such as "start the server and open this URL". Here the URL '
    "itself is the text, as in an instruction, so it is left alone.",
    "Nothing, if it belongs to an instruction.",
)
BACKSLASH = Rule(
    "LW119",
    "backslash-in-address",
    Verdict.SUSPECT,
    "The URL has a backslash in it.",
    "Browsers read `\\` in a web URL as `/`; other programs send it as is, and GitHub writes `%5C` for it. Formatters "
    "put one before punctuation (`\\&`), which in a bare URL becomes part of the URL.",
    "Write `/`, or remove the backslash before punctuation.",
)

NESTED_LINK = Rule(
    "LW133",
    "nested-link",
    Verdict.BROKEN,
    "The URL of a link is written as a link itself.",
    "`[text]([text](URL))` is a link within a link. Markdown takes everything between the outer parentheses as the "
    "URL, with brackets and all, and there is no such page.",
    "Write only the URL between the parentheses.",
)

RULES: tuple[Rule, ...] = tuple(value for value in list(globals().values()) if isinstance(value, Rule))
#: What is merely odd: remarked on, and left to the server's response.
REMARKS = frozenset({SWALLOWED_TAIL, GLUED, INVISIBLE, CREDENTIALS, SPACES, BACKSLASH})
