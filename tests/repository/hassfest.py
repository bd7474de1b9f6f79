"""Rules of Home Assistant's own checker of integrations, for a folder that holds one.

The checker is part of Home Assistant's repository and not installed with it. These rules follow
what it refuses for a custom integration and can be decided offline.
"""

import ast
from collections.abc import Callable, Iterator, Mapping
import json
from pathlib import Path
import re
from typing import Any, Final

from awesomeversion import AwesomeVersion, AwesomeVersionException, AwesomeVersionStrategy
from homeassistant.const import Platform
from homeassistant.util.yaml import load_yaml

from tests.repository import texts

_MANIFEST_TYPES: Final[Mapping[str, type]] = {
    **dict.fromkeys(("domain", "name", "version", "documentation", "issue_tracker"), str),
    **dict.fromkeys(("integration_type", "iot_class"), str),
    **dict.fromkeys(("config_flow", "single_config_entry", "import_executor"), bool),
    **dict.fromkeys(("after_dependencies", "codeowners", "dependencies", "dhcp"), list),
    **dict.fromkeys(("loggers", "requirements", "zeroconf", "ssdp", "bluetooth", "usb"), list),
    **dict.fromkeys(("categories", "connectivity"), list),
    "preview_features": dict,
}
_MANIFEST_NEEDED: Final = ("codeowners", "documentation", "domain", "name", "version")
_IOT_CLASSES: Final = {
    *("assumed_state", "calculated", "cloud_polling", "cloud_push", "local_polling", "local_push"),
}
_TYPES: Final = {"device", "entity", "hardware", "helper", "hub", "service", "system", "virtual"}
_VERSIONS: Final = [
    AwesomeVersionStrategy.CALVER,
    AwesomeVersionStrategy.SEMVER,
    AwesomeVersionStrategy.SIMPLEVER,
    AwesomeVersionStrategy.BUILDVER,
    AwesomeVersionStrategy.PEP440,
]
# Parts of Home Assistant that any integration may import without naming them in its manifest.
_ALWAYS_ALLOWED: Final = {
    *(platform.value for platform in Platform),
    *("alert", "automation", "conversation", "device_automation", "frontend", "group"),
    *("homeassistant", "input_boolean", "input_button", "input_datetime", "input_number"),
    *("input_select", "input_text", "media_source", "onboarding", "panel_custom"),
    *("persistent_notification", "person", "script", "shopping_list", "sun", "system_health"),
    *("system_log", "timer", "webhook", "websocket_api", "zone", "diagnostics", "repairs"),
}
_DISCOVERIES: Final = ("bluetooth", "dhcp", "homekit", "mqtt", "ssdp", "usb", "zeroconf")
_ICON: Final = re.compile(r"mdi:[a-z0-9]+(-[a-z0-9]+)*")
_KEY: Final = re.compile(r"[a-z0-9]([a-z0-9_-]*[a-z0-9])?")
_STATUSES: Final = {"done", "todo", "exempt"}
_RULES: Final = {
    # Bronze
    *("action-setup", "appropriate-polling", "brands", "common-modules", "config-flow"),
    *("config-flow-test-coverage", "dependency-transparency", "docs-actions", "docs-conditions"),
    *("docs-high-level-description", "docs-installation-instructions", "docs-triggers"),
    *("docs-removal-instructions", "entity-event-setup", "entity-unique-id", "has-entity-name"),
    *("runtime-data", "test-before-configure", "test-before-setup", "unique-config-entry"),
    # Silver
    *("action-exceptions", "config-entry-unloading", "docs-configuration-parameters"),
    *("docs-installation-parameters", "entity-unavailable", "integration-owner"),
    *("log-when-unavailable", "parallel-updates", "reauthentication-flow", "test-coverage"),
    # Gold
    *("devices", "diagnostics", "discovery", "discovery-update-info", "docs-data-update"),
    *("docs-examples", "docs-known-limitations", "docs-supported-devices", "docs-use-cases"),
    *("docs-supported-functions", "docs-troubleshooting", "dynamic-devices", "entity-category"),
    *("entity-device-class", "entity-disabled-by-default", "entity-translations"),
    *("exception-translations", "icon-translations", "reconfiguration-flow", "repair-issues"),
    "stale-devices",
    # Platinum
    *("async-dependency", "inject-websession", "strict-typing"),
}


def _json(path: Path) -> Any:
    return json.loads(path.read_text("utf-8")) if path.is_file() else {}


def _trees(folder: Path) -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(folder.rglob("*.py")):
        yield path, ast.parse(path.read_text("utf-8"))


