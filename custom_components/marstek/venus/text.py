"""Text from the network, reduced to what is safe to store, log and show.

Anybody on the network can send text: a lone surrogate that reaches a config entry keeps Home
Assistant from saving any entry, a line break forges log lines, and markup is rendered wherever a
text stands in a form or a repair.
"""

from typing import Final

LONGEST: Final = 64
"""Characters kept; an SSID has at most 32 bytes, a model name about 12 characters."""
# Punctuation of the firmware's own names and messages (docs/protocol.md 1.4 and 3): none of it is
# Markdown or HTML.
_PLAIN_PUNCTUATION: Final = frozenset(" .,:;+-/%'")


def printable(value: object) -> str | None:
    """Return the printable characters of a text, at most LONGEST; None without any.

    Control characters, line breaks, surrogates and invisible characters are left out.
    """
    if not isinstance(value, str):
        return None
    # The cut comes first: work must not grow with what a stranger sends.
    kept = "".join(character for character in value[:LONGEST] if character.isprintable())
    return kept.strip() or None


def plain(value: object) -> str | None:
    """Return the ASCII letters, digits and harmless punctuation of a text; None without any.

    For what is shown in forms, repairs and errors, where Markdown and HTML would be rendered.
    """
    text = printable(value)
    if text is None:
        return None
    kept = (
        character
        for character in text
        if character.isascii() and (character.isalnum() or character in _PLAIN_PUNCTUATION)
    )
    return "".join(kept).strip() or None
