#!/usr/bin/env bash
# Matters to: links into Fossil repositories (SQLite's, Tcl's and many smaller ones): check-ins, files, tickets, wiki pages.
# Guess: what the repository does not hold is answered with 404.
# Really: only forum posts, archives and embedded documents are. Check-ins, files, folders, tickets, notes and wiki pages
#   that do not exist are answered with 200; a ticket that nobody ever wrote is a page with empty fields, and the title of
#   a wiki page that does not exist is the page's name.
# For linkwarden: the status proves nothing there; the page's words have to be read (docs/facts/soft-404.md#software).
set -Eeuo pipefail

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cannot() { echo "cannot run here: $*" >&2; exit 2; }
trap 'echo "CHANGED: line $LINENO no longer runs" >&2; exit 1' ERR

mkdir "$tmp/debs" "$tmp/root" "$tmp/home" "$tmp/work"
(cd "$tmp/debs" && apt-get -q download fossil=1:2.21-1+deb12u1 libfuse2) >"$tmp/log" 2>&1 \
    || cannot "the Debian packages cannot be downloaded: $(tail -n 1 "$tmp/log")"
for deb in "$tmp"/debs/*.deb; do dpkg -x "$deb" "$tmp/root"; done
libraries=$tmp/root/usr/lib/$(uname -m)-linux-gnu:$tmp/root/lib/$(uname -m)-linux-gnu
export HOME="$tmp/home" USER=ann
fossil() { LD_LIBRARY_PATH="$libraries" "$tmp/root/usr/bin/fossil" "$@"; }
fossil version >"$tmp/log" 2>&1 || cannot "$(head -n 1 "$tmp/log")"

# A repository that holds one file.
fossil new "$tmp/garden.fossil" >"$tmp/log" 2>&1 || cannot "$(tail -n 1 "$tmp/log")"
(
    cd "$tmp/work"
    fossil open -f "$tmp/garden.fossil"
    echo hello >fern.txt
    fossil add fern.txt
    fossil commit -m "A fern"
    fossil close -f
) >"$tmp/log" 2>&1 || cannot "$(tail -n 1 "$tmp/log")"

while read -r path; do
    printf 'GET %s HTTP/1.0\r\nHost: garden.example\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64) Firefox/130.0\r\n\r\n' "$path" |
        fossil test-http "$tmp/garden.fossil" | tr -d '\r' >"$tmp/answer"
    title=$(grep -o '<title>[^<]*' "$tmp/answer" | cut -c 8- || true)
    echo "$path | $(head -n 1 "$tmp/answer" | cut -d ' ' -f 2) | ${title#Unnamed Fossil Project: }"
done >"$tmp/seen" <<'PATHS'
/file/fern.txt
/file/moss.txt
/dir?name=moss
/ci/0123456789abcdef
/tktview/0123456789abcdef
/technote/0123456789abcdef
/wiki/Moss
/forumpost/0123456789abcdef
/doc/tip/moss.txt
PATHS

cat >"$tmp/expected" <<'SEEN'
/file/fern.txt | 200 | fern.txt
/file/moss.txt | 200 | No such file
/dir?name=moss | 200 | All Files in moss/
/ci/0123456789abcdef | 200 | Check-in Information Error
/tktview/0123456789abcdef | 200 | View Ticket
/technote/0123456789abcdef | 200 | No Such Tech-Note
/wiki/Moss | 200 | Moss
/forumpost/0123456789abcdef | 404 | Not Found
/doc/tip/moss.txt | 404 | Not Found
SEEN

echo "Fossil $(dpkg-deb -f "$(ls "$tmp"/debs/fossil_*.deb)" Version) (Debian)"
echo "Behaviour: most of what a repository does not hold is answered with 200."
echo "Seen (path | status | title; only fern.txt is there):"
sed 's/^/  /' "$tmp/seen"
diff -u "$tmp/expected" "$tmp/seen" || { echo "CHANGED: Fossil no longer answers like that" >&2; exit 1; }