def manifest_problems(folder: Path) -> Iterator[str]:
    """Yield what is wrong with the manifest: keys, their order, types and values."""
    manifest: dict[str, Any] = _json(folder / "manifest.json")
    keys = list(manifest)
    if keys != ["domain", "name", *sorted(keys[2:])]:
        yield "manifest: keys are not sorted: domain, name, then by the alphabet"
    yield from (f"manifest: {key} is missing" for key in _MANIFEST_NEEDED if key not in manifest)
    for key, value in manifest.items():
        if key not in _MANIFEST_TYPES:
            yield f"manifest: unknown key {key}"
        elif not isinstance(value, _MANIFEST_TYPES[key]):
            yield f"manifest: {key} is of the wrong type"
    if manifest.get("domain") != folder.name:
        yield "manifest: the domain is not the name of the folder"
    if manifest.get("integration_type", "hub") not in _TYPES:
        yield "manifest: unknown integration_type"
    if manifest.get("iot_class") not in _IOT_CLASSES:
        yield "manifest: unknown iot_class"
    for key in ("documentation", "issue_tracker"):
        if not re.match(r"https?://[\w.-]+", str(manifest.get(key, ""))):
            yield f"manifest: {key} is no address"
    try:
        AwesomeVersion(manifest.get("version", ""), ensure_strategy=_VERSIONS)
    except AwesomeVersionException:
        yield "manifest: not a version"
    if manifest.get("domain") in manifest.get("dependencies", []):
        yield "manifest: depends on itself"


def dhcp_problems(folder: Path) -> Iterator[str]:
    """Yield what is wrong with the matchers of DHCP discovery."""
    for matcher in _json(folder / "manifest.json").get("dhcp", []):
        if matcher.keys() - {"hostname", "macaddress", "registered_devices"}:
            yield "dhcp: unknown key"
        if (name := matcher.get("hostname", "")) != name.lower():
            yield "dhcp: a host name is in lower case"
        mac = matcher.get("macaddress", "")
        if mac != mac.upper() or (mac and len(mac) < 12 and "*" not in mac):
            yield "dhcp: a MAC is in upper case, and shorter ones need a wildcard"
        if type(matcher.get("registered_devices", True)) is not bool:
            yield "dhcp: registered_devices is true or false"


