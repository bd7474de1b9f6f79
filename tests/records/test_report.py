"""The report: figures, text and page, from a real recorder and the ledger."""

import datetime as dt
from html.parser import HTMLParser
from typing import Any, override

from homeassistant.exceptions import ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.marstek.plan.journal import JournalEntry
from custom_components.marstek.plan.wording import Wording
from custom_components.marstek.planner import Action, Reason
from custom_components.marstek.records.figures import report_figures
from custom_components.marstek.records.periods import DaySpan
from custom_components.marstek.records.report_page import report_page
from custom_components.marstek.records.report_wording import ReportWording
from custom_components.marstek.savings import DayMoney, Exchange
from custom_components.marstek.texts import Texts
from tests.records.conftest import E3_MAC, PARIS, RecordedHome

DAY = dt.timedelta(days=1)


async def fill(home: RecordedHome) -> dt.date:
    """Keep two days with energy, money and a charge, and return yesterday."""
    yesterday = home.today - DAY
    first = yesterday - DAY
    home.record(E3_MAC, "energy_charged", first, [0.25] * 24 + [0.5] * 24)
    home.record(E3_MAC, "energy_discharged", first, [0.125] * 48)
    await home.recorded()
    ledger = home.plan.savings.store.ledger
    ledger.add(first, Exchange(avoided=5000), 43200, (0.2, 0.0), colour="blue")
    ledger.add(yesterday, Exchange(avoided=3000), 86400, (0.7, 0.0), colour="red")
    ledger.note_stock(yesterday, -0.4)
    for failing in ((), ("Venus E 3.0 0101",)):
        begin = dt.datetime.combine(yesterday, dt.time(22 - len(failing)), PARIS)
        home.plan.journal.journal.entries.append(
            JournalEntry(
                begin,
                begin + dt.timedelta(minutes=50),
                Action.CHARGE,
                Reason.RED_TOMORROW,
                failing=failing,
            )
        )
    return yesterday


async def test_yesterday_beside_the_day_before(home: RecordedHome) -> None:
    """Figures are those of sensors and ledger; the text says them, and what was before."""
    yesterday = await fill(home)
    answer = await home.call("report")
    figures, before = answer["figures"], answer["before"]
    assert figures["start_date"] == figures["end_date"] == yesterday.isoformat()
    assert figures["charged_kwh"] == pytest.approx(12.0)
    assert figures["discharged_kwh"] == pytest.approx(3.0)
    assert figures["saved"] == pytest.approx(2.1)
    assert figures["saved_by_colour"] == {"red": pytest.approx(2.1)}
    assert figures["stock_change"] == pytest.approx(-0.4)
    assert (figures["charges_planned"], figures["charges_carried_out"]) == (2, 1)
    assert figures["failing"] == ["Venus E 3.0 0101"]
    assert before["charged_kwh"] == pytest.approx(6.0)
    assert before["saved"] == pytest.approx(1.0)
    assert answer["title"] == f"Batteries on {yesterday}"
    lines = answer["text"].splitlines()
    assert lines[0] == "Saved: 2.10\N{NO-BREAK SPACE}EUR."
    assert "By colour: Red 2.10\N{NO-BREAK SPACE}EUR." in lines
    assert "Charges planned: 2, carried out by every battery: 1." in lines
    assert lines[-1].startswith(f"Before, from {yesterday - DAY} to {yesterday - DAY}: saved 1.00")


async def test_money_is_in_the_currency_of_the_prices(home: RecordedHome) -> None:
    """Not in that of Home Assistant: nothing is converted."""
    yesterday = await fill(home)
    home.hass.config.currency = "CHF"
    answer = await home.call("report")
    assert answer["text"].startswith("Saved: 2.10\N{NO-BREAK SPACE}EUR.")
    exported = await home.call("export", start_date=yesterday.isoformat(), content="money")
    assert exported["csv"].splitlines()[1].endswith(",EUR")


