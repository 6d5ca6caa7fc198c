from __future__ import annotations

import ast

import pytest

from regoose_ci.guest.protocol import Parameter, TypeForm
from regoose_ci.inputs.pool import Pool
from regoose_ci.inputs.standard import Written
from regoose_ci.inputs.typed import TypedInputs

INT, STR = TypeForm("int"), TypeForm("str")
MONEY = TypeForm(
    "class",
    name="Money",
    imports=("from till import Money",),
    parameters=(
        Parameter("amount", "positional_or_keyword", INT),
        Parameter("when", "positional_or_keyword", TypeForm("date")),
        Parameter("note", "keyword_only", STR, "''", required=False),
    ),
)
FORMS = [
    INT,
    STR,
    *map(TypeForm, ("float", "bool", "bytes", "complex", "none", "list", "dict", "tuple", "set")),
    *map(TypeForm, ("datetime", "date", "time", "timedelta", "tzinfo", "decimal", "fraction")),
    *map(TypeForm, ("path", "uuid", "pattern", "text_stream", "byte_stream", "callable", "type")),
    TypeForm("list", (INT,)),
    TypeForm("list", (TypeForm("list", (STR,)),)),
    TypeForm("tuple", (INT, STR)),
    TypeForm("tuple", (INT, TypeForm("ellipsis"))),
    TypeForm("set", (STR,)),
    TypeForm("frozenset", (STR,)),
    TypeForm("dict", (STR, TypeForm("list", (INT,)))),
    TypeForm("iterator", (INT,)),
    TypeForm("union", (INT, TypeForm("none"))),
    TypeForm("literal", values=("'a'", "'b'")),
    TypeForm("enum", values=("Size.S",), name="Size", imports=("from till import Size",)),
    TypeForm("list", (MONEY,)),
    MONEY,
]


@pytest.fixture
def typed() -> TypedInputs:
    return TypedInputs(Pool())


@pytest.mark.parametrize(
    "form", FORMS, ids=lambda f: f"{f.kind}-{'-'.join(a.kind for a in f.args)}"
)
def test_every_form_gives_distinct_expressions(typed: TypedInputs, form: TypeForm) -> None:
    found = typed.for_type(form)
    assert found
    assert len(set(found)) == len(found)
    for written in found:
        ast.parse(written.source, mode="eval")
        assert all(
            isinstance(ast.parse(i).body[0], ast.Import | ast.ImportFrom) for i in written.imports
        )


@pytest.mark.parametrize("kind", ["abstract", "unknown", "any"])
def test_what_cannot_be_built_gives_nothing(typed: TypedInputs, kind: str) -> None:
    assert typed.for_type(TypeForm(kind)) == []


def test_a_class_whose_arguments_cannot_be_built_gives_nothing(typed: TypedInputs) -> None:
    needs = Parameter("reader", "positional_or_keyword", TypeForm("abstract", name="Reader"))
    (*found,) = typed.for_type(TypeForm("class", name="Book", parameters=(needs,)))
    assert all("Reader" not in written.source for written in found)


def test_objects_come_with_all_their_imports(typed: TypedInputs) -> None:
    first = typed.for_type(MONEY)[0]
    assert first.source.startswith("Money(")
    assert first.imports == ("from till import Money", "import datetime")


def test_unions_mix_their_members(typed: TypedInputs) -> None:
    found = [w.source for w in typed.for_type(TypeForm("union", (INT, TypeForm("none"))))]
    assert found[:2] == ["0", "None"]


def test_a_type_that_contains_itself_ends(typed: TypedInputs) -> None:
    form = INT
    for _ in range(9):
        form = TypeForm("list", (form,))
    assert len(str(typed.for_type(form))) < 5000


@pytest.mark.parametrize(
    ("name", "kind"),
    [("text", "'"), ("max_size", "0"), ("items", "["), ("options", "{"), ("is_open", "True")],
)
def test_names_hint_where_there_is_no_type(typed: TypedInputs, name: str, kind: str) -> None:
    parameter = Parameter(name, "positional_or_keyword", TypeForm("unknown"))
    assert typed.for_parameter(parameter)[0].source.startswith(kind)


def test_defaults_come_first(typed: TypedInputs) -> None:
    parameter = Parameter("n", "positional_or_keyword", TypeForm("unknown"), "17", required=False)
    assert typed.for_parameter(parameter)[0] == Written("17")


def test_records_are_written_as_dictionaries(typed: TypedInputs) -> None:
    keys = (
        Parameter("title", "keyword_only", STR),
        Parameter("year", "keyword_only", INT, required=False),
    )
    found = [
        ast.literal_eval(w.source) for w in typed.for_type(TypeForm("record", parameters=keys))
    ]
    assert {tuple(record) for record in found} == {("title",), ("title", "year")}


def test_options_of_constructors_are_tried_one_by_one(typed: TypedInputs) -> None:
    assert any("note=" in written.source for written in typed.for_type(MONEY))


def test_iterators_of_unknown_items_are_iterators(typed: TypedInputs) -> None:
    found = typed.for_type(TypeForm("iterator"))
    assert found
    assert all(written.source.startswith("iter(") for written in found)


def test_a_guess_does_not_keep_from_trying_other_types(typed: TypedInputs) -> None:
    guess = TypeForm("union", (INT, TypeForm("unknown")))
    found = typed.for_parameter(Parameter("text", "positional_or_keyword", guess))
    kinds = {type(ast.literal_eval(written.source)) for written in found}
    assert kinds == {int, str}


def test_neighbours_of_the_projects_numbers_are_tried() -> None:
    numbers = {w.source for w in TypedInputs(Pool(["0x20", "'a'"])).for_type(TypeForm("float"))}
    assert {"31", "32", "33"} <= numbers


def test_values_that_are_no_expressions_are_handed_on_as_they_are(typed: TypedInputs) -> None:
    hostile = TypeForm("list", (TypeForm("literal", values=("][",)),))
    assert {written.source for written in typed.for_type(hostile)} == {"[][]", "[]"}


def test_inside_another_object_plain_values_come_before_objects() -> None:
    url = TypeForm("class", name="URL")
    either = TypeForm("union", (url, TypeForm("str")))
    inputs = TypedInputs(Pool(["'/a'"]))
    box = TypeForm("class", name="Box", parameters=(Parameter("x", "keyword_only", either),))
    assert inputs.for_type(either)[0].source == "URL()"
    assert inputs.for_type(box)[0].source == "Box(x='/a')"
