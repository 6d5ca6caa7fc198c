from __future__ import annotations

import pytest

from regoose_ci.guest.types_of import parameters_of
from regoose_ci.guest.usage import documented_types, usages_of
from tests.unit.guest import uses


@pytest.mark.parametrize(
    ("function", "kind"),
    [
        (uses.header, "iterator"),
        (uses.words, "text_stream"),
        (uses.shout, "str"),
        (uses.month, "datetime"),
        (uses.rounded, "decimal"),
        (uses.doubled, "list"),
        (uses.title, "dict"),
        (uses.stem, "path"),
        (uses.load, "file_name"),
        (uses.half, "int"),
        (uses.is_north, "str"),
        (uses.untouched, ""),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_what_is_done_with_a_parameter_tells_its_type(function: object, kind: str) -> None:
    (usage,) = usages_of(function).values()
    assert usage.kind() == kind


def test_calls_and_questions_about_classes_are_noted() -> None:
    assert usages_of(uses.kept)["predicate"].arities == [1]
    assert usages_of(uses.checked)["value"].classes == ["Parcel", "int"]


def test_a_builtin_has_no_usage() -> None:
    assert usages_of(len) == {}


def test_types_are_read_from_docstrings() -> None:
    told = documented_types(uses.documented, ["count", "name", "when", "flag", "other"])
    assert told == {"count": "int", "name": "str", "when": "datetime", "flag": "bool"}


@pytest.mark.parametrize(
    ("function", "form"),
    [
        (uses.weight, ("class", "Parcel")),
        (uses.documented_parcel, ("class", "Parcel")),
        (uses.half, ("int", "")),
    ],
)
def test_guesses_are_marked_as_such(function: object, form: tuple[str, str]) -> None:
    (parameter,) = parameters_of(function, drop_first=False)
    guess, doubt = parameter.type.args
    while guess.kind == "union":
        guess = guess.args[0]
    assert (guess.kind, guess.name) == form
    assert doubt.kind == "unknown"


def test_a_called_parameter_is_a_function_of_that_many_arguments() -> None:
    predicate = parameters_of(uses.kept, drop_first=False)[0]
    assert predicate.type.args[0].kind == "callable"
    assert len(predicate.type.args[0].args) == 2


def test_a_text_that_names_a_file_to_open_is_one() -> None:
    (parameter,) = parameters_of(uses.read, drop_first=False)
    assert [form.kind for form in parameter.type.args] == ["file_name", "str"]
