"""The only place where foreign text (URLs, link texts, titles, reasons) is made fit for an output.

Nothing is cleaned where it is read: the checker needs the real bytes. Each report calls these functions at the last
moment. What an attacker could want: terminal control sequences, workflow commands in an Actions log, mentions and
cross references in a GitHub comment, images that tell when a report is read, secrets of signed URLs.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable
from pathlib import PurePath
from urllib.parse import quote, quote_from_bytes, urlsplit

from linkwarden.patterns import pattern
from linkwarden.text import is_http, mask_secrets

#: What a reader does not see and a terminal may obey: C0, C1, DEL, soft hyphen, fillers, zero-width characters,
#: bidirectional controls, line separators, lone surrogates, interlinear marks, tags, and what is no character (U+FFFE).
_INVISIBLE = pattern(
    "[\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ud800-\udfff\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\U000e0000-\U000e0fff]"
)
_SURROGATE = pattern("[\ud800-\udfff]")
#: GitHub's runner obeys ``##[command]`` anywhere in a log line (actions/runner, ActionCommand.cs).
_LOG_COMMAND = pattern(r"#(?=#\[)")

#: What JSON need not escape and ``json.dumps`` does: all but printing ASCII (white space between values stays).
_NOT_ASCII = pattern(r"[^\x00-\x7e]+")

_OPENING = "(\"'“‘«„"
_CLOSING = ").,;:!?\"'”’»"
_WORD = pattern(r"[(\"'“‘«„]*`[^`]+`[).,;:!?\"'”’»]*(?=\s|$)|\S+")
_PLAIN = pattern(r"(?:[A-Za-z0-9.,;:!?%()'\"/+=-]|[^\x00-\x7f])+")
#: Words that GitHub turns into links or images by themselves: URLs, commit ids, GH-1, :emoji:.
_LIVELY = pattern(r"(?i)www\.|:.*:|://|\b[0-9a-f]{7,}\b|\bgh-\d")
#: Plain although it looks lively: a clock time is no :emoji:, and a lone ampersand no entity.
_HARMLESS = pattern(r"\d{1,2}:\d\d(?::\d\d)?|&")
#: What makes a list or a heading at the start of a line.
_LINE_MARK = pattern(r"\d+[.)]|[-+=]+")

_UNSAFE_IN_LINK = pattern(r"[\x00-\x20\"<>\\^`{|}\x7f]")
#: What a terminal may take for the end of a link, or not at all: everything but printing ASCII.
_NOT_IN_LINK = pattern(r"[^\x21-\x7e]")
_LONGEST_PATH = 200
_LONGEST_LINK = 2_000  # characters; longer ones are shown but not offered for a click
#: GitHub's runner cuts an annotation's message at 4,096 characters (actions/runner, ExecutionContext.cs).
_LONGEST_MESSAGE = 4_000


def as_utf8(text: str) -> str:
    r"""Return text that can be encoded as UTF-8: a byte of a file name that is none is written out, as ``\xff``.

    Python reads such a byte as half a surrogate pair (PEP 383), which no strict reader of UTF-8 or JSON takes.
    """
    if text.isascii():
        return text
    return _SURROGATE.sub(lambda m: _byte(m[0]) or "\ufffd", text)


def _byte(character: str) -> str:
    number = ord(character)
    return f"\\x{number - 0xDC00:02x}" if 0xDC80 <= number <= 0xDCFF else ""


def visible(text: str) -> str:
    r"""Return text in which every invisible or controlling character is written out, as ``\u{1b}`` or ``\xff``.

    The result can be printed in a terminal and in an Actions log (except that a line must not start with it, see
    ``linkwarden.report.text``), and can always be encoded as UTF-8.
    """
    text = _INVISIBLE.sub(lambda m: _byte(m[0]) or f"\\u{{{ord(m[0]):x}}}", text)
    return _LOG_COMMAND.sub(r"\\u{23}", text)


def one_line(text: str) -> str:
    """Return prose on one line: masked, white space collapsed, everything visible."""
    return visible(" ".join(mask_text(text).split()))


def mask_text(text: str) -> str:
    """Mask the secrets of URLs that stand in running text.

    Word by word, because ``mask_secrets`` takes all that follows ``token=`` for the token; what closes a sentence or
    a bracket is not part of it.
    """
    if "=" not in text and "/" not in text and "eyJ" not in text:  # most sentences have neither URL nor token
        return text
    return re.sub(r"\S+", lambda m: _masked_word(m[0]), text)


def _masked_word(word: str) -> str:
    core = word.rstrip(_CLOSING)
    return mask_secrets(core) + word[len(core) :]


def shorten(text: str, limit: int) -> str:
    """Return at most ``limit`` characters, leaving out the middle: both ends of a URL tell something."""
    if len(text) <= limit:
        return text
    head = (limit - 1) * 2 // 3
    return f"{text[:head]}…{text[len(text) - (limit - 1 - head) :]}"


def cut(text: str, limit: int) -> str:
    """Return at most ``limit`` characters of prose, leaving out the end."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def shown_address(url: str, limit: int) -> str:
    """Return a URL for people: masked, visible, not longer than ``limit`` characters, never empty."""
    return shorten(visible(mask_secrets(url)), limit) or "(empty URL)"


