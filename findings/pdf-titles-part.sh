#!/usr/bin/env bash
# Matters to: telling by a PDF's own title whether it is the paper that a list means. A PDF may name its title twice: in
#   its details (/Info) and in its metadata (XMP). qpdf (in pikepdf) writes files for the web; pypdf and PyMuPDF are what
#   scripts change titles with.
# Guess: in a file that is written to be read from its start ("linearized", "fast web view") the title is at the start;
#   and a tool that sets the title sets it in both places.
# Really: in the linearized file both titles move to the end, while in the plain one they are at the start. pypdf and
#   PyMuPDF set one of the two, so that from then on the file calls itself by two titles; both forget the title where
#   pages are copied into a new file.
# For linkwarden: the first bytes of a long file seldom name a title, linearized or not; of two titles the one in the
#   details is the newer; no title, or another one, says nothing against a link.
set -Eeuo pipefail

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cannot() { echo "cannot run here: $*" >&2; exit 2; }
into() { # FOLDER PACKAGE...
    python3 -m venv --without-pip "$tmp/$1" \
        && python3 -m pip --python "$tmp/$1/bin/python" install -q --no-compile --disable-pip-version-check "${@:2}"
}
trap 'echo "CHANGED: line $LINENO no longer runs" >&2; exit 1' ERR
into v pikepdf==10.18.0 pypdf==7.1.1 pymupdf==2.0 >"$tmp/log" 2>&1 || cannot "$(tail -n 1 "$tmp/log")"

cd "$tmp"
"$tmp/v/bin/python" - >"$tmp/seen" <<'PY'
import random
from pathlib import Path

import pikepdf
import pymupdf
import pypdf

OLD, NEW = "A Study of Curated Lists", "Another Title Altogether"

pdf = pikepdf.new()
for number in range(40):
    pdf.add_blank_page().Contents = pikepdf.Stream(pdf, random.Random(number).randbytes(8000))
with pdf.open_metadata() as metadata:
    metadata["dc:title"] = OLD
pdf.docinfo["/Title"] = OLD
pdf.save("plain.pdf")
pdf.save("linearized.pdf", linearize=True)

writer = pypdf.PdfWriter(clone_from="plain.pdf")
writer.add_metadata({"/Title": NEW})
writer.write("set by pypdf.pdf")
document = pymupdf.open("plain.pdf")
document.set_metadata({"title": NEW})
document.save("set by PyMuPDF.pdf")

writer = pypdf.PdfWriter()
for page in pypdf.PdfReader("plain.pdf").pages:
    writer.add_page(page)
writer.write("pages copied by pypdf.pdf")
document = pymupdf.open()
document.insert_pdf(pymupdf.open("plain.pdf"))
document.save("pages copied by PyMuPDF.pdf")


def place(data: bytes, mark: bytes) -> str:
    at = data.find(mark)
    return "nowhere" if at < 0 else "in the first 64 KB" if at < 65_536 else "in the last 8 KB" if at > len(data) - 8192 else "inside"


for name in ("plain", "linearized"):
    data = Path(f"{name}.pdf").read_bytes()
    print(f"{name}: details {place(data, b'/Title')}, metadata {place(data, b'<dc:title')}")
for name in ("set by pypdf", "set by PyMuPDF", "pages copied by pypdf", "pages copied by PyMuPDF"):
    made = pikepdf.open(f"{name}.pdf")
    details = str(made.docinfo.get("/Title", None)) if "/Info" in made.trailer else None
    print(f"{name}: details {details}, metadata {made.open_metadata().get('dc:title')}")
PY

cat >"$tmp/expected" <<'SEEN'
plain: details in the first 64 KB, metadata in the first 64 KB
linearized: details in the last 8 KB, metadata in the last 8 KB
set by pypdf: details Another Title Altogether, metadata A Study of Curated Lists
set by PyMuPDF: details Another Title Altogether, metadata A Study of Curated Lists
pages copied by pypdf: details None, metadata None
pages copied by PyMuPDF: details None, metadata None
SEEN

"$tmp/v/bin/python" -c 'from importlib.metadata import version
print(", ".join(f"{name} {version(name)}" for name in ("pikepdf", "pypdf", "pymupdf")))'
echo "Behaviour: linearizing moves the titles to the end of the file; setting the title leaves the other one as it was."
echo "Seen:"
sed 's/^/  /' "$tmp/seen"
diff -u "$tmp/expected" "$tmp/seen" || { echo "CHANGED: titles are elsewhere now, or set together" >&2; exit 1; }
