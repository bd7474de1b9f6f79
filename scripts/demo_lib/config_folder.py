"""Write the folder from which the Home Assistant of the demo starts."""

import json
from pathlib import Path
import shutil
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
USER: Final = "demo"
PASSWORD: Final = "demo"  # noqa: S105 - the demo listens on the loopback interface only

CONFIGURATION: Final = """\
homeassistant:
  name: {name}
  latitude: 48.8566
  longitude: 2.3522
  elevation: 35
  unit_system: metric
  currency: EUR
  country: FR
  time_zone: Europe/Paris
  language: {language}

frontend:
config:
history:
recorder:
  commit_interval: 1
energy:
logbook:
automation: !include automations.yaml

logger:
  default: warning
  logs:
    custom_components.marstek: {log_level}
    # Programs for cameras, which the demo has none of.
    haffmpeg: critical
    homeassistant.components.camera: critical
"""

NAMES: Final = {
    "de": "Testhaus",
    "en": "Demo home",
    "fr": "Maison de démonstration",
    "nl": "Testhuis",
}


def prepare(folder: Path, *, port: int, language: str, debug: bool, more: str = "") -> None:
    """Write all that Home Assistant must find before its first start, with `more` configuration.

    A folder from an earlier run keeps its entries, history and user; address,
    language and the code of the integration are brought up to date.
    """
    storage = folder / ".storage"
    storage.mkdir(parents=True, exist_ok=True)
    (folder / "configuration.yaml").write_text(
        CONFIGURATION.format(
            name=NAMES[language], language=language, log_level="debug" if debug else "info"
        )
        + more,
        "utf-8",
    )
    (folder / "automations.yaml").touch()
    for key, store in _stores(port).items():
        (storage / key).write_text(json.dumps({"key": key, **store}, indent=2), "utf-8")
    _link(ROOT / "custom_components", folder / "custom_components")
    blueprints = ROOT / "blueprints" / "automation" / "marstek"
    if blueprints.is_dir():
        # Home Assistant looks for blueprints in real folders only.
        target = folder / "blueprints" / "automation" / "marstek"
        shutil.copytree(blueprints, target, dirs_exist_ok=True)


def _stores(port: int) -> dict[str, dict[str, Any]]:
    """Return what goes into `.storage`.

    Home Assistant treats an `http:` in YAML as a trial that it reverts after five
    minutes, and fails on an incomplete store, so that all keys are given here.
    """
    return {
        "http": {
            "version": 2,
            "minor_version": 2,
            "data": {
                "pending": None,
                "yaml_migration_done": True,
                "stable": {
                    "server_port": port,
                    "server_host": ["127.0.0.1"],
                    "cors_allowed_origins": [],
                    "login_attempts_threshold": -1,
                    "ip_ban_enabled": True,
                    "ssl_profile": "modern",
                    "use_x_frame_options": True,
                    "created_at": "2026-01-01T00:00:00+00:00",
                    "error": None,
                    "error_message": None,
                },
            },
        },
        # Discovery sends to the broadcast address of each enabled adapter: with this
        # one nothing leaves the machine.
        "core.network": {
            "version": 1,
            "minor_version": 1,
            "data": {"configured_adapters": ["lo"]},
        },
        "onboarding": {
            "version": 4,
            "minor_version": 1,
            "data": {"done": ["user", "core_config", "integration", "analytics"]},
        },
    }


def _link(target: Path, link: Path) -> None:
    if link.is_symlink():
        link.unlink()
    elif link.is_dir():
        shutil.rmtree(link)
    link.symlink_to(target, target_is_directory=True)


def has_user(folder: Path) -> bool:
    """Tell whether the demo user has been made in this folder."""
    return (folder / ".storage" / "auth_provider.homeassistant").exists()
