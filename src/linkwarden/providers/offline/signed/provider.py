"""Settles URLs that carry their own end by the URL alone: no request is made for what has expired."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar

from linkwarden.model import Claim, Evidence, Fact, Kind, Pass, Rule, Tag, Target, Verdict
from linkwarden.providers.base import Example, Provider
from linkwarden.providers.offline.signed import advice
from linkwarden.signatures import Signature, Status, classify
from linkwarden.url import parse

if TYPE_CHECKING:
    from linkwarden.net import Net


_COMMIT = "Commit the file to the repository, or link the page that it comes from; a fresh signed URL ends as well."

EXPIRED = Rule(
    "LW201",
    "signed-url-expired",
    Verdict.EXPIRED,
    "The URL was signed for a limited time, and that time is over.",
    "Stores such as Amazon S3 hand out URLs that work for minutes or days. The end is written in the URL, "
    "so linkwarden reads it without a request. From that instant on the server answers everybody with an error.",
    _COMMIT,
)
EXPIRING = Rule(
    "LW202",
    "signed-url-expiring",
    Verdict.EXPIRING,
    "The URL was signed to stop at a known instant, which is still to come.",
    "The end is written in the URL. Readers who come later get an error, however often the URL worked before.",
    _COMMIT,
)
MALFORMED = Rule(
    "LW203",
    "signed-url-malformed",
    Verdict.BROKEN,
    "The URL is signed in a form that its server always refuses.",
    "A parameter of the signature is missing, contradicts another one, or has a value that the server's documentation "
    "rules out, so no reader was ever let in, and none will be.",
    "Copy the URL again from where it was made, or better: commit the file to the repository.",
)
TEMPORARY = Rule(
    "LW204",
    "temporary-address",
    Verdict.EXPIRING,
    "The URL is temporary by design and does not say when it ends.",
    "Its site makes such URLs for the moment, and says so or is known for it. It may work today.",
    _COMMIT,
)
PRIVATE = Rule(
    "LW205",
    "private-address",
    Verdict.SUSPECT,
    "Only people who are logged in to the site get what the URL promises.",
    "Its site shows such URLs to members of a workspace only. You may see it because you are logged in.",
    "Upload the file to a place that everybody may read, best the repository.",
    tags=frozenset({Tag.PAGE_EXISTS}),
)
SERVER_SIDE = Rule(
    "LW206",
    "signed-url-hidden-end",
    Verdict.DEGRADED,
    "The URL is signed, and only the server knows for how long.",
    "It holds the time of signing, or the name of a rule; how long it lasts is a setting of the server, which its "
    "owner can change at any time.",
    "Ask the owner for a lasting URL, or commit the file to the repository.",
)
FRAGILE = Rule(
    "LW207",
    "fragile-address",
    Verdict.DEGRADED,
    "Nobody promises that the URL goes on working.",
    "It is a by-product of a site (a thumbnail, a proxy, a form that was given up), not a published URL.",
    "Link the original, or commit a copy of the image to the repository.",
)
DOUBTFUL = Rule(
    "LW208",
    "signed-url-doubtful",
    Verdict.SUSPECT,
    "The URL looks signed, and by its own parameters readers are no longer let in.",
    "The parameters are common enough to mean something else, so linkwarden also asks the server; this remark stands "
    "only where the answer does not settle it.",
    _COMMIT,
)

#: An end further away than this is somebody's way to write "never"; the list will be another one by then.
FAR = timedelta(days=5 * 365)
#: S3 and others tolerate clocks that differ by about this much, so nearer to the end nobody can be precise.
EDGE = timedelta(minutes=15)

_SETTLED_ELSEWHERE = frozenset({Status.NONE, Status.PERMANENT})
_NOTES = {
    Status.EPHEMERAL: (TEMPORARY, "The URL is temporary by design and does not say when it ends"),
    Status.AUTH_REQUIRED: (PRIVATE, "Readers who are not logged in get nothing"),
    Status.SERVER_SIDE: (SERVER_SIDE, "The URL is signed, and only the server knows for how long"),
    Status.FRAGILE: (FRAGILE, "The URL may stop working at any time"),
}


class SignedUrlProvider(Provider):
    """Reads the end of a signed URL; passes on what may still work, with a remark."""

    name: ClassVar[str] = "signed-url"
    rank: ClassVar[int] = 10
    online: ClassVar[bool] = False
    kind: ClassVar[Kind] = Kind.FILE
    rules: ClassVar[tuple[Rule, ...]] = (
        EXPIRED,
        EXPIRING,
        MALFORMED,
        TEMPORARY,
        PRIVATE,
        SERVER_SIDE,
        FRAGILE,
        DOUBTFUL,
    )
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "https://images.s3.eu-west-1.amazonaws.com/a.png?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AK"
            "%2F20240301%2Feu-west-1%2Fs3%2Faws4_request&X-Amz-Date=20240301T120000Z&X-Amz-Expires=3600"
            "&X-Amz-SignedHeaders=host&X-Amz-Signature=00",
            "aws-sigv4",
        ),
        Example("https://cdn.discordapp.com/attachments/1/2/a.png?ex=65e1c2c0&is=65e07140&hm=00", "discord-cdn"),
        Example("https://replicate.delivery/pbxt/x/out.png", "replicate"),
        Example("https://drive.google.com/uc?id=0B1234567890", "google-drive-embed", image=True),
        Example("https://drive.google.com/uc?id=0B1234567890", None),
        Example("https://images.s3.eu-west-1.amazonaws.com/a.png", None),
        Example("https://shop.imgix.net/a.png?s=0123456789abcdef", None),
        Example("https://web.archive.org/web/2021/https://cdn.discordapp.com/attachments/1/2/a.png?ex=65e1c2c0", None),
        Example("#overview", None),
    )

    def looks_at(self, host: str) -> bool:
        return bool(host)

    def claim(self, target: Target) -> str | None:
        """Take every URL that ends, or may; the ident is the signature scheme's id."""
        signature = classify(target.address or "")
        if signature.status in _SETTLED_ELSEWHERE:
            return None
        if signature.status is Status.SERVER_SIDE and signature.low_confidence:
            return None  # a guess about something of which nothing is known anyway
        if signature.scheme == "google-drive-embed" and not target.is_image:
            return None  # the same form still downloads files
        return signature.scheme

    async def check(self, claims: Sequence[Claim], net: Net, now: datetime) -> AsyncIterator[Evidence | Pass]:  # noqa: ARG002 - the contract; nothing is asked
        """Settle each claim from its URL; see ``settle``."""
        for claim in claims:
            yield settle(claim.target, now)


