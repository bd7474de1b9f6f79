"""The contract of the repository: what hassfest and HACS ask, and what was promised.

Hassfest needs Home Assistant's own repository, so that it runs in a workflow only;
these tests hold the same rules on any machine.
"""

import ast
from collections.abc import Iterator, Mapping
import json
from pathlib import Path
import re
import struct
import subprocess
import tomllib
from typing import Any

from homeassistant.util.yaml import load_yaml
import pytest

from custom_components.marstek.plan.events import Alert, Kind
from custom_components.marstek.planner import Action
from tests.repository import source, texts

ROOT = Path(__file__).parents[1]
INTEGRATION = ROOT / "custom_components" / "marstek"
TRANSLATIONS = INTEGRATION / "translations"
LANGUAGES = sorted(path.stem for path in TRANSLATIONS.glob("*.json"))
PLATFORMS = {
    *("binary_sensor", "button", "calendar", "event", "number", "select", "sensor"),
    *("switch", "text", "time", "update"),
}
MANIFEST_KEYS = {
    *("after_dependencies", "bluetooth", "categories", "codeowners", "config_flow"),
    *("connectivity", "dependencies", "dhcp", "documentation", "domain", "integration_type"),
    *("iot_class", "issue_tracker", "loggers", "name", "preview_features", "requirements"),
    *("single_config_entry", "version"),
}
MANIFEST_NEEDED = {
    *("codeowners", "config_flow", "documentation", "domain", "integration_type"),
    *("iot_class", "issue_tracker", "name", "version"),
}
# Reasons and errors that Home Assistant itself gives.
GIVEN_BY_HOME_ASSISTANT = {
    *("already_configured", "already_in_progress", "reauth_successful", "reconfigure_successful"),
    *("single_instance_allowed", "unique_id_mismatch", "no_devices_found"),
}
# Which library may import what besides the standard library (docs/architecture.md).
LIBRARIES = {
    "custom_components/marstek/venus": ("custom_components.marstek.venus",),
    "custom_components/marstek/tempo": ("custom_components.marstek.tempo", "aiohttp"),
    "custom_components/marstek/planner": (
        "custom_components.marstek.planner",
        "custom_components.marstek.tempo",
    ),
    "custom_components/marstek/meter": ("custom_components.marstek.meter",),
    "custom_components/marstek/savings": ("custom_components.marstek.savings",),
    "custom_components/marstek/export": ("custom_components.marstek.export",),
    "custom_components/marstek/replay": (
        "custom_components.marstek.replay",
        "custom_components.marstek.planner",
        "custom_components.marstek.savings",
        "custom_components.marstek.tempo",
    ),
    "simulator": ("simulator",),
}
# What the rest of the integration may know of a battery: `Battery`, the values that it takes and
# returns, its repairs and its entities. Nobody else sees its coordinator, commands or client.
BATTERY = "custom_components.marstek.battery"
PUBLIC_OF_BATTERY = {
    "runtime": "Battery, and what makes one",
    "data": "what it tells",
    "commanded": "who commands it",
    "commanded_by": "who commands it, as its owner sees it",
    "mode_requests": "what the plan may ask",
    "poll_schedule": "names of readings",
    "slot_mirror": "slots as last written",
    "schedule.timetable": "slots as they are wanted",
    "schedule_errors": "why they were not written",
    "thrift": "who has called",
    "leave": "how long it is left alone",
    "runs": "how long a run can be",
    "memory": "what is stored of one that is not set up",
    "restore": "what a repair does",
    "issues": "repairs",
    "diagnostics": "its page",
}
TOLD = {
    *(f"told_{kind}{part}" for kind in (*Kind, *Alert) for part in ("", "_title")),
    *(f"told_action_{action}" for action in (*Action, "auto_floor")),
    "told_rule",
    "told_rule_reserve",
}
BRAND_SIZES = {"icon": 256, "logo": 256}


