"""Character references and backslash escapes, each decoded exactly once and as its own standard says."""

from __future__ import annotations

import re
from html.entities import html5

_IN_ATTRIBUTE = re.compile(r"&(?:#[xX]([0-9a-fA-F]+);?|#([0-9]+);?|([A-Za-z][A-Za-z0-9]*;?))")
_IN_MARKDOWN = re.compile(r"&(?:#[xX]([0-9a-fA-F]{1,6})|#([0-9]{1,7})|([A-Za-z][A-Za-z0-9]{1,31}));")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_LONGEST_BARE = max(len(name) for name in html5 if not name.endswith(";"))
#: What numeric references to C1 control codes mean (WHATWG HTML, numeric character reference end state).
_C1 = dict(
    zip(
        range(0x80, 0xA0),
        "€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ",
        strict=True,
    )
)


def _char(code: int) -> str:
    if code == 0 or code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        return "\ufffd"
    return chr(code)


def _number(digits: str, base: int) -> int:
    """Read digits; more than eight of them cannot be a character, and must not cost time."""
    significant = digits.lstrip("0")
    return int(significant or "0", base) if len(significant) <= 8 else 0x110000


def _attribute_ref(match: re.Match[str]) -> str:
    hexadecimal, decimal, name = match.groups()
    if hexadecimal or decimal:
        code = _number(hexadecimal, 16) if hexadecimal else _number(decimal, 10)
        return _C1.get(code) or _char(code)
    if name in html5 and name.endswith(";"):
        return html5[name]
    for length in range(min(len(name), _LONGEST_BARE), 1, -1):
        if name[:length] in html5:
            # Without its semicolon a name that runs on into "=" or a letter is part of a query: &copy=1.
            follows = name[length:] or match.string[match.end() : match.end() + 1]
            if follows[:1] == "=" or (follows[:1].isascii() and follows[:1].isalnum()):
                return match.group()
            return html5[name[:length]] + name[length:]
    return match.group()


def decode_attribute(raw: str) -> str:
    """Decode the character references of an HTML attribute value (WHATWG HTML, section 13.2.5.72 to 13.2.5.80)."""
    return _IN_ATTRIBUTE.sub(_attribute_ref, raw) if "&" in raw else raw


def markdown_ref(match: re.Match[str]) -> str:
    """Return what one Markdown character reference means; an unknown one means itself."""
    hexadecimal, decimal, name = match.groups()
    if hexadecimal or decimal:
        return _char(int(hexadecimal, 16) if hexadecimal else int(decimal))
    return html5.get(f"{name};", match.group())


def decode_markdown(raw: str) -> str:
    """Decode the character references of Markdown (CommonMark 0.29, section 6.2): only those that end in ``;``."""
    return _IN_MARKDOWN.sub(markdown_ref, raw) if "&" in raw else raw


def clean_destination(raw: str) -> str:
    r"""Return the URL that a Markdown link destination means.

    cmark decodes character references first and removes backslash escapes afterwards, so ``\&amp;`` is ``&``.
    """
    url = decode_markdown(raw.strip(" \t\n\v\f\r"))
    return _ESCAPE.sub(r"\1", url) if "\\" in url else url
