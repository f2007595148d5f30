#!/usr/bin/env bash
# Matters to: READMEs with the table of contributors that all-contributors writes (many lists have it).
# Guess: each symbol in the table leads to something, and the pictures' size is added to an address with &.
# Really: for every kind of work that has no page of its own (blog, talk, question, design ...) the symbol leads to a
#   place such as #blog-ann, which the README never has and is not meant to have. And the size is added with a second
#   question mark, ?v=4?s=100, so v is "4?s=100"; it works, but it must not be "mended".
# For linkwarden: count these anchors as one finding of the generator (or leave them out between its markers) instead of
#   one broken link a contributor, and keep ?v=4?s=100 as it is.
set -Eeuo pipefail

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cannot() { echo "cannot run here: $*" >&2; exit 2; }
trap 'echo "CHANGED: line $LINENO no longer runs" >&2; exit 1' ERR
npm install --prefix "$tmp" --loglevel=error --no-audit --no-fund --ignore-scripts --fetch-retries=1 \
    all-contributors-cli@6.26.1 >"$tmp/log" 2>&1 \
    || cannot "$(grep -i -m 2 error "$tmp/log")"

cd "$tmp"
mkdir list && cd list
cat >.all-contributorsrc <<'JSON'
{
  "projectName": "list", "projectOwner": "ann", "repoType": "github", "repoHost": "https://github.com",
  "files": ["README.md"], "imageSize": 100, "commit": false, "contributorsPerLine": 7,
  "contributors": [{
    "login": "ann", "name": "Ann", "profile": "https://people.example/ann",
    "avatar_url": "https://avatars.githubusercontent.com/u/1?v=4",
    "contributions": ["code", "blog", "talk", "question", "design"]
  }]
}
JSON
cat >README.md <<'MD'
# List

<!-- ALL-CONTRIBUTORS-LIST:START - Do not remove or modify this section -->
<!-- ALL-CONTRIBUTORS-LIST:END -->
MD
../node_modules/.bin/all-contributors generate >../log 2>&1
# shellcheck disable=SC2016  # the dollar signs are JavaScript's
node -e '
const text = require("fs").readFileSync("README.md", "utf8");
const places = new Set(["list", ...[...text.matchAll(/\b(?:id|name)="([^"]*)"/g)].map((m) => m[1])]);
for (const [, kind, address] of text.matchAll(/(href|src)="([^"]*)"/g)) {
  const dead = address.startsWith("#") && !places.has(address.slice(1));
  console.log(`${kind} ${address}${dead ? " -> no such place" : ""}`);
}' >../seen
cd ..

cat >expected <<'SEEN'
href https://people.example/ann
src https://avatars.githubusercontent.com/u/1?v=4?s=100
href https://github.com/ann/list/commits?author=ann
href #blog-ann -> no such place
href #talk-ann -> no such place
href #question-ann -> no such place
href #design-ann -> no such place
SEEN

echo "all-contributors-cli $(node -p 'require("./node_modules/all-contributors-cli/package.json").version')"
echo "Behaviour: it writes links to places that do not exist, and a second question mark into pictures' addresses."
echo "Seen (for one contributor):"
sed 's/^/  /' seen
diff -u expected seen || { echo "CHANGED: all-contributors writes another table now" >&2; exit 1; }
