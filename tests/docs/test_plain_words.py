"""The words that engineers search for: those on this list are not used any more, in code, reports or documentation."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]

#: What is not written any more, as regular expressions, and what is written instead.
WORDS = {
    r"anew": "again",
    r"amiss": "wrong",
    r"mend(?:s|ed|ing)?": "fix",
    r"accus(?:e|es|ed|ing|ations?)": "report, call broken",
    r"ill|ailing": "broken, bad",
    r"twins?": "alternative URL",
    r"lots? of": "many; a chunk",
    r"excuses?": "suppression",
    r"weather": "connectivity",
    r"pictures": "images",
    r"had no turn": "not checked",
    r"stood there": "was there",
    r"turns? (?:robots|programs) away": "blocks bots",
    r"tell whether": "return whether, show whether",
    r"taken over without a look": "replaced safely",
    r"all is well": "200 OK",
}


def texts() -> dict[str, str]:
    """Return every text that is ours to word, by name; data files hold other people's words."""
    files = [REPOSITORY / "README.md", REPOSITORY / "CHANGELOG.md"]
    files += sorted((REPOSITORY / "docs").rglob("*.md"))
    files += sorted(p for p in (REPOSITORY / "src").rglob("*") if p.suffix in {".py", ".j2", ".js", ".css"})
    return {str(path.relative_to(REPOSITORY)): path.read_text("utf-8") for path in files}


TEXTS = texts()


@pytest.mark.parametrize("word", WORDS)
def test_a_word_is_not_used_any_more(word: str) -> None:
    """Each of them was exact once, and none of them is what people search for."""
    pattern = re.compile(rf"(?<![\w-])(?:{word})(?![\w-])", re.IGNORECASE)
    found = [
        f"{name}:{text.count(chr(10), 0, match.start()) + 1}: {match[0]}"
        for name, text in TEXTS.items()
        for match in pattern.finditer(text)
    ]
    assert found == [], f"write: {WORDS[word]}"
