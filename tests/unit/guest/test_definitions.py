"""What tests define for themselves: this file is the test code that is looked at."""

from __future__ import annotations

import dataclasses
import sys
from decimal import Decimal

import pytest

from regoose_ci.guest.definitions import Definitions
from regoose_ci.guest.naming import Name
from regoose_ci.guest.sources import SourceWriter, UnprintableError

LIMIT = 3


class Box:
    def __init__(self, size: int) -> None:
        self.size = size


class Crate(Box):
    price = Decimal(LIMIT)


@dataclasses.dataclass
class Lid:
    size: int


def double(number: int) -> int:
    return number * LIMIT


STREAM = sys.stdout


class Unwritable:
    where = STREAM


BOX = """class Box:
    def __init__(self, size: int) -> None:
        self.size = size"""


@pytest.fixture
def definitions() -> Definitions:
    return Definitions(lambda path: path == __file__)


def test_a_class_is_named_with_its_definition(definitions: Definitions) -> None:
    assert definitions.name_of(Box) == Name("Box", (BOX,))


def test_a_definition_brings_what_it_uses(definitions: Definitions) -> None:
    name = definitions.name_of(Crate)
    assert name is not None
    assert name.imports[:-1] == (BOX, "from decimal import Decimal", "LIMIT = 3")
    assert name.imports[-1].startswith("class Crate(Box):")


def test_functions_are_defined_too(definitions: Definitions) -> None:
    name = definitions.name_of(double)
    assert name is not None
    assert name.expression == "double"
    assert name.imports[0] == "LIMIT = 3"


@pytest.mark.parametrize("obj", [Unwritable, Decimal, len, 3])
def test_what_is_not_defined_in_tests_or_cannot_be_written_has_none(
    definitions: Definitions, obj: object
) -> None:
    assert definitions.name_of(obj) is None


def test_local_classes_are_found_where_the_test_stands(definitions: Definitions) -> None:
    class Pair:
        first = LIMIT

    definitions.look_from(sys._getframe())
    name = definitions.name_of(Pair)
    assert name is not None
    assert name.imports == ("LIMIT = 3", "class Pair:\n    first = LIMIT")


def test_what_was_not_known_elsewhere_is_looked_for_again(definitions: Definitions) -> None:
    class First:
        n = 1

    class Second:
        first = First

    assert definitions.name_of(Second) is None
    definitions.look_from(sys._getframe())
    assert definitions.name_of(Second) is not None


def test_objects_of_such_classes_are_written(definitions: Definitions) -> None:
    writer = SourceWriter(definitions=definitions)
    assert writer.write([Box(2)]) == Name("[Box(size=2)]", (BOX,))
    assert writer.write(Lid(4)).expression == "Lid(size=4)"
    assert writer.write(Box).expression == "Box"


def test_an_object_whose_attributes_do_not_tell_how_it_was_made_is_not(
    definitions: Definitions,
) -> None:
    changed = Box(2)
    changed.size = object()  # type: ignore[assignment]
    with pytest.raises(UnprintableError):
        SourceWriter(definitions=definitions).write(changed)
