"""Bar charts as SVG: well formed, with a bar for each value, whatever the labels are."""

from xml.etree import ElementTree as ET

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.marstek.export import BarGroup, BarSeries, bar_chart_svg

SVG = "{http://www.w3.org/2000/svg}"
SERIES = (BarSeries("no battery", "#c77700"), BarSeries("optimised", "#12a150"))
labels = st.text(
    st.characters(min_codepoint=32, exclude_categories=("Cs", "Cc", "Cn")), max_size=20
)
values = st.none() | st.floats(-1e6, 1e6)


@given(st.lists(st.tuples(labels, values, values), min_size=1, max_size=12), labels)
@settings(max_examples=60)
def test_each_value_has_a_bar(
    groups: list[tuple[str, float | None, float | None]], title: str
) -> None:
    """All within the paper, and texts are texts."""
    chart = bar_chart_svg(
        title,
        SERIES,
        [BarGroup(label, own) for label, *own in groups],
        lambda value: f"{value:.0f} EUR",
    )
    root = ET.fromstring(chart)  # noqa: S314 - our own text
    bars = root.findall(f"{SVG}rect")[1 + len(SERIES) :]
    assert len(bars) == sum(value is not None for _, *own in groups for value in own)
    for bar in bars:
        top, height = float(bar.attrib["y"]), float(bar.attrib["height"])
        assert height >= 0
        assert 70 <= top <= top + height <= 340
    texts = [each.text or "" for each in root.findall(f"{SVG}text")]
    assert {title, *(label for label, *_ in groups)} <= {*texts}


def test_it_follows_the_theme_of_the_browser() -> None:
    """Text and paper have colours of their own in the dark; a chart without groups is refused."""
    chart = bar_chart_svg("A year", SERIES, [BarGroup("Tempo", (600.0, 400.0))], str)
    assert "prefers-color-scheme:dark" in chart
    assert ">400</text>" in chart
    with pytest.raises(ValueError, match="one group"):
        bar_chart_svg("A year", SERIES, [], str)


@pytest.mark.parametrize(("groups", "width"), [(1, 480), (3, 656), (12, 900)])
def test_no_wider_than_its_bars_need(groups: int, width: int) -> None:
    """A phone shows all of it at once, so that each pixel of the paper makes its text smaller."""
    series = (*SERIES, BarSeries("simple", "#4c8bf5"), BarSeries("always Auto", "#8a94a0"))
    chart = bar_chart_svg("A year", series, [BarGroup("Tempo", (1, 2, 3, 4))] * groups, str)
    assert f'viewBox="0 0 {width} 380"' in chart
    assert (">3</text>" in chart) == (groups < 12)