def read_json(path: Path) -> Any:
    """Read a JSON file, refusing doubled keys."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        keys = [key for key, _ in pairs]
        assert len(keys) == len(set(keys)), f"{path.name}: a key appears twice in {keys}"
        return dict(pairs)

    return json.loads(path.read_text("utf-8"), object_pairs_hook=unique)


def modules(folder: Path = INTEGRATION) -> Iterator[tuple[Path, ast.Module]]:
    """Yield the parsed Python files of a folder."""
    for path in sorted(folder.rglob("*.py")):
        yield path, ast.parse(path.read_text("utf-8"))


def repository_files() -> list[Path]:
    """Return all files of the repository, those not committed yet included."""
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others"]
    listed = subprocess.run(  # noqa: S603 - a fixed command
        [*command, "--exclude-standard"], check=True, capture_output=True, text=True
    )
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]


@pytest.fixture(name="manifest", scope="module")
def manifest_fixture() -> dict[str, Any]:
    """Return the manifest."""
    manifest: dict[str, Any] = read_json(INTEGRATION / "manifest.json")
    return manifest


@pytest.fixture(name="english", scope="module")
def english_fixture() -> dict[str, Any]:
    """Return the English texts."""
    english: dict[str, Any] = read_json(TRANSLATIONS / "en.json")
    return english


@pytest.fixture(name="references", scope="module")
def references_fixture() -> list[source.Reference]:
    """Return the translations that the code refers to."""
    return [ref for path, tree in modules() for ref in source.references(path, tree)]


@pytest.fixture(name="literals", scope="module")
def literals_fixture() -> set[str]:
    """Return all literal texts of the integration's code."""
    return {text for _, tree in modules() for text in source.literals(tree)}


def test_manifest(manifest: dict[str, Any]) -> None:
    """The manifest has what HACS and hassfest want, and in their order."""
    keys = list(manifest)
    assert keys == ["domain", "name", *sorted(keys[2:])]
    assert manifest.keys() <= MANIFEST_KEYS
    assert manifest.keys() >= MANIFEST_NEEDED
    assert manifest["domain"] == INTEGRATION.name
    assert manifest["documentation"].startswith("https://")
    assert manifest["issue_tracker"].startswith("https://")
    assert manifest["iot_class"] in {"local_polling", "local_push"}
    assert manifest["integration_type"] in {"device", "hub"}
    assert manifest["config_flow"] is True
    assert all(re.fullmatch(r"@[\w-]+(/[\w-]+)?", owner) for owner in manifest["codeowners"])
    assert manifest.get("requirements", []) == [], "libraries are kept in the tree"


def test_version_is_the_same_everywhere(manifest: dict[str, Any]) -> None:
    """Manifest, project and changelog name the same version."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    heading = re.search(r"^## \[?v?(\d+\.\d+\.\d+[^\s\]]*)", changelog, re.MULTILINE)
    assert heading is not None
    assert manifest["version"] == project["project"]["version"] == heading[1]


def test_hacs_floor_is_what_is_tested() -> None:
    """HACS is told the first patch release of the Home Assistant that the tests use."""
    hacs = read_json(ROOT / "hacs.json")
    assert hacs.keys() <= {"name", "homeassistant", "hacs", "country", "zip_release", "filename"}
    pins = (ROOT / "requirements" / "test.txt").read_text("utf-8")
    tested = re.search(r"^homeassistant==(\d+\.\d+)\.\d+$", pins, re.MULTILINE)
    assert tested is not None
    assert hacs["homeassistant"] == f"{tested[1]}.0"


def test_licence_is_recognisable() -> None:
    """HACS asks for a licence that it can recognise."""
    assert (ROOT / "LICENSE").read_text("utf-8").startswith("MIT License\n")


@pytest.mark.parametrize("dark", ["", "dark_"])
@pytest.mark.parametrize(("suffix", "factor"), [("", 1), ("@2x", 2)])
@pytest.mark.parametrize("kind", ["icon", "logo"])
def test_brand_images(kind: str, suffix: str, factor: int, dark: str) -> None:
    """The pictures are PNGs of the sizes that Home Assistant's brands have."""
    data = (INTEGRATION / "brand" / f"{dark}{kind}{suffix}.png").read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", data[16:24])
    assert height == BRAND_SIZES[kind] * factor
    assert width == height if kind == "icon" else width > height


def test_languages_are_there() -> None:
    """English, which Home Assistant falls back to, and the language of Tempo's country."""
    assert {"en", "fr"} <= set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts(language: str) -> None:
    """The texts keep to the rules of hassfest, which looks at English only."""
    assert list(texts.problems(read_json(TRANSLATIONS / f"{language}.json"))) == []


