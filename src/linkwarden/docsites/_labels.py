"""Names that are known in all documents of a Sphinx project, wherever they stand."""

from __future__ import annotations

import os
import re
from pathlib import Path

from linkwarden.patterns import pattern
from linkwarden.tree import read_file

#: A larger project is not looked through.
_MOST_FILES = 5000
_MOST_BYTES = 1024 * 1024
_SUFFIXES = (".md", ".rst", ".txt", ".ipynb")
#: ``(name)=``, ``{#name}``, ``:name: name`` and ``.. _name:``; in notebooks a line stands in quotes.
_LABEL = pattern(
    r"^[ \t\"]*(?:\(([^()\s]{1,200})\)=|\{[^{}\n]{0,200}?#([^\s{}.#]{1,200})[^{}\n]{0,200}\}"
    r"|:(?:name|label):[ \t]+(\S{1,200})|\.\.[ \t]+_`?([^:`\n]{1,200})`?:)",
    re.MULTILINE,
)


def labels_below(folder: Path) -> frozenset[str] | None:
    """Return the names that documents below a folder give to places, in small letters; None if these are too many."""
    found: set[str] = set()
    count = 0
    for above, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith((".", "_build")) and name != "node_modules"]
        for name in files:
            if not name.endswith(_SUFFIXES):
                continue
            count += 1
            if count > _MOST_FILES:
                return None
            path = Path(above, name)
            try:
                text = "" if path.is_symlink() else read_file(path, _MOST_BYTES).decode("utf-8", errors="replace")
            except (OSError, ValueError):
                return None
            found.update(next(filter(None, groups)).strip().lower() for groups in _LABEL.findall(text))
    return frozenset(found)
