#!/usr/bin/env bash
# Matters to: lists with bare addresses that are formatted by a program before each commit.
# Guess: a formatter of Markdown leaves every bare address leading where it led; at worst it puts < and > around it.
# Really: remark (without its GFM part) puts a backslash before & and [, since what stands there is text to it. GitHub
#   finds bare addresses before it takes escapes away, so the backslash becomes part of the address (%5C). And
#   markdownlint --fix turns www.list.example/papers into <www.list.example/papers>, which is no link any more.
# For linkwarden: a backslash before punctuation in a bare address is a formatter's; offer the address without it, and
#   say of <www...> that readers see no link.
set -Eeuo pipefail

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cannot() { echo "cannot run here: $*" >&2; exit 2; }
into() { # FOLDER PACKAGE...
    python3 -m venv --without-pip "$tmp/$1" \
        && python3 -m pip --python "$tmp/$1/bin/python" install -q --no-compile --disable-pip-version-check "${@:2}"
}
trap 'echo "CHANGED: line $LINENO no longer runs" >&2; exit 1' ERR
{ into v cmarkgfm==2025.10.22 \
    && npm install --prefix "$tmp" --loglevel=error --no-audit --no-fund --ignore-scripts --fetch-retries=1 \
        remark-cli@12.0.1 markdownlint-cli@0.48.0; } >"$tmp/log" 2>&1 \
    || cannot "$(grep -i -m 2 error "$tmp/log")"

cd "$tmp"
cat >before.md <<'MD'
# List

- Talk: https://video.example/watch?v=abc&t=30
- Docs: https://docs.example/[id]/x
- Site: www.list.example/papers
MD
node_modules/.bin/remark --quiet <before.md >remark.md
cp before.md markdownlint.md
node_modules/.bin/markdownlint --fix markdownlint.md

v/bin/python - >seen <<'PY'
import re
from html import unescape
from pathlib import Path

from cmarkgfm import github_flavored_markdown_to_html as github

for name in ("before", "remark", "markdownlint"):
    text = Path(f"{name}.md").read_text()
    for line in text.splitlines()[2:]:
        address = re.search('href="([^"]*)', github(line))
        print(f"{name}: {line[2:]} -> {unescape(address[1]) if address else 'no link'}")
PY

cat >expected <<'SEEN'
before: Talk: https://video.example/watch?v=abc&t=30 -> https://video.example/watch?v=abc&t=30
before: Docs: https://docs.example/[id]/x -> https://docs.example/%5Bid%5D/x
before: Site: www.list.example/papers -> http://www.list.example/papers
remark: Talk: https://video.example/watch?v=abc\&t=30 -> https://video.example/watch?v=abc%5C&t=30
remark: Docs: https://docs.example/\[id]/x -> https://docs.example/%5C%5Bid%5D/x
remark: Site: www.list.example/papers -> http://www.list.example/papers
markdownlint: Talk: <https://video.example/watch?v=abc&t=30> -> https://video.example/watch?v=abc&t=30
markdownlint: Docs: <https://docs.example/[id]/x> -> https://docs.example/%5Bid%5D/x
markdownlint: Site: <www.list.example/papers> -> no link
SEEN

echo "remark-cli $(node -p 'require("./node_modules/remark-cli/package.json").version')," \
    "markdownlint-cli $(node -p 'require("./node_modules/markdownlint-cli/package.json").version');" \
    "read by cmarkgfm $(v/bin/python -c 'from importlib.metadata import version; print(version("cmarkgfm"))')"
echo "Behaviour: formatting changes where a bare address leads on GitHub, or makes it no link."
echo "Seen (formatter: line -> where GitHub's parser leads):"
sed 's/^/  /' seen
diff -u expected seen || { echo "CHANGED: the formatters write bare addresses otherwise now" >&2; exit 1; }
