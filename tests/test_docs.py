"""The docs hold together: links lead somewhere, and cited sections exist."""

from pathlib import Path
import re

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
CODE = sorted(
    path
    for folder in ("custom_components/marstek", "simulator", "scripts", "tests")
    for path in (ROOT / folder).rglob("*.py")
)
_LINK = re.compile(r"\]\(([^)#]+)[^)]*\)")
_CITATION = re.compile(r"PROTOCOL\.md (?:sections? )?(\d+(?:\.\d+)?)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links(page: Path) -> None:
    """Each link and picture of a page is there."""
    targets = _LINK.findall(page.read_text(encoding="utf-8"))
    local = [target for target in targets if "://" not in target]
    assert [target for target in local if not (page.parent / target).exists()] == []


def test_cited_sections_of_the_protocol() -> None:
    """What the code cites as its source can be read; a point of a list counts as a section."""
    text = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
    sections = set(re.findall(r"^#{2,3} (\d+(?:\.\d+)?) ", text, re.MULTILINE))
    duties = text.split("\n## 6 ")[1].split("\n## ")[0]
    sections |= {f"6.{number}" for number in re.findall(r"^(\d+)\. ", duties, re.MULTILINE)}
    cited = {
        (path.name, section)
        for path in CODE
        for section in _CITATION.findall(path.read_text(encoding="utf-8"))
    }
    assert len(cited) > 20
    assert {one for one in cited if one[1] not in sections} == set()


def test_both_readmes_have_the_same_structure() -> None:
    """What one language is told, the other is told too."""
    english, french = (
        (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.fr.md")
    )
    for pattern in (r"^#+ ", r"^\|", r"^- ", r"^```", r"!\["):
        counts = [len(re.findall(pattern, text, re.MULTILINE)) for text in (english, french)]
        assert counts[0] == counts[1], pattern