def _imported_components(folder: Path) -> Iterator[tuple[Path, str]]:
    for path, tree in _trees(folder):
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module == "homeassistant.components":
                yield from ((path, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                if match := re.match(r"homeassistant\.components\.(\w+)", node.module):
                    yield path, match[1]
            elif isinstance(node, ast.Import):
                for alias in node.names:
                    if match := re.match(r"homeassistant\.components\.(\w+)", alias.name):
                        yield path, match[1]


def dependency_problems(folder: Path) -> Iterator[str]:
    """Yield integrations that the code imports and the manifest does not name."""
    manifest = _json(folder / "manifest.json")
    named = {*manifest.get("dependencies", []), *manifest.get("after_dependencies", [])}
    named |= {kind for kind in _DISCOVERIES if kind in manifest}
    for path, component in _imported_components(folder):
        if component in named | _ALWAYS_ALLOWED:
            continue
        # What has a platform file here, such as logbook.py, is set up before it is loaded.
        if (folder / f"{component}.py").is_file() or (folder / component).is_dir():
            continue
        yield f"dependencies: {path.relative_to(folder)} imports {component}"


def _icon_section_problems(where: str, icon: Mapping[str, Any]) -> Iterator[str]:
    if "default" not in icon:
        yield f"icons: {where} has no default"
    for key in icon.keys() - {"default", "state", "range", "state_attributes"}:
        yield f"icons: {where} has an unknown {key}"
    for state, name in icon.get("state", {}).items():
        if not _KEY.fullmatch(state):
            yield f"icons: {where} has a state {state!r}"
        if name == icon.get("default"):
            yield f"icons: {where}: the icon of {state} is the default"
    try:
        bounds = [float(bound) for bound in icon.get("range", {})]
    except ValueError:
        yield f"icons: {where} has a range that is no number"
    else:
        if bounds != sorted(bounds):
            yield f"icons: the range of {where} is not in ascending order"


def icon_problems(folder: Path) -> Iterator[str]:
    """Yield what is wrong with icons: names, defaults, states, ranges and actions without one."""
    icons = _json(folder / "icons.json")
    for key in icons.keys() - {"entity", "services", "conditions", "triggers"}:
        yield f"icons: unknown section {key}"
    for path, name in texts.flatten(icons):
        if not isinstance(name, str) or not _ICON.fullmatch(name):
            yield f"icons: {'.'.join(path)} is {name!r}"
    for platform, entities in icons.get("entity", {}).items():
        for key, icon in entities.items():
            yield from _icon_section_problems(f"{platform}.{key}", icon)
    for action in _actions(folder).keys() - icons.get("services", {}).keys():
        yield f"icons: the action {action} has none"


def _actions(folder: Path) -> dict[str, Any]:
    path = folder / "services.yaml"
    loaded = load_yaml(path) if path.is_file() else {}
    return loaded if isinstance(loaded, dict) else {}


def service_problems(folder: Path) -> Iterator[str]:
    """Yield actions and fields without texts, with unknown keys or an unknown selector."""
    english = _json(folder / "translations" / "en.json")
    described, choices = english.get("services", {}), english.get("selector", {})
    for action, found in _actions(folder).items():
        definition, said = found or {}, described.get(action, {})
        if not _KEY.fullmatch(action):
            yield f"services: {action} is no name"
        if definition.keys() - {"name", "description", "target", "fields"}:
            yield f"services: {action} has an unknown key"
        if not {"name", "description"} <= said.keys():
            yield f"services: {action} has no name or description"
        for name, field in definition.get("fields", {}).items():
            where = f"{action}.{name}"
            if field.keys() - {"required", "example", "default", "selector", "advanced", "filter"}:
                yield f"services: {where} has an unknown key"
            if not {"name", "description"} <= said.get("fields", {}).get(name, {}).keys():
                yield f"services: {where} has no name or description"
            kinds: Mapping[str, Any] = field.get("selector") or {}
            if len(kinds) != 1:
                yield f"services: {where} has no selector"
            for settings in kinds.values():
                key = (settings or {}).get("translation_key")
                if key is not None and key not in choices:
                    yield f"services: {where} names {key}, which has no texts"


def translation_problems(folder: Path) -> Iterator[str]:
    """Yield what is wrong with the English texts, and files that only Home Assistant's own have."""
    if (folder / "strings.json").exists():
        yield "translations: strings.json is not read in a custom integration"
    english = _json(folder / "translations" / "en.json")
    if not english:
        yield "translations: there is no English"
    yield from (f"translations: {problem}" for problem in texts.problems(english))


def _functions(path: Path) -> set[str]:
    nodes = ast.walk(ast.parse(path.read_text("utf-8")))
    return {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def flow_problems(folder: Path) -> Iterator[str]:
    """Yield discoveries that the config flow does not take up, and a flow without unique ids."""
    manifest, path = _json(folder / "manifest.json"), folder / "config_flow.py"
    if not path.is_file():
        if manifest.get("config_flow"):
            yield "config flow: there is no config_flow.py"
        return
    if not manifest.get("config_flow"):
        yield "config flow: the manifest does not name it"
    found = [kind for kind in _DISCOVERIES if kind in manifest]
    for kind in found:
        if f"async_step_{kind}" not in _functions(path):
            yield f"config flow: there is no async_step_{kind}"
    code = path.read_text("utf-8")
    if found and "self.async_set_unique_id" not in code:
        yield "config flow: a discovery needs a unique id"


def quality_problems(folder: Path) -> Iterator[str]:
    """Yield rules of the quality scale that are unknown, missing, or exempt without a reason."""
    path = folder / "quality_scale.yaml"
    loaded = load_yaml(path) if path.is_file() else {}
    rules: Mapping[str, Any] = loaded.get("rules", {}) if isinstance(loaded, dict) else {}
    for rule in sorted(rules.keys() ^ _RULES):
        yield f"quality scale: {rule} is {'unknown' if rule in rules else 'missing'}"
    for rule, stated in rules.items():
        status = stated.get("status") if isinstance(stated, dict) else stated
        if status not in _STATUSES:
            yield f"quality scale: {rule} is {status}"
        elif status != "done" and not (isinstance(stated, dict) and stated.get("comment")):
            yield f"quality scale: {rule} is {status} without a reason"


CHECKS: Final[Mapping[str, Callable[[Path], Iterator[str]]]] = {
    "manifest": manifest_problems,
    "dhcp": dhcp_problems,
    "dependencies": dependency_problems,
    "icons": icon_problems,
    "services": service_problems,
    "translations": translation_problems,
    "config flow": flow_problems,
    "quality scale": quality_problems,
}
"""The rules by the word that their findings begin with."""


def all_problems(folder: Path) -> list[str]:
    """Return what the checker would refuse of the integration in a folder."""
    return [problem for check in CHECKS.values() for problem in check(folder)]
