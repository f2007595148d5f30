"""The words of linkwarden: frozen values that the layers hand to each other.

Nothing here does IO or knows another module of the project, so every layer may use it.
"""

from linkwarden.model._errors import LinkwardenError, NothingToCheckError, UsageError
from linkwarden.model._findings import Answer, Claim, Evidence, Fact, Judgement, Pass, Rule, Suggestion, Validators
from linkwarden.model._memory import Fixed, History, Past, Patience, Remembered
from linkwarden.model._places import Anchor, AnchorSource, Excuse, Extracted, Notice, Occurrence, Span, Target
from linkwarden.model._run import Compared, Failure, Result, Run
from linkwarden.model._words import BY_SEVERITY, FAILS_BY_DEFAULT, SETTLED, Kind, Markup, Verdict

__all__ = [
    "BY_SEVERITY",
    "FAILS_BY_DEFAULT",
    "SETTLED",
    "Anchor",
    "AnchorSource",
    "Answer",
    "Claim",
    "Compared",
    "Evidence",
    "Excuse",
    "Extracted",
    "Fact",
    "Failure",
    "Fixed",
    "History",
    "Judgement",
    "Kind",
    "LinkwardenError",
    "Markup",
    "NothingToCheckError",
    "Notice",
    "Occurrence",
    "Pass",
    "Past",
    "Patience",
    "Remembered",
    "Result",
    "Rule",
    "Run",
    "Span",
    "Suggestion",
    "Target",
    "UsageError",
    "Validators",
    "Verdict",
]