@pytest.mark.parametrize("language", [name for name in LANGUAGES if name != "en"])
def test_languages_are_complete(language: str, english: dict[str, Any]) -> None:
    """Each language has the keys and placeholders of English."""
    assert list(texts.differences(english, read_json(TRANSLATIONS / f"{language}.json"))) == []


@pytest.mark.parametrize(
    ("tree", "problem"),
    [
        ({"common": {"a": "b"}}, "unknown section common"),
        ({"config": {"steps": {"a": {"title": "b"}}}}, "config: unknown section steps"),
        ({"title": " a"}, "title: leading or trailing space"),
        ({"title": "<b>a</b>"}, "title: HTML"),
        ({"title": "see https://example.com"}, "title: address"),
        ({"title": "not '{host}'"}, "title: quoted placeholder"),
        ({"title": "{the host}"}, "title: placeholder 'the host'"),
        ({"title": "{host"}, "title: unbalanced braces"),
        ({"title": "[%key:common::a%]"}, "title: reference"),
        ({"issues": {"A": {"title": "b"}}}, "issues.A.title: key 'A'"),
        (
            {"entity": {"sensor": {"a": {"state": {"b": "{c}"}}}}},
            "entity.sensor.a.state.b: placeholder in a state",
        ),
        (
            {"config": {"step": {"user": {"data": {"host": "Address"}}}}},
            "config.step.user: host needs both a name and a description",
        ),
        (
            {"options": {"step": {"init": {"sections": {"a": {"data": {"b": "c"}}}}}}},
            "options.step.init.sections.a: b needs both a name and a description",
        ),
    ],
)
def test_rules_for_texts_can_fail(tree: dict[str, Any], problem: str) -> None:
    """Each rule finds what it is for."""
    assert list(texts.problems(tree)) == [problem]


def test_missing_translations_are_found() -> None:
    """A missing key and a changed placeholder count as differences."""
    english = {"issues": {"a": {"title": "{x}", "description": "d"}}}
    french = {"issues": {"a": {"title": "{y}"}}}
    assert list(texts.differences(english, french)) == [
        "issues.a.description: only in the first",
        "issues.a.title: other placeholders",
    ]


def test_errors_are_translated() -> None:
    """What is raised to Home Assistant carries a translation, never a message."""
    found = [
        problem
        for path, tree in modules()
        for check in (source.untranslated_errors, source.unpaired_keys)
        for problem in check(path, tree)
    ]
    assert found == []


@pytest.mark.parametrize(
    "code",
    [
        "raise UpdateFailed('no answer')",
        "raise HomeAssistantError",
        "raise ConfigEntryError(translation_domain=DOMAIN)",
        "raise ServiceValidationError('a', translation_domain=DOMAIN, translation_key='a')",
    ],
)
def test_untranslated_errors_are_found(code: str) -> None:
    """The rule above finds what it is for."""
    assert list(source.untranslated_errors(Path("a.py"), ast.parse(code))) != []


@pytest.mark.parametrize("kind", ["exceptions", "issues"])
def test_messages_exist(
    kind: str, english: dict[str, Any], references: list[source.Reference]
) -> None:
    """Each message that the code names exists, with the placeholders that it gets."""
    messages = english.get(kind, {})
    wrong = []
    for reference in references:
        if reference.kind != kind:
            continue
        message = messages.get(reference.key)
        found = [text for _, text in texts.flatten(message or {})]
        expected = set[str]().union(*map(texts.placeholders, found))
        if message is None or reference.placeholders not in (None, expected):
            wrong.append((reference.where, reference.key, reference.placeholders, expected))
    assert wrong == []


@pytest.mark.parametrize("kind", ["exceptions", "issues"])
def test_messages_are_used(kind: str, english: dict[str, Any], literals: set[str]) -> None:
    """No message is left over."""
    assert set(english.get(kind, {})) - literals - TOLD == set()


def test_all_that_is_told_has_words(english: dict[str, Any]) -> None:
    """What the plan tells has a title and a message, whose keys the code puts together."""
    assert set(english["exceptions"]) >= TOLD


@pytest.mark.parametrize("kind", ["step", "progress", "abort"])
def test_flow_texts_exist(
    kind: str, english: dict[str, Any], references: list[source.Reference]
) -> None:
    """Each step, search and reason for ending a flow that the code names has a text."""
    known = {key for _, flow in texts.flows(english) for key in flow.get(kind, {})}
    wrong = [
        (ref.where, ref.key) for ref in references if ref.kind == kind and ref.key not in known
    ]
    assert wrong == []


