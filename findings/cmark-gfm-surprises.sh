#!/usr/bin/env bash
# Matters to: lists on GitHub, whose Markdown library is cmark-gfm.
# Guess: links do not stand within links, a comment ends where browsers end it, and a mail address gets "mailto:".
# Really: a third bracket makes a link around a link; "--->" does not end a comment, so that what follows is hidden; and
#   after "mailto:a@" the next address is a link to a file of that name; and a line that begins with a comment, or with
#   "<source", is HTML to its end, or to the next blank line.
# For linkwarden: read lists as this library does, not as its specification or browsers do.
set -Eeuo pipefail

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cannot() { echo "cannot run here: $*" >&2; exit 2; }
trap 'echo "CHANGED: line $LINENO no longer runs" >&2; exit 1' ERR
{ python3 -m venv --without-pip "$tmp/v" \
    && python3 -m pip --python "$tmp/v/bin/python" install -q --no-compile --disable-pip-version-check \
        cmarkgfm==2025.10.22; } >"$tmp/log" 2>&1 || cannot "$(grep -i -m 2 error "$tmp/log")"

"$tmp/v/bin/python" - >"$tmp/seen" <<'PY'
import re

from cmarkgfm import cmark

for text in (
    "[a [b](inner.md) [c] d](outer.md)",
    "text <!-- hidden ---> [a](a.md) --> [b](b.md)",
    "mailto:a@b@c.org",
    "<!-- note --> [a](a.md)",
    "text\n<source srcset=x>\n[a](a.md)",
):
    options = cmark.Options.CMARK_OPT_UNSAFE
    html = cmark.markdown_to_html_with_extensions(text, options=options, extensions=["autolink"])
    print(repr(text), re.findall('href="([^"]*)"', html))
PY

cat >"$tmp/expected" <<'SEEN'
'[a [b](inner.md) [c] d](outer.md)' ['outer.md', 'inner.md']
'text <!-- hidden ---> [a](a.md) --> [b](b.md)' ['b.md']
'mailto:a@b@c.org' ['b@c.org']
'<!-- note --> [a](a.md)' []
'text\n<source srcset=x>\n[a](a.md)' []
SEEN

echo "cmarkgfm 2025.10.22 (cmark-gfm 0.29.0.gfm.13)"
echo "Behaviour: links within links, comments that go on, links to files called like mail addresses, text that is HTML."
echo "Seen (source, links):"
sed 's/^/  /' "$tmp/seen"
diff -u "$tmp/expected" "$tmp/seen" || { echo "CHANGED: it reads otherwise now" >&2; exit 1; }
