#!/usr/bin/env bash
# Matters to: paper lists that are generated from a .bib file.
# Guess: an address in "url" or within \url{} comes out of a reader of BibTeX as it went in; ~ and % are LaTeX's, but
#   not in an address.
# Really: of four readers, none gives \url{https://people.example/~ann/n.pdf} back: ~ becomes a no-break space in three
#   of them, and in the fourth \u is taken for an accent on the r. bibtexparser 2's decoder does it to the "url" field
#   as well and cuts it at the first %, which it takes for a comment.
# For linkwarden: a no-break space in an address was a ~ (try /~name/), "r̆lhttps://" was \url{; an address cut just
#   before %20 points at a generator, not at a page that is gone.
set -Eeuo pipefail

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cannot() { echo "cannot run here: $*" >&2; exit 2; }
into() { # FOLDER PACKAGE...
    python3 -m venv --without-pip "$tmp/$1" \
        && python3 -m pip --python "$tmp/$1/bin/python" install -q --no-compile --disable-pip-version-check "${@:2}"
}
trap 'echo "CHANGED: line $LINENO no longer runs" >&2; exit 1' ERR
{ into v1 bibtexparser==1.4.3 pybtex==0.26.1 \
    && into v2 bibtexparser==2.0.0b9 pylatexenc==2.10 \
    && npm install --prefix "$tmp" --loglevel=error --no-audit --no-fund --ignore-scripts --fetch-retries=1 \
        @citation-js/core@0.8.2 @citation-js/plugin-bibtex@0.8.2; } >"$tmp/log" 2>&1 \
    || cannot "$(grep -i -m 2 error "$tmp/log")"

cd "$tmp"
cat >papers.bib <<'BIB'
@misc{k,
  title = {A paper},
  author = {Doe, Ann},
  year = {2020},
  url = {https://people.example/~ann/a_b%20c.pdf},
  note = {\url{https://people.example/~ann/n.pdf}}
}
BIB

export PYTHONIOENCODING=utf-8
{
    v1/bin/python - <<'PY'
from html import unescape
from importlib.metadata import version
from pathlib import Path
import re

import pybtex
from bibtexparser import loads
from bibtexparser.bparser import BibTexParser
from bibtexparser.customization import convert_to_unicode

text = Path("papers.bib").read_text()
entry = loads(text, BibTexParser(customization=convert_to_unicode)).entries[0]
print("bibtexparser", version("bibtexparser"), "url ", ascii(entry["url"]))
print("bibtexparser", version("bibtexparser"), "note", ascii(entry["note"]))
shown = unescape(re.sub("<[^>]*>", "", pybtex.format_from_string(text, "plain", output_backend="html")))
print("pybtex", version("pybtex"), "url ", ascii(re.search(r"URL: (\S+)\.\s", shown)[1]))
print("pybtex", version("pybtex"), "note", ascii(re.search(r"\\url.*pdf", shown)[0]))
PY
    v2/bin/python - <<'PY'
from importlib.metadata import version
from pathlib import Path

import bibtexparser
from bibtexparser.middlewares import LatexDecodingMiddleware

text = Path("papers.bib").read_text()
entry = bibtexparser.parse_string(text, append_middleware=[LatexDecodingMiddleware()]).entries[0]
print("bibtexparser", version("bibtexparser"), "url ", ascii(entry["url"]))
print("bibtexparser", version("bibtexparser"), "note", ascii(entry["note"]))
PY
    cat >read.mjs <<'JS'
import { readFileSync } from 'node:fs';
import { Cite } from '@citation-js/core';
import '@citation-js/plugin-bibtex';

const { version } = JSON.parse(readFileSync('node_modules/@citation-js/plugin-bibtex/package.json', 'utf8'));
const entry = new Cite(readFileSync('papers.bib', 'utf8')).data[0];
const plain = (text) => text.replace(/\u00a0/g, '\\xa0');
console.log(`citation-js ${version} url  '${plain(entry.URL)}'`);
console.log(`citation-js ${version} note '${plain(entry.note)}'`);
JS
    node read.mjs
} >seen 2>log || { tail -n 3 log >&2; echo "CHANGED: a reader fails now" >&2; exit 1; }

cat >expected <<'SEEN'
bibtexparser 1.4.3 url  'https://people.example/~ann/a_b%20c.pdf'
bibtexparser 1.4.3 note 'r\u0306lhttps://people.example/~ann/n.pdf'
pybtex 0.26.1 url  'https://people.example/~ann/a_b%20c.pdf'
pybtex 0.26.1 note '\\url https://people.example/\xa0ann/n.pdf'
bibtexparser 2.0.0b9 url  'https://people.example/\xa0ann/a_b'
bibtexparser 2.0.0b9 note 'https://people.example/\xa0ann/n.pdf'
citation-js 0.8.2 url  'https://people.example/~ann/a_b%20c.pdf'
citation-js 0.8.2 note 'https://people.example/\xa0ann/n.pdf'
SEEN

echo "Four readers of BibTeX"
echo "Behaviour: no reader gives the address in \\url{} back as it was, and one cuts the url field at its %."
echo "Seen (reader, version, field, what it holds afterwards):"
sed 's/^/  /' seen
diff -u expected seen || { echo "CHANGED: the readers treat addresses otherwise now" >&2; exit 1; }
