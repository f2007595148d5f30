#!/usr/bin/env bash
# Matters to: links into Git repositories that cgit or gitweb show (the kernel's, GNU's, freedesktop's and many others).
# Guess: a history or a file of a path or a branch that is not there is answered with 404, as the rest of these programs.
# Really: cgit shows the history of a path that never was as an empty list with 200, and for a file that is not there its
#   `blob` page gives, as that file, what Git keeps of the latest commit. gitweb shows the history of a branch that is not
#   there as an empty list with 200, opens a page with 200 for an object that it then cannot read, and answers 500 for the
#   history of a file that is not there.
# For linkwarden: 200 proves nothing for these pages, and gitweb's 500 does not pass (docs/facts/soft-404.md#software).
set -Eeuo pipefail

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cannot() { echo "cannot run here: $*" >&2; exit 2; }
trap 'echo "CHANGED: line $LINENO no longer runs" >&2; exit 1' ERR

mkdir "$tmp/debs" "$tmp/root" "$tmp/home"
(cd "$tmp/debs" && apt-get -q download cgit=1.2.3+git20221219.50.91f2590+git2.39.1-1 liblua5.1-0 git=1:2.39.5-0+deb12u3 \
    libcgi-pm-perl libhtml-parser-perl liburi-perl) >"$tmp/log" 2>&1 \
    || cannot "the Debian packages cannot be downloaded: $(tail -n 1 "$tmp/log")"
for deb in "$tmp"/debs/*.deb; do dpkg -x "$deb" "$tmp/root"; done
triple=$(uname -m)-linux-gnu
PERL5LIB="$tmp/root/usr/share/perl5:$tmp/root$(perl -MConfig -e 'print $Config{vendorarch}')"
export PERL5LIB HOME="$tmp/home" REQUEST_METHOD=GET SERVER_NAME=git.example HTTP_HOST=git.example SCRIPT_NAME=/
export GITWEB_CONFIG="$tmp/gitweb.conf" CGIT_CONFIG="$tmp/cgitrc"

# A repository that holds one file.
git init -q "$tmp/work"
echo hello >"$tmp/work/fern.txt"
git -C "$tmp/work" add fern.txt
git -C "$tmp/work" -c user.name=Ann -c user.email=ann@example.org commit -q -m "A fern"
git clone -q --bare "$tmp/work" "$tmp/garden.git"
printf 'virtual-root=/\nrepo.url=garden.git\nrepo.path=%s\n' "$tmp/garden.git" >"$CGIT_CONFIG"
printf '$projectroot = "%s";\n1;\n' "$tmp" >"$GITWEB_CONFIG"

cgit() { QUERY_STRING="url=garden.git/$1" LD_LIBRARY_PATH="$tmp/root/usr/lib/$triple" "$tmp/root/usr/lib/cgit/cgit.cgi"; }
gitweb() { QUERY_STRING="p=garden.git;$1" perl "$tmp/root/usr/share/gitweb/gitweb.cgi"; }
cgit tree/ >"$tmp/log" 2>&1 || cannot "$(tail -n 1 "$tmp/log")"
gitweb a=summary >"$tmp/log" 2>&1 || cannot "$(tail -n 1 "$tmp/log")"

while read -r program query; do
    "$program" "$query" 2>"$tmp/log" | tr -d '\r' >"$tmp/answer"
    status=$(grep -m 1 -i '^Status: ' "$tmp/answer" | cut -d ' ' -f 2 || true)
    body=$(grep -c -E '^(author Ann|.*>A fern<)' "$tmp/answer" || true)
    echo "$program $query | ${status:-200} | $([ "$body" = 0 ] && echo nothing || echo "the commit")"
done >"$tmp/seen" <<'QUERIES'
cgit log/fern.txt
cgit log/moss.txt
cgit blob/moss.txt
cgit tree/moss.txt
cgit log/&h=meadow
gitweb a=history;f=fern.txt
gitweb a=history;f=moss.txt
gitweb a=shortlog;h=meadow
gitweb a=log;h=meadow
gitweb a=blob;h=0123456789012345678901234567890123456789
gitweb a=tree;hb=meadow
QUERIES

cat >"$tmp/expected" <<'SEEN'
cgit log/fern.txt | 200 | the commit
cgit log/moss.txt | 200 | nothing
cgit blob/moss.txt | 200 | the commit
cgit tree/moss.txt | 404 | nothing
cgit log/&h=meadow | 404 | nothing
gitweb a=history;f=fern.txt | 200 | the commit
gitweb a=history;f=moss.txt | 500 | nothing
gitweb a=shortlog;h=meadow | 200 | nothing
gitweb a=log;h=meadow | 200 | nothing
gitweb a=blob;h=0123456789012345678901234567890123456789 | 200 | nothing
gitweb a=tree;hb=meadow | 404 | nothing
SEEN

echo "cgit $(dpkg-deb -f "$(ls "$tmp"/debs/cgit_*.deb)" Version), gitweb of Git $(dpkg-deb -f "$(ls "$tmp"/debs/git_*.deb)" Version) (Debian)"
echo "Behaviour: histories of what is not there are empty lists with 200, or a 500; cgit gives a commit as a file."
echo "Seen (query | status | what the page shows of the only commit; only fern.txt and the branch that is shown are there):"
sed 's/^/  /' "$tmp/seen"
diff -u "$tmp/expected" "$tmp/seen" || { echo "CHANGED: the programs no longer answer like that" >&2; exit 1; }
