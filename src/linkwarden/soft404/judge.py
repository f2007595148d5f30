"""What a look at a page with a good status comes to: a finding, or a doubt that one more sign would decide.

The page alone is looked at here. What has to be requested besides (a made-up URL of the site, an archived copy) is
requested at the end of the run by reviews, which see all doubts and so can spend few requests well.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import replace

from linkwarden.answers.read import from_response
from linkwarden.answers.redirects import is_home
from linkwarden.foreign import read_json
from linkwarden.model import Claim, Doubt, Evidence, Fact
from linkwarden.patterns import pattern
from linkwarden.records import dataclass
from linkwarden.soft404.errors import is_error_text
from linkwarden.soft404.glance import promises_the_message
from linkwarden.soft404.page import Page
from linkwarden.soft404.signs import quoted, read_signs
from linkwarden.soft404.weigh import SOFT_404, Finding, PageSigns, Sign, assess, opening, would_decide
from linkwarden.wire import Response

#: Signs that another request may bring: a made-up URL gives the same page; the archived copy is about other things.
_TO_BE_ASKED = (Sign.SAME_EVERYWHERE, Sign.UNLIKE_COPY)


#: Error messages for programs are shorter than this.
_MESSAGE_BYTES = 1000
_MESSAGE_TYPES = frozenset({"", "text/plain", "application/json", "text/json"})
#: Keys of a JSON object that is an error message; an object with any other has something else to say.
_ERROR_KEY = pattern(
    r"(?:error|status)_?(?:code|text|message|description|s)?|code|message|msg|details?|reason|title|type|description"
    r"|success|ok|path|url|name|timestamp|instance|request_?id|documentation_url",
    re.IGNORECASE,
)
#: Keys under which there would be something else.
_CONTENT_KEYS = frozenset({"data", "result", "results"})


@dataclass(frozen=True, slots=True)
class PageDoubt(Doubt):
    """A page with signs that do not suffice, and with one more would.

    Attributes:
        signs: what was seen.
        response: the response, its body left out.
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
    """Return the evidence for a page with a good status: what its signs agree on, else what it was, with any doubt.

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


def judge_text(claim: Claim, response: Response, evidence: Evidence) -> Evidence:
    """Return the evidence for plain text or JSON: that it is an error message and nothing else, or what was given.

    Args:
        claim: the link.
        response: the response; no HTML.
        evidence: what there is to say about it otherwise.
    """
    if not response.complete or not 0 < len(response.body) <= _MESSAGE_BYTES or is_home(claim.target.address or ""):
        return evidence
    if response.media_type not in _MESSAGE_TYPES and not response.media_type.endswith("+json"):
        return evidence
    if promises_the_message(claim.target, redirected=bool(response.hops)):
        return evidence
    message = _message_of(response)
    if message is None:
        return evidence
    reason = f"{opening(SOFT_404)}: all that it sends is {quoted(message)}."
    facts = (Fact(f"sign: all that it sends is {quoted(message)}"), Fact("sign: there is nothing else in it"))
    return from_response(claim, response, SOFT_404, reason, facts=facts)


def _message_of(response: Response) -> str | None:
    """Return the error message that a response consists of, or None if there is none or anything else in it."""
    value = read_json(response.body)
    if value is None:
        text = " ".join(response.text().split())
        return text if is_error_text(text) else None
    if not isinstance(value, dict):
        return None
    inner = next((part for part in (value.get("error"), value.get("errors")) if isinstance(part, dict)), {})
    fields = [(key, field) for part in (value, inner) for key, field in part.items()]
    if any(not _ERROR_KEY.fullmatch(key) and (key not in _CONTENT_KEYS or field) for key, field in fields):
        return None
    return next((field for _, field in fields if isinstance(field, str) and is_error_text(field)), None)


def doubt_of(page: Page, signs: PageSigns) -> PageDoubt | None:
    """Return the doubt that the signs of a page leave, or None if no other request would decide it."""
    if not any(would_decide(signs, sign) for sign in _TO_BE_ASKED):
        return None
    return PageDoubt(signs, replace(page.response, body=b""), zlib.compress(page.response.body, level=1))


def rot_evidence(claim: Claim, page: Page, signs: PageSigns, *seen: Fact) -> Evidence | None:
    """Return the evidence for what the signs of a page agree on, or None.

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