@pytest.mark.parametrize("kind", ["step", "progress", "abort", "error"])
def test_flow_texts_are_used(kind: str, english: dict[str, Any], literals: set[str]) -> None:
    """No text of a flow is left over."""
    methods = {
        node.name.removeprefix("async_step_")
        for _, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.AsyncFunctionDef)
    }
    known = {key for _, flow in texts.flows(english) for key in flow.get(kind, {})}
    assert known - literals - methods - GIVEN_BY_HOME_ASSISTANT == set()


def test_entity_names_exist(english: dict[str, Any], references: list[source.Reference]) -> None:
    """Each translation key of an entity has a text in the platform of its file."""
    entities: Mapping[str, Mapping[str, Any]] = english["entity"]
    wrong = []
    for reference in references:
        if reference.kind != "entity":
            continue
        platform = reference.where.split(".py:", maxsplit=1)[0]
        platforms = [platform] if platform in PLATFORMS else list(entities)
        if not any(reference.key in entities.get(name, {}) for name in platforms):
            wrong.append((reference.where, reference.key))
    assert wrong == []
    assert [ref for ref in references if ref.kind == "entity"], "no entity was found"


def test_entity_names_are_used(english: dict[str, Any], literals: set[str]) -> None:
    """No text of an entity is left over."""
    assert english["entity"].keys() <= PLATFORMS
    known = {key for platform in english["entity"].values() for key in platform}
    assert known - literals == set()


def test_selectors(english: dict[str, Any], references: list[source.Reference]) -> None:
    """Each list of choices that the code names has its texts."""
    used = {reference.key for reference in references if reference.kind == "selector"}
    assert used - english.get("selector", {}).keys() == set()


def test_icons(english: dict[str, Any]) -> None:
    """Icons are well named and belong to an entity or action that exists."""
    icons = read_json(INTEGRATION / "icons.json")
    assert icons.keys() <= {"entity", "services"}
    unknown = [
        (platform, key)
        for platform, entities in icons.get("entity", {}).items()
        for key in entities
        if key not in english["entity"].get(platform, {})
    ]
    assert unknown == []
    names = [name for path, name in texts.flatten(icons) if path[-1] != "trigger"]
    assert [name for name in names if not re.fullmatch(r"mdi:[a-z0-9]+(-[a-z0-9]+)*", name)] == []


def test_icons_of_states_exist(english: dict[str, Any]) -> None:
    """An icon of a state belongs to a state that has a text."""
    icons = read_json(INTEGRATION / "icons.json")
    wrong = [
        (platform, key, state)
        for platform, entities in icons.get("entity", {}).items()
        for key, icon in entities.items()
        for state in icon.get("state", {})
        if state not in {"on", "off", *english["entity"][platform][key].get("state", {})}
    ]
    assert wrong == []


def actions() -> dict[str, Any]:
    """Return the actions of the integration with their fields."""
    path = INTEGRATION / "services.yaml"
    if not path.exists():
        return {}
    loaded = load_yaml(path)
    assert isinstance(loaded, dict)
    return loaded


def test_actions_are_described(english: dict[str, Any]) -> None:
    """Actions are the same in services.yaml, icons and texts, with all their fields."""
    icons = read_json(INTEGRATION / "icons.json").get("services", {})
    described = english.get("services", {})
    assert actions().keys() == icons.keys() == described.keys()
    for action, definition in actions().items():
        fields = (definition or {}).get("fields", {})
        assert fields.keys() == described[action].get("fields", {}).keys(), action
        for text in (described[action], *described[action].get("fields", {}).values()):
            assert {"name", "description"} <= text.keys(), action


@pytest.mark.parametrize("folder", [name for name in LIBRARIES if (ROOT / name).is_dir()])
def test_libraries_stand_alone(folder: str) -> None:
    """The libraries know neither Home Assistant nor the rest of the integration."""
    files = list(modules(ROOT / folder))
    assert files
    found = [
        problem
        for path, tree in files
        for problem in source.foreign_imports(path, tree, ROOT, LIBRARIES[folder])
    ]
    assert found == []


