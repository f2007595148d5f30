"""The findings that an HTTP response, or the lack of one, can give: rules LW301 to LW321 and LW350 to LW379."""

from __future__ import annotations

from linkwarden.model import Rule, Tag, Verdict

_LOOK = "Open the URL in a browser. If it works there, nothing needs to be done."
_TRY_LATER = "Run linkwarden again later. If the link keeps failing for days, replace or remove it."
_REPLACE = "Look for the new URL or an archived copy, or remove the entry."
_CERTIFICATE = (
    "Browsers stop readers with a full-page warning before they see the page, and GitHub cannot fetch images from "
    "such a server. For a host whose certificate your readers know all the same, there is `--insecure`."
)
_TELL_OWNER = "Tell the owner of the site, or link to another copy."

NOT_FOUND = Rule(
    "LW301",
    "not-found",
    Verdict.BROKEN,
    "the server says that there is no such page",
    "The server returned 404 to an ordinary GET request, after all redirects. Hosts that are known to return 404 to "
    "programs for pages that exist are not judged by it (see LW316).",
    _REPLACE,
)
GONE = Rule(
    "LW302",
    "gone",
    Verdict.BROKEN,
    "the server says that the page was removed for good",
    "The server returned 410, which means that the page was there and was removed on purpose.",
    _REPLACE,
)
MOVED_PERMANENTLY = Rule(
    "LW303",
    "moved-permanently",
    Verdict.MOVED,
    "the page has a new permanent URL",
    "Every redirect on the way was a permanent one (301 or 308), with which a server asks to use the new URL from "
    "now on. Redirects end when a site is rebuilt, and then the old URL dies.",
    "Put the new URL into the list.",
)
LEGAL_BLOCK = Rule(
    "LW304",
    "legal-block",
    Verdict.BROKEN,
    "the page is blocked for legal reasons",
    "The server returned 451: it may not show the page. The block may hold in some countries only.",
    "Look for a copy elsewhere, or remove the entry.",
)
BOT_PROTECTION = Rule(
    "LW305",
    "bot-wall",
    Verdict.UNVERIFIED,
    "the site's bot protection blocks programs",
    "The response is the page of a bot protection service, whatever its status. It says nothing about the page behind "
    "it, so the link is called neither broken nor ok, and linkwarden does not try to get around the protection. Where "
    "the first links to a part of a site all meet the same protection, the others of that part are not requested.",
    _LOOK,
)
LOG_IN_REQUIRED = Rule(
    "LW306",
    "log-in-required",
    Verdict.UNVERIFIED,
    "readers are asked to log in or to agree first",
    "The response is a log-in page or a consent page. What stands behind it cannot be seen without an account. "
    "If you have one, `--basic-auth`, `--header` or `--cookies` lets linkwarden see it, too (docs/private-hosts.md).",
    "Check with an account. Readers without one see what linkwarden saw, so a public URL would serve them better.",
)
ACCESS_REFUSED = Rule(
    "LW307",
    "access-refused",
    Verdict.UNVERIFIED,
    "the server refused access to a program",
    "Many servers refuse programs what they send to browsers, so a refusal is no proof that the page is gone.",
    _LOOK,
)
RATE_LIMITED = Rule(
    "LW308",
    "rate-limited",
    Verdict.UNVERIFIED,
    "the server limits how many requests it takes",
    "The server said that there were too many requests. linkwarden waits as long as a run allows and then stops.",
    "Run linkwarden again later.",
)
SERVER_ERROR = Rule(
    "LW309",
    "server-error",
    Verdict.UNVERIFIED,
    "the server reports an error of its own",
    "The server returned an error of its own (5xx or 408), and did so again on another request. Most such errors pass, "
    "so one run does not decide.",
    _TRY_LATER,
    repeatable=True,
)
ORIGIN_UNKNOWN = Rule(
    "LW310",
    "origin-unknown",
    Verdict.BROKEN,
    "the site behind Cloudflare is gone",
    "Cloudflare returned 530 with error 1016: the name of the server behind it does not resolve, so no reader gets "
    "the page.",
    _REPLACE,
    repeatable=True,
)
ODD_ANSWER = Rule(
    "LW311",
    "odd-answer",
    Verdict.UNVERIFIED,
    "the response neither shows the page nor says that it is gone",
    "The status of the response has no meaning for an ordinary request, or the response has no content.",
    _LOOK,
)
REDIRECTED_HOME = Rule(
    "LW312",
    "redirected-home",
    Verdict.SUSPECT,
    "the link to one page ends on the site's home page or catalogue",
    "A site that redirects the URL of one page to its home page, or that of a course to its catalogue, has usually "
    "lost that page.",
    "Check whether the page there has what the entry promises; if not, find the new URL or an archived copy.",
)
REDIRECTED_TO_ERROR = Rule(
    "LW313",
    "redirected-to-error-page",
    Verdict.SUSPECT,
    "the link ends on an error page",
    "The site redirects to a URL that is named like an error page, although its status is 200.",
    _REPLACE,
)
REGISTRY_SILENT = Rule(
    "LW314",
    "registry-silent",
    Verdict.UNVERIFIED,
    "the service that knows about this link gave no usable response",
    "This kind of link is checked at the service that keeps the records. It gave no usable response in this run, so "
    "nothing is known about its links.",
    "Run linkwarden again later.",
)
SITE_NEVER_TELLS = Rule(
    "LW315",
    "site-never-tells",
    Verdict.UNVERIFIED,
    "this site never tells programs whether a page exists",
    "Some sites give every program the same response, or none. linkwarden knows them: they get no request, or, where "
    "they answer some programs, one for each part of the site until they refuse. Such links do not count against the "
    "list, also with `--fail-on unverified`.",
    _LOOK,
    tags=frozenset({Tag.UNKNOWABLE}),
)
UNTRUSTED_404 = Rule(
    "LW316",
    "untrusted-404",
    Verdict.UNVERIFIED,
    "this site returns 404 to programs even for pages that exist",
    "The site is known to return 404 to programs for live pages, so its 404 proves nothing.",
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
    Verdict.SUSPECT,
    "the storage service refuses the file",
    "Object stores give the same response for a private file and for a missing one when listing is not allowed. In a "
    "few buckets a rule about network addresses or referring pages is behind it, so some readers may get the file.",
    "Open the URL in a private browser window. If it does not work there, replace it.",
)
OBJECT_EXPIRED = Rule(
    "LW319",
    "object-link-expired",
    Verdict.EXPIRED,
    "the storage service says that this temporary URL has expired",
    "The URL was signed for a limited time, and the time is over. A reader cannot renew it.",
    "Link to the permanent URL of the file, or keep a copy in the repository.",
)
SIGNATURE_REFUSED = Rule(
    "LW320",
    "signature-refused",
    Verdict.BROKEN,
    "the storage service does not accept the signature in the URL",
    "The URL is signed, and the signature no longer fits: the key was withdrawn, or a part of the URL was changed or "
    "lost when it was copied.",
    "Link to the permanent URL of the file, or keep a copy in the repository.",
)

