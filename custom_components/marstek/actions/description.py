"""Description of an action, from which it is registered."""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any

from homeassistant.core import ServiceCall, ServiceResponse, SupportsResponse
import voluptuous as vol


@dataclass(frozen=True, slots=True)
class ActionDescription:
    """An action: name, schema, handler and kind of response."""

    name: str
    handler: Callable[[ServiceCall], Coroutine[Any, Any, ServiceResponse | None]]
    fields: Mapping[vol.Marker, Any] = field(default_factory=dict)
    response: SupportsResponse = SupportsResponse.NONE
    is_for_admins: bool = False
    """Whether a user who is no administrator is refused."""
