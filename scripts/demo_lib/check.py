"""The unattended check of the demo."""

from typing import Any


async def run(*_: Any) -> None:
    """X."""
