"""Pages whose scripts do nothing but send their readers on, as the redirects of documentation builders do.

Source: docs/facts/http-answers.md#redirects-by-script.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from linkwarden.patterns import pattern

#: Pages that only send their readers on are smaller than this, in bytes, and say less than this, in characters.
PAGE_BYTES = 4096
WORDS = 300

_STRING = pattern(r"\"([^\"\\\n]{1,2000})\"|'([^'\\\n]{1,2000})'")
_OWN = r"(?:(?:window|document|self|top) ?\. ?)?location"
#: What may be put behind the URL: the query and the fragment that the reader has brought.
_KEPT = rf"(?: ?\+ ?\(? ?{_OWN} ?\. ?(?:search|hash) ?(?:\|\| ?(?:''|\"\") ?)?\)?){{0,2}}"
_QUOTED = r"(?:\"(?P<double>[^\"\\\n]{1,2000})\"|'(?P<single>[^'\\\n]{1,2000})')"
#: A script that is this and nothing else, its white space collapsed.
_ONLY_SENDS_ON = pattern(
    rf" ?(?:<!--)? ?{_OWN} ?(?:(?:\. ?href)? ?= ?{_QUOTED}{_KEPT}"
    rf"|\. ?(?:replace|assign) ?\( ?{_QUOTED.replace('double', 'double2').replace('single', 'single2')}{_KEPT} ?\))"
    r" ?;? ?(?:// ?)?(?:-->)? ?",
)


def sent_on_by_script(scripts: Sequence[str], otherwise: Iterable[str]) -> str | None:
    """Return the reference that a page's scripts lead to, or None if that cannot be told for sure.

    It can where the only script is one assignment of a URL to ``location``, and where one uses the very URL to which
    the page leads readers without scripts.

    Args:
        scripts: the source of each script of a page with few words, all that it has.
        otherwise: where the page sends readers whose browsers run no scripts.
    """
    references = tuple(otherwise)
    if references:
        quoted = {a or b for script in scripts if "location" in script for a, b in _STRING.findall(script)}
        named = next((reference for reference in references if reference in quoted), None)
        if named is not None:
            return named
    found = _ONLY_SENDS_ON.fullmatch(" ".join(scripts[0].split())) if len(scripts) == 1 else None
    return next(filter(None, found.groups()), None) if found else None
