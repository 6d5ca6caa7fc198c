"""Parametrized tests: several inputs, one behaviour."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from regoose_ci.domain.observations import Call, Outcome
from regoose_ci.generation.embedded.assertions import Check
from regoose_ci.generation.embedded.bodies import (
    Body,
    argument_body,
    raising_body,
    value_body,
)
from regoose_ci.generation.embedded.naming import variable_for

_EXPECTED = "expected"
_PLAIN = frozenset({"str", "bytes", "int", "float"})
"""Results that stand in one column: which of them comes back is part of one behaviour."""


@dataclass(frozen=True, slots=True)
class Row:
    """One input and what is asserted of it: a check, or a pattern its exception matches.

    ``changed`` is the argument that the check is about (a key of ``Outcome.changed_arguments``),
    empty when it is about the result.
    """

    call: Call
    outcome: Outcome
    claim: Check | str
    changed: str = ""


def shape(row: Row) -> tuple[object, ...]:
    """Rows of equal shape can share one parametrized test."""
    call, outcome = row.call, row.outcome
    form: tuple[object, ...]
    if isinstance(row.claim, str):
        form = (outcome.raised and outcome.raised.name, row.claim)
    else:
        value = outcome.changed_arguments[row.changed] if row.changed else outcome.value
        kind = "" if value is None or value.type in _PLAIN else value.type
        fixed = row.claim.expected if row.claim.relation.name == "IS" else kind
        form = (row.changed, row.claim.path, row.claim.relation, fixed)
    keywords = tuple(key for key, _ in call.kwargs)
    ways = (outcome.awaited, outcome.iterated, outcome.entered)
    return (call.kind, call.name, len(call.args), keywords, ways, form)


def table_body(rows: Sequence[Row], parameters: Sequence[str], width: int) -> Body | None:
    """One body for all rows; ``None`` when they cannot be put into a table."""
    columns = _columns([row.call for row in rows], parameters)
    expected = [row.claim.expected for row in rows if isinstance(row.claim, Check)]
    asks_expected = len(set(expected)) > 1
    names = [*columns.values(), *([_EXPECTED] if asks_expected else [])]
    if not columns or len(set(names)) < len(names):
        return None
    first = dataclasses.replace(rows[0], call=_with_variables(rows[0].call, columns))
    if asks_expected and isinstance(first.claim, Check):
        first = dataclasses.replace(
            first, claim=dataclasses.replace(first.claim, expected=_EXPECTED)
        )
    body = _body_of(first, parameters, width)
    if body is None:
        return None
    table = [
        [
            *(_part(row.call, key) for key in columns),
            *([row.claim.expected] if asks_expected and isinstance(row.claim, Check) else []),
        ]
        for row in rows
    ]
    return Body(
        body.lines, body.flipped, _imports(rows, body), tuple(names), _decorator(names, table)
    )


def _body_of(row: Row, parameters: Sequence[str], width: int) -> Body | None:
    call, outcome = row.call, row.outcome
    if isinstance(row.claim, Check):
        if row.changed:
            return argument_body(call, outcome, {row.changed: row.claim}, parameters)
        return value_body(call, outcome, [row.claim], parameters, width)
    if outcome.raised is not None:
        return raising_body(call, outcome, outcome.raised, row.claim)
    return None


def _decorator(names: Sequence[str], table: Sequence[Sequence[str]]) -> str:
    if len(names) == 1:
        values = ", ".join(row[0] for row in table)
        return f'@pytest.mark.parametrize("{names[0]}", [{values}])'
    quoted = ", ".join(f'"{name}"' for name in names)
    values = "".join(f"({', '.join(row)})," for row in table)
    return f"@pytest.mark.parametrize(({quoted}), [{values}])"


def _columns(calls: Sequence[Call], parameters: Sequence[str]) -> Mapping[str, str]:
    """The parts of the calls that vary, each with the name of its column."""
    first = calls[0]
    keys = [*(["self"] if first.receiver is not None else []), *map(str, range(len(first.args)))]
    keys += [key for key, _ in first.kwargs]
    return {
        key: variable_for(int(key) if key.isdigit() else key, first, parameters)
        for key in keys
        if len({_part(call, key) for call in calls}) > 1
    }


def _with_variables(call: Call, columns: Mapping[str, str]) -> Call:
    receiver = columns.get("self", call.receiver) if call.receiver is not None else None
    return dataclasses.replace(
        call,
        receiver=receiver,
        args=tuple(columns.get(str(i), arg) for i, arg in enumerate(call.args)),
        kwargs=tuple((key, columns.get(key, value)) for key, value in call.kwargs),
    )


def _part(call: Call, key: str) -> str:
    if key == "self":
        return call.receiver or ""
    return call.args[int(key)] if key.isdigit() else dict(call.kwargs)[key]


def _imports(rows: Sequence[Row], body: Body) -> tuple[str, ...]:
    needed = [*body.imports, "import pytest"]
    for row in rows:
        needed += row.call.imports
        needed += row.claim.imports if isinstance(row.claim, Check) else ()
    return tuple(dict.fromkeys(needed))
