"""Values and bytes that programs stumble over."""

from typing import Final

VALUES: Final[tuple[object, ...]] = (
    *(None, True, False, 0, 1, -1, 0.0, -0.0, 0.1, 3.999, 100, 101, 255, 32768, 65535, 65536),
    *(2**31, -(2**31) - 1, 2**53, 2**63, -(2**63), 2**64, 10**18, 1e15, 1e308, -1e308, 5e-324),
    *(int("9" * 400), -int("9" * 400), float("nan"), float("inf"), float("-inf")),
    *("", " ", "0", "-1", "1e999", "NaN", "inf", "null", "true", "\0", "\ud800", "\udfff\ud800"),
    *("\u202e", "\ufeff", "\n\r\x1b[31m", "<b>x</b>", "[x](http://x)", "٢٠٢٦-01-26", "²", "é" * 70),
    *("x" * 5000, "9" * 5000, "{}", "%s%n", "../../etc", "02aabbcc0001", "VenusE 3.0"),
    *("0001-01-01T00:00:00+00:00", "0001-01-01T00:00:00", "0001-01-01"),
    *("9999-12-31T23:59:59.999999-12:00", "9999-12-31T23:45:00+00:00", "9999-12-31"),
    *("2026-03-29T02:30:00", "2026-10-25T02:30:00", "2026-02-30", "2026-01-01T24:00:00"),
    *("00:00", "23:59", "24:00", "1:2", "12:34:56", "auto", "Passive", "UPS", "blue", "RED"),
    *(-62135596800, 253402300799, 253402300800, 1e11, 1e12, 1.8e9),
    *([], {}, [[]], [{}], {"": None}, [None] * 30),
)
"""Values for a place in a tree; NaN and infinity are what Python's JSON makes of templates."""

TOKENS: Final = (
    *(b"\\ud800", b"\\u0000", b"\xff", b"\x00", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\\"),
    *(b"NaN", b"Infinity", b"-Infinity", b"1e999", b"-0", b"9" * 400, b"0." + b"1" * 400),
    *(b"{", b"}", b"[", b"]", b'"', b",", b":", b"null", b"true", b"[" * 40, b'{"a":' * 40),
    *(b"-", b"e", b".", b"\n", b"\r\n\r\n", b"<html>", b"\t"),
)
"""Bytes for a place in a document."""

DEPTHS: Final = (10, 200, 900, 2_000, 30_000)
"""Levels of brackets in brackets."""
