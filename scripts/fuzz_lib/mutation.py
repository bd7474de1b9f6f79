"""Inputs made of other inputs: mutated as trees, then as bytes, or generated from their words."""

from collections.abc import Callable, Sequence
import json
from random import Random
from typing import Any, Final

from .hostile import DEPTHS, TOKENS, VALUES

type Place = tuple[Any, Any]
"""A container of a tree and a key or an index in it."""
type Dump = Callable[[Any], bytes]

_LONGEST_MUTATION: Final = 1 << 18
_GENERATED: Final = 0.12
_AS_BYTES: Final = 0.22
_DEEP: Final = 0.0005


def dump_json(tree: Any) -> bytes:
    """Return a tree as JSON, with NaN and lone surrogates where it has them."""
    return json.dumps(tree).encode("ascii")


class Mutator:
    """Makes inputs out of a corpus."""

    def __init__(self, rng: Random, corpus: Sequence[Any], dump: Dump = dump_json) -> None:
        """Take trees of the same kind, and how one is written."""
        self._rng = rng
        self._texts = [json.dumps(tree) for tree in corpus]
        self._dump = dump
        self._words = list(dict.fromkeys(_texts_of(corpus)))
        self._leaves = [leaf for tree in corpus for leaf in _leaves_of(tree)]

    def make(self) -> bytes:
        """Return one input."""
        rng = self._rng
        chance = rng.random()
        if chance < _GENERATED:
            return self._dump(self._generated(4))
        tree = self._tree()
        for _ in range(1 + min(int(rng.expovariate(0.7)), 6)):
            tree = self._mutate(tree)
        made = self._dump(tree)
        if rng.random() < _AS_BYTES:
            for _ in range(1 + int(rng.expovariate(1.0))):
                made = self._mutate_bytes(made)
        return made[:_LONGEST_MUTATION]

    def _tree(self) -> Any:
        return json.loads(self._pick(self._texts))

    def _pick[T](self, items: Sequence[T]) -> T:
        return items[int(self._rng.random() * len(items))]

    def _value(self) -> Any:
        """Return a value that is hostile, or one that stands elsewhere in the corpus."""
        chance = self._rng.random()
        if chance < 0.5:
            return _copied(self._pick(VALUES))
        return self._pick(self._leaves) if chance < 0.95 else self._generated(2)

    def _word(self) -> str:
        return self._pick(self._words) if self._rng.random() < 0.9 else str(self._pick(VALUES))[:90]

    def _generated(self, depth: int) -> Any:
        """Return a tree of words and values."""
        chance = self._rng.random()
        if depth == 0 or chance < 0.25:
            return self._value() if depth else self._pick(self._leaves)
        count = int(self._rng.expovariate(0.35))
        if chance < 0.5:
            return [self._generated(depth - 1) for _ in range(count)]
        return {self._word(): self._generated(depth - 1) for _ in range(count)}

    def _mutate(self, tree: Any) -> Any:
        places = places_of(tree)
        if not places or self._rng.random() < 0.01:
            return self._value()
        container, key = self._pick(places)
        self._pick(self._CHANGES)(self, container, key, places)
        return tree

    def _replace(self, container: Any, key: Any, _: Sequence[Place]) -> None:
        container[key] = self._value()

    def _delete(self, container: Any, key: Any, _: Sequence[Place]) -> None:
        del container[key]

    def _rename(self, container: Any, key: Any, _: Sequence[Place]) -> None:
        if isinstance(container, dict):
            container[self._word()] = container.pop(key)
        else:
            container.insert(key, self._value())

    def _repeat(self, container: Any, key: Any, _: Sequence[Place]) -> None:
        if isinstance(container, dict):
            container[self._word()] = _copied(container[key])
        else:
            item, count = container[key], self._pick((1, 2, 23, 100))
            container.extend(_copied(item) for _ in range(count))

    def _swap(self, container: Any, key: Any, places: Sequence[Place]) -> None:
        other, place = self._pick(places)
        taken = container[key]
        if not isinstance(taken, (dict, list)) and not isinstance(other[place], (dict, list)):
            container[key], other[place] = other[place], taken

    def _wrap(self, container: Any, key: Any, _: Sequence[Place]) -> None:
        value = container[key]
        container[key] = [value] if self._rng.random() < 0.5 else {self._word(): value}

    def _tweak(self, container: Any, key: Any, _: Sequence[Place]) -> None:
        value = container[key]
        if isinstance(value, bool) or value is None:
            container[key] = self._pick((0, 1, "true", not value))
        elif isinstance(value, (int, float)):
            container[key] = self._pick((-value, value + 1, value - 1, value * 10, str(value)))
        elif isinstance(value, str):
            at = int(self._rng.random() * (len(value) + 1))
            extra = self._pick(("", "0", "9", "-", "\n", "\ud800", "<", "é", " "))
            container[key] = value[:at] + extra + value[at + self._pick((0, 1)) :]
        else:
            container[key] = self._pick(self._leaves)

    _CHANGES: Final = (
        _replace,
        _replace,
        _tweak,
        _tweak,
        _delete,
        _rename,
        _repeat,
        _swap,
        _wrap,
    )

    def _mutate_bytes(self, made: bytes) -> bytes:
        rng = self._rng
        if rng.random() < _DEEP:
            depth = self._pick(DEPTHS)
            left, right = self._pick(((b"[", b"]"), (b'{"a":', b"}")))
            inner = b"1" if rng.random() < 0.5 else b""
            return self._at_value(made, left * depth + inner + right * depth)
        at, width = int(rng.random() * (len(made) + 1)), int(rng.expovariate(0.2))
        change = int(rng.random() * 5)
        if change == 0:
            return made[:at] + self._pick(TOKENS) + made[at:]
        if change == 1:
            return made[:at] + self._pick(TOKENS) + made[at + width :]
        if change == 2:
            return made[:at] + made[at + width :]
        if change == 3:
            return made[:at] + bytes([int(rng.random() * 256)]) + made[at + 1 :]
        return made[:at] + made[at : at + width] * 2 + made[at + width :]

    def _at_value(self, made: bytes, value: bytes) -> bytes:
        """Return a document in which one value after a colon is another."""
        colons = [at for at, byte in enumerate(made) if byte == ord(":")]
        if not colons:
            return value
        at = self._pick(colons) + 1
        ends = [end for mark in b",}]" if (end := made.find(mark, at)) >= 0]
        return made[:at] + value + made[min(ends, default=len(made)) :]


def _copied(value: Any) -> Any:
    """Return a value that no other place of a tree has."""
    return json.loads(json.dumps(value)) if isinstance(value, (dict, list)) else value


def places_of(tree: Any) -> list[Place]:
    """Return all places of a tree."""
    places: list[Place] = []
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            places += [(node, key) for key in node]
            waiting += [value for value in node.values() if isinstance(value, (dict, list))]
        elif isinstance(node, list):
            places += [(node, index) for index in range(len(node))]
            waiting += [value for value in node if isinstance(value, (dict, list))]
    return places


def _leaves_of(tree: Any) -> list[Any]:
    found = (container[key] for container, key in places_of([tree]))
    return [value for value in found if not isinstance(value, (dict, list))]


def _texts_of(corpus: Sequence[Any]) -> list[str]:
    places = [place for tree in corpus for place in places_of([tree])]
    return [key for _, key in places if isinstance(key, str)]
