"""Known inputs with one piece less: the edges of what works lie near what works."""

from __future__ import annotations

import ast
import copy
import itertools
import re
from collections.abc import Iterator

from regoose_ci.domain.observations import Call, Origin
from regoose_ci.inputs.expressions import constants, containers, parse
from regoose_ci.inputs.parts import parts_of, with_parts
from regoose_ci.inputs.seeds import Seed

MAX_REDUCTIONS = 60
_SEPARATORS = ("|", ",", "\t", ";", ":", "=")
_TOKEN = re.compile(r"\w+|[^\w\s]+|\s+")


def reduced_seeds(call: Call, origin: Origin) -> Iterator[Seed]:
    """Yield a call with a column, a line, an item or a word of an argument left out, in turns.

    ``origin`` is that of what comes of it.
    """
    parts = parts_of(call)
    ways = [
        zip(itertools.repeat(number), _reduced(part))
        for number, part in enumerate(parts)
        if part is not None
    ]
    turns = itertools.chain.from_iterable(itertools.zip_longest(*ways))
    for number, reduced in itertools.islice(filter(None, turns), MAX_REDUCTIONS):
        changed = [*parts[:number], reduced, *parts[number + 1 :]]
        yield Seed(with_parts(call, changed), origin)


def columns_of(text: str) -> tuple[str, int]:
    """Return what separates the columns of a table, and the most columns of a line.

    Any common separator makes a table; an empty one where there is none.
    """
    lines = [line for line in text.splitlines() if line.strip()]
    for mark in _SEPARATORS:
        if lines and all(mark in line for line in lines):
            return mark, max(line.count(mark) for line in lines) + 1
    return "", 0


def without_column(text: str, mark: str, column: int) -> str:
    """Take one column out of every line that has it and others."""
    cut = []
    for line in text.splitlines():
        cells = line.split(mark)
        if column < len(cells) > 1:
            del cells[column]
        cut.append(mark.join(cells))
    return "\n".join(cut) + ("\n" if text.endswith("\n") else "")


def _reduced(part: str) -> Iterator[str]:
    node = parse(part)
    if node is None:
        return
    for number, constant in enumerate(constants(ast.Expression(node))):
        if isinstance(constant.value, str):
            for text in dict.fromkeys(_shorter(constant.value)):
                tree = copy.deepcopy(ast.Expression(node))
                next(itertools.islice(constants(tree), number, None)).value = text
                yield ast.unparse(tree)
    for number, shape in enumerate(containers(ast.Expression(node))):
        for index in range(0 if isinstance(shape, ast.Dict) else len(shape.elts)):
            tree = copy.deepcopy(ast.Expression(node))
            same = containers(tree)[number]
            assert not isinstance(same, ast.Dict)
            del same.elts[index]
            yield ast.unparse(tree)


def _shorter(text: str) -> Iterator[str]:
    mark, columns = columns_of(text)
    lines, tokens = text.splitlines(keepends=True), _TOKEN.findall(text)
    yield from (without_column(text, mark, column) for column in range(columns))
    if len(lines) > 1:
        yield from ("".join(lines[:n] + lines[n + 1 :]) for n in range(len(lines)))
    yield from ("".join(tokens[:n] + tokens[n + 1 :]) for n in range(len(tokens)))
