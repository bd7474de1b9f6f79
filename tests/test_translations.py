"""Texts of the four languages: complete, written as the language has it, and fit for a phone."""

from typing import Any, Final

import pytest

from tests.repository import texts, wordings
from tests.test_repository import LANGUAGES, TRANSLATIONS, read_json

ALL: Final = sorted(wordings.LANGUAGES)


def tree_of(language: str) -> dict[str, Any]:
    """Return the texts of a language."""
    tree: dict[str, Any] = read_json(TRANSLATIONS / f"{language}.json")
    return tree


def test_each_language_has_its_rules() -> None:
    """English, French, German and Dutch are there, and no language without rules."""
    assert LANGUAGES == ALL == ["de", "en", "fr", "nl"]


@pytest.mark.parametrize("language", ALL)
def test_typography(language: str) -> None:
    """One kind of apostrophe, and spaces as the language has them."""
    assert list(wordings.mistakes(language, tree_of(language))) == []


@pytest.mark.parametrize("language", ALL)
def test_names_in_texts(language: str) -> None:
    """What a text quotes is a name that is there, and the one that English quotes."""
    assert list(wordings.dangling(language, tree_of(language), tree_of("en"))) == []


@pytest.mark.parametrize("language", ALL)
def test_names_fit_a_phone(language: str) -> None:
    """No name of an entity is cut off on a phone."""
    assert wordings.too_long(tree_of(language)) == []


@pytest.mark.parametrize("language", [name for name in ALL if name != "en"])
def test_nothing_is_left_in_english(language: str) -> None:
    """No sentence is the same as in English."""
    english = dict(texts.flatten(tree_of("en")))
    same = {
        text
        for path, text in texts.flatten(tree_of(language))
        if text == english[path] and text.count(" ") > 2
    }
    assert same == set()


@pytest.mark.parametrize(
    ("language", "text", "problem"),
    [
        ("en", "the vendor's app", "straight quote"),
        ("en", "Is it on ?", "space before a mark"),
        ("fr", "Est-ce tout ?", "no-break space missing"),
        ("fr", "Est-ce tout?", "no-break space missing"),
        ("fr", "Prix: 3", "no-break space missing"),
        ("fr", "80 %", "breaking space before a unit"),
        ("fr", "«Auto\u00a0»", "no-break space missing after a quote"),
        ("fr", "Appuie sur ton bouton", "tu"),
        ("de", "Drücke auf deine Taste", "du"),
        ("de", "bis 80 %", "breaking space before a unit"),
        ("de", "bis 80%", "no space before a unit"),
        ("nl", "Druk op uw knop", "u"),
    ],
)
def test_rules_of_languages_can_fail(language: str, text: str, problem: str) -> None:
    """Each rule finds what it is for."""
    found = list(wordings.mistakes(language, {"title": text}))
    assert any(f"title: {problem} (" in each for each in found)


@pytest.mark.parametrize(
    "text",
    ["Appuyez sur «\u00a0Lire\u00a0»", "Appuyez sur «\u00a0Arrêter\u00a0»", "Appuyez"],
    ids=["no such name", "another name", "no name"],
)
def test_dangling_names_are_found(text: str) -> None:
    """A name that is not there, another one, or none instead of one."""
    english = {"help": "Press “Refresh”", "read": "Refresh", "stop": "Stop"}
    french = {"help": text, "read": "Actualiser", "stop": "Arrêter"}
    assert list(wordings.dangling("fr", french, english)) != []


def test_long_names_are_found() -> None:
    """A name is measured with its placeholders filled; those of the owner's things are not."""
    entities = {
        "current": {"name": "Current of input {number}"},
        "rule": {"name": "Rule {name} that is a long one"},
        "voltage": {"name": "Voltage of the solar input {number}"},
    }
    menu = {
        "menu_options": {"short": "Tempo", "long": "Peak and off-peak hours, the same all week"}
    }
    found = wordings.too_long(
        {"entity": {"sensor": entities}, "options": {"step": {"first": menu}}}
    )
    assert found == [
        "options.step.first.menu_options.long: Peak and off-peak hours, the same all week",
        "sensor.voltage: Voltage of the solar input 1",
    ]
