"""Small changes to calls that work: other values, spliced strings, dropped and added arguments."""

from __future__ import annotations

import ast
import copy
import dataclasses
import math
import random
import re
from collections.abc import Callable, Sequence

from regoose_ci.domain.observations import Call
from regoose_ci.guest.protocol import read_recipe
from regoose_ci.inputs.expressions import PlainSigns, constants, containers, kind_of, merged, parse
from regoose_ci.inputs.pool import Pool
from regoose_ci.inputs.reductions import columns_of, without_column
from regoose_ci.inputs.relations import NEARLY_EQUAL, rename_shared

MAX_TEXT = 400
_DIGITS = ("1", "1.5", "-2", "9.99")
"""Numbers of every magnitude begin with these."""
_TOKEN = re.compile(r"\w+|[^\w\s]+|\s+")
_Spot = tuple[str, int]
"""Which part of a call: ``("receiver", 0)``, ``("args", n)`` or ``("kwargs", n)``."""


class Mutator:
    """Makes variations of calls, with values from a pool and from other calls."""

    def __init__(self, pool: Pool, rng: random.Random) -> None:
        self._pool = pool
        self._rng = rng

    def mutate(self, call: Call, others: Sequence[Call]) -> Call | None:
        """Return a variation of ``call``, or ``None`` when the chosen way does not apply."""
        roll = self._rng.random()
        if roll < 0.15 and others:
            return self._cross(call, self._rng.choice(others))
        if roll < 0.27:
            return self._copy_argument(call)
        if roll < 0.31 and call.kwargs:
            drop = self._rng.randrange(len(call.kwargs))
            return dataclasses.replace(
                call, kwargs=tuple(k for n, k in enumerate(call.kwargs) if n != drop)
            )
        if roll < 0.35:
            return rename_shared(call, self._pool.pieces, self._rng)
        changed: Call | None = call
        for _ in range(1 + int(self._rng.expovariate(1.2))):
            changed = self._change_one(changed) if changed is not None else None
        return changed

    # --- whole calls ---------------------------------------------------------------------------

    def _cross(self, call: Call, other: Call) -> Call | None:
        """Take one argument, or the receiver, of another call of the same callable."""
        if (call.kind, call.name) != (other.kind, other.name):
            return None
        imports = merged(call.imports, other.imports)
        if imports is None:
            return None
        spots = [s for s in _spots(other) if _get(call, s) not in (None, _get(other, s))]
        extra = [(k, v) for k, v in other.kwargs if k not in dict(call.kwargs)]
        if extra and (not spots or self._rng.random() < 0.4):
            added = (*call.kwargs, self._rng.choice(extra))
            return dataclasses.replace(call, kwargs=added, imports=imports)
        if not spots:
            return None
        spot = self._rng.choice(spots)
        crossed = _put(call, spot, str(_get(other, spot)))
        return dataclasses.replace(crossed, imports=imports)

    def _copy_argument(self, call: Call) -> Call | None:
        """Give one part the value of another of the same type, changed a little or not at all."""
        spots = _spots(call)
        if len(spots) < 2:
            return None
        source, target = self._rng.sample(spots, 2)
        text, old = str(_get(call, source)), str(_get(call, target))
        if kind_of(text) != kind_of(old):
            return None
        copied = _put(call, target, text)
        roll = self._rng.random()
        if roll < 0.2:
            return copied
        if roll < 0.7:
            return _put(copied, target, self._nearly_equal(text))
        return self._change(copied, target)

    def _nearly_equal(self, source: str) -> str:
        """Change a string in ``source`` the way that normalising functions should not notice."""
        node = parse(source)
        if node is None:
            return source
        tree = copy.deepcopy(ast.Expression(node))
        texts = [c for c in constants(tree) if isinstance(c.value, str)]
        if not texts:
            return source
        chosen = self._rng.choice(texts)
        assert isinstance(chosen.value, str)
        chosen.value = self._rng.choice(NEARLY_EQUAL)(chosen.value)
        return _unparse(tree) or source

    def _change_one(self, call: Call) -> Call | None:
        spots = _spots(call)
        return self._change(call, self._rng.choice(spots)) if spots else None

    def _change(self, call: Call, spot: _Spot) -> Call | None:
        changed = self.expression(str(_get(call, spot)))
        return None if changed is None else _put(call, spot, changed)

    # --- expressions ---------------------------------------------------------------------------

    def expression(self, source: str) -> str | None:
        """Return a variation of one expression: of a constant in it, or of a container."""
        node = parse(source)
        if node is None:
            return None
        if self._rng.random() < 0.12:
            replacement = self._pool.choose(self._rng, kind_of(source))
            if replacement is not None:
                return replacement
        tree = copy.deepcopy(ast.Expression(node))
        recipes = [n for n in ast.walk(tree) if read_recipe(n) is not None]
        if recipes and self._rng.random() < 0.3:
            self._change_steps(self._rng.choice(recipes))
            return _unparse(tree)
        spots = list(constants(tree))
        shapes = containers(tree)
        if shapes and (not spots or self._rng.random() < 0.4):
            self._reshape(self._rng.choice(shapes))
        elif spots:
            if not self._change_constant(self._rng.choice(spots)):
                return None
        else:
            return None
        return _unparse(tree)

    def _change_steps(self, recipe: ast.AST) -> None:
        """Leave a step of a recipe out, or do it twice; the first part makes the object."""
        assert isinstance(recipe, ast.Subscript)
        assert isinstance(recipe.value, ast.Tuple)
        steps = recipe.value.elts
        chosen = self._rng.randrange(1, len(steps))
        if len(steps) > 2 and self._rng.random() < 0.5:
            del steps[chosen]
        else:
            steps.insert(chosen, steps[chosen])

    def _reshape(self, node: ast.List | ast.Tuple | ast.Dict) -> None:
        if isinstance(node, ast.Dict):
            if node.keys:
                index = self._rng.randrange(len(node.keys))
                del node.keys[index], node.values[index]
            return
        items = node.elts
        roll = self._rng.random()
        if items and roll < 0.3:
            del items[self._rng.randrange(len(items))]
        elif items and roll < 0.55:
            items.insert(self._rng.randrange(len(items) + 1), self._rng.choice(items))
        elif items and roll < 0.7:
            self._rng.shuffle(items)
        else:
            kind = kind_of(ast.unparse(items[0])) if items else "int"
            value = parse(self._pool.choose(self._rng, kind) or "0")
            if value is not None:
                items.insert(self._rng.randrange(len(items) + 1), value)

    def _change_constant(self, node: ast.Constant) -> bool:
        value = node.value
        if isinstance(value, bool):
            node.value = not value
        elif isinstance(value, str):
            node.value = self._text(value)
        elif isinstance(value, bytes):
            node.value = self._text(value.decode("latin-1")).encode("latin-1", "ignore")
        elif isinstance(value, int):
            node.value = self._integer(value)
        elif isinstance(value, float):
            node.value = self._float(value)
        else:
            return False
        return bool(node.value != value or type(node.value) is not type(value))

    def _integer(self, value: int) -> int | float:
        pooled = parse(self._pool.choose(self._rng, "int") or "0")
        choices: list[Callable[[], int | float]] = [
            lambda: value + 1,
            lambda: value - 1,
            lambda: -value,
            lambda: 0,
            lambda: value * 10,
            lambda: value * 2,
            lambda: value // 2,
            lambda: value + 0.5,
            lambda: float(value) if abs(value) < 1e300 else 0.0,
            lambda: value * 1000 + 1,
            lambda: _number(pooled, 1),
            lambda: _number(pooled, 1),
        ]
        return self._rng.choice(choices)()

    def _float(self, value: float) -> int | float:
        pooled = parse(self._pool.choose(self._rng, "float") or "0.0")
        choices: list[Callable[[], int | float]] = [
            lambda: -value,
            lambda: value * 10,
            lambda: value / 10,
            lambda: value + 1,
            lambda: value + 0.05,
            lambda: float(f"{self._rng.choice(_DIGITS)}e{self._rng.randrange(-32, 37)}"),
            lambda: round(value, 1),
            lambda: int(value) if math.isfinite(value) else 0,
            lambda: 0.0,
            lambda: _number(pooled, 1.0),
        ]
        changed = self._rng.choice(choices)()
        return changed if isinstance(changed, int) or math.isfinite(changed) else 1.5

    def _text(self, text: str) -> str:
        tokens = _TOKEN.findall(text)
        rng = self._rng
        pooled = parse(self._pool.choose(rng, "str") or "''")
        other = pooled.value if isinstance(pooled, ast.Constant) else ""
        other = other if isinstance(other, str) else ""
        piece = self._pool.fragment(rng)
        at = rng.randrange(len(text) + 1)
        spot = rng.randrange(len(tokens)) if tokens else 0
        choices: list[Callable[[], str]] = [
            lambda: text[:at] + piece + text[at:],
            lambda: text[:at] + piece + text[at:],
            lambda: "".join([*tokens[: spot + 1], piece, *tokens[spot + 1 :]]),
            lambda: "".join([*tokens[:spot], piece, *tokens[spot + 1 :]]),
            lambda: "".join([*tokens[:spot], *tokens[spot + 1 :]]),
            lambda: "".join([*tokens[: spot + 1], *tokens[spot:]]),
            lambda: text[:at] + text[at + 1 :],
            lambda: text[:at],
            lambda: text[at:],
            lambda: text[:at] + other,
            lambda: other[: rng.randrange(len(other) + 1)] + text[at:],
            lambda: other,
            lambda: piece + text,
            lambda: text + piece,
            lambda: _bump_number(text, rng),
            lambda: text.swapcase() if rng.random() < 0.5 else text.upper(),
            lambda: text + text,
            lambda: _swap(tokens, rng),
            lambda: _drop_line(text, rng),
            lambda: _drop_column(text, rng),
        ]
        return self._in_alphabet(rng.choice(choices)()[:MAX_TEXT], text)

    def _in_alphabet(self, text: str, before: str) -> str:
        """Leave out characters beyond ASCII that nobody used: they are out of contract."""
        if text.isascii() or self._pool.is_foreign:
            return text
        return "".join(c for c in text if c.isascii() or c in before)


