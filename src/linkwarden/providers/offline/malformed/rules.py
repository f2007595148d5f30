"""The findings that the spelling of an address gives by itself: rules LW101 to LW119."""

from __future__ import annotations

from linkwarden.model import Rule, Verdict

_CORRECT = "Correct the address."
_BROWSERS = "What a browser does with it is laid down in the WHATWG URL standard, which linkwarden follows."

MISSPELT_SCHEME = Rule(
    "LW101",
    "misspelt-scheme",
    Verdict.BROKEN,
    "The beginning of the address, `http://` or `https://`, is misspelt.",
    "GitHub makes no link of an address whose scheme it does not know, or takes it for a file of the repository; "
    "browsers do not repair it either, or not everywhere. Many link checkers do not even see such an address.",
    "Write `https://` (or `http://`) as suggested.",
)
NO_HOST = Rule(
    "LW102",
    "address-without-host",
    Verdict.BROKEN,
    "The address names no web site.",
    "Between `//` and the next `/` must stand the name of a site (RFC 9110, section 4.2). Nothing stands there.",
    _CORRECT,
)
EMPTY_PICTURE_ADDRESS = Rule(
    "LW103",
    "empty-picture-address",
    Verdict.BROKEN,
    "A picture has no address.",
    'An empty `src=""` or `![]()` shows the sign for a missing picture, or nothing at all.',
    "Put in the picture's address, or take the picture out.",
)
EMPTY_LINK = Rule(
    "LW104",
    "empty-link",
    Verdict.BROKEN,
    "A link has no address.",
    "A link with an empty address leads to the very page that it stands on, so readers do not get what its text names.",
    "Put in the address, or take the link out and leave its text.",
)
BAD_PORT = Rule(
    "LW105",
    "bad-port",
    Verdict.BROKEN,
    "What stands where the port belongs is no port.",
    "After the site's name and a colon only a number from 1 to 65535 may stand. Browsers refuse anything else.",
    "Correct the port, or take it out together with the colon.",
)
BAD_HOST = Rule(
    "LW106",
    "bad-host",
    Verdict.BROKEN,
    "The site's name in the address cannot exist.",
    f"It holds something that no site's name can hold, such as a space or an empty part. {_BROWSERS}",
    _CORRECT,
)
NOT_PUBLIC = Rule(
    "LW107",
    "not-public",
    Verdict.BROKEN,
    "The address leads into a private network.",
    "Names without a dot, names that are reserved for private use (RFC 6761, RFC 6762, RFC 8375) and private IP "
    "addresses (IANA's special-purpose registries) mean something only inside one network. A reader elsewhere gets "
    "nothing, or something else. Name the network with --allow-network if the list is only for people inside it.",
    "Link to a public address, or take the link out.",
)
ON_ONE_COMPUTER = Rule(
    "LW108",
    "on-one-computer",
    Verdict.BROKEN,
    "The address is a path on somebody's own computer.",
    "Nobody but its owner has the file, and browsers do not follow such links from a web page.",
    "Put the file into the repository and link to it with a relative path, or link to a public copy.",
)
FORGOTTEN_SCHEME = Rule(
    "LW109",
    "forgotten-scheme",
    Verdict.BROKEN,
    "The address lacks its `https://`, so that it is taken for a file of the repository.",
    "In a link's destination an address without a scheme is relative: GitHub looks for a file of that name beside the "
    "list. There is none, and the name begins like a site's.",
    "Put `https://` in front, and look whether the page is there.",
)
SWALLOWED_TAIL = Rule(
    "LW110",
    "swallowed-tail",
    Verdict.SUSPECT,
    "Something that belongs to the text around it stands at the end of the address.",
    "A full stop, a quotation mark, a closing bracket without an opening one or a cut-off mark at the end of an "
    "address is seldom meant. Some servers do not mind; if the page is there as it stands, nothing is reported.",
    "Take it out of the address.",
)
GLUED = Rule(
    "LW111",
    "glued-addresses",
    Verdict.SUSPECT,
    "Two addresses are stuck together.",
    "A second `https://` begins right after a letter or digit of the first address. Addresses of archives and "
    "proxies, which rightly hold another one, are not meant.",
    "Separate the two.",
)
INVISIBLE = Rule(
    "LW112",
    "invisible-character",
    Verdict.SUSPECT,
    "An invisible character stands in the address.",
    "Characters without width, marks of writing direction and hard spaces come along when an address is copied from "
    "a page or a PDF. Most servers do not know the address with such a character in it.",
    "Take the character out; writing the address anew is easiest.",
)
CREDENTIALS = Rule(
    "LW113",
    "user-name-in-address",
    Verdict.DEGRADED,
    "The address holds a user name or password.",
    "Whoever reads the list reads it too. Browsers warn of such addresses or drop that part. linkwarden asks for the "
    "page without it.",
    "Take out what stands before the `@`, and change the password if it was one.",
)
SPACES = Rule(
    "LW114",
    "space-in-address",
    Verdict.SUSPECT,
    "A space or control character stands in the address.",
    "GitHub and browsers write `%20` for it, which may or may not be what the server calls the page; other programs "
    "cut the address at the space.",
    "Write the address as the browser's address bar gives it.",
)
DATA_PICTURE = Rule(
    "LW115",
    "data-picture",
    Verdict.DEGRADED,
    "The picture is written into the page itself, which GitHub does not show.",
    "GitHub removes the address of pictures whose source begins with `data:`, so its readers see none. Other places "
    "may show it.",
    "Save the picture as a file in the repository and link to that.",
)
PICTURE_SCHEME = Rule(
    "LW116",
    "picture-not-on-the-web",
    Verdict.BROKEN,
    "The picture's address is none from which a web page can load a picture.",
    "Pages show pictures from http and https addresses and from files beside them. GitHub drops everything else, and "
    "browsers have nothing to load.",
    "Put the picture into the repository, or give an address that begins with https.",
)
OTHER_NETWORK = Rule(
    "LW117",
    "other-network",
    Verdict.UNVERIFIED,
    "The site is in another network than the public web, such as Tor.",
    "Names that end in `.onion` or `.i2p` are not in the public directory of names (RFC 7686); only people with the "
    "right program reach them, and linkwarden does not.",
    "Nothing to do if it is meant; look at it with Tor Browser or I2P now and then.",
)
OWN_COMPUTER = Rule(
    "LW118",
    "readers-own-computer",
    Verdict.UNVERIFIED,
    "The address leads to whatever runs on the reader's own computer.",
    '`localhost` and 127.0.0.1 are right in an instruction such as "start the server and open this address". Here '
    "the address itself is the text, as in an instruction, so it is left alone.",
    "Nothing to do if it belongs to an instruction.",
)
BACKSLASH = Rule(
    "LW119",
    "backslash-in-address",
    Verdict.SUSPECT,
    "A backslash stands where a slash belongs.",
    "Browsers take `\\` in a web address for `/`; other programs send it as it is, and GitHub writes `%5C` for it.",
    "Write `/`.",
)

RULES: tuple[Rule, ...] = tuple(value for value in list(globals().values()) if isinstance(value, Rule))
#: What is merely odd: remarked on, and left to the server's answer.
REMARKS = frozenset({SWALLOWED_TAIL, GLUED, INVISIBLE, CREDENTIALS, SPACES, BACKSLASH})
