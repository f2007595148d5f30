"""The links of a run. Of a long list, those that are settled lie packed in a temporary file, not in memory."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, KeysView, Mapping, Sequence
from itertools import pairwise

from linkwarden.run.entry import Entry
from linkwarden.run.packing import Packer
from linkwarden.run.shelf import Shelf

#: So many links stay in memory as they are: to look at a packed one takes ten times as long, and a run with requests
#: looks some twenty times. A list of 100,000 links takes less than 200 MB with that.
AT_HAND = 90_000
#: A link that stands in more places stays in memory, so that it is not packed again for each of them.
_FEW = 8
_OFFSET = (1 << 32) - 1  # of a file of 64 MiB at most


class Entries:
    """Every link of a run by its key, in the order in which they were found.

    Whoever gets an entry may change it. What ``rest`` puts away is given back as another object.
    """

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._at_hand: dict[int, Entry] = {}
        self._shelf = Shelf()
        self._packer: Packer | None = None
        self._paths: dict[str, int] = {}
        self._begins = array("Q")  # by number: which path, and the offset there

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._numbers)

    def __contains__(self, key: object) -> bool:
        """Return whether there is a link of a key."""
        return key in self._numbers

    def keys(self) -> KeysView[str]:
        """Return the keys."""
        return self._numbers.keys()

    def __iter__(self) -> Iterator[Entry]:
        """Yield each entry, in the order in which they were found; for reading only."""
        return map(self.at, range(len(self)))

    @property
    def all_at_hand(self) -> bool:
        """True where none is packed."""
        return len(self._at_hand) == len(self._numbers)

    def at(self, number: int) -> Entry:
        """Return the entry of a number, for reading only."""
        entry = self._at_hand.get(number)
        return entry if entry is not None else self._unpacked(number)

    def add(self, entry: Entry) -> None:
        """Take in a link that is new."""
        number = self._numbers[entry.target.key] = len(self._numbers)
        self._at_hand[number] = entry
        path = self._paths.setdefault(entry.target.path, len(self._paths))
        self._begins.append(path << 32 | entry.target.occurrences[0].span.start & _OFFSET)

    def __getitem__(self, key: str) -> Entry:
        """Return the entry of a key, which stays at hand until it is put to rest.

        Raises:
            KeyError: there is none.
        """
        number = self._numbers[key]
        entry = self._at_hand.get(number)
        if entry is None:
            entry = self._at_hand[number] = self._unpacked(number)
        return entry

    def get(self, key: str) -> Entry | None:
        """Return the same, or None."""
        return self[key] if key in self._numbers else None

    def rest(self, entry: Entry) -> None:
        """Put a settled entry away where there are many: nobody changes it unless it is asked for again."""
        if len(self) <= AT_HAND or entry.places > _FEW:
            return
        self._packer = self._packer or Packer()
        number = self._numbers[entry.target.key]
        data = self._packer.packed(entry) if self._at_hand.get(number) is entry else None
        if data is None:
            return
        self._shelf.put(number, data)
        del self._at_hand[number]

    def in_order(self, rank: Mapping[str, int]) -> Sequence[int]:
        """Return the numbers of all entries, sorted by where they were first found.

        Args:
            rank: of each input, by its name.
        """
        ranks = [rank[path] << 32 for path in self._paths]

        def place(number: int) -> int:
            begin = self._begins[number]
            return ranks[begin >> 32] | begin & _OFFSET

        numbers = range(len(self))
        if all(one <= other for one, other in pairwise(map(place, numbers))):
            return numbers
        return array("L", sorted(numbers, key=place))

    def _unpacked(self, number: int) -> Entry:
        assert self._packer is not None  # noqa: S101 - what is not at hand was put there
        return self._packer.unpacked(self._shelf.get(number))
