"""Print what Home Assistant would install by itself on its first start.

Home Assistant installs the requirements of an integration when it sets it up. The
demo installs them beforehand: without its frontend Home Assistant falls into recovery
mode, and two of them are compiled, which can fail for reasons worth telling early.
"""

import json
from pathlib import Path

from homeassistant import components
from homeassistant.bootstrap import DEFAULT_INTEGRATIONS

CONFIGURED = {"automation", "energy", "frontend", "history", "logbook", "recorder"}


def requirements(domains: set[str]) -> set[str]:
    """Return the requirements of some integrations and of all that they depend on."""
    folder = Path(next(iter(components.__path__)))
    pending, seen, found = set(domains), set[str](), set[str]()
    while pending:
        domain = pending.pop()
        seen.add(domain)
        manifest = json.loads((folder / domain / "manifest.json").read_text("utf-8"))
        found.update(manifest.get("requirements", []))
        pending.update(set(manifest.get("dependencies", [])) - seen)
    return found


if __name__ == "__main__":
    print("\n".join(sorted(requirements({*DEFAULT_INTEGRATIONS, *CONFIGURED}))))
