"""The findings that an HTTP answer, or the lack of one, can give: rules LW301 to LW320 and LW350 to LW370."""

from __future__ import annotations

from linkwarden.model import Rule, Tag, Verdict

_LOOK = "Open the address in a browser. If it works there, nothing needs to be done."
_TRY_LATER = "Run linkwarden again later. If the link keeps failing for days, replace it or take it out."
_REPLACE = "Look for the new address or for an archived copy, or take the entry out."
_CERTIFICATE = (
    "Browsers stop readers with a full-page warning before they see the page, and GitHub cannot fetch pictures from "
    "such a server."
)
_TELL_OWNER = "Tell the owner of the site, or link to another copy."

NOT_FOUND = Rule(
    "LW301",
    "not-found",
    Verdict.BROKEN,
    "the server says that there is no such page",
    "The server answered 404 to an ordinary GET request, after all redirects. Hosts that are known to answer 404 to "
    "robots for pages that exist are not judged by it (see LW316).",
    _REPLACE,
)
GONE = Rule(
    "LW302",
    "gone",
    Verdict.BROKEN,
    "the server says that the page was removed for good",
    "The server answered 410, which means that the page was there and was removed on purpose.",
    _REPLACE,
)
MOVED_PERMANENTLY = Rule(
    "LW303",
    "moved-permanently",
    Verdict.MOVED,
    "the page has a new permanent address",
    "Every redirect on the way was a permanent one (301 or 308), with which a server asks to use the new address from "
    "now on. Redirects end when a site is rebuilt, and then the old address dies.",
    "Put the new address into the list.",
)
LEGAL_BLOCK = Rule(
    "LW304",
    "legal-block",
    Verdict.BROKEN,
    "the page is blocked for legal reasons",
    "The server answered 451: it may not show the page. The block may hold in some countries only.",
    "Look for a copy elsewhere, or take the entry out.",
)
BOT_WALL = Rule(
    "LW305",
    "bot-wall",
    Verdict.UNVERIFIED,
    "the site turns robots away",
    "The answer is the page of a service that keeps robots out, whatever its status. It says nothing about the page "
    "behind it, so linkwarden neither accuses nor clears the link, and it does not try to get around the wall. Where "
    "the first links to a part of a site all meet the same wall, the others of that part are not asked.",
    _LOOK,
)
LOG_IN_REQUIRED = Rule(
    "LW306",
    "log-in-required",
    Verdict.UNVERIFIED,
    "readers are asked to log in or to agree first",
    "The answer is a request to log in or a consent page. What stands behind it cannot be seen without an account.",
    "Check with an account. Readers without one see what linkwarden saw, so a public address would serve them better.",
)
ACCESS_REFUSED = Rule(
    "LW307",
    "access-refused",
    Verdict.UNVERIFIED,
    "the server refused to answer a program",
    "Many servers refuse programs what they give to browsers, so a refusal is no proof that the page is gone.",
    _LOOK,
)
RATE_LIMITED = Rule(
    "LW308",
    "rate-limited",
    Verdict.UNVERIFIED,
    "the server asked to be left alone for a while",
    "The server said that it had been asked too often. linkwarden waits as long as a run allows and then stops asking.",
    "Run linkwarden again later.",
)
SERVER_ERROR = Rule(
    "LW309",
    "server-error",
    Verdict.UNVERIFIED,
    "the server is in trouble",
    "The server answered that it cannot answer (5xx or 408), and did so again when asked again. Most such troubles "
    "pass, so one run does not decide.",
    _TRY_LATER,
    repeatable=True,
)
ORIGIN_UNKNOWN = Rule(
    "LW310",
    "origin-unknown",
    Verdict.BROKEN,
    "the site behind Cloudflare no longer has an address",
    "Cloudflare answered 530 with error 1016: the name of the server behind it does not resolve, so no reader gets "
    "the page.",
    _REPLACE,
    repeatable=True,
)
ODD_ANSWER = Rule(
    "LW311",
    "odd-answer",
    Verdict.UNVERIFIED,
    "the answer neither shows the page nor denies it",
    "The status of the answer has no meaning for a page that is simply looked at, or the answer has no content.",
    _LOOK,
)
REDIRECTED_HOME = Rule(
    "LW312",
    "redirected-home",
    Verdict.SUSPECT,
    "the link to one page ends on the site's home page or catalogue",
    "A site that sends the address of one page to its home page, or that of a course to its catalogue, has usually "
    "lost that page.",
    "Look whether the page there has what the entry promises; if not, find the new address or an archived copy.",
)
REDIRECTED_TO_ERROR = Rule(
    "LW313",
    "redirected-to-error-page",
    Verdict.SUSPECT,
    "the link ends on an error page",
    "The site redirects to an address that is named like an error page, although its status says that all is well.",
    _REPLACE,
)
REGISTRY_SILENT = Rule(
    "LW314",
    "registry-silent",
    Verdict.UNVERIFIED,
    "the service that knows about this link did not answer",
    "This kind of link is settled by asking the service that keeps the records. It gave no usable answer in this run, "
    "so nothing is known about its links.",
    "Run linkwarden again later.",
)
SITE_NEVER_TELLS = Rule(
    "LW315",
    "site-never-tells",
    Verdict.UNVERIFIED,
    "this site never tells programs whether a page exists",
    "Some sites give every program the same answer, or none. linkwarden knows them and does not bother them.",
    _LOOK,
)
UNTRUSTED_404 = Rule(
    "LW316",
    "untrusted-404",
    Verdict.UNVERIFIED,
    "this site answers 404 to programs even for pages that exist",
    "The site is known to answer 404 to programs for live pages, so its 404 proves nothing.",
    _LOOK,
)
OBJECT_MISSING = Rule(
    "LW317",
    "object-missing",
    Verdict.BROKEN,
    "the file is no longer in its storage bucket",
    "The object store (S3, Google Cloud Storage, Azure and their like) says that the file or its whole bucket does "
    "not exist.",
    _REPLACE,
)
OBJECT_REFUSED = Rule(
    "LW318",
    "object-refused",
    Verdict.UNVERIFIED,
    "the storage service does not hand out the file",
    "Object stores give the same answer for a private file and for a missing one when listing is not allowed.",
    "Open the address in a private browser window. If it does not work there, replace it.",
)
OBJECT_EXPIRED = Rule(
    "LW319",
    "object-link-expired",
    Verdict.EXPIRED,
    "the storage service says that this temporary address has ended",
    "The address was signed for a limited time, and the time is over. It cannot be renewed by the reader.",
    "Link to the permanent address of the file, or keep a copy in the repository.",
)
SIGNATURE_REFUSED = Rule(
    "LW320",
    "signature-refused",
    Verdict.BROKEN,
    "the storage service does not accept the signature in the address",
    "The address is signed, and the signature no longer fits: the key was withdrawn, or a part of the address was "
    "changed or lost when it was copied.",
    "Link to the permanent address of the file, or keep a copy in the repository.",
)

