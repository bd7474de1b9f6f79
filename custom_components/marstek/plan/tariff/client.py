"""Set-up of the client of the Tempo sources for Home Assistant."""

from collections.abc import Callable, Mapping
import datetime as dt
import os
import random
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.util import dt as dt_util

from ...const import CONF_CLIENT_ID, CONF_CLIENT_SECRET, LOGGER
from ...tempo import (
    BaseError,
    Bases,
    ColourBook,
    Credentials,
    FaultKind,
    Quotas,
    Source,
    TempoClient,
)


def make_client(
    hass: HomeAssistant,
    credentials: Credentials | None = None,
    quotas: Quotas | None = None,
    on_date: Callable[[dt.datetime], None] | None = None,
) -> TempoClient:
    """Return a client that asks over Home Assistant's own session.

    `on_date` is called with the moment in UTC at which a source says that it answered.
    """
    try:
        bases = Bases.from_environment(os.environ)
    except BaseError as err:
        LOGGER.error("The real Tempo sources are asked: %s", err)
        bases = Bases()
    return TempoClient(
        async_get_clientsession(hass),
        bases,
        credentials,
        quotas=quotas or Quotas(),
        now=dt_util.utcnow,
        rng=random.Random(),
        on_date=on_date,
    )


async def async_first_colours(hass: HomeAssistant) -> ColourBook | None:
    """Return the colours of today and tomorrow, None when no source answers."""
    book = ColourBook()
    report = await make_client(hass).check(book)
    return book if report.answered else None


async def async_check_credentials(hass: HomeAssistant, given: Mapping[str, Any]) -> dict[str, str]:
    """Return the errors of a form with credentials; a form without credentials has none."""
    if not given[CONF_CLIENT_ID]:
        return {}
    credentials = Credentials(given[CONF_CLIENT_ID], given[CONF_CLIENT_SECRET])
    report = await make_client(hass, credentials).check()
    if (fault := report.failed.get(Source.RTE_API)) is None:
        return {}
    is_refused = fault.kind is FaultKind.CREDENTIALS
    return {"base": "invalid_auth" if is_refused else "cannot_connect"}
