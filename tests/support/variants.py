"""Variants of a test: a few live beside all other tests, the rest only with the long ones."""

from collections.abc import Collection, Iterable
from typing import Any

from _pytest.mark import ParameterSet
import pytest


def variants(every: Iterable[Any], *, quick: Collection[Any]) -> list[ParameterSet]:
    """Return the values of a parameter; those that are not among `quick` are marked as long.

    Raises ValueError for a quick one that is no variant.
    """
    values = list(every)
    if unknown := [each for each in quick if each not in values]:
        raise ValueError(f"No variants: {unknown}")
    return [
        pytest.param(
            *(value if isinstance(value, tuple) else (value,)),
            marks=() if value in quick else pytest.mark.long,
        )
        for value in values
    ]
