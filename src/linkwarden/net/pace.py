"""How fast one host may be asked, learned from what it refuses. Pure: no clock of its own, no waiting."""

from __future__ import annotations

#: Interval after the first refusal: five a second is what most limited hosts bear.
FIRST_LIMITED = 0.2
#: How much slower than the measured rate to go on: an exact estimate would run into the limit again and again.
MARGIN = 1.03
#: When the last cool-down has been over for so many seconds, the host is asked a little faster with every answer …
RECOVERY_AFTER = 20.0
#: … by this factor.
RECOVERY = 0.985
#: Slower than one request in so many seconds makes no sense within one run.
SLOWEST = 30.0


class Pace:
    """The interval between two requests to one host.

    Most hosts count requests in a bucket that fills steadily. Between two refusals the bucket goes from empty to
    empty, so what was answered in between, divided by the time, is the rate at which it fills: after two refusals
    the limit is known, not guessed. A long pause that fills the bucket to the brim makes that a lower bound; the
    answers beyond one bucketful since the pause give another. The greater of the two counts.

    Attributes:
        interval: seconds between two starts, now.
        limited: whether the host has refused anything yet.
    """

    __slots__ = ("_answered", "_base", "_bucket", "_refused_at", "_resumed_at", "interval", "limited")

    def __init__(self, base: float) -> None:
        self.interval = base
        self.limited = False
        self._base = base
        self._answered = 0
        self._bucket = 0
        self._refused_at = 0.0
        self._resumed_at = 0.0

    @property
    def answered(self) -> int:
        """How many requests were answered since the last refusal."""
        return self._answered

    def accept(self, now: float) -> None:
        """Note an answer."""
        self._answered += 1
        if self.limited and self.interval > self._base and now - self._resumed_at > RECOVERY_AFTER:
            self.interval = max(self._base, self.interval * RECOVERY)

    def refuse(self, now: float, resume: float) -> None:
        """Note a refusal, after which the host is left alone until ``resume``."""
        if not self.limited:
            self.limited = True
            self._bucket = self._answered
            self.interval = max(self.interval, FIRST_LIMITED)
        elif self._answered == 0:
            self.interval = min(max(self.interval * 2, FIRST_LIMITED), SLOWEST)
        else:
            self.interval = min(max(self._base, MARGIN / self._measured_rate(now)), SLOWEST)
        self._answered = 0
        self._refused_at = now
        self._resumed_at = resume

    def forgive(self) -> None:
        """Take back what was learned: the refusals turned out to be none."""
        self.interval = self._base
        self.limited = False
        self._answered = 0

    def _measured_rate(self, now: float) -> float:
        """Give the answers per second that the host bore since it last refused."""
        overall = self._answered / max(now - self._refused_at, 1e-3)
        beyond_bucket = (self._answered - self._bucket) / max(now - self._resumed_at, 1e-3)
        return max(overall, beyond_bucket)
