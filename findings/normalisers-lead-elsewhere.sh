#!/usr/bin/env bash
# Matters to: scripts that find duplicates in lists by a library that normalises addresses, and write its form back.
# Guess: the normal form leads to the same page; that is what it is for.
# Really: each of three libraries changes where some valid address leads. courlan drops a query that has no = (a
#   forum's thread) and any parameter called ref; url-normalize encodes the slashes behind #, so that an app's routes
#   are gone; ural decodes %2B in a query, where + means a blank, and so breaks a signature. All three make one slash of
#   two in a path.
# For linkwarden: duplicates may be told by a normal form, but what is written or asked is always the list's own address;
#   a thread number without = and a route behind # tell two links apart.
set -Eeuo pipefail

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cannot() { echo "cannot run here: $*" >&2; exit 2; }
into() { # FOLDER PACKAGE...
    python3 -m venv --without-pip "$tmp/$1" \
        && python3 -m pip --python "$tmp/$1/bin/python" install -q --no-compile --disable-pip-version-check "${@:2}"
}
trap 'echo "CHANGED: line $LINENO no longer runs" >&2; exit 1' ERR
into v courlan==1.4.0 url-normalize==3.1.0 ural==1.6.2 >"$tmp/log" 2>&1 || cannot "$(tail -n 1 "$tmp/log")"

"$tmp/v/bin/python" - >"$tmp/seen" <<'PY'
from importlib.metadata import version

from courlan import clean_url
from ural import canonicalize_url
from url_normalize import url_normalize

for address in (
    "https://forum.example/thread.php?4711",
    "https://code.example/raw?ref=v2&path=a.png",
    "https://app.example/#/papers/3",
    "https://store.example/a.png?Expires=1612137600&Signature=ab%2Bcd%3D",
    "https://files.example/a//b.pdf",
):
    print(address)
    for name, normal in (("courlan", clean_url), ("url-normalize", url_normalize), ("ural", canonicalize_url)):
        if normal(address) != address:
            print(f"  {name} {version(name)}: {normal(address)}")
PY

cat >"$tmp/expected" <<'SEEN'
https://forum.example/thread.php?4711
  courlan 1.4.0: https://forum.example/thread.php
https://code.example/raw?ref=v2&path=a.png
  courlan 1.4.0: https://code.example/raw?path=a.png
https://app.example/#/papers/3
  url-normalize 3.1.0: https://app.example/#%2Fpapers%2F3
https://store.example/a.png?Expires=1612137600&Signature=ab%2Bcd%3D
  ural 1.6.2: https://store.example/a.png?Expires=1612137600&Signature=ab+cd%3D
https://files.example/a//b.pdf
  courlan 1.4.0: https://files.example/a/b.pdf
  url-normalize 3.1.0: https://files.example/a/b.pdf
  ural 1.6.2: https://files.example/a/b.pdf
SEEN

echo "Three libraries that normalise addresses"
echo "Behaviour: the normal form of a valid address may lead elsewhere."
echo "Seen (address, and what a library that changes it makes of it):"
sed 's/^/  /' "$tmp/seen"
diff -u "$tmp/expected" "$tmp/seen" || { echo "CHANGED: the libraries make other forms now" >&2; exit 1; }
