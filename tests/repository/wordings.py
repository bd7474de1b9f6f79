"""Rules for how texts are written in each language: typography, names in texts, lengths.

A person who reads of a button looks for it under that name, on a phone where a name of more than
some 26 characters is cut off.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
import re
from typing import Any, Final

from tests.repository.texts import Tree, flatten

LONGEST: Final = 26
"""Characters of a name of an entity that fit beside its value on a screen of 390 px."""
LONGEST_CHOICE: Final = 36
"""Characters of a choice of a menu that fit beside its arrow on such a screen."""
_FILLED: Final = {"{number}": "1", "{phase}": "A"}
_LITERALS: Final = {"energy:", "recorder:", "default_config:", "hold", "22:00"}
"""Quoted, and to be typed as they are."""
_UNIT: Final = r"(?:%|W|kWh|kVA|°C)(?!\w)"


@dataclass(frozen=True)
class Language:
    """How a language is written."""

    quotes: tuple[str, str]
    home_assistant: frozenset[str]
    """Names of Home Assistant itself that texts refer to, as its frontend has them."""
    mistakes: Mapping[str, str]
    """Patterns that are not to be found, by what is wrong."""


_EVERYWHERE: Final = {"straight quote": r"[\"']", "two spaces": "  "}
_UNITS: Final = {"breaking space before a unit": rf"[\d}}] {_UNIT}"}
_GLUED: Final = {
    "space before a mark": r"[ \u00a0\u202f][:;?!](?!\w)",
    "no space before a unit": rf"\d{_UNIT}",
}
LANGUAGES: Final = {
    "en": Language(
        ("“", "”"), frozenset({"Reconfigure", "Devices & services"}), {**_EVERYWHERE, **_GLUED}
    ),
    "de": Language(
        ("„", "“"),
        frozenset({"Neu konfigurieren", "Geräte & Dienste"}),
        {**_EVERYWHERE, **_UNITS, **_GLUED, "du": r"\b([Dd]u|[Dd]ein\w*|[Dd]ir|[Dd]ich)\b"},
    ),
    "fr": Language(
        ("«\u00a0", "\u00a0»"),
        frozenset({"Reconfigurer", "Appareils et services"}),
        {
            **_EVERYWHERE,
            **_UNITS,
            "no-break space missing": r"[^\u00a0\d\w][;?!%»]|[ \u202f][:;?!%»]|\w[;?!%»]|\w: ",
            "no-break space missing after a quote": r"«(?!\u00a0)",
            "tu": r"\b([Tt]u|[Tt]on|[Tt]oi)\b",
        },
    ),
    "nl": Language(
        ("“", "”"),
        frozenset({"Herconfigureer", "Apparaten en diensten"}),
        {**_EVERYWHERE, **_UNITS, **_GLUED, "u": r"\b(u|uw|U|Uw)\b"},
    ),
}


def mistakes(language: str, tree: Tree) -> Iterator[str]:
    """Yield what is not written as the language has it."""
    for path, text in flatten(tree):
        for name, pattern in LANGUAGES[language].mistakes.items():
            if match := re.search(pattern, text):
                yield f"{'.'.join(path)}: {name} ({match[0]!r})"


def quoted(language: str, text: str) -> list[str]:
    """Return what a text has in quotation marks, apart from what is to be typed as it is."""
    start, end = LANGUAGES[language].quotes
    found: list[str] = re.findall(f"{start}([^{start}{end}]*?){end}", text)
    return [name for name in found if name not in _LITERALS and not re.fullmatch(r"{\w+}", name)]


def references(language: str, tree: Tree) -> dict[str, list[set[str]]]:
    """Return, by the key of a text, the keys of the names that it quotes.

    A name of Home Assistant has the key "home_assistant"; one that does not exist has no key.
    """
    names: dict[str, set[str]] = {name: {"home_assistant"} for name in _home_assistant(language)}
    for path, text in flatten(tree):
        names.setdefault(text, set()).add(".".join(path))
    return {
        ".".join(path): [names.get(name, set()) for name in found]
        for path, text in flatten(tree)
        if (found := quoted(language, text))
    }


def _home_assistant(language: str) -> frozenset[str]:
    return LANGUAGES[language].home_assistant


def dangling(language: str, tree: Tree, english: Tree) -> Iterator[str]:
    """Yield texts that quote a name that does not exist, or another one than in English."""
    there, here = references("en", english), references(language, tree)
    for key in sorted(there.keys() | here.keys()):
        expected, found = there.get(key, []), here.get(key, [])
        if len(expected) != len(found):
            yield f"{key}: {len(found)} names, {len(expected)} in English"
        for number, (mine, other) in enumerate(zip(found, expected, strict=False)):
            if not mine & other:
                yield f"{key}: name {number + 1} is not that of English"


def entity_names(tree: Tree) -> Iterator[tuple[str, str]]:
    """Yield the names of entities by platform and key, placeholders filled.

    A name that begins or ends with the name of a thing of the owner has no length of its own.
    """
    entities: Mapping[str, Mapping[str, Any]] = tree["entity"]
    for platform, keys in entities.items():
        for key, texts in keys.items():
            name: str = texts.get("name", "")
            for placeholder, filled in _FILLED.items():
                name = name.replace(placeholder, filled)
            if "{" not in name:
                yield f"{platform}.{key}", name


def too_long(tree: Tree) -> list[str]:
    """Return names of entities and choices of menus that are cut off on a phone."""
    choices = [
        f"{'.'.join(path)}: {text}"
        for path, text in flatten(tree)
        if "menu_options" in path and len(text) > LONGEST_CHOICE
    ]
    return choices + [f"{key}: {name}" for key, name in entity_names(tree) if len(name) > LONGEST]
