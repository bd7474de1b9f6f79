"""What the tests of the device library share."""

import pytest


@pytest.fixture(autouse=True)
def sockets(socket_enabled: None) -> None:
    """Let every test open sockets; none of them leaves loopback."""
