"""Redaction of identities in diagnostics: MACs, IPv4 and IPv6 addresses, in any text.

Diagnostics are attached to public problem reports, and addresses turn up in values that the
battery or the network worded: entity ids, interface identifiers, messages that were cut off.
"""

import re
from typing import Any, Final

REDACTED: Final = "**REDACTED**"
_HEX: Final = "[0-9a-fA-F]"
# What surrounds an identity may be any character but one of its own: "_" is no word boundary.
_PRIVATE: Final = re.compile(
    rf"{_HEX}{{12,}}"
    rf"|(?<!{_HEX}){_HEX}{{2}}(?:[:_-]{_HEX}{{2}}){{5}}(?!{_HEX})"
    rf"|(?<!{_HEX})(?:{_HEX}{{4}}\.){{2}}{_HEX}{{4}}(?!{_HEX})"
    r"|(?<!\d)\d{1,3}(?:\.\d{1,3}){3}(?!\d)"
)
_WITH_COLONS: Final = re.compile(rf"{_HEX}{{0,4}}(?::{_HEX}{{0,4}}){{2,}}")
_GROUPS: Final = 8


def redact_text(text: str) -> str:
    """Return a text without MACs and addresses."""
    return _WITH_COLONS.sub(_without_ipv6, _PRIVATE.sub(REDACTED, text))


def _without_ipv6(match: re.Match[str]) -> str:
    """Return nothing of an IPv6 address; a time of day has neither "::" nor eight groups."""
    found = match[0]
    is_address = "::" in found or found.count(":") >= _GROUPS - 1
    return REDACTED if is_address else found


def redact(found: Any) -> Any:
    """Return JSON data whose texts, keys too, are without MACs and addresses."""
    if isinstance(found, dict):
        return {redact(key): redact(value) for key, value in found.items()}
    if isinstance(found, (list, tuple)):
        return [redact(each) for each in found]
    return redact_text(found) if isinstance(found, str) else found