def shown_place(path: str, *numbers: int) -> str:
    """Return ``file:line:column`` as editors and terminals take it; a file may be a URL with a token in it.

    A line of 0 is left out: that is about the whole file.
    """
    return ":".join([shown_address(path, _LONGEST_PATH), *(str(number) for number in numbers if number)])


def md_code(text: str, *, table: bool = False) -> str:
    """Return a Markdown code span that holds the text whatever it is.

    The fence is longer than any run of backticks inside (CommonMark 6.1).

    Args:
        text: anything.
        table: it will stand in a table cell, where a pipe needs a backslash (GFM 4.10), also after another
            backslash (seen with cmark-gfm 0.29.0.gfm.6).
    """
    text = visible(text)
    if table:
        text = text.replace("|", "\\|")
    fence = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    pad = " " if not text.strip() or text[0] in " `" or text[-1] in " `" else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def md_text(text: str, *, table: bool = False) -> str:
    """Return prose for Markdown in which nothing acts: each word that could is set as code, the others stay.

    Backslashes would not do: GitHub looks for mentions and references after the escapes are gone. What stands
    between backticks stays code.

    Args:
        text: prose, foreign or not. It becomes one line.
        table: it will stand in a table cell.
    """
    words: list[str] = []
    lively: list[str] = []
    for word in _WORD.findall(one_line(text)):
        starts = not words and not lively
        if _is_plain(word) and not (starts and _LINE_MARK.fullmatch(word)):
            words += _as_code(lively, table=table)
            words.append(word)
        else:
            lively.append(word)
    return " ".join(words + _as_code(lively, table=table))


def _is_plain(word: str) -> bool:
    bare = word.lstrip(_OPENING).rstrip(_CLOSING)
    if _HARMLESS.fullmatch(bare):
        return True
    return _PLAIN.fullmatch(word) is not None and not _LIVELY.search(word) and not _LIVELY.search(bare)


def _as_code(words: list[str], *, table: bool) -> list[str]:
    """Return the collected words as one code span, with the punctuation around it outside, and forget them."""
    text = " ".join(words)
    words.clear()
    if not text:
        return []
    core = text.lstrip(_OPENING)
    inner = core.rstrip(_CLOSING)
    if not inner:
        return [md_code(text, table=table)]
    lead, tail = text[: len(text) - len(core)], core[len(inner) :]
    if inner.count("`") == 2 and inner[0] == inner[-1] == "`" and inner != "``":
        inner = inner[1:-1]
    return [f"{lead}{md_code(inner, table=table)}{tail}"]


def link_target(url: str) -> str | None:
    """Return the URL to link to, or None where a click would be unsafe, useless or reveal something.

    Only http(s) with a host, nothing invisible, nothing masked. Links to GitHub go by ``redirect.github.com``, so
    that a report in an issue leaves no trace in other people's issues (GitHub docs, "Avoiding backlinks").
    """
    if not _is_fit_for_link(url):
        return None
    return re.sub(r"(?i)^https?://(?:www\.)?github\.com(?=[/?#:]|$)", "https://redirect.github.com", url)


def _is_fit_for_link(url: str) -> bool:
    try:
        host = urlsplit(url).hostname
    except ValueError:
        return False
    # urlsplit forgives a space in front, which would make the link a relative one.
    if not is_http(url) or not host or len(url) > _LONGEST_LINK:
        return False
    return not (_INVISIBLE.search(url) or "***" in url or mask_secrets(url) != url)  # masked already, or to be masked


def page_target(url: str) -> str | None:
    """Return the page of a line of the list to link to, or None where it is not fit for it.

    It goes there directly: a link to a file leaves no trace, and other services have no way round.
    """
    return _percent_encoded(url) if _is_fit_for_link(url) else None


def _percent_encoded(url: str) -> str:
    """Return a URL in which everything but printing ASCII is percent-encoded; browsers do the same."""
    return _NOT_IN_LINK.sub(lambda m: quote(m[0], safe=""), url)


def hyperlink(url: str, shown: str) -> str:
    """Return words for a terminal with a link (OSC 8), or the words alone where the URL is not fit for one.

    Args:
        url: the URL, as a browser would take it. Nothing in it can end the sequence: all but printing ASCII is
            percent-encoded, as the description of OSC 8 asks ("Hyperlinks in terminal emulators", 2017).
        shown: visible text.
    """
    target = page_target(url)
    return f"\x1b]8;;{target}\x1b\\{shown}\x1b]8;;\x1b\\" if target is not None else shown


