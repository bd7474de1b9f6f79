"""What Home Assistant's checker of integrations would refuse, each rule proven by a broken copy."""

from collections.abc import Callable, Mapping
import json
from pathlib import Path
import re
import shutil
from typing import Any

import pytest

from tests.repository import hassfest

INTEGRATION = Path(__file__).parents[1] / "custom_components" / "marstek"

type Damage = Callable[[Path], None]


def edited(name: str, change: Callable[[dict[str, Any]], object]) -> Damage:
    """Return what changes a JSON file of the copy."""

    def damage(folder: Path) -> None:
        content = json.loads((folder / name).read_text("utf-8"))
        change(content)
        (folder / name).write_text(json.dumps(content, ensure_ascii=False), "utf-8")

    return damage


def manifest(**values: Any) -> Damage:
    """Return what sets keys of the manifest, or with None removes them."""

    def change(content: dict[str, Any]) -> None:
        content |= values
        kept = {key: value for key, value in content.items() if value is not None}
        first = {key: kept.pop(key) for key in ("domain", "name") if key in kept}
        content.clear()
        content |= first | dict(sorted(kept.items()))

    return edited("manifest.json", change)


def replaced(name: str, old: str, new: str) -> Damage:
    """Return what replaces a text of a file of the copy wherever it stands."""

    def damage(folder: Path) -> None:
        content = (folder / name).read_text("utf-8")
        assert old in content
        (folder / name).write_text(content.replace(old, new), "utf-8")

    return damage


def removed(name: str) -> Damage:
    """Return what deletes a file of the copy."""
    return lambda folder: (folder / name).unlink()


def added(name: str, content: str) -> Damage:
    """Return what adds a file to the copy."""

    def damage(folder: Path) -> None:
        (folder / name).write_text(content, "utf-8")

    return damage


def shuffled(content: dict[str, Any]) -> None:
    """Turn the order of ranges round."""
    for entities in content["entity"].values():
        for icon in entities.values():
            if "range" in icon:
                icon["range"] = dict(reversed(icon["range"].items()))


def same_icon(content: dict[str, Any]) -> None:
    """Give a state the default icon."""
    content["entity"]["sensor"]["success_rate"]["state"] = {"low": "mdi:lan-check"}