NO_SUCH_HOST = Rule(
    "LW350",
    "no-such-host",
    Verdict.BROKEN,
    "the site's name no longer exists",
    "DNS says that there is no such name (NXDOMAIN), which is different from giving no response. It is not believed "
    "where it does not know `example.com` either, as in a network that lets only some names through.",
    _REPLACE,
    repeatable=True,
)
CONNECTION_REFUSED = Rule(
    "LW351",
    "connection-refused",
    Verdict.BROKEN,
    "no web server answers there",
    "The machine is there and refuses the connection: no web server runs at this port.",
    "Try again later; if it stays so, look for a new URL or an archived copy.",
    repeatable=True,
)
CERTIFICATE_EXPIRED = Rule(
    "LW352",
    "certificate-expired",
    Verdict.BROKEN,
    "the site's certificate has expired",
    _CERTIFICATE,
    _TELL_OWNER,
    tags=frozenset({Tag.UNPROVEN}),
)
CERTIFICATE_WRONG_HOST = Rule(
    "LW353",
    "certificate-wrong-host",
    Verdict.BROKEN,
    "the site's certificate belongs to another site",
    _CERTIFICATE,
    "Check whether the name in the URL is right (with or without `www.`), or link to another copy.",
    tags=frozenset({Tag.UNPROVEN}),
)
CERTIFICATE_UNTRUSTED = Rule(
    "LW354",
    "certificate-self-signed",
    Verdict.BROKEN,
    "the site's certificate does not lead to an authority that browsers trust",
    _CERTIFICATE,
    _TELL_OWNER,
    tags=frozenset({Tag.UNPROVEN}),
)
CHAIN_INCOMPLETE = Rule(
    "LW355",
    "certificate-chain-incomplete",
    Verdict.DEGRADED,
    "the site does not send its whole certificate chain",
    "The certificate says where the missing part lies. Chromium and its kin fetch it from there, so many readers get "
    "through. Firefox refuses the page, unless it knows the part already, and GitHub cannot fetch images from such a "
    "server.",
    "Tell the owner of the site that the intermediate certificate is missing.",
)
CERTIFICATE_OVERLOOKED = Rule(
    "LW374",
    "certificate-not-verified",
    Verdict.DEGRADED,
    "the page is there, but its certificate is wrong, which --insecure overlooks",
    "The option --insecure names this host, so the page was read although its certificate is not one that browsers "
    "accept: it has expired, is for another name, or was signed by nobody whom they know. Without the option the link "
    "would be broken. Readers get through only if their machine knows the certificate.",
    "Get a certificate that readers' browsers accept, or leave the link out of what you publish.",
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
    "the host name could not be looked up",
    "DNS gave no usable response, but did not say that the name does not exist. Such failures usually pass.",
    _TRY_LATER,
    repeatable=True,
    tags=frozenset({Tag.NO_CONNECTION}),
)
TIMED_OUT = Rule(
    "LW358",
    "timeout",
    Verdict.UNVERIFIED,
    "the server did not respond in time",
    "The server took longer than the timeout, several times. It may be slow, down, or silent to programs.",
    _TRY_LATER,
    repeatable=True,
    tags=frozenset({Tag.NO_CONNECTION}),
)
CONNECTION_BROKEN = Rule(
    "LW359",
    "connection-broken",
    Verdict.UNVERIFIED,
    "the connection broke off",
    "The server closed the connection before it had responded, several times.",
    _TRY_LATER,
    repeatable=True,
    tags=frozenset({Tag.NO_CONNECTION}),
)
UNREACHABLE = Rule(
    "LW360",
    "unreachable",
    Verdict.UNVERIFIED,
    "the server cannot be reached from here",
    "The network found no route to the server. The server may be down, or this network may lack IPv6, say.",
    _TRY_LATER,
    repeatable=True,
    tags=frozenset({Tag.NO_CONNECTION}),
)
PROTOCOL_ERROR = Rule(
    "LW361",
    "protocol-error",
    Verdict.UNVERIFIED,
    "the server's response is not valid HTTP",
    "What came back is not a proper HTTP response. Browsers are more forgiving and may show the page.",
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
    "Open the URL in a browser and put the final URL into the list.",
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
    "the URL leads where linkwarden sends no request",
    "linkwarden sends requests to public addresses and to ports of the web only, so that a list cannot make it talk to "
    "machines inside a network or to other services, and it never sends a user name or password.",
    "Link to a public URL. To check inside your own network, name it with `--allow-network`.",
)
UNASKABLE = Rule(
    "LW366",
    "unaskable-address",
    Verdict.UNVERIFIED,
    "no request can be made of the URL",
    "The URL cannot be turned into an HTTP request.",
    "Look at the URL; something in it is probably misspelt.",
)
HOST_SILENT = Rule(
    "LW368",
    "host-silent",
    Verdict.UNVERIFIED,
    "the host stopped responding earlier in this run",
    "Several requests in a row to this host got no response, so linkwarden sends it no more in this run.",
    _TRY_LATER,
    repeatable=True,
    tags=frozenset({Tag.NO_CONNECTION}),
)
OUT_OF_TIME = Rule(
    "LW370",
    "out-of-time",
    Verdict.UNVERIFIED,
    "the run ended before this link was checked",
    "The time that was set for the whole run (`--max-time`) was used up.",
    "Give the run more time.",
    tags=frozenset({Tag.NO_TURN}),
)

