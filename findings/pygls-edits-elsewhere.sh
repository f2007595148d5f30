#!/usr/bin/env bash
# Matters to: a language server that keeps the text of documents up to date from the edits that an editor sends.
# Guess: pygls applies an edit where the protocol says: lines end at \n, \r\n and \r only, and a column behind the end of
#   a line means that end (Language Server Protocol 3.17, "Text Documents" and "Position").
# Really: its text also ends lines at a form feed, at U+0085 and at U+2028, so that an edit below one lands on another
#   line; and a column behind the end of a last line without a line feed means the place before its last character. The
#   position that the client sent is changed in place, so that a handler that is called later sees the wrong one, too.
# For linkwarden: pygls is kept from the changes; the text is kept by lsp/positions.py.
set -Eeuo pipefail

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cannot() { echo "cannot run here: $*" >&2; exit 2; }
into() { # FOLDER PACKAGE...
    python3 -m venv --without-pip "$tmp/$1" \
        && python3 -m pip --python "$tmp/$1/bin/python" install -q --no-compile --disable-pip-version-check "${@:2}"
}
trap 'echo "CHANGED: line $LINENO no longer runs" >&2; exit 1' ERR
into v pygls==2.1.1 lsprotocol==2025.0.0 >"$tmp/log" 2>&1 || cannot "$(tail -n 1 "$tmp/log")"

"$tmp/v/bin/python" - >"$tmp/seen" <<'PY'
from lsprotocol.types import Position, Range, TextDocumentContentChangePartial
from pygls.workspace import TextDocument


def edited(text: str, line: int, column: int) -> str:
    document = TextDocument("file:///a.md", text)
    there = Position(line, column)
    document.apply_change(TextDocumentContentChangePartial(Range(there, Position(line, column)), "NEW"))
    return f"{document.source!r}, position now {there.line}:{there.character}"


for text, line, column in (
    ("one\ntwo\nthree\n", 1, 0),
    ("o\u2028ne\ntwo\nthree\n", 1, 0),
    ("o\x0cne\ntwo\nthree\n", 1, 0),
    ("o\x85ne\ntwo\nthree\n", 1, 0),
    ("one\ntwo", 1, 3),
    ("one\ntwo", 1, 99),
):
    print(f"{text!r} at {line}:{column} -> {edited(text, line, column)}")
PY

cat >"$tmp/expected" <<'SEEN'
'one\ntwo\nthree\n' at 1:0 -> 'one\nNEWtwo\nthree\n', position now 1:0
'o\u2028ne\ntwo\nthree\n' at 1:0 -> 'o\u2028NEWne\ntwo\nthree\n', position now 1:0
'o\x0cne\ntwo\nthree\n' at 1:0 -> 'o\x0cNEWne\ntwo\nthree\n', position now 1:0
'o\x85ne\ntwo\nthree\n' at 1:0 -> 'o\x85NEWne\ntwo\nthree\n', position now 1:0
'one\ntwo' at 1:3 -> 'one\ntwoNEW', position now 1:3
'one\ntwo' at 1:99 -> 'one\ntwNEWo', position now 1:2
SEEN

echo "pygls $("$tmp/v/bin/python" -c 'from importlib.metadata import version; print(version("pygls"))')"
echo "Behaviour: edits below a form feed, U+0085 or U+2028, and edits behind the end of the last line, land elsewhere."
echo "Seen:"
sed 's/^/  /' "$tmp/seen"
diff -u "$tmp/expected" "$tmp/seen" || { echo "CHANGED: pygls applies edits otherwise now" >&2; exit 1; }
