"""What the memory spares the engine: questions whose good answers are known. It never makes a link well or ill."""

from __future__ import annotations

from datetime import datetime, timedelta

from linkwarden.deps import Memory
from linkwarden.ledger import Entry
from linkwarden.model import Answer, Evidence, Fact, Kind, Target
from linkwarden.providers import Provider

#: However long a good answer may stand, and however often a server says "not changed": after this a page is looked at.
_LONGEST_TRUST = timedelta(days=30)


def known_good(memory: Memory | None, entry: Entry, provider: Provider, now: datetime) -> Answer | None:
    """Give the good answer that a provider got in an earlier run, unless the link has failed since.

    Not for a picture, but by those who know pictures only: the answer may have been for the link of a page.
    """
    if memory is None or not provider.online or (entry.as_image and provider.kind is not Kind.IMAGE):
        return None
    past = memory.recall(entry.target.key)
    if past is None or past.answer is None or past.failing_since is not None:
        return None
    answer = past.answer
    young = answer.looked <= answer.at <= now < answer.looked + _LONGEST_TRUST
    return answer if young and answer.checked_by == provider.name else None


def as_remembered(target: Target, known: Answer) -> Evidence:
    """Give the evidence for a link that is not asked in this run, because it was well a short while ago."""
    fact = Fact(f"not asked in this run: all was well on {known.at:%Y-%m-%d %H:%M} UTC", known.final_url, known.status)
    return Evidence(
        key=target.key,
        checked_by=known.checked_by,
        status=known.status,
        final_url=known.final_url,
        title=known.title,
        facts=(fact,),
    )


def keep(memory: Memory | None, provider: Provider, found: Evidence, now: datetime) -> None:
    """Let the memory have a good answer at once: a run that is killed later need not ask for it again.

    Not one that a review has still to clear of a doubt.
    """
    if memory is not None and provider.online and found.rule is None and found.doubt is None:
        looked = found.looked or now
        memory.keep(
            found.key,
            Answer(provider.name, now, looked, found.status, found.final_url, found.title, found.validators),
        )
