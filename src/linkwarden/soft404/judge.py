"""What a look at a page that answers well comes to: a finding, or a doubt that one more sign would decide.

The page alone is looked at here. What has to be asked for besides (a made-up address of the site, an archived copy)
is asked at the end of the run by reviews, which see all doubts and so can spend few questions well.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace

from linkwarden.answers.read import from_response
from linkwarden.model import Claim, Doubt, Evidence, Fact
from linkwarden.soft404.page import Page
from linkwarden.soft404.signs import read_signs
from linkwarden.soft404.weigh import Finding, PageSigns, Sign, assess, would_decide
from linkwarden.wire import Response

#: Signs that may be asked for: a made-up address gives the same page; the archived copy has nothing in common with it.
_TO_BE_ASKED = (Sign.SAME_EVERYWHERE, Sign.UNLIKE_COPY)


@dataclass(frozen=True, slots=True)
class PageDoubt(Doubt):
    """A page with signs that do not suffice, and with one more would.

    Attributes:
        signs: what was seen.
        response: the answer, its body left out.
        packed: the body; thousands of pages may wait until the end of a run.
    """

    signs: PageSigns
    response: Response
    packed: bytes

    @property
    def page(self) -> Page:
        """The page, as it was read."""
        return Page(replace(self.response, body=zlib.decompress(self.packed)))


def judge_page(claim: Claim, page: Page, evidence: Evidence) -> Evidence:
    """Give the evidence for a page that answers well: what its signs agree on, else what it was, with any doubt.

    Args:
        claim: the link.
        page: what it leads to.
        evidence: what there is to say about it otherwise.
    """
    signs = read_signs(claim.target, page)
    if signs is None:
        return evidence
    found = rot_evidence(claim, page, signs)
    if found is not None:
        return found
    return replace(evidence, doubt=doubt_of(page, signs))


def doubt_of(page: Page, signs: PageSigns) -> PageDoubt | None:
    """Give the doubt that the signs of a page leave, or None if nothing that can be asked for would decide it."""
    if not any(would_decide(signs, sign) for sign in _TO_BE_ASKED):
        return None
    return PageDoubt(signs, replace(page.response, body=b""), zlib.compress(page.response.body, level=1))


def rot_evidence(claim: Claim, page: Page, signs: PageSigns, *seen: Fact) -> Evidence | None:
    """Make the evidence for what the signs of a page agree on, or None.

    Args:
        claim: the link.
        page: what it leads to.
        signs: what was seen of it.
        seen: facts beside the signs.
    """
    found: Finding | None = assess(signs)
    if found is None:
        return None
    facts = (*(Fact(f"sign: {signs.seen[sign]}") for sign in found.signs), *seen)
    return from_response(claim, page.response, found.rule, found.reason, title=page.title, facts=facts)
