#!/usr/bin/env bash
# Matters to: looking up archived copies. Web archives file captures under a sort key; surt is the Internet Archive's
#   own library for it.
# Guess: the key folds the host's case only; path and query keep theirs, so two video ids that differ in case have two
#   keys.
# Really: the whole address is lower-cased, a session id is cut out, parameters are sorted, www2. goes and so does the
#   part after #!. Two videos, two short links or two shared files can be one key.
# For linkwarden: ask the index for the column "original" too, and offer a copy only if path and query are the link's,
#   letter for letter; an index that answers for the key may hold another page.
set -Eeuo pipefail

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cannot() { echo "cannot run here: $*" >&2; exit 2; }
into() { # FOLDER PACKAGE...
    python3 -m venv --without-pip "$tmp/$1" \
        && python3 -m pip --python "$tmp/$1/bin/python" install -q --no-compile --disable-pip-version-check "${@:2}"
}
trap 'echo "CHANGED: line $LINENO no longer runs" >&2; exit 1' ERR
into v surt==0.3.1 >"$tmp/log" 2>&1 || cannot "$(tail -n 1 "$tmp/log")"

"$tmp/v/bin/python" - >"$tmp/seen" <<'PY'
from surt import surt

for address in (
    "https://www.youtube.com/watch?v=aBcDeFgHiJk",
    "https://www.youtube.com/watch?v=AbCdEfGhIjK",
    "https://short.example/Xy7",
    "https://short.example/xY7",
    "https://www2.example.org/a?b=1&a=2",
    "https://example.org/a?sid=0123456789abcdef0123456789abcdef&a=2&b=1",
    "https://example.org/#!/papers",
):
    print(address, "->", surt(address))
PY

cat >"$tmp/expected" <<'SEEN'
https://www.youtube.com/watch?v=aBcDeFgHiJk -> com,youtube)/watch?v=abcdefghijk
https://www.youtube.com/watch?v=AbCdEfGhIjK -> com,youtube)/watch?v=abcdefghijk
https://short.example/Xy7 -> example,short)/xy7
https://short.example/xY7 -> example,short)/xy7
https://www2.example.org/a?b=1&a=2 -> org,example)/a?a=2&b=1
https://example.org/a?sid=0123456789abcdef0123456789abcdef&a=2&b=1 -> org,example)/a?a=2&b=1
https://example.org/#!/papers -> org,example)/
SEEN

echo "surt $("$tmp/v/bin/python" -c 'from importlib.metadata import version; print(version("surt"))')"
echo "Behaviour: addresses that differ only in the case of their path or query get one key."
echo "Seen:"
sed 's/^/  /' "$tmp/seen"
diff -u "$tmp/expected" "$tmp/seen" || { echo "CHANGED: surt makes other keys now" >&2; exit 1; }