ICONS, ENGLISH = "icons.json", "translations/en.json"
BROKEN: Mapping[str, tuple[Damage, str]] = {
    "keys in another order": (
        edited("manifest.json", lambda content: content.update(name=content.pop("name"))),
        "manifest: keys are not sorted",
    ),
    "no version": (manifest(version=None), "manifest: version is missing"),
    "a version of words": (manifest(version="soon"), "manifest: not a version"),
    "an unknown key": (manifest(homeassistant="2026.10.0"), "manifest: unknown key homeassistant"),
    "a flow that is a text": (manifest(config_flow="yes"), "manifest: config_flow is of the wrong"),
    "another domain": (manifest(domain="venus"), "manifest: the domain is not"),
    "an unknown type": (manifest(integration_type="battery"), "manifest: unknown integration_type"),
    "an unknown class": (manifest(iot_class="local"), "manifest: unknown iot_class"),
    "documentation nowhere": (manifest(documentation="here"), "manifest: documentation is no"),
    "on itself": (manifest(dependencies=["marstek"]), "manifest: depends on itself"),
    "a host name in capitals": (manifest(dhcp=[{"hostname": "Marstek*"}]), "dhcp: a host name"),
    "a short MAC": (manifest(dhcp=[{"macaddress": "AABB"}]), "dhcp: a MAC"),
    "a DHCP key": (manifest(dhcp=[{"host": "a"}]), "dhcp: unknown key"),
    "a DHCP flag": (manifest(dhcp=[{"registered_devices": "yes"}]), "dhcp: registered_devices"),
    "recorder not named": (
        manifest(after_dependencies=["energy"]),
        "dependencies: plan/history.py imports recorder",
    ),
    "network not named": (manifest(dependencies=[]), "dependencies: discovery.py imports network"),
    "an import in a function": (
        added("more.py", "def f():\n    from homeassistant.components.mqtt import client"),
        "dependencies: more.py imports mqtt",
    ),
    "a plain import": (
        added("more.py", "import homeassistant.components.mqtt.client"),
        "dependencies: more.py imports mqtt",
    ),
    "a range in another order": (
        edited(ICONS, shuffled),
        "icons: the range of sensor.success_rate is not",
    ),
    "a range of words": (
        replaced(ICONS, '"50": "mdi:lan-pending"', '"half": "mdi:lan-pending"'),
        "icons: sensor.success_rate has a range that is no number",
    ),
    "the icon of the default": (
        edited(ICONS, same_icon),
        "icons: sensor.success_rate: the icon of low",
    ),
    "no default": (
        edited(ICONS, lambda content: content["entity"]["sensor"]["success_rate"].pop("default")),
        "icons: sensor.success_rate has no default",
    ),
    "an unknown part": (
        edited(
            ICONS,
            lambda content: content["entity"]["sensor"]["success_rate"].update(of={"a": "mdi:b"}),
        ),
        "icons: sensor.success_rate has an unknown of",
    ),
    "a state with capitals": (
        edited(
            ICONS,
            lambda content: content["entity"]["sensor"]["success_rate"].update(
                state={"Low": "mdi:a"}
            ),
        ),
        "icons: sensor.success_rate has a state 'Low'",
    ),
    "another family": (
        replaced(ICONS, "mdi:lan-pending", "hass:lan"),
        "icons: entity.sensor.success_rate.range.50 is 'hass:lan'",
    ),
    "an unknown section": (
        edited(ICONS, lambda content: content.update(entities={})),
        "icons: unknown section entities",
    ),
    "an action without icon": (
        edited(ICONS, lambda content: content["services"].pop("charge")),
        "icons: the action charge has none",
    ),
    "an action without text": (
        edited(ENGLISH, lambda content: content["services"].pop("charge")),
        "services: charge has no name",
    ),
    "a field without text": (
        edited(ENGLISH, lambda content: content["services"]["charge"]["fields"].clear()),
        "services: charge.",
    ),
    "an action with a capital": (
        added("services.yaml", "Charge:\n"),
        "services: Charge is no name",
    ),
    "a field without selector": (
        added("services.yaml", "charge:\n  fields:\n    power:\n      required: true\n"),
        "services: charge.power has no selector",
    ),
    "unknown keys of an action": (
        added("services.yaml", "charge:\n  response: true\n"),
        "services: charge has an unknown key",
    ),
    "unknown keys of a field": (
        added("services.yaml", "charge:\n  fields:\n    power:\n      unit: W\n"),
        "services: charge.power has an unknown key",
    ),
    "choices without text": (
        replaced("services.yaml", "translation_key: override_mode", "translation_key: nothing"),
        "services: override.mode names nothing",
    ),
    "no English": (removed(ENGLISH), "translations: there is no English"),
    "texts of Home Assistant's own": (added("strings.json", "{}"), "translations: strings.json"),
    "HTML in a text": (
        edited(ENGLISH, lambda content: content.update(title="<b>Marstek</b>")),
        "translations: title: HTML",
    ),
    "no flow": (removed("config_flow.py"), "config flow: there is no config_flow.py"),
    "a flow that is not named": (manifest(config_flow=None), "config flow: the manifest"),
    "a discovery without step": (
        replaced("config_flow.py", "async_step_dhcp", "async_step_lease"),
        "config flow: there is no async_step_dhcp",
    ),
    "a discovery without identity": (
        replaced("config_flow.py", "self.async_set_unique_id", "self.async_set"),
        "config flow: a discovery needs a unique id",
    ),
    "a rule too few": (
        replaced("quality_scale.yaml", "  strict-typing: done\n", ""),
        "quality scale: strict-typing is missing",
    ),
    "an unknown rule": (
        replaced("quality_scale.yaml", "strict-typing", "strict-typings"),
        "quality scale: strict-typings is unknown",
    ),
    "an unknown status": (
        replaced("quality_scale.yaml", "strict-typing: done", "strict-typing: nearly"),
        "quality scale: strict-typing is nearly",
    ),
    "exempt without reason": (
        replaced("quality_scale.yaml", "strict-typing: done", "strict-typing: exempt"),
        "quality scale: strict-typing is exempt without a reason",
    ),
}


@pytest.fixture(name="copy")
def copy_fixture(tmp_path: Path) -> Path:
    """Return a copy of the integration that may be broken."""
    folder = tmp_path / "marstek"
    shutil.copytree(INTEGRATION, folder, ignore=shutil.ignore_patterns("__pycache__", "brand"))
    return folder


def test_nothing_is_refused() -> None:
    """The integration as it stands passes."""
    assert hassfest.all_problems(INTEGRATION) == []


@pytest.mark.parametrize("name", BROKEN)
def test_each_rule_can_fail(copy: Path, name: str) -> None:
    """What is broken is named."""
    damage, problem = BROKEN[name]
    damage(copy)
    found = list(hassfest.CHECKS[problem.split(":")[0]](copy))
    assert any(re.match(re.escape(problem), each) for each in found), found


def test_the_copy_itself_is_not_refused(copy: Path) -> None:
    """What the rules find in a broken copy comes from its damage."""
    assert hassfest.all_problems(copy) == []
