"""No MAC and no address is left in diagnostics, however it is written and whatever is around it."""

import ipaddress

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.marstek.redaction import redact, redact_text

macs = st.binary(min_size=6, max_size=6).map(bytes.hex)
separators = st.sampled_from(["", ":", "-", "_"])
around = st.sampled_from(["", "_", " ", '"', "/", "[", "]", "=", ",", "mac_", "x-", "é", "(", ")"])


def spelt(mac: str, separator: str, *, upper: bool) -> str:
    """Return a MAC as somebody writes it."""
    text = separator.join(mac[index : index + 2] for index in range(0, 12, 2))
    return text.upper() if upper else text


@settings(max_examples=500)
@given(macs, separators, st.booleans(), around, around)
def test_macs(mac: str, separator: str, upper: bool, before: str, after: str) -> None:
    """With any separator, in any case."""
    text = spelt(mac, separator, upper=upper)
    assert text not in redact_text(f"{before}{text}{after}")


@settings(max_examples=500)
@given(st.ip_addresses(), st.booleans(), around, around)
def test_addresses(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
    whole: bool,
    before: str,
    after: str,
) -> None:
    """Of both kinds, short and in full, also as keys."""
    text = address.exploded if whole else address.compressed
    told = str(redact({f"{before}{text}{after}": [f"{before}{text}{after}"]}))
    assert text not in told


@pytest.mark.parametrize(
    "text",
    ["2026-11-26T22:30:00+00:00", "22:30:05", "1.2.3", "ES.GetStatus", "-2500", "10-11-26", "a:b"],
)
def test_what_is_not_private_stays(text: str) -> None:
    """Times, versions and methods are what diagnostics are for."""
    assert redact_text(text) == text
