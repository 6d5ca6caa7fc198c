from __future__ import annotations

import ast

import pytest

from regoose_ci.domain.observations import Call, CallKind
from regoose_ci.guest.protocol import Parameter, TypeForm, has_recipe, read_recipe, recipe
from regoose_ci.inputs.expressions import constants, containers, kind_of, parse
from regoose_ci.inputs.mutate import Mutator
from regoose_ci.inputs.pool import Pool
from regoose_ci.inputs.simplify import simpler_expressions
from regoose_ci.inputs.typed import TypedInputs
from tests.unit.inputs.chance import rng

FILLED = "((it := Basket([1])), it.add('pear', 2), it.sort())[0]"
INT = TypeForm("int")


def test_a_recipe_is_read_as_it_was_written() -> None:
    assert recipe("Basket([1])", ["it.add('pear', 2)", "it.sort()"]) == FILLED
    node = parse(FILLED)
    assert node is not None
    parts = read_recipe(node)
    assert parts is not None
    assert [ast.unparse(part) for part in (parts[0], *parts[1])] == [
        "Basket([1])",
        "it.add('pear', 2)",
        "it.sort()",
    ]


def test_without_steps_there_is_no_recipe() -> None:
    assert recipe("Basket()", []) == "Basket()"


@pytest.mark.parametrize(
    "source",
    ["(1, 2)[0]", "(it := 1, it.real)[1]", "(a := 1, a.real)[0]", "x[0]", "(it := 1,)[0]"],
)
def test_other_expressions_are_none(source: str) -> None:
    assert not has_recipe(source)


def test_a_recipe_is_of_the_kind_that_it_makes() -> None:
    assert kind_of(FILLED) == "Basket"


def test_only_what_belongs_to_the_object_is_varied() -> None:
    node = parse(FILLED)
    assert node is not None
    assert [constant.value for constant in constants(ast.Expression(node))] == [1, "pear", 2]
    assert [ast.unparse(container) for container in containers(node)] == ["[1]"]


def test_the_name_of_a_file_is_not_varied() -> None:
    file = "((it := tmp_path / 'a.txt'), it.write_text('x y'))[0]"
    node = parse(file)
    assert node is not None
    assert [constant.value for constant in constants(ast.Expression(node))] == ["x y"]
    assert all("'a.txt'" in source or "it" not in source for source in simpler_expressions(file))


def test_variations_stay_recipes() -> None:
    call = Call(CallKind.METHOD, "total", FILLED)
    mutator = Mutator(Pool(), rng(1))
    made = {m.receiver for _ in range(200) if (m := mutator.mutate(call, [])) is not None}
    recipes = [source for source in made if source is not None and "it." in source]
    assert len(recipes) > 20
    assert all(map(has_recipe, recipes))


def test_steps_are_taken_away_one_by_one() -> None:
    found = set(simpler_expressions(FILLED))
    assert "((it := Basket([1])), it.sort())[0]" in found
    assert "((it := Basket([1])), it.add('pear', 2))[0]" in found
    assert "Basket([1])" in set(simpler_expressions("((it := Basket([1])), it.sort())[0]"))
    assert all(has_recipe(source) for source in found)


def test_objects_are_used_before_they_are_handed_on() -> None:
    add = TypeForm("method", name="add", parameters=(Parameter("n", "positional_only", INT),))
    basket = TypeForm("class", (add,), name="Basket", imports=("from till import Basket",))
    found = TypedInputs(Pool()).used(basket)
    assert all(has_recipe(written.source) for written in found)
    assert {written.source.count("it.add(") for written in found} == {1, 2}
    assert {written.imports for written in found} == {("from till import Basket",)}


@pytest.mark.parametrize("kind", ["path", "file_name"])
def test_paths_lead_to_files_with_texts_of_the_project(kind: str) -> None:
    found = TypedInputs(Pool([r"'x = 1\ny = 2\n'"])).for_type(TypeForm(kind))
    files = [written.source for written in found if has_recipe(written.source)]
    assert any(r"it.write_text('x = 1\ny = 2\n')" in source for source in files)
