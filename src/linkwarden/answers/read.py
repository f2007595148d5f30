"""Reads HTTP responses, or why there was none, and says what that means for a link.

Every online provider uses these functions, so that one status has one meaning everywhere. The meanings are those of
RFC 9110, corrected by what services are known to do. What is no proof is ``unverified``.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from dataclasses import replace
from types import MappingProxyType

from linkwarden.answers import rules
from linkwarden.answers.bot_protection import bot_protection
from linkwarden.answers.stores import Meaning, StoreError, store_error
from linkwarden.answers.unknowable import site_of
from linkwarden.model import Claim, Evidence, Fact, FactKind, Rule, Suggestion
from linkwarden.patterns import pattern
from linkwarden.signatures import refuses_with_401
from linkwarden.text import domains_of, host_of, mask_secrets
from linkwarden.wire import BAD_CODING, INCOMPLETE_CHAIN, ODD_CODING, OVERLOOKED, Hop, NetError, NetErrorKind, Response

__all__ = [
    "RULES",
    "from_response",
    "host_in",
    "net_evidence",
    "status_evidence",
]

RULES: tuple[Rule, ...] = rules.HTTP_RULES

#: Hosts that answer 404 to programs for pages that exist, with the reports that say so.
LYING_404 = MappingProxyType(
    {
        "ieeexplore.ieee.org": "answers robots with 418, 202 and soft pages; spinalcordtoolbox issue 4649",
        "kaggle.com": "Daft issue 5725, dvc.org issue 1242",
        "linkedin.com": "link-checker threads; 999 for most programs, 404 for some",
    }
)

_ORIGIN_UNKNOWN = pattern(rb"error(?: code:)?\s*1016", re.IGNORECASE)

#: What a status means for a link (RFC 9110 section 15, RFC 7725, and what sites do to programs); ``{thing}`` is
#: "page" or "image".
_STATUSES = MappingProxyType(
    {
        204: (rules.ODD_ANSWER, "The server returns no content (204), so there is no {thing} to see."),
        205: (rules.ODD_ANSWER, "The server returns no content (205), so there is no {thing} to see."),
        304: (
            rules.ODD_ANSWER,
            "The server says that the {thing} is unchanged (304), although the request did not ask that.",
        ),
        400: (
            rules.ACCESS_REFUSED,
            "The server calls the request malformed (400), which it may do to programs only.",
        ),
        401: (rules.LOG_IN_REQUIRED, "The server asks readers to log in (401)."),
        402: (rules.ACCESS_REFUSED, "The server asks for payment (402)."),
        403: (rules.ACCESS_REFUSED, "The server refuses access (403), as many do to programs."),
        404: (rules.NOT_FOUND, "The server says that there is no such {thing} (404)."),
        405: (
            rules.ACCESS_REFUSED,
            "The server does not allow this kind of request (405), as sites do that block programs.",
        ),
        406: (rules.ACCESS_REFUSED, "The server has no version of the {thing} that it sends to programs (406)."),
        407: (rules.ODD_ANSWER, "The proxy on the way asks for a password (407)."),
        408: (rules.SERVER_ERROR, "The server did not receive the request in time (408)."),
        410: (rules.GONE, "The server says that the {thing} was removed for good (410)."),
        418: (rules.ACCESS_REFUSED, "The server blocks programs (418)."),
        425: (rules.SERVER_ERROR, "The server asked to send the request again later (425)."),
        429: (rules.RATE_LIMITED, "The server says that there were too many requests (429)."),
        451: (rules.LEGAL_BLOCK, "The server may not show the {thing} for legal reasons (451)."),
        999: (rules.ACCESS_REFUSED, "The server blocks programs (999)."),
    }
)
#: What is said of the other statuses of a hundred.
_HUNDREDS = MappingProxyType(
    {
        3: (rules.ODD_ANSWER, "The server redirects without saying where to ({status})."),
        4: (rules.ACCESS_REFUSED, "The server refuses the request ({status}), which it may do to programs only."),
        5: (rules.SERVER_ERROR, "The server reports an error of its own ({status})."),
    }
)
_PERMANENT, _TEMPORARY = frozenset({301, 308}), frozenset({302, 303, 307})
#: How sites refuse programs and let browsers in.
_REFUSALS = frozenset({401, 403, 405, 406, 418, 429, 503, 999})
#: Remarks on a response whose body was not read.
_UNREAD = frozenset({ODD_CODING, BAD_CODING})
_FINE = frozenset({*range(200, 300), 300} - {204, 205})

_NETWORK = MappingProxyType(
    {
        NetErrorKind.NXDOMAIN: (rules.NO_SUCH_HOST, "There is no such host: {host}."),
        NetErrorKind.DNS: (rules.DNS_FAILED, "The name {host} could not be looked up (DNS)."),
        NetErrorKind.REFUSED: (rules.CONNECTION_REFUSED, "{host} refuses the connection: no web server answers there."),
        NetErrorKind.RESET: (rules.CONNECTION_BROKEN, "{host} closed the connection without a response."),
        NetErrorKind.TIMEOUT: (rules.TIMED_OUT, "{host} did not respond in time (timeout)."),
        NetErrorKind.UNREACHABLE: (rules.UNREACHABLE, "There is no way to {host} from this network."),
        NetErrorKind.TLS_EXPIRED: (rules.CERTIFICATE_EXPIRED, "The certificate of {host} has expired."),
        NetErrorKind.TLS_HOSTNAME: (rules.CERTIFICATE_WRONG_HOST, "The certificate of {host} is for another site."),
        NetErrorKind.TLS_SELF_SIGNED: (
            rules.CERTIFICATE_UNTRUSTED,
            "The certificate of {host} does not lead to an authority that browsers trust.",
        ),
        NetErrorKind.TLS_CHAIN: (rules.TLS_FAILED, "The certificate chain of {host} could not be completed."),
        NetErrorKind.TLS_NO_BROWSER: (
            rules.TLS_NO_BROWSER,
            "No current browser connects to {host}: {detail}.",
        ),
        NetErrorKind.TLS: (rules.TLS_FAILED, "No secure connection to {host} could be made."),
        NetErrorKind.REDIRECT_LOOP: (
            rules.REDIRECT_LOOP,
            "{host} redirects in a circle, as some sites do to programs; a browser may get through.",
        ),
        NetErrorKind.TOO_MANY_REDIRECTS: (rules.TOO_MANY_REDIRECTS, "There are too many redirects at {host}."),
        NetErrorKind.BAD_REDIRECT: (rules.BAD_REDIRECT, "{host} redirects to something that is not a web address."),
        NetErrorKind.BLOCKED: (
            rules.BLOCKED_ADDRESS,
            "No request was sent to {host}: {detail}.",
        ),
        NetErrorKind.CONFLICTING_HEADERS: (
            rules.CONFLICTING_HEADERS,
            "{host} sends two different headers where there may be one, so browsers show nothing.",
        ),
        NetErrorKind.INVALID_URL: (rules.UNASKABLE, "No request can be made of this URL."),
        NetErrorKind.PROTOCOL: (rules.PROTOCOL_ERROR, "The response of {host} is not valid HTTP."),
        NetErrorKind.COOLDOWN: (
            rules.RATE_LIMITED,
            "{host} limits requests for longer than this run waits (rate limit).",
        ),
        NetErrorKind.GIVEN_UP: (
            rules.HOST_SILENT,
            "{host} stopped responding earlier in this run, so this link was not requested.",
        ),
        NetErrorKind.NO_HANDLES: (
            rules.NO_HANDLES,
            "This machine has too many open files for a connection to {host}.",
        ),
        NetErrorKind.BUDGET: (
            rules.OUT_OF_TIME,
            "The time for this run (--max-time) was used up before this link was checked.",
        ),
    }
)


_HALF_A_CHAIN = (
    "{host} does not send its whole certificate chain: Chromium fetches the missing part, Firefox refuses the page."
)
_STORES = MappingProxyType(
    {
        Meaning.MISSING: (rules.OBJECT_MISSING, "The {thing} is no longer in its storage ({code})."),
        Meaning.EXPIRED: (rules.OBJECT_EXPIRED, "The storage service says that this temporary URL has expired."),
        Meaning.SIGNATURE: (
            rules.SIGNATURE_REFUSED,
            "The storage service does not accept the signature in the URL ({code}).",
        ),
        Meaning.CLOSED: (
            rules.OBJECT_CLOSED,
            "The storage service gives the {thing} to nobody without a key ({code}).",
        ),
        Meaning.DENIED: (
            rules.OBJECT_REFUSED,
            "The storage service refuses the {thing} ({code}): it is private or no longer there.",
        ),
        Meaning.RESTRICTED: (
            rules.OBJECT_REFUSED,
            "The storage service gives the {thing} to some networks or referring pages only ({code}).",
        ),
    }
)

#: The same sentence for who met it and for who was spared it, so that reports show them as one group.
_PROTECTED = "The site's bot protection blocks programs ({name}, {status}); open it in a browser."


def from_response(
    claim: Claim,
    response: Response,
    rule: Rule | None = None,
    reason: str = "",
    *,
    suggestion: Suggestion | None = None,
    title: str | None = None,
    facts: tuple[Fact, ...] = (),
) -> Evidence:
    """Return the evidence that an HTTP response gives; what was found without one is ``Evidence.of``.

    Args:
        claim: the link.
        response: the response; its redirects, its status and its remarks become facts before the given ones.
        rule: what is wrong, or None where the link is ok: then only what is to be said of its server is said.
        reason: the sentence for the rule.
        suggestion: what to put there instead.
        title: the title of the page.
        facts: what else was seen.
    """
    if rule is None and INCOMPLETE_CHAIN in response.remarks:
        rule = rules.CHAIN_INCOMPLETE
        reason = _HALF_A_CHAIN.format(host=host_of(response.url))
    overlooked = next((text for text in response.remarks if text.startswith(OVERLOOKED)), "")
    if rule is None and overlooked:
        rule = rules.CERTIFICATE_OVERLOOKED
        reason = f"The page is there, but {overlooked}."
    return Evidence.of(
        claim,
        rule,
        reason,
        status=response.status,
        final_url=mask_secrets(response.url) if response.hops else None,
        suggestion=suggestion,
        title=title,
        facts=_answer_facts(response) + facts,
    )


def host_in(host: str, table: Container[str]) -> bool:
    """Return whether a host is one of those named, or a subdomain of one (whole labels)."""
    return any(name in table for name in domains_of(host))


def net_evidence(claim: Claim, error: NetError) -> Evidence:
    """Return what it means for a link that there was no HTTP response.

    ``broken`` is only what a reader meets as well: no such host, nothing listening, a certificate that browsers
    refuse. A redirect loop is ``unverified``: cookies are kept within a chain, so a loop that is left is most often
    a site's way to get rid of programs. Everything that may pass by itself is ``unverified`` and repeatable.
    """
    if error.kind is NetErrorKind.GIVEN_UP and error.status is not None:
        return _behind_protection(claim, error.detail, error.status)
    rule, words = _NETWORK[error.kind]
    asked = host_of(claim.target.address or "")
    reason = words.format(host=error.host or asked or "the server", detail=error.detail)
    if error.hops and error.host and error.host != asked:
        reason = f"{asked} redirects to {error.host}. {reason}"
    return Evidence.of(
        claim,
        rule,
        reason,
        status=error.status,
        facts=(*_hop_facts(error.hops), Fact(f"no response: {error.kind.value}", status=error.status)),
    )


def status_evidence(claim: Claim, response: Response) -> Evidence | None:
    """Return what is wrong with a response by its bot protection, storage error or status; None if nothing is.

    Args:
        claim: the link; an image that a storage service refuses is for its provider to judge further.
        response: the response after redirects, with at least the first few KiB of the body.
    """
    site = site_of(claim.target.address)
    if site is not None and is_refusal(response):
        return site.evidence(claim, response.status, _answer_facts(response))
    name = bot_protection(response)
    if name is not None:
        reason = _PROTECTED.format(name=name, status=response.status)
        return from_response(claim, response, rules.BOT_PROTECTION, reason, facts=(Fact(f"bot protection: {name}"),))
    store = store_error(response)
    if store is not None:
        evidence = _store_evidence(claim, response, store)
        if evidence is not None:
            return evidence
    thing = "image" if claim.target.is_image else "page"
    if response.status in _FINE and not response.body and _UNREAD & set(response.remarks):
        reason = f"The {thing} is compressed in a way that linkwarden cannot read, so it was not seen."
        return from_response(claim, response, rules.ODD_ANSWER, reason)
    verdict = _by_status(response, thing)
    return None if verdict is None else from_response(claim, response, verdict[0], verdict[1])


def is_refusal(response: Response) -> bool:
    """Return whether a site that cannot be known has refused a program (see ``linkwarden.answers.unknowable``)."""
    return bot_protection(response) is not None or response.status in _REFUSALS


def _behind_protection(claim: Claim, name: str, status: int) -> Evidence:
    """Return the evidence for a link that was spared, as others of its site met bot protection (``net.protected``)."""
    host = host_of(claim.target.address or "")
    site = site_of(claim.target.address)
    if site is not None:
        seen = f"not requested: the first link to this part of {host} was refused"
        return site.evidence(claim, status, (Fact(seen, status=status),))
    seen = f"not requested: the first links to this part of {host} met bot protection ({name})"
    reason = _PROTECTED.format(name=name, status=status)
    return Evidence.of(claim, rules.BOT_PROTECTION, reason, status=status, facts=(Fact(seen, status=status),))


def usual_meaning(status: int) -> tuple[Rule, str] | None:
    """Return the rule for a status on an ordinary page, and what is said of it; None for a status that is ok.

    A permanent redirect is followed; if all are permanent and the page is there, the link has moved.
    """
    if status in _PERMANENT:
        return rules.MOVED_PERMANENTLY, f"The server redirects to a new permanent URL ({status})."
    if status in _TEMPORARY:
        return None
    return _by_status(Response(url="", status=status, headers={}, body=b"x", complete=True), "page")


def _by_status(response: Response, thing: str) -> tuple[Rule, str] | None:
    """Return rule and reason for a status, or None for one that is ok."""
    status = response.status
    if status == 404 and host_in(host := host_of(response.url), LYING_404):
        return rules.UNTRUSTED_404, f"{host} returns 404 to programs even for pages that exist."
    if status == 401 and refuses_with_401(response.url):
        return rules.SIGNATURE_REFUSED, "The storage service does not accept the signature in the URL (401)."
    if status == 530 and _ORIGIN_UNKNOWN.search(response.body[:4096]):
        return rules.ORIGIN_UNKNOWN, "Cloudflare says that the site behind it no longer has an address (1016)."
    if status == 202 and not response.body:
        return rules.ODD_ANSWER, "The server accepts the request (202) and sends nothing, as sites do to programs."
    if status in _FINE:
        return None
    rule, words = (
        _STATUSES.get(status)
        or _HUNDREDS.get(status // 100)
        or (rules.ODD_ANSWER, "The server responds with a status that has no meaning ({status}).")
    )
    return rule, words.format(thing=thing, status=status)


def _store_evidence(claim: Claim, response: Response, error: StoreError) -> Evidence | None:
    """Return what an object store's error code means; None leaves it to the status."""
    if error.meaning not in _STORES:
        return None
    rule, words = _STORES[error.meaning]
    reason = words.format(thing="image" if claim.target.is_image else "file", code=error.code)
    return replace(from_response(claim, response, rule, reason), expires_at=error.expires_at)


def _hop_facts(hops: Iterable[Hop]) -> tuple[Fact, ...]:
    return tuple(Fact("redirect", url=mask_secrets(hop.url), status=hop.status, kind=FactKind.REDIRECT) for hop in hops)


def _answer_facts(response: Response) -> tuple[Fact, ...]:
    last = Fact("response", url=mask_secrets(response.url), status=response.status)
    if not response.hops and not response.remarks:
        return (last,)
    return (*_hop_facts(response.hops), last, *(Fact(remark) for remark in response.remarks))
