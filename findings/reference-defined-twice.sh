#!/usr/bin/env bash
# Matters to: lists with reference links, shown on GitHub and as a site (MkDocs uses Python-Markdown).
# Guess: if a reference is defined twice, the first definition wins everywhere, as CommonMark says.
# Really: half of the common renderers take the last one, so one list leads to two places, depending on who shows it.
# For linkwarden: name a reference that is defined twice with different addresses, and check both: the second one is
#   what readers of the site get.
set -Eeuo pipefail

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cannot() { echo "cannot run here: $*" >&2; exit 2; }
into() { # FOLDER PACKAGE...
    python3 -m venv --without-pip "$tmp/$1" \
        && python3 -m pip --python "$tmp/$1/bin/python" install -q --no-compile --disable-pip-version-check "${@:2}"
}
trap 'echo "CHANGED: line $LINENO no longer runs" >&2; exit 1' ERR
{ into v Markdown==3.11.3 markdown2==2.5.5 mistune==3.4.0 markdown-it-py==4.3.0 \
    && npm install --prefix "$tmp" --loglevel=error --no-audit --no-fund --ignore-scripts --fetch-retries=1 \
        commonmark@0.31.2 marked@18.2.1 showdown@2.1.0; } >"$tmp/log" 2>&1 \
    || cannot "$(grep -i -m 2 error "$tmp/log")"

cat >"$tmp/list.md" <<'MD'
See [the paper][p].

[p]: https://first.example/

More.

[p]: https://second.example/
MD

{
    "$tmp/v/bin/python" - "$tmp/list.md" <<'PY'
import re
import sys
from importlib.metadata import version
from pathlib import Path

import markdown
import markdown2
import mistune
from markdown_it import MarkdownIt

text = Path(sys.argv[1]).read_text()
for name, html in (
    ("Markdown", markdown.markdown(text)),
    ("markdown2", markdown2.markdown(text)),
    ("mistune", mistune.html(text)),
    ("markdown-it-py", MarkdownIt().render(text)),
):
    print(name, version(name), re.findall('href="https://([a-z]+)', html)[0])
PY
    cd "$tmp"
    cat >each.mjs <<'JS'
import { readFileSync } from 'node:fs';
import { Parser, HtmlRenderer } from 'commonmark';
import { marked } from 'marked';
import showdown from 'showdown';

const text = readFileSync('list.md', 'utf8');
const pages = {
  commonmark: new HtmlRenderer().render(new Parser().parse(text)),
  marked: marked.parse(text),
  showdown: new showdown.Converter().makeHtml(text),
};
for (const [name, html] of Object.entries(pages)) {
  const { version } = JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8'));
  console.log(name, version, html.match(/href="https:\/\/([a-z]+)/)[1]);
}
JS
    node each.mjs
} >"$tmp/seen"

cat >"$tmp/expected" <<'SEEN'
Markdown 3.11.3 second
markdown2 2.5.5 second
mistune 3.4.0 first
markdown-it-py 4.3.0 first
commonmark 0.31.2 first
marked 18.2.1 first
showdown 2.1.0 second
SEEN

echo "Seven renderers of Markdown"
echo "Behaviour: of two definitions of one reference, three of them take the last and four the first."
echo "Seen (program, version, which definition the link has):"
sed 's/^/  /' "$tmp/seen"
diff -u "$tmp/expected" "$tmp/seen" || { echo "CHANGED: they choose otherwise now" >&2; exit 1; }
