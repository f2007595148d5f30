#!/usr/bin/env bash
# Matters to: links to papers with older DOIs, made by the libraries of repositories and reference managers. A DOI may
#   hold any character; some of the nineties end in #.
# Guess: a library that makes a link from a DOI percent-encodes what an address cannot hold, above all #.
# Really: idutils (Zenodo's and Invenio's), bibtexparser and citation-js all put the bare DOI behind doi.org/. A browser
#   takes what follows # for a place in the page and asks for another DOI.
# For linkwarden: if doi.org does not know a DOI and the link has a # behind it, ask for the DOI with %23 and the rest
#   before calling it missing, and offer that as the repair.
set -Eeuo pipefail

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cannot() { echo "cannot run here: $*" >&2; exit 2; }
into() { # FOLDER PACKAGE...
    python3 -m venv --without-pip "$tmp/$1" \
        && python3 -m pip --python "$tmp/$1/bin/python" install -q --no-compile --disable-pip-version-check "${@:2}"
}
trap 'echo "CHANGED: line $LINENO no longer runs" >&2; exit 1' ERR
{ into v idutils==1.7.1 bibtexparser==1.4.3 \
    && npm install --prefix "$tmp" --loglevel=error --no-audit --no-fund --ignore-scripts --fetch-retries=1 \
        @citation-js/core@0.8.2 @citation-js/plugin-csl@0.8.2; } >"$tmp/log" 2>&1 \
    || cannot "$(grep -i -m 2 error "$tmp/log")"

cd "$tmp"
{
    v/bin/python - <<'PY'
from importlib.metadata import version

import idutils
from bibtexparser.customization import doi

for name in ("10.1000/456#789", "10.1000/(SICI)1<2::AID-X>3.0.CO;2-#"):
    assert idutils.is_doi(name)
    print("idutils", version("idutils"), idutils.to_url(name, "doi"))
    print("bibtexparser", version("bibtexparser"), doi({"doi": name})["link"][0]["url"])
PY
    cat >make.mjs <<'JS'
import { readFileSync } from 'node:fs';
import { Cite } from '@citation-js/core';
import '@citation-js/plugin-csl';

const { version } = JSON.parse(readFileSync('node_modules/@citation-js/plugin-csl/package.json', 'utf8'));
for (const DOI of ['10.1000/456#789', '10.1000/(SICI)1<2::AID-X>3.0.CO;2-#']) {
  const paper = { type: 'article-journal', title: 'A', author: [{ family: 'Doe' }], DOI };
  const text = new Cite([paper]).format('bibliography', { format: 'text', template: 'apa' });
  console.log('citation-js', version, text.match(/https?:\S+/)[0]);
}
JS
    node make.mjs
} >made 2>log || { tail -n 3 log >&2; echo "CHANGED: a library fails now" >&2; exit 1; }
# What a browser asks doi.org for: everything before the #.
# shellcheck disable=SC2016  # the dollar signs are JavaScript's
node -e '
for (const line of require("fs").readFileSync("made", "utf8").trim().split("\n")) {
  const address = new URL(line.split(" ").at(-1));
  console.log(`${line} asks for ${decodeURIComponent(address.pathname.slice(1))}`);
}' >seen

cat >expected <<'SEEN'
idutils 1.7.1 http://doi.org/10.1000/456#789 asks for 10.1000/456
bibtexparser 1.4.3 https://doi.org/10.1000/456#789 asks for 10.1000/456
idutils 1.7.1 http://doi.org/10.1000/(SICI)1<2::AID-X>3.0.CO;2-# asks for 10.1000/(SICI)1<2::AID-X>3.0.CO;2-
bibtexparser 1.4.3 https://doi.org/10.1000/(SICI)1<2::AID-X>3.0.CO;2-# asks for 10.1000/(SICI)1<2::AID-X>3.0.CO;2-
citation-js 0.8.2 https://doi.org/10.1000/456#789 asks for 10.1000/456
citation-js 0.8.2 https://doi.org/10.1000/(SICI)1<2::AID-X>3.0.CO;2-# asks for 10.1000/(SICI)1<2::AID-X>3.0.CO;2-
SEEN

echo "Three libraries that make links from DOIs"
echo "Behaviour: # in a DOI is not encoded, so its end is lost on the way to doi.org."
echo "Seen (library, version, link made, DOI that a browser then asks for):"
sed 's/^/  /' seen
diff -u expected seen || { echo "CHANGED: the libraries make other links now" >&2; exit 1; }
