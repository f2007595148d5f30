"""What a review is: a second look at what the providers found, once all of it is known.

Adding one costs a file in this package and its test, as with providers. A review sees the whole run, so it can compare
links with each other, request again before a link is called broken, or look for a replacement.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from linkwarden.model import Evidence, Notice, Result, Rule
from linkwarden.providers import LoadContext

if TYPE_CHECKING:
    from linkwarden.net import Net


class Review(ABC):
    """A second look at a finished set of results.

    Class attributes:
        name: unique, kebab-case.
        rank: who looks first (lower comes first): 10 second opinions, 20 comparisons, 90 replacements.
        online: False if ``look`` makes no request; such reviews also run under ``--offline``.
        doing: what it does, for the progress line, if that can take a while.
        rules: every rule that it can raise.
        rule_names: code and name of each of them, as for ``Provider``.
    """

    name: ClassVar[str]
    rank: ClassVar[int]
    doing: ClassVar[str] = ""
    online: ClassVar[bool] = True
    rules: ClassVar[tuple[Rule, ...]] = ()
    rule_names: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.rule_names = tuple(f"{rule.code} {rule.slug}" for rule in cls.rules)

    def __init__(self, ctx: LoadContext) -> None:
        self.ctx = ctx

    @abstractmethod
    def look(self, results: Sequence[Result], net: Net, now: datetime) -> AsyncIterator[Evidence]:
        """Return evidence that replaces what was found for some targets (same ``key``); most stay as they are.

        Args:
            results: all results so far, in source order, with the verdicts that they would have now.
            net: the only way to the network; offline reviews do not touch it.
            now: the instant that counts as the present.

        Raises:
            Exception: a defect of the review. The engine reports it (exit code 3); the results stand.
        """

    def remarks(self, results: Sequence[Result]) -> Iterator[Notice]:
        """Return remarks about the inputs that change no verdict; called after ``look``. Makes no request.

        Args:
            results: all results, in source order, as they are after ``look``.

        Raises:
            Exception: a defect of the review, treated as one in ``look``.
        """
        del results
        return iter(())