NO_SUCH_HOST = Rule(
    "LW350",
    "no-such-host",
    Verdict.BROKEN,
    "the site's name no longer exists",
    "The name service says that there is no such name (NXDOMAIN), which is different from having no answer.",
    _REPLACE,
    repeatable=True,
)
CONNECTION_REFUSED = Rule(
    "LW351",
    "connection-refused",
    Verdict.BROKEN,
    "nothing answers at this address",
    "The machine is there and refuses the connection: no web server runs at this port.",
    "Try again later; if it stays so, look for a new address or an archived copy.",
    repeatable=True,
)
CERTIFICATE_EXPIRED = Rule(
    "LW352",
    "certificate-expired",
    Verdict.BROKEN,
    "the site's certificate has expired",
    _CERTIFICATE,
    _TELL_OWNER,
)
CERTIFICATE_WRONG_HOST = Rule(
    "LW353",
    "certificate-wrong-host",
    Verdict.BROKEN,
    "the site's certificate belongs to another site",
    _CERTIFICATE,
    "Look whether the name in the address is right (with or without `www.`), or link to another copy.",
)
CERTIFICATE_UNTRUSTED = Rule(
    "LW354",
    "certificate-self-signed",
    Verdict.BROKEN,
    "the site's certificate is signed by nobody that browsers trust",
    _CERTIFICATE,
    _TELL_OWNER,
)
CHAIN_INCOMPLETE = Rule(
    "LW355",
    "certificate-chain-incomplete",
    Verdict.DEGRADED,
    "the site forgets to send a part of its certificate",
    "Many browsers fetch the missing part by themselves, so most readers get through. Programs cannot, and GitHub "
    "cannot fetch pictures from such a server.",
    "Tell the owner of the site that the intermediate certificate is missing.",
)
TLS_FAILED = Rule(
    "LW356",
    "tls-failure",
    Verdict.UNVERIFIED,
    "no secure connection could be made",
    "The server and linkwarden found no common way to encrypt. A browser may still find one with an old server.",
    _LOOK,
    repeatable=True,
    tags=frozenset({Tag.NO_CONNECTION}),
)
DNS_FAILED = Rule(
    "LW357",
    "dns-failure",
    Verdict.UNVERIFIED,
    "the name service gave no answer for this site",
    "The name could not be looked up, but nobody said that it does not exist. Such failures usually pass.",
    _TRY_LATER,
    repeatable=True,
    tags=frozenset({Tag.NO_CONNECTION}),
)
TIMED_OUT = Rule(
    "LW358",
    "timeout",
    Verdict.UNVERIFIED,
    "the server did not answer in time",
    "The server took longer than linkwarden waits, several times. It may be slow, down, or silent to programs.",
    _TRY_LATER,
    repeatable=True,
    tags=frozenset({Tag.NO_CONNECTION}),
)
CONNECTION_BROKEN = Rule(
    "LW359",
    "connection-broken",
    Verdict.UNVERIFIED,
    "the connection broke off",
    "The server closed the connection before it had answered, several times.",
    _TRY_LATER,
    repeatable=True,
    tags=frozenset({Tag.NO_CONNECTION}),
)
UNREACHABLE = Rule(
    "LW360",
    "unreachable",
    Verdict.UNVERIFIED,
    "there is no way to the server from here",
    "The network found no route to the server. The server may be down, or this network may lack a way (IPv6, say).",
    _TRY_LATER,
    repeatable=True,
    tags=frozenset({Tag.NO_CONNECTION}),
)
PROTOCOL_ERROR = Rule(
    "LW361",
    "protocol-error",
    Verdict.UNVERIFIED,
    "the server's answer could not be understood",
    "What came back is not a proper HTTP answer. Browsers are more forgiving and may show the page.",
    _LOOK,
    repeatable=True,
)
REDIRECT_LOOP = Rule(
    "LW362",
    "redirect-loop",
    Verdict.UNVERIFIED,
    "the redirects go round in a circle",
    "The site sent linkwarden in a circle although cookies were kept. Sites do this to programs whose cookies or "
    "scripts they miss, so a circle is no proof that readers get one too.",
    _LOOK,
)
TOO_MANY_REDIRECTS = Rule(
    "LW363",
    "too-many-redirects",
    Verdict.UNVERIFIED,
    "there are more redirects than linkwarden follows",
    "Browsers follow about twenty redirects, linkwarden ten; what comes after them is not known.",
    "Open the address in a browser and put the final address into the list.",
)
BAD_REDIRECT = Rule(
    "LW364",
    "bad-redirect",
    Verdict.UNVERIFIED,
    "the server redirects to something that is not a web address",
    "The server sent a redirect whose target is missing, unreadable or not http(s).",
    _LOOK,
)
BLOCKED_ADDRESS = Rule(
    "LW365",
    "blocked-address",
    Verdict.UNVERIFIED,
    "the address leads into a private network",
    "linkwarden asks public addresses only, so that a list cannot make it talk to machines inside a network.",
    "Link to a public address. To check inside your own network, name it with `--allow-network`.",
)
UNASKABLE = Rule(
    "LW366",
    "unaskable-address",
    Verdict.UNVERIFIED,
    "the address cannot be asked as it stands",
    "The address cannot be turned into an HTTP request.",
    "Look at the address; something in it is probably misspelt.",
)
HOST_SILENT = Rule(
    "LW368",
    "host-silent",
    Verdict.UNVERIFIED,
    "the host stopped answering earlier in this run",
    "Several requests to this host in a row were not answered, so linkwarden stopped asking it for this run.",
    _TRY_LATER,
    repeatable=True,
    tags=frozenset({Tag.NO_CONNECTION}),
)
OUT_OF_TIME = Rule(
    "LW370",
    "out-of-time",
    Verdict.UNVERIFIED,
    "the run ended before this link's turn",
    "The time that was set for the whole run (`--max-time`) was used up.",
    "Give the run more time.",
    tags=frozenset({Tag.NO_TURN}),
)

HTTP_RULES: tuple[Rule, ...] = tuple(value for value in list(globals().values()) if isinstance(value, Rule))
