"""The owner chooses who is notified, of what, and when; a test message shows who gets it."""

import datetime as dt
from typing import Any

from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr, entity_registry as er, issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.marstek.const import DOMAIN, Tariff
from custom_components.marstek.plan.events import Alert
from custom_components.marstek.plan.notify_options import DEFAULT_KINDS, kinds_of, notify_options
from custom_components.marstek.plan.quiet_hours import QuietHours
from tests.plan.flow import PlanFlow
from tests.support.owner import Owner, at, owner

USUAL = [kind.value for kind in kinds_of(Tariff.TEMPO) if kind in DEFAULT_KINDS]


async def opened(me: Owner) -> PlanFlow:
    """Return the dialog of notifications."""
    flow = PlanFlow(me.home.hass)
    await flow.options(me.entry)
    await flow.choose("notify")
    return flow


def recipients(hass: HomeAssistant) -> tuple[str, list[str]]:
    """Bring a phone that works, mail that does not, and return the phone with what is sent."""
    sent = list[str]()

    async def take(call: ServiceCall) -> None:
        if call.data.get("entity_id") == "notify.mail":
            raise HomeAssistantError("Mailbox full")
        sent.append(f"{call.data['title']}: {call.data['message']}")

    hass.services.async_register("notify", "send_message", take)
    hass.services.async_register("notify", "mobile_app_pixel", take)
    hass.states.async_set("notify.mail", "unknown", {"friendly_name": "Mail"})
    entry = MockConfigEntry(domain="mobile_app")
    entry.add_to_hass(hass)
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={("mobile_app", "x")}, name="Pixel"
    )
    return device.id, sent


@at("2026-03-12 12:00")
async def test_what_is_chosen_is_kept() -> None:
    """The form begins with what may need a person, and shows later what was chosen."""
    async with owner(count=0) as me:
        phone, _ = recipients(me.home.hass)
        flow = await opened(me)
        assert flow.defaults["kinds"] == USUAL
        given: dict[str, Any] = {
            "phones": [phone],
            "notify_entities": ["notify.mail"],
            "kinds": ["failed", "low_soc"],
            "report": "weekly",
            "quiet_start": "22:00:00",
            "quiet_end": "07:00:00",
        }
        result = await flow.submit(**given)
        assert result["type"] is FlowResultType.CREATE_ENTRY
        assert me.entry.options["notify"] == {**given, "phones": {phone: "Pixel"}}
        assert me.entry.options["automatic"] is True
        assert (await opened(me)).defaults == {**given, "test": False}
        del given["quiet_start"], given["quiet_end"], given["report"]
        await (await opened(me)).submit(**{**given, "phones": [], "notify_entities": []})
        options = notify_options(me.entry.options)
        assert not options.has_recipients
        assert options.quiet is None
        assert options.report is None


@at("2026-03-12 12:00")
async def test_mistakes() -> None:
    """Half quiet hours, and a test without anybody to send it to are refused."""
    async with owner(count=0) as me:
        flow = await opened(me)
        half = await flow.submit(kinds=USUAL, quiet_start="22:00:00")
        assert half["errors"] == {"quiet_end": "half_quiet"}
        half = await flow.submit(kinds=USUAL, quiet_end="22:00:00")
        assert half["errors"] == {"quiet_start": "half_quiet"}
        assert (await flow.submit(kinds=USUAL, test=True))["errors"] == {"base": "no_recipient"}
        await flow.submit(kinds=USUAL, quiet_start="22:5", quiet_end="7:30")
        options = notify_options(me.entry.options)
        assert options.kinds == DEFAULT_KINDS
        assert options.quiet == QuietHours(dt.time(22, 5), dt.time(7, 30))


@at("2026-03-12 23:00")
@pytest.mark.parametrize("then", ["notify_save", "notify"])
async def test_a_test_message(then: str) -> None:
    """It is sent at once, also in quiet hours; who got it is shown before anything is saved."""
    async with owner(count=0) as me:
        hass = me.home.hass
        phone, sent = recipients(hass)
        flow = await opened(me)
        given: dict[str, Any] = {
            "phones": [phone],
            "notify_entities": ["notify.mail", "notify.gone"],
            "kinds": ["failed"],
            "report": "daily",
            "quiet_start": "22:00:00",
            "quiet_end": "07:00:00",
        }
        result = await flow.submit(**given, test=True)
        assert sent == ["Test message: Notifications of the battery plan reach you here."]
        assert result["description_placeholders"] == {
            "sent": "Pixel",
            "failed": "Mail: Mailbox full; notify.gone: not found",
        }
        assert "notify" not in me.entry.options
        await flow.choose(then)
        if then == "notify":
            assert flow.defaults == {**given, "test": False}
            await flow.submit(**given)
        assert me.entry.options["notify"] == {**given, "phones": {phone: "Pixel"}}
        assert len(sent) == 1


@at("2026-03-12 12:00")
async def test_a_test_message_clears_the_repair() -> None:
    """A recipient that works again is no longer named, also while the plan is not loaded."""
    async with owner(count=0) as me:
        hass = me.home.hass
        phone, _ = recipients(hass)
        given = {"phones": [phone], "notify_entities": ["notify.mail"], "kinds": USUAL}
        await (await opened(me)).submit(**given)
        issue_id = f"recipient_failing_{me.entry.entry_id}"
        await (await opened(me)).submit(**given, test=True)
        assert ir.async_get(hass).async_get_issue(DOMAIN, issue_id) is not None

        async def take(_: ServiceCall) -> None:
            """Take all."""

        hass.services.async_register("notify", "send_message", take)
        await (await opened(me)).submit(**given, test=True)
        assert ir.async_get(hass).async_get_issue(DOMAIN, issue_id) is None
        await hass.config_entries.async_unload(me.entry.entry_id)
        result = await (await opened(me)).submit(**given, test=True)
        assert result["description_placeholders"] == {"sent": "Pixel, Mail", "failed": "–"}  # noqa: RUF001


@at("2026-03-12 12:00")
async def test_another_tariff() -> None:
    """It offers no colours, and those that were chosen wait for the return of Tempo."""
    async with owner(count=0, tariff="fixed") as me:
        flow = await opened(me)
        assert "red_tomorrow" not in flow.defaults["kinds"]
        assert "low_soc" in flow.defaults["kinds"]
        await flow.submit(kinds=["failed"])
        kinds = notify_options(me.entry.options).kinds
        assert {"failed", Alert.RED_TOMORROW, Alert.RED_UNCHARGED} <= kinds
        assert Alert.LOW_SOC not in kinds


@at("2026-03-12 12:00")
async def test_the_own_entity_of_a_phone() -> None:
    """A phone that is chosen twice gets one message."""
    async with owner(count=0) as me:
        hass = me.home.hass
        phone, sent = recipients(hass)
        entity_id = (
            er.async_get(hass)
            .async_get_or_create("notify", "mobile_app", "x", device_id=phone)
            .entity_id
        )
        hass.states.async_set(entity_id, "unknown")
        result = await (await opened(me)).submit(
            phones=[phone], notify_entities=[entity_id], kinds=USUAL, test=True
        )
        assert result["description_placeholders"] == {"sent": "Pixel", "failed": "–"}  # noqa: RUF001
        assert len(sent) == 1