NO_HANDLES = Rule(
    "LW372",
    "too-many-open-files",
    Verdict.UNVERIFIED,
    "this machine had too many open files to check the link",
    "Each connection is an open file, and the operating system allows this process no more of them (`ulimit -n`). That "
    "says nothing about the link. The exit code is 3.",
    "Allow more open files (`ulimit -n 4096`), or use a lower `--concurrency`.",
    tags=frozenset({Tag.NOT_LOOKED_AT}),
)

TLS_NO_BROWSER = Rule(
    "LW373",
    "tls-no-browser",
    Verdict.BROKEN,
    "no current browser can connect to the site",
    "The server speaks only encryption, or has only a kind of key, that Chromium and Firefox do not take: TLS before "
    "version 1.2, cipher suites that were dropped, Ed25519. Readers see an error page.",
    _TELL_OWNER,
)
OBJECT_CLOSED = Rule(
    "LW321",
    "object-closed",
    Verdict.BROKEN,
    "the storage service gives the file to nobody without a key",
    "The error code of the object store says that the file, its container or its account is closed to the public, or "
    "that the signed URL does not allow to read it. No reader gets it.",
    "Link to a public URL of the file, or keep a copy in the repository.",
)
CONFLICTING_HEADERS = Rule(
    "LW371",
    "conflicting-headers",
    Verdict.BROKEN,
    "the server sends two different headers where there may be one",
    "The response has two different `Location` or `Content-Disposition` headers. Chromium and Firefox refuse such a "
    "response, because it may be two responses that were mixed up.",
    _TELL_OWNER,
)

HTTP_RULES: tuple[Rule, ...] = tuple(value for value in list(globals().values()) if isinstance(value, Rule))
