"""Faults of a source of colours."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import override


class FaultKind(StrEnum):
    """Why a source was of no use."""

    TIMEOUT = "timeout"
    """No complete answer in time."""
    CONNECTION = "connection"
    """No connection, no trusted certificate, or an answer that broke off."""
    STATUS = "status"
    """An HTTP status that says no, or a redirect to another host."""
    NOT_JSON = "not_json"
    """Something else than JSON, such as a maintenance page."""
    TOO_LARGE = "too_large"
    """More than an answer can be."""
    CONTENT = "content"
    """JSON that is not an answer of this source."""
    RATE_LIMITED = "rate_limited"
    """Asked too often, says the source (HTTP 429)."""
    CREDENTIALS = "credentials"
    """RTE refuses the account or its application (docs/tempo-facts.md 1.2)."""


@dataclass(frozen=True, slots=True)
class SourceFault:
    """One failure of a source."""

    kind: FaultKind
    detail: str
    """What happened, in English, for logs and diagnostics; at most 200 characters."""
    retry_after: timedelta | None = None
    """How long the source asked to be left alone."""

    @override
    def __str__(self) -> str:
        """Return both in one line."""
        return f"{self.kind}: {self.detail}"


class SourceError(Exception):
    """A source could not be asked, or did not answer the question."""

    def __init__(
        self, kind: FaultKind, detail: str, *, retry_after: timedelta | None = None
    ) -> None:
        """Take kind and detail; of `detail`, which may quote a source, the printable part is kept.

        Faults are stored and logged: a lone surrogate or a line break must not get there.
        """
        detail = "".join(character for character in detail[:200] if character.isprintable())
        super().__init__(detail)
        self.fault = SourceFault(kind, detail, retry_after)
