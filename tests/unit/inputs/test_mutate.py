from __future__ import annotations

import ast
import math

from hypothesis import given, settings
from hypothesis import strategies as st

from regoose_ci.domain.observations import Call, CallKind
from regoose_ci.inputs.mutate import Mutator
from regoose_ci.inputs.pool import Pool
from tests.unit.inputs.chance import rng

IMPORTS = ("from m import f, Box",)
LITERALS = st.recursive(
    st.integers()
    | st.text(max_size=12)
    | st.booleans()
    | st.floats()
    | st.binary(max_size=6)
    | st.none(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)
SOURCES = LITERALS.map(repr).filter(lambda s: "nan" not in s and "inf" not in s) | st.sampled_from(
    [
        "Box(1, name='a')",
        "lambda x: x",
        "f'{1}'",
        "-1",
        "[]",
        "name",
        "{*[1]}",
        "{**{}}",
        "1 if a else 2",
    ]
)
CALLS = st.builds(
    lambda receiver, args, kwargs: Call(
        CallKind.FUNCTION if receiver is None else CallKind.METHOD,
        "f",
        receiver,
        tuple(args),
        tuple(kwargs.items()),
        IMPORTS,
    ),
    st.none() | SOURCES,
    st.lists(SOURCES, max_size=3),
    st.dictionaries(st.sampled_from(["a", "b", "c"]), SOURCES, max_size=2),
)


def expressions(call: Call) -> list[str]:
    receiver = [] if call.receiver is None else [call.receiver]
    return [*call.args, *(value for _, value in call.kwargs), *receiver]


@settings(max_examples=100)
@given(CALLS, st.lists(CALLS, max_size=3), st.integers())
def test_mutants_are_calls_of_the_same_callable_that_parse(
    call: Call, others: list[Call], seed: int
) -> None:
    mutator = Mutator(Pool(["'a-b'", "7"]), rng(seed))
    for _ in range(5):
        mutant = mutator.mutate(call, others)
        if mutant is None:
            continue
        assert (mutant.kind, mutant.name) == (call.kind, call.name)
        assert set(mutant.imports) >= set(call.imports)
        assert len({name for name, _ in mutant.kwargs}) == len(mutant.kwargs)
        for source in expressions(mutant):
            ast.parse(source, mode="eval")


@settings(max_examples=100)
@given(SOURCES, st.integers())
def test_variations_of_an_expression_parse(source: str, seed: int) -> None:
    changed = Mutator(Pool(), rng(seed)).expression(source)
    if changed is not None:
        ast.parse(changed, mode="eval")


def test_most_tries_change_something() -> None:
    call = Call(CallKind.FUNCTION, "f", None, ("'hello world'", "5"), (), IMPORTS)
    mutator = Mutator(Pool(), rng(5))
    mutants = [mutator.mutate(call, [call]) for _ in range(300)]
    changed = {m for m in mutants if m is not None and m != call}
    assert len(changed) > 100


def test_what_does_not_parse_is_left_alone() -> None:
    assert Mutator(Pool(), rng(1)).expression("f(") is None


def test_the_same_seed_gives_the_same_mutants() -> None:
    call = Call(CallKind.FUNCTION, "f", None, ("'hello world'",), (), IMPORTS)
    first, second = (Mutator(Pool(), rng(3)) for _ in range(2))
    assert [first.mutate(call, []) for _ in range(50)] == [
        second.mutate(call, []) for _ in range(50)
    ]


def test_signs_are_written_plainly() -> None:
    mutator = Mutator(Pool(), rng())
    made = {mutator.expression("-1999.5") for _ in range(300)}
    assert not any("--" in source for source in made if source is not None)


def test_no_foreign_characters_come_from_nowhere() -> None:
    plain = Mutator(Pool(["'a-b'"]), rng())
    made = [plain.expression("'foo_bár'") or "" for _ in range(400)]
    assert not any(c for source in made for c in source if not c.isascii() and c != "á")


def test_floats_come_in_every_magnitude() -> None:
    mutator = Mutator(Pool(), rng())
    found = {mutator.expression("0.5") for _ in range(400)}
    sizes = {math.floor(math.log10(abs(float(f)))) for f in found if f and float(f)}
    assert min(sizes) < -20
    assert max(sizes) > 20


def test_steps_of_a_recipe_are_left_out_and_repeated() -> None:
    used = "((it := Bag()), it.put(3), it.put('a'))[0]"
    mutator = Mutator(Pool(), rng())
    made = {mutator.expression(used) for _ in range(200)}
    assert "((it := Bag()), it.put(3))[0]" in made
    assert "((it := Bag()), it.put('a'))[0]" in made
    assert "((it := Bag()), it.put(3), it.put(3), it.put('a'))[0]" in made