@pytest.mark.parametrize(
    "code",
    [
        "import homeassistant",
        "from homeassistant.core import HomeAssistant",
        "from ..const import DOMAIN",
        "from .. import const",
        "def f():\n    from ..battery import coordinator",
    ],
)
def test_foreign_imports_are_found(code: str) -> None:
    """The rule above finds what it is for."""
    path, allowed = INTEGRATION / "venus" / "a.py", LIBRARIES["custom_components/marstek/venus"]
    assert list(source.foreign_imports(path, ast.parse(code), ROOT, allowed)) != []


def reached_into(path: Path, tree: ast.Module) -> Iterator[str]:
    """Yield what a file outside of battery/ knows of a battery's inner parts."""
    platforms = path.parent == INTEGRATION
    for line, name in source.imports(path, tree, ROOT):
        if not name.startswith(f"{BATTERY}.") and name != BATTERY:
            continue
        inner = name.removeprefix(BATTERY).removeprefix(".")
        is_entity = platforms and inner.startswith("entities")
        if inner not in PUBLIC_OF_BATTERY and not is_entity:
            yield f"{path.relative_to(ROOT)}:{line}: {name}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr == "parts":
            yield f"{path.relative_to(ROOT)}:{node.lineno}: .parts"


def test_a_battery_is_commanded_as_a_whole() -> None:
    """Nothing outside of battery/ touches anything but `Battery` and its public values."""
    inside = INTEGRATION / "battery"
    found = [
        problem
        for path, tree in modules()
        if not path.is_relative_to(inside)
        for problem in reached_into(path, tree)
    ]
    assert found == []
    assert all((inside / f"{name.replace('.', '/')}.py").is_file() for name in PUBLIC_OF_BATTERY)


@pytest.mark.parametrize(
    "code",
    [
        "from ..battery.commands import Commands",
        "from ..battery.coordinator import BatteryCoordinator",
        "from ..battery.entities import sensors",
        "battery.parts.client.close()",
    ],
)
def test_reaching_into_a_battery_is_found(code: str) -> None:
    """The rule above finds what it is for."""
    assert list(reached_into(INTEGRATION / "plan" / "a.py", ast.parse(code))) != []


def test_a_class_name_stands_for_one_thing() -> None:
    """No two files of the integration define a class or a type of the same name."""
    places: dict[str, list[str]] = {}
    for path, tree in modules():
        for node in tree.body:
            if isinstance(node, ast.ClassDef):
                places.setdefault(node.name, []).append(path.name)
            elif isinstance(node, ast.TypeAlias):
                places.setdefault(node.name.id, []).append(path.name)
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


# Pictures where the field has a term: an order executor is no pilot.
OF_A_PLAY = re.compile(r"(^|_)(told|wish(es)?|words?|pictures?|pilots?|crew|chronicle)(_|$)")


def names_in(tree: ast.AST) -> Iterator[str]:
    """Yield the names that a file gives or uses."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) | ast.arg(arg=name) | ast.Attribute(attr=name):
                yield name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name


def test_names_are_those_of_the_field() -> None:
    """Names are terms that a newcomer can look up; `entity_picture` is Home Assistant's own."""
    found = {
        f"{path.relative_to(ROOT)}: {name}"
        for path, tree in modules()
        for name in names_in(tree)
        if OF_A_PLAY.search(name.lower()) and name != "entity_picture"
    }
    assert found == set()


def test_imports_run_one_way() -> None:
    """No two files of the integration import each other, however far around."""
    names = {source.module_name(path, ROOT): (path, tree) for path, tree in modules()}
    graph = {
        name: source.imported_modules(path, tree, ROOT, names.keys())
        for name, (path, tree) in names.items()
    }
    assert source.cycle(graph) == []


def test_cycles_are_found() -> None:
    """The rule above finds what it is for."""
    assert source.cycle({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) != []
    assert source.cycle({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []


@pytest.mark.parametrize(
    "pattern",
    [
        r"\b(TO[D]O|FIX[M]E|XX[X])\b",
        r"(?<![\w.])/(home|root|work|Users)/\w",
        r"\.\./share[d]\b",
        "<{7}|>{7}",
    ],
    ids=["unfinished", "path of a machine", "outside the repository", "conflict"],
)
def test_no_file_has(pattern: str) -> None:
    """Nothing unfinished, and nothing of the machine that it was written on."""
    found = []
    for path in repository_files():
        try:
            content = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        if match := re.search(pattern, content):
            found.append((str(path.relative_to(ROOT)), match[0]))
    assert found == []
