#!/usr/bin/env bash
# Matters to: links to pages of sites that run on Zope.
# Guess: `/docs/intro/faq` is answered with 404 if there is no `faq` in that folder.
# Really: a name that a folder does not have is looked for in all folders above it ("acquisition"), so the page at `/faq`
#   is shown, 200, without a redirect; folders may be named twice, and pages be named below pages. A name that is nowhere
#   above is a 404.
# For linkwarden: that a made-up URL of the same site is a 404 does not show that a page is where its URL says
#   (docs/facts/soft-404.md#siblings). A shorter URL with the same page does: a folder never gets what lies below it.
set -Eeuo pipefail

tmp=$(mktemp -d)
server=
trap 'if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi; rm -rf "$tmp"' EXIT
cannot() { echo "cannot run here: $*" >&2; exit 2; }
trap 'echo "CHANGED: line $LINENO no longer runs" >&2; exit 1' ERR

python3 -m venv "$tmp/venv" && "$tmp/venv/bin/pip" -q install Zope==6.3 Paste==3.10.1 >"$tmp/log" 2>&1 \
    || cannot "the packages cannot be installed: $(tail -n 1 "$tmp/log")"
"$tmp/venv/bin/mkwsgiinstance" -d "$tmp/garden" -u "ann:$RANDOM$RANDOM" >"$tmp/log" 2>&1 || cannot "$(tail -n 1 "$tmp/log")"

cat >"$tmp/pages.py" <<'PYTHON'
"""Write a site: /faq, /news/ and /docs/intro/start."""
import transaction
from OFS.DTMLMethod import addDTMLMethod

app.manage_addFolder("news")
app.manage_addFolder("docs")
app.docs.manage_addFolder("intro")
addDTMLMethod(app, "faq", file="<title>Questions about the site</title>")
addDTMLMethod(app.docs.intro, "start", file="<title>How to start</title>")
transaction.commit()
PYTHON
"$tmp/venv/bin/zconsole" run "$tmp/garden/etc/zope.conf" "$tmp/pages.py" >"$tmp/log" 2>&1 || cannot "$(tail -n 1 "$tmp/log")"

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
sed -i "s/^port = .*/port = $port/" "$tmp/garden/etc/zope.ini"
"$tmp/venv/bin/runwsgi" "$tmp/garden/etc/zope.ini" >"$tmp/log" 2>&1 &
server=$!
base=http://127.0.0.1:$port
for _ in $(seq 60); do curl -s -o "$tmp/body" "$base/" && break || sleep 0.5; done
curl -s -o "$tmp/body" "$base/" || cannot "Zope does not start: $(tail -n 1 "$tmp/log")"

while read -r path; do
    status=$(curl -s -o "$tmp/body" -w '%{http_code}' "$base$path")
    title=$(grep -o '<title>[^<]*' "$tmp/body" | cut -c 8- || true)
    if [ "$status" != 200 ]; then title=-; fi
    echo "$path | $status | $title"
done >"$tmp/seen" <<'PATHS'
/faq
/docs/intro/start
/docs/intro/faq
/docs/news/intro/docs/faq
/docs/docs/intro/start
/docs/intro/start/start
/docs/intro/moss
/intro
PATHS

cat >"$tmp/expected" <<'SEEN'
/faq | 200 | Questions about the site
/docs/intro/start | 200 | How to start
/docs/intro/faq | 200 | Questions about the site
/docs/news/intro/docs/faq | 200 | Questions about the site
/docs/docs/intro/start | 200 | How to start
/docs/intro/start/start | 200 | How to start
/docs/intro/moss | 404 | -
/intro | 404 | -
SEEN

echo "Zope $("$tmp/venv/bin/pip" list --format=freeze 2>"$tmp/log" | grep -i '^zope=' | cut -d = -f 3)"
echo "Behaviour: a page that is not there is answered with one of the same name from a folder above, 200."
echo "Seen (path | status | title; there are only /faq, /news/ and /docs/intro/start):"
sed 's/^/  /' "$tmp/seen"
diff -u "$tmp/expected" "$tmp/seen" || { echo "CHANGED: Zope no longer answers like that" >&2; exit 1; }