def settle(target: Target, now: datetime) -> Evidence | Pass:
    """Return what a target's URL says about its own end.

    Args:
        target: what to judge, by its ``address``.
        now: the present, with a time zone.

    Returns:
        ``Evidence`` where the URL proves that nothing is shown; ``Pass``, usually with a note, where a request
        has to tell.
    """
    return _Finding(target, classify(target.address or ""), now).outcome()


class _Finding:
    """One target, what its URL says, and the present: everything that the wording needs."""

    def __init__(self, target: Target, signature: Signature, now: datetime) -> None:
        self.target = target
        self.signature = signature
        self.now = now
        self.url = parse(target.address or "")

    def outcome(self) -> Evidence | Pass:
        """Decide between proof and remark."""
        signature = self.signature
        if signature.status is Status.DATED:
            return self._dated()
        if signature.status is Status.MALFORMED:
            return self._malformed()
        if signature.status in _NOTES:
            rule, text = _NOTES[signature.status]
            return self._note(rule, f"{text}: {signature.why}.")
        return Pass(self.target.key)

    def _dated(self) -> Evidence | Pass:
        end = self.signature.ends_at
        if end is None or self.signature.sentinel:
            return Pass(self.target.key)
        until = f"{_utc(end)}{' at the latest' if self.signature.upper_bound else ''}"
        if self.now >= end:
            return self._past(end, until)
        if end - self.now > FAR:
            return Pass(self.target.key)
        # Whether it works today is for the response to say.
        signed = "looks signed" if self.signature.low_confidence else "was signed"
        only = "" if self.signature.upper_bound else " only"
        start = self.signature.not_before
        since = f" from {_utc(start)}" if start and start > self.now else ""
        return self._note(EXPIRING, f"The URL {signed} to work{since} until {until}{only}; {_ahead(end - self.now)}.")

    def _past(self, end: datetime, until: str) -> Evidence | Pass:
        if self.signature.low_confidence:
            return self._note(DOUBTFUL, f"The URL looks signed to work until {until}; {_past(self.now - end)}.")
        nothing = "see nothing" if self.target.is_image else "get an error"
        reason = f"The URL was signed to work until {until}; {_past(self.now - end)}, so readers {nothing}."
        return self._evidence(EXPIRED, reason)

    def _malformed(self) -> Evidence | Pass:
        if self.signature.low_confidence:
            return self._note(DOUBTFUL, f"The URL looks signed, and not rightly: {self.signature.why}.")
        return self._evidence(MALFORMED, f"The server refuses this URL at any time: {self.signature.why}.")

    def _note(self, rule: Rule, reason: str) -> Pass:
        return Pass(self.target.key, note=self._evidence(rule, reason))

    def _evidence(self, rule: Rule, reason: str) -> Evidence:
        site = advice.site_of(self.url) if self.url else None
        return Evidence(
            key=self.target.key,
            checked_by=SignedUrlProvider.name,
            rule=rule,
            reason=f"{reason} {site.remedy if site else advice.GENERAL}",
            expires_at=self.signature.ends_at,
            suggestion=site.lasting(self.url) if site and self.url else None,
            facts=tuple(Fact(text) for text in self._facts()),
        )

    def _facts(self) -> list[str]:
        signature = self.signature
        facts = [f"Signature scheme {signature.scheme}: {signature.why}."]
        if signature.upper_bound:
            facts.append("It was signed by a session that may end earlier; then it ends, too.")
        if signature.hard_limit and signature.expires_at and signature.hard_limit < signature.expires_at:
            facts.append(
                f"It claims {_utc(signature.expires_at)}, but no such session lasts beyond the end given here."
            )
        if signature.not_before and signature.not_before > self.now:
            facts.append(f"It does not work before {_utc(signature.not_before)}.")
        return [*facts, *signature.remarks]


def _utc(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%d %H:%M:%S UTC")


def _past(distance: timedelta) -> str:
    return "that is just now" if distance < EDGE else f"that was {_words(distance)} ago"


def _ahead(distance: timedelta) -> str:
    return "that is now" if distance < EDGE else f"that is in {_words(distance)}"


_UNITS = (("year", 31_556_952), ("month", 2_629_746), ("day", 86_400), ("hour", 3_600), ("minute", 60))


def _words(distance: timedelta) -> str:
    """Return a distance in its largest unit, rounded down: "5 years", "1 day", "20 minutes"."""
    seconds = int(distance.total_seconds())
    unit, size = next(((unit, size) for unit, size in _UNITS if seconds >= size), ("minute", 60))
    count = seconds // size
    return f"{count} {unit}{'' if count == 1 else 's'}"
