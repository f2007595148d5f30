"""reStructuredText gives the URLs that docutils gives, in documents put together from all constructs.

Needs docutils (0.22 or later), and is skipped without it: ``pip install docutils``.
"""

from __future__ import annotations

import importlib
import importlib.util
import io
import random
from typing import Any

import pytest

from linkwarden.extract.rst import Rst
from linkwarden.model import Occurrence

_MISSING = importlib.util.find_spec("docutils") is None
#: A block of each kind; ``U`` is another URL each time, ``N`` another number, ``I`` the indentation, ``R`` a rule.
_BLOCKS = (
    "IText U, (see U). `t <U>`__ and ``U``\nImore `two\nIlines <U>`__ *em*.\n",
    "ILiteral::\n\nI   U\n\nI   `x <U>`_\n",
    "I.. code:: sh\n\nI   U\n\nI   U\n",
    "I.. note::\n\nI   A U\n",
    "I.. note:: A U\n\nI   B U\n",
    "I* a U\nI  b U\n\nI  c::\n\nI    U\n\nI* d U\n",
    "I.. image:: U.png\nI   :target: U\nI   :alt: x\n",
    "I.. figure:: U.png\n\nI   Caption U\n",
    "I.. _tN: U\n",
    "I`x`__\n\nI.. __: U\n",
    "I.. a comment U\nI   U\n\nI   U\n",
    "Iterm U\nI   definition U\n",
    "I:F: U\nI:G: x\nI   U\n",
    "I=====  R\nIA      B\nI=====  R\nI1      U\nI=====  R\n",
    "Iquote\n\nI   U\n",
    "I.. [N] f U\nI   U\n",
    "I.. |sN| image:: U\nI   :target: U\n\nI|sN|\n",
)
_SETTINGS = {"file_insertion_enabled": False, "raw_enabled": False, "report_level": 5, "halt_level": 5}


def _document(choice: random.Random) -> str:
    """Return a document of some blocks, with titles between, and some of them indented below a note."""
    number = 0
    parts = []
    for _ in range(6):
        block = choice.choice(_BLOCKS)
        indent = choice.choice(["", "", "   "])
        text = f".. note::\n\n{block}" if indent else block
        text = "".join(
            line
            if line.startswith(".. note::\n") and indent
            else line.replace("I", indent, 1)
            if line[:1] == "I"
            else line
            for line in text.splitlines(keepends=True)
        )
        text = text.replace("R", "=" * 44)
        while "U" in text or "N" in text:
            number += 1
            tail = choice.choice(["", "a_(b)/", "q?a=b&c=", "~u/", "a%20b/"])
            text = text.replace("N", str(number)).replace("U", f"https://x.org/{tail}{number}", 1)
        parts.append(text)
        if choice.random() < 0.2:
            parts.append(f"Title {number} https://x.org/t{number}\n{'=' * 40}\n")
    return "\n".join(parts)


@pytest.mark.skipif(_MISSING, reason="docutils, the oracle, is missing")
@pytest.mark.parametrize("seed", range(100))
def test_the_urls_are_those_of_docutils(seed: int) -> None:
    """None is missing and none extra."""
    core, nodes = importlib.import_module("docutils.core"), importlib.import_module("docutils.nodes")
    text = _document(random.Random(seed))  # noqa: S311 - not for secrets
    tree: Any = core.publish_doctree(text, settings_overrides={**_SETTINGS, "warning_stream": io.StringIO()})
    wanted = {
        node[name]
        for kind, name in ((nodes.reference, "refuri"), (nodes.target, "refuri"), (nodes.image, "uri"))
        for node in tree.findall(kind)
        if node.get(name, "").startswith("http")
    }

    assert {item.url for item in Rst().extract(text, "x.rst") if isinstance(item, Occurrence)} == wanted
