"""The workflows of the repository, and the zip that a release is made of."""

import json
from pathlib import Path
import re
import subprocess
from typing import Any
import zipfile

from homeassistant.util.yaml import load_yaml
import pytest

ROOT = Path(__file__).parents[1]
GITHUB = ROOT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))
# An action by its commit, and which version or branch that was.
PINNED = re.compile(r"[\w.-]+(/[\w.-]+)+@[0-9a-f]{40} # (v\d+\.\d+\.\d+|main|master)")


def _workflow(path: Path) -> dict[Any, Any]:
    """Return a workflow. YAML takes its key `on` for a truth value."""
    content = load_yaml(str(path))
    assert isinstance(content, dict)
    return content


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_workflow(path: Path) -> None:
    """Each is valid YAML, may do no more than it needs, and has jobs with steps."""
    workflow = _workflow(path)
    assert {"name", True, "permissions", "jobs"} <= workflow.keys()
    assert all(permission == "read" for permission in workflow["permissions"].values())
    assert all(job["runs-on"] and job["steps"] for job in workflow["jobs"].values())


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_actions_are_pinned(path: Path) -> None:
    """A tag or branch can be moved to other code; a commit can't."""
    used = re.findall(r"^\s*(?:- )?uses: (.*)$", path.read_text("utf-8"), re.MULTILINE)
    steps = [step for job in _workflow(path)["jobs"].values() for step in job["steps"]]
    assert len(used) == sum("uses" in step for step in steps) > 0
    assert [action for action in used if not PINNED.fullmatch(action)] == []


def test_one_commit_for_each_action() -> None:
    """All workflows use the same version of an action."""
    actions = {
        action
        for path in WORKFLOWS
        for action in re.findall(r"uses: (\S+@\w+)", path.read_text("utf-8"))
    }
    names = [action.partition("@")[0] for action in actions]
    assert len(names) == len(set(names)) >= 5


def test_commands_exist() -> None:
    """Scripts that workflows run are there and can be executed."""
    text = "\n".join(path.read_text("utf-8") for path in WORKFLOWS)
    commands = set(re.findall(r"\./(scripts/\w+)", text))
    assert commands >= {"scripts/test", "scripts/demo", "scripts/release_zip"}
    assert all((ROOT / command).stat().st_mode & 0o111 for command in commands)


def test_dependabot() -> None:
    """Dependabot follows the pinned actions."""
    content = load_yaml(str(GITHUB / "dependabot.yml"))
    assert isinstance(content, dict)
    assert content["version"] == 2
    assert [update["package-ecosystem"] for update in content["updates"]] == ["github-actions"]


def test_release_zip(tmp_path: Path) -> None:
    """HACS finds the manifest at the root of the zip that hacs.json names, and nothing else."""
    script, hacs = ROOT / "scripts" / "release_zip", json.loads((ROOT / "hacs.json").read_text())
    subprocess.run([script, tmp_path], check=True)  # noqa: S603 - a fixed command
    assert hacs["zip_release"] is True
    assert [path.name for path in tmp_path.iterdir()] == [hacs["filename"]]
    with zipfile.ZipFile(tmp_path / hacs["filename"]) as archive:
        names = set(archive.namelist())
    assert {"manifest.json", "__init__.py", "translations/fr.json", "brand/icon.png"} <= names
    assert not any(
        "__pycache__" in entry or entry.startswith("custom_components") for entry in names
    )
