"""How reviews ask a site for an address that it cannot have, and what the answer says of a page in doubt."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from linkwarden.model import Claim, Evidence, Fact, Target
from linkwarden.providers._rot import Doubt, doubt_of, rot_evidence
from linkwarden.providers._siblings import Sibling, same_page, sibling
from linkwarden.providers._soft import Sign, with_sign
from linkwarden.providers.web import WebProvider, follow
from linkwarden.text import mask_secrets
from linkwarden.wire import Ask, NetError

if TYPE_CHECKING:
    from linkwarden.net import Net


async def ask_sibling(net: Net, url: str) -> Sibling | None:
    """Ask for a made-up address; None if there is no answer.

    Asked once only: a site that does not like such questions is not to be taken for a silent one.
    """
    try:
        return sibling(url, await follow(Ask(url=url, purpose="sibling", attempts=1), net))
    except NetError:
        return None


def same_everywhere(target: Target, evidence: Evidence, doubt: Doubt, other: Sibling) -> Evidence | None:
    """Judge a page in doubt anew if its site gives the same page for a made-up address; None if it does not.

    Args:
        target: the link.
        evidence: what was found about it.
        doubt: the page and its signs.
        other: the answer for the made-up address.
    """
    page = doubt.page
    if not same_page(target.address or "", page, other):
        return None
    signs = with_sign(doubt.signs, Sign.SAME_EVERYWHERE, "a made-up address of the same site gives the same page")
    status = other.response.status if other.response else None
    seen = Fact("made-up address of the same site, same page", url=mask_secrets(other.url), status=status)
    claim = Claim(WebProvider.name, target, (target.address or "").partition("#")[0])
    return rot_evidence(claim, page, signs, seen) or replace(evidence, doubt=doubt_of(page, signs))
