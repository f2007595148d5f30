#!/usr/bin/env bash
# Matters to: lists and sites written in AsciiDoc.
# Guess: the address of a link is taken as it is written; typography is for text.
# Really: typography comes first. -- in an address becomes a dash with a zero-width space, ' a curly quote, ... an
#   ellipsis, -> an arrow, even in the link: macro that names where the address begins and ends; in a bare address
#   __b__ becomes emphasis and cuts it, and a last ) is cut off although it was opened within.
# For linkwarden: in a page's links, a dash followed by U+200B was --, an ellipsis followed by U+200B was ..., and a
#   curly quote between letters was '; offer that, rather than only leaving out the invisible character.
set -Eeuo pipefail

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cannot() { echo "cannot run here: $*" >&2; exit 2; }
trap 'echo "CHANGED: line $LINENO no longer runs" >&2; exit 1' ERR
npm install --prefix "$tmp" --loglevel=error --no-audit --no-fund --ignore-scripts --fetch-retries=1 \
    asciidoctor@4.1.0 >"$tmp/log" 2>&1 \
    || cannot "$(grep -i -m 2 error "$tmp/log")"

cd "$tmp"
cat >convert.mjs <<'JS'
import { convert } from 'asciidoctor';

const ascii = (text) => text.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(code))
  .replace(/[^\x20-\x7e]/gu, (sign) => `<U+${sign.codePointAt(0).toString(16).toUpperCase().padStart(4, '0')}>`);
for (const source of [
  'link:https://docs.example/a--b[text]',
  'https://docs.example/a--b',
  "link:https://docs.example/ann's[text]",
  'link:https://docs.example/compare/v1...v2[text]',
  'link:https://docs.example/a->b[text]',
  'https://docs.example/a__b__c.html',
  'https://wiki.example/Tree_(graph)',
]) {
  const [, address] = (await convert(source)).match(/href="([^"]*)"/);
  console.log(source, 'leads to', ascii(address));
}
JS
node convert.mjs >seen

cat >expected <<'SEEN'
link:https://docs.example/a--b[text] leads to https://docs.example/a<U+2014><U+200B>b
https://docs.example/a--b leads to https://docs.example/a<U+2014><U+200B>b
link:https://docs.example/ann's[text] leads to https://docs.example/ann<U+2019>s
link:https://docs.example/compare/v1...v2[text] leads to https://docs.example/compare/v1<U+2026><U+200B>v2
link:https://docs.example/a->b[text] leads to https://docs.example/a<U+2192>b
https://docs.example/a__b__c.html leads to https://docs.example/a
https://wiki.example/Tree_(graph) leads to https://wiki.example/Tree_(graph
SEEN

echo "asciidoctor $(node -p 'require("./node_modules/asciidoctor/package.json").version') (npm)"
echo "Behaviour: typography and emphasis change addresses before they become links."
echo "Seen:"
sed 's/^/  /' seen
diff -u expected seen || { echo "CHANGED: asciidoctor keeps other addresses now" >&2; exit 1; }
