"""What a review is: a second look at what the providers found, once all of it is known.

Adding one costs a file in this package and its test, as with providers. A review sees the whole run, so it can compare
links with each other, request again before a link is called broken, or look for a replacement.

A run lasts as long as its slowest host. So that the second looks do not come on top of that, a review can say what it
needs to know (``needs``), and begin with the links of which that is known (``begin``). It still decides in ``look``;
``Once`` keeps the answers until then.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Iterator, Sequence
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from linkwarden.model import Evidence, Notice, Result, Rule
from linkwarden.providers import LoadContext

if TYPE_CHECKING:
    from linkwarden.net import Net


T = TypeVar("T")


class Needs(Enum):
    """What has to be settled before a review can begin with a link."""

    LINK = "the link itself"
    HOST = "all links of its host"
    MOST = "all links but those of a few slow hosts"
    LIST = "all links"


class Once:
    """Answers to questions, each of which is put once, whoever wants to know it first."""

    def __init__(self) -> None:
        self._known: dict[Hashable, Any] = {}
        self._under_way: dict[Hashable, asyncio.Event] = {}

    @property
    def put(self) -> int:
        """How many questions were put so far."""
        return len(self._known) + len(self._under_way)

    def has(self, question: Hashable) -> bool:
        """Return whether a question was put."""
        return question in self._known or question in self._under_way

    async def ask(self, question: Hashable, put: Callable[[], Awaitable[T]]) -> T:
        """Return the answer to a question; ``put`` gets it where nobody has it yet.

        Raises:
            Exception: ``put`` raised it; the next one who asks tries again.
        """
        while question in self._under_way:
            await self._under_way[question].wait()
        if question not in self._known:
            done = self._under_way[question] = asyncio.Event()
            try:
                self._known[question] = await put()
            finally:
                del self._under_way[question]
                done.set()
        answer: T = self._known[question]
        return answer


class Review(ABC):
    """A second look at a finished set of results.

    Class attributes:
        name: unique, kebab-case.
        rank: who looks first (lower comes first): 10 second opinions, 20 comparisons, 90 replacements.
        online: False if ``look`` makes no request; such reviews also run under ``--offline``.
        doing: what it does, for the progress line, if that can take a while.
        needs: what has to be settled before it can begin with a link.
        rules: every rule that it can raise.
        rule_names: code and name of each of them, as for ``Provider``.

    Attributes:
        once: the questions that it has put in this run, those of ``begin`` and those of ``look``.
    """

    name: ClassVar[str]
    rank: ClassVar[int]
    doing: ClassVar[str] = ""
    online: ClassVar[bool] = True
    needs: ClassVar[Needs] = Needs.LIST
    rules: ClassVar[tuple[Rule, ...]] = ()
    rule_names: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.rule_names = tuple(f"{rule.code} {rule.slug}" for rule in cls.rules)

    def __init__(self, ctx: LoadContext) -> None:
        self.ctx = ctx
        self.once = Once()

    def wants(self, result: Result) -> bool:
        """Return whether ``look`` will change a link, or make a request for it, for all that is known of it now."""
        del result
        return False

    def may_change(self, result: Result) -> bool:
        """Return whether ``look`` may change a link that has been through ``begin``, for what other links tell.

        The link is not certain then before all are settled. Rather say so once too often.
        """
        del result
        return False

    def begin(self, results: Sequence[Result], net: Net, now: datetime) -> AsyncIterator[Evidence]:
        """Return what ``look`` will probably say of some links, which are settled before the others.

        A forecast: only ``look`` decides. What is requested here is what ``look`` will request, through ``once``, so
        that it is requested once; where ``look`` has to choose, because there is more than it may request, only a few
        requests may be for nothing.

        Args:
            results: links of one host that ``wants`` has named, as the reviews before this one have left them; with
                ``Needs.MOST`` all links, those that are not settled as what was not reached.
            net: the only way to the network; a host's first requests go before these.
            now: the instant that counts as the present.

        Raises:
            Exception: a defect of the review, as in ``look``.
        """
        return self.look(results, net, now)

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