def _number(node: ast.expr | None, otherwise: int | float) -> int | float:
    value = getattr(node, "value", otherwise)
    return value if isinstance(value, (int, float)) else otherwise


def _bump_number(text: str, rng: random.Random) -> str:
    numbers = list(re.finditer(r"\d+", text))
    if not numbers:
        return text + ".0"
    match = rng.choice(numbers)
    number = int(match.group()) if len(match.group()) < 300 else 0
    new = rng.choice([str(number + 1), str(max(0, number - 1)), "0", f"{number}.0", f"0{number}"])
    return text[: match.start()] + new + text[match.end() :]


def _swap(tokens: list[str], rng: random.Random) -> str:
    if len(tokens) < 2:
        return "".join(tokens)
    a, b = rng.sample(range(len(tokens)), 2)
    tokens[a], tokens[b] = tokens[b], tokens[a]
    return "".join(tokens)


def _drop_line(text: str, rng: random.Random) -> str:
    lines = text.splitlines(keepends=True)
    if len(lines) < 2:
        return text + "\n"
    del lines[rng.randrange(len(lines))]
    return "".join(lines)


def _drop_column(text: str, rng: random.Random) -> str:
    """Take one column out of every line of a table."""
    mark, columns = columns_of(text)
    return without_column(text, mark, rng.randrange(columns)) if columns else text[::-1]


def _spots(call: Call) -> list[_Spot]:
    spots: list[_Spot] = [("args", n) for n in range(len(call.args))]
    spots += [("kwargs", n) for n in range(len(call.kwargs))]
    return [*spots, ("receiver", 0)] if call.receiver is not None else spots


def _get(call: Call, spot: _Spot) -> str | None:
    part, index = spot
    if part == "receiver":
        return call.receiver
    if part == "args":
        return call.args[index] if index < len(call.args) else None
    return call.kwargs[index][1] if index < len(call.kwargs) else None


def _put(call: Call, spot: _Spot, source: str) -> Call:
    part, index = spot
    if part == "receiver":
        return dataclasses.replace(call, receiver=source)
    if part == "args":
        args = (*call.args[:index], source, *call.args[index + 1 :])
        return dataclasses.replace(call, args=args)
    pair = (call.kwargs[index][0], source)
    return dataclasses.replace(call, kwargs=(*call.kwargs[:index], pair, *call.kwargs[index + 1 :]))


def _unparse(tree: ast.Expression) -> str | None:
    try:
        return ast.unparse(PlainSigns().visit(tree))
    except (ValueError, RecursionError):
        return None
