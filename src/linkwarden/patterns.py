"""Regular expressions that are compiled when they are first used: of the hundreds that there are, a run uses few."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, AnyStr, Generic, cast

#: What code asks of a pattern again and again; kept beside it once it is compiled.
_OFTEN = ("findall", "finditer", "fullmatch", "match", "search", "split", "sub")


class _Later(Generic[AnyStr]):
    """Stands in for a pattern. ``compiled`` is what it stands for."""

    def __init__(self, source: AnyStr | Callable[[], AnyStr], flags: int) -> None:
        self._source: AnyStr | Callable[[], AnyStr] = source
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        if name == "compiled":
            source = self._source() if callable(self._source) else self._source
            compiled: re.Pattern[AnyStr] = re.compile(source, self._flags)
            vars(self).update({often: getattr(compiled, often) for often in _OFTEN}, compiled=compiled)
            return compiled
        return getattr(self.compiled, name)

    def __repr__(self) -> str:
        return repr(self.compiled)


def pattern(source: AnyStr | Callable[[], AnyStr], flags: int = 0) -> re.Pattern[AnyStr]:
    """Return a regular expression as ``re.compile`` does, which is compiled when it is first used.

    Args:
        source: the expression, or what returns it: it is called once, when the pattern is first used.
        flags: as for ``re.compile``.

    Raises:
        re.error: only when it is used; a test compiles all.
    """
    return cast("re.Pattern[AnyStr]", _Later(source, flags))
