#!/usr/bin/env bash
# Matters to: reports in SARIF, which projects count and compare with sarif-tools, for instance to fail a build.
# Guess: a result that SARIF itself marks as gone (baselineState "absent") or as accepted (suppressions) is not counted,
#   and two reports are compared by the results' fingerprints.
# Really: both are counted like any other result and fail --check. And "sarif diff" looks neither at fingerprints nor at
#   places: one link mended and another one broken, with the same message, is "no changes".
# For linkwarden: leave out of SARIF what is accepted or gone (a mark does not help here), and keep the address in the
#   message, since the message is all that tells two results apart.
set -Eeuo pipefail

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cannot() { echo "cannot run here: $*" >&2; exit 2; }
into() { # FOLDER PACKAGE...
    python3 -m venv --without-pip "$tmp/$1" \
        && python3 -m pip --python "$tmp/$1/bin/python" install -q --no-compile --disable-pip-version-check "${@:2}"
}
trap 'echo "CHANGED: line $LINENO no longer runs" >&2; exit 1' ERR
into v sarif-tools==3.0.5 >"$tmp/log" 2>&1 || cannot "$(tail -n 1 "$tmp/log")"

cd "$tmp"
v/bin/python - <<'PY'
import json
from pathlib import Path


def result(line, **more):
    place = {"artifactLocation": {"uri": "README.md"}, "region": {"startLine": line}}
    return {"ruleId": "L1", "message": {"text": "The page is gone."}, "locations": [{"physicalLocation": place}], **more}


def write(name, *results):
    run = {"tool": {"driver": {"name": "links", "rules": [{"id": "L1"}]}}, "results": list(results)}
    Path(name).write_text(json.dumps({"version": "2.1.0", "runs": [run]}))


accepted = [{"kind": "external", "status": "accepted"}]
write("absent.sarif", result(1, level="error", baselineState="absent"))
write("accepted.sarif", result(1, level="error", suppressions=accepted))
write("monday.sarif", result(3, level="error", partialFingerprints={"link/v1": "aaaa"}))
write("tuesday.sarif", result(9, level="error", partialFingerprints={"link/v1": "bbbb"}))
PY

{
    for name in absent accepted; do
        status=0
        v/bin/sarif --check warning summary "$name.sarif" >out 2>log || status=$?
        echo "$name: $(grep -E '^(error|warning): [1-9]' out || echo nothing counted), exit $status"
    done
    status=0
    v/bin/sarif --check note diff monday.sarif tuesday.sarif >out 2>log || status=$?
    echo "diff: $(grep '^error' out), exit $status"
} >seen

cat >expected <<'SEEN'
absent: error: 1, exit 1
accepted: error: 1, exit 1
diff: error level: +0 -0 no changes, exit 0
SEEN

echo "sarif-tools $("$tmp/v/bin/python" -c 'from importlib.metadata import version; print(version("sarif-tools"))')"
echo "Behaviour: results that are gone or accepted are counted; another link with the same message is no change."
echo "Seen:"
sed 's/^/  /' seen
diff -u expected seen || { echo "CHANGED: sarif-tools counts or compares otherwise now" >&2; exit 1; }
