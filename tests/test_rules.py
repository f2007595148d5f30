"""Rules are declared once, and what treats a group of rules alike asks for their tags."""

import ast
import re
from pathlib import Path

import pytest

import linkwarden
from linkwarden.model import Tag
from linkwarden.rules import all_rules

_SOURCE = Path(linkwarden.__file__).parent
_CODE = re.compile(r"LW\d{3}")


def _declared(tree: ast.Module) -> set[ast.AST]:
    """Return the codes with which the rules of a module are declared: the first argument of each ``Rule(…)``."""
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name))
    return {call.args[0] for call in calls if isinstance(call.func, ast.Name) and call.func.id == "Rule" and call.args}


def _codes_elsewhere(path: Path) -> list[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    declared = _declared(tree)
    return [
        f"{path.relative_to(_SOURCE)}:{node.lineno}: {node.value}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _CODE.fullmatch(node.value)
        if node not in declared
    ]


def test_no_code_stands_outside_the_declaration_of_its_rule() -> None:
    """A code as a string elsewhere is a second list that can go out of step."""
    files = sorted(_SOURCE.rglob("*.py"))
    assert sum(len(_declared(ast.parse(path.read_text(encoding="utf-8")))) for path in files) >= len(all_rules())
    assert [place for path in files for place in _codes_elsewhere(path)] == []


@pytest.mark.parametrize("tag", Tag)
def test_every_tag_is_carried_by_a_rule(tag: Tag) -> None:
    """A tag without a rule is a leftover."""
    assert any(tag in rule.tags for rule in all_rules().values())


def test_what_nobody_looked_at_is_neither_fine_nor_broken() -> None:
    """Nothing may be said about a link that nobody looked at."""
    verdicts = {rule.verdict.value for rule in all_rules().values() if Tag.NOT_LOOKED_AT in rule.tags}
    assert verdicts == {"ignored", "unverified"}
