#!/usr/bin/env bash
# Matters to: a README that is also the package's page on PyPI, which readme_renderer makes.
# Guess: links within the page work as on GitHub, to headings and to the author's own <a id> alike.
# Really: they worked the one way until 44.0 and work the other way in 46.0. In 44.0 headings had no ids, and the known
#   remedy was an <a id> of one's own. In 46.0 every link within the page is rewritten to #user-content-NAME, and so are
#   the ids of headings written as Markdown, but not the author's own ids: the remedy itself now leads nowhere. <a name>
#   never worked, and the picture for dark mode is dropped: <source> goes.
# For linkwarden: an own anchor that is right on GitHub may be dead on PyPI; if pyproject.toml names the file as its
#   readme, a remark that a heading's own anchor works in both places would help.
set -Eeuo pipefail

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cannot() { echo "cannot run here: $*" >&2; exit 2; }
into() { # FOLDER PACKAGE...
    python3 -m venv --without-pip "$tmp/$1" \
        && python3 -m pip --python "$tmp/$1/bin/python" install -q --no-compile --disable-pip-version-check "${@:2}"
}
trap 'echo "CHANGED: line $LINENO no longer runs" >&2; exit 1' ERR
{ into old "readme_renderer[md]==44.0" cmarkgfm==2025.10.22 \
    && into new "readme_renderer[md]==46.0" comrak==0.0.16; } >"$tmp/log" 2>&1 || cannot "$(tail -n 1 "$tmp/log")"

cat >"$tmp/render.py" <<'PY'
import re
from importlib.metadata import version

from readme_renderer.markdown import render

PAGE = """
[1](#papers) [2](#tools) [3](#talks) [4](#books)

## Papers

<a id="tools"></a>

<a name="talks"></a>

<h2 id="books">Books</h2>

<picture><source media="(prefers-color-scheme: dark)" srcset="dark.png"><img src="light.png"></picture>
"""
html = render(PAGE)
ids = re.findall(r'(?:id|name)="([^"]*)"', html)
print("readme_renderer", version("readme_renderer"))
for place in re.findall(r'href="#([^"]*)"[^>]*>\d', html):
    print(f"  #{place} ->", "there" if place in ids else "no such place")
print("  places:", " ".join(ids))
print("  picture for dark mode kept:", "dark.png" in html)
PY
for each in old new; do "$tmp/$each/bin/python" "$tmp/render.py"; done >"$tmp/seen"

cat >"$tmp/expected" <<'SEEN'
readme_renderer 44.0
  #papers -> no such place
  #tools -> there
  #talks -> no such place
  #books -> there
  places: tools books
  picture for dark mode kept: False
readme_renderer 46.0
  #user-content-papers -> there
  #user-content-tools -> no such place
  #user-content-talks -> no such place
  #user-content-books -> no such place
  places: user-content-papers tools books
  picture for dark mode kept: False
SEEN

echo "readme_renderer, the older and the newer"
echo "Behaviour: links within the page got a prefix, the author's own ids did not, so they no longer meet."
echo "Seen (papers is a Markdown heading, tools an <a id>, talks an <a name>, books an <h2 id>):"
sed 's/^/  /' "$tmp/seen"
diff -u "$tmp/expected" "$tmp/seen" || { echo "CHANGED: readme_renderer treats own anchors otherwise now" >&2; exit 1; }
