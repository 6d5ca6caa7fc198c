from __future__ import annotations

import pytest

from regoose_ci.domain.observations import Call, Outcome
from regoose_ci.generation.embedded.behaviours import behaviour_of, behaviour_of_all
from regoose_ci.generation.embedded.features import Feature, feature_of_source
from regoose_ci.generation.embedded.naming import (
    Names,
    names_for,
    parameters_of,
    subject_of,
    variable_for,
)
from tests.unit.generation.observing import call, function, method, prop, raised, returned


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("''", "empty_string"),
        ("'  '", "whitespace"),
        ("'a\\nb'", "multiline_text"),
        ("'\\u00e9'", "non_ascii_text"),
        ("'http://a'", "url"),
        ("'12'", "digits"),
        ("'a;b'", "text_with_semicolon"),
        ("'a--b'", "text_with_repeated_hyphen"),
        ("'a-b'", "text_with_hyphen"),
        ("' a'", "padded_text"),
        ("'a\\tb'", "control_character"),
        ("None", "none"),
        ("True", "true"),
        ("0", "zero"),
        ("-1", "negative_number"),
        ("-1.5", "negative_float"),
        ("1.5", "float"),
        ("10**9", None),
        ("1000000", "large_number"),
        ('float("nan")', "nan"),
        ('float("-inf")', "negative_infinity"),
        ("[]", "empty_list"),
        ("[1]", "single_item_list"),
        ("[[1], 2]", "nested_list"),
        ("{}", "empty_dict"),
        ("set()", "empty_set"),
        ("Color.RED", "red"),
        ("Version('')", "empty_string"),
    ],
)
def test_features_of_inputs(source: str, words: str | None) -> None:
    feature = feature_of_source(source)
    assert (feature and feature.words) == words


def test_what_nearly_any_input_could_be_called_is_not_telling() -> None:
    assert feature_of_source("'abc'") == Feature("text", is_telling=False)
    assert feature_of_source("Version('1.0', 2)") == Feature("version", is_telling=False)


def first_name(calls: list[Call], outcome: Outcome, *parameters: str) -> str:
    behaviour = behaviour_of_all(calls, [outcome] * len(calls), parameters)
    return next(names_for(calls, behaviour, parameters, outcome.value))


@pytest.mark.parametrize(
    ("made", "outcome", "name"),
    [
        (call("slugify", "''"), returned("x"), "test_slugify_of_empty_string"),
        (call("slugify", "'ab'"), returned("x"), "test_slugify_of_text"),
        (call("slugify", "'A b'"), returned("a b"), "test_slugify_lowercases_text"),
        (call("slugify", "'a--b'"), returned("a-b"), "test_slugify_collapses_repeated_hyphen"),
        (call("slugify", "'ab'"), returned(""), "test_slugify_returns_empty_string"),
        (call("slugify", "'ab'", separator="'_'"), returned("x"), "test_slugify_with_separator"),
        (call("slugify", "'ab'", "False"), returned("x"), "test_slugify_without_lower"),
        (call("slugify", "''"), returned(None), "test_slugify_returns_none_for_empty_string"),
        (call("slugify", "-1"), raised("ValueError"), "test_slugify_rejects_negative_number"),
        (call("slugify", "'ab'"), raised("ValueError"), "test_slugify_raises_value_error"),
        (
            call("slugify", "''"),
            raised("HTTPError"),
            "test_slugify_raises_http_error_for_empty_string",
        ),
        (
            call("slugify", "['b']"),
            returned(None, _0=[]),
            "test_slugify_changes_text_for_single_item_list",
        ),
        (call("slugify", "'ab'"), returned(None, stdout="x"), "test_slugify_prints_text"),
    ],
)
def test_names_come_from_behaviour(made: Call, outcome: Outcome, name: str) -> None:
    assert first_name([made], outcome, "text", "lower") == name


