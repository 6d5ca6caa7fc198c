from __future__ import annotations

import dataclasses

from regoose_ci.analysis.groups import MAX_GROUP, group_functions
from regoose_ci.analysis.material import FunctionMaterial
from tests.unit.execution.changed import changed


def material(name: str, *entries: str) -> FunctionMaterial:
    function = dataclasses.replace(changed(name), entry_points=entries)
    return FunctionMaterial(function, {}, (), ())


def names(*materials: FunctionMaterial) -> list[list[str]]:
    groups = group_functions(materials)
    return [[m.function.current.qualname for m in group] for group in groups]


def test_functions_that_share_a_caller_are_together() -> None:
    found = names(
        material("_head", "shop:render"), material("alone"), material("_tail", "shop:render")
    )
    assert found == [["_head", "_tail"], ["alone"]]


def test_a_public_function_is_with_what_it_calls() -> None:
    module = changed("render").current.module
    assert names(material("render"), material("_row", f"{module}:render")) == [["render", "_row"]]


def test_what_links_two_groups_joins_them() -> None:
    found = names(
        material("_a", "shop:one"),
        material("_b", "shop:two"),
        material("_c", "shop:one", "shop:two"),
    )
    assert found == [["_a", "_b", "_c"]]


def test_a_large_group_is_cut() -> None:
    found = names(*(material(f"_f{n}", "shop:render") for n in range(MAX_GROUP + 3)))
    assert [len(group) for group in found] == [MAX_GROUP, 3]
