"""The processor time of an edit in a list that is open in an editor (``linkwarden lsp``).

Run from the repository's root: ``python benchmarks/editing.py [LIST]``. Without a list, one of 5,000 links is made. The
goal is 100 ms an edit, for the answer as a whole: text, links, findings and the message to the editor.
"""

from __future__ import annotations

import gc
import json
import statistics
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from pygls.protocol import default_converter

from linkwarden.lsp.diagnostics import diagnostics
from linkwarden.lsp.documents import Desk, Open
from linkwarden.lsp.positions import Place, Units, replaced

_EDITS = 20
_GOAL_MS = 100


def made_up() -> str:
    """Return a list of 5,000 links in 100 sections, of which some have findings."""
    return "# List\n\n" + "\n".join(
        f"## Section {s}\n\n"
        + "\n".join(f"- [{s}.{n}]({'htps' if n == 7 else 'https'}://a{s}.dev/{n}) - what it is" for n in range(50))
        for s in range(100)
    )


def main() -> int:
    """Print the time of the first reading and of edits all over the list; return 1 if an edit takes too long."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else Path.cwd() / "README-made-up.md"
    text = path.read_text("utf-8") if len(sys.argv) > 1 else made_up()
    gc.set_threshold(50_000, 20, 100)  # as the server does
    desk = Desk(Units.UTF16, lambda: datetime.now(UTC))
    document = Open(
        path.as_uri() if path.is_absolute() else path.absolute().as_uri(), path.absolute(), "markdown", text, 1
    )
    converter = default_converter()
    times: list[float] = []
    shown = 0
    for edit in range(_EDITS + 1):
        began = time.process_time()
        if edit:
            line = edit * text.count("\n") // (_EDITS + 1)
            text = replaced(
                text, Place(line, 0), Place(line, 0), f"- [new {edit}](https://new{edit}.dev/)\n", Units.UTF16
            )
        found = desk.check(document, text, edit)
        if found.checked is not None:
            made = diagnostics(found.checked, found.lines, found.settings.config, document.uri)
            shown = len(json.dumps(converter.unstructure(made)))
        times.append((time.process_time() - began) * 1000)
    worst, middle = max(times[1:]), statistics.median(times[1:])
    print(f"{text.count('](')} links, {len(text):,} characters")
    edits = f"{_EDITS} edits: median {middle:.0f} ms, worst {worst:.0f} ms (goal {_GOAL_MS})"
    print(f"first reading {times[0]:.0f} ms; {edits}")
    print(f"message of {shown:,} bytes")
    return int(worst > _GOAL_MS)


if __name__ == "__main__":
    sys.exit(main())
