"""Literals by type, and the fragments that strings are spliced from."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable
from itertools import chain, zip_longest

from regoose_ci.inputs.expressions import kind_of, literal

MAX_PER_KIND = 300
FOREIGN_SHARE = 4

_PLAIN: dict[str, tuple[str, ...]] = {
    "str": (
        "'hello world'",
        "''",
        "'a'",
        "'One two, three-four.'",
        "'1'",
        "'CamelCase_and_snake'",
        "' '",
        "'A'",
        "'a b'",
        "'a\\nb'",
        "'0'",
        "'2024-01-15'",
        "'a@b.org'",
        "'https://example.com/a?b=c#d'",
        "'<b>x</b>'",
    ),
    "int": ("0", "1", "-1", "2", "10", "100", "1000", "255", "-100", "7"),
    "float": ("0.0", "1.0", "0.5", "-1.5", "123.456", "1e-09", "10000000000.0", "0.1"),
    "bool": ("True", "False"),
    "bytes": ("b''", "b'a'", "b'\\x00\\xff'", "b'hello'"),
    "NoneType": ("None",),
    "list": ("[3, 1, 2]", "[]", "[1]", "['a', 'b']", "[1, 1, 2]", "[[1, 2], [3]]"),
    "tuple": ("()", "(1,)", "(1, 2)", "('a', 'b')"),
    "dict": ("{}", "{'a': 1}", "{'a': 1, 'b': 2}"),
    "set": ("set()", "{1}", "{1, 2}"),
    "complex": ("0j", "1j", "(1+2j)"),
}
_FRAGMENTS = (
    " ", "-", "_", ".", "/", ":", "@", "?", "#", "&", "=", "%", "%20", "+", ",", ";", "'", '"',
    "(", ")", "[", "]", "{", "}", "<", ">", "|", "\\", "*", "!", "~", "$", "^", "`", "\n", "\t",
    "0", "1", "00", ".0", "-1", "1.5", "e", "a", "A", "--", "..", "//", "  ", "\r\n",
)  # fmt: skip
_FOREIGN = ("é", "É", "ß", "中")
"""Only tried where the project itself uses such characters: elsewhere they are out of contract."""
_NUMBERS = re.compile(r"\d+")
_WORDS = re.compile(r"[^\W\d_]+")
_WORD = re.compile(r"\w+|[^\w\s]+|\s+")


class Pool:
    """Literals as source by obvious type, given best first; strings also as fragments."""

    def __init__(self, literals: Iterable[str] = (), changed: Iterable[str] = ()) -> None:
        """Fill the pool from ``changed`` (literals of the diff and the function), then the rest."""
        self._by_kind: dict[str, dict[str, None]] = {k: {} for k in _PLAIN}
        self._fragments: dict[str, None] = {}
        self._hot: dict[str, None] = {}
        self._changed = tuple(changed)
        for source in self._changed:
            self.add(source)
            self._heat(source)
        for source in literals:
            self.add(source)
        own = {kind: set(known) for kind, known in self._by_kind.items()}
        for sources in _PLAIN.values():
            for source in sources:
                self.add(source)
        self._plain = {
            kind: tuple(s for s in known if s not in own.get(kind, ()))
            for kind, known in self._by_kind.items()
        }
        self.is_foreign = self._is_foreign()
        """The project itself uses characters beyond ASCII."""
        self._common = _FRAGMENTS + (_FOREIGN if self.is_foreign else ())
        self._fragments.update(dict.fromkeys(self._common))

    def _is_foreign(self) -> bool:
        return any(not text.isascii() for text in (*self._fragments, *self._hot))

    def prefer_like(self, sources: Iterable[str]) -> None:
        """Move strings that look like ``sources`` (share their punctuation) to the front."""
        wanted: set[str] = set()
        for source in sources:
            wanted.update(_marks(source))
        strings = self._by_kind["str"]
        order = {text: n for n, text in enumerate(strings)}
        ranked = sorted(strings, key=lambda text: (-len(wanted & _marks(text)), order[text]))
        self._by_kind["str"] = dict.fromkeys(ranked)

    def add(self, source: str) -> None:
        """Add one literal; anything else is ignored."""
        value = literal(source)
        if value is None:
            return
        kind = kind_of(source)
        known = self._by_kind.setdefault(kind, {})
        if len(known) < MAX_PER_KIND:
            known.setdefault(source)
        if isinstance(value[0], str):
            self._split(value[0])
        elif isinstance(value[0], (list, tuple, set, dict)):
            for item in value[0]:
                if isinstance(item, (str, int, float, bytes)):
                    self.add(repr(item))

    def _split(self, text: str) -> None:
        if len(self._fragments) < 2000:
            self._fragments.update(dict.fromkeys(_WORD.findall(text[:400])[:40]))

    def _heat(self, source: str) -> None:
        """Remember what the change mentions, whole and in pieces, for splicing into strings."""
        value = literal(source)
        if value is not None and isinstance(value[0], str) and value[0]:
            text = value[0]
            if len(text) <= 40:
                self._hot.setdefault(text)
            self._hot.update(dict.fromkeys(w for w in _WORD.findall(text) if len(w) <= 12))
            self._hot.update(dict.fromkeys(c for c in text[:120] if not c.isalnum()))

    def harvested(self, kind: str) -> tuple[str, ...]:
        """Return the literals of one obvious type that the project itself uses.

        The best come first, but of those that look alike each one after one of every other look.
        """
        plain = self._plain.get(kind, ())
        looks: dict[str, list[str]] = {}
        for source in self._by_kind.get(kind, ()):
            if source not in plain:
                looks.setdefault(_look(source), []).append(source)
        turns = chain.from_iterable(zip_longest(*looks.values()))
        return tuple(source for source in turns if source is not None)

    def changed(self, kind: str) -> tuple[str, ...]:
        """Return the literals of one obvious type that the change itself mentions."""
        return tuple(s for s in self._changed if kind_of(s) == kind)

    def values(self, kind: str) -> tuple[str, ...]:
        """Return the literals of one obvious type, best first."""
        return tuple(self._by_kind.get(kind, ()))

    def mixed(self, kind: str, count: int) -> list[str]:
        """Return the best literals of one obvious type, the project's and plain ones in turn.

        The project's are often names of options; plain ones are what most callers pass.
        """
        plain = self._plain.get(kind, ())[: max(count // 2, 1)]
        turns = zip_longest(self.harvested(kind), plain)
        return [source for turn in turns for source in turn if source is not None][:count]

    def choose(self, rng: random.Random, kind: str) -> str | None:
        """Choose a literal of a type, early ones more often."""
        known = self.values(kind)
        if not known:
            return None
        return known[min(int(rng.expovariate(1) * max(3, len(known) / 4)), len(known) - 1)]

    @property
    def pieces(self) -> tuple[str, ...]:
        """What the change mentions and, after that, the words and marks of other literals."""
        return tuple(dict.fromkeys((*self._hot, *self._fragments)))

    def fragment(self, rng: random.Random) -> str:
        """Choose a piece of text to splice in; half the time one that the change mentions."""
        if self._hot and rng.random() < 0.5:
            return rng.choice(tuple(self._hot))
        if rng.random() < 0.5:
            return rng.choice(self._common)
        return rng.choice(tuple(self._fragments))


def within_alphabet(literals: Iterable[str], known: Iterable[str]) -> list[str]:
    """Leave out literals with characters beyond ASCII where ``known`` inputs have none.

    A function whose own tests and code hardly show such characters (less than in one of
    ``FOREIGN_SHARE`` inputs) has not promised anything about them.
    """
    examples = [_is_ascii(text) for text in known]
    if examples.count(False) * FOREIGN_SHARE > len(examples):
        return list(literals)
    return [text for text in literals if _is_ascii(text)]


def _is_ascii(source: str) -> bool:
    value = literal(source)
    return source.isascii() and (value is None or repr(value[0]).isascii())


def _look(source: str) -> str:
    """Return what a literal looks like, whatever its numbers and words are."""
    return _WORDS.sub("a", _NUMBERS.sub("9", source))


def _marks(source: str) -> set[str]:
    """Return the punctuation of a string literal, single and in pairs with what follows."""
    text = source[1:-1]
    pairs = {text[n : n + 2] for n in range(len(text) - 1) if not text[n : n + 2].isalnum()}
    return pairs | {character for character in text if not character.isalnum()}
