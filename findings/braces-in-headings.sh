#!/usr/bin/env bash
# Matters to: links to headings of a MkDocs site, or any other that Python-Markdown makes, with ids of their own ({#id}).
# Guess: a placeholder in braces further left in the heading changes nothing: "Use {name} in paths {#paths}" has the id
#   "paths", and readers see the placeholder.
# Really: up to 3.5.2 that is so. Since 3.6 the id is no id any more: it is shown to readers as text, and the heading gets
#   a name made of all words, so every link to #paths leads nowhere. With markup between the two, the id holds in both.
#   And a placeholder that stands before closing code is taken for attributes in all of them: it is gone from the page.
# For linkwarden: such a name is judged by the newer rule, and what only the older one makes is unverified.
set -Eeuo pipefail

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cannot() { echo "cannot run here: $*" >&2; exit 2; }
into() { # FOLDER PACKAGE...
    python3 -m venv --without-pip "$tmp/$1" \
        && python3 -m pip --python "$tmp/$1/bin/python" install -q --no-compile --disable-pip-version-check "${@:2}"
}
trap 'echo "CHANGED: line $LINENO no longer runs" >&2; exit 1' ERR
{ into old Markdown==3.5.2 && into middle Markdown==3.6 && into new Markdown==3.11.3; } >"$tmp/log" 2>&1 \
    || cannot "$(tail -n 1 "$tmp/log")"

cat >"$tmp/render.py" <<'PY'
import re
from importlib.metadata import version

import markdown

print("Python-Markdown", version("Markdown"))
for heading in ("Paths {#paths}", "Use {name} in paths {#paths}", "Use {name} *in* paths {#paths}", "Use {name} `x`"):
    html = markdown.markdown(f"## {heading}", extensions=["attr_list", "toc"])
    name = re.search(r'id="([^"]*)"', html)[1]
    print(f"  {heading}: #{name}, shown as", re.sub(r"<[^>]*>", "", html))
PY
for each in old middle new; do "$tmp/$each/bin/python" "$tmp/render.py"; done >"$tmp/seen"

cat >"$tmp/expected" <<'SEEN'
Python-Markdown 3.5.2
  Paths {#paths}: #paths, shown as Paths
  Use {name} in paths {#paths}: #paths, shown as Use {name} in paths
  Use {name} *in* paths {#paths}: #paths, shown as Use {name} in paths
  Use {name} `x`: #usex, shown as Usex
Python-Markdown 3.6
  Paths {#paths}: #paths, shown as Paths
  Use {name} in paths {#paths}: #use-name-in-paths-paths, shown as Use {name} in paths {#paths}
  Use {name} *in* paths {#paths}: #paths, shown as Use {name} in paths
  Use {name} `x`: #usex, shown as Usex
Python-Markdown 3.11.3
  Paths {#paths}: #paths, shown as Paths
  Use {name} in paths {#paths}: #use-name-in-paths-paths, shown as Use {name} in paths {#paths}
  Use {name} *in* paths {#paths}: #paths, shown as Use {name} in paths
  Use {name} `x`: #usex, shown as Usex
SEEN

echo "Python-Markdown's attr_list, three versions"
echo "Behaviour: a brace further left in a heading makes its own id text, and one before code goes from the page."
echo "Seen:"
sed 's/^/  /' "$tmp/seen"
diff -u "$tmp/expected" "$tmp/seen" || { echo "CHANGED: attr_list reads braces in headings otherwise now" >&2; exit 1; }
