"""What the code refers to, read from its syntax tree."""

import ast
from collections.abc import Iterator, Mapping, Set as AbstractSet
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
import sys

TRANSLATED_ERRORS = {
    "ConfigEntryError",
    "ConfigEntryNotReady",
    "HomeAssistantError",
    "ServiceValidationError",
    "UpdateFailed",
}


@dataclass(slots=True)
class Reference:
    """A use of a translation: where, of which kind, which key, with which placeholders."""

    where: str
    kind: str
    key: str
    placeholders: set[str] | None = field(default_factory=set)
    """None: computed, so that it cannot be told here."""


def _text(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _name(node: ast.expr) -> str:
    match node:
        case ast.Name():
            return node.id
        case ast.Attribute():
            return node.attr
        case ast.Subscript():
            return _name(node.value)
        case _:
            return ""


def _keywords(call: ast.Call) -> dict[str, ast.expr]:
    return {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}


def _placeholders(node: ast.expr | None) -> set[str] | None:
    if node is None:
        return set()
    if isinstance(node, ast.Dict):
        keys = [_text(key) for key in node.keys]
        if None not in keys:
            return {key for key in keys if key}
    return None


def _kind(call: ast.Call, keywords: dict[str, ast.expr]) -> str | None:
    name = _name(call.func)
    if name == "async_create_issue":
        return "issues"
    if name.endswith("Description"):
        return "entity"
    if name == "SelectSelectorConfig":
        return "selector"
    domain = keywords.get("translation_domain")
    return "exceptions" if domain is not None and _name(domain) == "DOMAIN" else None


def _calls(tree: ast.Module) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def references(path: Path, tree: ast.Module) -> Iterator[Reference]:
    """Yield the translations that a file refers to by literal keys."""
    for call in _calls(tree):
        keywords, where = _keywords(call), f"{path.name}:{call.lineno}"
        kind, key = _kind(call, keywords), _text(keywords.get("translation_key"))
        if kind and key:
            given = _placeholders(keywords.get("translation_placeholders"))
            yield Reference(where, kind, key, given if kind != "entity" else None)
        match _name(call.func):
            case "async_show_form" | "async_show_menu" | "async_show_progress":
                if path.stem != "repairs" and (step := _text(keywords.get("step_id"))):
                    yield Reference(where, "step", step, None)
                if action := _text(keywords.get("progress_action")):
                    yield Reference(where, "progress", action, None)
            case "async_abort":
                if reason := _text(keywords.get("reason")):
                    yield Reference(where, "abort", reason, None)
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Assign)
            and _name(node.targets[0]) == "_attr_translation_key"
            and (key := _text(node.value))
        ):
            yield Reference(f"{path.name}:{node.lineno}", "entity", key, None)


def untranslated_errors(path: Path, tree: ast.Module) -> Iterator[str]:
    """Yield what is raised to Home Assistant with a message instead of a translation."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Raise) or node.exc is None:
            continue
        raised = node.exc
        called = isinstance(raised, ast.Call)
        name = _name(raised.func) if isinstance(raised, ast.Call) else _name(raised)
        if name not in TRANSLATED_ERRORS:
            continue
        keywords = _keywords(raised) if isinstance(raised, ast.Call) else {}
        complete = {"translation_domain", "translation_key"} <= keywords.keys()
        if not called or not complete or (isinstance(raised, ast.Call) and raised.args):
            yield f"{path.name}:{node.lineno}: {name}"


def unpaired_keys(path: Path, tree: ast.Module) -> Iterator[str]:
    """Yield errors' calls that give only one of translation domain and key."""
    for call in _calls(tree):
        given = _keywords(call).keys() & {"translation_domain", "translation_key"}
        if given == {"translation_domain"}:
            yield f"{path.name}:{call.lineno}: a translation_domain without its key"


def literals(tree: ast.Module) -> set[str]:
    """Return all literal texts of a file."""
    return {text for node in ast.walk(tree) if isinstance(node, ast.expr) and (text := _text(node))}


def imports(path: Path, tree: ast.Module, root: Path) -> Iterator[tuple[int, str]]:
    """Yield what a file imports, as absolute names, with the line."""
    package = path.relative_to(root).parent.parts
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join((*base, *([node.module] if node.module else [])))
            if node.module is None:
                for alias in node.names:
                    yield node.lineno, f"{module}.{alias.name}"
            else:
                yield node.lineno, module


def foreign_imports(
    path: Path, tree: ast.Module, root: Path, allowed: tuple[str, ...]
) -> Iterator[str]:
    """Yield imports that are neither of the standard library nor of what is allowed."""
    for line, name in imports(path, tree, root):
        if name.split(".", maxsplit=1)[0] in sys.stdlib_module_names:
            continue
        if not any(name == prefix or name.startswith(f"{prefix}.") for prefix in allowed):
            yield f"{path.relative_to(root)}:{line}: {name}"


def module_name(path: Path, root: Path) -> str:
    """Return the absolute name of the module in a file."""
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported_modules(path: Path, tree: ast.Module, root: Path, known: AbstractSet[str]) -> set[str]:
    """Return which of the known modules a file imports, itself aside.

    `from package import name` counts as an import of `package.name` where that is a
    module, and of the package else.
    """
    package = path.relative_to(root).parent.parts
    found = set[str]()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join((*base, *([node.module] if node.module else [])))
            members = {f"{module}.{alias.name}" for alias in node.names}
            found |= members & known or {module}
    return (found & known) - {module_name(path, root)}


def cycle(graph: Mapping[str, AbstractSet[str]]) -> list[str]:
    """Return modules that import each other in a circle, or nothing."""
    try:
        tuple(TopologicalSorter(graph).static_order())
    except CycleError as err:
        circle: list[str] = err.args[1]
        return circle
    return []
