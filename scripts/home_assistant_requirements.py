"""Print what Home Assistant would install by itself, with the demo and this integration.

Home Assistant installs the requirements of an integration when it sets it up. The
demo installs them beforehand: without its frontend Home Assistant falls into recovery
mode, two of them are compiled, which can fail for reasons worth telling early, and
the demo's check runs where no package index can be reached.
"""

from collections.abc import Iterator, Mapping
import json
from pathlib import Path
from typing import Any

from homeassistant import components
from homeassistant.auth.mfa_modules import totp
from homeassistant.bootstrap import DEFAULT_INTEGRATIONS
from homeassistant.requirements import DISCOVERY_INTEGRATIONS

BUILT_IN = Path(next(iter(components.__path__)))
OURS = Path(__file__).parents[1] / "custom_components" / "marstek"
CONFIGURED = {"automation", "energy", "frontend", "history", "logbook", "recorder"}


def _manifest(folder: Path) -> Mapping[str, Any]:
    manifest: Mapping[str, Any] = json.loads((folder / "manifest.json").read_text("utf-8"))
    return manifest


def _needed(manifest: Mapping[str, Any]) -> Iterator[str]:
    """Yield the integrations that one brings with it: those that discover devices for it, too."""
    yield from manifest.get("dependencies", [])
    for domain, keys in DISCOVERY_INTEGRATIONS.items():
        if any(key in manifest for key in keys):
            yield domain


def requirements() -> set[str]:
    """Return the requirements of all integrations that the demo sets up."""
    pending = {*DEFAULT_INTEGRATIONS, *CONFIGURED, *_needed(_manifest(OURS))}
    seen, found = set[str](), set[str](totp.REQUIREMENTS)
    while pending:
        domain = pending.pop()
        seen.add(domain)
        manifest = _manifest(BUILT_IN / domain)
        found.update(manifest.get("requirements", []))
        pending.update(set(_needed(manifest)) - seen)
    return found


if __name__ == "__main__":
    print("\n".join(sorted(requirements())))
