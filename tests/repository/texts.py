"""Rules for translations, after those of hassfest."""

from collections.abc import Iterator, Mapping
import re
from typing import Any

type Tree = Mapping[str, Any]

KNOWN_SECTIONS = {
    "config",
    "config_subentries",
    "device",
    "device_automation",
    "entity",
    "entity_component",
    "exceptions",
    "issues",
    "options",
    "selector",
    "services",
    "system_health",
    "title",
}
FLOW_SECTIONS = {
    "abort",
    "create_entry",
    "entry_type",
    "error",
    "flow_title",
    "initiate_flow",
    "progress",
    "step",
}
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_RULES = {
    "leading or trailing space": re.compile(r"^\s|\s$"),
    "HTML": re.compile(r"<[a-zA-Z/!]"),
    "address": re.compile(r"\w+://|\bwww\."),
    "quoted placeholder": re.compile(r"'\{[^{}]*\}'"),
    "reference": re.compile(r"\[%key:"),
}


def flatten(tree: Tree, *path: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield each text of a translation file with its path."""
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from flatten(value, *path, key)
        else:
            yield (*path, key), value


def placeholders(text: str) -> set[str]:
    """Return the names of the placeholders of a text."""
    return set(_PLACEHOLDER.findall(text))


def flows(tree: Tree) -> Iterator[tuple[str, Tree]]:
    """Yield each flow of a translation file: of entries, options and subentries."""
    for name in ("config", "options"):
        if name in tree:
            yield name, tree[name]
    for name, flow in tree.get("config_subentries", {}).items():
        yield f"config_subentries.{name}", flow


def text_problems(path: tuple[str, ...], text: Any) -> Iterator[str]:
    """Say what is wrong with one text."""
    where = ".".join(path)
    if not isinstance(text, str) or not text:
        yield f"{where}: not a text"
        return
    for key in path:
        if not re.fullmatch(r"[a-z0-9_-]+", key):
            yield f"{where}: key {key!r}"
    for name, pattern in _RULES.items():
        if pattern.search(text):
            yield f"{where}: {name}"
    for name in placeholders(text):
        if not name.isidentifier():
            yield f"{where}: placeholder {name!r}"
    if _PLACEHOLDER.sub("", text).translate({ord("{"): "", ord("}"): ""}) != _PLACEHOLDER.sub(
        "", text
    ):
        yield f"{where}: unbalanced braces"
    if path[0] == "entity" and "state" in path[3:] and placeholders(text):
        yield f"{where}: placeholder in a state"


def problems(tree: Tree) -> Iterator[str]:
    """Say what is wrong with a translation file."""
    for section in tree.keys() - KNOWN_SECTIONS:
        yield f"unknown section {section}"
    for path, text in flatten(tree):
        yield from text_problems(path, text)
    for name, flow in flows(tree):
        for section in flow.keys() - FLOW_SECTIONS:
            yield f"{name}: unknown section {section}"
        for step, texts in flow.get("step", {}).items():
            yield from field_problems(f"{name}.step.{step}", texts)
            for key, section in texts.get("sections", {}).items():
                yield from field_problems(f"{name}.step.{step}.sections.{key}", section)


def field_problems(where: str, texts: Tree) -> Iterator[str]:
    """Say which fields of a form have no description, and which descriptions no field."""
    fields, described = set(texts.get("data", {})), set(texts.get("data_description", {}))
    for field in sorted(fields ^ described):
        yield f"{where}: {field} needs both a name and a description"


def differences(tree: Tree, other: Tree) -> Iterator[str]:
    """Say in which keys and placeholders two languages differ."""
    texts, others = dict(flatten(tree)), dict(flatten(other))
    for path in sorted(texts.keys() ^ others.keys()):
        yield f"{'.'.join(path)}: only in {'the first' if path in texts else 'the second'}"
    for path in sorted(texts.keys() & others.keys()):
        if placeholders(texts[path]) != placeholders(others[path]):
            yield f"{'.'.join(path)}: other placeholders"
