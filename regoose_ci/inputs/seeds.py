"""First inputs of a function: recorded and written calls, then calls built from types."""

from __future__ import annotations

import dataclasses
import itertools
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from regoose_ci.domain.observations import Call, CallKind, Origin
from regoose_ci.guest.protocol import Described, Parameter
from regoose_ci.inputs.expressions import kind_of
from regoose_ci.inputs.known import KnownObjects
from regoose_ci.inputs.named import texts_for
from regoose_ci.inputs.pool import Pool
from regoose_ci.inputs.standard import Written
from regoose_ci.inputs.typed import TypedInputs

MAX_TYPED = 120
MAX_LITERALS = 150
MAX_SWITCHED = 40
MAX_TEMPLATES = 4
MAX_VALUES = 6
MAX_MET = 6
MAX_BUILT = 8
MAX_OWNERS = 12


@dataclass(frozen=True, slots=True)
class Seed:
    """A call and where it came from."""

    call: Call
    origin: Origin


def typed_seeds(
    described: Described, pool: Pool, objects: KnownObjects, rng: random.Random
) -> Iterator[Seed]:
    """Yield calls with arguments from types, at most ``MAX_TYPED``.

    The plainest come first, then one argument is varied at a time.

    Known objects to call a method on take turns with built ones.
    """
    typed = TypedInputs(pool, objects)
    owners: Sequence[Written | None] = [None]
    if described.receiver is not None:
        built = [*typed.for_type(described.receiver)[:MAX_BUILT], *typed.used(described.receiver)]
        met = objects.of(described.receiver)[:MAX_MET]
        turns = itertools.zip_longest(met, built)
        owners = list(dict.fromkeys(made for turn in turns for made in turn if made))[:MAX_OWNERS]
    columns = [(p, typed.for_parameter(p)) for p in described.parameters]
    columns = [(p, values) for p, values in columns if values or p.required]
    if any(not values for p, values in columns if p.kind not in ("var_positional", "var_keyword")):
        return
    rows = itertools.islice(_rows(columns, rng), MAX_TYPED)
    for number, row in enumerate(rows):
        for owner in owners[:3] if number < 4 else [rng.choice(owners)] if owners else []:
            yield Seed(_call(described, owner, row), Origin.TYPES)


_Row = list[tuple[Parameter, Written]]


def _rows(columns: Sequence[tuple[Parameter, list[Written]]], rng: random.Random) -> Iterator[_Row]:
    required = [(p, v) for p, v in columns if p.required and not p.kind.startswith("var_")]
    plain: _Row = [(p, values[0]) for p, values in required]
    yield plain
    variadic = [(p, v) for p, v in columns if p.kind == "var_positional" and v]
    for parameter, values in variadic:
        for count in (2, 3):
            yield [*plain, *((parameter, value) for value in values[:count])]
    yield [(_by_name(parameter), value) for parameter, value in plain]
    for parameter, values in [*required, *variadic]:
        for value in values[:30]:
            yield [*((p, v) for p, v in plain if p is not parameter), (parameter, value)]
    optional = [(p, v) for p, v in columns if not p.required and not p.kind.startswith("var_")]
    for parameter, values in optional:
        for value in values[1:8]:
            yield [*((p, rng.choice(v[:6])) for p, v in required), (parameter, value)]
    while True:
        row = [(p, rng.choice(values)) for p, values in required]
        row += [(p, rng.choice(v)) for p, v in optional if rng.random() < 0.3]
        yield row
        if not optional and len(required) < 2:
            return


def _by_name(parameter: Parameter) -> Parameter:
    """Return a parameter that is given by its name, where that is possible."""
    if parameter.kind != "positional_or_keyword":
        return parameter
    return dataclasses.replace(parameter, kind="keyword_only")


def _call(described: Described, owner: Written | None, row: _Row) -> Call:
    order = {p.name: n for n, p in enumerate(described.parameters)}
    row = sorted(row, key=lambda pair: order[pair[0].name])
    args: list[str] = []
    kwargs: list[tuple[str, str]] = []
    for parameter, value in row:
        positional = parameter.kind in ("positional_only", "var_positional") or (
            parameter.kind == "positional_or_keyword" and parameter.required
        )
        if positional and not kwargs:
            args.append(value.source)
        elif parameter.kind != "var_positional":
            kwargs.append((parameter.name, value.source))
    written = [value for _, value in row] + ([owner] if owner else [])
    imports = [*described.imports, *(i for w in written for i in w.imports)]
    return Call(
        described.kind,
        described.name,
        owner.source if owner and described.kind is not CallKind.FUNCTION else None,
        tuple(args),
        tuple(kwargs),
        tuple(dict.fromkeys(imports)),
    )


def switched_seeds(calls: Sequence[Call], pool: Pool) -> Iterator[Seed]:
    """Yield known calls with one option replaced by what the change mentions, some a callable.

    It may be what switches the changed code on. The first argument is no option.
    """
    tried: Counter[str] = Counter()
    for call in calls:
        options = [
            *(_with_argument(call, n, pool.changed) for n in range(1, len(call.args))),
            *(_with_keyword(call, n, pool.changed) for n in range(len(call.kwargs))),
        ]
        for changed in itertools.chain.from_iterable(options):
            if tried[call.name] < MAX_SWITCHED:
                tried[call.name] += 1
                yield Seed(changed, Origin.LITERALS)


def keyword_seeds(calls: Sequence[Call], keywords: Sequence[str], pool: Pool) -> Iterator[Seed]:
    """Yield known calls with a keyword argument more, of those that the function asks for."""
    values = [*pool.values("str")[:MAX_VALUES], *pool.values("int")[:2], "True", "None"]
    columns = [[(name, source) for source in (*texts_for(name), *values)] for name in keywords]
    turns = itertools.chain.from_iterable(itertools.zip_longest(*columns))
    pairs = (pair for pair in turns if pair is not None)
    for (name, source), call in itertools.product(pairs, calls[:MAX_TEMPLATES]):
        if name not in dict(call.kwargs):
            changed = dataclasses.replace(call, kwargs=(*call.kwargs, (name, source)))
            yield Seed(changed, Origin.VARIATION)


def literal_seeds(call: Call, pool: Pool) -> list[Iterator[Seed]]:
    """Return, for each argument, the call with that argument replaced by each literal of its type.

    What a project's tests feed to its functions is the best guess of what else they get.
    """
    columns = [
        *(_with_argument(call, n, pool.harvested) for n in range(len(call.args))),
        *(_with_keyword(call, n, pool.harvested) for n in range(len(call.kwargs))),
    ]
    return [(Seed(changed, Origin.LITERALS) for changed in column) for column in columns]


_Literals = Callable[[str], tuple[str, ...]]


def _with_argument(call: Call, position: int, literals: _Literals) -> Iterator[Call]:
    for source in literals(kind_of(call.args[position]))[:MAX_LITERALS]:
        args = (*call.args[:position], source, *call.args[position + 1 :])
        yield dataclasses.replace(call, args=args)


def _with_keyword(call: Call, position: int, literals: _Literals) -> Iterator[Call]:
    name, argument = call.kwargs[position]
    for source in literals(kind_of(argument))[:MAX_LITERALS]:
        kwargs = (*call.kwargs[:position], (name, source), *call.kwargs[position + 1 :])
        yield dataclasses.replace(call, kwargs=kwargs)
