"""Texts of the dashboard: complete in each language, written as it has it, and all of them used."""

from pathlib import Path
import re
from typing import Any

import pytest

from custom_components.marstek.dashboard.texts import FOLDER, known_language
from custom_components.marstek.planner import Action
from custom_components.marstek.tempo import Colour
from tests.repository import texts, wordings
from tests.test_repository import INTEGRATION, LANGUAGES, ROOT, read_json

OTHERS = [language for language in LANGUAGES if language != "en"]


def tree_of(language: str) -> dict[str, Any]:
    """Return the texts of a language."""
    tree: dict[str, Any] = read_json(FOLDER / f"{language}.json")
    return tree


def test_the_languages_are_those_of_the_integration() -> None:
    """Each language of the integration has texts of the dashboard, and there is no other."""
    assert sorted(path.stem for path in FOLDER.glob("*")) == LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_typography_of_the_dashboard(language: str) -> None:
    """Apostrophes and spaces are those of the language, and no text is markup."""
    tree = tree_of(language)
    found = [
        problem for path, text in texts.flatten(tree) for problem in texts.text_problems(path, text)
    ]
    assert found == []
    assert list(wordings.mistakes(language, tree)) == []


@pytest.mark.parametrize("language", OTHERS)
def test_languages_of_the_dashboard_are_complete(language: str) -> None:
    """Each language has the keys and placeholders of English."""
    assert list(texts.differences(tree_of("en"), tree_of(language))) == []


@pytest.mark.parametrize("language", OTHERS)
def test_nothing_of_the_dashboard_is_left_in_english(language: str) -> None:
    """No sentence is the same as in English."""
    english = dict(texts.flatten(tree_of("en")))
    for path, text in texts.flatten(tree_of(language)):
        assert text != english[path] or text.count(" ") < 2


def sources(folder: Path, pattern: str) -> str:
    """Return the code of a folder."""
    return "\n".join(path.read_text("utf-8") for path in sorted(folder.rglob(pattern)))


def test_all_texts_of_the_layout_are_used() -> None:
    """The Python code names each text that it can show."""
    code = sources(INTEGRATION / "dashboard", "*.py")
    for section, keys in tree_of("en").items():
        if section in ("cards", "dashboard"):
            continue
        unused = {key for key in keys if not re.search(rf"[\"']{key}[\"']", code)}
        assert unused <= {"blue", "white", "red", "charged", "discharged"}, section


def test_all_texts_of_the_cards_are_used() -> None:
    """The cards name each text that they can show; some by a colour, an action or an option."""
    code = sources(ROOT / "frontend" / "src", "*.ts")
    built = {f"action_{action}" for action in Action}
    built |= {f"range_{range_}" for range_ in ("week", "month", "last_month", "year")}
    built |= {f"{colour}{part}" for colour in Colour for part in ("", "_letter")}
    editors = {f"editor_{name}" for name in re.findall(r'name: "(\w+)", selector', code)}
    assert editors <= tree_of("en")["cards"].keys()
    built |= editors
    for section in ("cards", "dashboard"):
        keys = set(tree_of("en")[section]) - built
        keys = {key.removesuffix("_description") for key in keys}
        assert {key for key in keys if not re.search(rf"\b{key}\b", code)} == set()


@pytest.mark.parametrize(
    ("asked", "given"),
    [("fr", "fr"), ("de-CH", "de"), ("NL", "nl"), ("pt-BR", "en"), ("../en", "en"), ("", "en")],
)
def test_a_language_that_is_not_there_is_english(asked: str, given: str) -> None:
    """A language is found by its first part; no other file can be reached by it."""
    assert known_language(asked) == given
