"""What can be wrong with a whole text: characters that were lost or garbled before linkwarden saw it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from linkwarden.extract._spans import Source
from linkwarden.model import Notice

#: What UTF-8 looks like when read as Windows-1252 or MacRoman: the lead bytes of accented letters, of punctuation and
#: of emoji, each followed by what a continuation byte turns into.
_MOJIBAKE = re.compile(
    r"Ã[\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|â€[\x80-\xbf™œ“”˜¢¦]|ðŸ[\x80-\xbf’“˜™š›œ€]|Â[\xa0-\xbf]"
    r"|‚[ÄÜú][ôîïìùö¶†òò∫Ñë≥Ö]|Ô∏è|ü[êíìöóòôõ§¶][\x80-\U0010ffff]|√[©®™†Ø±≠≤≥¥µ∂∑∏∫ªºΩæø¨§¢]"
)
_ENOUGH = 3  # one or two such pairs can be meant


def text_notices(source: Source) -> Iterator[Notice]:
    """Give at most one notice for replaced bytes and one for garbled text, each where it first shows."""
    lost = source.text.find("\ufffd")
    if lost >= 0:
        yield Notice(
            source.path,
            source.position(lost)[0],
            "This file is not all valid UTF-8; bytes that could not be read are shown as \ufffd. "
            "Addresses with such a byte may be checked wrongly.",
        )
    hits = []
    for hit in _MOJIBAKE.finditer(source.text):
        hits.append(hit.start())
        if len(hits) == _ENOUGH:
            yield Notice(
                source.path,
                source.position(hits[0])[0],
                "Some characters look garbled, as if UTF-8 had been read in another encoding and saved again. "
                "Links are checked as they stand, and nothing is rewritten.",
            )
            return
