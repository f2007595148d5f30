"""Asks only whether a thing has changed since an earlier run found it good (RFC 9110 section 13.1).

A server that says "not changed" (304) sends no body, which spares both sides the page. The question is put only where
its answer cannot be mistaken: the earlier answer came from the address itself, without a redirect, because validators
belong to the address that gave them (section 8.8); and a 304 counts only if it was asked for, came from there, and is
about what was asked for.
How long a thing may go unread this way is the engine's to bound; what the memory holds beyond that is not handed out.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from linkwarden.answers.bot_protection import bot_protection
from linkwarden.answers.read import from_response, is_refusal, net_evidence
from linkwarden.answers.unknowable import site_of
from linkwarden.model import Answer, Claim, Evidence, Fact, Validators
from linkwarden.patterns import pattern
from linkwarden.text import host_of
from linkwarden.wire import NO_HEADERS, NetError, NetErrorKind, Request, Response

if TYPE_CHECKING:
    from linkwarden.net import Net


async def visit(provider: str, address: str, net: Net, fetch: Callable[[], Awaitable[Response]]) -> Response:
    """Return the answer for a link (see ``linkwarden.net.protected`` for who is asked and who is not).

    Args:
        provider: the name of the provider that asks.
        address: the link's own address.
        net: the run's network.
        fetch: asks.

    Raises:
        NetError: there was no answer. GIVEN_UP with a status means that nobody was asked, because of bot protection;
            its ``detail`` is then the name of the protection.
    """
    site = site_of(address)
    with net.protected.visit(provider, address, strikes=None if site is None else 1) as link:
        block = await link.block()
        if block is not None:
            raise NetError(NetErrorKind.GIVEN_UP, block.name, host=host_of(address), status=block.status)
        response = await fetch()
        if link.is_scout and _bare_host(response.url) == _bare_host(address):
            name = bot_protection(response)
            if name is None and site is not None and is_refusal(response):
                name = "a refusal"
            if name is not None:
                link.meets(name, response.status)
        return response


async def answer_for(
    provider: str, address: str, group: Sequence[Claim], net: Net, fetch: Callable[[], Awaitable[Response]]
) -> Response | list[Evidence]:
    """Return the response to look at, or the evidence for each link where there is none or nothing has changed.

    Args:
        provider: the name of the provider that asks.
        address: the links' own address.
        group: the links.
        net: the run's network.
        fetch: asks, by ``fetch_if_changed``.
    """
    try:
        response = await visit(provider, address, net, fetch)
    except NetError as error:
        return [net_evidence(claim, error) for claim in group]
    if says_unchanged(group, response):
        return [unchanged(claim, response) for claim in group]
    return response


def _bare_host(url: str) -> str:
    return host_of(url).removeprefix("www.")


#: RFC 9110 section 8.8.3, printable ASCII only, so that what goes back is what came. Hashes have up to 128
#: characters; what is much longer is kept by nobody's accident, and would be sent with each question.
_ETAG = pattern(r'(?:W/)?"[\x21\x23-\x7e]{0,250}"')
#: RFC 9110 section 5.6.7, the only form that servers may send.
_DATE = pattern(
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} "
    r"\d{2}:\d{2}:\d{2} GMT",
    re.ASCII,
)


async def fetch_if_changed(
    ask: Request, claims: Sequence[Claim], fetch: Callable[[Request], Awaitable[Response]]
) -> Response:
    """Ask, and if an earlier answer allows it, let the server say that nothing has changed.

    Args:
        ask: the question as it is without an earlier answer.
        claims: the links that it is about.
        fetch: asks.

    Returns:
        The answer; see ``says_unchanged`` for whether it is only that.

    Raises:
        NetError: there was no answer.
    """
    known = _known(claims)
    if known is None:
        return await fetch(ask)
    response = await fetch(replace(ask, headers=_headers(known)))
    if response.status == 304 and (response.hops or _contradicts(known, response)):
        return await fetch(replace(ask, headers=NO_HEADERS))
    return response


def says_unchanged(claims: Sequence[Claim], response: Response) -> bool:
    """Return whether the answer that ``fetch_if_changed`` gave says that the thing is still what it was."""
    return response.status == 304 and not response.hops and _known(claims) is not None


def unchanged(claim: Claim, response: Response) -> Evidence:
    """Make the evidence for a link whose server says that nothing has changed since it was found good."""
    known = _known([claim])
    assert known is not None  # noqa: S101 - ``says_unchanged`` was asked before
    seen = Fact(f"not changed since {known.looked:%Y-%m-%d}, says the server; all was well then", status=304)
    evidence = from_response(claim, response, title=known.title, facts=(seen,))
    return replace(evidence, validators=known.validators, looked=known.looked)


def with_validators(evidence: Evidence, response: Response) -> Evidence:
    """Add to the evidence for a good link what its server gave for asking later whether it has changed.

    Not where a doubt is left: such a page is to be read again in each run, and what decides asked for.
    """
    if evidence.rule is not None or evidence.doubt is not None or response.status != 200 or response.hops:
        return evidence
    etag, modified = response.headers.get("etag", ""), response.headers.get("last-modified", "")
    if not etag and not modified:
        return evidence
    validators = Validators(
        etag if _ETAG.fullmatch(etag) else None,
        modified if _DATE.fullmatch(modified) else None,
    )
    return evidence if validators == Validators() else replace(evidence, validators=validators)


def _contradicts(known: Answer, response: Response) -> bool:
    """Return whether "not changed" comes with a validator of something else.

    What is compared is the address; a server that has put another file there (one page for all that is missing, older
    than the page that is gone) says so if only the dates are compared. RFC 9110 section 15.4.5 has it send the tag.
    """
    asked = known.validators or Validators()
    etag, modified = response.headers.get("etag"), response.headers.get("last-modified")
    if etag and asked.etag:
        return etag.removeprefix("W/") != asked.etag.removeprefix("W/")
    return bool(modified and asked.last_modified and modified != asked.last_modified)


def _known(claims: Sequence[Claim]) -> Answer | None:
    """Return the earlier answer that all these links share and that can be asked about, or None."""
    known = claims[0].known
    if known is None or known.validators in (None, Validators()) or known.final_url is not None:
        return None
    same = all(c.known is not None and c.known.validators == known.validators for c in claims)
    return known if same else None


def _headers(known: Answer) -> dict[str, str]:
    """Return the conditions: both, for servers that know only the older one (RFC 9110 section 13.1.3)."""
    validators = known.validators or Validators()
    given = {"if-none-match": validators.etag, "if-modified-since": validators.last_modified}
    return {name: value for name, value in given.items() if value is not None}
