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
# Pages that the code cites with the number of a section.
DOCUMENTS = ("protocol", "tempo-facts", "policy")
# A file by its ending, or a folder by its slash and the gap behind it.
_FILE = re.compile(r"(?<![\w./])((?:[a-z_]+/)*[a-z_]+\.py|(?:[a-z_]+/)+(?=[\s)`]))")
_PAGE = re.compile(r"(?<![\w/])((?:[\w-]+/)*[\w.-]+\.md)\b")
_SECTION = re.compile(r"^#{2,3} (\d+(?:\.\d+)?|\w+$)", re.MULTILINE)
_NUMBER = r'\d+(?:\.\d+)?|"\w+"'
_CITATION = rf"(?:docs/)?{{}}\.md,? (?:sections? )?((?:{_NUMBER})(?:(?:,| and| to) (?:{_NUMBER}))*)"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links(page: Path) -> None:
    """Each link and picture of a page is there."""
    targets = _LINK.findall(page.read_text(encoding="utf-8"))
    local = [target for target in targets if "://" not in target]
    assert [target for target in local if not (page.parent / target).exists()] == []


def test_every_picture_is_shown() -> None:
    """Pictures that no page shows are not kept."""
    shown = {
        (page.parent / target).resolve()
        for page in PAGES
        for target in _LINK.findall(page.read_text(encoding="utf-8"))
        if "://" not in target
    }
    kept = {path.resolve() for path in (ROOT / "docs" / "images").rglob("*.png")}
    assert kept
    assert kept - shown == set()


def test_files_of_the_architecture() -> None:
    """Each file and folder that docs/architecture.md names is there."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = set(_FILE.findall(text))
    assert len(named) > 20
    places = (ROOT, ROOT / "custom_components" / "marstek")
    assert {name for name in named if not any((place / name).exists() for place in places)} == set()


@pytest.mark.parametrize("document", DOCUMENTS)
def test_cited_sections(document: str) -> None:
    """What the code cites as its source can be read; a point of a list counts as a section."""
    text = (ROOT / "docs" / f"{document}.md").read_text(encoding="utf-8")
    sections = set(_SECTION.findall(text))
    if document == "protocol":
        duties = text.split("\n## 6 ")[1].split("\n## ")[0]
        sections |= {f"6.{number}" for number in re.findall(r"^(\d+)\. ", duties, re.MULTILINE)}
    cited = {
        (str(path.relative_to(ROOT)), section)
        for path in CODE
        for section in _cited(document, path.read_text(encoding="utf-8"))
    }
    assert cited
    assert {one for one in cited if one[1] not in sections} == set()


def test_pages_that_code_cites() -> None:
    """Each page that a file of code names is in this repository, at the place that it names."""
    missing = {
        f"{path.relative_to(ROOT)}: {page}"
        for path in CODE
        for page in _PAGE.findall(path.read_text(encoding="utf-8"))
        if not any((folder / page).exists() for folder in (ROOT, ROOT / "docs", path.parent))
    }
    assert missing == set()


def test_citations_are_found() -> None:
    """All the ways of citing count, over the end of a line too."""
    code = """# (docs/tempo-facts.md 1.3, 2). docs/policy.md
    # section 2, docs/tempo-facts.md sections 4.1 and 5, (docs/tempo-facts.md, section "Prices"),
    # docs/tempo-facts.md 1.1 to 1.3"""
    assert _cited("tempo-facts", code) == ["1.3", "2", "4.1", "5", "Prices", "1.1", "1.3"]
    assert _cited("policy", code) == ["2"]


def _cited(document: str, code: str) -> list[str]:
    """Return the sections of a document that code cites, in order."""
    lines = re.sub(r"\n\s*#? ?", " ", code)
    return [
        section.strip('"')
        for citation in re.findall(_CITATION.format(document), lines, re.IGNORECASE)
        for section in re.findall(_NUMBER, citation)
    ]


def test_both_readmes_have_the_same_structure() -> None:
    """What one language is told, the other is told too."""
    english, french = (
        (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.fr.md")
    )
    for pattern in (r"^#+ ", r"^\|", r"^- ", r"^```", r"!\["):
        counts = [len(re.findall(pattern, text, re.MULTILINE)) for text in (english, french)]
        assert counts[0] == counts[1], pattern
