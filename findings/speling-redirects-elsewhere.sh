#!/usr/bin/env bash
# Matters to: links to pages and papers on Apache servers that correct names (`CheckSpelling On`), as universities' do.
# Guess: mod_speling corrects typing errors. A page of another number is not offered by itself: `week11.html`, where only
#   `week12.html` is there, is answered with 404, or with 300 and a list; so is a paper of which only the notes are there.
# Really: a digit counts as any other character. If one file's name differs by one character, readers are redirected to
#   it for good (301), so a checker that trusts permanent redirects writes week 12 in place of week 11, or of week 1. Two
#   such files are a list (300), and so is one file of the same name with another suffix. A name of two other characters
#   is a 404, so made-up URLs do not show what the server does.
# For linkwarden: where a permanent redirect changes one character, it asks for a misspelt URL (LW823,
#   docs/facts/http-answers.md#redirects).
set -Eeuo pipefail

tmp=$(mktemp -d)
server=
trap 'if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi; rm -rf "$tmp"' EXIT
cannot() { echo "cannot run here: $*" >&2; exit 2; }
trap 'echo "CHANGED: line $LINENO no longer runs" >&2; exit 1' ERR

mkdir "$tmp/debs" "$tmp/root" "$tmp/site"
(cd "$tmp/debs" && apt-get -q download apache2-bin=2.4.71-1~deb12u1 libapr1 libaprutil1 libpcre2-8-0 libexpat1 libcrypt1) \
    >"$tmp/log" 2>&1 || cannot "the Debian packages cannot be downloaded: $(tail -n 1 "$tmp/log")"
for deb in "$tmp"/debs/*.deb; do dpkg -x "$deb" "$tmp/root"; done
libraries=$tmp/root/usr/lib/$(uname -m)-linux-gnu:$tmp/root/lib/$(uname -m)-linux-gnu
apache() { LD_LIBRARY_PATH="$libraries" exec "$tmp/root/usr/sbin/apache2" -f "$tmp/httpd.conf" "$@"; }

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
modules=$tmp/root/usr/lib/apache2/modules
{
    for module in mpm_event authz_core mime speling; do
        echo "LoadModule ${module}_module $modules/mod_$module.so"
    done
    cat <<CONFIGURATION
ServerName garden.example
Listen 127.0.0.1:$port
PidFile $tmp/pid
ErrorLog $tmp/errors
TypesConfig /dev/null
User nobody
DocumentRoot $tmp/site
CheckSpelling On
CONFIGURATION
} >"$tmp/httpd.conf"
for name in week12.html notes.bib lesson2.html lesson3.html; do echo "<h1>$name</h1>" >"$tmp/site/$name"; done
chmod -R a+rX "$tmp"

apache -v >"$tmp/version" 2>"$tmp/log" & wait $! || cannot "$(head -n 1 "$tmp/log")"
apache -D FOREGROUND >"$tmp/log" 2>&1 &
server=$!
base=http://127.0.0.1:$port
for _ in $(seq 50); do curl -s -o "$tmp/body" "$base/" && break || sleep 0.2; done
curl -s -o "$tmp/body" "$base/" || cannot "Apache does not start: $(tail -n 1 "$tmp/log")"

while read -r path; do
    seen=$(curl -s -o "$tmp/body" -w '%{http_code} | %{redirect_url}' "$base$path")
    seen="$path | ${seen/"$base"/}"
    echo "${seen% }"
done >"$tmp/seen" <<'PATHS'
/week12.html
/week11.html
/week1.html
/week21.html
/weekq12.html
/week35.html
/lesson1.html
/notes.pdf
PATHS

cat >"$tmp/expected" <<'SEEN'
/week12.html | 200 |
/week11.html | 301 | /week12.html
/week1.html | 301 | /week12.html
/week21.html | 301 | /week12.html
/weekq12.html | 301 | /week12.html
/week35.html | 404 |
/lesson1.html | 300 |
/notes.pdf | 300 |
SEEN

head -n 1 "$tmp/version"
echo "Behaviour: a page that is gone is redirected for good to one whose name differs by a digit."
echo "Seen (path | status | redirected to; there are week12.html, lesson2.html, lesson3.html and notes.bib):"
sed 's/^/  /' "$tmp/seen"
diff -u "$tmp/expected" "$tmp/seen" || { echo "CHANGED: Apache no longer answers like that" >&2; exit 1; }