async def test_a_range_names_its_best_and_worst_day(home: RecordedHome) -> None:
    """Any range of days; the days before it have nothing, and are not mentioned."""
    yesterday = await fill(home)
    first = yesterday - DAY
    answer = await home.call("report", start_date=first.isoformat(), end_date=yesterday.isoformat())
    assert answer["figures"]["saved"] == pytest.approx(3.1)
    assert answer["figures"]["best_day"] == yesterday.isoformat()
    assert answer["figures"]["worst_day"] == first.isoformat()
    assert answer["before"]["saved"] is None
    assert "Before" not in answer["text"]


async def test_the_page_is_shown_once(
    home: RecordedHome, hass_client_no_auth: ClientSessionGenerator
) -> None:
    """A browser shows it in the language of the home, and may run or load nothing."""
    await fill(home)
    home.hass.config.language = "fr"
    answer = await home.call("report", period="month")
    client = await hass_client_no_auth()
    response = await client.get(answer["path"])
    assert response.headers["Content-Disposition"].startswith("inline")
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    page = await response.text()
    assert 'lang="fr"' in page
    assert "Meilleur jour" in page
    assert "Chargé (kWh)<" in page
    assert (await client.get(answer["path"])).status == 404
    response = await client.get(answer["image"]["path"])
    assert response.headers["Content-Type"] == "image/png"
    assert (await response.read()).startswith(b"\x89PNG")


async def test_without_a_recorder_money_is_left(home: RecordedHome) -> None:
    """Energies are not known then; nothing is made up."""
    await fill(home)
    home.hass.config.components.remove("recorder")
    answer = await home.call("report")
    home.hass.config.components.add("recorder")
    assert answer["figures"]["charged_kwh"] is None
    assert answer["figures"]["saved"] == pytest.approx(2.1)
    assert "Charged" not in answer["text"]


REFUSED: tuple[tuple[dict[str, Any], str], ...] = (
    ({"period": "week", "start_date": "2026-01-01"}, "two_ranges"),
    ({"start_date": "2026-03-02", "end_date": "2026-03-01"}, "invalid_range"),
    ({"date": "2099-01-01"}, "invalid_range"),
)


async def test_what_a_report_refuses(home: RecordedHome) -> None:
    """Two ranges, or one that makes no sense; nothing known is a report that says so."""
    for data, key in REFUSED:
        with pytest.raises(ServiceValidationError) as caught:
            await home.call("report", **data)
        assert caught.value.translation_key == key
    answer = await home.call("report", date="2015-01-01", period="season")
    assert answer["text"] == "Nothing is known of this period."
    await home.hass.config_entries.async_unload(home.plan.tariff.config_entry.entry_id)
    with pytest.raises(ServiceValidationError) as caught:
        await home.call("report")
    assert caught.value.translation_key == "no_plan"


class _Tags(HTMLParser):
    """Names of all elements, and whether each is closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.names = set[str]()
        self.open = list[str]()

    @override
    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.names.add(tag)
        if tag != "meta":
            self.open.append(tag)

    @override
    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_a_page_of_hostile_names_and_a_whole_season() -> None:
    """Whatever a battery is called, the page has the elements of a report and no others."""
    texts = Texts(
        {
            "component.marstek.exceptions.summary_failing.message": "Failing: {names}.",
            "component.marstek.exceptions.report_title.message": "<b>{start}</b> & {end}",
        }
    )
    wording = ReportWording(Wording(texts, 'en"><script>'), "<EUR>")
    first = dt.date(2025, 9, 1)
    step = JournalEntry(
        dt.datetime.combine(first, dt.time(22), PARIS),
        dt.datetime.combine(first, dt.time(23), PARIS),
        Action.CHARGE,
        Reason.RED_TOMORROW,
        failing=("<script>alert(1)</script>",),
    )
    money = {first + number * DAY: DayMoney(saved=number - 100.0) for number in range(365)}
    figures = report_figures(
        DaySpan(first, first + 364 * DAY), {}, money, {first: "<i>"}, [step], 365 * 86400.0
    )
    page = report_page(figures, wording.sentences(figures, figures), wording, "now")
    tags = _Tags()
    tags.feed(page.partition("\n")[2])
    assert tags.open == []
    assert not tags.names & {"script", "b", "i", "img", "a", "link", "iframe"}
    assert page.count("<tr>") == 1 + 12
