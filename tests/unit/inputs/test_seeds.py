from __future__ import annotations

from collections.abc import Sequence

from regoose_ci.domain.observations import Call, CallKind, Origin
from regoose_ci.guest.protocol import Described, Parameter, TypeForm
from regoose_ci.inputs.known import KnownObjects
from regoose_ci.inputs.pool import Pool
from regoose_ci.inputs.seeds import MAX_TYPED, literal_seeds, switched_seeds, typed_seeds
from regoose_ci.inputs.standard import Written
from tests.unit.generation.observing import call
from tests.unit.inputs.chance import rng

INT = TypeForm("int")
IMPORTS = ("from m import f",)


def described(*parameters: Parameter, receiver: TypeForm | None = None) -> Described:
    kind = CallKind.FUNCTION if receiver is None else CallKind.METHOD
    return Described("m.py::f", "", kind, "f", IMPORTS, receiver, parameters)


def calls(
    *parameters: Parameter, receiver: TypeForm | None = None, receivers: Sequence[Written] = ()
) -> list[Call]:
    objects = KnownObjects()
    for made in receivers:
        objects.add(receiver.name if receiver else "", made)
    seeds = typed_seeds(described(*parameters, receiver=receiver), Pool(), objects, rng(1))
    return [seed.call for seed in seeds]


def parameter(name: str, kind: str = "positional_or_keyword", **more: object) -> Parameter:
    return Parameter(name, kind, INT, **more)  # type: ignore[arg-type]


def test_a_function_without_parameters_is_called_without() -> None:
    assert set(calls()) == {Call(CallKind.FUNCTION, "f", imports=IMPORTS)}


def test_required_arguments_are_positional_and_optional_ones_named() -> None:
    made = calls(parameter("a"), parameter("b", default="1", required=False))
    assert made[0].args == ("0",)
    assert made[0].kwargs == ()
    assert {(len(c.args), "a" in dict(c.kwargs)) for c in made} == {(1, False), (0, True)}
    assert {k for c in made if c.args for k, _ in c.kwargs} == {"b"}


def test_further_arguments_are_given_by_the_handful() -> None:
    assert {len(c.args) for c in calls(parameter("a", "var_positional"))} == {0, 1, 2, 3}


def test_keyword_only_arguments_are_named() -> None:
    made = calls(parameter("a", "keyword_only"))
    assert all(c.args == () and c.kwargs[0][0] == "a" for c in made)


def test_positional_only_arguments_are_not() -> None:
    assert all(c.kwargs == () for c in calls(parameter("a", "positional_only")))


def test_there_are_not_more_than_a_screenful() -> None:
    many = [parameter(f"p{n}") for n in range(9)]
    assert 50 < len(calls(*many)) <= MAX_TYPED


def test_methods_are_called_on_what_was_met_first() -> None:
    receivers = [Written("Box(7)", ("from m import Box",))]
    form = TypeForm("class", name="Box", imports=("from m import Box",))
    made = calls(parameter("a"), receiver=form, receivers=receivers)
    assert made[0].receiver == "Box(7)"
    assert "from m import Box" in made[0].imports
    assert {c.receiver for c in made} == {"Box(7)", "Box()"}


def test_methods_of_what_cannot_be_built_are_not_called() -> None:
    assert calls(parameter("a"), receiver=TypeForm("abstract", name="Box")) == []


def test_a_parameter_that_cannot_be_built_stops_it() -> None:
    needs = Parameter("reader", "positional_or_keyword", TypeForm("abstract", name="Reader"))
    assert calls(needs) == []


def test_the_same_seed_gives_the_same_calls() -> None:
    several = [parameter("a"), parameter("b", default="1", required=False)]
    assert calls(*several) == calls(*several)


def test_literals_take_the_place_of_arguments_of_their_kind() -> None:
    pool = Pool(["'from a test'", "12345"])
    known = call("f", "'a'", "1", sep="'-'")
    seeds = [s for column in literal_seeds(known, pool) for s in column]
    made = [s.call for s in seeds]
    assert call("f", "'from a test'", "1", sep="'-'") in made
    assert call("f", "'a'", "12345", sep="'-'") in made
    assert call("f", "'a'", "1", sep="'from a test'") in made
    assert all(len(c.args) == 2 for c in made)
    assert {s.origin for s in seeds} == {Origin.LITERALS}


def test_what_the_change_mentions_switches_an_option() -> None:
    known = [call("render", "''", extensions="['toc']"), call("render", "''")]
    pool = Pool(["'| a |'"], ["['tables']"])
    made = [s.call for s in switched_seeds(known, pool)]
    assert made == [call("render", "''", extensions="['tables']")]