def test_several_inputs_are_named_for_what_they_share() -> None:
    calls = [call("f", "-1"), call("f", "-2")]
    assert first_name(calls, raised("ValueError")) == "test_f_rejects_negative_number"
    assert first_name([*calls, call("f", "0")], returned(True)) == "test_f_returns_true"


@pytest.mark.parametrize(
    ("made", "message", "name"),
    [
        (call("cut", "''", "-1"), "size must not be negative", "test_cut_rejects_negative_size"),
        (call("cut", "''", "None"), "size is missing", "test_cut_rejects_none_size"),
        (call("cut", "''", "-1"), "cannot cut", "test_cut_raises_value_error"),
        (call("cut", "'ab'", "-1"), "cannot cut", "test_cut_rejects_negative_number"),
        (call("cut", "'ab'", "5"), "size is odd", "test_cut_raises_value_error"),
    ],
)
def test_only_the_argument_that_was_refused_is_named(made: Call, message: str, name: str) -> None:
    assert first_name([made], raised("ValueError", message), "text", "size") == name


def test_results_of_several_kinds_are_not_named_for_one_of_them() -> None:
    calls = [call("f", "'a'"), call("f", "-1")]
    behaviour = behaviour_of_all(calls, [returned(""), returned("b")], ())
    assert next(names_for(calls, behaviour, ())) == "test_f"


def test_exceptions_of_one_type_are_named_for_it() -> None:
    calls = [call("f", "-1"), call("f", "10**9")]
    outcomes = [raised("ValueError", "-1 is too odd"), raised("ValueError", "much too odd")]
    assert next(names_for(calls, behaviour_of_all(calls, outcomes, ()), ())) == (
        "test_f_raises_value_error"
    )


def test_a_taken_name_becomes_more_particular_before_it_is_numbered() -> None:
    names = Names()
    picked = [
        names.pick(names_for([made], behaviour_of(made, returned(True), ()), ()))
        for made in (
            call("f", "'ab'"),
            call("f", "'cd'", strict="True"),
            call("f", "'ef'"),
            call("f", "'ef'"),
        )
    ]
    assert picked == [
        "test_f_returns_true",
        "test_f_returns_true_with_strict",
        "test_f_returns_true_for_ef",
        "test_f_returns_true_2",
    ]


@pytest.mark.parametrize(
    ("made", "subject"),
    [
        (call("pkg.text.slugify"), "slugify"),
        (call("URL.build"), "url_build"),
        (call("URL.__init__"), "url"),
        (call("URL"), "url"),
        (method("URL('a')", "join"), "url_join"),
        (method("URL.build(host='a')", "join"), "url_join"),
        (method("Version('1')", "__eq__", "2"), "version_equality"),
        (method("client", "_get"), "get"),
        (method("_Missing()", "copy"), "missing_copy"),
        (prop("URL('a')", "path"), "url_path"),
    ],
)
def test_subjects_of_names(made: Call, subject: str) -> None:
    assert subject_of(made) == subject


def test_variables_are_named_like_parameters() -> None:
    made = call("sort", "[1]", "2", key="len")
    assert variable_for(0, made, ("items",)) == "items"
    assert variable_for("key", made, ("items",)) == "key"
    assert variable_for(1, made, ("items",)) == "second"
    assert variable_for("self", method("URL('a')", "join"), ()) == "url"


@pytest.mark.parametrize("parameter", ["sort", "expected", "request", "class", "test_items"])
def test_variables_hide_no_name_that_the_call_reads(parameter: str) -> None:
    name = variable_for(0, call("sort", "[1]"), (parameter,))
    assert name != parameter
    assert name.isidentifier()


def test_parameters_are_known_only_for_the_function_itself() -> None:
    changed = function("TableProcessor.test", "parent", "block")
    assert parameters_of(changed, method("p", "test", "1", "2")) == ("parent", "block")
    assert parameters_of(changed, call("markdown.markdown", "'a'")) == ()
