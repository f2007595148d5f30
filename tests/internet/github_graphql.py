"""Executes GraphQL queries the way GitHub does, and holds each against GitHub's real schema where that is installed.

``npm install --prefix tests/schema`` puts the schema into ``tests/schema/node_modules`` (git-ignored).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    build_ast_schema,
    parse,
    validate,
    value_from_ast_untyped,
)

SCHEMA_FILE = (
    Path(__file__).resolve().parents[1] / "schema" / "node_modules" / "@octokit" / "graphql-schema" / "schema.graphql"
)

#: A fake object: values, or functions that take the field's arguments and give a value.
Node = Mapping[str, Any]


class NotFoundError(Exception):
    """Raised by a resolver: GitHub's NOT_FOUND or another typed error for this alias."""

    def __init__(self, message: str, kind: str = "NOT_FOUND") -> None:
        super().__init__(message)
        self.kind = kind


def schema_installed() -> bool:
    """Tell whether queries can be held against the real schema."""
    return SCHEMA_FILE.is_file()


@cache
def github_schema() -> GraphQLSchema | None:
    """Read GitHub's schema once per session (about a second and a half), or None where it is not installed."""
    if not schema_installed():
        return None
    # GitHub publishes a valid schema; proving that again costs seconds.
    return build_ast_schema(parse(SCHEMA_FILE.read_text(), no_location=True), assume_valid=True)


def execute(query: str, root: Node) -> dict[str, Any]:
    """Answer a query from a tree of fake objects, with partial data and typed errors as GitHub gives them.

    Raises:
        AssertionError: the query does not fit GitHub's schema.
    """
    document = parse(query)
    schema = github_schema()
    if schema is not None:
        faults = validate(schema, document)
        assert not faults, [str(fault) for fault in faults]
    fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
    operation = next(d for d in document.definitions if isinstance(d, OperationDefinitionNode))
    run = _Execution(fragments)
    data = run.select(operation.selection_set, root, ())
    return {"data": data, "errors": run.errors} if run.errors else {"data": data}


class _Execution:
    """One query under way."""

    def __init__(self, fragments: Mapping[str, FragmentDefinitionNode]) -> None:
        self._fragments = fragments
        self.errors: list[dict[str, Any]] = []

    def select(self, selection: SelectionSetNode, node: Node, path: tuple[str, ...]) -> dict[str, Any]:
        """Take the selected fields of an object."""
        taken: dict[str, Any] = {}
        for part in selection.selections:
            if isinstance(part, FieldNode):
                name = part.alias.value if part.alias else part.name.value
                taken[name] = self._field(part, node, (*path, name))
            elif isinstance(part, FragmentSpreadNode):
                taken |= self.select(self._fragments[part.name.value].selection_set, node, path)
            elif isinstance(part, InlineFragmentNode):
                condition = part.type_condition.name.value if part.type_condition else None
                if condition in (None, node.get("__typename")):
                    taken |= self.select(part.selection_set, node, path)
        return taken

    def _field(self, field: FieldNode, node: Node, path: tuple[str, ...]) -> Any:
        arguments = {a.name.value: value_from_ast_untyped(a.value) for a in field.arguments or ()}
        value: Any = node[field.name.value]
        if isinstance(value, Callable):  # type: ignore[arg-type] # a resolver
            try:
                value = value(**arguments)
            except NotFoundError as error:
                self.errors.append(
                    {
                        "type": error.kind,
                        "path": list(path),
                        "locations": [{"line": 2, "column": 2}],
                        "message": str(error),
                    }
                )
                return None
        if isinstance(value, Mapping) and field.selection_set is not None:
            return self.select(field.selection_set, value, path)
        return value
