"""Small changes of a module, each of which breaks one guard."""

import ast
from collections.abc import Iterator
import copy
from dataclasses import dataclass
from typing import Final

_OTHER_COMPARISON: Final[dict[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Lt: ast.GtE,
    ast.LtE: ast.Gt,
    ast.Gt: ast.LtE,
    ast.GtE: ast.Lt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
# What only tells, and breaks nothing when it is left out.
_TELLING: Final = frozenset({"debug", "info", "warning", "error", "register_random"})


@dataclass(frozen=True, slots=True)
class Mutation:
    """One changed module."""

    line: int
    last_line: int
    before: str
    after: str
    source: str
    """The whole module with the change."""


def mutations(source: str) -> Iterator[Mutation]:
    """Yield all mutations of a module: comparisons, conditions and statements.

    Comparisons are reversed, `and` and `or` exchanged, `not` removed, and each statement that
    assigns, calls, raises or returns early is left out.
    """
    tree = ast.parse(source)
    for number, node in enumerate(ast.walk(tree)):
        for change in _changes(node):
            mutant = copy.deepcopy(tree)
            target = _nth(mutant, number)
            before = change.shown(target)
            change.apply(target)
            after = change.shown(target)
            place = change.place(node)
            yield Mutation(
                place.lineno,
                place.end_lineno or place.lineno,
                _short(before),
                _short(after),
                ast.unparse(mutant),
            )


@dataclass(frozen=True, slots=True)
class _Change:
    kind: str
    index: int = 0

    def place(self, node: ast.AST) -> ast.expr | ast.stmt:
        """Return the part of a node whose lines are reached where the change matters."""
        match node:
            case ast.If() | ast.While():
                return node.test
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                return node.body[self.index]
            case ast.expr():
                return node
        raise TypeError(f"Not mutated: {node}")

    def shown(self, node: ast.AST) -> str:
        """Return the code that changes."""
        return ast.unparse(self.place(node))

    def apply(self, node: ast.AST) -> None:
        """Change a node in place."""
        match node:
            case ast.Compare():
                node.ops[0] = _OTHER_COMPARISON[type(node.ops[0])]()
            case ast.BoolOp():
                node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
            case ast.If() | ast.While():
                node.test = ast.UnaryOp(ast.Not(), node.test)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                node.body[self.index] = ast.copy_location(ast.Pass(), node.body[self.index])


def _changes(node: ast.AST) -> Iterator[_Change]:
    match node:
        case ast.Compare(ops=[operator]) if type(operator) in _OTHER_COMPARISON:
            yield _Change("comparison")
        case ast.BoolOp():
            yield _Change("connective")
        case ast.If(test=test) if not isinstance(test, (ast.Compare, ast.BoolOp)):
            yield _Change("condition")
        case ast.FunctionDef() | ast.AsyncFunctionDef() if not _is_property(node):
            for index, statement in enumerate(node.body):
                if _matters(statement) and len(node.body) > 1:
                    yield _Change("statement", index)


def _is_property(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(isinstance(each, ast.Name) and each.id == "property" for each in node.decorator_list)


def _matters(statement: ast.stmt) -> bool:
    """Tell whether leaving a statement out changes what a function does, and leaves it running."""
    match statement:
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr=name))):
            return name not in _TELLING
        case ast.Expr(value=ast.Await() | ast.Call()):
            return True
        case ast.Assign(targets=[ast.Attribute()]) | ast.AugAssign(target=ast.Attribute()):
            return True
        case ast.If(orelse=[]):
            return True
    return False


def _nth(tree: ast.AST, number: int) -> ast.AST:
    """Return a node by its place in the walk of the unchanged tree."""
    return next(node for index, node in enumerate(ast.walk(tree)) if index == number)


def _short(text: str) -> str:
    first = text.strip().splitlines()[0] if text.strip() else ""
    return first if len(first) <= 90 else first[:87] + "..."
