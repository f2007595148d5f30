#!/usr/bin/env bash
# Matters to: links to copies of pages at web archives that run pywb (many national libraries do).
# Guess: a copy that the archive does not have is answered with 404; a query that was never captured is no copy; a copy
#   asked for by a year is the one of that year.
# Really: the URL that readers see and paste is answered with 200 and `Memento-Datetime` for any page at all, because it
#   is only the frame; the 404 is at the same URL with `mp_` behind the time. For names that end like a file's, the copy
#   of another query is given, 200, and only the header `Link` says of what. A year means its last second: of two copies,
#   1 January 2020 and 1 January 2022, the one of 2022 is shown for "2020".
# For linkwarden: it follows the frame, and compares what `Link` names as the original (docs/facts/services.md#other-archives).
set -Eeuo pipefail

tmp=$(mktemp -d)
server=
trap 'if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi; rm -rf "$tmp"' EXIT
cannot() { echo "cannot run here: $*" >&2; exit 2; }
trap 'echo "CHANGED: line $LINENO no longer runs" >&2; exit 1' ERR

python3 -m venv "$tmp/venv" && "$tmp/venv/bin/pip" -q install pywb==2.9.1 warcio==1.8.1 'setuptools<80' >"$tmp/log" 2>&1 \
    || cannot "the packages cannot be installed: $(tail -n 1 "$tmp/log")"
mkdir "$tmp/archive"
cd "$tmp/archive"

cat >"$tmp/capture.py" <<'PYTHON'
"""Write captures of a site into an archive file."""
from io import BytesIO

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

PAGES = [
    ("fern.html", "2020", "text/html", b"<p>fern in 2020"),
    ("fern.html", "2022", "text/html", b"<p>fern in 2022"),
    ("paper.pdf?id=1", "2020", "application/pdf", b"%PDF-1.4 paper one"),
    ("page?id=1", "2020", "text/html", b"<p>page one"),
]
with open("garden.warc.gz", "wb") as file:
    writer = WARCWriter(file, gzip=True)
    for path, year, kind, body in PAGES:
        http = StatusAndHeaders("200 OK", [("Content-Type", kind)], protocol="HTTP/1.1")
        named = {"WARC-Date": f"{year}-01-01T00:00:00Z"}
        url = f"http://garden.example/{path}"
        writer.write_record(writer.create_warc_record(url, "response", BytesIO(body), http_headers=http, warc_headers_dict=named))
PYTHON
"$tmp/venv/bin/python" "$tmp/capture.py"
"$tmp/venv/bin/wb-manager" init garden >"$tmp/log" 2>&1 || cannot "$(tail -n 1 "$tmp/log")"
"$tmp/venv/bin/wb-manager" add garden garden.warc.gz >"$tmp/log" 2>&1 || cannot "$(tail -n 1 "$tmp/log")"

port=$("$tmp/venv/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$tmp/venv/bin/wayback" -b 127.0.0.1 -p "$port" >"$tmp/log" 2>&1 &
server=$!
base=http://127.0.0.1:$port/garden
for _ in $(seq 60); do curl -s -o "$tmp/body" "$base/" && break || sleep 1; done
curl -s -o "$tmp/body" "$base/" || cannot "pywb does not start: $(tail -n 1 "$tmp/log")"

while read -r path; do
    status=$(curl -s -o "$tmp/body" -D "$tmp/headers" -w '%{http_code}' "$base/$path")
    made=$(grep -i '^memento-datetime' "$tmp/headers" | cut -d ' ' -f 5 || true)
    original=$(grep -i -o '^link: <[^>]*>; rel="original"' "$tmp/headers" | grep -o 'garden.example/[^>]*' || true)
    echo "$path | $status | ${made:-none} | ${original:-none}"
done >"$tmp/seen" <<'PATHS'
20200101000000/http://garden.example/moss.html
20200101000000mp_/http://garden.example/moss.html
20200101000000mp_/http://garden.example/fern.html
2020mp_/http://garden.example/fern.html
20200101000000mp_/http://garden.example/paper.pdf?id=2
20200101000000mp_/http://garden.example/page?id=2
PATHS

cat >"$tmp/expected" <<'SEEN'
20200101000000/http://garden.example/moss.html | 200 | 2020 | garden.example/moss.html
20200101000000mp_/http://garden.example/moss.html | 404 | none | none
20200101000000mp_/http://garden.example/fern.html | 200 | 2020 | garden.example/fern.html
2020mp_/http://garden.example/fern.html | 200 | 2022 | garden.example/fern.html
20200101000000mp_/http://garden.example/paper.pdf?id=2 | 200 | 2020 | garden.example/paper.pdf?id=1
20200101000000mp_/http://garden.example/page?id=2 | 404 | none | none
SEEN

echo "pywb $("$tmp/venv/bin/pip" list --format=freeze 2>"$tmp/log" | grep -i '^pywb=' | cut -d = -f 3)"
echo "Behaviour: 200 and a date for a page that was never captured; another query's copy; a year is its end."
echo "Seen (path | status | year of Memento-Datetime | the original that Link names; there are copies of fern.html,"
echo "paper.pdf?id=1 and page?id=1):"
sed 's/^/  /' "$tmp/seen"
diff -u "$tmp/expected" "$tmp/seen" || { echo "CHANGED: pywb no longer answers like that" >&2; exit 1; }
