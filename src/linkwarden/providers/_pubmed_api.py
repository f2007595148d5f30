"""How NCBI is asked which articles it has: E-utilities for PubMed, the ID converter for PubMed Central (PMC).

Sources: NCBI, "E-utilities In-Depth" (ESummary) and "PMC ID Converter API": up to 200 numbers in a question, ``tool``
and ``email`` in each, three questions a second (kept by ``net``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from linkwarden.providers._registry import title_of
from linkwarden.providers._scholarly import ask_json, mail_address, odd_answer
from linkwarden.wire import Ask

if TYPE_CHECKING:
    from linkwarden.net import Net

SUMMARIES = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils/esummary.fcgi"
CONVERTER = "https://pmc.ncbi.nlm.nih.gov/tools/idconv/api/v1/articles/"
PER_QUESTION = 200
_MAX_BYTES = 8 * 1024 * 1024  # a summary with 3,000 authors is near 200 kB


@dataclass(frozen=True, slots=True)
class Article:
    """What is known of an article.

    Attributes:
        title: as PubMed has it; the ID converter tells none.
        retracted: PubMed marks it as retracted.
    """

    title: str | None = None
    retracted: bool = False


#: Articles by number; None stands for one that the service says it does not have. A number that is missing is one
#: about which it said nothing plain.
Articles = dict[str, Article | None]


@dataclass(frozen=True, slots=True)
class Service:
    """One of the two services.

    Attributes:
        who: its name, as the subject of a sentence.
        endpoint: where it is asked.
        canary: an article that it certainly has, the example in NCBI's own documentation. It rides along when absent
            numbers are asked for again: a service that fails for single numbers fails for this one too.
    """

    who: str
    endpoint: str
    canary: str

    async def ask(self, net: Net, numbers: Sequence[str], contact: str | None) -> Articles:
        """Ask which of the numbers it has, in one question.

        Args:
            net: the network.
            numbers: at most ``PER_QUESTION`` of them: PMIDs, or PMCIDs with their prefix.
            contact: the user's contact; NCBI takes a mail address only.

        Raises:
            NoAnswerError: it gave no usable answer.
        """
        mail = mail_address(contact)
        identity = {"tool": "linkwarden"} | ({"email": mail} if mail else {})
        in_pubmed = self is PUBMED
        question = {"db": "pubmed", "id": ",".join(numbers), "retmode": "json"}
        if not in_pubmed:
            # The converter takes numbers of one kind at a time and has to be told which.
            question = {"ids": ",".join(numbers), "idtype": "pmcid", "format": "json"}
        ask = Ask(
            url=f"{self.endpoint}?{urlencode(question | identity, safe=',@')}",
            purpose="pubmed-api" if in_pubmed else "pmc-api",
            accept="application/json",
            max_bytes=_MAX_BYTES,
        )
        status, answer = await ask_json(net, ask, self.who)
        told = _summaries(answer) if in_pubmed else _records(answer)
        if told is None:
            raise odd_answer(self.who, status)
        return told


PUBMED = Service("PubMed's API", SUMMARIES, "23193287")
PMC = Service("PubMed Central's API", CONVERTER, "PMC3531190")


def _summaries(answer: Any) -> Articles | None:
    """Read an answer of ESummary; None if it is none (over the limit it is an object with ``error`` only)."""
    result = answer.get("result") if isinstance(answer, dict) else None
    if not isinstance(result, dict):
        return None
    told: Articles = {}
    for number, item in result.items():
        if not isinstance(item, dict) or str(item.get("uid", number)) != number:
            continue
        if "error" in item:
            told[number] = None
        elif (title := title_of(item.get("title"))) is not None:
            kinds = item.get("pubtype")
            told[number] = Article(title, isinstance(kinds, list) and "Retracted Publication" in kinds)
    return told


def _records(answer: Any) -> Articles | None:
    """Read an answer of the ID converter; None if it is none."""
    records = answer.get("records") if isinstance(answer, dict) else None
    if not isinstance(records, list):
        return None
    told: Articles = {}
    for item in records:
        if not isinstance(item, dict):
            continue
        asked, found = item.get("requested-id"), item.get("pmcid")
        number = asked if isinstance(asked, str) else found
        if not isinstance(number, str):
            continue
        if item.get("status") == "error":
            told[number.upper()] = None
        elif isinstance(found, str) and str(item.get("live", "true")).lower() != "false":
            # "live" is false before an article is released (from the converter's older documentation: unsure).
            told[number.upper()] = Article()
    return told
