#!/usr/bin/env bash
# Matters to: checkers and downloaders written in Python that take a file of cookies as curl and browsers' extensions
#   write it, to see pages behind a log-in.
# Guess: http.cookiejar.MozillaCookieJar reads the file that curl -c has just written, and sends what curl -b sends.
# Really: curl writes a session cookie, which is what most log-ins set, with the end 0. MozillaCookieJar takes 0 for
#   1970: load() drops the cookie, and load(ignore_discard=True), which is documented for session cookies, does as well.
#   With ignore_expires=True it is loaded, and still not sent, because it has expired. And a cookie of a host without a
#   dot (an intranet's "wiki") is loaded and never sent at all. Nothing fails; the pages are those of a stranger.
# For linkwarden: it reads the file itself (net/private.py): 0 is the end of a session, and a host is a host.
set -Eeuo pipefail

tmp=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$tmp"' EXIT
cannot() { echo "cannot run here: $*" >&2; exit 2; }
trap 'echo "CHANGED: line $LINENO no longer runs" >&2; exit 1' ERR
command -v curl >/dev/null || cannot "no curl"

cat >"$tmp/serve.py" <<'PY'
import http.server
import sys


class Site(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = f"{self.headers.get('Cookie', 'nothing')}\n".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        if self.path == "/log-in":
            self.send_header("Set-Cookie", "session=abc; Path=/")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.HTTPServer(("127.0.0.1", 0), Site)
print(server.server_port, flush=True)
server.serve_forever()
PY
python3 "$tmp/serve.py" >"$tmp/port" &
server=$!
for _ in $(seq 100); do [ -s "$tmp/port" ] && break; sleep 0.1; done
port=$(cat "$tmp/port")

curl --version | sed -n '1s/^\(curl [^ ]*\).*/\1/p'
python3 --version
for host in wiki wiki.example.net; do
    ask() { curl -s --noproxy '*' --resolve "$host:$port:127.0.0.1" "$@"; }
    ask -c "$tmp/$host.txt" "http://$host:$port/log-in" >/dev/null
    echo "$host: the file says: $(tail -n 1 "$tmp/$host.txt" | tr '\t' ' ')"
    sent=$(ask -b "$tmp/$host.txt" "http://$host:$port/")
    echo "$host: curl -b sends: $sent"
    [ "$sent" = "session=abc" ]
done

cat >"$tmp/read.py" <<'PY'
import sys
from http.cookiejar import MozillaCookieJar
from urllib.request import Request


def sent(file, host, end=None, **how):
    text = open(file).read()
    if end is not None:  # the same cookie with a date, to look at the host alone
        text = text.replace("\t0\tsession", f"\t{end}\tsession")
        open(file, "w").write(text)
    jar = MozillaCookieJar(file)
    jar.load(**how)
    loaded = len(jar)
    request = Request(f"http://{host}/")
    jar.add_cookie_header(request)
    return loaded, request.get_header("Cookie", "nothing")


folder = sys.argv[1]
dotted, plain = "wiki.example.net", "wiki"
for how in ({}, {"ignore_discard": True}, {"ignore_discard": True, "ignore_expires": True}):
    loaded, header = sent(f"{folder}/{dotted}.txt", dotted, **how)
    print(f"{dotted}: load({', '.join(f'{k}=True' for k in how)}): {loaded} loaded, sends {header}")
    assert header == "nothing"
    assert loaded == ("ignore_expires" in how)
for host, wanted in ((dotted, "session=abc"), (plain, "nothing")):
    loaded, header = sent(f"{folder}/{host}.txt", host, end=4102444800)
    print(f"{host}: with an end in 2100: {loaded} loaded, sends {header}")
    assert (loaded, header) == (1, wanted)
PY
python3 "$tmp/read.py" "$tmp"
