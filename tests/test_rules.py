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


#: Fields whose words are for people; code that looks at them breaks when a sentence is improved.
_WORDS = frozenset({"reason", "what", "message", "why", "summary", "explanation", "remedy"})
_LOOKS = frozenset(
    {"startswith", "endswith", "removeprefix", "removesuffix", "replace", "find", "index", "count"}
    | {"partition", "rpartition", "split", "rsplit"}
)


def _is_prose(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in _WORDS


def _looks_at_words(node: ast.AST) -> bool:
    """Return whether an expression compares a sentence with given words, or takes it apart."""
    if isinstance(node, ast.Compare):
        sides = [node.left, *node.comparators]
        given = any(isinstance(side, ast.Constant) and isinstance(side.value, str) for side in sides)
        return given and any(map(_is_prose, sides))
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in _LOOKS
        and _is_prose(node.func.value)
    )


def test_no_behaviour_hangs_on_the_words_of_a_sentence() -> None:
    """Whatever code needs to know is a field, a tag or the kind of a fact."""
    found = [
        f"{path.relative_to(_SOURCE)}: {ast.unparse(node)}"
        for path in sorted(_SOURCE.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if _looks_at_words(node)
    ]
    assert found == []
