from __future__ import annotations

import ast
from dataclasses import replace

import pytest
from hypothesis import given, settings

from regoose_ci.domain.observations import Call, Origin
from regoose_ci.inputs.retyping import MAX_RETYPED, retyped_seeds
from tests.unit.generation.observing import call
from tests.unit.inputs.test_mutate import CALLS

BOX = """@dataclass
class Box:
    label: str = "ł: x"
    items: Optional[List[Dict[str, int]]] = None"""
IMPORTS = (
    "from dataclasses import dataclass",
    "from typing import Dict",
    "from typing import List",
    "from typing import Optional",
    BOX,
)


def retyped(made: Call) -> list[Call]:
    return [seed.call for seed in retyped_seeds(made, Origin.VARIATION)]


def test_the_annotations_of_classes_are_written_in_other_styles() -> None:
    builtin, union, *_ = retyped(call("load", "Box", "[1]", imports=IMPORTS))
    assert builtin.imports == (
        "from dataclasses import dataclass",
        "from typing import Optional",
        BOX.replace("Optional[List[Dict[str, int]]]", "Optional[list[dict[str, int]]]"),
    )
    assert union.imports[-1] == BOX.replace(
        "Optional[List[Dict[str, int]]]", "List[Dict[str, int]] | None"
    )


def test_annotations_are_made_wider_one_at_a_time() -> None:
    made = retyped(call("load", "Box", "[1]", imports=IMPORTS))
    classes = [other.imports[-1] for other in made[2:]]
    assert BOX.replace("label: str", "label: Optional[str]") in classes
    assert BOX.replace("label: str", "label: Any") in classes
    assert BOX.replace("Optional[List[Dict[str, int]]]", "Any") in classes
    for other in made:
        names = {s.rpartition(" ")[2] for s in other.imports if s.startswith("from typing")}
        loaded = {n.id for n in ast.walk(ast.parse(other.imports[-1])) if isinstance(n, ast.Name)}
        assert names == loaded & {"Any", "Dict", "List", "Optional"}


def test_types_that_are_given_are_written_in_other_styles() -> None:
    imports = ("from typing import List", "from typing import Union", "import typing")
    given_types = call("load", "Union[int, List[str], None]", "typing.Tuple[int, ...]")
    assert [other.args for other in retyped(replace(given_types, imports=imports))] == [
        ("Union[int, list[str], None]", "tuple[int, ...]"),
        ("int | List[str] | None", "typing.Tuple[int, ...]"),
    ]


def test_without_types_there_is_nothing_to_write() -> None:
    assert retyped(call("load", "values[0]", "'List[int]'")) == []


@pytest.mark.parametrize(
    "statement",
    [
        "class Broken(:",
        "class A: pass\nclass B:\n    x: List[int]",
        "class A:\n    x: " + "List[" * 150 + "int" + "]" * 150,
        "class A:\n    x: " + "(" * 5000,
        "class A:\n    x: List[0x" + "f" * 7000 + "]",
        "class A:\n    x: 'a\0'",
        "class A:\n    x: List[int]" + " " * 9000,
    ],
)
def test_statements_of_a_guest_that_lies_are_left_alone(statement: str) -> None:
    assert retyped(call("load", "A", imports=("from typing import List", statement))) == []


@settings(max_examples=50)
@given(CALLS)
def test_few_are_made_and_all_parse(made: Call) -> None:
    found = retyped(replace(made, imports=(*made.imports, *IMPORTS)))
    assert 0 < len(found) <= MAX_RETYPED
    for other in found:
        for statement in other.imports:
            ast.parse(statement)
