"""As much of the ``${{ }}`` language of GitHub's workflows as our workflow files use (GitHub docs, "Expressions")."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_TOKEN = re.compile(r"\s*(?:('(?:[^']|'')*')|(\|\||&&|==|!=|!|\(|\))|([\w.-]+(?:\(\))?))")
_WHOLE = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)


def expand(text: str, contexts: Mapping[str, Any]) -> str:
    """Replace every expression in a text by its value."""
    return _WHOLE.sub(lambda match: _shown(evaluate(match[1], contexts)), text)


def condition(text: str, contexts: Mapping[str, Any], *, failed: bool) -> bool:
    """Tell whether a step with this ``if:`` runs. Without a status function, GitHub puts ``success() &&`` in front."""
    match = _WHOLE.fullmatch(text.strip())
    expression = match[1] if match else text
    if failed and not re.search(r"\b(always|cancelled|failure)\(\)", expression):
        return False
    return bool(evaluate(expression, contexts))


def evaluate(expression: str, contexts: Mapping[str, Any]) -> Any:
    """Return the value of an expression; a name that is not there is "", as for GitHub."""
    tokens = [match[0].strip() for match in _TOKEN.finditer(expression)]
    assert "".join(tokens) == re.sub(r"\s+", "", expression), f"not understood: {expression}"
    value = _either(tokens, contexts)
    assert not tokens, f"not understood: {expression}"
    return value


def _either(tokens: list[str], contexts: Mapping[str, Any]) -> Any:
    value = _both(tokens, contexts)
    while tokens and tokens[0] == "||":
        tokens.pop(0)
        other = _both(tokens, contexts)
        value = value or other
    return value


def _both(tokens: list[str], contexts: Mapping[str, Any]) -> Any:
    value = _compared(tokens, contexts)
    while tokens and tokens[0] == "&&":
        tokens.pop(0)
        other = _compared(tokens, contexts)
        value = value and other
    return value


def _compared(tokens: list[str], contexts: Mapping[str, Any]) -> Any:
    value = _single(tokens, contexts)
    if tokens and tokens[0] in ("==", "!="):
        same = tokens.pop(0) == "=="
        return (_shown(value) == _shown(_single(tokens, contexts))) is same
    return value


def _single(tokens: list[str], contexts: Mapping[str, Any]) -> Any:
    token = tokens.pop(0)
    if token == "!":
        return not _single(tokens, contexts)
    if token == "(":
        inner = _either(tokens, contexts)
        assert tokens.pop(0) == ")"
        return inner
    if token.startswith("'"):
        return token[1:-1].replace("''", "'")
    if token in ("cancelled()", "success()"):  # nobody cancels, and success() is settled by condition()
        return token == "success()"
    value: Any = contexts
    for part in token.split("."):
        value = value.get(part, "") if isinstance(value, Mapping) else ""
    return value


def _shown(value: Any) -> str:
    return {True: "true", False: "false"}.get(value, "") if isinstance(value, bool) else str(value)