def md_page(url: str, place: str) -> str:
    """Return the place of a link as code, linked to its line on the web where the URL is fit for that."""
    target = page_target(url)
    return f"[{md_code(place)}](<{_in_angles(target)}>)" if target is not None else md_code(place)


def md_link(url: str, label: str) -> str:
    """Return a Markdown link with a label of our own, or "" where the URL is not fit for one.

    Args:
        url: the URL, as a browser would take it.
        label: words of linkwarden's own, or code (``md_code``); they are not escaped.
    """
    target = link_target(url)
    if target is None:
        return ""
    return f"[{label}](<{_in_angles(target)}>)"


def _in_angles(target: str) -> str:
    """Return a link's target as Markdown has it between angle brackets."""
    return _UNSAFE_IN_LINK.sub(lambda m: f"%{ord(m[0]):02X}", target).replace("&", "&amp;").replace("##[", "##%5B")


def log(line: str) -> str:
    """Return one line for a terminal or a log: everything visible, and nothing that a GitHub runner obeys.

    ``::name ::`` acts at the start of a line only, after white space (actions/runner, ActionCommand.cs).
    """
    shown = visible(line)
    return f"\\{shown}" if shown.lstrip().startswith("::") else shown


def annotation(level: str, lines: Iterable[str], *, title: str, place: dict[str, int] | None = None, path: str) -> str:
    """Return the command that makes GitHub show a message beside a line of a file.

    Escaped as GitHub's own toolkit does it (actions/toolkit, packages/core/src/command.ts). Inside a whole command
    nothing else acts, but old runners and other readers of the log see all of it, so everything is visible too.

    Args:
        level: ``error``, ``warning`` or ``notice``.
        lines: the message.
        title: what stands above it.
        place: ``line``, ``endLine``, ``col`` and ``endColumn``, as far as they are meant.
        path: the file, relative to the checkout, or "" for a message about no file.
    """
    properties = [f"file={_property(mask_secrets(path))}"] if path else []
    properties += [f"{name}={number}" for name, number in (place or {}).items()]
    properties.append(f"title={_property(title)}")
    message = _data(cut("\n".join(map(log, lines)), _LONGEST_MESSAGE))
    return f"::{level} {','.join(properties)}::{message}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(visible(text)).replace(":", "%3A").replace(",", "%2C")


def json_text(value: object) -> str:
    """Write a value as JSON in ASCII (RFC 8259 section 8.1 lets any reader take it).

    So neither control characters nor lone surrogates of a hostile page reach a terminal or a log; ``##[`` is broken
    up because GitHub's runner obeys it anywhere in a line.
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    return json_line(_SURROGATE.sub(lambda m: json.dumps(as_utf8(m[0]))[1:-1], text))


def json_line(text: str) -> str:
    """Return JSON that somebody else has written in the same form; what is not ASCII can stand in its strings only."""
    if not text.isascii() or "\x7f" in text:
        text = _NOT_ASCII.sub(lambda m: json.dumps(m[0])[1:-1], text)
    return text.replace("##[", "#\\u0023[")


def sarif_text(text: str) -> str:
    """Return text for a SARIF message, in which ``[words](1)`` would become a link (SARIF 2.1.0 section 3.11.6).

    Backslashes before a bracket are doubled, so that a reader who takes them for escapes sees no link either.
    """
    return re.sub(r"(?<!\\)(\\*+)([\[\]])", lambda m: f"{m[1] * 2}\\{m[2]}", visible(text))


def file_uri(path: str) -> str:
    """Return the URI reference of a file or URL, percent-encoded (RFC 3986), secrets masked.

    A path relative to the working directory stays relative; an absolute one becomes ``file:///…``.
    """
    path = mask_secrets(path)
    if is_http(path):
        return quote(path, safe="/:?#@!$&'()*+,;=%~", errors="replace")
    try:
        raw = path.encode("utf-8", "surrogateescape")  # how Python reads file names that are not UTF-8
    except UnicodeEncodeError:
        raw = path.encode("utf-8", "replace")
    encoded = quote_from_bytes(raw, safe="/*~")
    if not PurePath(path).is_absolute():
        return encoded
    return f"file://{'' if path.startswith('/') else '/'}{encoded}"


def xml_text(text: str) -> str:
    """Return text between two tags of XML: only characters that XML 1.0 has (section 2.2), with everything visible."""
    return html.escape(visible(text), quote=False)


def xml_attribute(text: str) -> str:
    """Return an attribute's value of XML with its quotes."""
    return f'"{html.escape(visible(text))}"'
